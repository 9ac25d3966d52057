// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* struct_ops_link: a struct of programs that a link holds: libbpf 1.2 and later, Linux 6.4 and later. */
#define SECTION ".struct_ops.link"
#include "congestion.h"
