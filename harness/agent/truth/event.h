/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event: turns an event's bytes into named values, by the object's own BTF or by name=value pairs of a printed line.
 * Pure. It knows no meaning of any name.
 */
#ifndef COREMATRIX_AGENT_TRUTH_EVENT_H
#define COREMATRIX_AGENT_TRUTH_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/error.h"

enum event_kind {
	EVENT_INTEGER, /* integers, enums, booleans and pointers of up to 64 bits, bit-fields too */
	EVENT_TEXT,    /* arrays of one-byte integers, and integers of 16 bytes: bytes in any case */
	EVENT_OPAQUE,  /* anything else: listed, never decoded */
};

struct event_field {
	char *path; /* "pid", "task.pid"; members of anonymous members have no prefix */
	enum event_kind kind;
	uint32_t offset_bits;
	uint32_t size_bits;
	bool is_signed;
};

/* How a struct lies in memory. */
struct event_layout {
	char *type; /* name of the struct */
	uint32_t size;
	struct event_field *fields;
	size_t count;
};

/*
 * Read the layout of `struct name` (or a typedef of one). Returns 0; -ENOENT without touching `err` when there is no
 * such struct; -EBADMSG when the BTF makes no sense. On success free with event_layout_free.
 */
int event_layout_read(const struct btf *btf, const char *name, struct event_layout *out, struct error *err);
/*
 * Add what a value of type `id` has, `base_bits` into an event: the members of a struct, the variables of a section of
 * global ones, or one field called `name`, when that is not "". What is not understood is left out.
 */
void event_layout_add(struct event_layout *layout, const struct btf *btf, uint32_t id, const char *name,
                      uint32_t base_bits);
/* One integer of `size` bytes, where there is no type. */
void event_layout_add_integer(struct event_layout *layout, const char *name, uint32_t base_bits, uint32_t size);
/* The same of members that stand in `text` in C (c_members.h), which was checked by the host. */
void event_layout_add_members(struct event_layout *layout, const char *text, uint32_t base_bits);
/* The layout of a struct whose members stand in `text` in C. Returns 0 or -EINVAL with a usage error. */
int event_layout_members(const char *text, struct event_layout *out, struct error *err);
void event_layout_free(struct event_layout *layout);

/* One value of one event. */
struct event_value {
	char *name;
	enum event_kind kind; /* a printed value is EVENT_INTEGER when it reads as a number */
	bool printed;
	bool missing; /* the event is too short to hold it */
	bool has_integer;
	bool is_signed;
	uint32_t bits;    /* width of the integer, 64 when printed */
	uint64_t integer; /* sign-extended when signed */
	bool has_text;
	char *text;       /* may hold any byte; a NUL follows */
	size_t text_len;  /* bytes before the first NUL */
	size_t text_size; /* bytes of the array that held it, all of them in `text`; 0 when it was printed */
};

struct event {
	struct event_value *values;
	size_t count;
	size_t len; /* bytes the event had */
};

/* Decode by `layout`; opaque fields are left out. An event may be longer than the struct (padding, a tail). */
void event_decode(const struct event_layout *layout, const void *bytes, size_t len, struct event *out);

/*
 * Take name=value pairs out of a printed text ("pid=3 comm=a b"). A value ends at the next name or at the end; blanks,
 * commas and semicolons after it are dropped. Decimal and 0x numbers have an integer too.
 */
void event_decode_pairs(const char *text, size_t len, struct event *out);
/* Take what stands as name and value, a NUL after each. */
void event_decode_named(const char *bytes, size_t len, struct event *out);
const struct event_value *event_find(const struct event *e, const char *name);
void event_free(struct event *e);
#define cleanup_event __attribute__((cleanup(event_free)))

/* Append bytes as printable ASCII; others, and the backslash, as \xNN. */
void event_escape(struct buf *out, const char *bytes, size_t len);

#endif
