/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/capture.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/deeds/progress.h"
#include "agent/truth/code_use.h"
#include "agent/truth/iterate.h"
#include "agent/truth/print_format.h"
#include "agent/truth/trace_pipe.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* What is kept between two capture_forget; a talkative object has the rest of its events counted only. */
#define KEEP_EVENTS 65536
#define KEEP_BYTES (16u << 20)
/* Per CPU; holds a few hundred large events between two drains. */
#define PERF_PAGES 64
/*
 * What is taken at once, so that an object that hands over more while its events are taken does not keep the harness
 * for ever; and what is, once that is known of it.
 */
#define TAKE_EVENTS 32768
#define TAKE_BYTES (4u << 20)
#define TAKE_LINES 20000
#define FLOODED_PART 64

/* One map that events come through. */
struct tap {
	struct capture *capture;
	const char *name;
};

struct capture {
	enum event_source source;
	struct tap **taps;
	size_t tap_count;
	struct ring_buffer *ring;
	struct perf_buffer **perfs;
	size_t perf_count;
	struct trace_pipe pipe;
	struct iterators iterators;
	struct map_entries *maps;
	struct inner_map_list inner;
	struct capture_event *kept;
	size_t kept_count, kept_bytes;
	uint64_t total, lost;
	uint64_t taken, taken_bytes; /* since this drain began */
	bool flooded;
	char *hindrance;
};

static void event_keep(struct capture *c, const char *source, const void *bytes, size_t len)
{
	struct capture_event *e;

	c->total++;
	c->taken++;
	c->taken_bytes += len;
	if (c->kept_count == KEEP_EVENTS || len > KEEP_BYTES - c->kept_bytes)
		return;
	c->kept = xrealloc(c->kept, c->kept_count + 1, sizeof(*c->kept));
	e = &c->kept[c->kept_count++];
	*e = (struct capture_event){
	        .bytes = xcalloc(1, len + 1),
	        .len = len,
	        .source = source,
	        .form = *source ? RECORD_BYTES : RECORD_FIELDS,
	};
	memcpy(e->bytes, bytes, len);
	c->kept_bytes += len;
}

static void on_map_entry(void *arg, const struct map_entry *entry)
{
	struct capture *c = arg;
	size_t before = c->kept_count;
	struct capture_event *e;

	event_keep(c, entry->map, entry->bytes, entry->size);
	if (c->kept_count == before)
		return;
	e = &c->kept[before];
	e->form = RECORD_ENTRY;
	e->key_size = entry->key_size;
	e->layout = entry->layout;
	if (entry->is_globals && entry->before) {
		e->before = xcalloc(1, entry->size + 1);
		memcpy(e->before, entry->before, entry->size);
	}
}

/* The first thing that did. */
static void hinder(struct capture *c, const char *how)
{
	if (!c->hindrance)
		c->hindrance = xasprintf("%s: %s", progress_words(progress_at()), how);
}

static void hinder_errno(struct capture *c, int code)
{
	const char *name = strerrorname_np(code);

	hinder(c, name ? name : strerror(code));
}

static bool is_flooded(struct capture *c, uint64_t events)
{
	uint64_t part = c->flooded ? FLOODED_PART : 1;

	if (c->taken < events / part && c->taken_bytes < TAKE_BYTES / part)
		return false;
	c->flooded = true;
	hinder(c, "more come than can be taken");
	return true;
}

static int on_ring_event(void *arg, void *bytes, size_t len)
{
	const struct tap *tap = arg;

	event_keep(tap->capture, tap->name, bytes, len);
	return is_flooded(tap->capture, TAKE_EVENTS) ? -EOVERFLOW : 0;
}

static void on_perf_event(void *arg, int cpu, void *bytes, uint32_t len)
{
	const struct tap *tap = arg;

	(void)cpu;
	event_keep(tap->capture, tap->name, bytes, len);
}

static void on_perf_lost(void *arg, int cpu, __u64 count)
{
	const struct tap *tap = arg;

	(void)cpu;
	tap->capture->lost += count;
}

static struct tap *tap_add(struct capture *c, const char *name)
{
	struct tap *tap = xcalloc(1, sizeof(*tap));

	*tap = (struct tap){.capture = c, .name = name};
	c->taps = xrealloc(c->taps, c->tap_count + 1, sizeof(*c->taps));
	c->taps[c->tap_count++] = tap;
	return tap;
}

static int ring_add(struct capture *c, const char *name, int fd, struct error *err)
{
	struct tap *tap = tap_add(c, name);
	int rc = 0;

	if (c->ring)
		rc = ring_buffer__add(c->ring, fd, on_ring_event, tap);
	else if (!(c->ring = ring_buffer__new(fd, on_ring_event, tap, NULL)))
		rc = -errno;
	return rc < 0 ? error_set(err, -rc, "cannot read ring buffer `%s`: %s", name, strerror(-rc)) : 0;
}

static int perf_add(struct capture *c, const char *name, int fd, struct error *err)
{
	struct perf_buffer *perf =
	        perf_buffer__new(fd, PERF_PAGES, on_perf_event, on_perf_lost, tap_add(c, name), NULL);

	if (!perf)
		return error_set(err, errno, "cannot read perf buffer `%s`: %s", name, strerror(errno));
	c->perfs = xrealloc(c->perfs, c->perf_count + 1, sizeof(struct perf_buffer *));
	c->perfs[c->perf_count++] = perf;
	return 0;
}

/* The kinds of maps that events come through, in the order in which SOURCE_AUTO names them. */
static const struct map_source {
	enum event_source source;
	enum bpf_map_type type;
	int (*add)(struct capture *c, const char *name, int fd, struct error *err);
	const char *words;
} map_sources[] = {
        {SOURCE_RINGBUF, BPF_MAP_TYPE_RINGBUF, ring_add, "ring buffer"},
        {SOURCE_PERFBUF, BPF_MAP_TYPE_PERF_EVENT_ARRAY, perf_add, "perf buffer"},
};

/*
 * Open every map of the kind, also those within others; returns how many, or a negative errno. Those that no program
 * uses are left out, unless the ini names the kind.
 */
static int maps_open(struct capture *c, struct bpf_object *obj, const struct map_source *kind, bool named,
                     struct error *err)
{
	struct bpf_map *map;
	int count = 0, rc = 0;

	bpf_object__for_each_map(map, obj)
	{
		if (bpf_map__type(map) != kind->type || bpf_map__fd(map) < 0 || (!named && !code_use_map(obj, map)))
			continue;
		if ((rc = kind->add(c, bpf_map__name(map), bpf_map__fd(map), err)) < 0)
			return rc;
		count++;
	}
	for (size_t i = 0; i < c->inner.count; i++) {
		const struct inner_map *inner = &c->inner.at[i];

		if (inner->shape->type != kind->type)
			continue;
		if ((rc = kind->add(c, bpf_map__name(inner->shape->map), inner->fd, err)) < 0)
			return rc;
		count++;
	}
	return count;
}

static int source_open(struct capture *c, struct bpf_object *obj, enum event_source wanted, struct error *err)
{
	if (wanted == SOURCE_PRINTK) {
		c->source = SOURCE_PRINTK;
		return trace_pipe_open(&c->pipe, err);
	}
	for (size_t i = 0; i < sizeof(map_sources) / sizeof(map_sources[0]); i++) {
		const struct map_source *kind = &map_sources[i];
		int count;

		if (wanted != SOURCE_AUTO && wanted != kind->source)
			continue;
		count = maps_open(c, obj, kind, wanted == kind->source, err);
		if (count < 0)
			return count;
		if (count && c->source == SOURCE_NONE)
			c->source = kind->source;
		if (!count && wanted == kind->source)
			return error_usage(err, "the object has no %s to take events from: correct `source` in its ini",
			                   kind->words);
	}
	return 0;
}

static bool object_has_formats(struct bpf_object *obj)
{
	struct print_formats formats = {0};
	bool some;

	print_formats_read(&formats, obj);
	some = formats.count > 0;
	print_formats_free(&formats);
	return some;
}

/* What is printed counts only where there is no other way that events come. */
static int prints_open(struct capture *c, struct bpf_object *obj, enum event_source wanted, struct error *err)
{
	if (wanted != SOURCE_AUTO || c->source != SOURCE_NONE || !code_use_prints(obj))
		return 0;
	c->source = SOURCE_PRINTK;
	return trace_pipe_open(&c->pipe, err);
}

static int iter_open(struct capture *c, struct bpf_object *obj, enum event_source wanted, struct error *err)
{
	int rc = iterators_open(&c->iterators, obj, err);

	if (rc < 0)
		return rc;
	if (wanted == SOURCE_ITER && !c->iterators.count)
		return error_usage(err, "the object has no iterator to take events from: correct `source` in its ini");
	if (wanted == SOURCE_ITER || (wanted == SOURCE_AUTO && c->source == SOURCE_NONE && c->iterators.count))
		c->source = SOURCE_ITER;
	return 0;
}

/* Entries of maps count only where nothing else hands anything over, or where an ini says so. */
static int maps_look_open(struct capture *c, struct bpf_object *obj, const struct capture_wish *wish, struct error *err)
{
	if (wish->source != SOURCE_MAP && (wish->source != SOURCE_AUTO || c->source != SOURCE_NONE))
		return 0;
	c->maps = map_entries_open(obj, wish->shapes, &c->inner, wish->names, wish->name_count);
	if (!c->maps && wish->source == SOURCE_MAP)
		return error_usage(err, "the object has no map whose entries can be read: correct `source` in its ini");
	if (c->maps)
		c->source = SOURCE_MAP;
	return 0;
}

int capture_open(struct bpf_object *obj, const struct capture_wish *wish, struct capture **out, struct error *err)
{
	struct capture *c = xcalloc(1, sizeof(*c));
	enum event_source source = wish->source;
	int rc;

	c->source = SOURCE_NONE;
	c->pipe.fd = -1;
	if (wish->shapes)
		inner_map_list_open(obj, wish->shapes, &c->inner);
	rc = source_open(c, obj, source, err);
	rc = rc < 0 ? rc : iter_open(c, obj, source, err);
	/* a text without a value says less than any map */
	rc = rc < 0 || !object_has_formats(obj) ? rc : prints_open(c, obj, source, err);
	rc = rc < 0 ? rc : maps_look_open(c, obj, wish, err);
	rc = rc < 0 ? rc : prints_open(c, obj, source, err);
	if (rc < 0)
		capture_free(c);
	else
		*out = c;
	return rc;
}

struct capture *capture_held(void)
{
	struct capture *c = xcalloc(1, sizeof(*c));

	c->source = SOURCE_NONE;
	c->pipe.fd = -1;
	return c;
}

void capture_hold(struct capture *c, const void *bytes, size_t len)
{
	size_t before = c->kept_count;

	event_keep(c, "", bytes, len);
	if (c->kept_count > before)
		c->kept[before].named = true;
}

enum event_source capture_source(const struct capture *c)
{
	return c->source;
}

static void pipe_drain(struct capture *c)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};
	int rc;

	do {
		enum trace_line kind;

		rc = trace_pipe_fill(&c->pipe, &err);
		while ((kind = trace_pipe_next(&c->pipe, &text, &c->lost)) != TRACE_LINE_NONE)
			if (kind == TRACE_LINE_PRINTED)
				event_keep(c, "", buf_str(&text), text.len);
	} while (rc > 0 && !is_flooded(c, TAKE_LINES));
	if (rc < 0)
		hinder_errno(c, -rc);
}

const struct event_layout *capture_map_layout(const struct capture *c, size_t i)
{
	return map_entries_layout(c->maps, i);
}

const char *capture_hindrance(const struct capture *c)
{
	return c->hindrance;
}

/* False when it cannot be read on. */
static bool iterator_sample(struct capture *c, size_t i)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};
	int rc = iterators_read(&c->iterators, i, &text, &err);
	const char *line = buf_str(&text), *end;

	if (rc == -ETIME)
		hinder(c, err.text);
	else if (rc < 0)
		hinder_errno(c, -rc);
	for (; c->source == SOURCE_ITER && (end = strchr(line, '\n')); line = end + 1) {
		size_t before = c->kept_count;

		event_keep(c, "", line, (size_t)(end - line));
		if (c->kept_count > before)
			c->kept[before].maker = c->iterators.programs[i];
	}
	return rc >= 0;
}

static void iterators_sample(struct capture *c)
{
	enum progress_step before = progress_at();

	progress_step(PROGRESS_ITERATORS);
	for (size_t i = 0; i < c->iterators.count && iterator_sample(c, i); i++)
		continue;
	progress_step(before);
}

void capture_sample(struct capture *c, pid_t pid)
{
	if (c->iterators.count)
		iterators_sample(c);
	if (c->maps)
		map_entries_look(c->maps, pid, on_map_entry, c);
}

static void drain_once(struct capture *c)
{
	enum progress_step before = progress_at();
	int rc = 0;

	progress_step(PROGRESS_EVENTS);
	c->taken = c->taken_bytes = 0;
	if (c->ring)
		rc = ring_buffer__consume(c->ring);
	for (size_t i = 0; i < c->perf_count && rc >= 0; i++)
		rc = perf_buffer__consume(c->perfs[i]);
	if (rc < 0)
		hinder_errno(c, -rc); /* a flood has been told */
	if (c->maps)
		map_entries_look(c->maps, 0, on_map_entry, c);
	if (c->source == SOURCE_PRINTK)
		pipe_drain(c);
	progress_step(before);
}

static void source_wait(struct capture *c, int wait_ms)
{
	if (c->ring)
		ring_buffer__poll(c->ring, wait_ms);
	else if (c->perf_count)
		perf_buffer__poll(c->perfs[0], wait_ms);
	else if (c->source == SOURCE_PRINTK)
		trace_pipe_wait(&c->pipe, wait_ms);
	else if (c->maps)
		poll(NULL, 0, wait_ms);
}

void capture_drain(struct capture *c, int wait_ms)
{
	uint64_t before = c->total;

	drain_once(c);
	if (wait_ms <= 0 || c->total != before || c->source == SOURCE_NONE)
		return;
	source_wait(c, wait_ms);
	drain_once(c);
}

const struct capture_event *capture_events(const struct capture *c, size_t *count)
{
	*count = c->kept_count;
	return c->kept;
}

static void free_event(struct capture_event *e)
{
	free(e->bytes);
	free(e->before);
}

void capture_forget(struct capture *c)
{
	for (size_t i = 0; i < c->kept_count; i++)
		free_event(&c->kept[i]);
	c->kept_count = 0;
	c->kept_bytes = 0;
}

uint64_t capture_total(const struct capture *c)
{
	return c->total;
}

uint64_t capture_lost(const struct capture *c)
{
	return c->lost;
}

void capture_free(struct capture *c)
{
	if (!c)
		return;
	capture_forget(c);
	free(c->kept);
	ring_buffer__free(c->ring);
	for (size_t i = 0; i < c->perf_count; i++)
		perf_buffer__free(c->perfs[i]);
	free(c->perfs);
	for (size_t i = 0; i < c->tap_count; i++)
		free(c->taps[i]);
	free(c->taps);
	trace_pipe_close(&c->pipe);
	iterators_close(&c->iterators);
	map_entries_free(c->maps);
	inner_map_list_free(&c->inner);
	free(c->hindrance);
	free(c);
}
