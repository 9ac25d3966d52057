// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* pinned_hash: see pinned_array. */
#define PINNED_TYPE BPF_MAP_TYPE_HASH
#include "pinned_array.bpf.c"
