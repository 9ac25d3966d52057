// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* struct_ops_flavour: a struct of programs by a flavour of the kernel's: libbpf 1.4 and later. */
#define SECTION ".struct_ops"
#define TYPE tcp_congestion_ops___few
#include "congestion.h"
