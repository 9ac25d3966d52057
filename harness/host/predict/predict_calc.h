/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict_calc: what the types of one kernel say of one object, question by question: its relocations, what it needs,
 * what its ini asks. Which verdict follows is predict_forecast's business. Called in a jailed worker only (jail.h).
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICT_CALC_H
#define COREMATRIX_HOST_PREDICT_PREDICT_CALC_H

#include "base/buf.h"
#include "host/object/object_ini.h"
#include "host/predict/need_config.h"
#include "host/predict/parsed_object.h"
#include "host/predict/prediction.h"
#include "host/resolve/relo_target.h"

/* Each fills its part of `c`, which its owner frees with predict_cell_free. The object must be usable. */

/*
 * Every relocation record, and whether the verifier comes to those that stay unresolved. `own_types`: the target is the
 * kernel's own BTF, not one from outside beside which externs are not found.
 */
void predict_calc_outcomes(struct parsed_object *p, const struct relo_target *target, bool own_types,
                           struct predict_cell *c);

/*
 * Every need, after the outcomes, which decide what code is dead. `symbols` is the text of symbols.h, empty when the
 * names of the kernel's functions are not known; `with_modules`: modules are loaded too, whose names are not in it.
 */
void predict_calc_needs(struct parsed_object *p, const struct relo_target *target, const struct buf *symbols,
                        bool with_modules, const struct config_kernel *config, struct predict_cell *c);

/* What stands against programs beside that (program_check.h), after the outcomes, by the kernel's own types. */
void predict_calc_programs(struct parsed_object *p, const struct relo_target *target, struct predict_cell *c);

/*
 * Needs beside a BTF from outside, which hides the kernel's own: what refers to its types by number is not
 * available, and of the rest nothing is known but what the configuration says.
 */
void predict_calc_doubts(const struct parsed_object *p, const struct config_kernel *config, struct predict_cell *c);

/* The ini's questions about types and options; the object may be unusable. */
void predict_calc_answers(const struct object_ini *ini, const struct parsed_object *p, const struct btf *kernel,
                          const struct config_kernel *config, struct predict_cell *c);

#endif
