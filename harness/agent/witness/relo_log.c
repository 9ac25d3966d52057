/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/witness/relo_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "relo/core_spec.h"
#include "relo/insn_value.h"

/* How every line begins that names a program, and what the print callback may have in front of it. */
#define LEAD "prog '"
#define PREFIX "libbpf: "

/* How much a line tells of a record's fate; the line with the highest weight is kept. */
enum weight { WEIGHT_NONE, WEIGHT_SPEC, WEIGHT_PATCHED, WEIGHT_POISON, WEIGHT_FAILED, WEIGHT_CAUSE };

struct relo_log {
	struct core_relo_list *list;
	uint32_t *order;  /* indexes of facts, by (program, number) */
	uint8_t *weights; /* of the line kept for each fact */
	char *cause;      /* a warning that names a program and no record; explains the failure that follows */
	size_t cause_len; /* of the program's name at its start */
};

static int compare_keys(const struct relo_fact *a, const char *program, size_t program_len, uint32_t number)
{
	int c = strncmp(a->program, program, program_len);

	if (!c && a->program[program_len])
		c = 1;
	if (c)
		return c;
	return a->number < number ? -1 : a->number > number;
}

static int compare_order(const void *pa, const void *pb, void *facts)
{
	const struct relo_fact *a = (const struct relo_fact *)facts + *(const uint32_t *)pa;
	const struct relo_fact *b = (const struct relo_fact *)facts + *(const uint32_t *)pb;

	return compare_keys(a, b->program, strlen(b->program), b->number);
}

struct relo_log *relo_log_new(struct core_relo_list *list)
{
	struct relo_log *log = xcalloc(1, sizeof(*log));

	log->list = list;
	log->order = xcalloc(list->count, sizeof(*log->order));
	log->weights = xcalloc(list->count, 1);
	for (size_t i = 0; i < list->count; i++)
		log->order[i] = (uint32_t)i;
	if (list->count)
		qsort_r(log->order, list->count, sizeof(*log->order), compare_order, list->facts);
	return log;
}

void relo_log_free(struct relo_log *log)
{
	if (!log)
		return;
	free(log->order);
	free(log->weights);
	free(log->cause);
	free(log);
}

static int find_fact(const struct relo_log *log, const char *program, size_t program_len, uint32_t number)
{
	size_t low = 0, high = log->list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = compare_keys(&log->list->facts[log->order[middle]], program, program_len, number);

		if (!c)
			return (int)log->order[middle];
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

static void keep_line(struct relo_log *log, size_t index, enum weight weight, const char *line)
{
	struct relo_fact *f = &log->list->facts[index];

	if (weight < log->weights[index])
		return;
	log->weights[index] = (uint8_t)weight;
	free(f->line);
	f->line = xstrdup(line);
}

/* What follows "#3 ", the candidate's number. */
static char *candidate_spec(const char *text)
{
	const char *space = strchr(text, ' ');

	text = space ? space + 1 : text;
	return core_spec_strip(text, strlen(text));
}

/* The number after "-> ", which ends every line about a changed instruction. */
static bool new_value(const char *text, unsigned long long *value)
{
	const char *arrow = strstr(text, " -> ");

	return arrow && sscanf(arrow + 4, "%llu", value) == 1;
}

/* "patched insn #7 (LDX/ST/STX) off 8 -> 16" */
static void read_patch(struct relo_fact *f, const char *text)
{
	unsigned long long value;

	if (!new_value(text, &value))
		return;
	if (strstr(text, ") mem_sz ")) {
		f->log.width = (uint8_t)(value > UINT8_MAX ? 0 : value);
		return;
	}
	f->log.seen = RELO_SEEN_VALUE;
	if (strstr(text, "(ALU/ALU64)")) {
		f->log.value = insn_value_fit(INSN_ALU, value);
	} else if (strstr(text, "(LDX/ST/STX)")) {
		f->log.value = insn_value_fit(INSN_MEM, value);
		/* A width that stays is not mentioned. */
		f->log.width = f->local_width;
	} else {
		f->log.value = value;
	}
}

/* First words of what follows "relo #N: ", and what they mean. */
enum phrase {
	PHRASE_SPEC,
	PHRASE_MATCHING,
	PHRASE_CANDIDATE,
	PHRASE_NONE_FOUND,
	PHRASE_PATCHED,
	PHRASE_POISON,
	PHRASE_AMBIGUOUS,
	PHRASE_FAILED,
	PHRASE_WARNING,
};

static const struct {
	const char *start;
	enum phrase phrase;
} phrases[] = {
        {"<", PHRASE_SPEC},
        {"matching candidate ", PHRASE_MATCHING},
        {"non-matching candidate ", PHRASE_CANDIDATE},
        {"no matching targets found", PHRASE_NONE_FOUND},
        {"patched insn ", PHRASE_PATCHED},
        {"substituting insn ", PHRASE_POISON},
        {"field offset ambiguity", PHRASE_AMBIGUOUS},
        {"relocation decision ambiguity", PHRASE_AMBIGUOUS},
        {"failed to ", PHRASE_FAILED},
};

static enum phrase phrase_of(const char *text)
{
	/* An anonymous type's warning begins like a spec: "<byte_off> (0) relocation doesn't support …". */
	if (*text == '<' && strstr(text, "> ("))
		return PHRASE_WARNING;
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		if (!strncmp(text, phrases[i].start, strlen(phrases[i].start)))
			return phrases[i].phrase;
	return PHRASE_WARNING;
}

static void begin_record(struct relo_log *log, size_t index)
{
	struct relo_fact *f = &log->list->facts[index];

	f->log = (struct relo_witness){0};
	f->candidates = 0;
	free(f->target);
	f->target = xstrdup("");
	log->weights[index] = WEIGHT_NONE;
	free(log->cause);
	log->cause = NULL;
}

/* `text` is what follows "relo #N: " in `line`. */
static void read_statement(struct relo_log *log, size_t index, const char *text, const char *line)
{
	struct relo_fact *f = &log->list->facts[index];
	enum phrase phrase = phrase_of(text);

	if (phrase == PHRASE_SPEC || !f->attempted)
		begin_record(log, index);
	f->attempted = true;
	switch (phrase) {
	case PHRASE_SPEC:
		keep_line(log, index, WEIGHT_SPEC, line);
		break;
	case PHRASE_MATCHING:
		if (!f->candidates++) {
			free(f->target);
			f->target = candidate_spec(text + strlen("matching candidate "));
		}
		break;
	case PHRASE_CANDIDATE:
		break;
	case PHRASE_NONE_FOUND:
		keep_line(log, index, WEIGHT_SPEC, line);
		break;
	case PHRASE_PATCHED:
		read_patch(f, text);
		keep_line(log, index, WEIGHT_PATCHED, line);
		break;
	case PHRASE_POISON:
		f->log = (struct relo_witness){.seen = RELO_SEEN_POISON};
		keep_line(log, index, WEIGHT_POISON, line);
		break;
	case PHRASE_AMBIGUOUS:
		f->log = (struct relo_witness){.seen = RELO_SEEN_AMBIGUOUS};
		keep_line(log, index, WEIGHT_CAUSE, line);
		break;
	case PHRASE_FAILED:
		if (f->log.seen != RELO_SEEN_AMBIGUOUS)
			f->log = (struct relo_witness){.seen = RELO_SEEN_ERROR};
		if (log->cause && log->cause_len == strlen(f->program) &&
		    !strncmp(log->cause + strlen(LEAD), f->program, log->cause_len))
			keep_line(log, index, WEIGHT_CAUSE, log->cause);
		else
			keep_line(log, index, WEIGHT_FAILED, line);
		break;
	case PHRASE_WARNING:
		keep_line(log, index, WEIGHT_CAUSE, line);
		break;
	}
}

/* "prog 'NAME': relo #N: …", or "prog 'NAME': relo 4 at insn …" which gives a kind and no record. */
static void read_line(struct relo_log *log, const char *line)
{
	static const char middle[] = "': relo ";
	const char *name = line + strlen(LEAD);
	const char *close = strstr(name, middle), *text;
	char *after;
	unsigned long number;
	int index;

	if (!close)
		return;
	text = close + strlen(middle);
	if (*text != '#') {
		free(log->cause);
		log->cause = xstrdup(line);
		log->cause_len = (size_t)(close - name);
		return;
	}
	number = strtoul(text + 1, &after, 10);
	if (after == text + 1 || strncmp(after, ": ", 2) || number > UINT32_MAX)
		return;
	index = find_fact(log, name, (size_t)(close - name), (uint32_t)number);
	if (index >= 0)
		read_statement(log, (size_t)index, after + 2, line);
}

void relo_log_line(struct relo_log *log, const char *line)
{
	while (*line) {
		size_t len = strcspn(line, "\n");
		const char *s = line + strspn(line, " ");

		if (!strncmp(s, PREFIX, strlen(PREFIX)))
			s += strlen(PREFIX);
		if (!strncmp(s, LEAD, strlen(LEAD))) {
			char *copy = xstrndup(s, len - (size_t)(s - line));

			read_line(log, copy);
			free(copy);
		}
		line += len + (line[len] == '\n');
	}
}
