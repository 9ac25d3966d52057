/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/btf_take.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <bpf/libbpf.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/jail.h"
#include "host/store/btf_source.h"
#include "relo/btf_check.h"

static const struct jail_limits limits = {.cpu_seconds = 30, .memory = 1u << 30, .file = BTF_SOURCE_MAX};

struct errand {
	int from, to;
	btf_take_check *check;
	const void *ctx;
};

/* The process ends with it: nothing is freed here. */
static int work(void *ctx, struct error *err)
{
	const struct errand *e = ctx;
	struct buf raw = {0};
	struct btf *btf;
	int rc = btf_source_read(e->from, &raw, err);

	if (rc)
		return rc;
	libbpf_set_print(NULL);
	btf = btf__new(raw.data, (uint32_t)raw.len);
	if (libbpf_get_error(btf))
		return error_usage(err, "damaged BTF, or of a kind that libbpf %s does not know",
		                   libbpf_version_string());
	rc = btf_check(btf, 1, err);
	rc = rc || !e->check ? rc : e->check(btf, e->ctx, err);
	if (rc)
		return rc;
	rc = io_write_all(e->to, raw.data, raw.len);
	return rc ? error_set(err, -rc, "no memory for its BTF: %s", strerror(-rc)) : 0;
}

int btf_take_open(int fd, btf_take_check *check, const void *ctx, struct buf *raw, struct error *err)
{
	cleanup_close int to = memfd_create("btf", MFD_CLOEXEC);
	struct errand e = {fd, to, check, ctx};
	struct stat st;
	int rc;

	if (to < 0)
		return error_set(err, errno, "no memory for a BTF: %s", strerror(errno));
	rc = jail_run(&limits, work, &e, err);
	if (rc)
		return rc;
	if (fstat(to, &st) || st.st_size <= 0 || st.st_size > (off_t)BTF_SOURCE_MAX ||
	    pread(to, buf_reserve(raw, (size_t)st.st_size), (size_t)st.st_size, 0) != st.st_size)
		return error_set(err, EIO, "its BTF was lost");
	raw->len = (size_t)st.st_size;
	return 0;
}

int btf_take(const char *path, btf_take_check *check, const void *ctx, struct buf *raw, struct error *err)
{
	cleanup_close int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (from < 0 || fstat(from, &st))
		return error_usage(err, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_usage(err, "%s: not a file; expected a .btf file, a vmlinux or a .btf.tar.xz", path);
	return btf_take_open(from, check, ctx, raw, err) ? error_prefix(err, "%s: ", path) : 0;
}
