/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/fast/shared_pages.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void shared_pages_settle(const void *start, size_t size)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)start + page - 1) / page * page, to = ((uintptr_t)start + size) / page * page;
	const size_t len = from < to ? to - from : 0;
	void *copy = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return;
	memcpy(copy, (const void *)from, len);
	if (mprotect(copy, len, PROT_READ) ||
	    mremap(copy, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)from) == MAP_FAILED)
		munmap(copy, len);
}
