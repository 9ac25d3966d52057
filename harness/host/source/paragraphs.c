/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/paragraphs.h"

#include <string.h>

/* No paragraph of a package is that long. */
static const size_t paragraph_max = 1u << 20;

void paragraphs_feed(struct paragraphs *p, const struct list_origin *origin, const char *bytes, size_t len)
{
	const char *at, *end;
	char *blank;

	buf_add(&p->rest, bytes, len);
	at = p->rest.data;
	end = at + p->rest.len;
	while ((blank = memmem(at, (size_t)(end - at), "\n\n", 2))) {
		p->take(p->ctx, origin, at, (size_t)(blank - at));
		at = blank + 2;
	}
	buf_consume(&p->rest, (size_t)(at - p->rest.data));
	/* What is not a paragraph is not kept. */
	if (p->rest.len > paragraph_max)
		buf_consume(&p->rest, p->rest.len);
}

void paragraphs_end(struct paragraphs *p, const struct list_origin *origin)
{
	size_t len = p->rest.len;

	p->take(p->ctx, origin, buf_str(&p->rest), len);
	buf_consume(&p->rest, len);
}

void paragraphs_free(struct paragraphs *p)
{
	buf_free(&p->rest);
}
