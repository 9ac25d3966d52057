/* SPDX-License-Identifier: BSD-2-Clause */
/* Events by BTF and by printed pairs: layouts, widths, signs, short records, escapes, and the trace pipe's lines. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/truth/event.h"
#include "agent/truth/trace_pipe.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

static struct btf *btf;
static int u8_id, u32_id, s32_id, u64_id, char_id, bool_id, long_id;

static void btf_open(void)
{
	btf = btf__new_empty();
	u8_id = btf__add_int(btf, "unsigned char", 1, 0);
	char_id = btf__add_int(btf, "char", 1, BTF_INT_CHAR);
	bool_id = btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL);
	u32_id = btf__add_int(btf, "unsigned int", 4, 0);
	s32_id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	u64_id = btf__add_int(btf, "unsigned long long", 8, 0);
	long_id = btf__add_int(btf, "__int128", 16, BTF_INT_SIGNED);
}

static void btf_close(void)
{
	btf__free(btf);
}

static void field(const char *name, int type, uint32_t byte)
{
	ck_assert_int_eq(btf__add_field(btf, name, type, byte * 8, 0), 0);
}

static const struct event_field *layout_field(const struct event_layout *l, const char *path)
{
	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->fields[i].path, path))
			return &l->fields[i];
	return NULL;
}

START_TEST(a_layout_sees_through_typedefs_nesting_and_anonymous_members)
{
	int array = btf__add_array(btf, u32_id, char_id, 16);
	int words = btf__add_array(btf, u32_id, u32_id, 4);
	int pid_t_id = btf__add_typedef(btf, "pid_t", btf__add_volatile(btf, s32_id));
	int inner = btf__add_struct(btf, NULL, 8);
	int named, enumeration, outer, pointer;
	struct event_layout l;
	const struct event_field *f;

	field("pid", pid_t_id, 0);
	field("tgid", pid_t_id, 4);
	named = btf__add_struct(btf, "task", 4);
	field("uid", u32_id, 0);
	enumeration = btf__add_enum(btf, "kind", 4);
	pointer = btf__add_ptr(btf, 0);
	outer = btf__add_struct(btf, "event", 100);
	field("kind", enumeration, 0);
	field("", inner, 4);
	field("task", named, 12);
	field("comm", array, 16);
	field("words", words, 32);
	field("where", pointer, 48);
	field("wide", long_id, 64);
	field("yes", bool_id, 80);
	btf__add_typedef(btf, "event_t", outer);

	ck_assert_int_eq(event_layout_read(btf, "event_t", &l, NULL), 0);
	ck_assert_str_eq(l.type, "event_t");
	ck_assert_uint_eq(l.size, 100);
	ck_assert_uint_eq(l.count, 9);
	ck_assert_ptr_nonnull(f = layout_field(&l, "tgid"));
	ck_assert_uint_eq(f->offset_bits, 64);
	ck_assert_uint_eq(f->size_bits, 32);
	ck_assert(f->is_signed && f->kind == EVENT_INTEGER);
	ck_assert_ptr_nonnull(f = layout_field(&l, "task.uid"));
	ck_assert_uint_eq(f->offset_bits, 96);
	ck_assert(!f->is_signed);
	ck_assert_int_eq(layout_field(&l, "comm")->kind, EVENT_TEXT);
	ck_assert_int_eq(layout_field(&l, "words")->kind, EVENT_OPAQUE);
	ck_assert_int_eq(layout_field(&l, "wide")->kind, EVENT_TEXT);
	ck_assert_uint_eq(layout_field(&l, "wide")->size_bits, 128);
	ck_assert_int_eq(layout_field(&l, "where")->kind, EVENT_INTEGER);
	ck_assert_int_eq(layout_field(&l, "yes")->kind, EVENT_INTEGER);
	event_layout_free(&l);
}
END_TEST

/* What a map's key and value are: structs, a scalar that an ini names, a section of variables. */
START_TEST(a_layout_is_put_together_from_types)
{
	struct event_layout layout = {0};
	int key = btf__add_struct(btf, "key", 4), section, pid, note, value;

	field("pid", u32_id, 0);
	value = btf__add_struct(btf, "note", 12);
	field("ppid", u32_id, 0);
	field("when", u64_id, 4);
	pid = btf__add_var(btf, "last", BTF_VAR_GLOBAL_ALLOCATED, s32_id);
	note = btf__add_var(btf, "task", BTF_VAR_GLOBAL_ALLOCATED, value);
	section = btf__add_datasec(btf, ".bss", 32);
	ck_assert_int_eq(btf__add_datasec_var_info(btf, pid, 8, 4), 0);
	ck_assert_int_eq(btf__add_datasec_var_info(btf, note, 16, 12), 0);

	event_layout_add(&layout, btf, (uint32_t)key, "", 0);
	event_layout_add(&layout, btf, (uint32_t)u64_id, "uid", 32);
	event_layout_add(&layout, btf, (uint32_t)u64_id, "", 96); /* nobody names it */
	event_layout_add(&layout, btf, 0, "gone", 96);
	event_layout_add(&layout, btf, (uint32_t)section, "", 128);
	ck_assert_uint_eq(layout.count, 5);
	ck_assert_str_eq(layout.fields[0].path, "pid");
	ck_assert_str_eq(layout.fields[1].path, "uid");
	ck_assert(layout.fields[1].offset_bits == 32 && layout.fields[1].size_bits == 64);
	ck_assert_str_eq(layout.fields[2].path, "last");
	ck_assert(layout.fields[2].offset_bits == 128 + 64 && layout.fields[2].is_signed);
	ck_assert_str_eq(layout.fields[3].path, "task.ppid");
	ck_assert_str_eq(layout.fields[4].path, "task.when");
	ck_assert_uint_eq(layout.fields[4].offset_bits, 128 + 8 * 20);
	event_layout_free(&layout);
}
END_TEST

START_TEST(a_struct_that_is_not_there_is_no_failure)
{
	struct error err = {0};
	struct event_layout l;

	btf__add_union(btf, "event", 4);
	ck_assert_int_eq(event_layout_read(btf, "event", &l, &err), -ENOENT);
	ck_assert_int_eq(event_layout_read(NULL, "event", &l, &err), -ENOENT);
	ck_assert_ptr_null(err.text);
}
END_TEST

START_TEST(nesting_without_end_is_refused)
{
	struct error err = {0};
	struct event_layout l;
	int id = btf__add_struct(btf, "s0", 4);

	field("pid", s32_id, 0);
	for (int i = 1; i < 40; i++) {
		char name[16];

		snprintf(name, sizeof(name), "s%d", i);
		int next = btf__add_struct(btf, i == 39 ? "event" : name, 4);

		field("m", id, 0);
		id = next;
	}
	ck_assert_int_eq(event_layout_read(btf, "event", &l, &err), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.text, "nests deeper"));
	error_clear(&err);
}
END_TEST

/* One integer of `type` at byte 1 (unaligned on purpose) of a struct, and what 0xff.. bytes or a value read as. */
static const struct integer_case {
	int *type;
	uint32_t bits; /* 0: the whole type */
	uint8_t bytes[9];
	uint64_t value;
	bool is_signed;
} integers[] = {
        {&u8_id, 0, {0, 0x80}, 0x80, false},
        {&s32_id, 0, {0, 0xff, 0xff, 0xff, 0xff}, UINT64_MAX, true},
        {&s32_id, 0, {0xff, 0x78, 0x56, 0x34, 0x12, 0xff}, 0x12345678, true},
        {&u32_id, 0, {0, 0xff, 0xff, 0xff, 0xff}, 0xffffffff, false},
        {&u64_id, 0, {0, 8, 7, 6, 5, 4, 3, 2, 1}, 0x0102030405060708, false},
        {&u32_id, 3, {0, 0xfd}, 5, false},
        {&s32_id, 3, {0, 0xfd}, (uint64_t)-3, true},
};

START_TEST(integers_of_any_size_are_read_little_endian)
{
	const struct integer_case *c = &integers[_i];
	struct event_layout l;
	struct event e;

	btf__add_struct(btf, "event", 9);
	ck_assert_int_eq(btf__add_field(btf, "n", *c->type, 8, c->bits), 0);
	ck_assert_int_eq(event_layout_read(btf, "event", &l, NULL), 0);
	event_decode(&l, c->bytes, sizeof(c->bytes), &e);
	ck_assert_uint_eq(e.count, 1);
	ck_assert(e.values[0].has_integer && !e.values[0].missing);
	ck_assert_uint_eq(e.values[0].integer, c->value);
	ck_assert_int_eq(e.values[0].is_signed, c->is_signed);
	event_free(&e);
	event_layout_free(&l);
}
END_TEST

START_TEST(a_short_event_misses_fields_and_a_long_one_does_not)
{
	int array = btf__add_array(btf, u32_id, char_id, 8);
	static const char bytes[24] = {7, 0, 0, 0, 'a', 'b', 0, 'x', 'y', 'z', '!', '?'};
	struct event_layout l;
	struct event e;

	btf__add_struct(btf, "event", 12);
	field("pid", u32_id, 0);
	field("comm", array, 4);
	ck_assert_int_eq(event_layout_read(btf, "event", &l, NULL), 0);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		event_decode(&l, bytes, len, &e);
		ck_assert_int_eq(event_find(&e, "pid")->missing, len < 4);
		ck_assert_int_eq(event_find(&e, "comm")->missing, len < 12);
		if (len >= 12)
			ck_assert_str_eq(event_find(&e, "comm")->text, "ab");
		event_free(&e);
	}
	event_layout_free(&l);
}
END_TEST

START_TEST(text_without_a_nul_ends_with_its_array)
{
	int array = btf__add_array(btf, u32_id, btf__add_const(btf, u8_id), 4);
	struct event_layout l;
	struct event e;

	btf__add_struct(btf, "event", 4);
	field("comm", array, 0);
	ck_assert_int_eq(event_layout_read(btf, "event", &l, NULL), 0);
	event_decode(&l, "abcdef", 6, &e);
	ck_assert_uint_eq(e.values[0].text_len, 4);
	ck_assert_uint_eq(e.values[0].text_size, 4);
	ck_assert_str_eq(e.values[0].text, "abcd");
	event_free(&e);
	event_layout_free(&l);
}
END_TEST

static const struct pair_case {
	const char *text;
	const char *names[4];
	const char *texts[4];
	uint64_t integers[4]; /* UINT64_MAX - 7 where there must be none */
} pairs[] = {
#define NONE (UINT64_MAX - 7)
        {"pid=3 ppid=12", {"pid", "ppid"}, {"3", "12"}, {3, 12}},
        {"exec: pid=3, ppid=0x1f;", {"pid", "ppid"}, {"3", "0x1f"}, {3, 31}},
        {"comm=a b) c pid=-1", {"comm", "pid"}, {"a b) c", "-1"}, {NONE, UINT64_MAX}},
        {"comm= pid=5", {"comm", "pid"}, {"", "5"}, {NONE, 5}},
        {"comm=12ab", {"comm"}, {"12ab"}, {NONE}},
        {"comm=x=y z", {"comm"}, {"x=y z"}, {NONE}},
        {"a.b=7", {"a.b"}, {"7"}, {7}},
        {"no pairs here", {0}, {0}, {0}},
        {"=3 1x=4", {0}, {0}, {0}},
        {"", {0}, {0}, {0}},
        {"n=99999999999999999999", {"n"}, {"99999999999999999999"}, {NONE}},
};

START_TEST(pairs_are_taken_from_a_printed_line)
{
	const struct pair_case *c = &pairs[_i];
	struct event e;
	size_t count = 0;

	event_decode_pairs(c->text, strlen(c->text), &e);
	for (; count < 4 && c->names[count]; count++) {
		ck_assert_uint_lt(count, e.count);
		ck_assert_str_eq(e.values[count].name, c->names[count]);
		ck_assert_str_eq(e.values[count].text, c->texts[count]);
		ck_assert_int_eq(e.values[count].has_integer, c->integers[count] != NONE);
		if (e.values[count].has_integer)
			ck_assert_uint_eq(e.values[count].integer, c->integers[count]);
	}
	ck_assert_uint_eq(e.count, count);
	event_free(&e);
}
END_TEST

static const struct line_case {
	const char *line;
	enum trace_line kind;
	const char *text;
	uint64_t lost;
} lines[] = {
        {"         cm-exec-89      [000] d..31     1.230000: bpf_trace_printk: pid=89 ppid=1", TRACE_LINE_PRINTED,
         "pid=89 ppid=1", 0},
        {"          <...>-89      [000] ...1     1.230000: bpf_trace_printk: ", TRACE_LINE_PRINTED, "", 0},
        {" cm) R 1 2 (x-an-88 [000] d..31 1.2: bpf_trace_printk: a: bpf_trace_printk: b", TRACE_LINE_PRINTED,
         "a: bpf_trace_printk: b", 0},
        {"CPU:0 [LOST 12 EVENTS]", TRACE_LINE_OTHER, NULL, 12},
        {"something else [LOST 12 EVENTS]", TRACE_LINE_OTHER, NULL, 0},
        {"", TRACE_LINE_OTHER, NULL, 0},
};

START_TEST(lines_of_the_trace_pipe_are_told_apart)
{
	const struct line_case *c = &lines[_i];
	const char *text = NULL;
	size_t len = 0;
	uint64_t lost = 0;

	ck_assert_int_eq(trace_line_parse(c->line, strlen(c->line), &text, &len, &lost), c->kind);
	ck_assert_uint_eq(lost, c->lost);
	if (c->text) {
		ck_assert_uint_eq(len, strlen(c->text));
		ck_assert_mem_eq(text, c->text, len);
	}
}
END_TEST

START_TEST(a_line_that_comes_in_pieces_is_one_line)
{
	struct trace_pipe t = {.fd = -1};
	struct buf text = {0};
	uint64_t lost = 0;

	buf_puts(&t.pending, "x: bpf_trace_pri");
	ck_assert_int_eq(trace_pipe_next(&t, &text, &lost), TRACE_LINE_NONE);
	buf_puts(&t.pending, "ntk: pid=1\nCPU:1 [LOST 3 EVENTS]\n");
	ck_assert_int_eq(trace_pipe_next(&t, &text, &lost), TRACE_LINE_PRINTED);
	ck_assert_str_eq(buf_str(&text), "pid=1");
	ck_assert_int_eq(trace_pipe_next(&t, &text, &lost), TRACE_LINE_OTHER);
	ck_assert_uint_eq(lost, 3);
	ck_assert_int_eq(trace_pipe_next(&t, &text, &lost), TRACE_LINE_NONE);
	buf_free(&text);
	trace_pipe_close(&t);
}
END_TEST

START_TEST(escapes_are_printable_and_unambiguous)
{
	cleanup_buf struct buf out = {0};

	event_escape(&out, "a b)\n\\x\xff\x7f", 9);
	ck_assert_str_eq(buf_str(&out), "a b)\\x0a\\x5cx\\xff\\x7f");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("event", .set_up = btf_open, .tear_down = btf_close),
	        TEST(a_layout_sees_through_typedefs_nesting_and_anonymous_members),
	        TEST(a_layout_is_put_together_from_types),
	        TEST(a_struct_that_is_not_there_is_no_failure),
	        TEST(nesting_without_end_is_refused),
	        EACH(integers_of_any_size_are_read_little_endian, integers),
	        TEST(a_short_event_misses_fields_and_a_long_one_does_not),
	        TEST(text_without_a_nul_ends_with_its_array),
	        EACH(pairs_are_taken_from_a_printed_line, pairs),
	        EACH(lines_of_the_trace_pipe_are_told_apart, lines),
	        TEST(a_line_that_comes_in_pieces_is_one_line),
	        TEST(escapes_are_printable_and_unambiguous),
	};

	return suite_run("event", tests, COUNT(tests));
}
