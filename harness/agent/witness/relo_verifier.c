/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/witness/relo_verifier.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "relo/insn_value.h"

#define STRING(x) #x
#define NUMBER(x) STRING(x)

/*
 * Ways to say that the instruction whose number begins the line is poisoned. The kernel prints the instruction and then
 * refuses it; libbpf puts its own words in place of both lines when they are the last ones.
 */
static const char *const marks[] = {
        ": (85) call unknown#" NUMBER(INSN_POISON_CALL),
        ": <invalid CO-RE relocation>",
        /* cilium/ebpf's for a 64-bit immediate; "frame pointer is read only" */
        ": (18) r10 = 0xbad2310",
};

static const char *line_start(const char *log, const char *at)
{
	while (at > log && at[-1] != '\n')
		at--;
	return at;
}

/* Last occurrence of `mark`, so that an earlier visit in the log of another state does not count. */
static const char *find_last(const char *log, const char *mark)
{
	const char *last = NULL;

	for (const char *s = strstr(log, mark); s; s = strstr(s + 1, mark))
		last = s;
	return last;
}

int64_t relo_verifier_stop(const char *log)
{
	const char *last = NULL, *start;
	char *end;
	unsigned long number;

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		const char *at = find_last(log, marks[i]);

		if (at && (!last || at > last))
			last = at;
	}
	if (!last)
		return -1;
	start = line_start(log, last);
	if (!isdigit((unsigned char)*start))
		return -1;
	number = strtoul(start, &end, 10);
	return end == last && number < UINT32_MAX ? (int64_t)number : -1;
}

void relo_verifier_mark(struct core_relo_list *list, const char *program, const char *log)
{
	relo_verifier_mark_at(list, program, relo_verifier_stop(log));
}

void relo_verifier_mark_at(struct core_relo_list *list, const char *program, int64_t stop)
{
	int func = core_relo_list_func(list, program);

	if (stop < 0 || func < 0)
		return;
	for (size_t i = 0; i < list->place_count; i++) {
		const struct core_relo_place *p = &list->places[i];

		if (p->program != (uint32_t)func || stop < p->start || stop - p->start >= list->funcs[p->func].count)
			continue;
		for (size_t r = 0; r < list->count; r++)
			if (list->records[r].func == (int32_t)p->func && p->start + list->facts[r].insn == stop)
				list->facts[r].reached = true;
	}
}
