/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench: what a benchmark measured, as a value, and what it means: medians, ratios, whether another one was better.
 * Pure. Times depend on the machine and on what else it does; ratios of VMs that ran one after the other in the same
 * round much less, so a ratio is the median of the rounds' ratios, never the ratio of two medians. Filled by
 * bench_measure, written by bench_json, shown by bench_table.
 */
#ifndef COREMATRIX_HOST_BENCH_BENCH_H
#define COREMATRIX_HOST_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* What is measured on each kernel, in the order of a round. */
enum bench_role {
	BENCH_FLOOR, /* the kernel to an init that exits at once, with our QEMU flags */
	BENCH_COLD,  /* our run, booted: all objects */
	BENCH_PEER,  /* the same agent and objects in an ordinary set-up */
	BENCH_WARM,  /* our run, from a saved guest */
	BENCH_VNG,   /* virtme-ng to `true`, where it is installed */
	BENCH_ROLE_COUNT,
};

struct bench_sample {
	unsigned round; /* from 1 */
	enum bench_role role;
	char *reason;    /* why it measured nothing, "" when it did; owned */
	double total_ms; /* QEMU's start to its end */
	double cells_ms; /* of that, from the job being taken to the end of the last cell; 0 without a job */
	double rss_mb;   /* most memory that QEMU had resident, MiB */
};

struct bench_kernel {
	char *id;
	char *release;
	char *arch;      /* as dpkg says; "" in files of before */
	double guest_mb; /* memory that the ready guest had touched, MiB; negative when unknown */
	struct bench_sample *samples;
	size_t sample_count;
};

struct bench {
	char *started; /* UTC, ISO 8601 */
	char *uname;
	char *qemu;
	char *accel;
	unsigned cpus;
	unsigned rounds;
	char **objects; /* names */
	size_t object_count;
	struct bench_kernel *kernels;
	size_t kernel_count;
};

/* Every string "". Free with bench_free. */
struct bench *bench_new(void);
void bench_free(struct bench *b);

/* Each adds one entry whose strings are "" and returns it; valid until the next add to the same list. */
char **bench_add_object(struct bench *b);
struct bench_kernel *bench_add_kernel(struct bench *b);
struct bench_sample *bench_add_sample(struct bench_kernel *k);

/* Names are part of bench.json: "floor", "cold", "peer", "warm", "vng". */
const char *bench_role_name(enum bench_role role);
int bench_role_parse(const char *name); /* -1: no such role */

/* Quotients of two times of one round. */
enum bench_ratio {
	RATIO_OURS_FLOOR,  /* cold without the objects' own work, to floor */
	RATIO_PEER_OURS,   /* peer to cold */
	RATIO_PEER_BOOT,   /* the same, both without the objects' own work: what our way of booting saves */
	RATIO_WARM_COLD,   /* warm to cold */
	RATIO_RESUME_BOOT, /* the same, both without the objects' own work: what resuming saves */
	RATIO_VNG_OURS,    /* virtme-ng to cold */
	RATIO_COUNT,
};

struct bench_ratio_about {
	const char *name; /* member of bench.json: "ours_to_floor" */
	const char *title;
	bool more_is_better;
	double goal; /* at most, or at least when more is better; 0: none */
};

const struct bench_ratio_about *bench_ratio_about(enum bench_ratio ratio);

/* What is known of a role on a kernel. */
enum bench_figure { FIGURE_TOTAL_MS, FIGURE_CELLS_MS, FIGURE_RSS_MB };

/* Median of `count` values, which are sorted in place; `count` must not be 0. */
double bench_median(double *values, size_t count);

/* Each returns false when nothing was measured for it, and then leaves `*value` alone. */
bool bench_kernel_figure(const struct bench_kernel *k, enum bench_role role, enum bench_figure figure, double *value);
bool bench_kernel_ratio(const struct bench_kernel *k, enum bench_ratio ratio, double *value);
/* Median over the kernels. */
bool bench_figure(const struct bench *b, enum bench_role role, enum bench_figure figure, double *value);
bool bench_ratio(const struct bench *b, enum bench_ratio ratio, double *value);

/* Why a role measured nothing on a kernel in any round: the last reason; NULL when it measured or was never tried. */
const char *bench_kernel_reason(const struct bench_kernel *k, enum bench_role role);

/* Samples of floor, cold and warm that measured nothing: what the benchmark owes. */
size_t bench_missing(const struct bench *b);

/*
 * Compare the ratios of `now` with those of `old`, kernel by kernel (by id) and over all kernels that both have. A
 * ratio is worse when it is off to the bad side by more than `tolerance` (0.25: a quarter) of the old one. Appends one
 * line per worse ratio and a last one with the counts. Returns how many are worse; `*compared` counts all.
 */
size_t bench_compare(const struct bench *old, const struct bench *now, double tolerance, size_t *compared,
                     struct buf *out);

#endif
