/* SPDX-License-Identifier: BSD-2-Clause */
/* judge: every verdict, and what decides when several would fit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/judge/judge.h"
#include "host/lib/text.h"
#include "tests/suite.h"

struct truth_row {
	const char *workload, *field, *expected, *observed;
	bool ok;
	const char *hint;
};

struct relo_row {
	enum relo_outcome outcome;
	const char *kind, *spec;
};

struct program_row {
	const char *name;
	bool idle_by_choice, loaded, attached;
	int err;
	const char *log;
};

#define OK_ROW \
	{ \
		"exec", "pid", "7", "7", true, "" \
	}
#define ALL_WELL \
	{ \
		"p", false, true, true, 0, "" \
	}

static const struct {
	const char *name;
	struct judge_facts facts;
	struct program_row programs[3];
	struct relo_row relocations[3];
	struct truth_row truth[5];
	uint64_t events, lost;
	enum verdict verdict;
	enum reject_class class;
	const char *reason; /* part of it; "" means empty */
} cases[] = {
        {"all well",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{RELO_MOVED, "byte_off", "s"}},
         {OK_ROW},
         1,
         0,
         VERDICT_PASS,
         CLASS_NONE,
         ""},
        {"a program that is not autoloaded does not matter",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL, {"spare", true, false, false, 0, ""}},
         {{0}},
         {OK_ROW},
         1,
         0,
         VERDICT_PASS,
         CLASS_NONE,
         ""},
        {"an existence test answered no",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{RELO_SAME, "byte_off", "s"}, {RELO_ABSENT, "field_exists", "struct task_struct.__state"}},
         {OK_ROW},
         1,
         0,
         VERDICT_DEGRADED,
         CLASS_NONE,
         "field_exists struct task_struct.__state is absent"},
        {"a guarded relocation",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{RELO_GUARDED, "byte_off", "struct task_struct.state"}, {RELO_ABSENT, "field_exists", "y"}},
         {OK_ROW},
         1,
         0,
         VERDICT_DEGRADED,
         CLASS_NONE,
         "struct task_struct.state is guarded (and 1 more)"},
        {"drift is told",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{RELO_DRIFT, "byte_off", "struct x.y"}},
         {OK_ROW},
         1,
         0,
         VERDICT_PASS,
         CLASS_NONE,
         "struct x.y drifted"},
        {"lost events that nobody missed",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{0}},
         {OK_ROW},
         1,
         3,
         VERDICT_PASS,
         CLASS_NONE,
         "3 events were lost"},
        {"hands over nothing",
         {PHASE_DONE, 0, "", "", false, 0},
         {ALL_WELL},
         {{0}},
         {{0}},
         0,
         0,
         VERDICT_UNPROVEN,
         CLASS_NONE,
         "did not run because of anything"},
        {"events without a known field",
         {PHASE_DONE, 0, "", "", true, 2},
         {ALL_WELL},
         {{0}},
         {{0}},
         2,
         0,
         VERDICT_UNPROVEN,
         CLASS_NONE,
         "none of their fields"},
        {"a fallback, and nothing to compare",
         {PHASE_DONE, 0, "", "", false, 0},
         {ALL_WELL},
         {{RELO_ABSENT, "field_exists", "struct task_struct.__state"}},
         {{0}},
         0,
         0,
         VERDICT_UNPROVEN,
         CLASS_NONE,
         "fallback: field_exists struct task_struct.__state is absent; it was attached"},

        {"a wrong value",
         {PHASE_DONE, 0, "", "", true, 2},
         {ALL_WELL},
         {{0}},
         {OK_ROW, {"exec-thread", "ppid", "812", "1", false, "parent, not real_parent"}},
         2,
         0,
         VERDICT_WRONG,
         CLASS_NONE,
         "exec-thread: ppid is \"1\", but the truth is \"812\": parent, not real_parent"},
        {"an empty comm beside a right pid is wrong, not silent",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{0}},
         {OK_ROW, {"exec", "comm", "cat", "", false, ""}},
         1,
         0,
         VERDICT_WRONG,
         CLASS_NONE,
         "comm is \"\""},
        {"a right empty value shows that the event came",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{0}},
         {{"exec", "comm", "", "", true, ""}, {"exec", "comm_helper", "cat", "", false, ""}},
         1,
         0,
         VERDICT_WRONG,
         CLASS_NONE,
         "comm_helper is \"\""},
        {"wrong beats silent",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{0}},
         {{"exec-uid", "pid", "9", "", false, "no event"}, {"exec", "pid", "7", "8", false, ""}},
         1,
         0,
         VERDICT_WRONG,
         CLASS_NONE,
         "exec: pid"},
        {"wrong beats degraded",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{RELO_ABSENT, "field_exists", "s"}},
         {{"exec", "pid", "7", "8", false, ""}, {"exec", "comm", "a", "b", false, ""}},
         1,
         0,
         VERDICT_WRONG,
         CLASS_NONE,
         "(and 1 more)"},

        {"a subject without an event",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{0}},
         {OK_ROW, {"exec-uid", "pid", "9", "", false, "no event"}, {"exec-uid", "comm", "x", "", false, "no event"}},
         1,
         0,
         VERDICT_SILENT,
         CLASS_NONE,
         "exec-uid: no event came"},
        {"a subject without an event, and why",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{0}},
         {OK_ROW, {"exec-thread", "pid", "9", "", false, "its thread has another id"}},
         1,
         0,
         VERDICT_SILENT,
         CLASS_NONE,
         "exec-thread: no event came: its thread has another id"},
        {"two subjects without an event, and losses",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL},
         {{0}},
         {OK_ROW, {"exec-uid", "pid", "9", "", false, ""}, {"exec-thread", "pid", "9", "", false, ""}},
         1,
         4,
         VERDICT_SILENT,
         CLASS_NONE,
         "(and none of exec-thread); 4 events were lost"},
        {"no event at all",
         {PHASE_DONE, 0, "", "", true, 0},
         {ALL_WELL},
         {{0}},
         {{"exec", "event", "", "", false, ""}},
         0,
         0,
         VERDICT_SILENT,
         CLASS_NONE,
         "no event came"},
        {"no event at all, no row either",
         {PHASE_DONE, 0, "", "", true, 0},
         {ALL_WELL},
         {{0}},
         {{0}},
         0,
         0,
         VERDICT_SILENT,
         CLASS_NONE,
         "no event came"},
        {"only strangers' events",
         {PHASE_DONE, 0, "", "", true, 0},
         {ALL_WELL},
         {{0}},
         {{0}},
         12,
         0,
         VERDICT_SILENT,
         CLASS_NONE,
         "12 events came, but none of a process that the harness started"},
        {"silent beats degraded",
         {PHASE_DONE, 0, "", "", true, 0},
         {ALL_WELL},
         {{RELO_GUARDED, "byte_off", "s"}},
         {{0}},
         0,
         0,
         VERDICT_SILENT,
         CLASS_NONE,
         "no event came"},

        {"cannot be opened",
         {PHASE_OPEN, ENOENT, "", "libbpf: BTF is required, but is missing or corrupted.\n", true, 0},
         {{0}},
         {{0}},
         {{0}},
         0,
         0,
         VERDICT_REJECTED,
         CLASS_OBJECT_NO_BTF,
         "BTF is required"},
        {"an object that wants more memory than there is is refused, and why is said",
         {PHASE_LOAD, ENOMEM, "map 'm': failed to create: Cannot allocate memory(-12)", "", false, 0},
         {{"p", false, false, false, 0, ""}},
         {{0}},
         {{0}},
         0,
         0,
         VERDICT_REJECTED,
         CLASS_MAP_TYPE,
         "map 'm': failed to create: Cannot allocate memory(-12)"},
        {"the relocation is named though the log has but a number",
         {PHASE_LOAD, EINVAL, "", "libbpf: prog 'p': BPF program load failed: -22\ninvalid func unknown#195896080\n",
          true, 0},
         {{"p", false, false, false, EINVAL, ""}},
         {{RELO_FATAL, "byte_off", "struct task_struct.nope"}},
         {{0}},
         0,
         0,
         VERDICT_REJECTED,
         CLASS_RELOCATION,
         "byte_off struct task_struct.nope, instruction 5 of p"},
        {"cannot be attached",
         {PHASE_ATTACH, ENOENT, "failed to attach to raw tracepoint 'x'", "", true, 0},
         {{"p", false, true, false, ENOENT, ""}},
         {{0}},
         {{0}},
         0,
         0,
         VERDICT_REJECTED,
         CLASS_ATTACH_TARGET,
         "raw tracepoint 'x'"},
        {"one of two programs is not attached",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL, {"q", false, true, false, ENOENT, "failed to create kprobe 'x+0x0' perf event: -ENOENT"}},
         {{0}},
         {OK_ROW},
         1,
         0,
         VERDICT_REJECTED,
         CLASS_ATTACH_TARGET,
         "program q: failed to create kprobe"},
        {"a program that libbpf cannot attach",
         {PHASE_DONE, 0, "", "", false, 0},
         {{"q", false, true, false, 0, ""}},
         {{0}},
         {{0}},
         0,
         0,
         VERDICT_UNPROVEN,
         CLASS_NONE,
         "libbpf cannot attach it on its own"},
        {"a program that libbpf cannot attach, beside one that works",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL, {"q", false, true, false, 0, ""}},
         {{0}},
         {OK_ROW},
         1,
         0,
         VERDICT_PASS,
         CLASS_NONE,
         "program q (xdp) was loaded, but libbpf cannot attach it on its own"},
        {"a program whose place another one has",
         {PHASE_DONE, 0, "", "", true, 1},
         {ALL_WELL, {"q", false, true, false, 0, "program p is where it would go"}},
         {{0}},
         {OK_ROW},
         1,
         0,
         VERDICT_PASS,
         CLASS_NONE,
         "program q (xdp) was loaded, but not attached: program p is where it would go"},
        {"a program that was not loaded",
         {PHASE_DONE, 0, "", "", true, 1},
         {{"q", false, false, false, EINVAL, "unknown func bpf_x#999"}},
         {{0}},
         {OK_ROW},
         1,
         0,
         VERDICT_REJECTED,
         CLASS_HELPER,
         "program q: unknown func bpf_x#999"},

        {"the workloads failed",
         {PHASE_RUN, EAGAIN, "fork: Resource temporarily unavailable", "", true, 0},
         {ALL_WELL},
         {{0}},
         {{0}},
         0,
         0,
         VERDICT_INFRA,
         CLASS_NONE,
         "could not be carried out: fork"},
        {"a phase that does not exist",
         {(enum cell_phase)77, 0, "", "", true, 1},
         {ALL_WELL},
         {{0}},
         {OK_ROW},
         1,
         0,
         VERDICT_INFRA,
         CLASS_NONE,
         "could not be carried out"},
        {"the workloads failed without a word",
         {PHASE_RUN, EAGAIN, NULL, NULL, true, 0},
         {ALL_WELL},
         {{0}},
         {OK_ROW},
         1,
         0,
         VERDICT_INFRA,
         CLASS_NONE,
         "Resource temporarily unavailable"},
};

static void fill(struct result *r, struct result_cell **cell, int i)
{
	struct result_cell *c = *cell = result_add_cell(r);

	c->events = cases[i].events;
	c->lost = cases[i].lost;
	for (size_t k = 0; k < 3 && cases[i].programs[k].name; k++) {
		struct result_program *p = result_add_program(c);

		text_set(&p->name, cases[i].programs[k].name);
		text_set(&p->section, "xdp");
		text_set(&p->log, cases[i].programs[k].log);
		p->autoload = !cases[i].programs[k].idle_by_choice;
		p->loaded = cases[i].programs[k].loaded;
		p->attached = cases[i].programs[k].attached;
		p->err = cases[i].programs[k].err;
	}
	for (size_t k = 0; k < 3 && cases[i].relocations[k].kind; k++) {
		struct result_relocation *x = result_add_relocation(c);

		x->outcome = cases[i].relocations[k].outcome;
		x->insn = 5;
		text_set(&x->program, "p");
		text_set(&x->kind, cases[i].relocations[k].kind);
		text_set(&x->spec, cases[i].relocations[k].spec);
	}
	for (size_t k = 0; k < 5 && cases[i].truth[k].workload; k++) {
		const struct truth_row *row = &cases[i].truth[k];
		struct result_truth *t = result_add_truth(c);

		text_set(&t->workload, row->workload);
		text_set(&t->field, row->field);
		text_set(&t->expected, row->expected);
		text_set(&t->observed, row->observed);
		text_set(&t->hint, row->hint);
		t->ok = row->ok;
	}
}

START_TEST(facts_come_to_one_verdict)
{
	struct result *r = result_new();
	struct result_cell *c;
	const char *want = cases[_i].reason;

	fill(r, &c, _i);
	/* twice: the second must not see anything of the first */
	judge_cell(c, &cases[_i].facts);
	judge_cell(c, &cases[_i].facts);
	ck_assert_msg(c->verdict == cases[_i].verdict, "%s: %s: %s", cases[_i].name, verdict_name(c->verdict),
	              c->reason);
	ck_assert_msg(c->class == cases[_i].class, "%s: %s: %s", cases[_i].name, reject_class_name(c->class),
	              c->reason);
	ck_assert_msg(*want ? strstr(c->reason, want) != NULL : !*c->reason, "%s: \"%s\" lacks \"%s\"", cases[_i].name,
	              c->reason, want);
	ck_assert_int_eq(c->phase, (unsigned)cases[_i].facts.phase < PHASE_COUNT ? cases[_i].facts.phase : PHASE_RUN);
	ck_assert_msg((c->class != CLASS_NONE) == (c->verdict == VERDICT_REJECTED), "%s: class without rejection",
	              cases[_i].name);
	ck_assert_msg(c->verdict != VERDICT_REJECTED || *c->advice, "%s: no advice", cases[_i].name);
	result_free(r);
}
END_TEST

/* An extern that is 0 is a fallback like any other, alone and beside one. */
START_TEST(a_weak_extern_that_is_0_is_a_fallback)
{
	struct result *r = result_new();
	struct result_cell *c;

	fill(r, &c, 0);
	text_set(&c->absent_externs, "bpf_one bpf_two");
	judge_cell(c, &cases[0].facts);
	ck_assert_int_eq(c->verdict, VERDICT_DEGRADED);
	ck_assert_ptr_nonnull(strstr(c->reason, "fallback: the weak extern bpf_one is 0"));
	ck_assert_ptr_nonnull(strstr(c->reason, "(and 1 more)"));
	ck_assert(judge_has_fallback(c));
	c->relocations[0].outcome = RELO_ABSENT;
	judge_cell(c, &cases[0].facts);
	ck_assert_ptr_nonnull(strstr(c->reason, "is absent (and 2 more)"));
	result_free(r);
}
END_TEST

/* Where something is missing, and nowhere else. */
START_TEST(runs_that_the_kernel_skipped_are_told)
{
	size_t told = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct result *r = result_new();
		struct result_cell *c;
		bool missing;

		fill(r, &c, (int)i);
		for (size_t k = 0; k < c->program_count; k++)
			c->programs[k].recursion_misses = c->programs[k].missed = 1;
		judge_cell(c, &cases[i].facts);
		missing = (c->verdict == VERDICT_SILENT || c->verdict == VERDICT_WRONG) && c->program_count;
		ck_assert_msg(missing == (strstr(c->reason, "the kernel skipped its programs") != NULL), "%s: %s",
		              cases[i].name, c->reason);
		told += missing;
		result_free(r);
	}
	ck_assert_uint_gt(told, 2);
}
END_TEST

/* What is measured decides how far a cell came; a program's load counts where nobody measured more. */
static const struct {
	enum cell_phase phase;
	bool loaded, attached;
	enum evidence program;
	uint64_t events;
	bool compared, came;
	enum evidence cell;
	enum verdict verdict;
} levels[] = {
        {PHASE_DONE, true, false, EVIDENCE_LOADED, 0, false, false, EVIDENCE_LOADED, VERDICT_UNPROVEN},
        {PHASE_DONE, true, true, EVIDENCE_UNKNOWN, 0, false, false, EVIDENCE_ATTACHED, VERDICT_UNPROVEN},
        {PHASE_DONE, true, true, EVIDENCE_ATTACHED, 0, false, false, EVIDENCE_ATTACHED, VERDICT_UNPROVEN},
        {PHASE_DONE, true, true, EVIDENCE_RAN, 0, false, false, EVIDENCE_RAN, VERDICT_UNPROVEN},
        {PHASE_DONE, true, false, EVIDENCE_RAN, 0, false, false, EVIDENCE_RAN, VERDICT_UNPROVEN},
        {PHASE_DONE, true, true, EVIDENCE_RAN, 3, false, false, EVIDENCE_EVENTS, VERDICT_UNPROVEN},
        {PHASE_DONE, true, true, EVIDENCE_RAN, 3, true, true, EVIDENCE_TRUTH, VERDICT_PASS},
        /* a value that was missed was not compared */
        {PHASE_DONE, true, true, EVIDENCE_RAN, 0, true, false, EVIDENCE_RAN, VERDICT_SILENT},
        /* nor was the object loaded where one of its programs alone was */
        {PHASE_LOAD, true, true, EVIDENCE_ATTACHED, 0, false, false, EVIDENCE_NONE, VERDICT_REJECTED},
        {PHASE_RUN, true, true, EVIDENCE_RAN, 0, false, false, EVIDENCE_UNKNOWN, VERDICT_INFRA},
};

START_TEST(evidence_is_the_farthest_that_was_seen)
{
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);
	struct result_program *p = result_add_program(c);
	struct judge_facts facts = {levels[_i].phase, 0, "", "", false, 0};

	p->autoload = true;
	p->loaded = levels[_i].loaded;
	p->attached = levels[_i].attached;
	p->evidence = levels[_i].program;
	c->events = levels[_i].events;
	if (levels[_i].compared) {
		struct result_truth *t = result_add_truth(c);

		text_set(&t->workload, "exec");
		text_set(&t->expected, "7");
		text_set(&t->observed, levels[_i].came ? "7" : "");
		t->ok = levels[_i].came;
	}
	judge_cell(c, &facts);
	ck_assert_str_eq(evidence_name(c->evidence), evidence_name(levels[_i].cell));
	ck_assert_str_eq(verdict_name(c->verdict), verdict_name(levels[_i].verdict));
	result_free(r);
}
END_TEST

START_TEST(only_two_outcomes_are_fallbacks)
{
	ck_assert_int_eq(judge_is_fallback((enum relo_outcome)_i), _i == RELO_ABSENT || _i == RELO_GUARDED);
}
END_TEST

/* The kernel's own count tells a hook that nobody comes to from a program that says nothing. */
START_TEST(that_it_never_ran_is_said)
{
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);
	struct result_program *p = result_add_program(c);

	p->autoload = p->loaded = p->attached = true;
	p->evidence = EVIDENCE_ATTACHED;
	p->run_cnt = (uint64_t)_i;
	judge_cell(c, &(struct judge_facts){PHASE_DONE, 0, "", "", true, 0});
	ck_assert_int_eq(c->verdict, VERDICT_SILENT);
	ck_assert_int_eq(strstr(c->reason, "no event came: the kernel never ran it") != NULL, _i == 0);
	ck_assert_int_eq(strstr(c->advice, "still calls") != NULL, _i == 0);
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(facts_come_to_one_verdict, cases),
	        TEST(a_weak_extern_that_is_0_is_a_fallback),
	        TEST(runs_that_the_kernel_skipped_are_told),
	        EACH(evidence_is_the_farthest_that_was_seen, levels),
	        RANGE(that_it_never_ran_is_said, 0, 2),
	        RANGE(only_two_outcomes_are_fallbacks, 0, RELO_OUTCOME_COUNT),
	};

	return suite_run("judge", tests, COUNT(tests));
}
