/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/oci_image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/version.h"
#include "host/lib/child.h"
#include "host/source/definition.h"
#include "host/source/kernel_words.h"
#include "host/source/version_span.h"
#include "host/source/oci_layout.h"

static const int skopeo_timeout_ms = 30 * 60 * 1000;
static const uint64_t blob_max = (uint64_t)4 << 30;

/* ---- NAME.oci ---- */

static const char registry[] = "docker://", layout[] = "oci:", by_hash[] = "@sha256:";

static bool begins_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* What follows the last colon, unless that is of a port or there is none. */
static const char *tag_of(const char *image)
{
	const char *colon = strrchr(image, ':');

	return colon && colon[1] && !strchr(colon, '/') ? colon + 1 : NULL;
}

/* Append the image that a line names; false for a line that names none. */
static bool take_image(struct oci_list *list, const char *line, const char *directory)
{
	const char *hash = strstr(line, by_hash), *tag = hash ? "" : tag_of(line + strlen(layout));

	if (!column_is_word(line))
		return false;
	if (begins_with(line, registry)) {
		if (!line[strlen(registry)] || (hash && !column_is_sha256(hash + strlen(by_hash))))
			return false;
		tag = tag ? tag : "latest";
		strings_add(&list->references, line);
	} else if (begins_with(line, layout) && !hash) {
		const char *path = line + strlen(layout);

		tag = tag ? tag : "";
		if (!*path)
			return false;
		strings_addf(&list->references, "%s%s%s%s", layout, *path == '/' ? "" : directory,
		             *path == '/' ? "" : "/", path);
	} else {
		return false;
	}
	strings_add(&list->tags, tag);
	return true;
}

int oci_list_read(const char *text, const char *path, const char *directory, bool has_policy, struct oci_list *list,
                  struct error *err)
{
	cleanup_free char *copy = xstrdup(text);
	char *at = copy, *line;
	unsigned number = 0;

	*list = (struct oci_list){0};
	while ((line = strsep(&at, "\n"))) {
		number++;
		line += strspn(line, " \t\r");
		line[strcspn(line, " \t\r")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (!take_image(list, line, directory))
			return error_usage(
			        err,
			        "%s:%u: expected an image: docker://REGISTRY/IMAGE@sha256:HASH, docker://REGISTRY/IMAGE:TAG or oci:DIRECTORY:TAG",
			        path, number);
		if (begins_with(line, registry) && !strstr(line, by_hash) && !has_policy)
			return error_usage(
			        err,
			        "%s:%u: a tag is what the registry says today; name the image by its hash (@sha256:…), or say in a file %.*s.policy.json whose signatures count (containers-policy.json(5))",
			        path, number, (int)(strlen(path) - strlen(".oci")), path);
	}
	return list->references.count ? 0 : error_usage(err, "%s: names no image", path);
}

void oci_list_free(struct oci_list *list)
{
	strings_free(&list->references);
	strings_free(&list->tags);
}

/* NAME.policy.json. */
static char *policy_path(const struct kernel_source *self)
{
	return xasprintf("%s.policy.json", self->place);
}

static int read_list(const struct kernel_source *self, struct oci_list *list, char **place, struct error *err)
{
	cleanup_free char *directory = definition_directory(self->definition), *policy = policy_path(self);
	cleanup_buf struct buf text = {0};
	int rc = definition_read(self, &text, place, err);

	*list = (struct oci_list){0};
	return rc ? rc : oci_list_read(buf_str(&text), self->definition, directory, !access(policy, R_OK), list, err);
}

/* ---- skopeo ---- */

/* Its last words, without when it said them: time="…" level=fatal msg="…" */
static int skopeo_failed(const char *reference, const struct child_result *said, struct error *err)
{
	cleanup_free char *how = child_describe(said);
	const char *text = buf_str(&said->err), *msg = strstr(text, "level=fatal msg=");

	text = msg ? msg + strlen("level=fatal msg=") : text;
	return error_set(err, EIO, "%s: skopeo %s: %.*s", reference, how, (int)strcspn(text, "\n"), text);
}

/* The image for an architecture, as a layout of its own in `directory`. */
static int copy_image(const struct kernel_source *self, const char *reference, const char *arch, const char *directory,
                      struct error *err)
{
	const struct child_options o = {.timeout_ms = skopeo_timeout_ms, .max_file = blob_max};
	cleanup_free char *policy = policy_path(self), *to = xasprintf("%s%s:kernel", layout, directory);
	bool has_policy = !access(policy, R_OK);
	const char *const argv[] = {"skopeo",
	                            has_policy ? "--policy" : "--insecure-policy",
	                            has_policy ? policy : "--override-os=linux",
	                            "--override-arch",
	                            arch,
	                            "copy",
	                            "--quiet",
	                            reference,
	                            to,
	                            NULL};
	cleanup_child_result struct child_result said = {0};
	int rc = io_remove_tree(directory, err);

	rc = rc ? rc : io_make_dirs(directory, err);
	rc = rc ? rc : child_run(argv, &o, &said, err);
	if (rc == -ENOENT)
		return error_set(err, ENOENT, "images of kernels are read with skopeo; run: apt-get install skopeo");
	return rc || child_ok(&said) ? rc : skopeo_failed(reference, &said, err);
}

/* ---- the index ---- */

/* Of images for several architectures each has its own layers: the address is "REFERENCE#ARCHITECTURE". */
static struct package_ref layer_ref(const char *reference, const struct arch *arch, const struct oci_layer *layer)
{
	return (struct package_ref){
	        .name = xasprintf("layer-%.12s.tar", layer->sha256),
	        .uri = xasprintf("%s#%s", reference, arch->deb),
	        .size = layer->size,
	        .sha256 = xstrdup(layer->sha256),
	};
}

static void take_kernel(struct kernel_index *index, const char *reference, const char *tag, const struct arch *arch,
                        const struct oci_layout *image)
{
	struct kernel_package k = {.release = xstrdup(image->release), .version = xstrdup(image->release)};
	size_t modules = 0;
	bool has_config = false;

	for (size_t i = 0; i < image->count; i++) {
		const struct oci_layer *layer = &image->layers[i];

		if (layer->has_image && !k.image.name)
			k.image = layer_ref(reference, arch, layer);
		else if (layer->has_config && !has_config)
			k.config = layer_ref(reference, arch, layer);
		has_config |= layer->has_config;
		if (layer->has_modules && modules < MODULE_PACKAGES_MAX)
			k.modules[modules++] = layer_ref(reference, arch, layer);
	}
	kernel_words_name(&k, "", kernel_words_flavour(k.release));
	if (*tag)
		kernel_words_name(&k, tag, kernel_words_flavour(k.release));
	index->kernels = xrealloc(index->kernels, index->count + 1, sizeof(*index->kernels));
	index->kernels[index->count++] = k;
}

/* An image that cannot be had, or that has no kernel, is a gap. */
static void read_image(const struct kernel_source *self, const char *reference, const char *tag,
                       const struct arch *arch, const char *work, struct kernel_index *index)
{
	cleanup_oci_layout struct oci_layout image = {0};
	cleanup_error struct error why = {0};
	int rc = copy_image(self, reference, arch->deb, work, &why);

	rc = rc ? rc : oci_layout_read(work, reference, &image, &why);
	if (rc)
		kernel_index_add_gap(index, why.text);
	else
		take_kernel(index, reference, tag, arch, &image);
}

static int refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                   struct kernel_index *index, struct error *err)
{
	cleanup_free char *place = NULL, *work = xasprintf("%s/image", dir);
	cleanup_oci_list struct oci_list list = {0};
	int rc = read_list(self, &list, &place, err);

	*index = (struct kernel_index){0};
	for (size_t i = 0; i < list.references.count && !rc; i++)
		read_image(self, list.references.at[i], list.tags.at[i], arch, work, index);
	io_remove_tree(work, NULL);
	if (!rc && !index->count)
		rc = error_set(err, EIO, "%s: none of its images can be used: %s", self->definition,
		               index->gap_count ? index->gaps[0] : "it names none");
	if (rc) {
		kernel_index_free(index);
		return rc;
	}
	kernel_index_sort(index);
	index->place = steal_ptr(place);
	return 0;
}

/* ---- files ---- */

/* All of the image once more: skopeo fetches no layer by itself. What a tag means by now may have none such. */
static int fetch(const struct kernel_source *self, const struct package_ref *ref, const char *target, struct error *err)
{
	cleanup_free char *work = xasprintf("%s.image", target);
	cleanup_free char *blob = xasprintf("%s/blobs/sha256/%s", work, ref->sha256);
	const char *mark = strrchr(ref->uri, '#');
	cleanup_free char *reference = xstrndup(ref->uri, mark ? (size_t)(mark - ref->uri) : strlen(ref->uri));
	int rc = copy_image(self, reference, mark ? mark + 1 : arch_default()->deb, work, err);

	if (!rc && access(blob, F_OK))
		rc = error_set(err, ENOENT, "%s: the image has no layer %s any more", reference, ref->sha256);
	else if (!rc && rename(blob, target))
		rc = error_set(err, errno, "%s: cannot be moved: %s", target, strerror(errno));
	io_remove_tree(work, NULL);
	return rc;
}

const struct kernel_source oci_image_source = {
        .read_words = kernel_words_read,
        .several = version_span_is,
        .flavour = kernel_words_flavour,
        .arch = kernel_words_arch,
        .compare = version_compare,
        .upstream_len = kernel_words_upstream_len,
        .refresh = refresh,
        .serves = definition_serves,
        .fits = kernel_words_fit,
        .explain = kernel_words_explain,
        .fetch = fetch,
};
