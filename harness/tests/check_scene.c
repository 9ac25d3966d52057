/* SPDX-License-Identifier: BSD-2-Clause */
/* scene and attribution: which events explain what a subject did, and which are nobody's. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/truth/attribution.h"
#include "agent/truth/compare.h"
#include "agent/truth/event.h"
#include "agent/truth/hint.h"
#include "agent/truth/scene.h"
#include "agent/truth/scene_value.h"
#include "agent/truth/self_check.h"
#include "agent/truth/truth.h"
#include "agent/deeds/view.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

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

/* ---- scenes ---- */

static void exec_scene(struct scene *s)
{
	view_text(scene_add(s), VIEW_PATH, "/t/cm-exec");
}

static void file_moment(struct scene *s, const char *path, uint64_t size)
{
	struct view *v = scene_add(s);

	view_text(v, VIEW_PATH, path);
	view_number(v, VIEW_INO, 77);
	view_number(v, VIEW_DEV, 0x1605);
	view_number(v, VIEW_SIZE, size);
}

static void file_scene(struct scene *s)
{
	file_moment(s, "/w/cm-file-one", 4321);
	file_moment(s, "/w/cm-file-one", 0);
	file_moment(s, "/w/cm-file-two", 4321);
}

static void tcp_moment(struct scene *s, int family, bool source, bool destination, uint16_t sport, uint16_t dport)
{
	static const uint8_t four[4] = {127, 0, 0, 1}, six[16] = {[15] = 1};
	const uint8_t *bytes = family == AF_INET ? four : six;
	size_t len = family == AF_INET ? sizeof(four) : sizeof(six);
	struct view *v = scene_add(s);

	view_number(v, VIEW_FAMILY, (uint64_t)family);
	view_number(v, VIEW_SPORT, sport);
	view_number(v, VIEW_DPORT, dport);
	view_number(v, VIEW_PROTOCOL, IPPROTO_TCP);
	view_address(v, VIEW_SADDR, source ? bytes : NULL, len);
	view_address(v, VIEW_DADDR, destination ? bytes : NULL, len);
}

static void tcp_scene(struct scene *s, int family)
{
	tcp_moment(s, family, true, true, 40828, 37029);
	tcp_moment(s, family, true, true, 37029, 40828);
	tcp_moment(s, family, false, true, 0, 37029);
	tcp_moment(s, family, true, false, 37029, 0);
}

static void tcp4(struct scene *s)
{
	tcp_scene(s, AF_INET);
}

static void tcp6(struct scene *s)
{
	tcp_scene(s, AF_INET6);
}

/* One moment says more than the other. */
static void mount_scene(struct scene *s)
{
	struct view *v = scene_add(s);

	view_text(v, VIEW_SOURCE, "cm-source");
	view_text(v, VIEW_TARGET, "/w/cm-target");
	view_number(v, VIEW_FLAGS, 6);
	v = scene_add(s);
	view_text(v, VIEW_TARGET, "/w/cm-target");
	view_number(v, VIEW_FLAGS, 0);
}

static const struct {
	void (*scene)(struct scene *s);
	const char *line;
	size_t checked, mismatches;
} explained[] = {
        {exec_scene, "filename=/t/cm-exec", 1, 0},
        {exec_scene, "filename=cm-exec", 1, 0},
        {exec_scene, "filename=m-exec", 1, 1},
        {exec_scene, "filename=", 1, 1},
        {exec_scene, "filename=/t/cm-exec-more", 1, 1},
        {exec_scene, "ino=3 pid=4", 0, 0},
        {file_scene, "fname=/w/cm-file-one ino=77 size=4321", 3, 0},
        {file_scene, "fname=cm-file-one ino=77 size=0", 3, 0},
        {file_scene, "fname=cm-file-two ino=77 size=4321", 3, 0},
        {file_scene, "fname=cm-file-two ino=77 size=0", 3, 1},
        {file_scene, "fname=cm-file-one ino=78", 2, 1},
        {file_scene, "dev=5637", 1, 0},
        {file_scene, "dev=23068677", 1, 0}, /* 22 << 20 | 5, as the kernel keeps it */
        {file_scene, "dev=5638", 1, 1},
        {tcp4, "saddr=127.0.0.1 daddr=127.0.0.1 sport=40828 dport=37029 family=2", 5, 0},
        {tcp4, "saddr=127.0.0.1 daddr=127.0.0.1 sport=37029 dport=40828", 4, 0},
        {tcp4, "saddr=127.0.0.1 daddr=127.0.0.1 sport=40828 dport=40828", 4, 1},
        {tcp4, "saddr=0.0.0.0 daddr=127.0.0.1 sport=0 dport=37029", 4, 0},
        {tcp4, "lport=37029 dport=0 saddr=127.0.0.1 daddr=0.0.0.0", 4, 0},
        {tcp4, "sport=31903 dport=42384", 2, 0}, /* both in network byte order */
        {tcp4, "family=10", 1, 1},
        {tcp4, "proto=6", 1, 0},
        {tcp4, "proto=17", 1, 1},
        {tcp4, "proto=131073", 1, 0}, /* AF_INET << 16 | SOCK_STREAM */
        {tcp4, "proto=131074", 1, 1},
        {tcp4, "protocol=8", 1, 0}, /* ETH_P_IP in network byte order */
        {tcp4, "protocol=34525", 1, 1},
        {tcp6, "protocol=34525", 1, 0},
        {tcp4, "saddr_v6=::1 sport=40828", 1, 0},
        {tcp6, "saddr_v6=::1 daddr_v6=::1 sport=40828 dport=37029 family=10", 5, 0},
        {tcp6, "saddr=::2 daddr=::1 sport=40828", 3, 1},
        {tcp6, "saddr=0000:0000:0000:0000:0000:0000:0000:0001 daddr=0:0:0:0:0:0:0:2 sport=40828", 3, 1},
        {tcp6, "saddr=::1, daddr=::1:: sport=40828", 3, 1},
        {mount_scene, "source=cm-source target=cm-target flags=6", 3, 0},
        {mount_scene, "target=cm-target flags=0", 2, 0},
        {mount_scene, "target=cm-target flags=6", 2, 0},
        {mount_scene, "target=cm-target flags=1", 2, 1},
        /* the unmount knows no source, and must not excuse a wrong one */
        {mount_scene, "source=other target=cm-target flags=0", 3, 2},
        {mount_scene, "source=other flags=6", 2, 1},
};

START_TEST(an_event_is_explained_by_one_view)
{
	struct scene scene = {0};
	cleanup_event struct event e = {0};
	struct fact_list facts = {0};
	size_t checked;

	explained[_i].scene(&scene);
	event_decode_pairs(explained[_i].line, strlen(explained[_i].line), &e);
	ck_assert_uint_eq(scene_mismatches(&e, &scene, &checked), explained[_i].mismatches);
	ck_assert_uint_eq(checked, explained[_i].checked);
	ck_assert_uint_eq(scene_compare(&e, &scene, "w", NULL, &facts), explained[_i].mismatches);
	ck_assert_uint_eq(facts.count, explained[_i].checked);
	for (size_t i = 0; i < facts.count; i++)
		ck_assert(facts.facts[i].expected && facts.facts[i].observed && facts.facts[i].hint);
	fact_list_cut(&facts, 0);
	free(facts.facts);
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
		void (*scene)(struct scene *s);
		size_t checked, mismatches;
	} cases[] = {
	        {"saddr", EVENT_INTEGER, "\x7f\0\0\1", 4, tcp4, 1, 0},
	        {"saddr", EVENT_INTEGER, "\1\0\0\x7f", 4, tcp4, 1, 0},
	        {"saddr", EVENT_INTEGER, "\x7f\0\0\2", 4, tcp4, 1, 1},
	        {"saddr", EVENT_INTEGER, "\x7f\0\0\1", 4, tcp6, 0, 0},
	        {"saddr_v6", EVENT_TEXT, six, 16, tcp6, 1, 0},
	        {"saddr_v6.in6_u.u6_addr8", EVENT_TEXT, six, 16, tcp6, 1, 0},
	        {"saddr_v6", EVENT_TEXT, mapped, 16, tcp6, 1, 1},
	        {"saddr", EVENT_TEXT, mapped, 16, tcp4, 1, 0},
	        {"saddr", EVENT_TEXT, "\x7f\0\0\1", 4, tcp4, 1, 0},
	        {"saddr", EVENT_TEXT, "\x7f\0", 2, tcp4, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_field field = {.path = (char *)(uintptr_t)cases[i].name,
		                            .kind = cases[i].kind,
		                            .size_bits = cases[i].size * 8};
		const struct event_layout layout = {
		        .type = (char *)(uintptr_t) "event", .size = cases[i].size, .fields = &field, .count = 1};
		struct scene scene = {0};
		cleanup_event struct event e = {0};
		struct fact_list facts = {0};
		size_t checked;

		cases[i].scene(&scene);
		event_decode(&layout, cases[i].bytes, cases[i].size, &e);
		ck_assert_msg(scene_mismatches(&e, &scene, &checked) == cases[i].mismatches, "case %zu", i);
		ck_assert_msg(checked == cases[i].checked, "case %zu", i);
		scene_compare(&e, &scene, "w", NULL, &facts);
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
	struct scene scene = {0};
	struct attribution a = {.layout = &no_layout};
	struct attribution_subject subject = {
	        .identity = {.workload = "file", .before = &subject_truth_values, .after = &subject_truth_values},
	        .scene = &scene,
	        .expected = expected,
	        .noisy = true,
	        .sharp = true,
	};
	struct verdict_of v = {0};

	file_scene(&scene);
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
	const struct suite_row tests[] = {
	        EACH(an_event_is_explained_by_one_view, explained),
	        TEST(raw_fields_are_compared_by_their_width),
	        TEST(one_explained_event_is_enough),
	        TEST(when_no_event_is_explained_the_nearest_is_shown),
	        TEST(a_wrong_id_is_wrong_only_where_an_event_is_expected),
	        TEST(what_the_agent_does_itself_is_no_answer),
	        TEST(an_event_without_an_id_counts_when_it_fits),
	};

	return suite_run("scene", tests, COUNT(tests));
}
