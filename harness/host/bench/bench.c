/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bench/bench.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

static const char *const role_names[BENCH_ROLE_COUNT] = {
        [BENCH_FLOOR] = "floor", [BENCH_COLD] = "cold", [BENCH_PEER] = "peer",
        [BENCH_WARM] = "warm",   [BENCH_VNG] = "vng",
};

/* A ratio and the two times it is made of. */
static const struct ratio {
	struct bench_ratio_about about;
	enum bench_role over, under;
	bool over_bare, under_bare; /* the objects' own work is taken off it */
} ratios[RATIO_COUNT] = {
        [RATIO_OURS_FLOOR] = {{"ours_to_floor", "ours/floor", false, 1.15}, BENCH_COLD, BENCH_FLOOR, true, false},
        [RATIO_PEER_OURS] = {{"peer_to_ours", "peer/ours", true, 2.0}, BENCH_PEER, BENCH_COLD, false, false},
        [RATIO_PEER_BOOT] = {{"peer_to_ours_boot", "peer/boot", true, 2.0}, BENCH_PEER, BENCH_COLD, true, true},
        [RATIO_WARM_COLD] = {{"warm_to_cold", "warm/cold", false, 0.35}, BENCH_WARM, BENCH_COLD, false, false},
        [RATIO_RESUME_BOOT] = {{"resume_to_boot", "resume/boot", false, 0.35}, BENCH_WARM, BENCH_COLD, true, true},
        [RATIO_VNG_OURS] = {{"vng_to_ours", "vng/ours", true, 0}, BENCH_VNG, BENCH_COLD, false, false},
};

struct bench *bench_new(void)
{
	struct bench *b = xcalloc(1, sizeof(*b));

	b->started = xstrdup("");
	b->uname = xstrdup("");
	b->qemu = xstrdup("");
	b->accel = xstrdup("");
	return b;
}

static void kernel_free(struct bench_kernel *k)
{
	for (size_t i = 0; i < k->sample_count; i++)
		free(k->samples[i].reason);
	free(k->samples);
	free(k->id);
	free(k->release);
	free(k->arch);
}

void bench_free(struct bench *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->object_count; i++)
		free(b->objects[i]);
	for (size_t i = 0; i < b->kernel_count; i++)
		kernel_free(&b->kernels[i]);
	free(b->objects);
	free(b->kernels);
	free(b->started);
	free(b->uname);
	free(b->qemu);
	free(b->accel);
	free(b);
}

char **bench_add_object(struct bench *b)
{
	b->objects = xrealloc(b->objects, b->object_count + 1, sizeof(*b->objects));
	b->objects[b->object_count] = xstrdup("");
	return &b->objects[b->object_count++];
}

struct bench_kernel *bench_add_kernel(struct bench *b)
{
	struct bench_kernel *k;

	b->kernels = xrealloc(b->kernels, b->kernel_count + 1, sizeof(*b->kernels));
	k = &b->kernels[b->kernel_count++];
	*k = (struct bench_kernel){.id = xstrdup(""), .release = xstrdup(""), .arch = xstrdup(""), .guest_mb = -1};
	return k;
}

struct bench_sample *bench_add_sample(struct bench_kernel *k)
{
	struct bench_sample *s;

	k->samples = xrealloc(k->samples, k->sample_count + 1, sizeof(*k->samples));
	s = &k->samples[k->sample_count++];
	*s = (struct bench_sample){.reason = xstrdup("")};
	return s;
}

const char *bench_role_name(enum bench_role role)
{
	return role < BENCH_ROLE_COUNT ? role_names[role] : "?";
}

int bench_role_parse(const char *name)
{
	for (int i = 0; i < BENCH_ROLE_COUNT; i++)
		if (!strcmp(role_names[i], name))
			return i;
	return -1;
}

const struct bench_ratio_about *bench_ratio_about(enum bench_ratio ratio)
{
	return &ratios[ratio].about;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static bool median_of(double *values, size_t count, double *value)
{
	if (count)
		*value = bench_median(values, count);
	return count > 0;
}

static double figure_of(const struct bench_sample *s, enum bench_figure figure)
{
	switch (figure) {
	case FIGURE_TOTAL_MS:
		return s->total_ms;
	case FIGURE_CELLS_MS:
		return s->cells_ms;
	case FIGURE_RSS_MB:
		break;
	}
	return s->rss_mb;
}

bool bench_kernel_figure(const struct bench_kernel *k, enum bench_role role, enum bench_figure figure, double *value)
{
	cleanup_free double *values = xcalloc(k->sample_count + 1, sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < k->sample_count; i++)
		if (k->samples[i].role == role && !*k->samples[i].reason)
			values[count++] = figure_of(&k->samples[i], figure);
	return median_of(values, count, value);
}

static const struct bench_sample *sample_of(const struct bench_kernel *k, enum bench_role role, unsigned round)
{
	for (size_t i = 0; i < k->sample_count; i++)
		if (k->samples[i].role == role && k->samples[i].round == round && !*k->samples[i].reason)
			return &k->samples[i];
	return NULL;
}

static double time_of(const struct bench_sample *s, bool bare)
{
	return s->total_ms - (bare ? s->cells_ms : 0);
}

bool bench_kernel_ratio(const struct bench_kernel *k, enum bench_ratio ratio, double *value)
{
	cleanup_free double *values = xcalloc(k->sample_count + 1, sizeof(*values));
	const struct ratio *r = &ratios[ratio];
	size_t count = 0;

	for (size_t i = 0; i < k->sample_count; i++) {
		const struct bench_sample *over = &k->samples[i];
		const struct bench_sample *under = sample_of(k, r->under, over->round);

		if (over->role != r->over || *over->reason || !under || time_of(under, r->under_bare) <= 0)
			continue;
		values[count++] = time_of(over, r->over_bare) / time_of(under, r->under_bare);
	}
	return median_of(values, count, value);
}

bool bench_figure(const struct bench *b, enum bench_role role, enum bench_figure figure, double *value)
{
	cleanup_free double *values = xcalloc(b->kernel_count + 1, sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < b->kernel_count; i++)
		count += bench_kernel_figure(&b->kernels[i], role, figure, &values[count]);
	return median_of(values, count, value);
}

bool bench_ratio(const struct bench *b, enum bench_ratio ratio, double *value)
{
	cleanup_free double *values = xcalloc(b->kernel_count + 1, sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < b->kernel_count; i++)
		count += bench_kernel_ratio(&b->kernels[i], ratio, &values[count]);
	return median_of(values, count, value);
}

const char *bench_kernel_reason(const struct bench_kernel *k, enum bench_role role)
{
	const char *reason = NULL;

	for (size_t i = 0; i < k->sample_count; i++) {
		if (k->samples[i].role != role)
			continue;
		if (!*k->samples[i].reason)
			return NULL;
		reason = k->samples[i].reason;
	}
	return reason;
}

size_t bench_missing(const struct bench *b)
{
	size_t missing = 0;

	for (size_t i = 0; i < b->kernel_count; i++)
		for (size_t j = 0; j < b->kernels[i].sample_count; j++) {
			const struct bench_sample *s = &b->kernels[i].samples[j];

			missing += *s->reason &&
			           (s->role == BENCH_FLOOR || s->role == BENCH_COLD || s->role == BENCH_WARM);
		}
	return missing;
}

static const struct bench_kernel *kernel_of(const struct bench *b, const char *id)
{
	for (size_t i = 0; i < b->kernel_count; i++)
		if (!strcmp(b->kernels[i].id, id))
			return &b->kernels[i];
	return NULL;
}

static bool is_worse(const struct bench_ratio_about *about, double old, double now, double tolerance)
{
	if (about->more_is_better)
		return now < old / (1 + tolerance);
	return now > old * (1 + tolerance);
}

static size_t compare_one(const struct bench_ratio_about *about, const char *where, double old, double now,
                          double tolerance, struct buf *out)
{
	if (!is_worse(about, old, now, tolerance))
		return 0;
	text_add_line(out, where);
	buf_printf(out, ": %s was %.2f and is %.2f\n", about->title, old, now);
	return 1;
}

/* One ratio of both, over the kernels that both have and by kernel. */
static size_t compare_ratio(const struct bench *old, const struct bench *now, enum bench_ratio ratio, double tolerance,
                            size_t *compared, struct buf *out)
{
	const struct bench_ratio_about *about = bench_ratio_about(ratio);
	cleanup_free double *olds = xcalloc(now->kernel_count + 1, sizeof(*olds));
	cleanup_free double *nows = xcalloc(now->kernel_count + 1, sizeof(*nows));
	size_t count = 0, worse = 0;

	for (size_t i = 0; i < now->kernel_count; i++) {
		const struct bench_kernel *k = &now->kernels[i], *before = kernel_of(old, k->id);

		if (!before || !bench_kernel_ratio(before, ratio, &olds[count]) ||
		    !bench_kernel_ratio(k, ratio, &nows[count]))
			continue;
		worse += compare_one(about, k->id, olds[count], nows[count], tolerance, out);
		count++;
	}
	*compared += count;
	if (count > 1) {
		worse += compare_one(about, "all kernels", bench_median(olds, count), bench_median(nows, count),
		                     tolerance, out);
		(*compared)++;
	}
	return worse;
}

size_t bench_compare(const struct bench *old, const struct bench *now, double tolerance, size_t *compared,
                     struct buf *out)
{
	size_t worse = 0;

	*compared = 0;
	for (int r = 0; r < RATIO_COUNT; r++)
		worse += compare_ratio(old, now, (enum bench_ratio)r, tolerance, compared, out);
	text_count(out, *compared, "ratio");
	buf_printf(out, " compared: %zu worse by more than %.0f %%\n", worse, tolerance * 100);
	return worse;
}
