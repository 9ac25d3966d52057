/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/watch.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/cleanup.h"

void watch_say(const struct watch *w, enum watch_kind kind, const char *fmt, ...)
{
	cleanup_buf struct buf text = {0};
	va_list ap;

	if (!w || !w->say)
		return;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	w->say(w->ctx, kind, buf_str(&text));
}

void watch_at_work(const struct watch *w, size_t done, size_t total, const char *what)
{
	if (w && w->at_work)
		w->at_work(w->ctx, done, total, what);
}

void watch_kernel_done(const struct watch *w, const struct result *r, const struct result_kernel *k, size_t done,
                       size_t total)
{
	if (w && w->kernel_done)
		w->kernel_done(w->ctx, r, k, done, total);
}
