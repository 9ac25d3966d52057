/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_output: what a tool prints of three execs, whole and right; and with one digit changed, one line lost, one
 * line twice, each told apart and by its field.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/loader/loader_output.h"
#include "base/cleanup.h"
#include "tests/suite.h"

#define SUBJECTS 3

static const char *const names[SUBJECTS] = {"one", "two", "three"};

static void truth_set(struct truth *t, unsigned i, const char *name)
{
	t->numbers[TRUTH_TGID] = t->numbers[TRUTH_TID] = 11000 + i;
	t->numbers[TRUTH_PPID] = 10999;
	t->comm_len = strlen(name);
	memcpy(t->comm, name, t->comm_len);
}

static void print(struct loader_round *round, const char *pid, const char *ppid, const char *comm)
{
	cleanup_buf struct buf values = {0};
	const char *const words[] = {"pid", pid, "ppid", ppid, "comm", comm};

	for (size_t i = 0; i < COUNT(words); i++)
		buf_add(&values, words[i], strlen(words[i]) + 1);
	capture_hold(round->lines, values.data, values.len);
}

static const struct {
	const char *lines[5][3]; /* pid, ppid, comm */
	size_t ok;
	const char *workload, *field, *observed; /* of the fact that is not; NULL: all are right */
	bool unready;                            /* the loader was, when the round began */
} prints[] = {
        {{{"11000", "10999", "one"}, {"11001", "10999", "two"}, {"11002", "10999", "three"}}, 9, NULL, NULL, NULL},
        /* somebody else's */
        {{{"11000", "10999", "one"}, {"11001", "10999", "two"}, {"11002", "10999", "three"}, {"77", "1", "init"}},
         9,
         NULL,
         NULL,
         NULL},
        {{{"11000", "10999", "one"}, {"11001", "10998", "two"}, {"11002", "10999", "three"}}, 8, "b", "ppid", "10998"},
        {{{"11000", "10999", "one"}, {"11001", "10999", "twx"}, {"11002", "10999", "three"}}, 8, "b", "comm", "twx"},
        {{{"11000", "10999", "one"}, {"17001", "10999", "two"}, {"11002", "10999", "three"}}, 8, "b", "pid", "17001"},
        {{{"11000", "10999", "one"}, {"11002", "10999", "three"}}, 6, "b", "event", ""},
        {{{"11000", "10999", "one"}, {"11001", "10999", "two"}, {"11001", "10999", "two"}, {"11002", "10999", "three"}},
         12,
         "b",
         "line",
         "2 times"},
        {{{NULL}}, 0, "a", "event", ""},
        /* what is missing then is not held against it, what it says is */
        {{{NULL}}, 0, NULL, NULL, NULL, true},
        {{{"11000", "10999", "one"}, {"11001", "10998", "two"}}, 5, "b", "ppid", "10998", true},
};

START_TEST(what_is_printed_is_held_against_the_truth)
{
	static struct led led[SUBJECTS];
	static struct subject_kind kinds[SUBJECTS];
	struct loader_round round = {
	        .led = led, .count = SUBJECTS, .lines = capture_held(), .complete = !prints[_i].unready};
	struct trigger_summary triggers = {.triggers = TRIGGER_EXEC};
	struct job_object object = {0};
	struct loader_output out;
	const struct truth_fact *bad = NULL;
	size_t ok = 0;

	for (unsigned i = 0; i < SUBJECTS; i++) {
		kinds[i] = (struct subject_kind){.name = i == 0   ? "a"
		                                         : i == 1 ? "b"
		                                                  : "c",
		                                 .group = WORKLOAD_EXEC,
		                                 .triggers = TRIGGER_EXEC};
		led[i].kind = &kinds[i];
		led[i].life.has_before = true;
		truth_set(&led[i].life.before, i, "before");
		truth_set(&led[i].life.after, i, names[i]);
	}
	for (size_t i = 0; i < COUNT(prints[0].lines) && prints[_i].lines[i][0]; i++)
		print(&round, prints[_i].lines[i][0], prints[_i].lines[i][1], prints[_i].lines[i][2]);
	job_object_set(&object, SETTING_WORKLOAD, "", "exec");
	job_object_set(&object, SETTING_MOMENT, "", "after");
	loader_output_judge(&round, &object, &triggers, &out);
	for (size_t i = 0; i < out.facts.count; i++) {
		ok += out.facts.facts[i].ok;
		bad = bad || out.facts.facts[i].ok ? bad : &out.facts.facts[i];
	}
	ck_assert_uint_eq(ok, prints[_i].ok);
	ck_assert_int_eq(bad != NULL, prints[_i].field != NULL);
	if (bad) {
		ck_assert_str_eq(bad->workload, prints[_i].workload);
		ck_assert_str_eq(bad->field, prints[_i].field);
		ck_assert_str_eq(bad->observed, prints[_i].observed);
	}
	fact_list_cut(&out.facts, 0);
	free(out.facts.facts);
	capture_free(round.lines);
	job_object_free(&object);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(what_is_printed_is_held_against_the_truth, prints),
	};

	return suite_run("loader_output", tests, COUNT(tests));
}
