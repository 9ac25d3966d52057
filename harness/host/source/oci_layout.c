/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/oci_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/jail.h"
#include "host/lib/unpack.h"
#include "host/source/kernel_index.h"

#define RELEASE_MAX 128
#define LAYERS_MAX 64

static const size_t json_max = 4u << 20;
static const struct jail_limits limits = {.cpu_seconds = 300, .memory = (uint64_t)2 << 30, .file = 0};

/* ---- JSON ---- */

/* "sha256:HASH" of a member `digest`, NULL when it is none. */
static const char *digest_of(const json_t *descriptor)
{
	static const char algorithm[] = "sha256:";
	const char *digest = json_string_value(json_object_get(descriptor, "digest"));

	if (!digest || strncmp(digest, algorithm, strlen(algorithm)) != 0)
		return NULL;
	return column_is_sha256(digest + strlen(algorithm)) ? digest + strlen(algorithm) : NULL;
}

static int read_json(const char *path, json_t **root, struct error *err)
{
	cleanup_buf struct buf text = {0};
	json_error_t why;
	int rc = io_read_file(path, json_max, &text, err);

	if (rc)
		return rc;
	*root = json_loadb(buf_str(&text), text.len, 0, &why);
	return *root ? 0 : error_set(err, EINVAL, "%s: %s", path, why.text);
}

static int take_layers(const json_t *manifest, const char *name, struct oci_layout *image, struct error *err)
{
	const json_t *layers = json_object_get(manifest, "layers");
	size_t count = json_array_size(layers);

	if (!count || count > LAYERS_MAX)
		return error_set(err, EINVAL, "%s: has %zu layers; expected 1 to %d", name, count, LAYERS_MAX);
	image->layers = xcalloc(count, sizeof(*image->layers));
	/* the topmost is what counts */
	for (size_t i = count; i--;) {
		const json_t *layer = json_array_get(layers, i);
		const char *hash = digest_of(layer);

		if (!hash)
			return error_set(err, EINVAL, "%s: its layer %zu has no hash of SHA-256", name, i + 1);
		image->layers[image->count++] = (struct oci_layer){
		        .sha256 = xstrdup(hash),
		        .size = (uint64_t)json_integer_value(json_object_get(layer, "size")),
		};
	}
	return 0;
}

static int read_manifest(const char *directory, const char *name, struct oci_layout *image, struct error *err)
{
	cleanup_free char *index_path = xasprintf("%s/index.json", directory), *path = NULL;
	json_t *index = NULL, *manifest = NULL;
	const char *hash;
	int rc = read_json(index_path, &index, err);

	if (rc)
		return rc;
	hash = digest_of(json_array_get(json_object_get(index, "manifests"), 0));
	if (!hash) {
		rc = error_set(err, EINVAL, "%s: names no image by a hash of SHA-256", index_path);
	} else {
		path = xasprintf("%s/blobs/sha256/%s", directory, hash);
		rc = read_json(path, &manifest, err);
		rc = rc ? rc : take_layers(manifest, name, image, err);
	}
	json_decref(manifest);
	json_decref(index);
	return rc;
}

/* ---- layers ---- */

/* What the worker finds, in memory that is shared. */
struct found {
	bool has_image, has_config, has_modules;
	char release[RELEASE_MAX]; /* of the image, or of the modules where its name says none; "" */
	bool is_images;            /* it is the image's */
	bool is_several;           /* there are images of several */
};

struct errand {
	const char *const *names;
	const int *fds;
	size_t count;
	struct found *found;
};

static void take_release(struct found *f, const char *release, size_t len, bool is_images)
{
	if (!len || len >= RELEASE_MAX || (f->is_images && !is_images))
		return;
	f->is_several |= f->is_images && (strncmp(f->release, release, len) != 0 || f->release[len]);
	snprintf(f->release, sizeof(f->release), "%.*s", (int)len, release);
	f->is_images = is_images;
}

/* "lib/modules/RELEASE/vmlinuz", "boot/vmlinuz-RELEASE", "boot/vmlinuz" */
static void look_at(struct found *f, const char *path)
{
	const char *modules = strstr(path, "lib/modules/"),
	           *release = modules ? modules + strlen("lib/modules/") : NULL;
	const char *dash = strchr(io_basename(path), '-');
	enum unpack_member member = unpack_member(path);

	f->has_image |= member == UNPACK_IMAGE;
	f->has_config |= member == UNPACK_CONFIG;
	f->has_modules |= modules && !member;
	if (member == UNPACK_IMAGE && !release && dash)
		take_release(f, dash + 1, strlen(dash + 1), true);
	else if (release && strchr(release, '/'))
		take_release(f, release, strcspn(release, "/"), member == UNPACK_IMAGE);
}

/* unpack_choice's: looks at the name alone. */
static bool wants(void *ctx, const char *path)
{
	look_at(ctx, path);
	return false;
}

static int work(void *ctx, struct error *err)
{
	const struct errand *e = ctx;
	int rc = 0;

	for (size_t i = 0; i < e->count && !rc; i++) {
		const struct unpack_choice choice = {.wants = wants, .ctx = &e->found[i]};

		rc = unpack_files(e->fds[i], e->names[i], &choice, err);
	}
	return rc;
}

/* What a worker wrote may be anything if a layer subverted it. */
static bool flag(const bool *written)
{
	return *(const volatile unsigned char *)written != 0;
}

/* Which release the layers' images, or else their modules, are of; NULL when none says so. */
static const char *release_of(const struct found *found, size_t count, bool *is_several)
{
	const char *release = NULL;
	bool is_images = false;

	for (size_t i = 0; i < count; i++) {
		const struct found *f = &found[i];
		bool its_images = flag(&f->is_images);

		*is_several |= flag(&f->is_several);
		if (!*f->release || !memchr(f->release, '\0', RELEASE_MAX))
			continue;
		*is_several |= is_images && its_images && strcmp(release, f->release) != 0;
		if (!release || (its_images && !is_images))
			release = f->release;
		is_images |= its_images;
	}
	return release && column_is_word(release) && !strchr(release, '/') ? release : NULL;
}

static int take_found(const struct found *found, const char *name, struct oci_layout *image, struct error *err)
{
	bool has_image = false, is_several = false;
	const char *release = release_of(found, image->count, &is_several);

	for (size_t i = 0; i < image->count; i++) {
		image->layers[i].has_image = flag(&found[i].has_image);
		image->layers[i].has_config = flag(&found[i].has_config);
		image->layers[i].has_modules = flag(&found[i].has_modules);
		has_image |= image->layers[i].has_image;
	}
	if (!has_image)
		return error_set(err, EINVAL, "%s: no layer of it has a kernel (boot/vmlinuz-RELEASE)", name);
	if (is_several)
		return error_set(err, EINVAL, "%s: has kernels of several releases; expected one", name);
	if (!release)
		return error_set(err, EINVAL, "%s: no name in it says which release its kernel is", name);
	image->release = xstrdup(release);
	return 0;
}

static int look_into(const char *directory, const char *name, struct oci_layout *image, struct error *err)
{
	cleanup_free char **names = xcalloc(image->count, sizeof(*names));
	cleanup_free int *fds = xcalloc(image->count, sizeof(*fds));
	struct errand e = {.names = (const char *const *)names, .fds = fds};
	size_t size = image->count * sizeof(*e.found);
	int rc = 0;

	e.found = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (e.found == MAP_FAILED)
		return error_set(err, errno, "%s: no memory to look into it: %s", name, strerror(errno));
	for (; e.count < image->count && !rc; e.count++) {
		cleanup_free char *path = xasprintf("%s/blobs/sha256/%s", directory, image->layers[e.count].sha256);

		names[e.count] = xasprintf("%s: layer %.12s", name, image->layers[e.count].sha256);
		fds[e.count] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[e.count] < 0)
			rc = error_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
	}
	rc = rc ? rc : jail_run(&limits, work, &e, err);
	rc = rc ? rc : take_found(e.found, name, image, err);
	for (size_t i = 0; i < e.count; i++) {
		free(names[i]);
		if (fds[i] >= 0)
			close(fds[i]);
	}
	munmap(e.found, size);
	return rc;
}

int oci_layout_read(const char *directory, const char *name, struct oci_layout *image, struct error *err)
{
	int rc;

	*image = (struct oci_layout){0};
	rc = read_manifest(directory, name, image, err);
	return rc ? rc : look_into(directory, name, image, err);
}

void oci_layout_free(struct oci_layout *image)
{
	for (size_t i = 0; i < image->count; i++)
		free(image->layers[i].sha256);
	free(image->layers);
	free(image->release);
	*image = (struct oci_layout){0};
}
