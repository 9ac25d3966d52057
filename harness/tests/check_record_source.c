/* SPDX-License-Identifier: BSD-2-Clause */
/* record_source, btf_ext: the line that a relocation comes from is the one that names its field; damage is not known.
 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/strings.h"
#include "host/predict/record_source.h"
#include "relo/btf_ext.h"
#include "relo/core_relo.h"
#include "tests/suite.h"

#define OBJECT "build/tests/relo/local.o"
#define SOURCE "harness/tests/relo/local.c"

static struct buf object;
static struct elf_view view;
static struct core_relo_list list;

static void object_open(void)
{
	if (io_read_file(OBJECT, 1 << 20, &object, NULL) || elf_view_open(object.data, object.len, &view, NULL) ||
	    core_relo_list_read(object.data, object.len, &list, NULL))
		fprintf(stderr, "%s: cannot be read\n", OBJECT);
}

static void object_close(void)
{
	core_relo_list_free(&list);
	elf_view_free(&view);
	buf_free(&object);
}

static char *source_of(size_t record)
{
	return record_source(&view, list.btf, list.facts[record].section, list.records[record].section_insn);
}

static const struct elf_view_section *ext(void)
{
	return elf_view_find(&view, ".BTF.ext");
}

/* ---- the right line ---- */

/* The text of the line, from 1, and of the one after it: the compiler may move a constant to where the statement before
 * is. */
static char *line_text(const char *text, unsigned number)
{
	const char *end;

	for (; number > 1; number--) {
		text = strchr(text, '\n');
		ck_assert_ptr_nonnull(text);
		text++;
	}
	end = strchr(text, '\n');
	ck_assert_ptr_nonnull(end);
	return xstrndup(text, (size_t)(end - text) + 1 + strcspn(end + 1, "\n"));
}

/* "struct probe.many[2].first" is written with its last member, whatever comes before. */
static const char *last_member(const char *spec)
{
	const char *dot = strrchr(spec, '.');

	return dot ? dot + 1 : NULL;
}

START_TEST(the_line_names_the_field)
{
	cleanup_buf struct buf source = {0};
	size_t fields = 0;

	ck_assert_uint_gt(list.count, 20);
	ck_assert(!io_read_file(SOURCE, 1 << 20, &source, NULL));
	for (size_t i = 0; i < list.count; i++) {
		cleanup_free char *where = source_of(i), *head = NULL, *text = NULL;
		const char *member = last_member(list.facts[i].spec), *colon = strrchr(where, ':');
		cleanup_free char *name = member ? xstrndup(member, strcspn(member, "[")) : NULL;

		ck_assert_msg(colon && strstr(where, "tests/relo/"), "%s: \"%s\"", list.facts[i].spec, where);
		/* what the compiler moved to a function's start is its head's */
		head = record_source(&view, list.btf, list.facts[i].section,
		                     list.records[i].section_insn - list.facts[i].insn);
		if (!name || !strstr(where, SOURCE) || !strcmp(head, where))
			continue;
		text = line_text(buf_str(&source), (unsigned)strtoul(colon + 1, NULL, 10));
		ck_assert_msg(strstr(text, name) != NULL, "%s is said to come from line %s: %s", list.facts[i].spec,
		              where, text);
		fields++;
	}
	ck_assert_uint_gt(fields, 10);
}
END_TEST

START_TEST(lines_are_of_their_own_section)
{
	cleanup_free char *none = record_source(&view, list.btf, "raw_tp/nobody", 0);

	ck_assert_str_eq(none, "");
}
END_TEST

/* ---- damage ---- */

/* A word of 32 bits in the section: of its header, or from the start of the line info on. */
static const struct {
	bool in_lines;
	size_t offset;
	uint32_t value;
} damages[] = {
        {false, 0, 0x12345678},  /* the magic */
        {false, 4, 7},           /* a header that is too short, */
        {false, 4, 0x7fffffff},  /* that is longer than the section, */
        {false, 4, 8},           /* that is older than line info */
        {false, 16, 0x7fffffff}, /* where it starts */
        {false, 20, 0x7fffffff}, /* its length */
        {false, 20, 3},          /* too short for the size of a record */
        {true, 0, 4},            /* records that are too short, */
        {true, 0, 0xffffffff},   /* or too long */
        {true, 4, 0xffffff00},   /* the section's name is nowhere */
        {true, 8, 0x7fffffff},   /* more records than there is room */
};

START_TEST(damage_is_not_known)
{
	uint8_t *bytes = (uint8_t *)(uintptr_t)ext()->data;
	uint32_t header, lines;
	cleanup_free char *where = NULL, *before = source_of(0);

	ck_assert_str_ne(before, "");
	memcpy(&header, bytes + 4, 4);
	memcpy(&lines, bytes + 16, 4);
	memcpy(bytes + (damages[_i].in_lines ? header + lines : 0) + damages[_i].offset, &damages[_i].value, 4);
	where = source_of(0);
	ck_assert_str_eq(where, "");
}
END_TEST

/* Whatever single byte is changed, nothing outside of the object is read, and what comes out is a text. */
START_TEST(no_change_of_a_byte_does_harm)
{
	uint8_t *bytes = (uint8_t *)(uintptr_t)ext()->data;

	for (size_t at = 0; at < ext()->size; at++) {
		uint8_t kept = bytes[at];

		for (int value = 0; value < 256; value += 51) {
			bytes[at] = (uint8_t)value;
			free(source_of(at % list.count));
		}
		bytes[at] = kept;
	}
}
END_TEST

START_TEST(a_part_that_is_missing_is_empty)
{
	uint8_t bytes[32] = {0x9f, 0xeb, 1, 0, 24};
	const struct elf_view_section old = {.data = bytes, .size = sizeof(bytes)};
	struct btf_ext_cursor area = {bytes, 1};

	/* of the time before relocations */
	ck_assert_int_eq(btf_ext_open(&old, BTF_EXT_RELOCATIONS, &area, NULL), 0);
	ck_assert_uint_eq(area.left, 0);
	ck_assert_int_eq(btf_ext_open(&old, BTF_EXT_LINES, &area, NULL), 0);
	ck_assert_ptr_eq(area.at, bytes + 24);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("source", .open = object_open, .close = object_close),
	        TEST(the_line_names_the_field),
	        TEST(lines_are_of_their_own_section),
	        EACH(damage_is_not_known, damages),
	        TEST(no_change_of_a_byte_does_harm),
	        TEST(a_part_that_is_missing_is_empty),
	};

	return suite_run("record_source", tests, COUNT(tests));
}
