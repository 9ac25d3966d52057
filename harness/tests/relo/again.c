// SPDX-License-Identifier: BSD-2-Clause
/* An object that includes another's source: the same code, and types of its own. */
#include "local.c"

struct again {
	__u64 own;
} again;
