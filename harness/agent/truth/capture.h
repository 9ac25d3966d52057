/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capture: takes events out of a loaded object. It finds the object's ring buffers or perf buffers (or the trace pipe)
 * and keeps the raw events until the caller has judged them. It never decodes an event.
 */
#ifndef COREMATRIX_AGENT_TRUTH_CAPTURE_H
#define COREMATRIX_AGENT_TRUTH_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf.h>

#include "agent/truth/event.h"
#include "agent/truth/map_entries.h"
#include "base/error.h"
#include "wire/message.h"
#include "wire/terms.h"

struct capture;

/* One event as it came: the bytes of a ring or perf buffer record, or one line of the trace pipe. */
struct capture_event {
	void *bytes;
	size_t len;
	const char *source;    /* the map that it came through, "" for a line; borrowed from the object */
	enum record_form form; /* RECORD_BYTES, RECORD_FIELDS for a line, RECORD_ENTRY of a map */
	bool named;            /* name and value of each field, a NUL after each */
	uint32_t key_size;
	const struct event_layout *layout; /* of an entry */
	const struct bpf_program *maker;   /* of an iterator's line; borrowed; NULL: not known */
	void *before; /* of global variables: as they were before, for only what has changed was said; else NULL */
};

/* Where events shall come from, and what an object's bytes do not say of its maps. Borrowed. */
struct capture_wish {
	enum event_source source;
	const struct map_name *names;
	size_t name_count;
	const struct map_shape_list *shapes; /* NULL: not known */
};

/*
 * Start taking events of `obj`, which must be loaded and outlive the capture. SOURCE_AUTO takes every ring buffer and
 * every perf buffer that a loaded program uses, else what iterators print, else what programs print, else entries of
 * maps; it is called after the first kind that the object has, else SOURCE_NONE; an explicit source that the object
 * does not have is a usage error. On success
 * `*c` is the caller's: capture_free.
 */
int capture_open(struct bpf_object *obj, const struct capture_wish *wish, struct capture **c, struct error *err);

/* One of no object: it takes nothing by itself, and has what capture_hold gives it. The caller's. */
struct capture *capture_held(void);
/* `bytes` are name and value of each field, a NUL after each; they are copied. */
void capture_hold(struct capture *c, const void *bytes, size_t len);

/* What SOURCE_AUTO settled for; never SOURCE_AUTO. */
enum event_source capture_source(const struct capture *c);

/*
 * Take what there is, and when there is nothing wait up to `wait_ms` for it; returns as soon as something came. Events
 * are added to the kept ones.
 */
void capture_drain(struct capture *c, int wait_ms);

/*
 * What kept it from taking all events: the object may deny that, or hand over more than can be taken. "taking its
 * events: EPERM"; NULL when nothing did. Valid as long as the capture.
 */
const char *capture_hindrance(const struct capture *c);

/* Events kept since the last capture_forget; owned by the capture, valid until the next call that takes it. */
const struct capture_event *capture_events(const struct capture *c, size_t *count);
void capture_forget(struct capture *c);

/*
 * Read the object's iterators once: a moment that the caller chose, for they report nothing by themselves. With
 * SOURCE_ITER every line they print is an event, with SOURCE_MAP what local storage holds of process `pid` and of what
 * it has.
 */
void capture_sample(struct capture *c, pid_t pid);

/* Layout number `i` of the maps that entries are taken from, NULL behind the last. */
const struct event_layout *capture_map_layout(const struct capture *c, size_t i);

/* True for a source whose events are lines that name their own fields. */
static inline bool capture_source_prints(enum event_source source)
{
	return source == SOURCE_PRINTK || source == SOURCE_ITER;
}

/* All events taken since capture_open, kept or not, and those that the kernel says were dropped. */
uint64_t capture_total(const struct capture *c);
uint64_t capture_lost(const struct capture *c);

void capture_free(struct capture *c);
static inline void capture_cleanup(struct capture **c)
{
	capture_free(*c);
}
#define cleanup_capture __attribute__((cleanup(capture_cleanup)))

#endif
