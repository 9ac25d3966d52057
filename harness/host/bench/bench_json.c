/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bench/bench_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/json_codec.h"

#define FILE_MAX (64u << 20)

/* Members that follow from the samples; written only. */
static const struct {
	const char *member;
	enum bench_role role;
	enum bench_figure figure;
} medians[] = {
        {"floor_ms", BENCH_FLOOR, FIGURE_TOTAL_MS},   {"cold_ms", BENCH_COLD, FIGURE_TOTAL_MS},
        {"cells_ms", BENCH_COLD, FIGURE_CELLS_MS},    {"peer_ms", BENCH_PEER, FIGURE_TOTAL_MS},
        {"warm_ms", BENCH_WARM, FIGURE_TOTAL_MS},     {"vng_ms", BENCH_VNG, FIGURE_TOTAL_MS},
        {"floor_rss_mb", BENCH_FLOOR, FIGURE_RSS_MB}, {"cold_rss_mb", BENCH_COLD, FIGURE_RSS_MB},
        {"peer_rss_mb", BENCH_PEER, FIGURE_RSS_MB},   {"warm_rss_mb", BENCH_WARM, FIGURE_RSS_MB},
};

/* Three decimals: more would only be noise to read. */
static json_t *number(bool known, double value)
{
	return known ? json_real(round(value * 1000) / 1000) : json_null();
}

static void put_kernel_figures(struct codec *x, json_t *node, const struct bench_kernel *k)
{
	json_t *to = codec_object(x, node, "ratios");
	double value = 0;
	bool known;

	for (int r = 0; r < RATIO_COUNT; r++) {
		known = bench_kernel_ratio(k, (enum bench_ratio)r, &value);
		codec_put(x, to, bench_ratio_about((enum bench_ratio)r)->name, number(known, value));
	}
	to = codec_object(x, node, "medians");
	for (size_t i = 0; i < sizeof(medians) / sizeof(medians[0]); i++) {
		known = bench_kernel_figure(k, medians[i].role, medians[i].figure, &value);
		codec_put(x, to, medians[i].member, number(known, value));
	}
}

static void put_ratios(struct codec *x, json_t *root, const struct bench *b)
{
	json_t *to = codec_object(x, root, "ratios");
	double value = 0;

	for (int r = 0; r < RATIO_COUNT; r++) {
		bool known = bench_ratio(b, (enum bench_ratio)r, &value);

		codec_put(x, to, bench_ratio_about((enum bench_ratio)r)->name, number(known, value));
	}
}

static void sample_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct bench_kernel *k = owner;
	struct bench_sample *s = x->writing ? &k->samples[index] : bench_add_sample(k);

	codec_unsigned(x, node, "round", &s->round);
	s->role =
	        (enum bench_role)codec_term(x, node, "role", (int)s->role, bench_role_name(s->role), bench_role_parse);
	codec_double(x, node, "total_ms", &s->total_ms);
	codec_double(x, node, "cells_ms", &s->cells_ms);
	codec_double(x, node, "rss_mb", &s->rss_mb);
	codec_string(x, node, "reason", &s->reason);
}

static void kernel_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct bench *b = owner;
	struct bench_kernel *k = x->writing ? &b->kernels[index] : bench_add_kernel(b);

	codec_key(x, node, "id", &k->id);
	codec_string(x, node, "release", &k->release);
	codec_string(x, node, "arch", &k->arch);
	codec_time(x, node, "guest_mb", &k->guest_mb);
	if (x->writing)
		put_kernel_figures(x, node, k);
	codec_list(x, node, "samples", k, k->sample_count, sample_entry);
}

static void object_entry(struct codec *x, json_t *node, void *owner, size_t index)
{
	struct bench *b = owner;

	codec_key(x, node, "name", x->writing ? &b->objects[index] : bench_add_object(b));
}

static void document(struct codec *x, json_t *root, struct bench *b)
{
	json_t *host;

	codec_string(x, root, "started", &b->started);
	codec_unsigned(x, root, "rounds", &b->rounds);
	host = codec_object(x, root, "host");
	if (host) {
		codec_string(x, host, "uname", &b->uname);
		codec_string(x, host, "qemu", &b->qemu);
		codec_string(x, host, "accel", &b->accel);
		codec_unsigned(x, host, "cpus", &b->cpus);
	}
	codec_list(x, root, "objects", b, b->object_count, object_entry);
	if (x->writing)
		put_ratios(x, root, b);
	codec_list(x, root, "kernels", b, b->kernel_count, kernel_entry);
}

int bench_json_encode(const struct bench *b, struct buf *out, struct error *err)
{
	struct codec x = {.writing = true, .name = "bench.json", .err = err};
	json_t *root = json_object();
	char *text;

	codec_put(&x, root, "schema", json_string(BENCH_JSON_SCHEMA));
	/* The description takes a benchmark it could fill; writing only looks. */
	document(&x, root, (struct bench *)(uintptr_t)b);
	text = x.failed ? NULL : json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	if (text)
		buf_printf(out, "%s\n", text);
	else if (!x.failed)
		codec_fail(&x, "", "cannot be expressed in JSON");
	free(text);
	json_decref(root);
	buf_free(&x.place);
	return x.failed ? -EINVAL : 0;
}

int bench_json_decode(const char *text, size_t len, const char *name, struct bench **b, struct error *err)
{
	struct codec x = {.name = name, .err = err};
	json_error_t at;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &at);
	const char *schema = json_string_value(json_object_get(root, "schema"));
	struct bench *read = bench_new();

	*b = NULL;
	if (!root) {
		error_usage(err, "%s:%d:%d: is not JSON: %s", name, at.line, at.column, at.text);
	} else if (!schema || strcmp(schema, BENCH_JSON_SCHEMA) != 0) {
		error_usage(err, "%s: its schema is not \"%s\"; name a bench.json that corematrix bench wrote", name,
		            BENCH_JSON_SCHEMA);
	} else {
		document(&x, root, read);
		if (!x.failed)
			*b = steal_ptr(read);
	}
	json_decref(root);
	buf_free(&x.place);
	bench_free(read);
	return *b ? 0 : -EINVAL;
}

int bench_json_write(const struct bench *b, const char *path, struct error *err)
{
	cleanup_buf struct buf out = {0};
	int rc = bench_json_encode(b, &out, err);

	return rc ? rc : io_replace_file(path, buf_str(&out), out.len, err);
}

int bench_json_read(const char *path, struct bench **b, struct error *err)
{
	cleanup_buf struct buf text = {0};
	cleanup_error struct error cause = {0};

	*b = NULL;
	if (io_read_file(path, FILE_MAX, &text, &cause))
		return error_usage(err, "%s; name a bench.json that corematrix bench wrote", cause.text);
	return bench_json_decode(buf_str(&text), text.len, path, b, err);
}
