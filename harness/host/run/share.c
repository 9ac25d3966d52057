/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/share.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* Of what nobody has seen yet. */
#define UNKNOWN_MS 50.0

/* A piece that is worth a guest, in times of what the guest itself costs. */
#define WORTH 4

/* The mean of those that are known. */
static double mean(const double *ms, size_t count, double otherwise)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		sum += ms[i] >= 0 ? ms[i] : 0;
		known += ms[i] >= 0;
	}
	return known && sum > 0 ? sum / (double)known : otherwise;
}

void share_costs_make(struct share_costs *c, const double *kernel_ms, size_t kernels, const double *object_ms,
                      size_t objects)
{
	double usual_object = mean(object_ms, objects, UNKNOWN_MS), sum = 0, usual_kernel;

	*c = (struct share_costs){.kernels = kernels, .objects = objects};
	c->kernel_ms = xcalloc(kernels, sizeof(*c->kernel_ms));
	c->object_weight = xcalloc(objects, sizeof(*c->object_weight));
	for (size_t i = 0; i < objects; i++) {
		c->object_weight[i] = object_ms[i] > 0 ? object_ms[i] : usual_object;
		sum += c->object_weight[i];
	}
	for (size_t i = 0; i < objects; i++)
		c->object_weight[i] /= sum;
	usual_kernel = mean(kernel_ms, kernels, sum);
	for (size_t i = 0; i < kernels; i++)
		c->kernel_ms[i] = kernel_ms[i] > 0 ? kernel_ms[i] : usual_kernel;
}

void share_costs_free(struct share_costs *c)
{
	free(c->kernel_ms);
	free(c->object_weight);
	*c = (struct share_costs){0};
}

double share_cost(const struct share_costs *c, size_t kernel, const size_t *objects, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += c->object_weight[objects[i]];
	return sum * c->kernel_ms[kernel];
}

struct piece {
	double ms;
	size_t at;
};

static int longest_first(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->ms < y->ms || x->ms > y->ms)
		return x->ms > y->ms ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

size_t share_take(const struct share_costs *c, size_t kernel, const size_t *objects, size_t count, unsigned guests,
                  double left_ms, double start_ms, bool *taken)
{
	double all = share_cost(c, kernel, objects, count), share = left_ms / guests, worth = WORTH * start_ms;
	cleanup_free struct piece *pieces = xcalloc(count, sizeof(*pieces));
	double sum = 0;
	size_t n = 0;

	share = share > worth ? share : worth;
	memset(taken, 0, count * sizeof(*taken));
	for (size_t i = 0; i < count; i++)
		pieces[i] = (struct piece){.ms = share_cost(c, kernel, &objects[i], 1), .at = i};
	qsort(pieces, count, sizeof(*pieces), longest_first);
	/* the rest has to be worth a guest, too */
	if (guests < 2 || all - share < worth)
		share = all + 1;
	while (n < count && (!n || sum + pieces[n].ms / 2 < share)) {
		sum += pieces[n].ms;
		taken[pieces[n++].at] = true;
	}
	return n;
}

size_t share_fit(const size_t *bytes, size_t count, size_t limit, bool *taken)
{
	size_t sum = 0, n = 0;

	memset(taken, 0, count * sizeof(*taken));
	for (size_t i = 0; i < count; i++) {
		if (n && bytes[i] > limit - sum)
			continue;
		taken[i] = true;
		n++;
		sum = bytes[i] > limit - sum ? limit : sum + bytes[i];
	}
	return n;
}

/* The guest that is free first. */
static size_t first_free(const double *busy, unsigned guests)
{
	size_t first = 0;

	for (size_t i = 1; i < guests; i++)
		if (busy[i] < busy[first])
			first = i;
	return first;
}

double share_end(const struct share_costs *c, const size_t *kernels, size_t count, unsigned guests)
{
	cleanup_free double *busy = xcalloc(guests, sizeof(*busy));
	cleanup_free bool *taken = xcalloc(c->objects, sizeof(*taken));
	cleanup_free size_t *rest = xcalloc(c->objects, sizeof(*rest));
	double left = 0, end = 0;

	for (size_t i = 0; i < count; i++)
		left += c->kernel_ms[kernels[i]];
	for (size_t i = 0; i < count; i++) {
		size_t n = c->objects;

		for (size_t k = 0; k < n; k++)
			rest[k] = k;
		while (n) {
			size_t guest = first_free(busy, guests), kept = 0;
			double all = share_cost(c, kernels[i], rest, n), more;

			share_take(c, kernels[i], rest, n, guests, left, SHARE_RESUME_MS, taken);
			for (size_t k = 0; k < n; k++)
				if (!taken[k])
					rest[kept++] = rest[k];
			n = kept;
			more = share_cost(c, kernels[i], rest, n);
			busy[guest] += SHARE_RESUME_MS + all - more;
			left -= all - more;
			end = busy[guest] > end ? busy[guest] : end;
		}
	}
	return end;
}
