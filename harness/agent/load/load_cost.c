/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/load_cost.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* Of one load. */
struct note {
	int fd; /* -1: it failed */
	char name[BPF_OBJ_NAME_LEN];
	uint32_t insn_count;
	struct program_cost cost;
	char *stopped; /* NULL: not known */
	struct line_fact *lines;
	uint32_t line_count;
};

static struct note *notes;
static size_t note_count;
static size_t latest;        /* its number, from 1; 0: none */
static uint32_t known_limit; /* of instructions, as the verifier said it last */
static bool lines_wanted;
static uint32_t dearest; /* verified instructions of the dearest program whose lines are known */

/* The depths of a program and of its subprograms, "8+0+16", together. */
static uint32_t depths(const char *text)
{
	uint32_t sum = 0;

	for (;;) {
		char *end;

		sum += (uint32_t)strtoul(text, &end, 10);
		if (*end != '+')
			return sum;
		text = end + 1;
	}
}

/* What stands behind the last `words` in `log`; NULL: nothing does. */
static const char *behind_last(const char *log, const char *words)
{
	const char *found = NULL;

	for (const char *at = log; (at = strstr(at, words)); at += strlen(words))
		found = at + strlen(words);
	return found;
}

/* 7.3 tells of each in a line of its own, "subprog 1 (f) static insns_self 2 insns_total 2 stack 48", behind the depth
 * of the deepest chain of calls. */
static uint32_t depths_of_lines(const char *text)
{
	const char *at = strstr(text, "\nsubprog ");
	uint32_t sum = 0;

	if (!at)
		return (uint32_t)strtoul(text, NULL, 10);
	for (; at; at = strstr(at + 1, "\nsubprog ")) {
		const char *end = strchrnul(at + 1, '\n');
		const char *stack = memmem(at, (size_t)(end - at), " stack ", strlen(" stack "));

		sum += stack ? (uint32_t)strtoul(stack + strlen(" stack "), NULL, 10) : 0;
	}
	return sum;
}

static uint32_t stack_depth(const char *text)
{
	static const char deepest[] = "max ";

	return strncmp(text, deepest, strlen(deepest)) ? depths(text) : depths_of_lines(text + strlen(deepest));
}

void load_cost_read(const char *log, struct program_cost *cost)
{
	const char *stack = behind_last(log, "stack depth "), *time = behind_last(log, "verification time ");
	const char *processed = behind_last(log, "processed ");
	struct program_cost c = {0};

	if (!processed ||
	    sscanf(processed,
	           "%" SCNu32 " insns (limit %" SCNu32 ") max_states_per_insn %" SCNu32 " total_states %" SCNu32
	           " peak_states %" SCNu32,
	           &c.verified_insns, &c.insns_limit, &c.max_states, &c.total_states, &c.peak_states) != 5)
		return;
	c.stack_depth = stack ? stack_depth(stack) : 0;
	c.verify_us = time ? strtoull(time, NULL, 10) : 0;
	*cost = c;
}

static struct note *find(int fd, const char *name, uint32_t insn_count)
{
	for (size_t i = 0; i < note_count; i++) {
		struct note *n = &notes[i];

		if (n->fd == fd &&
		    (fd >= 0 || (!strncmp(n->name, name, sizeof(n->name) - 1) && n->insn_count == insn_count)))
			return n;
	}
	return NULL;
}

static void forget_lines(struct note *n)
{
	line_facts_free(n->lines, n->line_count);
	n->lines = NULL;
	n->line_count = 0;
}

void load_cost_note(const char *name, uint32_t insn_count, int fd, const char *log)
{
	struct note *n = find(fd < 0 ? -1 : fd, name, insn_count);

	if (!n) {
		notes = xrealloc(notes, note_count + 1, sizeof(*notes));
		n = &notes[note_count++];
	} else {
		forget_lines(n);
		free(n->stopped);
	}
	latest = (size_t)(n - notes) + 1;
	*n = (struct note){.fd = fd < 0 ? -1 : fd, .insn_count = insn_count};
	snprintf(n->name, sizeof(n->name), "%s", name);
	load_cost_read(log, &n->cost);
	if (n->cost.insns_limit)
		known_limit = n->cost.insns_limit;
}

void load_cost_stopped(const char *name, uint32_t insn_count, char *where)
{
	struct note *n = find(-1, name, insn_count);

	if (n) {
		free(n->stopped);
		n->stopped = where;
	} else {
		free(where);
	}
}

const char *load_cost_stop_of(const char *name, uint32_t insn_count)
{
	const struct note *n = find(-1, name, insn_count);

	return n && n->stopped ? n->stopped : "";
}

void load_cost_want_lines(void)
{
	lines_wanted = true;
}

bool load_cost_wants_lines(const struct program_cost *cost)
{
	return lines_wanted && cost->verified_insns > dearest;
}

void load_cost_lines(struct line_fact *lines, uint32_t count)
{
	for (size_t i = 0; i < note_count; i++)
		forget_lines(&notes[i]);
	if (!latest) {
		line_facts_free(lines, count);
		return;
	}
	notes[latest - 1].lines = lines;
	notes[latest - 1].line_count = count;
	dearest = notes[latest - 1].cost.verified_insns;
}

struct line_fact *load_cost_lines_of(int fd, const char *name, uint32_t insn_count, uint32_t *count)
{
	const struct note *n = find(fd < 0 ? -1 : fd, name, insn_count);
	struct line_fact *copy = n && n->line_count ? xcalloc(n->line_count, sizeof(*copy)) : NULL;

	*count = copy ? n->line_count : 0;
	for (uint32_t i = 0; i < *count; i++)
		copy[i] = (struct line_fact){xstrdup(n->lines[i].place), xstrdup(n->lines[i].text), n->lines[i].insns};
	return copy;
}

/* Bytes that the kernel accounts for a map; 0 where it does not tell. */
static uint64_t map_bytes(uint32_t id)
{
	cleanup_close int fd = bpf_map_get_fd_by_id(id);
	cleanup_free char *path = xasprintf("/proc/self/fdinfo/%d", fd);
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};
	const char *memlock;

	if (fd < 0 || io_read_file(path, 64 << 10, &text, &err))
		return 0;
	memlock = strstr(buf_str(&text), "memlock:");
	return memlock ? strtoull(memlock + strlen("memlock:"), NULL, 10) : 0;
}

/* The kernel tells it of loads alone that ask: of one that somebody else made, another one tells. */
static uint32_t insns_limit(void)
{
	static const struct bpf_insn nothing[] = {
	        {.code = BPF_ALU64 | BPF_MOV | BPF_K},
	        {.code = BPF_JMP | BPF_EXIT},
	};
	cleanup_close int fd = -1;

	if (!known_limit)
		fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "limit", "GPL", nothing,
		                   sizeof(nothing) / sizeof(*nothing), NULL);
	return known_limit;
}

/* What the kernel tells of a program that it holds. */
static void add_info(int fd, struct program_cost *cost)
{
	uint32_t ids[64], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {.nr_map_ids = sizeof(ids) / sizeof(*ids), .map_ids = (uintptr_t)ids};

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return;
	if (info.verified_insns) { /* 5.16 */
		cost->verified_insns = info.verified_insns;
		if (!cost->insns_limit)
			cost->insns_limit = insns_limit();
	}
	cost->xlated_bytes = info.xlated_prog_len;
	cost->jited_bytes = info.jited_prog_len;
	for (uint32_t i = 0; i < info.nr_map_ids && i < sizeof(ids) / sizeof(*ids); i++)
		cost->map_bytes += map_bytes(ids[i]);
}

struct program_cost load_cost_of(int fd, const char *name, uint32_t insn_count)
{
	const struct note *n = find(fd < 0 ? -1 : fd, name, insn_count);
	struct program_cost cost = n ? n->cost : (struct program_cost){0};

	if (fd >= 0)
		add_info(fd, &cost);
	return cost;
}
