/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * self_check: what an object itself says that a field has to be. An event with fields `x` and `x_expected` is a fact
 * about `x`: a program that knows a value in two ways (a constant, another record, a helper) lets the harness hold one
 * against the other. Pure. It knows no subject.
 */
#ifndef COREMATRIX_AGENT_TRUTH_SELF_CHECK_H
#define COREMATRIX_AGENT_TRUTH_SELF_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/truth/compare.h"
#include "agent/truth/event.h"

/* True for a field that is one of such a pair, both of which are numbers or both texts. */
bool self_check_field(const struct event_layout *layout, size_t i);

/* Add one fact per pair of `e`. Returns how many of them are not ok. */
size_t self_check_event(const struct event *e, const char *workload, struct fact_list *out);

#endif
