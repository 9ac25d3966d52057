/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core_relo: the CO-RE records of one object, decoded from its bytes: one struct relo_fact per record of .BTF.ext, in
 * the order in which libbpf handles them, and what the witnesses need to find a record again: functions, calls, types.
 * The bytes are untrusted; nothing here loads, resolves or judges.
 *
 * Formats: .BTF.ext as in the kernel's Documentation/bpf/btf.rst, struct bpf_core_relo of uapi/linux/bpf.h, ELF64.
 */
#ifndef COREMATRIX_RELO_CORE_RELO_H
#define COREMATRIX_RELO_CORE_RELO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>
#include <linux/bpf.h>

#include "base/error.h"
#include "wire/message.h"

/* A function symbol of an executable section: what libbpf calls a program or a subprogram. */
struct core_relo_func {
	char *name;
	uint32_t section;    /* ELF section index */
	uint32_t start;      /* instruction index in the section */
	uint32_t count;      /* instructions */
	bool main;           /* a program of its own: outside .text */
	bool global;         /* the verifier may judge it apart from its callers */
	uint32_t first_call; /* in core_relo_list.calls */
	uint32_t call_count;
};

/* A call of another function of the object, or the address of one taken for a callback. */
struct core_relo_call {
	uint32_t insn;   /* instruction index in the calling function */
	uint32_t target; /* index of the called function */
};

/* The address of something that is not a function of the object: a map, a variable, an extern; or the call of one. */
struct core_relo_ref {
	uint32_t func; /* index of the function that takes it */
	uint32_t insn; /* instruction index in that function */
	char *name;    /* of the symbol, "" when it has none */
	bool external; /* not defined in the object */
	bool map;      /* one of its maps */
};

/* What a record says beyond its fact. */
struct core_relo_record {
	uint32_t type_id;      /* root type in `btf` */
	uint32_t access_off;   /* offset of the access string in the strings of `btf` */
	uint32_t section_insn; /* instruction index in the section */
	int32_t func; /* index of the function that holds it, -1 when no function does (libbpf skips it then) */
	bool sound;   /* the access string fits the type */
	struct bpf_insn code[2]; /* the instruction as compiled; the second half is set for a 64-bit immediate only */
};

/* Where libbpf put a function within a main program; filled by relo_insns_program. */
struct core_relo_place {
	uint32_t program; /* index of the main program's function */
	uint32_t func;
	uint32_t start; /* instruction index in the main program */
};

struct core_relo_list {
	struct relo_fact *facts;
	struct core_relo_record *records; /* parallel to `facts` */
	size_t count;
	struct core_relo_func *funcs; /* ordered by section, then start */
	size_t func_count;
	struct core_relo_call *calls; /* grouped by caller, ordered by instruction */
	size_t call_count;
	struct core_relo_ref *refs; /* ordered by place */
	size_t ref_count;
	struct core_relo_place *places;
	size_t place_count;
	struct btf *btf; /* the object's own; NULL when `count` is 0 */
};

/*
 * Decode the object in `elf`. `list` is overwritten. An object without .BTF, .BTF.ext or records gives 0 and count 0. A
 * malformed one gives -EINVAL (error_usage) with `err` naming the place inside the object; the caller puts the file's
 * name in front. On success the caller frees with core_relo_list_free; every string of a fact is set. Of a fact it
 * fills program, section, number, insn, kind, type, access, spec, local and local_width; the witnesses and `attempted`
 * are filled by relo_log and relo_insns.
 */
int core_relo_list_read(const void *elf, size_t len, struct core_relo_list *list, struct error *err);
void core_relo_list_free(struct core_relo_list *list);

/* Index of the function of that name, or -1. Main programs come before subprograms of the same name. */
int core_relo_list_func(const struct core_relo_list *list, const char *name);

/*
 * The verifier accepted `program`: sets `loaded` of its records and of those in the functions that relo_insns_program
 * found in it.
 */
void core_relo_list_loaded(struct core_relo_list *list, const char *program);

#endif
