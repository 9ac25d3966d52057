/* SPDX-License-Identifier: BSD-2-Clause */
/* paragraphs: the lists of an archive (deb-control(5)) as they come, in pieces, cut into paragraphs. Pure. */
#ifndef COREMATRIX_HOST_SOURCE_PARAGRAPHS_H
#define COREMATRIX_HOST_SOURCE_PARAGRAPHS_H

#include <stddef.h>

#include "base/buf.h"

/* Which list a paragraph is of. */
struct list_origin {
	const char *base;  /* the repository's URI, with its final slash */
	const char *suite; /* as the sources name it; "" when that does not matter */
};

struct paragraphs {
	struct buf rest; /* of what was fed, begun and not yet ended */
	/* Called with each paragraph, without the blank line after it; `origin` as it was fed. */
	void (*take)(void *ctx, const struct list_origin *origin, const char *text, size_t len);
	void *ctx;
};

/* Feed bytes of a list, in pieces of any size; then the end of each list. Free with paragraphs_free. */
void paragraphs_feed(struct paragraphs *p, const struct list_origin *origin, const char *bytes, size_t len);
void paragraphs_end(struct paragraphs *p, const struct list_origin *origin);
void paragraphs_free(struct paragraphs *p);

#endif
