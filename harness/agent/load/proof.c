/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "wire/load_log.h"

static char *line_copy(const char *line, size_t len)
{
	size_t own = strlen(LOAD_LOG_LIBBPF), skip = len >= own && !memcmp(line, LOAD_LOG_LIBBPF, own) ? own : 0;

	return xstrndup(line + skip, len - skip);
}

char *proof_verifier_log(const char *log, const char *program)
{
	cleanup_free char *begin = xasprintf("prog '%s': " LOAD_LOG_BEGIN, program);
	const char *at = strstr(log, begin), *end;

	if (!at)
		return NULL;
	at = strchrnul(at, '\n');
	at += *at == '\n';
	end = strstr(at, LOAD_LOG_END);
	if (!end)
		return xstrdup(at);
	while (end > at && end[-1] != '\n')
		end--;
	return xstrndup(at, (size_t)(end - at));
}

static char *verifier_verdict(const char *log, const char *program)
{
	cleanup_free char *text = proof_verifier_log(log, program);
	size_t len;
	const char *line = text ? load_log_verdict(text, strlen(text), &len) : NULL;

	return line ? line_copy(line, len) : NULL;
}

char *proof_line(const char *log, const char *program)
{
	cleanup_free char *needle = program ? xasprintf("'%s'", program) : xstrdup("");
	char *verdict = program ? verifier_verdict(log, program) : NULL;
	enum load_log_line worth;
	const char *line;
	size_t len;

	if (verdict)
		return verdict;
	line = load_log_telling(log, strlen(log), needle, &worth, &len);
	return line ? line_copy(line, len) : xstrdup("");
}
