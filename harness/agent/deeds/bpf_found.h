/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_found: the BPF maps and programs that there are in the guest, by type, which are those of the object under test:
 * deeds that put their own sockets into its maps, or run its programs, find them by this. Needs root.
 */
#ifndef COREMATRIX_AGENT_DEEDS_BPF_FOUND_H
#define COREMATRIX_AGENT_DEEDS_BPF_FOUND_H

#include <stddef.h>
#include <stdint.h>

/* `fd` is closed after the call; returns 0, or a negative errno, with which the search ends. */
typedef int bpf_found_fn(int fd, uint32_t key_size, void *arg);

/* Each returns the number that was found, or the negative errno of `fn`. */
int bpf_found_maps(uint32_t type, bpf_found_fn *fn, void *arg);
int bpf_found_programs(uint32_t type, bpf_found_fn *fn, void *arg); /* key_size is 0 */

#endif
