// SPDX-License-Identifier: BSD-2-Clause
/* An object that every kernel can load: it needs nothing of one. */
#include "words.h"

#include <bpf/bpf_helpers.h>

SEC("socket") int nothing(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
