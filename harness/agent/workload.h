/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workload: makes known things happen under a loaded and attached object, and says for each event field whether the
 * object told the truth. Called by the agent's cell process, as root. It never loads, attaches or judges a cell.
 */
#ifndef COREMATRIX_AGENT_WORKLOAD_H
#define COREMATRIX_AGENT_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/error.h"
#include "wire/message.h"
#include "wire/terms.h"

/* What workloads_run found. Strings are never NULL after a successful run. */
struct cell_report {
	struct truth_fact *truths;
	size_t truth_count;
	uint64_t events;     /* all that came */
	uint64_t own_events; /* of these, those that belong to a subject */
	uint64_t lost;       /* dropped, as the kernel says */
	char *source;        /* a name of enum event_source */
	char *event_type;    /* struct the events were decoded by, "" when none */
	char *unchecked;     /* space-separated event fields that no truth is known for */
};

/*
 * Run the subjects of `groups` (bit 1 << enum workload_group, 0 means all), one after the other. For each: spawn, wait
 * until it is blocked, let it exec, read its truth from /proc while it is blocked again, release, reap, take the events
 * of its life, compare.
 *
 * `event_struct` names the event's struct in the object's BTF. NULL or "" means "event", and an object without it has
 * its events counted, not checked; a name that was given and does not exist is a usage error.
 *
 * Returns 0, or a negative errno when a subject or the capture failed; `out` then holds what was found so far. Free
 * with cell_report_free in both cases.
 */
int workloads_run(struct bpf_object *obj, const struct btf *vmlinux_btf, const char *event_struct,
                  enum event_source source, uint32_t groups, struct cell_report *out, struct error *err);

void cell_report_free(struct cell_report *report);

#endif
