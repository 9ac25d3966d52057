/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code_use: what the programs of an object that were loaded use, by their instructions: a map, a helper. What is
 * declared and used by none of them hands nothing over. It asks no kernel.
 */
#ifndef COREMATRIX_AGENT_TRUTH_CODE_USE_H
#define COREMATRIX_AGENT_TRUTH_CODE_USE_H

#include <stdbool.h>

#include <bpf/libbpf.h>

/* Whether a loaded program may: one refers to `map`, or the object has a map of maps, in which it may be. */
bool code_use_map(struct bpf_object *obj, const struct bpf_map *map);

/* Whether a loaded program calls bpf_trace_printk, or its companion of many arguments. */
bool code_use_prints(struct bpf_object *obj);

#endif
