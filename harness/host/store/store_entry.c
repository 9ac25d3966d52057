/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store_entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/arch/image.h"
#include "host/lib/sha256.h"
#include "host/lib/unpack.h"
#include "host/store/module_store.h"

enum { RECORD_FORMAT = 1 };
static const size_t record_max = 1 << 20, user_file_max = 1u << 30;
static const char stale_prefix[] = ".tmp-";

const char *entry_file_name(const struct entry_record *record, enum entry_file f)
{
	switch (f) {
	case ENTRY_KERNEL:
		return record->arch->image->kernel_name;
	case ENTRY_PACKED:
		return record->arch->image->packed_name;
	case ENTRY_BTF:
		return "btf";
	default:
		return "config";
	}
}

void entry_record_free(struct entry_record *r)
{
	free(r->release);
	free(r->package);
	free(r->version);
	free(r->package_sha256);
	for (size_t i = 0; i < ENTRY_FILE_COUNT; i++)
		free(r->files[i].sha256);
	*r = (struct entry_record){0};
}

static void json_release(json_t **json)
{
	json_decref(*json);
}
#define cleanup_json __attribute__((cleanup(json_release)))

/* Whose kernel it is, and which of its forms boots; records did not always say so in these words. */
static int record_parse_image(json_t *json, struct entry_record *r)
{
	const char *arch = arch_default()->name, *boots = NULL;

	if (json_unpack(json, "{s?s, s?s}", "arch", &arch, "boots", &boots))
		return -EINVAL;
	r->arch = arch_find(arch);
	if (!r->arch)
		return -EINVAL;
	r->kernel_boots = boots ? !strcmp(boots, entry_file_name(r, ENTRY_KERNEL))
	                        : json_is_true(json_object_get(json, r->arch->image->former_key));
	return 0;
}

static int record_parse(json_t *json, struct entry_record *r)
{
	const char *release, *package, *version, *package_sha256;
	json_t *files;
	int format;

	if (json_unpack(json, "{s:i, s:s, s:s, s:s, s:s, s:o}", "format", &format, "release", &release, "package",
	                &package, "version", &version, "package_sha256", &package_sha256, "files", &files) ||
	    format != RECORD_FORMAT || record_parse_image(json, r))
		return -EINVAL;
	r->release = xstrdup(release);
	r->package = xstrdup(package);
	r->version = xstrdup(version);
	r->package_sha256 = xstrdup(package_sha256);
	for (enum entry_file i = 0; i < ENTRY_FILE_COUNT; i++) {
		json_t *file = json_object_get(files, entry_file_name(r, i));
		const char *sha256 = "";
		json_int_t size = 0;

		if (file && (json_unpack(file, "{s:I, s:s}", "size", &size, "sha256", &sha256) || size < 0))
			return -EINVAL;
		r->files[i].present = file != NULL;
		r->files[i].size = (uint64_t)size;
		r->files[i].sha256 = xstrdup(sha256);
	}
	return r->files[ENTRY_KERNEL].present && (r->kernel_boots || r->files[ENTRY_PACKED].present) ? 0 : -EINVAL;
}

static int record_read(const char *path, struct entry_record *r, struct error *err)
{
	cleanup_buf struct buf text = {0};
	cleanup_json json_t *json = NULL;
	json_error_t why;
	int rc = io_read_file(path, record_max, &text, err);

	if (rc)
		return -EINVAL;
	json = json_loadb(buf_str(&text), text.len, JSON_REJECT_DUPLICATES, &why);
	if (!json)
		return error_set(err, EINVAL, "%s: line %d: %s", path, why.line, why.text);
	rc = record_parse(json, r);
	return rc ? error_set(err, EINVAL, "%s: not a record of this version of the store", path) : 0;
}

static char *path_in(const char *dir, const char *name, const char *file)
{
	return xasprintf("%s/%s/%s", dir, name, file);
}

int entry_read(const char *dir, const char *name, struct entry_record *r, struct error *err)
{
	cleanup_free char *record = path_in(dir, name, "record.json"), *place = xasprintf("%s/%s", dir, name);
	struct stat st;
	int rc;

	*r = (struct entry_record){0};
	if (stat(place, &st))
		return error_set(err, ENOENT, "%s: not in the store", place);
	rc = record_read(record, r, err);
	for (enum entry_file i = 0; !rc && i < ENTRY_FILE_COUNT; i++) {
		cleanup_free char *path = path_in(dir, name, entry_file_name(r, i));

		if (!r->files[i].present)
			continue;
		if (stat(path, &st))
			rc = error_set(err, EINVAL, "%s: %s", path, strerror(errno));
		else if ((uint64_t)st.st_size != r->files[i].size)
			rc = error_set(err, EINVAL, "%s: %jd bytes instead of %ju", path, (intmax_t)st.st_size,
			               (uintmax_t)r->files[i].size);
	}
	if (rc) {
		entry_record_free(r);
		return -EINVAL;
	}
	return 0;
}

int entry_verify(const char *dir, const char *name, const struct entry_record *r, struct error *err)
{
	for (enum entry_file i = 0; i < ENTRY_FILE_COUNT; i++) {
		cleanup_free char *path = path_in(dir, name, entry_file_name(r, i)), *hash = NULL;

		if (!r->files[i].present)
			continue;
		if (sha256_file(path, &hash, NULL, err))
			return -EINVAL;
		if (strcmp(hash, r->files[i].sha256))
			return error_set(err, EINVAL, "%s: sha256 is %s instead of %s", path, hash, r->files[i].sha256);
	}
	return 0;
}

/* Write one file of the entry that is being built and note it in the record. */
static int file_write(const char *tmp, enum entry_file which, const char *bytes, size_t len, struct entry_record *r,
                      struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", tmp, entry_file_name(r, which));
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int rc;

	if (fd < 0)
		return error_set(err, errno, "%s: cannot create: %s", path, strerror(errno));
	rc = io_write_all(fd, bytes, len);
	if (!rc && fsync(fd))
		rc = -errno;
	if (rc)
		return error_set(err, -rc, "%s: cannot write: %s", path, strerror(-rc));
	r->files[which].present = true;
	r->files[which].size = len;
	r->files[which].sha256 = sha256_bytes(bytes, len);
	return 0;
}

static int record_write(const char *tmp, const struct entry_record *r, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/record.json", tmp), *text = NULL;
	cleanup_json json_t *json = NULL;
	json_t *files = json_object();

	for (enum entry_file i = 0; i < ENTRY_FILE_COUNT; i++)
		if (r->files[i].present)
			json_object_set_new(files, entry_file_name(r, i),
			                    json_pack("{s:I, s:s}", "size", (json_int_t)r->files[i].size, "sha256",
			                              r->files[i].sha256));
	json = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "format", RECORD_FORMAT, "release", r->release,
	                 "arch", r->arch->name, "package", r->package, "version", r->version, "package_sha256",
	                 r->package_sha256, "boots", entry_file_name(r, r->kernel_boots ? ENTRY_KERNEL : ENTRY_PACKED),
	                 "files", files);
	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	if (!text)
		return error_set(err, EINVAL, "%s: the record holds text that is not UTF-8", path);
	return io_replace_file(path, text, strlen(text), err);
}

/* Write what a kernel image holds. `bytes` is consumed. */
static int image_write(const char *tmp, struct buf *bytes, struct entry_record *r, struct error *err)
{
	struct image image;
	int rc = image_unpack(bytes, &image, err);

	rc = rc ? rc : image_check_boots(&image, err);
	if (!rc) {
		r->release = xstrdup(image.release);
		r->arch = image.arch;
		r->kernel_boots = image.kernel_boots;
		rc = file_write(tmp, ENTRY_KERNEL, image.kernel.data, image.kernel.len, r, err);
	}
	if (!rc && image.btf_len)
		rc = file_write(tmp, ENTRY_BTF, image.kernel.data + image.btf_at, image.btf_len, r, err);
	if (!rc && image.packed.len)
		rc = file_write(tmp, ENTRY_PACKED, image.packed.data, image.packed.len, r, err);
	image_free(&image);
	return rc;
}

/* The configuration is a help, not a need: a mirror without it costs nothing but the help. */
static void config_fetch(const char *tmp, const struct kernel_source *source, const struct package_ref *ref,
                         struct unpack_kernel *kernel)
{
	cleanup_free char *path = xasprintf("%s/config.deb", tmp);
	struct unpack_kernel other;

	if (source_fetch(source, ref, path, NULL))
		return;
	if (!unpack_package(path, &other, NULL)) {
		kernel->config = other.config;
		other.config = (struct buf){0};
	}
	unpack_kernel_free(&other);
	unlink(path);
}

/* Take image and configuration out of a package file. */
static int package_take(const char *path, struct unpack_kernel *kernel, struct error *err)
{
	int rc = unpack_package(path, kernel, err);

	if (!rc && !kernel->image_path)
		rc = error_usage(err, "%s: a package without a kernel image (boot/vmlinuz-* or lib/modules/*/vmlinuz)",
		                 path);
	return rc;
}

/* While the package is at hand: what it holds is not fetched a second time. */
static int modules_take(const char *tmp, const char *path, const struct kernel_package *package,
                        const struct strings *modules, struct error *err)
{
	if (!modules || !modules->count || !package->modules.name || strcmp(package->modules.name, package->image.name))
		return 0;
	return module_store_take(tmp, path, modules, err);
}

static int build_package(const char *tmp, const struct entry_source *source, struct entry_record *r, struct error *err)
{
	const struct kernel_package *package = source->package;
	cleanup_free char *path = xasprintf("%s/package.deb", tmp);
	struct unpack_kernel kernel = {0};
	int rc = source_fetch(source->source, &package->image, path, err);

	if (rc)
		return rc;
	r->package = xstrdup(package->image.name);
	r->version = xstrdup(package->version);
	r->package_sha256 = xstrdup(package->image.sha256);
	rc = package_take(path, &kernel, err);
	rc = rc ? rc : modules_take(tmp, path, package, source->modules, err);
	/* Room first: the package goes before the larger kernel comes. */
	unlink(path);
	if (!rc && !kernel.config_path && package->config.name)
		config_fetch(tmp, source->source, &package->config, &kernel);
	if (!rc)
		rc = image_write(tmp, &kernel.image, r, err);
	if (!rc && kernel.config.len)
		rc = file_write(tmp, ENTRY_CONFIG, kernel.config.data, kernel.config.len, r, err);
	if (!rc && strcmp(r->release, package->release))
		rc = error_set(err, EINVAL, "its kernel says release %s, the package's name says %s", r->release,
		               package->release);
	unpack_kernel_free(&kernel);
	if (rc) {
		error_prefix(err, "%s %s: ", package->image.name, package->version);
		if (err)
			err->status = EXIT_INFRA;
	}
	return rc;
}

/* Bytes of a user's file, which must still be the file that was looked at. */
static int user_file_read(const struct entry_source *source, struct buf *bytes, struct error *err)
{
	cleanup_free char *hash = NULL;
	int rc = io_read_file(source->path, user_file_max, bytes, err);

	if (rc == -EFBIG)
		return error_usage(
		        err, "%s: more than 1 GiB; expected a kernel image (strip a vmlinux of its debug information)",
		        source->path);
	if (rc)
		return rc;
	hash = sha256_bytes(buf_str(bytes), bytes->len);
	if (strcmp(hash, source->sha256))
		return error_set(err, EBUSY, "%s: changed while it was being read; try again", source->path);
	return 0;
}

static int build_file(const char *tmp, const struct entry_source *source, struct entry_record *r, struct error *err)
{
	cleanup_buf struct buf bytes = {0};
	struct unpack_kernel kernel = {0};
	int rc = user_file_read(source, &bytes, err);

	if (rc)
		return rc;
	r->package = xstrdup("");
	r->version = xstrdup("");
	r->package_sha256 = xstrdup(source->sha256);
	if (!image_is_kernel(buf_str(&bytes), bytes.len) && unpack_is_package(buf_str(&bytes), bytes.len)) {
		buf_free(&bytes);
		rc = package_take(source->path, &kernel, err);
		bytes = kernel.image;
		kernel.image = (struct buf){0};
	}
	if (!rc) {
		rc = image_write(tmp, &bytes, r, err);
		if (rc && err && err->status == EXIT_USAGE)
			error_prefix(err, "%s: %s%s", source->path, kernel.image_path ? kernel.image_path : "",
			             kernel.image_path ? ": " : "");
	}
	if (!rc && kernel.config.len)
		rc = file_write(tmp, ENTRY_CONFIG, kernel.config.data, kernel.config.len, r, err);
	unpack_kernel_free(&kernel);
	return rc;
}

static int sync_directory(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? -errno : 0;
}

/* Put the finished directory in its place; what was there goes the way of temporaries. */
static int entry_place(const char *dir, const char *tmp, const char *name, struct error *err)
{
	cleanup_free char *place = xasprintf("%s/%s", dir, name);

	if (sync_directory(tmp))
		return error_set(err, errno, "%s: %s", tmp, strerror(errno));
	if (renameat2(AT_FDCWD, tmp, AT_FDCWD, place, RENAME_NOREPLACE)) {
		if (errno != EEXIST && errno != EINVAL)
			return error_set(err, errno, "%s: cannot rename to %s: %s", tmp, place, strerror(errno));
		/* The lock is held: nobody else looks for this entry in between. */
		if (io_remove_tree(place, err))
			return error_prefix(err, "cannot replace a kernel: ");
		if (rename(tmp, place))
			return error_set(err, errno, "%s: cannot rename to %s: %s", tmp, place, strerror(errno));
	}
	sync_directory(dir);
	return 0;
}

int entry_build(const char *dir, const char *name, const struct entry_source *source, struct error *err)
{
	cleanup_free char *tmp = xasprintf("%s/%s%d-%s", dir, stale_prefix, (int)getpid(), name);
	cleanup_entry_record struct entry_record record = {0};
	int rc;

	if (mkdir(tmp, 0755))
		return error_set(err, errno, "%s: cannot create directory: %s", tmp, strerror(errno));
	rc = source->package ? build_package(tmp, source, &record, err) : build_file(tmp, source, &record, err);
	if (!rc)
		rc = record_write(tmp, &record, err);
	if (!rc)
		rc = entry_place(dir, tmp, name, err);
	if (rc)
		io_remove_tree(tmp, NULL);
	return rc;
}

int entry_remove_stale(const char *dir, struct error *err)
{
	cleanup_closedir DIR *d = opendir(dir);
	const struct dirent *e;
	int rc = 0;

	if (!d)
		return error_set(err, errno, "%s: %s", dir, strerror(errno));
	while (!rc && (e = readdir(d))) {
		cleanup_free char *path = xasprintf("%s/%s", dir, e->d_name);

		if (!strncmp(e->d_name, stale_prefix, strlen(stale_prefix)))
			rc = io_remove_tree(path, err);
	}
	return rc;
}
