/* SPDX-License-Identifier: BSD-2-Clause */
/* predict_agree: a wrong prediction is found out, whatever it is wrong about, and makes a run exit with 4. */
#include <stdlib.h>
#include <string.h>

#include "host/predict/predict_agree.h"
#include "host/run/cell_result.h"
#include "tests/suite.h"

/* What was predicted for the one relocation, what the guest saw of it, and what has to be said. */
static const struct {
	const char *name;
	enum relo_outcome outcome;
	struct relo_witness predicted, measured;
	enum reach reach;
	bool loaded, reached, skipped;
	uint32_t number;        /* of the predicted record; the measured one has 0 */
	const char *says;       /* part of the disagreement, NULL: none */
	enum relo_outcome told; /* in the result */
} cases[] = {
        {"right",
         RELO_MOVED,
         {RELO_SEEN_VALUE, 16, 4},
         {RELO_SEEN_VALUE, 16, 4},
         0,
         true,
         false,
         false,
         0,
         NULL,
         RELO_MOVED},
        {"other value",
         RELO_MOVED,
         {RELO_SEEN_VALUE, 24, 4},
         {RELO_SEEN_VALUE, 16, 4},
         0,
         true,
         false,
         false,
         0,
         "predicted the value 24, measured 16",
         RELO_MOVED},
        {"other width",
         RELO_MOVED,
         {RELO_SEEN_VALUE, 16, 8},
         {RELO_SEEN_VALUE, 16, 4},
         0,
         true,
         false,
         false,
         0,
         "predicted an access of 8 bytes, measured 4",
         RELO_MOVED},
        {"there after all",
         RELO_GUARDED,
         {RELO_SEEN_POISON, 0, 0},
         {RELO_SEEN_VALUE, 16, 4},
         0,
         true,
         false,
         false,
         0,
         "predicted guarded, measured moved",
         RELO_MOVED},
        {"gone after all",
         RELO_MOVED,
         {RELO_SEEN_VALUE, 16, 4},
         {RELO_SEEN_POISON, 0, 0},
         0,
         true,
         false,
         false,
         0,
         "predicted moved, measured guarded",
         RELO_GUARDED},
        {"dead code that was reached",
         RELO_GUARDED,
         {RELO_SEEN_POISON, 0, 0},
         {RELO_SEEN_POISON, 0, 0},
         REACH_NEVER,
         false,
         true,
         false,
         0,
         "is never reached",
         RELO_FATAL},
        {"code that was not reached",
         RELO_GUARDED,
         {RELO_SEEN_POISON, 0, 0},
         {RELO_SEEN_POISON, 0, 0},
         REACH_ALWAYS,
         true,
         false,
         false,
         0,
         "is always reached",
         RELO_GUARDED},
        {"nobody could know",
         RELO_GUARDED,
         {RELO_SEEN_POISON, 0, 0},
         {RELO_SEEN_POISON, 0, 0},
         REACH_MAYBE,
         false,
         true,
         false,
         0,
         NULL,
         RELO_FATAL},
        {"another record",
         RELO_MOVED,
         {RELO_SEEN_VALUE, 16, 4},
         {RELO_SEEN_VALUE, 16, 4},
         0,
         true,
         false,
         false,
         7,
         "knows no such relocation",
         RELO_MOVED},
        {"left out by default",
         RELO_NOT_ATTEMPTED,
         {0},
         {RELO_SEEN_VALUE, 16, 4},
         0,
         true,
         false,
         true,
         0,
         NULL,
         RELO_MOVED},
        {"drift",
         RELO_DRIFT,
         {RELO_SEEN_VALUE, 16, 4},
         {RELO_SEEN_VALUE, 16, 4},
         0,
         true,
         false,
         false,
         0,
         NULL,
         RELO_DRIFT},
};

START_TEST(relocations)
{
	struct predict_record record = {
	        .section = (char *)"tp/x", .number = cases[_i].number, .skipped = cases[_i].skipped};
	struct predict_outcome outcome = {.p = {.outcome = cases[_i].outcome, .says = cases[_i].predicted},
	                                  .reach = (uint8_t)cases[_i].reach};
	struct predict_object object = {.records = &record, .record_count = 1};
	struct predict_cell predicted = {.forecast = FORECAST_LOADS, .outcomes = &outcome, .outcome_count = 1};
	struct predict_kernel kernel = {.has_btf = true};
	const struct prediction p = {
	        .objects = &object, .object_count = 1, .cells = &predicted, .kernels = &kernel, .kernel_count = 1};
	struct relo_fact fact = {.section = (char *)"tp/x",
	                         .local = 8,
	                         .local_width = 4,
	                         .insns = cases[_i].measured,
	                         .log = cases[_i].measured,
	                         .attempted = true,
	                         .loaded = cases[_i].loaded,
	                         .reached = cases[_i].reached};
	struct session_cell facts = {.relos = &fact, .relo_count = 1};
	struct result *r = result_new();
	struct result_cell *cell = result_add_cell(r);

	facts.end.cell_end.phase = PHASE_DONE;
	result_add_kernel(r);
	result_add_object(r);
	cell->as_expected = true;
	r->complete = true;
	cell_result_fill_predicted(cell, &facts, &p, 0, 0);
	cell->as_expected = true;
	ck_assert_str_eq(relo_outcome_name(cell->relocations[0].outcome), relo_outcome_name(cases[_i].told));
	if (cases[_i].says)
		ck_assert_msg(strstr(cell->relocations[0].disagreement, cases[_i].says) != NULL, "%s: '%s'",
		              cases[_i].name, cell->relocations[0].disagreement);
	else
		ck_assert_msg(!*cell->relocations[0].disagreement, "%s: '%s'", cases[_i].name,
		              cell->relocations[0].disagreement);
	ck_assert_int_eq(result_exit_status(r), cases[_i].says ? EXIT_CONTRADICTION : EXIT_AS_EXPECTED);
	result_free(r);
}
END_TEST

static const struct {
	enum forecast forecast;
	enum cell_phase phase; /* predicted */
	enum verdict verdict;
	enum cell_phase measured;
	bool refuted;
} verdicts[] = {
        {FORECAST_REJECTED, PHASE_LOAD, VERDICT_PASS, PHASE_DONE, true},
        {FORECAST_REJECTED, PHASE_ATTACH, VERDICT_SILENT, PHASE_DONE, true},
        {FORECAST_REJECTED, PHASE_LOAD, VERDICT_REJECTED, PHASE_LOAD, false},
        {FORECAST_REJECTED, PHASE_ATTACH, VERDICT_REJECTED, PHASE_LOAD, false},
        {FORECAST_REJECTED, PHASE_LOAD, VERDICT_REJECTED, PHASE_ATTACH, true},
        {FORECAST_REJECTED, PHASE_LOAD, VERDICT_INFRA, PHASE_OPEN, false},
        {FORECAST_UNSURE, PHASE_LOAD, VERDICT_PASS, PHASE_DONE, false},
        {FORECAST_LOADS, PHASE_DONE, VERDICT_REJECTED, PHASE_LOAD, false},
        {FORECAST_NONE, PHASE_OPEN, VERDICT_PASS, PHASE_DONE, false},
};

START_TEST(verdict)
{
	const struct predict_cell predicted = {.forecast = (uint8_t)verdicts[_i].forecast,
	                                       .class = CLASS_RELOCATION,
	                                       .phase = (uint8_t)verdicts[_i].phase,
	                                       .reason = (char *)"why"};
	const struct predict_object none = {0};
	struct result *r = result_new();
	struct result_cell *cell = result_add_cell(r);

	cell->verdict = verdicts[_i].verdict;
	cell->phase = verdicts[_i].measured;
	predict_agree_cell(&none, &predicted, cell);
	ck_assert_int_eq(*cell->disagreement != '\0', verdicts[_i].refuted);
	ck_assert_int_eq(*cell->predicted != '\0', verdicts[_i].forecast != FORECAST_NONE);
	ck_assert_int_eq(result_exit_status(r) == EXIT_CONTRADICTION, verdicts[_i].refuted);
	result_free(r);
}
END_TEST

/* A weak extern "f", in one or two flavours, what the types say of each and what libbpf left at 0. */
static const struct {
	enum need_kind kind;
	uint8_t states[2];
	const char *absent;
	enum cell_phase phase;
	bool refuted;
} externs[] = {
        {NEED_KFUNC, {NEED_UNUSED}, "f", PHASE_DONE, false},
        {NEED_KFUNC, {NEED_UNUSED}, "ff f g", PHASE_DONE, false},
        {NEED_KFUNC, {NEED_UNUSED}, "f___new", PHASE_DONE, false},
        {NEED_KFUNC, {NEED_UNUSED}, "ff", PHASE_DONE, true},
        {NEED_VARIABLE, {NEED_UNUSED}, "", PHASE_DONE, true},
        {NEED_VARIABLE, {NEED_HOLDS}, "f", PHASE_ATTACH, true},
        {NEED_KFUNC, {NEED_HOLDS}, "", PHASE_DONE, false},
        /* one of two flavours is what the kernel has, whichever */
        {NEED_KFUNC, {NEED_HOLDS, NEED_UNUSED}, "f___old", PHASE_DONE, false},
        {NEED_KFUNC, {NEED_UNUSED, NEED_HOLDS}, "f", PHASE_DONE, false},
        {NEED_KFUNC, {NEED_UNUSED, NEED_HOLDS}, "", PHASE_DONE, true},
        {NEED_KFUNC, {NEED_HOLDS, NEED_UNUSED}, "f f___old", PHASE_DONE, true},
        {NEED_KFUNC, {NEED_UNUSED, NEED_UNUSED}, "f f___old", PHASE_DONE, false},
        {NEED_KFUNC, {NEED_DOUBTED}, "f", PHASE_DONE, false},
        /* found or not, nobody said it of an object that was not loaded */
        {NEED_KFUNC, {NEED_UNUSED}, "", PHASE_LOAD, false},
        {NEED_CONFIG, {NEED_UNUSED}, "", PHASE_DONE, false},
};

START_TEST(weak_externs)
{
	const struct need need = {.kind = (uint8_t)externs[_i].kind, .name = (char *)"f", .optional = true};
	struct need needs[] = {need, need};
	uint8_t states[] = {externs[_i].states[0], externs[_i].states[1]};
	uint32_t count = states[1] ? 2 : 1;
	const struct predict_object object = {.needs = needs, .need_count = count};
	const struct predict_cell predicted = {.forecast = FORECAST_FALLBACK, .needs = states, .need_count = count};
	struct result *r = result_new();
	struct result_cell *cell = result_add_cell(r);

	cell->verdict = VERDICT_PASS;
	cell->phase = externs[_i].phase;
	free(cell->absent_externs);
	cell->absent_externs = strdup(externs[_i].absent);
	predict_agree_cell(&object, &predicted, cell);
	ck_assert_msg((*cell->disagreement != '\0') == externs[_i].refuted, "%s", cell->disagreement);
	result_free(r);
}
END_TEST

static const struct {
	enum forecast forecast;
	enum cell_phase phase;
	const char *program;
	bool loaded, attached, refuted;
} findings[] = {
        {FORECAST_REJECTED, PHASE_LOAD, "p", false, false, false},
        {FORECAST_REJECTED, PHASE_LOAD, "p", true, false, true},
        {FORECAST_REJECTED, PHASE_LOAD, "q", true, false, false},
        {FORECAST_REJECTED, PHASE_ATTACH, "p", true, false, false},
        {FORECAST_REJECTED, PHASE_ATTACH, "p", true, true, true},
        {FORECAST_UNSURE, PHASE_LOAD, "p", true, true, false},
        {FORECAST_WRONG, PHASE_LOAD, "p", true, true, false},
};

START_TEST(what_is_said_of_a_program)
{
	struct predict_finding finding = {.forecast = (uint8_t)findings[_i].forecast,
	                                  .phase = (uint8_t)findings[_i].phase,
	                                  .program = (char *)"p",
	                                  .text = (char *)"program p: why"};
	const struct predict_object none = {0};
	const struct predict_cell predicted = {
	        .forecast = FORECAST_UNSURE, .reason = (char *)"why", .findings = &finding, .finding_count = 1};
	struct result *r = result_new();
	struct result_cell *cell = result_add_cell(r);
	struct result_program *p = result_add_program(cell);

	free(p->name);
	p->name = strdup(findings[_i].program);
	p->loaded = findings[_i].loaded;
	p->attached = findings[_i].attached;
	cell->verdict = VERDICT_REJECTED;
	predict_agree_cell(&none, &predicted, cell);
	ck_assert_msg((*cell->disagreement != '\0') == findings[_i].refuted, "%s", cell->disagreement);
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(relocations, cases),
	        EACH(verdict, verdicts),
	        EACH(weak_externs, externs),
	        EACH(what_is_said_of_a_program, findings),
	};

	return suite_run("predict_agree", tests, COUNT(tests));
}
