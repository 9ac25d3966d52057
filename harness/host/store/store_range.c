/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kernels the mirror has beside those of a list: what `predict` and `bisect` ask. */
#include "base/cleanup.h"
#include "host/source/apt.h"
#include "host/store/store.h"

int store_range(const struct store_options *o, struct release_point from, struct release_point to, bool fetch,
                struct strings *between, struct error *err)
{
	cleanup_free char *dir = xasprintf("%s/apt", o->dir);
	cleanup_package_index struct package_index index = {0};
	long age;
	int rc = apt_index_read(dir, o->mirror, &index, &age, err);

	if (rc && fetch)
		rc = apt_update(dir, o->mirror, &index, err);
	return rc ? rc : release_range(&index, from, to, between, err);
}
