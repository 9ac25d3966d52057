/* SPDX-License-Identifier: BSD-2-Clause */
/* paragraphs: the lists of an archive (deb-control(5)) as they come, in pieces, cut into paragraphs. Pure. */
#ifndef COREMATRIX_HOST_SOURCE_PARAGRAPHS_H
#define COREMATRIX_HOST_SOURCE_PARAGRAPHS_H

#include <stddef.h>

#include "base/buf.h"

struct paragraphs {
	struct buf rest; /* of what was fed, begun and not yet ended */
	/* Called with each paragraph, without the blank line after it; `base` as it was fed. */
	void (*take)(void *ctx, const char *base, const char *text, size_t len);
	void *ctx;
};

/* Feed bytes of a list, in pieces of any size; then the end of each list. Free with paragraphs_free. */
void paragraphs_feed(struct paragraphs *p, const char *base, const char *bytes, size_t len);
void paragraphs_end(struct paragraphs *p, const char *base);
void paragraphs_free(struct paragraphs *p);

#endif
