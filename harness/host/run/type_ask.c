/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/type_ask.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/error.h"
#include "host/lib/child.h"
#include "relo/btf_field.h"

#define MAX_CPU_SECONDS 20
#define MAX_MEMORY (1ul << 30)

struct question {
	const struct type_ask *ask;
	const char *word, *path;
};

static void bound(void)
{
	const struct rlimit cpu = {MAX_CPU_SECONDS, MAX_CPU_SECONDS};

	setrlimit(RLIMIT_CPU, &cpu);
#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &(const struct rlimit){MAX_MEMORY, MAX_MEMORY});
#endif
}

static int answer(void *ctx, struct error *err)
{
	const struct question *q = ctx;
	struct btf_field kernel_field, object_field;
	struct btf *kernel, *object;
	int found;

	bound();
	libbpf_set_print(NULL);
	kernel = btf__parse(q->ask->btf, NULL);
	if (libbpf_get_error(kernel))
		return error_set(err, EIO, "%s: no BTF in it", q->ask->btf);
	found = btf_field_find(kernel, q->path, &kernel_field);
	if (!strcmp(q->word, "exists"))
		return !found;
	if (!strcmp(q->word, "missing"))
		return found != 0;
	if (found)
		return 1;
	object = btf__parse(q->ask->object, NULL);
	if (libbpf_get_error(object))
		return error_set(err, EIO, "%s: no BTF in it", q->ask->object);
	if (btf_field_find(object, q->path, &object_field))
		return error_set(err, ENOENT, "%s: its BTF has no %s", q->ask->object, q->path);
	return kernel_field.offset_bits != object_field.offset_bits;
}

int type_ask(void *ctx, const char *question, const char *path)
{
	const struct question q = {.ask = ctx, .word = question, .path = path};
	struct child_worker worker;
	int rc;

	if (!*q.ask->btf)
		return -ENODATA;
	rc = child_worker_start(&worker, answer, (void *)&q, NULL);
	return rc ? rc : child_worker_wait(&worker, NULL);
}
