/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/extract.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/arch/image.h"
#include "host/lib/sha256.h"
#include "host/lib/unpack.h"
#include "host/store/kernel_config.h"

static const size_t user_file_max = 1u << 30;

/* Largest seen while unpacking: 0.25 GB. What asks for more than these is not a kernel. */
const struct jail_limits extract_limits = {.cpu_seconds = 900, .memory = (uint64_t)6 << 30, .file = (uint64_t)1 << 30};

/* What the worker says of the kernel, in memory that both see. */
struct answer {
	char release[256], arch[32];
	bool kernel_boots;
};

struct errand {
	const struct extract_from *from;
	const int *to;
	struct answer *answer;
};

/* ---- in the worker, which ends with it: nothing is freed ---- */

static int write_file(int to, const void *bytes, size_t len, struct error *err)
{
	int rc = io_write_all(to, bytes, len);

	return rc ? error_set(err, -rc, "cannot write the kernel: %s", strerror(-rc)) : 0;
}

/* Bytes of a user's file, which must still be the file that was looked at. */
static int read_user_file(const struct extract_from *from, struct buf *bytes, struct error *err)
{
	int rc = io_read_fd(from->fd, user_file_max, bytes);

	if (rc == -EFBIG)
		return error_usage(
		        err, "%s: more than 1 GiB; expected a kernel image (strip a vmlinux of its debug information)",
		        from->path);
	if (rc)
		return error_set(err, -rc, "%s: %s", from->path, strerror(-rc));
	if (strcmp(sha256_bytes(buf_str(bytes), bytes->len), from->sha256))
		return error_set(err, EBUSY, "%s: changed while it was being read; try again", from->path);
	return 0;
}

static int read_package(const struct extract_from *from, struct unpack_kernel *kernel, struct error *err)
{
	int rc = unpack_package(from->fd, from->path, kernel, err);

	if (!rc && !kernel->image_path)
		rc = error_usage(err, "%s: a package without a kernel image (boot/vmlinuz-* or lib/modules/*/vmlinuz)",
		                 from->path);
	return rc;
}

static bool begins_as_kernel(int fd)
{
	char bytes[65536];
	ssize_t n = pread(fd, bytes, sizeof(bytes), 0);

	return n > 0 && image_is_kernel(bytes, (size_t)n);
}

/* A file is a package or an image. What a source brought has been held to its hash. */
static int read_kernel(const struct extract_from *from, struct unpack_kernel *kernel, struct error *err)
{
	struct buf bytes = {0};
	int rc;

	if (!from->sha256 && begins_as_kernel(from->fd)) {
		rc = io_read_fd(from->fd, user_file_max, &kernel->image);
		return rc ? error_set(err, -rc, "%s: %s", from->path, strerror(-rc)) : 0;
	}
	if (!from->sha256)
		return read_package(from, kernel, err);
	rc = read_user_file(from, &bytes, err);
	if (rc)
		return rc;
	if (!image_is_kernel(buf_str(&bytes), bytes.len) && unpack_is_package(buf_str(&bytes), bytes.len)) {
		buf_free(&bytes);
		return read_package(from, kernel, err);
	}
	kernel->image = bytes;
	return 0;
}

static int write_image(const struct errand *e, const struct image *image, struct error *err)
{
	int rc = image_check_boots(image, err);

	rc = rc ? rc : write_file(e->to[ENTRY_KERNEL], image->kernel.data, image->kernel.len, err);
	if (!rc && image->btf_len)
		rc = write_file(e->to[ENTRY_BTF], image->kernel.data + image->btf_at, image->btf_len, err);
	if (!rc && image->packed.len)
		rc = write_file(e->to[ENTRY_PACKED], image->packed.data, image->packed.len, err);
	if (rc)
		return rc;
	if (strlen(image->release) >= sizeof(e->answer->release))
		return error_usage(err, "says a release of %zu bytes", strlen(image->release));
	strcpy(e->answer->release, image->release);
	strcpy(e->answer->arch, image->arch->name);
	e->answer->kernel_boots = image->kernel_boots;
	return 0;
}

static int work_kernel(void *ctx, struct error *err)
{
	const struct errand *e = ctx;
	struct unpack_kernel kernel = {0};
	struct image image;
	int rc = read_kernel(e->from, &kernel, err);

	if (rc)
		return rc;
	rc = image_unpack(&kernel.image, &image, err);
	if (!rc && !kernel.config.len)
		kernel_config_read_kernel(image.kernel.data, image.kernel.len, &kernel.config);
	if (!rc && kernel.config.len)
		rc = write_file(e->to[ENTRY_CONFIG], kernel.config.data, kernel.config.len, err);
	rc = rc ? rc : write_image(e, &image, err);
	if (rc && e->from->sha256)
		error_prefix(err, "%s: %s%s", e->from->path, kernel.image_path ? kernel.image_path : "",
		             kernel.image_path ? ": " : "");
	return rc;
}

static int work_config(void *ctx, struct error *err)
{
	const struct errand *e = ctx;
	struct unpack_kernel kernel = {0};
	struct buf text = {0};
	int plain = dup(e->from->fd), rc;

	/* The configuration itself, or a package with it. */
	if (plain >= 0 && !kernel_config_read(plain, &text, NULL))
		return write_file(*e->to, text.data, text.len, err);
	rc = unpack_package(e->from->fd, e->from->path, &kernel, err);
	return rc ? rc : write_file(*e->to, kernel.config.data, kernel.config.len, err);
}

/* ---- outside of it ---- */

void extracted_free(struct extracted *e)
{
	free(e->release);
	*e = (struct extracted){0};
}

static bool is_word(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!isgraph((unsigned char)*text))
			return false;
	return true;
}

/* The worker may have been taken over by what it read. */
static int believe(struct answer *answer, const char *path, struct extracted *out, struct error *err)
{
	answer->release[sizeof(answer->release) - 1] = '\0';
	answer->arch[sizeof(answer->arch) - 1] = '\0';
	out->arch = arch_find(answer->arch);
	out->kernel_boots = answer->kernel_boots;
	if (!out->arch || !is_word(answer->release))
		return error_set(err, EBADMSG, "%s: the worker that unpacks it gave an answer that makes no sense",
		                 path);
	out->release = xstrdup(answer->release);
	return 0;
}

int extract_kernel(const struct extract_from *from, const int to[ENTRY_FILE_COUNT], struct extracted *out,
                   struct error *err)
{
	struct answer *answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct errand e = {from, to, answer};
	int rc;

	*out = (struct extracted){0};
	if (answer == MAP_FAILED)
		return error_set(err, errno, "no memory to unpack %s: %s", from->path, strerror(errno));
	rc = jail_run(&extract_limits, work_kernel, &e, err);
	rc = rc ? rc : believe(answer, from->path, out, err);
	munmap(answer, sizeof(*answer));
	return rc;
}

int extract_config(const struct extract_from *from, int to, struct error *err)
{
	struct errand e = {.from = from, .to = &to};

	return jail_run(&extract_limits, work_config, &e, err);
}
