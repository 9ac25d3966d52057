/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared_pages: what PID 1 has learnt of the kernel, in pages that cost a fork nothing. Every cell is a fork, which
 * copies the page table entry of each private page and drops it again: with 5 MB of BTF, a thirtieth of a cell. What a
 * cell reads of shared pages it finds by itself.
 */
#ifndef COREMATRIX_AGENT_FAST_SHARED_PAGES_H
#define COREMATRIX_AGENT_FAST_SHARED_PAGES_H

#include <stddef.h>

/*
 * The `size` bytes at `start` will neither be written nor freed any more. Those in whole pages of their own are read
 * from shared pages from here on, at the same address, and writing to them is an error (SIGSEGV); without memory for
 * that they stay where they are.
 */
void shared_pages_settle(const void *start, size_t size);

#endif
