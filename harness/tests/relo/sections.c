// SPDX-License-Identifier: BSD-2-Clause
/* Programs of whose sections libbpf does not know the type; one of them is off. */
#include "words.h"

#include <bpf/bpf_helpers.h>

SEC("odd/section")
int odd(void *ctx)
{
	return 0;
}

SEC("?odd/other")
int off(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
