/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workload_ground: what deeds stand on, and the users that only an object's ini speaks of; there from before the object
 * is attached until it is detached.
 */
#ifndef COREMATRIX_AGENT_TRUTH_WORKLOAD_GROUND_H
#define COREMATRIX_AGENT_TRUTH_WORKLOAD_GROUND_H

#include <stdbool.h>
#include <stddef.h>

#include <bpf/libbpf.h>

#include "agent/deeds/subject.h"
#include "agent/truth/capture.h"
#include "base/error.h"
#include "wire/effect_rule.h"

/*
 * What deeds stand on, made ready before the object is attached: one that denies whatever it can must not hinder the
 * harness. Zero-initialise.
 */
struct workload_ground {
	struct subject_stage *stage;
	struct capture *capture;
	struct user_subject *users;
};

/* As a user whom a rule speaks of and no subject of the table is. */
struct user_subject {
	struct user_subject *next;
	struct subject_kind kind;
	char *name;
	bool possible;                 /* it is done at all */
	struct subject_outcome before; /* what it comes to without the object */
};

/* `obj` must be loaded. Returns 0 or a negative errno; close it in either case, once the object is detached. */
int workload_ground_open(struct workload_ground *ground, struct bpf_object *obj, const struct capture_wish *wish,
                         struct error *err);
/* Once it is open: subjects for the users that rules speak of, each with what its deed comes to by itself. */
void workload_ground_users(struct workload_ground *ground, const struct effect_rule *rules, size_t count);
void workload_ground_close(struct workload_ground *ground);

#endif
