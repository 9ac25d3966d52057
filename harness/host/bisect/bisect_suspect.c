/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/bisect_suspect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/object/object.h"
#include "host/object/object_variants.h"
#include "host/predict/predict.h"
#include "host/predict/predict_boundary.h"
#include "host/store/store.h"

/* Releases whose types are at hand. */
struct known {
	struct strings paths;
	struct predict_types *types;
	size_t *releases;
	size_t count;
};

/* As a row that has this release says it; NULL: not told. */
static const struct arch *arch_of(const char *release)
{
	cleanup_kernel_list struct kernel_list list = {0};

	return kernel_list_parse(release, strlen(release), "bisect", &list, NULL) || !list.count ? NULL
	                                                                                         : list.rows[0].arch;
}

static void known_find(const char *images, const struct strings *releases, struct known *k)
{
	k->types = xcalloc(releases->count, sizeof(*k->types));
	k->releases = xcalloc(releases->count, sizeof(*k->releases));
	for (size_t i = 0; i < releases->count; i++) {
		cleanup_free char *path = xasprintf("%s/%s/btf", images, releases->at[i]);

		if (access(path, R_OK))
			continue;
		strings_add(&k->paths, path);
		k->releases[k->count++] = i;
	}
	for (size_t i = 0; i < k->count; i++)
		k->types[i] = (struct predict_types){.id = releases->at[k->releases[i]],
		                                     .arch = arch_of(releases->at[k->releases[i]]),
		                                     .path = k->paths.at[i]};
}

static bool differ(const struct prediction *p, size_t a, size_t b)
{
	cleanup_free char *before = predict_cell_text(prediction_cell(p, a, 0));
	cleanup_free char *after = predict_cell_text(prediction_cell(p, b, 0));
	cleanup_buf struct buf lines = {0};

	return strcmp(before, after) || predict_differences(p, 0, a, b, 0, &lines);
}

void bisect_suspect(char *object, const char *variant, const char *images, const struct strings *releases,
                    bool *suspects)
{
	cleanup_object_list struct object_list objects = {0};
	cleanup_error struct error why = {0};
	struct predict_job *job = NULL;
	const struct prediction *p = NULL;
	struct known k = {0};

	known_find(images, releases, &k);
	if (k.count > 1 && !object_list_read((char *const[]){object}, 1, &objects, &why) &&
	    !object_list_vary(&objects, variant, &why))
		job = predict_start(&objects, k.types, k.count, &why);
	p = job ? predict_finish(job, &why) : NULL;
	for (size_t i = 1; p && i < k.count; i++)
		if (differ(p, i - 1, i))
			suspects[k.releases[i - 1]] = suspects[k.releases[i]] = true;
	predict_free(job);
	strings_free(&k.paths);
	free(k.types);
	free(k.releases);
}
