/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "host/lib/terminal.h"

void progress_clear(void)
{
	if (terminal_is_live(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void show(void *ctx, size_t done, size_t total, const char *what)
{
	(void)ctx;
	if (!terminal_is_live(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K[%zu/%zu] %.100s", done, total, what);
	fflush(stderr);
}

static void say(void *ctx, enum watch_kind kind, const char *text)
{
	(void)ctx;
	progress_clear();
	log_line(kind == WATCH_WARNING ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "%s", text);
}

/* Events came that no guest can read: what they say is learnt once all kernels have been seen. */
static bool may_yet_be_learnt(const struct result_cell *c)
{
	return c->verdict == VERDICT_UNPROVEN && c->evidence == EVIDENCE_EVENTS;
}

static char *count_verdicts(const struct result *r, const char *kernel)
{
	size_t counts[VERDICT_COUNT] = {0}, unexpected = 0;
	struct buf text = {0};

	for (size_t i = 0; i < r->cell_count; i++) {
		if (strcmp(r->cells[i].kernel, kernel))
			continue;
		counts[r->cells[i].verdict]++;
		unexpected += result_cell_state(&r->cells[i]) == CELL_UNEXPECTED && !may_yet_be_learnt(&r->cells[i]);
	}
	for (unsigned v = 0; v < VERDICT_COUNT; v++)
		if (counts[v])
			buf_printf(&text, "%s%zu %s", text.len ? ", " : "", counts[v], verdict_name((enum verdict)v));
	if (unexpected)
		buf_printf(&text, " - %zu UNEXPECTED", unexpected);
	return buf_steal(&text);
}

static void tell_kernel(void *ctx, const struct result *r, const struct result_kernel *k, size_t done, size_t total)
{
	cleanup_free char *verdicts = count_verdicts(r, k->id), *took = NULL;

	(void)ctx;
	if (k->attempt_count || k->infra)
		took = xasprintf("%5.2f s", k->timing.total_ms / 1000);
	progress_clear();
	fprintf(stderr, "[%zu/%zu] %-14s %-28s %s  %s%s%s\n", done, total, k->id, k->release, took ? took : " reused",
	        verdicts, k->infra ? ": " : "", k->infra ? k->reason : "");
}

const struct watch progress_watch = {.say = say, .at_work = show, .kernel_done = tell_kernel};
