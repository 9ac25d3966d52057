/* SPDX-License-Identifier: BSD-2-Clause */
/* effect and effect_rule: what an ini may say, what a deed came to, and whether that is it. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "agent/truth/effect.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

static const struct {
	const char *name, *value;
	bool good, has_uid;
	const char *outcome;
	uint32_t uid;
} rules[] = {
        {"exec", "EPERM", true, false, "EPERM", 0},
        {"connect", "EACCES for uid 1000", true, true, "EACCES", 1000},
        {"signal", "SIGKILL", true, false, "SIGKILL", 0},
        {"exec", "other path", true, false, "other path", 0},
        {"read", "other bytes for uid 0", true, true, "other bytes", 0},
        {"exec", "success", true, false, "success", 0},
        {"send", "other address", true, false, "other address", 0},
        {"getsockopt", "other value", true, false, "other value", 0},
        {"write", "other value", true, false, "other value", 0},
        {"send", "EPERM", true, false, "EPERM", 0},
        {"exec", "", false, false, NULL, 0},
        {"exec", "EPERMIT", false, false, NULL, 0},
        {"exec", "SIGNONE", false, false, NULL, 0},
        {"exec", "EPERM for uid", false, false, NULL, 0},
        {"exec", "EPERM for uid x", false, false, NULL, 0},
        {"exec", "EPERM for uid 1 2", false, false, NULL, 0},
        {"exec", "EPERM for uid 4294967296", false, false, NULL, 0},
        {"exec", "a text that is longer than any outcome can be", false, false, NULL, 0},
        {"fly", "EPERM", false, false, NULL, 0},
};

START_TEST(a_rule_is_read_or_refused)
{
	cleanup_buf struct buf why = {0};
	struct effect_rule rule;

	ck_assert_int_eq(effect_rule_parse(rules[_i].name, rules[_i].value, &rule, &why), rules[_i].good);
	ck_assert_int_eq(why.len == 0, rules[_i].good);
	if (!rules[_i].good)
		return;
	ck_assert_str_eq(rule.call, rules[_i].name);
	ck_assert_str_eq(rule.outcome, rules[_i].outcome);
	ck_assert(rule.has_uid == rules[_i].has_uid && rule.uid == rules[_i].uid);
}
END_TEST

static const struct subject_kind root_exec = {.name = "exec", .group = WORKLOAD_EXEC};
static const struct subject_kind user_exec = {.name = "exec-uid", .group = WORKLOAD_EXEC, .uid = 1000};
static const struct subject_kind root_tcp = {.name = "tcp4", .group = WORKLOAD_TCP};

static const struct {
	const char *name, *value; /* the rule; NULL: none */
	const struct subject_kind *kind;
	struct subject_outcome outcome;
	size_t facts;
	bool ok;
	const char *observed;
} comparisons[] = {
        {"exec", "EPERM", &root_exec, {"exec", EPERM}, 1, true, "EPERM"},
        {"exec", "EPERM", &root_exec, {"exec", EACCES}, 1, false, "EACCES"},
        {"exec", "EPERM", &root_exec, {""}, 1, false, "success"},
        {"exec", "success", &root_exec, {""}, 1, true, "success"},
        {"exec", "EPERM for uid 1000", &user_exec, {"exec", EPERM}, 1, true, "EPERM"},
        {"exec", "EPERM for uid 1000", &root_exec, {""}, 0, true, NULL},
        /* more than its ini says */
        {"exec", "EPERM for uid 1000", &root_exec, {"exec", EPERM}, 1, false, "EPERM"},
        {"connect", "EPERM", &root_tcp, {"connect", EPERM}, 1, true, "EPERM"},
        {"connect", "EPERM", &root_exec, {""}, 0, true, NULL},
        {"connect", "EPERM", &root_tcp, {"bind", EPERM}, 2, false, "bind: EPERM"},
        {"signal", "SIGKILL", &root_tcp, {"act", 0, SIGKILL}, 1, true, "SIGKILL"},
        {"signal", "SIGKILL", &root_tcp, {"act", 0, SIGTERM}, 1, false, "SIGTERM"},
        {"exec", "other path", &root_exec, {"exec", .other = "other path"}, 1, true, "other path"},
        {NULL, NULL, &root_exec, {"exec", EPERM}, 0, true, NULL},
};

START_TEST(an_effect_is_held_against_its_rule)
{
	struct effect_list list = {0};
	struct fact_list facts = {0};
	struct effect_rule rule;
	cleanup_buf struct buf why = {0};
	size_t count = comparisons[_i].name != NULL;

	if (count)
		ck_assert(effect_rule_parse(comparisons[_i].name, comparisons[_i].value, &rule, &why));
	effect_add(&list, comparisons[_i].kind, &comparisons[_i].outcome, NULL);
	effect_compare(&list, &rule, count, &facts);
	ck_assert_uint_eq(facts.count, comparisons[_i].facts);
	if (facts.count) {
		ck_assert_int_eq(facts.facts[0].ok, comparisons[_i].ok);
		ck_assert_str_eq(facts.facts[0].observed, comparisons[_i].observed);
		ck_assert_str_eq(facts.facts[0].workload, comparisons[_i].kind->name);
		ck_assert_int_eq(*facts.facts[0].hint == '\0', comparisons[_i].ok);
	}
	fact_list_cut(&facts, 0);
	free(facts.facts);
	effect_list_free(&list);
}
END_TEST

START_TEST(effects_are_put_into_words)
{
	struct effect_list list = {0};
	cleanup_free char *none = effect_text(&list), *text = NULL;

	ck_assert_str_eq(none, "");
	effect_add(&list, &root_exec, &(struct subject_outcome){"exec", EPERM}, NULL);
	effect_add(&list, &root_tcp, &(struct subject_outcome){""}, NULL);
	effect_add(&list, &user_exec, &(struct subject_outcome){"exec", EPERM}, NULL);
	effect_add(&list, &root_tcp, &(struct subject_outcome){"connect", 0, SIGKILL}, NULL);
	effect_add_hindrance(&list, "reading /proc: EPERM");
	effect_add_hindrance(&list, "reading /proc: EPERM");
	text = effect_text(&list);
	ck_assert_str_eq(text, "exec: EPERM (exec and 1 more); connect: SIGKILL (tcp4); reading /proc: EPERM");
	ck_assert(effect_any(&list));
	effect_list_free(&list);
}
END_TEST

/* A deed before the object is attached, with it, and once it is detached. */
static const struct {
	const char *name;
	bool known; /* what it came to before */
	struct subject_outcome before, with, after;
	const char *effect, *impossible, *left;
} settled[] = {
        {"the object's", true, {""}, {"exec", EPERM}, {""}, "exec: EPERM (exec)", "", ""},
        {"the kernel's own", true, {"exec", ENOSYS}, {"exec", ENOSYS}, {"exec", ENOSYS}, "", "exec: ENOSYS (exec)", ""},
        {"the kernel's own, and the object's",
         true,
         {"exec", ENOSYS},
         {"exec", EPERM},
         {"exec", ENOSYS},
         "exec: EPERM (exec)",
         "",
         ""},
        {"left behind", true, {""}, {"exec", EPERM}, {"exec", EPERM}, "exec: EPERM (exec)", "", "exec: EPERM (exec)"},
        {"something else left behind",
         true,
         {""},
         {"exec", 0, SIGKILL},
         {"exec", EPERM},
         "exec: SIGKILL (exec)",
         "",
         "exec: EPERM (exec)"},
        {"the object's, by what came after", false, {""}, {"exec", EPERM}, {""}, "exec: EPERM (exec)", "", ""},
        {"the kernel's own, by what came after",
         false,
         {""},
         {"exec", EPERM},
         {"exec", EPERM},
         "",
         "exec: EPERM (exec)",
         ""},
};

START_TEST(what_fails_without_the_object_is_not_its_effect)
{
	struct effect_list list = {0};
	struct fact_list facts = {0};
	struct effect_rule rule;
	cleanup_buf struct buf why = {0};
	cleanup_free char *effect = NULL, *impossible = NULL, *left = NULL;

	effect_add(&list, &root_exec, &settled[_i].with, settled[_i].known ? &settled[_i].before : NULL);
	effect_settle(&list, 0, &settled[_i].after);
	effect = effect_text(&list);
	impossible = effect_impossible(&list);
	left = effect_left_behind(&list);
	ck_assert_str_eq(effect, settled[_i].effect);
	ck_assert_str_eq(impossible, settled[_i].impossible);
	ck_assert_str_eq(left, settled[_i].left);
	ck_assert(effect_any(&list) == (*settled[_i].effect != '\0'));
	/* nor is it held against any rule */
	ck_assert(effect_rule_parse("exec", "EPERM", &rule, &why));
	effect_compare(&list, &rule, 1, &facts);
	ck_assert_uint_eq(facts.count, *settled[_i].effect ? 1 : 0);
	fact_list_cut(&facts, 0);
	free(facts.facts);
	effect_list_free(&list);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_rule_is_read_or_refused, rules),
	        EACH(an_effect_is_held_against_its_rule, comparisons),
	        TEST(effects_are_put_into_words),
	        EACH(what_fails_without_the_object_is_not_its_effect, settled),
	};

	return suite_run("effect", tests, COUNT(tests));
}
