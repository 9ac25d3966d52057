/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kernels a source has beside those of a list. */
#include "host/source/catalogue.h"
#include "host/store/store.h"

int store_range(const struct store_options *o, const struct kernel_source *source, struct release_point from,
                struct release_point to, bool fetch, struct strings *between, struct error *err)
{
	cleanup_catalogue_set struct catalogue_set sources = {.dir = o->dir, .offline = !fetch, .quiet = o->quiet};
	const struct kernel_source *asked = source ? source : source_default();
	struct catalogue *c = catalogue_of(&sources, asked, asked->arch(from.release));
	const struct catalogue_question questions[] = {
	        {.release = from.release, .version = from.version},
	        {.release = to.release, .version = to.version},
	        {0}, /* what lies between */
	};
	int rc = catalogue_settle(c, questions, sizeof(questions) / sizeof(questions[0]), err);

	return rc ? rc : release_range(c->source, &c->index, from, to, between, err);
}
