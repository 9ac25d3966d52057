/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workload: makes known things happen under a loaded and attached object, and says for each event field whether the
 * object told the truth. It needs root. It never loads, attaches or judges a cell.
 */
#ifndef COREMATRIX_AGENT_TRUTH_WORKLOAD_H
#define COREMATRIX_AGENT_TRUTH_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "agent/deeds/trigger.h"
#include "agent/truth/capture.h"
#include "agent/truth/effect.h"
#include "agent/truth/observe.h"
#include "agent/truth/run_count.h"
#include "agent/truth/workload_ground.h"
#include "base/error.h"
#include "wire/message.h"
#include "wire/terms.h"

struct workload_request {
	struct bpf_object *obj;
	const struct workload_ground *ground;
	const struct effect_rule *rules; /* of its ini */
	size_t rule_count;
	const struct btf *kernel_btf; /* for hints; may be NULL */
	const char *config;           /* text of the kernel's configuration, "" when it is not known */
	/*
	 * The event's struct in the object's BTF. NULL or "" means "event", and an object without it has its events
	 * counted, not checked; a name that was given and does not exist is a usage error.
	 */
	const char *event_struct;
	const struct btf *event_types; /* has the event's type in place of the object's BTF; NULL: none */
	const char *const *lines;      /* printed ones with names in braces for their values */
	size_t line_count;
	const char *event_layout; /* members of it in C, where no BTF has the struct; NULL: none */
	enum event_source source;
	uint64_t groups; /* bits 1 << enum workload_group: those the ini names; 0: none named, the triggers tell */
	struct trigger_summary triggers;  /* what the attached programs react to */
	const uint64_t *program_triggers; /* of each program in the object's order; 0: nothing is known of its hook */
};

/* What workloads_run found. Strings are never NULL after a successful run. */
struct cell_report {
	struct run_counts runs;
	struct effect_list effects;           /* what each deed came to */
	struct observation_list observations; /* of subjects whose events the host has to read */
	struct truth_fact *truths;
	size_t truth_count;
	uint64_t events;     /* all that came */
	uint64_t own_events; /* of these, those that belong to a subject */
	uint64_t lost;       /* dropped, as the kernel says */
	char *source;        /* a name of enum event_source */
	char *event_type;    /* struct the events were decoded by, "" when none */
	char *unchecked;     /* space-separated event fields that no truth is known for */
	uint64_t done;       /* bits of enum trigger: what came off */
	bool expects_events; /* some subject that was run should have been reported by the object */
};

/*
 * Run the subjects, one after the other. For each: spawn, wait until it is blocked, let it do its thing, read its truth
 * from /proc while it is blocked again, release, reap, take the events of its life, compare.
 *
 * An object is expected to report a subject when it has a way to report that is understood (an event struct with a
 * known field, the trace pipe, or an ini that names the workload) and is attached to something that the subject fires,
 * or its ini names the workload. Only then is a missing event a fact; events that come unexpected are checked all the
 * same when they say that they are the subject's.
 *
 * Returns 0, also when deeds did not come off, which effects of `out` tell; or a negative errno when its ini does not
 * fit the object. Free with cell_report_free in both cases.
 */
int workloads_run(const struct workload_request *request, struct cell_report *out, struct error *err);

/*
 * Once the object is detached: do each deed again that did not come off, and note what it comes to now. Returns 0, or a
 * negative errno when that cannot be tried.
 */
int workloads_verify(struct cell_report *report, struct error *err);

void cell_report_free(struct cell_report *report);

#endif
