/* SPDX-License-Identifier: BSD-2-Clause */
/* expect: which rule decides on which kernel, and which verdict is as expected. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/object/expect.h"
#include "host/object/expect_text.h"
#include "tests/suite.h"

struct sample {
	const struct object_ini *ini;
	unsigned asked;
};

/* A kernel on which task_struct.comm moved, task_struct.nope is missing, and broken.* cannot be told. */
static int ask_sample(void *ctx, size_t rule)
{
	struct sample *sample = ctx;
	const char *question = expect_condition_name(sample->ini->rules[rule].kind);
	const char *path = sample->ini->rules[rule].argument;

	sample->asked++;
	if (strncmp(path, "broken", 6) == 0)
		return -EBADMSG;
	if (strcmp(question, "moved") == 0)
		return strcmp(path, "task_struct.comm") == 0;
	if (strcmp(question, "missing") == 0)
		return strcmp(path, "task_struct.nope") == 0;
	ck_assert_str_eq(question, "exists");
	return strcmp(path, "task_struct.nope") != 0;
}

static const struct {
	const char *rules; /* lines of [expect] */
	const char *id, *release;
	const char *expected; /* NULL: an error */
	unsigned asked;
} cases[] = {
        {"", "6.1-cloud", "6.1.0-52-cloud-amd64", "pass", 0},
        {"default = degraded", "6.1-cloud", "6.1.0-52-cloud-amd64", "degraded", 0},
        {"moved task_struct.comm = wrong", "k", "6.1.0", "wrong", 1},
        {"moved task_struct.pid = wrong", "k", "6.1.0", "pass", 1},
        {"missing task_struct.nope = rejected:relocation", "k", "6.1.0", "rejected:relocation", 1},
        {"exists task_struct.nope = degraded", "k", "6.1.0", "pass", 1},
        {"exists task_struct.pid = degraded|pass", "k", "6.1.0", "degraded|pass", 1},
        {"broken = pass", "k", "6.1.0", NULL, 0},
        {"moved broken.field = wrong", "k", "6.1.0", NULL, 1},
        /* globs fit the id or the release */
        {"kernel 5.10-* = rejected:map-type", "5.10-rt", "5.10.0-33-rt-amd64", "rejected:map-type", 0},
        {"kernel 5.10-* = rejected:map-type", "5.1", "5.1.0", "pass", 0},
        {"kernel *+deb13-* = silent", "k", "7.2.12+deb13-cloud-amd64", "silent", 0},
        {"kernel ?.1?-cloud = silent", "6.12-cloud", "x", "silent", 0},
        /* versions are numbers */
        {"since 6.2 = degraded", "k", "6.2.0-1", "degraded", 0},
        {"since 6.2 = degraded", "k", "6.12.95+deb12-cloud-amd64", "degraded", 0},
        {"since 6.2 = degraded", "k", "6.1.0", "pass", 0},
        {"since 6.2 = degraded", "k", "7.0.1", "degraded", 0},
        {"before 5.15 = rejected:helper", "k", "5.10.0-33-amd64", "rejected:helper", 0},
        {"before 5.15 = rejected:helper", "k", "5.15.0", "pass", 0},
        {"before 5.15 = rejected:helper", "k", "5.4.1", "rejected:helper", 0},
        {"before 5.15 = rejected:helper", "k", "mine", NULL, 0},
        /* of the libbpf that loads, which is 1.4.6 */
        {"libbpf before 1.5 = rejected:prog-type", "k", "6.1.0", "rejected:prog-type", 0},
        {"libbpf before 1.4 = rejected:prog-type", "k", "6.1.0", "pass", 0},
        {"libbpf since 1.4 = degraded", "k", "6.1.0", "degraded", 0},
        {"libbpf since 1.10 = degraded", "k", "6.1.0", "pass", 0},
        {"libbpf before 1.5 = wrong\nsince 6.12 = pass", "k", "6.12.1", "pass", 0},
        {"libbpf since 1.4.6 = pass", "k", "6.1.0", NULL, 0},
        {"libbpf until 1.4 = pass", "k", "6.1.0", NULL, 0},
        {"libbpf 1.4 = pass", "k", "6.1.0", NULL, 0},
        {"libbpf = pass", "k", "6.1.0", NULL, 0},
        /* the last that holds decides, and a rule that is not reached is not asked */
        {"moved task_struct.comm = wrong\nsince 6.1 = silent", "k", "6.1.0", "silent", 0},
        {"since 6.1 = silent\nmoved task_struct.comm = wrong", "k", "6.1.0", "wrong", 1},
        {"since 6.1 = silent\nmoved task_struct.pid = wrong", "k", "6.1.0", "silent", 1},
        /* default gives way to every condition, wherever it stands; the last default counts */
        {"moved task_struct.comm = wrong\ndefault = degraded", "k", "6.1.0", "wrong", 1},
        {"default = degraded\ndefault = silent", "k", "6.1.0", "silent", 0},
};

START_TEST(the_last_rule_that_holds_decides)
{
	cleanup_free char *text = xasprintf("[expect]\n%s\n", cases[_i].rules);
	cleanup_free char *expected = NULL;
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};
	struct expect_kernel k = {.id = cases[_i].id, .release = cases[_i].release, .row = "", .libbpf = "1.4.6"};
	struct sample sample = {&ini, 0};
	int rc = object_ini_parse(text, "x.ini", &ini, &err);

	if (rc == 0)
		rc = expect_verdict(&ini, &k, ask_sample, &sample, &expected, &err);
	if (!cases[_i].expected) {
		ck_assert_int_lt(rc, 0);
		ck_assert(err.text != NULL && expected == NULL);
	} else {
		ck_assert_msg(rc == 0, "%s", err.text);
		ck_assert_str_eq(expected, cases[_i].expected);
	}
	ck_assert_uint_eq(sample.asked, cases[_i].asked);
}
END_TEST

static const struct {
	const char *rules, *arch, *release, *expected; /* arch NULL: not known */
} arch_cases[] = {
        {"arch arm64 = degraded", "arm64", "6.1.0", "degraded"},
        {"arch arm64 = degraded", "amd64", "6.1.0", "pass"},
        {"arch arm64 = degraded", NULL, "6.1.0", "pass"},
        {"arch amd64 = degraded", NULL, "6.1.0", "degraded"},
        /* in front of another condition, both have to hold */
        {"arch arm64 before 6.4 = rejected:attach-target", "arm64", "6.1.0", "rejected:attach-target"},
        {"arch arm64 before 6.4 = rejected:attach-target", "arm64", "6.4.0", "pass"},
        {"arch arm64 before 6.4 = rejected:attach-target", "amd64", "6.1.0", "pass"},
        {"arch  arm64  kernel k-* = silent", "arm64", "6.1.0", "silent"},
        {"since 6.0 = degraded\narch arm64 since 6.0 = wrong", "arm64", "6.1.0", "wrong"},
        {"since 6.0 = degraded\narch arm64 since 6.0 = wrong", "amd64", "6.1.0", "degraded"},
        /* mistakes */
        {"arch = pass", "arm64", "6.1.0", NULL},
        {"arch sparc = pass", "arm64", "6.1.0", NULL},
        {"arch aarch64 = pass", "arm64", "6.1.0", NULL},
        {"arch arm64 default = pass", "arm64", "6.1.0", NULL},
        {"arch arm64 arch amd64 = pass", "arm64", "6.1.0", NULL},
        {"arch arm64 after 6.1 = pass", "arm64", "6.1.0", NULL},
        {"since 6.1 arch arm64 = pass", "arm64", "6.1.0", NULL},
};

START_TEST(a_condition_may_be_for_an_architecture)
{
	const char *arch = arch_cases[_i].arch;
	cleanup_free char *text = xasprintf("[expect]\n%s\n", arch_cases[_i].rules);
	cleanup_free char *expected = NULL;
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};
	struct expect_kernel k = {
	        .id = "k-1", .release = arch_cases[_i].release, .arch = arch ? arch_find(arch) : NULL, .row = ""};
	int rc = object_ini_parse(text, "x.ini", &ini, &err);

	rc = rc ? rc : expect_verdict(&ini, &k, NULL, NULL, &expected, &err);
	ck_assert_msg((rc != 0) == !arch_cases[_i].expected, "%s", err.text ? err.text : "nothing is said");
	if (rc)
		ck_assert_ptr_nonnull(err.text);
	else
		ck_assert_str_eq(expected, arch_cases[_i].expected);
}
END_TEST

START_TEST(without_an_ini_all_but_a_failure_is_expected)
{
	cleanup_free char *expected = NULL;
	struct expect_kernel k = {.id = "6.1-cloud", .release = "6.1.0", .row = ""};
	struct error err = {0};

	ck_assert_int_eq(expect_verdict(NULL, &k, NULL, NULL, &expected, &err), 0);
	ck_assert_str_eq(expected, "pass|degraded|unproven");
}
END_TEST

START_TEST(so_it_is_with_an_ini_that_says_nothing_of_it)
{
	cleanup_free char *expected = NULL;
	cleanup_object_ini struct object_ini ini = {0};
	struct expect_kernel k = {.id = "6.1-cloud", .release = "6.1.0", .row = ""};
	struct error err = {0};

	ck_assert_int_eq(object_ini_parse("[object]\nworkload = exec\nrequire = ran\n", "x.ini", &ini, &err), 0);
	ck_assert_int_eq(ini.require, EVIDENCE_RAN);
	ck_assert_int_eq(expect_verdict(&ini, &k, NULL, NULL, &expected, &err), 0);
	ck_assert_str_eq(expected, "pass|degraded|unproven");
}
END_TEST

static const struct {
	enum verdict verdict;
	enum evidence has, required;
	bool lacks;
} requirements[] = {
        {VERDICT_UNPROVEN, EVIDENCE_RAN, EVIDENCE_UNKNOWN, false},
        {VERDICT_UNPROVEN, EVIDENCE_RAN, EVIDENCE_RAN, false},
        {VERDICT_UNPROVEN, EVIDENCE_ATTACHED, EVIDENCE_RAN, true},
        {VERDICT_UNPROVEN, EVIDENCE_UNKNOWN, EVIDENCE_LOADED, true},
        {VERDICT_PASS, EVIDENCE_TRUTH, EVIDENCE_TRUTH, false},
        {VERDICT_DEGRADED, EVIDENCE_TRUTH, EVIDENCE_TRUTH, false},
        {VERDICT_UNPROVEN, EVIDENCE_EVENTS, EVIDENCE_TRUTH, true},
        /* a failure that is expected proves itself */
        {VERDICT_REJECTED, EVIDENCE_NONE, EVIDENCE_TRUTH, false},
        {VERDICT_SILENT, EVIDENCE_ATTACHED, EVIDENCE_TRUTH, false},
        {VERDICT_WRONG, EVIDENCE_TRUTH, EVIDENCE_TRUTH, false},
};

START_TEST(less_evidence_than_required_is_told)
{
	ck_assert_int_eq(
	        expect_lacks_evidence(requirements[_i].verdict, requirements[_i].has, requirements[_i].required),
	        requirements[_i].lacks);
}
END_TEST

START_TEST(what_the_row_says_goes_before_the_ini)
{
	cleanup_free char *expected = NULL;
	cleanup_object_ini struct object_ini ini = {0};
	struct expect_kernel k = {.id = "6.1-cloud", .release = "6.1.0", .row = "silent|wrong"};

	ck_assert_int_eq(object_ini_parse("[expect]\nmoved a.b = wrong\n", "x.ini", &ini, NULL), 0);
	ck_assert_int_eq(expect_verdict(&ini, &k, NULL, NULL, &expected, NULL), 0);
	ck_assert_str_eq(expected, "silent|wrong");
}
END_TEST

START_TEST(a_libbpf_that_is_not_known_is_an_error)
{
	cleanup_free char *expected = NULL;
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};
	struct expect_kernel k = {.id = "6.1-cloud", .release = "6.1.0", .row = ""};

	ck_assert_int_eq(object_ini_parse("[expect]\nlibbpf since 1.5 = wrong\n", "x.ini", &ini, &err), 0);
	ck_assert_int_lt(expect_verdict(&ini, &k, NULL, NULL, &expected, &err), 0);
	ck_assert_msg(strstr(err.text, "line 2") && strstr(err.text, "libbpf since 1.5"), "%s", err.text);
}
END_TEST

START_TEST(nobody_to_ask_is_an_error)
{
	cleanup_free char *expected = NULL;
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};
	struct expect_kernel k = {.id = "6.1-cloud", .release = "6.1.0", .row = ""};

	ck_assert_int_eq(object_ini_parse("[expect]\nmoved a.b = wrong\n", "x.ini", &ini, &err), 0);
	ck_assert_int_lt(expect_verdict(&ini, &k, NULL, NULL, &expected, &err), 0);
	ck_assert_msg(strstr(err.text, "line 2") && strstr(err.text, "moved a.b") && strstr(err.text, "6.1-cloud"),
	              "%s", err.text);
}
END_TEST

static const struct {
	const char *text;
	enum verdict verdict;
	enum reject_class class;
	bool matches;
	const char *missing; /* NULL: "" */
} matches[] = {
        {"pass", VERDICT_PASS, CLASS_NONE, true},
        {"pass", VERDICT_DEGRADED, CLASS_NONE, false},
        {"pass", VERDICT_WRONG, CLASS_NONE, false},
        {"pass", VERDICT_INFRA, CLASS_NONE, false},
        {"pass", VERDICT_UNPROVEN, CLASS_NONE, false},
        {"unproven", VERDICT_UNPROVEN, CLASS_NONE, true},
        {"unproven", VERDICT_PASS, CLASS_NONE, false},
        {"degraded", VERDICT_PASS, CLASS_NONE, false},
        {"degraded|pass", VERDICT_PASS, CLASS_NONE, true},
        {"degraded|pass", VERDICT_DEGRADED, CLASS_NONE, true},
        {"rejected", VERDICT_REJECTED, CLASS_HELPER, true},
        {"rejected", VERDICT_REJECTED, CLASS_OTHER, true},
        {"rejected:helper", VERDICT_REJECTED, CLASS_HELPER, true},
        {"rejected:helper", VERDICT_REJECTED, CLASS_KFUNC, false},
        {"rejected:helper|rejected:kfunc", VERDICT_REJECTED, CLASS_KFUNC, true},
        {"rejected:helper|wrong", VERDICT_WRONG, CLASS_NONE, true},
        {"rejected", VERDICT_WRONG, CLASS_NONE, false},
        {"infra", VERDICT_INFRA, CLASS_NONE, false},
        {"", VERDICT_PASS, CLASS_NONE, false},
        {"nonsense", VERDICT_PASS, CLASS_NONE, false},
        {"silent", VERDICT_SILENT, CLASS_NONE, true, "exec-thread"},
        {"silent:exec-thread", VERDICT_SILENT, CLASS_NONE, true, "exec-thread"},
        {"pass|silent:exec-thread|wrong", VERDICT_SILENT, CLASS_NONE, true, "exec-thread"},
        {"silent:exec-thread", VERDICT_SILENT, CLASS_NONE, false, "exec-uid"},
        {"silent:exec-uid", VERDICT_SILENT, CLASS_NONE, false, "file-uid"},
        {"silent:exec-thread", VERDICT_SILENT, CLASS_NONE, false, "exec+exec-thread"},
        {"silent:exec+exec-thread", VERDICT_SILENT, CLASS_NONE, true, "exec+exec-thread"},
        {"silent:exec-thread", VERDICT_SILENT, CLASS_NONE, false, NULL},
        {"silent:exec", VERDICT_SILENT, CLASS_NONE, false, "exec-thread"},
        {"silent:exec-thread", VERDICT_WRONG, CLASS_NONE, false, "exec-thread"},
};

START_TEST(verdicts_match_their_alternatives)
{
	const char *missing = matches[_i].missing ? matches[_i].missing : "";

	ck_assert_int_eq(expect_matches(matches[_i].text, matches[_i].verdict, matches[_i].class, missing),
	                 matches[_i].matches);
}
END_TEST

static const struct {
	const char *text;
	bool valid, accepts_pass;
} texts[] = {
        {"pass", true, true},
        {"wrong", true, false},
        {"unproven", true, false},
        {"wrong|pass", true, true},
        {"rejected", true, false},
        {"rejected:open", true, false},
        {"", false, false},
        {"|pass", false, false},
        {"pass|", false, false},
        {"pass||wrong", false, false},
        {"infra", false, false},
        {"pass|infra", false, false},
        {"rejected:", false, false},
        {"rejected:none", false, false},
        {"wrong:helper", false, false},
        {"silent:exec-thread|pass", true, true},
        {"silent:exec+exec-thread", true, false},
        {"silent:", false, false},
        {"silent:exec+", false, false},
        {"silent:+exec", false, false},
        {"silent:exec thread", false, false},
        {"Pass", false, false},
};

START_TEST(expected_texts_are_checked)
{
	cleanup_error struct error err = {0};

	ck_assert_int_eq(expect_check(texts[_i].text, &err) == 0, texts[_i].valid);
	ck_assert_int_eq(err.text == NULL, texts[_i].valid);
	if (texts[_i].valid)
		ck_assert_int_eq(expect_accepts_pass(texts[_i].text), texts[_i].accepts_pass);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(the_last_rule_that_holds_decides, cases),
	        EACH(a_condition_may_be_for_an_architecture, arch_cases),
	        TEST(without_an_ini_all_but_a_failure_is_expected),
	        TEST(so_it_is_with_an_ini_that_says_nothing_of_it),
	        EACH(less_evidence_than_required_is_told, requirements),
	        TEST(what_the_row_says_goes_before_the_ini),
	        TEST(a_libbpf_that_is_not_known_is_an_error),
	        TEST(nobody_to_ask_is_an_error),
	        EACH(verdicts_match_their_alternatives, matches),
	        EACH(expected_texts_are_checked, texts),
	};

	return suite_run("expect", tests, COUNT(tests));
}
