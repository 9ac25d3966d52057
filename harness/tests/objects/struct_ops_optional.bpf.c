// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* struct_ops_optional: a struct of programs that is left out until its loader asks for it: libbpf 1.4 and later. */
#define SECTION "?.struct_ops"
#include "congestion.h"
