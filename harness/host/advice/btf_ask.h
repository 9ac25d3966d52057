/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_ask: questions about names, answered from the BTF of kernels and of objects. A BTF may come from anywhere, so
 * each is read in a worker of its own that has given up everything but memory (jail.h); several work side by side. It
 * words nothing.
 */
#ifndef COREMATRIX_HOST_ADVICE_BTF_ASK_H
#define COREMATRIX_HOST_ADVICE_BTF_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What is asked after. */
enum btf_topic {
	BTF_TOPIC_FIELD,      /* "request.rq_disk"; near: members; `place`: where a member of that name is instead */
	BTF_TOPIC_TYPE,       /* "request" (struct, union, enum or typedef) */
	BTF_TOPIC_FUNCTION,   /* "vfs_read"; near: functions */
	BTF_TOPIC_TRACEPOINT, /* "sched_switch"; near: tracepoints */
	BTF_TOPIC_VARIABLE,   /* "runqueues" */
	BTF_TOPIC_ENUM_VALUE, /* enumerator number `value` of enum `name`; near: what it is called */
	BTF_TOPIC_MAP,        /* map `name` of an object's .maps; `map` tells its definition */
	BTF_TOPIC_COUNT
};

struct btf_question {
	enum btf_topic topic;
	const char *name;
	uint64_t value;
};

/* The definition of a map as the object's BTF has it; 0 for what it leaves open. */
struct btf_map {
	uint32_t type, max_entries;
	bool has_value; /* a value type or size */
	bool has_inner; /* what maps or programs its values are */
};

#define BTF_ANSWER_TEXT 192

struct btf_answer {
	bool known; /* false: the BTF could not be read, so nothing below means anything */
	bool exists;
	char near[BTF_ANSWER_TEXT];  /* similar names, ", " between them; "" */
	char place[BTF_ANSWER_TEXT]; /* BTF_TOPIC_FIELD: "thread_info.cpu"; "" */
	struct btf_map map;
};

/* Where a BTF is: a file of raw BTF, or an ELF object in memory. */
struct btf_ask_source {
	const char *path; /* NULL: `elf`; "" for a kernel without BTF */
	const void *elf;
	size_t elf_len;
	const bool *near; /* per question: whether names that are similar are wanted; NULL: for each */
};

/*
 * Put every question to every source. answers[s * question_count + q] is the answer of source `s` to question `q`; the
 * array is the caller's to allocate, and all of it is filled. What cannot be read answers `known` false: advice is
 * worth having without it.
 */
void btf_ask(const struct btf_ask_source *sources, size_t source_count, const struct btf_question *questions,
             size_t question_count, struct btf_answer *answers);

#endif
