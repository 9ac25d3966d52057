/* SPDX-License-Identifier: BSD-2-Clause */
/* scene and attribution: which events explain what a subject did, and which are nobody's. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/attribution.c"
#include "agent/compare.c"
#include "agent/event.c"
#include "agent/hint.c"
#include "agent/scene.c"
#include "agent/truth.c"

/* ---- a capture without an object: printed lines ---- */

static struct capture_event lines[16];
static size_t line_count;

enum event_source capture_source(const struct capture *c)
{
	(void)c;
	return SOURCE_PRINTK;
}

const struct capture_event *capture_events(const struct capture *c, size_t *count)
{
	(void)c;
	*count = line_count;
	return lines;
}

static void print(const char *text)
{
	lines[line_count++] = (struct capture_event){.bytes = (void *)(uintptr_t)text, .len = strlen(text)};
}

static const struct action_result file = {.ino = 77, .dev = 0x1605, .size = 4321};
static const struct action_result tcp4 = {
        .family = AF_INET, .address = {127, 0, 0, 1}, .client_port = 40828, .server_port = 37029};
static const struct action_result tcp6 = {
        .family = AF_INET6, .address = {[15] = 1}, .client_port = 40828, .server_port = 37029};

static const struct {
	enum action action; /* ACTION_NONE: an exec */
	const struct action_result *result;
	const char *line;
	size_t checked, mismatches;
} explained[] = {
        {ACTION_NONE, NULL, "filename=/t/cm-exec", 1, 0},
        {ACTION_NONE, NULL, "filename=cm-exec", 1, 0},
        {ACTION_NONE, NULL, "filename=m-exec", 1, 1},
        {ACTION_NONE, NULL, "filename=", 1, 1},
        {ACTION_NONE, NULL, "filename=/t/cm-exec-more", 1, 1},
        {ACTION_NONE, NULL, "ino=3 pid=4", 0, 0},
        {ACTION_FILE, &file, "fname=/w/cm-file-one ino=77 size=4321", 3, 0},
        {ACTION_FILE, &file, "fname=cm-file-one ino=77 size=0", 3, 0},
        {ACTION_FILE, &file, "fname=cm-file-two ino=77 size=4321", 3, 0},
        {ACTION_FILE, &file, "fname=cm-file-two ino=77 size=0", 3, 1},
        {ACTION_FILE, &file, "fname=cm-file-one ino=78", 2, 1},
        {ACTION_FILE, &file, "dev=5637", 1, 0},
        {ACTION_FILE, &file, "dev=23068677", 1, 0}, /* 22 << 20 | 5, as the kernel keeps it */
        {ACTION_FILE, &file, "dev=5638", 1, 1},
        {ACTION_TCP4, &tcp4, "saddr=127.0.0.1 daddr=127.0.0.1 sport=40828 dport=37029 family=2", 5, 0},
        {ACTION_TCP4, &tcp4, "saddr=127.0.0.1 daddr=127.0.0.1 sport=37029 dport=40828", 4, 0},
        {ACTION_TCP4, &tcp4, "saddr=127.0.0.1 daddr=127.0.0.1 sport=40828 dport=40828", 4, 1},
        {ACTION_TCP4, &tcp4, "saddr=0.0.0.0 daddr=127.0.0.1 sport=0 dport=37029", 4, 0},
        {ACTION_TCP4, &tcp4, "lport=37029 dport=0 saddr=127.0.0.1 daddr=0.0.0.0", 4, 0},
        {ACTION_TCP4, &tcp4, "sport=31903 dport=42384", 2, 0}, /* both in network byte order */
        {ACTION_TCP4, &tcp4, "family=10", 1, 1},
        {ACTION_TCP4, &tcp4, "saddr_v6=::1 sport=40828", 1, 0},
        {ACTION_TCP6, &tcp6, "saddr_v6=::1 daddr_v6=::1 sport=40828 dport=37029 family=10", 5, 0},
        {ACTION_TCP6, &tcp6, "saddr=::2 daddr=::1 sport=40828", 3, 1},
};

START_TEST(an_event_is_explained_by_one_view)
{
	cleanup_scene struct scene scene = {0};
	cleanup_event struct event e = {0};
	struct fact_list facts = {0};
	size_t checked;

	if (explained[_i].action == ACTION_NONE)
		scene_of_exec(&scene, "/t/cm-exec");
	else
		scene_of_action(&scene, explained[_i].action, "/w", explained[_i].result);
	event_decode_pairs(explained[_i].line, strlen(explained[_i].line), &e);
	ck_assert_uint_eq(scene_mismatches(&e, &scene, &checked), explained[_i].mismatches);
	ck_assert_uint_eq(checked, explained[_i].checked);
	ck_assert_uint_eq(scene_compare(&e, &scene, "w", &facts), explained[_i].mismatches);
	ck_assert_uint_eq(facts.count, explained[_i].checked);
	for (size_t i = 0; i < facts.count; i++)
		ck_assert(facts.facts[i].expected && facts.facts[i].observed && facts.facts[i].hint);
	fact_list_cut(&facts, 0);
	free(facts.facts);
}
END_TEST

START_TEST(what_a_kernel_cannot_do_is_not_asked_for)
{
	const struct action_result skipped = {.skipped = true, .failure = EAFNOSUPPORT};
	cleanup_scene struct scene scene = {0};

	scene_of_action(&scene, ACTION_TCP6, "/w", &skipped);
	ck_assert_uint_eq(scene.count, 0);
}
END_TEST

/* Addresses and names as bytes of a struct. */
START_TEST(raw_fields_are_compared_by_their_width)
{
	static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
	static const uint8_t six[16] = {[15] = 1};
	static const struct {
		const char *name;
		enum event_kind kind;
		const void *bytes;
		uint32_t size;
		const struct action_result *result;
		size_t checked, mismatches;
	} cases[] = {
	        {"saddr", EVENT_INTEGER, "\x7f\0\0\1", 4, &tcp4, 1, 0},
	        {"saddr", EVENT_INTEGER, "\1\0\0\x7f", 4, &tcp4, 1, 0},
	        {"saddr", EVENT_INTEGER, "\x7f\0\0\2", 4, &tcp4, 1, 1},
	        {"saddr", EVENT_INTEGER, "\x7f\0\0\1", 4, &tcp6, 0, 0},
	        {"saddr_v6", EVENT_TEXT, six, 16, &tcp6, 1, 0},
	        {"saddr_v6.in6_u.u6_addr8", EVENT_TEXT, six, 16, &tcp6, 1, 0},
	        {"saddr_v6", EVENT_TEXT, mapped, 16, &tcp6, 1, 1},
	        {"saddr", EVENT_TEXT, mapped, 16, &tcp4, 1, 0},
	        {"saddr", EVENT_TEXT, "\x7f\0\0\1", 4, &tcp4, 1, 0},
	        {"saddr", EVENT_TEXT, "\x7f\0", 2, &tcp4, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_field field = {.path = (char *)(uintptr_t)cases[i].name,
		                            .kind = cases[i].kind,
		                            .size_bits = cases[i].size * 8};
		const struct event_layout layout = {
		        .type = (char *)(uintptr_t) "event", .size = cases[i].size, .fields = &field, .count = 1};
		cleanup_scene struct scene scene = {0};
		cleanup_event struct event e = {0};
		struct fact_list facts = {0};
		size_t checked;

		scene_of_action(&scene, cases[i].result->family == AF_INET ? ACTION_TCP4 : ACTION_TCP6, "/w",
		                cases[i].result);
		event_decode(&layout, cases[i].bytes, cases[i].size, &e);
		ck_assert_msg(scene_mismatches(&e, &scene, &checked) == cases[i].mismatches, "case %zu", i);
		ck_assert_msg(checked == cases[i].checked, "case %zu", i);
		scene_compare(&e, &scene, "w", &facts);
		fact_list_cut(&facts, 0);
		free(facts.facts);
	}
}
END_TEST

/* ---- attribution ---- */

static const struct truth subject_truth_values = {
        .numbers = {[TRUTH_TGID] = 500, [TRUTH_TID] = 500}, .comm = "cm-file", .comm_len = 7};
static const struct event_layout no_layout;

struct verdict_of {
	size_t answers, wrong, own, facts;
};

static struct verdict_of judge_lines(const char *const *texts, bool expected)
{
	cleanup_scene struct scene scene = {0};
	struct attribution a = {.layout = &no_layout};
	struct attribution_subject subject = {
	        .identity = {.workload = "file", .before = &subject_truth_values, .after = &subject_truth_values},
	        .scene = &scene,
	        .expected = expected,
	        .noisy = true,
	        .sharp = true,
	};
	struct verdict_of v = {0};

	scene_of_action(&scene, ACTION_FILE, "/w", &file);
	line_count = 0;
	for (size_t i = 0; texts[i]; i++)
		print(texts[i]);
	v.answers = attribution_judge(&a, &subject);
	v.own = a.own_events;
	v.facts = a.facts.count;
	for (size_t i = 0; i < a.facts.count; i++)
		v.wrong += !a.facts.facts[i].ok;
	fact_list_cut(&a.facts, 0);
	free(a.facts.facts);
	return v;
}

START_TEST(one_explained_event_is_enough)
{
	const char *const texts[] = {"pid=500 fname=/w/cm-file-one", "pid=500 fname=/proc/self/exe", "pid=9 fname=x",
	                             NULL};
	struct verdict_of v = judge_lines(texts, true);

	ck_assert_uint_eq(v.answers, 2);
	ck_assert_uint_eq(v.own, 2);
	ck_assert_uint_eq(v.wrong, 0);
	ck_assert_uint_eq(v.facts, 3); /* two pids and the name that fits */
}
END_TEST

START_TEST(when_no_event_is_explained_the_nearest_is_shown)
{
	const char *const texts[] = {"pid=500 fname=/x ino=1", "pid=500 fname=/w/cm-file-one ino=78", NULL};
	struct verdict_of v = judge_lines(texts, true);

	ck_assert_uint_eq(v.answers, 2);
	ck_assert_uint_eq(v.wrong, 1);
	ck_assert_uint_eq(v.facts, 4);
}
END_TEST

START_TEST(a_wrong_id_is_wrong_only_where_an_event_is_expected)
{
	const char *const texts[] = {"pid=77777 fname=/w/cm-file-one", NULL};

	ck_assert_uint_eq(judge_lines(texts, true).wrong, 1);
	ck_assert_uint_eq(judge_lines(texts, false).answers, 0);
	ck_assert_uint_eq(judge_lines(texts, false).facts, 0);
}
END_TEST

START_TEST(what_the_agent_does_itself_is_no_answer)
{
	cleanup_free char *mine = xasprintf("pid=%d fname=/proc/1/stat", (int)getpid());
	const char *const texts[] = {mine, "pid=1 fname=/proc/1/comm", NULL};
	struct verdict_of v = judge_lines(texts, true);

	ck_assert_uint_eq(v.answers, 0);
	ck_assert_uint_eq(v.facts, 0);
	ck_assert_uint_eq(v.own, 0);
}
END_TEST

START_TEST(an_event_without_an_id_counts_when_it_fits)
{
	const char *const texts[] = {"fname=/proc/1/stat", "fname=/w/cm-file-two", NULL};
	struct verdict_of v = judge_lines(texts, true);

	ck_assert_uint_eq(v.own, 1);
	ck_assert_uint_eq(v.wrong, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scene");
	TCase *t = tcase_create("all");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(t, an_event_is_explained_by_one_view, 0, (int)(sizeof(explained) / sizeof(*explained)));
	tcase_add_test(t, what_a_kernel_cannot_do_is_not_asked_for);
	tcase_add_test(t, raw_fields_are_compared_by_their_width);
	tcase_add_test(t, one_explained_event_is_enough);
	tcase_add_test(t, when_no_event_is_explained_the_nearest_is_shown);
	tcase_add_test(t, a_wrong_id_is_wrong_only_where_an_event_is_expected);
	tcase_add_test(t, what_the_agent_does_itself_is_no_answer);
	tcase_add_test(t, an_event_without_an_id_counts_when_it_fits);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
