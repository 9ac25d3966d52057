/* SPDX-License-Identifier: BSD-2-Clause */
/* learn_record: whether a record holds a value at a place, and what it holds there. Pure; decides nothing. */
#ifndef COREMATRIX_HOST_JUDGE_LEARN_RECORD_H
#define COREMATRIX_HOST_JUDGE_LEARN_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "host/judge/learn.h"

/* Whether records of the shape are made as this one is. */
bool learn_record_is_of(const struct learn_shape *s, const struct record_fact *r);

bool learn_record_has(const struct record_fact *r, const struct learn_place *p, const struct observed_value *v);

/* Moments of a deed that are told apart. */
#define LEARN_MOMENTS 8

/*
 * At which moments of the subject a value of the place's name stands there: bit N for moment N + 1, all bits when the
 * value holds for all of them.
 */
uint8_t learn_record_fits(const struct record_fact *r, const struct learn_place *p, const struct subject_fact *s);

/* Whether the record may be about the subject: its id or a text of its own stands anywhere in it. */
bool learn_record_may_be(const struct record_fact *r, const struct subject_fact *s);

/* Whether a time stands there that is the subject's start and up to a minute more: what a clock said when it did
 * something. */
bool learn_record_is_clock(const struct record_fact *r, const struct learn_place *p, const struct subject_fact *s);

/* True when all bytes of the place are zero, or the printed value is empty or 0. */
bool learn_record_is_empty(const struct record_fact *r, const struct learn_place *p);

/* What stands there, and what should, for people. The caller's. */
char *learn_record_text(const struct record_fact *r, const struct learn_place *p);
char *learn_value_text(const struct observed_value *v, const struct learn_place *p);

#endif
