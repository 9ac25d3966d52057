/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/linked_libbpf.h"

#include <linked_libbpf.h>

const char *linked_libbpf(void)
{
	return LINKED_LIBBPF;
}
