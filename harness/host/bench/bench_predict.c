/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bench/bench_predict.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/lib/child.h"
#include "host/lib/strings.h"

/* Lies in memory that worker and parent share. */
struct cost {
	double ms, mib;
};

struct predict_call {
	struct strings argv;
	struct cost *shared;
};

static int one_processor(struct error *err)
{
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all))
		return error_set(err, errno, "processors: %s", strerror(errno));
	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) ? error_set(err, errno, "processors: %s", strerror(errno)) : 0;
}

/* In a process of its own: what it waited for is all that its usage of children counts. */
static int measure_work(void *ctx, struct error *err)
{
	cleanup_child_result struct child_result said = {0};
	const struct predict_call *t = ctx;
	struct rusage usage;
	int64_t start;
	int rc = one_processor(err);

	start = (int64_t)clock_ns(CLOCK_MONOTONIC);
	rc = rc ? rc : child_run((const char *const *)t->argv.at, NULL, &said, err);
	if (rc)
		return rc;
	t->shared->ms = (double)((int64_t)clock_ns(CLOCK_MONOTONIC) - start) / 1e6;
	/* an object that is rejected somewhere is a prediction like any other */
	if (!WIFEXITED(said.wait_status) || WEXITSTATUS(said.wait_status) > EXIT_WORSE)
		return error_set(err, EIO, "predict failed: %.300s", buf_str(&said.err));
	getrusage(RUSAGE_CHILDREN, &usage);
	t->shared->mib = (double)usage.ru_maxrss / 1024;
	return 0;
}

static int compare_ms(const void *pa, const void *pb)
{
	const struct cost *a = pa, *b = pb;

	return (a->ms > b->ms) - (a->ms < b->ms);
}

static int measure(const struct bench_predict *b, size_t objects, size_t kernels, struct cost *median,
                   struct error *err)
{
	cleanup_free struct cost *all = xcalloc(b->rounds, sizeof(*all));
	struct predict_call t = {
	        .shared = mmap(NULL, sizeof(*t.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)};
	int rc = t.shared == MAP_FAILED ? error_set(err, errno, "memory: %s", strerror(errno)) : 0;

	strings_add(&t.argv, "/proc/self/exe");
	strings_add(&t.argv, "predict");
	strings_addf(&t.argv, "--kernels=%s", b->list_path);
	strings_addf(&t.argv, "--images=%s", b->images);
	for (size_t i = 0; i < kernels; i++)
		strings_addf(&t.argv, "--kernel=%s", b->ids[i]);
	for (size_t i = 0; i < objects; i++)
		strings_add(&t.argv, b->paths[i]);
	for (unsigned round = 0; round < b->rounds && !rc; round++) {
		struct child_worker w;

		rc = child_worker_start(&w, measure_work, &t, err);
		rc = rc ? rc : child_worker_wait(&w, err);
		if (!rc)
			all[round] = *t.shared;
	}
	qsort(all, b->rounds, sizeof(*all), compare_ms);
	*median = all[b->rounds / 2];
	strings_free(&t.argv);
	if (t.shared != MAP_FAILED)
		munmap(t.shared, sizeof(*t.shared));
	return rc;
}

static int add_row(const struct bench_predict *b, size_t objects, size_t kernels, struct cost *m, struct buf *out,
                   struct error *err)
{
	int rc = measure(b, objects, kernels, m, err);

	if (!rc)
		buf_printf(out, "%7zu  %7zu  %9.1f  %13.2f  %7.0f\n", objects, kernels, m->ms,
		           m->ms / (double)(objects * kernels), m->mib);
	return rc;
}

int bench_predict(const struct bench_predict *b, struct buf *out, struct error *err)
{
	static const size_t steps[] = {1, 4, 16};
	struct cost m, first = {0}, last = {0};
	size_t fewest = 0, most = 0;
	int rc;

	buf_puts(out, "predict, on one processor\nobjects  kernels         ms  ms per cell      MiB\n");
	rc = add_row(b, 1, 1, &m, out, err);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !rc; i++) {
		if (steps[i] > b->id_count)
			break;
		rc = add_row(b, b->path_count, steps[i], &m, out, err);
		last = m;
		most = steps[i];
		first = fewest ? first : m;
		fewest = fewest ? fewest : steps[i];
	}
	if (!rc && b->id_count != most)
		rc = add_row(b, b->path_count, b->id_count, &m, out, err);
	if (!rc && most > fewest)
		buf_printf(out, "%zu times the kernels take %.1f times the time\n", most / fewest, last.ms / first.ms);
	return rc;
}
