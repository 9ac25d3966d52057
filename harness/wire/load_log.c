/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/load_log.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* How lines of the verifier begin that trace its walk or sum it up (kernel/bpf/verifier.c, kernel/bpf/log.c). */
static const char *const traces[] = {
        ";",
        "processed ",
        "insns processed ",
        "verification time",
        "stack depth",
        "max_states_per_insn ",
        "from ",
        "last_idx ",
        "regs=",
        "parent ",
        "mark_precise:",
        "propagating ",
        "caller:",
        "callee:",
        "returning from callee:",
        "-- ",
        " R",
};

static const char *const repeats[] = {
        "failed to load: -",     "failed to load object",  "failed to prepare load",
        "failed to auto-attach", "failed to load program",
};

static const char *const failures[] = {
        "fail", "rror", "not ", "n't ", "nvalid", "nsupported", "missing", "bad ", "nrecognized", "ncompatible",
};

static bool starts_with(const char *line, size_t len, const char *text)
{
	return len >= strlen(text) && !memcmp(line, text, strlen(text));
}

static bool has(const char *line, size_t len, const char *text)
{
	return memmem(line, len, text, strlen(text)) != NULL;
}

static bool has_one_of(const char *line, size_t len, const char *const *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has(line, len, table[i]))
			return true;
	return false;
}

static size_t digits_at(const char *line, size_t len, size_t at)
{
	size_t end = at;

	while (end < len && line[end] >= '0' && line[end] <= '9')
		end++;
	return end - at;
}

static bool is_trace(const char *line, size_t len)
{
	size_t digits = digits_at(line, len, 0);

	/* an instruction: "12: (85) call ..." */
	if (!len || (digits && digits < len && line[digits] == ':'))
		return true;
	for (size_t i = 0; i < COUNT(traces); i++)
		if (starts_with(line, len, traces[i]))
			return true;
	if (starts_with(line, len, "subprog ") && has(line, len, " insns_self "))
		return true;
	/* a register state on a line of its own: "R0=..." or "R10=..." (6.x), "R0_w=..." (5.10) */
	digits = *line == 'R' ? digits_at(line, len, 1) : 0;
	return *line == 'R' && 1 + digits < len && (line[1 + digits] == '=' || line[1 + digits] == '_');
}

enum load_log_line load_log_line(const char *line, size_t len)
{
	if (is_trace(line, len) || has(line, len, LOAD_LOG_BEGIN) || has(line, len, LOAD_LOG_END))
		return LOAD_LOG_TRACE;
	if (has(line, len, LOAD_LOG_FAILED))
		return LOAD_LOG_OUTCOME;
	if (has_one_of(line, len, repeats, COUNT(repeats)))
		return LOAD_LOG_REPEAT;
	return has_one_of(line, len, failures, COUNT(failures)) ? LOAD_LOG_CAUSE : LOAD_LOG_TALK;
}

bool load_log_explains(const char *line, size_t len, bool *inside)
{
	if (starts_with(line, len, "Verification failed: "))
		*inside = true;
	else if (starts_with(line, len, "processed ") || has(line, len, LOAD_LOG_END))
		*inside = false;
	return *inside;
}

static size_t line_length(const char *at, const char *end)
{
	const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

	return (size_t)((newline ? newline : end) - at);
}

const char *load_log_telling(const char *text, size_t len, const char *needle, enum load_log_line *worth,
                             size_t *line_len)
{
	const char *best = NULL, *end;
	enum load_log_line most = LOAD_LOG_TALK;
	bool inside = false;
	size_t n;

	*worth = LOAD_LOG_TRACE;
	if (!len)
		return NULL;
	end = text + len;
	for (const char *at = text; at < end; at += n + 1) {
		enum load_log_line is;

		n = line_length(at, end);
		is = load_log_line(at, n);
		if (load_log_explains(at, n, &inside) || is < most || !has(at, n, needle))
			continue;
		best = at;
		most = is;
		*line_len = n;
	}
	if (best)
		*worth = most;
	return best;
}

const char *load_log_verdict(const char *log, size_t len, size_t *line_len)
{
	const char *last = NULL, *end;
	bool inside = false;
	size_t n;

	if (!len)
		return NULL;
	end = log + len;
	for (const char *at = log; at < end; at += n + 1) {
		n = line_length(at, end);
		if (load_log_explains(at, n, &inside) || load_log_line(at, n) == LOAD_LOG_TRACE)
			continue;
		last = at;
		*line_len = n;
	}
	return last;
}
