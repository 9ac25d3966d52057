/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/proof.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define PREFIX "libbpf: "

/* Lines of libbpf that only repeat that something failed (libbpf 1.1 to 1.7), and frames around the verifier's log. */
static const char *const repeats[] = {
        "failed to load: ",      "failed to load object",     "BPF program load failed", "failed to prepare load",
        "failed to auto-attach", "-- BEGIN PROG LOAD LOG --", "-- END PROG LOAD LOG --", "failed to load program",
};

/* What the verifier prints behind its verdict (kernel/bpf/verifier.c, print_verification_stats). */
static const char *const statistics[] = {"processed ", "verification time ", "stack depth ", "max_states_per_insn "};

static bool has(const char *line, size_t len, const char *text)
{
	return memmem(line, len, text, strlen(text)) != NULL;
}

static bool is_repeat(const char *line, size_t len)
{
	for (size_t i = 0; i < sizeof(repeats) / sizeof(repeats[0]); i++)
		if (has(line, len, repeats[i]))
			return true;
	return false;
}

static bool is_statistics(const char *line, size_t len)
{
	for (size_t i = 0; i < sizeof(statistics) / sizeof(statistics[0]); i++)
		if (len >= strlen(statistics[i]) && !memcmp(line, statistics[i], strlen(statistics[i])))
			return true;
	return false;
}

static char *line_copy(const char *line, size_t len)
{
	size_t skip = len >= strlen(PREFIX) && !memcmp(line, PREFIX, strlen(PREFIX)) ? strlen(PREFIX) : 0;

	return xstrndup(line + skip, len - skip);
}

char *proof_verifier_log(const char *log, const char *program)
{
	cleanup_free char *begin = xasprintf("prog '%s': -- BEGIN PROG LOAD LOG --", program);
	const char *at = strstr(log, begin), *end;

	if (!at)
		return NULL;
	at = strchrnul(at, '\n');
	at += *at == '\n';
	end = strstr(at, "-- END PROG LOAD LOG --");
	if (!end)
		return xstrdup(at);
	while (end > at && end[-1] != '\n')
		end--;
	return xstrndup(at, (size_t)(end - at));
}

static char *verifier_verdict(const char *log, const char *program)
{
	cleanup_free char *text = program ? proof_verifier_log(log, program) : NULL;
	const char *found = NULL, *end;
	size_t found_len = 0;

	for (const char *line = text ? text : ""; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (end == line || is_statistics(line, (size_t)(end - line)))
			continue;
		found = line;
		found_len = (size_t)(end - line);
	}
	return found ? line_copy(found, found_len) : NULL;
}

char *proof_line(const char *log, const char *program)
{
	cleanup_free char *needle = program ? xasprintf("'%s'", program) : xstrdup("");
	char *verdict = verifier_verdict(log, program);
	const char *best = NULL, *any = NULL, *end;

	if (verdict)
		return verdict;
	for (const char *line = log; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (end == line || is_statistics(line, (size_t)(end - line)) ||
		    !has(line, (size_t)(end - line), needle))
			continue;
		any = line;
		if (!is_repeat(line, (size_t)(end - line)))
			best = line;
	}
	best = best ? best : any;
	return best ? line_copy(best, (size_t)(strchrnul(best, '\n') - best)) : xstrdup("");
}
