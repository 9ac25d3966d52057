/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * c_members: how a struct lies in memory that somebody wrote down as members in C: `{ __u64 ts; __u32 pid; char
 * comm[16];
 * }`. Read by the host, to refuse mistakes, and by the agent, to decode events. Integers by their usual names, bool,
 * arrays, pointers, and structs within; laid out as a compiler for the guest's architecture does, without gaps when
 * `__attribute__((packed))` follows the whole.
 * Pure.
 */
#ifndef COREMATRIX_WIRE_C_MEMBERS_H
#define COREMATRIX_WIRE_C_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum c_kind {
	C_INTEGER, /* pointers too */
	C_BYTES,   /* an array of one-byte integers */
	C_OTHER,   /* an array of anything else */
};

struct c_member {
	char *path; /* "pid", "task.pid" */
	enum c_kind kind;
	uint32_t offset, size;
	bool is_signed;
};

struct c_members {
	struct c_member *at;
	size_t count;
	uint32_t size; /* of the whole */
};

#define C_MEMBERS_PACKED "__attribute__((packed))"

/* Returns true, or false with what is wrong in `why`. Free with c_members_free in either case. */
bool c_members_parse(const char *text, struct c_members *out, struct buf *why);
void c_members_free(struct c_members *members);

#endif
