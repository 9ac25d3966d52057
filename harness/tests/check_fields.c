/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every name that an event field can have: the right value is ok, and when the truth is made different, it is not. The
 * tables of names are walked, not repeated: a new name has to have a case here.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/truth/compare.h"
#include "agent/truth/event.h"
#include "agent/truth/hint.h"
#include "agent/truth/scene.h"
#include "agent/truth/scene_value.h"
#include "agent/truth/truth.h"
#include "agent/deeds/view.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

/* ---- what a subject did ---- */

/* A truth, another one, and a part of what is said when the event has the first and the second is right. */
static const struct fact_case {
	const char *right, *other;
	const char *hint; /* "" for none */
} facts[VIEW_KEY_COUNT] = {
        [VIEW_INO] = {"7777", "7778", ""},
        [VIEW_DEV] = {"25", "26", ""},
        [VIEW_SIZE] = {"0", "4321", "it is 0"},
        [VIEW_MODE] = {"33184", "33188", ""},
        [VIEW_NLINK] = {"1", "2", ""},
        [VIEW_CTIME_SEC] = {"1795262874", "1795262875", ""},
        [VIEW_CTIME_NSEC] = {"2954290837", "806807189", "bit 31"},
        [VIEW_FD] = {"3", "196608", ""},
        [VIEW_RET] = {"-1", "3", ""},
        [VIEW_FAMILY] = {"2", "10", ""},
        [VIEW_PROTOCOL] = {"6", "17", ""},
        [VIEW_SPORT] = {"40828", "40829", ""},
        [VIEW_DPORT] = {"0", "37029", "it is 0"},
        [VIEW_LEN] = {"123", "131", ""},
        [VIEW_CHILD_PID] = {"501", "502", ""},
        [VIEW_FORKER] = {"500", "499", ""},
        [VIEW_EXIT_CODE] = {"1792", "2048", ""},
        [VIEW_SIG] = {"12", "23", ""},
        [VIEW_TARGET_PID] = {"600", "601", ""},
        [VIEW_SENDER_PID] = {"603", "604", ""},
        [VIEW_SI_CODE] = {"-6", "0", ""},
        [VIEW_ADDR] = {"0x2c0000000000", "0x2c0000001000", ""},
        [VIEW_END] = {"0x2c0000003000", "0x2c0000004000", ""},
        [VIEW_PROT] = {"3", "1", ""},
        [VIEW_FLAGS] = {"0x22", "0x1", ""},
        [VIEW_OLD_UID] = {"0", "4242", "it is 0"},
        [VIEW_NEW_UID] = {"4242", "0", ""},
        [VIEW_OLD_GID] = {"0", "4343", "it is 0"},
        [VIEW_NEW_GID] = {"4343", "0", ""},
        [VIEW_CAP] = {"7", "6", ""},
        [VIEW_CLOCKID] = {"7", "1", ""},
        [VIEW_SEC] = {"17", "18", ""},
        [VIEW_NSEC] = {"1234567", "1234568", ""},
        [VIEW_EXPIRES] = {"17347887960", "17347887961", ""},
        [VIEW_CGROUP_ID] = {"28", "2017612633061982208", "wrong order"},
        [VIEW_LEVEL] = {"1", "2", ""},
        [VIEW_MAJOR] = {"252", "8", ""},
        [VIEW_MINOR] = {"3", "4", ""},
        [VIEW_SECTOR] = {"64", "32768", ""},
        [VIEW_OPTNAME] = {"1", "2", ""},
        [VIEW_OPTVAL] = {"16", "17", ""},
        [VIEW_ARG1] = {"4711", "4712", ""},
        [VIEW_ARG2] = {"1147", "1148", ""},
        [VIEW_INDEX] = {"1", "0", ""},
        [VIEW_PORTID] = {"10042", "10043", ""},
        [VIEW_MAP_ID] = {"12", "13", ""},
        [VIEW_PROG_ID] = {"34", "35", ""},
        [VIEW_LINK_ID] = {"5", "6", ""},
        [VIEW_PATH] = {"/w/cm-file-one", "/w/cm-file-two", ""},
        [VIEW_FORKER_COMM] = {"cm-fork", "cm-forks", ""},
        [VIEW_CHILD_COMM] = {"cm-fork", "cm-child", ""},
        [VIEW_SOURCE] = {"cm-source", "cm-sauce", ""},
        [VIEW_TARGET] = {"/w/cm-target", "/w/cm-other", ""},
        [VIEW_FSTYPE] = {"tmpfs", "proc", ""},
        [VIEW_CGROUP_PATH] = {"/cm-cgroup-9", "/cm-cgroup-8", ""},
        [VIEW_CGROUP_NAME] = {"cm-cgroup-9", "cm-cgroup-8", ""},
        [VIEW_DISK] = {"nullb0", "nullb1", ""},
        [VIEW_HOST] = {"127.0.0.47", "127.0.0.48", ""},
        [VIEW_LINE] = {"echo", "echo 2", ""},
        [VIEW_SADDR] = {"127.0.0.1", "127.0.0.2", ""},
        [VIEW_DADDR] = {"127.0.0.1", "10.0.0.1", ""},
};

static void fact_set(struct view *v, int key, int family, const char *text)
{
	uint8_t bytes[16];

	if (view_key_is_text(key)) {
		view_text(v, (enum view_key)key, text);
	} else if (view_key_is_address(key)) {
		view_number(v, VIEW_FAMILY, (uint64_t)family);
		ck_assert_int_eq(inet_pton(family, text, bytes), 1);
		view_address(v, (enum view_key)key, bytes, family == AF_INET6 ? 16 : 4);
	} else {
		view_number(v, (enum view_key)key,
		            *text == '-' ? (uint64_t)strtoll(text, NULL, 0) : strtoull(text, NULL, 0));
	}
}

static struct fact_list judged;

/* One fact of an event with one such field; a fork's parent is known by the child beside it. */
static const struct truth_fact *fact_judge(const struct view_claim *claim, const struct fact_case *c, const char *truth)
{
	bool v6 = claim->only == ONLY_V6;
	struct scene scene = {0};
	struct view *v = scene_add(&scene);
	cleanup_free char *line =
	        xasprintf("%s=%s%s", claim->name, c->right, claim->beside_child ? " child_pid=501" : "");
	cleanup_event struct event e;
	size_t bad, checked;

	fact_set(v, (int)claim->key, v6 ? AF_INET6 : AF_INET, truth);
	event_decode_pairs(line, strlen(line), &e);
	fact_list_cut(&judged, 0);
	bad = scene_compare(&e, &scene, "w", NULL, &judged);
	ck_assert_msg(judged.count == 1, "%s: %zu facts", claim->name, judged.count);
	ck_assert_str_eq(judged.facts[0].field, claim->name);
	ck_assert_uint_eq(scene_mismatches(&e, &scene, &checked), bad);
	ck_assert_uint_eq(checked, 1);
	ck_assert_int_eq(judged.facts[0].ok, !bad);
	return &judged.facts[0];
}

START_TEST(every_name_of_a_deed_can_be_right_and_wrong)
{
	static const struct fact_case six[] = {
	        [VIEW_SADDR - VIEW_SADDR] = {"::1", "::2", ""},
	        [VIEW_DADDR - VIEW_SADDR] = {"::1", "fe80::1", ""},
	};
	size_t count;
	const struct view_claim *claim = &view_claims(&count)[_i];
	const struct fact_case *c = claim->only == ONLY_V6 ? &six[claim->key - VIEW_SADDR] : &facts[claim->key];
	const struct truth_fact *f;

	ck_assert_msg(c->right && c->other && c->hint, "no case for the %s", view_key_info((int)claim->key)->words);
	ck_assert_ptr_eq(view_claim_find(claim->name, true), claim);
	f = fact_judge(claim, c, c->right);
	ck_assert_msg(f->ok, "%s=%s is not ok: expected %s, observed %s", claim->name, c->right, f->expected,
	              f->observed);
	ck_assert_str_eq(f->expected, f->observed);
	ck_assert_str_eq(f->hint, "");
	f = fact_judge(claim, c, c->other);
	ck_assert_msg(!f->ok, "%s=%s is ok though the truth is %s", claim->name, c->right, c->other);
	ck_assert_str_eq(f->expected, c->other);
	ck_assert_str_ne(f->expected, f->observed);
	ck_assert_msg(*c->hint ? strstr(f->hint, c->hint) != NULL : !*f->hint, "%s: hint is `%s`", claim->name,
	              f->hint);
}
END_TEST

START_TEST(every_fact_has_a_name_and_words)
{
	size_t count;
	const struct view_claim *all = view_claims(&count);

	for (int key = 0; key < VIEW_KEY_COUNT; key++) {
		size_t i = 0;

		while (i < count && (int)all[i].key != key)
			i++;
		ck_assert_ptr_nonnull(view_key_info(key)->words);
		ck_assert_msg(i < count || key == VIEW_SLACK, "no name for the %s", view_key_info(key)->words);
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(all[i].name, all[j].name);
}
END_TEST

/* The other forms that programs leave the truth in, and what is no form of it. */
static const struct form_case {
	enum view_key key;
	const char *truth;
	const char *line;
	bool ok;
} forms[] = {
        {VIEW_MODE, "33184", "mode=416", true},
        {VIEW_MODE, "33184", "mode=32768", false},
        {VIEW_EXIT_CODE, "1792", "exit_code=7", true},
        {VIEW_EXIT_CODE, "1792", "exit_code=1793", false},
        {VIEW_EXIT_CODE, "15", "exit_code=15", true},
        {VIEW_EXIT_CODE, "15", "exit_code=0", false},
        {VIEW_CTIME_SEC, "5", "ctime=5000000000", true},
        {VIEW_CTIME_SEC, "5", "ctime=5000000001", false},
        {VIEW_EXPIRES, "100", "expires=101", false},
        {VIEW_DEV, "5637", "dev=23068677", true},
        {VIEW_DEV, "5637", "dev=5638", false},
        {VIEW_SPORT, "40828", "sport=31903", true},
        {VIEW_SPORT, "40828", "sport=31902", false},
        {VIEW_TARGET, "/w/cm-target", "target=cm-target", true},
        {VIEW_TARGET, "/w/cm-target", "target=m-target", false},
        {VIEW_SOURCE, "cm-source", "source=source", false},
        {VIEW_FSTYPE, "tmpfs", "fstype=", false},
        {VIEW_CAP, "7", "cap_helper=7", true},
        {VIEW_CAP, "7", "cap_helper=8", false},
};

START_TEST(a_value_may_have_other_forms)
{
	const struct form_case *c = &forms[_i];
	struct scene scene = {0};
	cleanup_event struct event e;
	size_t checked;

	fact_set(scene_add(&scene), (int)c->key, AF_INET, c->truth);
	event_decode_pairs(c->line, strlen(c->line), &e);
	ck_assert_uint_eq(scene_mismatches(&e, &scene, &checked), !c->ok);
	ck_assert_uint_eq(checked, 1);
}
END_TEST

START_TEST(the_slack_of_a_timer_belongs_to_when_it_expires)
{
	struct scene scene = {0};
	struct view *v = scene_add(&scene);
	cleanup_event struct event e;
	size_t checked;

	view_number(v, VIEW_EXPIRES, 1000);
	view_number(v, VIEW_SLACK, 50);
	event_decode_pairs("expires=1050 softexpires=1000", 29, &e);
	ck_assert_uint_eq(scene_mismatches(&e, &scene, &checked), 0);
	ck_assert_uint_eq(checked, 2);
}
END_TEST

/* A negative number, as bytes of a struct: the field may be narrow, and unsigned. */
START_TEST(negative_numbers_are_known_in_any_width)
{
	static const struct {
		uint32_t bits;
		bool is_signed;
		const char *bytes;
		bool ok;
	} cases[] = {
	        {32, true, "\xfa\xff\xff\xff", true},
	        {32, false, "\xfa\xff\xff\xff", true},
	        {32, false, "\xfb\xff\xff\xff", false},
	        {16, false, "\xfa\xff", true},
	        {64, true, "\xfa\xff\xff\xff\xff\xff\xff\xff", true},
	        {64, false, "\xfa\xff\xff\xff\xff\xff\xff\xff", true},
	        {64, true, "\xfa\xff\xff\xff\0\0\0", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_field field = {.path = (char *)(uintptr_t) "si_code",
		                            .kind = EVENT_INTEGER,
		                            .size_bits = cases[i].bits,
		                            .is_signed = cases[i].is_signed};
		const struct event_layout layout = {.type = (char *)(uintptr_t) "event", .fields = &field, .count = 1};
		struct scene scene = {0};
		cleanup_event struct event e;
		size_t checked;

		view_number(scene_add(&scene), VIEW_SI_CODE, (uint64_t)-6);
		event_decode(&layout, cases[i].bytes, cases[i].bits / 8, &e);
		ck_assert_msg(scene_mismatches(&e, &scene, &checked) == !cases[i].ok, "case %zu", i);
	}
}
END_TEST

START_TEST(another_fact_of_the_same_moment_is_named)
{
	struct scene scene = {0};
	struct view *v = scene_add(&scene);
	cleanup_event struct event e;

	view_number(v, VIEW_OLD_UID, 4000);
	view_number(v, VIEW_NEW_UID, 4242);
	view_text(v, VIEW_SOURCE, "cm-source");
	view_text(v, VIEW_FSTYPE, "tmpfs");
	event_decode_pairs("old_uid=4242 fstype=cm-source", 29, &e);
	fact_list_cut(&judged, 0);
	ck_assert_uint_eq(scene_compare(&e, &scene, "w", NULL, &judged), 2);
	ck_assert_str_eq(judged.facts[0].hint, "this is the new user id");
	ck_assert_str_eq(judged.facts[1].hint, "this is the source of the mount");
}
END_TEST

/* ---- who it is ---- */

static const char *const truths[TRUTH_KEY_COUNT][2] = {
        [TRUTH_TGID] = {"300", "310"},
        [TRUTH_TID] = {"301", "311"},
        [TRUTH_PPID] = {"70001", "70011"},
        [TRUTH_PARENT_TID] = {"70002", "70012"},
        [TRUTH_COMM] = {"cm-exec", "cm-other"},
        [TRUTH_UID] = {"4242", "4243"},
        [TRUTH_GID] = {"4343", "4344"},
        [TRUTH_EUID] = {"4245", "4246"},
        [TRUTH_EGID] = {"4345", "4346"},
        [TRUTH_START] = {"12345000000", "12355000000"},
        [TRUTH_STATE] = {"0", "1"},
        [TRUTH_PGID] = {"41", "42"},
        [TRUTH_SID] = {"43", "44"},
        [TRUTH_CAP_EFFECTIVE] = {"0x1ffffffffff", "0x0"},
        [TRUTH_CGROUP] = {"28", "1"},
        [TRUTH_MNT_NS] = {"4026531841", "4026532109"},
        [TRUTH_PID_NS] = {"4026531836", "4026532110"},
        [TRUTH_NET_NS] = {"4026531840", "4026532111"},
        [TRUTH_UTS_NS] = {"4026531838", "4026532112"},
        [TRUTH_IPC_NS] = {"4026531839", "4026532113"},
        [TRUTH_USER_NS] = {"4026531837", "4026532114"},
        [TRUTH_CGROUP_NS] = {"4026531835", "4026532115"},
};

static void truth_set(struct truth *t, int key, const char *text)
{
	if (key == TRUTH_COMM) {
		t->comm_len = strlen(text);
		memcpy(t->comm, text, t->comm_len + 1);
		return;
	}
	t->numbers[key] = strtoull(text, NULL, 0) / (key == TRUTH_START ? TRUTH_NS_PER_TICK : 1);
}

static bool identity_ok(const char *name, int key, const char *value, const char *truth)
{
	struct truth t = {0};
	const struct compare_subject s = {.workload = "w", .at = &t, .before = &t, .after = &t};
	cleanup_free char *line = xasprintf("%s=%s", name, value);
	cleanup_event struct event e;
	size_t bad;

	truth_set(&t, key, truth);
	event_decode_pairs(line, strlen(line), &e);
	fact_list_cut(&judged, 0);
	bad = compare_event(&e, &s, NULL, &judged);
	ck_assert_msg(judged.count == 1, "%s: %zu facts", name, judged.count);
	ck_assert_int_eq(judged.facts[0].ok, !bad);
	if (bad)
		ck_assert_str_ne(judged.facts[0].expected, judged.facts[0].observed);
	return !bad;
}

static void identity_check(const char *name, int key)
{
	cleanup_free char *helper = xasprintf("%s_helper", name);
	const char *const *c = truths[key];

	ck_assert_msg(c[0] && c[1], "no case for the %s", truth_key_words((enum truth_key)key));
	ck_assert_msg(identity_ok(name, key, c[0], c[0]), "%s=%s is not ok", name, c[0]);
	ck_assert_msg(!identity_ok(name, key, c[0], c[1]), "%s=%s is ok though the truth is %s", name, c[0], c[1]);
	ck_assert(!identity_ok(helper, key, c[0], c[1]));
}

START_TEST(every_name_of_an_identity_can_be_right_and_wrong)
{
	size_t count;
	const struct compare_name *name = &compare_names(&count)[_i];

	ck_assert_msg(!view_claim_find(name->name, false), "%s has two meanings", name->name);
	identity_check(name->name, (int)name->key);
}
END_TEST

START_TEST(pid_alone_is_the_process)
{
	identity_check("pid", TRUTH_TGID);
}
END_TEST

/* The tracer is known for hints only. */
START_TEST(every_truth_has_a_name_and_words)
{
	size_t count;
	const struct compare_name *names = compare_names(&count);

	for (int key = 0; key < TRUTH_KEY_COUNT; key++) {
		size_t i = 0;

		while (i < count && (int)names[i].key != key)
			i++;
		ck_assert_str_ne(truth_key_words((enum truth_key)key), "?");
		ck_assert_msg(i < count || key == TRUTH_TRACER, "no name for the %s",
		              truth_key_words((enum truth_key)key));
	}
}
END_TEST

START_TEST(what_the_kernel_was_built_without_is_not_checked)
{
	const struct truth t = {.unknown = 1u << TRUTH_CGROUP};
	const struct compare_subject s = {.workload = "w", .at = &t, .before = &t, .after = &t};
	cleanup_event struct event e;

	event_decode_pairs("cgroup_id=3 user_ns=0", 21, &e);
	fact_list_cut(&judged, 0);
	ck_assert_uint_eq(compare_event(&e, &s, NULL, &judged), 0);
	ck_assert_uint_eq(judged.count, 1);
	ck_assert_str_eq(judged.facts[0].field, "user_ns");
}
END_TEST

START_TEST(a_parent_beside_a_child_is_the_one_that_forks)
{
	struct truth t = {.numbers = {[TRUTH_TGID] = 500, [TRUTH_PARENT_TID] = 7}};
	const struct compare_subject s = {.workload = "w", .at = &t, .before = &t, .after = &t};
	struct scene scene = {0};
	struct view *v = scene_add(&scene);
	cleanup_event struct event e;

	view_number(v, VIEW_CHILD_PID, 501);
	view_number(v, VIEW_FORKER, 500);
	event_decode_pairs("pid=500 parent_pid=500 child_pid=501", 36, &e);
	fact_list_cut(&judged, 0);
	ck_assert_uint_eq(compare_event(&e, &s, NULL, &judged), 0);
	ck_assert_uint_eq(judged.count, 1);
	ck_assert_uint_eq(scene_compare(&e, &scene, "w", NULL, &judged), 0);
	ck_assert_uint_eq(judged.count, 3);
	event_free(&e);
	event_decode_pairs("pid=500 parent_pid=7", 20, &e);
	fact_list_cut(&judged, 0);
	ck_assert_uint_eq(compare_event(&e, &s, NULL, &judged), 0);
	ck_assert_uint_eq(judged.count, 1 + 1);
}
END_TEST

static void judged_free(void)
{
	fact_list_cut(&judged, 0);
	free(judged.facts);
	judged = (struct fact_list){0};
}

int main(void)
{
	size_t claims, names;

	view_claims(&claims);
	compare_names(&names);

	const struct suite_row tests[] = {
	        GROUP("fields", .tear_down = judged_free),
	        RANGE(every_name_of_a_deed_can_be_right_and_wrong, 0, claims),
	        TEST(every_fact_has_a_name_and_words),
	        EACH(a_value_may_have_other_forms, forms),
	        TEST(the_slack_of_a_timer_belongs_to_when_it_expires),
	        TEST(negative_numbers_are_known_in_any_width),
	        TEST(another_fact_of_the_same_moment_is_named),
	        RANGE(every_name_of_an_identity_can_be_right_and_wrong, 0, names),
	        TEST(pid_alone_is_the_process),
	        TEST(every_truth_has_a_name_and_words),
	        TEST(what_the_kernel_was_built_without_is_not_checked),
	        TEST(a_parent_beside_a_child_is_the_one_that_forks),
	};

	return suite_run("fields", tests, COUNT(tests));
}
