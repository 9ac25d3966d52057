/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sweep found, for people. */
#include <string.h>

#include "base/buf.h"
#include "host/bisect/sweep.h"

/* A stretch of a series: measured kernels that are alike for one object, and the unmeasured ones between them. */
struct stretch {
	size_t first, last; /* measured ones */
	size_t measured;
	bool by_relocations; /* the verdict is that of the stretch before */
};

static bool is_same(const struct sweep *s, size_t object, size_t a, size_t b)
{
	const struct sweep_kernel *x = &s->kernels[a], *y = &s->kernels[b];

	return !strcmp(x->verdicts[object], y->verdicts[object]) &&
	       !strcmp(x->relocations[object], y->relocations[object]);
}

/* The stretch that begins at or after `from`; false when nothing more was measured. */
static bool next_stretch(const struct sweep *s, const struct sweep_series *x, size_t object, size_t from,
                         struct stretch *stretch)
{
	*stretch = (struct stretch){0};
	for (size_t i = from; i < x->first + x->count; i++) {
		if (s->kinds[i] < 0)
			continue;
		if (!stretch->measured)
			stretch->first = i;
		else if (!is_same(s, object, stretch->first, i))
			break;
		stretch->last = i;
		stretch->measured++;
	}
	return stretch->measured > 0;
}

static void tell_object(const struct sweep *s, const struct sweep_series *x, size_t object, struct buf *out)
{
	const char *verdict = "";
	struct stretch t;

	buf_printf(out, "  %s\n", s->objects.at[object]);
	for (size_t at = x->first; next_stretch(s, x, object, at, &t); at = t.last + 1) {
		const struct sweep_kernel *k = &s->kernels[t.first];
		bool one = t.first == t.last;

		buf_printf(out, "    %s%s%s", s->list.rows[t.first].id, one ? "" : " to ",
		           one ? "" : s->list.rows[t.last].id);
		if (!one)
			buf_printf(out, " (%zu of %zu measured)", t.measured, t.last - t.first + 1);
		buf_printf(out, ": %s%s%s%s\n", k->verdicts[object],
		           strcmp(verdict, k->verdicts[object]) ? "" : ", with other relocations resolved",
		           *k->reasons[object] ? ": " : "", k->reasons[object]);
		verdict = k->verdicts[object];
	}
}

static void tell_series(const struct sweep *s, const struct sweep_series *x, struct buf *out)
{
	size_t measured = 0, skipped = 0;

	for (size_t i = x->first; i < x->first + x->count; i++) {
		measured += s->kinds[i] >= 0;
		skipped += s->kinds[i] == SWEEP_SKIPPED;
	}
	buf_printf(out, "%s: %zu releases, %zu measured", x->id, x->count, measured);
	if (skipped)
		buf_printf(out, ", %zu could not be measured", skipped);
	buf_putc(out, '\n');
	for (size_t n = 0; n < s->objects.count; n++)
		tell_object(s, x, n, out);
}

char *sweep_text(const struct sweep *s)
{
	struct buf out = {0};

	for (size_t i = 0; i < s->series_count; i++)
		tell_series(s, &s->series[i], &out);
	if (s->measured < s->list.count)
		buf_puts(
		        &out,
		        "between two that are alike, what was not measured is taken to be like them; --all measures all\n");
	buf_printf(&out, "%zu of %zu releases measured in %.0f s; %.0f MB of kernels at a time\n", s->measured,
	           s->list.count, s->seconds, (double)s->most_bytes / 1e6);
	return buf_steal(&out);
}
