/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hint: guesses why a captured value is not the truth, from the value itself, the other things known of the subject,
 * and the two BTFs. Pure. A hint is advice for a reader; nothing is judged by it.
 */
#ifndef COREMATRIX_AGENT_TRUTH_HINT_H
#define COREMATRIX_AGENT_TRUTH_HINT_H

#include <stddef.h>

#include <bpf/btf.h>
#include <linux/bpf.h>

#include "agent/truth/event.h"
#include "agent/truth/truth.h"
#include "base/buf.h"

/* What is known of the object and the kernel; any pointer may be NULL. */
struct hint_context {
	const struct btf *object_btf;
	const struct btf *kernel_btf;
	const struct bpf_insn *insns; /* of all loaded programs, after relocation, one after the other */
	size_t insn_count;
};

struct hint_question {
	enum truth_key key;              /* what the field should carry */
	const struct event_value *value; /* what it carries instead */
	const struct event_value *twin;  /* the same thing by the other way (`x` for `x_helper` and back), or NULL */
	bool twin_ok;                    /* the twin carries the truth */
	bool value_is_helper;
	const struct truth *at, *before, *after;
};

/* A sentence or two; "" when nothing is known. The caller's. */
char *hint_for(const struct hint_question *q, const struct hint_context *context);

/*
 * When `member` of `struct type` lies elsewhere in the kernel than in the object's BTF, and the instructions use the
 * object's offset and never the kernel's, a sentence saying so, else NULL. The caller's.
 */
char *hint_stale_offset(const struct hint_context *context, const char *type, const char *member);

/* Add a sentence to what is said already. */
void hint_add(struct buf *out, const char *sentence);

/* What can be seen from the shape of a number that should be `want`: order of bytes, halves, width. Adds to `out`. */
void hint_number_shape(struct buf *out, const struct event_value *v, uint64_t want);

#endif
