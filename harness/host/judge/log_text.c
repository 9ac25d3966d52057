/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/log_text.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "wire/load_log.h"

bool span_starts_with(struct span s, const char *word)
{
	return s.len >= strlen(word) && memcmp(s.at, word, strlen(word)) == 0;
}

bool span_fits(const char *pattern, struct span line, struct span *captured)
{
	const char *from = line.at, *end = line.at + line.len;
	const char *gap = NULL; /* where the first `*` begins */

	*captured = (struct span){0};
	for (;;) {
		size_t len = strcspn(pattern, "*");
		const char *found = len ? memmem(from, (size_t)(end - from), pattern, len) : from;

		if (!found)
			return false;
		if (gap && !captured->at)
			*captured = (struct span){gap, (size_t)((len ? found : end) - gap)};
		from = found + len;
		if (!pattern[len])
			return true;
		if (!gap)
			gap = from;
		pattern += len + 1;
	}
}

bool span_names_errno(struct span line, int err)
{
	/* 524 is in the kernel's list only */
	cleanup_free char *number = xasprintf("(-%d)", err);
	cleanup_free char *name = xasprintf("-%s", strerrorname_np(err) ?: "ENOTSUPP");
	cleanup_free char *text = xasprintf(": %s", strerrordesc_np(err) ?: "ENOTSUPP");

	return memmem(line.at, line.len, number, strlen(number)) || memmem(line.at, line.len, name, strlen(name)) ||
	       memmem(line.at, line.len, text, strlen(text));
}

bool span_next_line(struct span *text, struct span *line)
{
	const char *newline = text->len ? memchr(text->at, '\n', text->len) : NULL;
	size_t len = newline ? (size_t)(newline - text->at) : text->len;

	if (!text->len)
		return false;
	*line = (struct span){text->at, len};
	len += newline != NULL;
	text->at += len;
	text->len -= len;
	return true;
}

bool span_last_line(struct span text, const char *pattern, int err, struct span *line, struct span *captured)
{
	struct span candidate, capture;
	bool found = false, explained = false;

	while (span_next_line(&text, &candidate)) {
		if (load_log_explains(candidate.at, candidate.len, &explained) || span_starts_with(candidate, ";") ||
		    !span_fits(pattern, candidate, &capture) || (err && !span_names_errno(candidate, err)))
			continue;
		*line = candidate;
		*captured = capture;
		found = true;
	}
	return found;
}

char *span_words(struct span line)
{
	struct buf out = {0};
	cleanup_free char *copy = xstrndup(line.at ? line.at : "", line.len);
	const char *text =
	        strncmp(copy, LOAD_LOG_LIBBPF, strlen(LOAD_LOG_LIBBPF)) == 0 ? copy + strlen(LOAD_LOG_LIBBPF) : copy;

	text_add_line(&out, text);
	return buf_steal(&out);
}

static bool holds(struct span line, const char *text)
{
	return memmem(line.at, line.len, text, strlen(text)) != NULL;
}

struct span verifier_log_span(struct span text)
{
	struct span line, log = {0};
	bool inside = false, failed = false;

	while (span_next_line(&text, &line)) {
		if (holds(line, LOAD_LOG_FAILED)) {
			failed = true;
			inside = false; /* the log of an attempt before, the end of which may have been cut off */
			log = (struct span){0};
		} else if (holds(line, LOAD_LOG_BEGIN)) {
			inside = true;
			log = (struct span){text.at, 0};
		} else if (holds(line, LOAD_LOG_END)) {
			inside = false;
		}
		if (inside)
			log.len = (size_t)(text.at - log.at);
	}
	return failed ? log : (struct span){0};
}
