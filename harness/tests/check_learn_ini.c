/* SPDX-License-Identifier: BSD-2-Clause */
/* learn_ini: what was learnt becomes sections that the ini's parser takes; what they cannot say is told. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/learn_ini.h"
#include "host/object/object_ini.h"
#include "tests/suite.h"

#define PLACES 6

static const struct {
	struct learn_shape shapes[2];
	struct learn_place places[2][PLACES];
	const char *ini, *rest;
} cases[] = {
        {{{.source = "out", .form = RECORD_BYTES, .size = 36, .count = 4}},
         {{{"pid", LEARN_NUMBER, 4, 8},
           {"comm", LEARN_TEXT, 12, 16},
           {"ppid", LEARN_NUMBER, 28, 4},
           {"dport", LEARN_SWAPPED, 32, 2}}},
         "\n[event]\nlayout = { __u8 unknown0[4]; __u64 pid; char comm[16]; __u32 ppid; __u16 dport; __u8 unknown34[2]; } "
         "__attribute__((packed))\n",
         ""},
        {{{.source = "out", .form = RECORD_BYTES, .size = 16, .count = 3}},
         {{{"pid", LEARN_NUMBER, 0, 4}, {"pid", LEARN_NUMBER, 4, 4}, {"pid", LEARN_NUMBER, 8, 8}}},
         "\n[event]\nlayout = { __u32 pid, tgid; struct { __u64 pid; } task; }\n",
         ""},
        {{{.source = "out", .form = RECORD_BYTES, .size = 16, .count = 1}},
         {{{"saddr", LEARN_BYTES, 0, 16}}},
         "",
         "\nevents without an id, which are learnt anew in every run"},
        {{{.source = "out", .form = RECORD_BYTES, .size = 8, .count = 1},
          {.source = "out", .form = RECORD_BYTES, .size = 4, .count = 1}},
         {{{"pid", LEARN_NUMBER, 0, 4}}, {{"pid", LEARN_NUMBER, 0, 4}}},
         "",
         "\nevents of 2 kinds, of which an ini has one layout"},
        {{{.source = "%s: 100%% of %-8llx (%pI4)\n", .form = RECORD_FIELDS, .count = 2}},
         {{{"comm", LEARN_TEXT, 0, 0}, {"pid", LEARN_NUMBER, 1, 0}}},
         "\n[event]\nline = {comm}: 100% of {pid} ({})\n",
         ""},
        {{{.source = "%d; more", .form = RECORD_FIELDS, .count = 1}},
         {{{"pid", LEARN_NUMBER, 0, 0}}},
         "",
         "\na printed line that does not fit into a line of an ini"},
        {{{.source = "seen", .form = RECORD_ENTRY, .size = 20, .key_size = 4, .count = 2}},
         {{{"pid", LEARN_NUMBER, 0, 4}, {"ppid", LEARN_NUMBER, 16, 4}}},
         "\n[maps]\nseen.key = pid\nseen.value = { __u8 unknown0[12]; __u32 ppid; }\n",
         ""},
        {{{.source = "x.bss", .form = RECORD_ENTRY, .size = 8, .count = 1}},
         {{{"pid", LEARN_NUMBER, 0, 8}}},
         "\n[maps]\nx.bss.value = pid\n",
         ""},
};

START_TEST(what_was_learnt_is_written_as_an_ini_says_it)
{
	struct learn_shape shapes[2];
	struct learn_place places[2][PLACES];
	struct learnt learnt = {.shapes = shapes};
	cleanup_buf struct buf out = {0}, rest = {0};
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	memcpy(shapes, cases[_i].shapes, sizeof(shapes));
	memcpy(places, cases[_i].places, sizeof(places));
	for (size_t i = 0; i < 2 && shapes[i].source; i++) {
		shapes[i].places = places[i];
		learnt.count++;
	}
	learnt_ini(&learnt, &out, &rest);
	ck_assert_str_eq(buf_str(&out), cases[_i].ini);
	ck_assert_str_eq(buf_str(&rest), cases[_i].rest);
	ck_assert_msg(!object_ini_parse(buf_str(&out), "x.ini", &ini, &err), "%s", err.text);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(what_was_learnt_is_written_as_an_ini_says_it, cases),
	};

	return suite_run("learn_ini", tests, COUNT(tests));
}
