/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/min_btf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <bpf/libbpf.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/jail.h"
#include "host/resolve/btf_pick.h"
#include "host/resolve/relo_self_test.h"
#include "host/resolve/relo_target.h"
#include "host/store/btf_source.h"
#include "relo/core_relo.h"

static const struct jail_limits limits = {.cpu_seconds = 30, .memory = 1u << 30, .file = BTF_SOURCE_MAX};

struct errand {
	const struct object_list *objects;
	const struct arch *arch; /* whose files of the objects are meant */
	const char *path;
	int from; /* the file at `path` */
	int to;   /* in memory: struct head, then the bytes */
};

struct head {
	uint32_t types, of_types;
	uint32_t has_ids;
};

static void take_match(void *ctx, const struct relo_match *m)
{
	btf_pick_match(ctx, m);
}

static int pick_object(const struct object_given *o, const struct relo_target *target, struct btf_pick *pick,
                       struct head *head, struct error *err)
{
	struct core_relo_list list;
	struct relo_calc *calc;

	if (core_relo_list_read(o->bytes->data, o->bytes->len, &list, err))
		return error_prefix(err, "%s: ", o->path);
	calc = relo_calc_new(&list, target);
	for (size_t i = 0; i < list.count; i++) {
		relo_calc_matches(calc, i, take_match, pick);
		head->has_ids |= list.facts[i].kind == BPF_CORE_TYPE_ID_TARGET;
	}
	relo_calc_free(calc);
	core_relo_list_free(&list);
	return 0;
}

static int write_answer(const struct errand *e, const struct btf_pick *pick, const struct head *head, struct error *err)
{
	cleanup_buf struct buf bytes = {0};
	int rc;

	buf_add(&bytes, head, sizeof(*head));
	rc = btf_pick_write(pick, &bytes, err);
	if (rc)
		return rc;
	rc = io_write_all(e->to, bytes.data, bytes.len);
	return rc ? error_set(err, -rc, "no memory for a BTF of %zu bytes: %s", bytes.len, strerror(-rc)) : 0;
}

/* The process ends with it: nothing is freed here. */
static int work(void *ctx, struct error *err)
{
	const struct errand *e = ctx;
	struct relo_target *target;
	struct head head = {0};
	struct buf raw = {0};
	struct btf_pick *pick;
	struct btf *btf;
	int rc = relo_self_test(err);

	if (rc)
		return rc;
	libbpf_set_print(NULL);
	if (btf_source_read(e->from, &raw, err))
		return error_prefix(err, "%s: ", e->path);
	btf = btf__new(raw.data, (uint32_t)raw.len);
	if (libbpf_get_error(btf))
		return error_usage(err, "%s: damaged BTF, or of a kind that libbpf %s does not know", e->path,
		                   libbpf_version_string());
	target = relo_target_new(btf, err);
	if (!target)
		return error_prefix(err, "%s: ", e->path);
	pick = btf_pick_new(btf);
	for (size_t i = 0; i < e->objects->count && !rc; i++) {
		const struct object_given given = object_given(&e->objects->at[i], e->arch);

		rc = pick_object(&given, target, pick, &head, err);
	}
	head.types = btf_pick_count(pick);
	head.of_types = btf__type_cnt(btf) - 1;
	return rc ? rc : write_answer(e, pick, &head, err);
}

static int take_answer(int fd, struct min_btf *out, struct error *err)
{
	struct head head;
	struct stat st;
	size_t len;

	if (fstat(fd, &st) || st.st_size < (off_t)sizeof(head) || st.st_size > (off_t)BTF_SOURCE_MAX ||
	    pread(fd, &head, sizeof(head), 0) != sizeof(head))
		return error_set(err, EIO, "the worker that makes the BTF wrote none");
	len = (size_t)st.st_size - sizeof(head);
	if (pread(fd, buf_reserve(&out->raw, len), len, sizeof(head)) != (ssize_t)len)
		return error_set(err, EIO, "the worker's BTF cannot be read");
	out->raw.len = len;
	out->types = head.types;
	out->of_types = head.of_types;
	out->has_ids = head.has_ids;
	return 0;
}

int min_btf_make(const struct object_list *objects, const struct arch *arch, const char *path, struct min_btf *out,
                 struct error *err)
{
	cleanup_close int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	cleanup_close int to = memfd_create("min-btf", MFD_CLOEXEC);
	struct errand e = {.objects = objects, .arch = arch, .path = path, .from = from, .to = to};
	int rc;

	*out = (struct min_btf){0};
	if (from < 0)
		return error_usage(err, "%s: %s", path, strerror(errno));
	if (to < 0)
		return error_set(err, errno, "no memory for a BTF: %s", strerror(errno));
	rc = jail_run(&limits, work, &e, err);
	return rc ? rc : take_answer(to, out, err);
}

void min_btf_free(struct min_btf *m)
{
	buf_free(&m->raw);
}
