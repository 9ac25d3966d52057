/* SPDX-License-Identifier: BSD-2-Clause */
/* print_format: what formats there are among read-only data, and what a line says by them. */
#include <string.h>

#include "agent/truth/print_format.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

static const char data[] =
        "\x01\x02\x03pid=%d comm=%s\0no conversion\0 100%% \0new program %s, ppid=%d\n\0bad %q\0cut %d";

START_TEST(formats_are_found_among_other_data)
{
	struct print_formats f = {0};

	/* the last text does not end within the data */
	print_formats_find(&f, data, sizeof(data) - 1);
	ck_assert_uint_eq(f.count, 2);
	ck_assert_str_eq(f.at[0].text, "pid=%d comm=%s");
	ck_assert_str_eq(f.at[1].text, "new program %s, ppid=%d\n");
	ck_assert(f.unnamed);
	print_formats_free(&f);
}
END_TEST

static const struct {
	const char *format, *line;
	const char *values; /* "name=value|" for each; NULL: the format does not explain the line */
} lines[] = {
        {"pid=%d comm=%s", "pid=12 comm=a b", "pid=12|comm=a b|"},
        {"pid=%d comm=%s", "pid=x comm=a", NULL},
        {"pid=%d comm=%s", "pid=12 name=a", NULL},
        {"pid=%d", "pid=12 and more", NULL},
        {"new program %s, ppid=%d", "new program cm-exec, ppid=7", "%1=cm-exec|ppid=7|"},
        /* a name may hold whatever the format has too */
        {"new program %s, ppid=%d", "new program a, ppid=1, ppid=7", "%1=a, ppid=1|ppid=7|"},
        {"PID: %u  Comm : %s\n", "PID: 3  Comm : x", "pid=3|comm=x|"},
        {"%s(%d)", "cm) R 1 2 (x(41)", "%1=cm) R 1 2 (x|%2=41|"},
        {"at 0x%llx of %-16s!", "at 0xffab of exe              !", "%1=ffab|%2=exe|"},
        {"%d%% of %5lu", "7% of    12", "%1=7|%2=12|"},
        {"ret=%d", "ret=-22", "ret=-22|"},
        {"ip %pI4 port %hu", "ip 127.0.0.1 port 80", "%1=127.0.0.1|%2=80|"},
        {"a.b=%d 2=%d", "a.b=1 2=3", "a.b=1|%2=3|"},
        {"%s", "", "%1=|"},
};

START_TEST(a_line_is_read_by_its_format)
{
	struct print_formats f = {0};
	cleanup_event struct event e;
	cleanup_buf struct buf said = {0};
	const char *by;

	print_formats_find(&f, lines[_i].format, strlen(lines[_i].format) + 1);
	by = print_formats_decode(&f, lines[_i].line, strlen(lines[_i].line), &e);
	ck_assert_int_eq(by != NULL, lines[_i].values != NULL);
	for (size_t i = 0; i < e.count; i++)
		buf_printf(&said, "%s=%s|", e.values[i].name, e.values[i].text);
	ck_assert_str_eq(buf_str(&said), lines[_i].values ? lines[_i].values : "");
	print_formats_free(&f);
}
END_TEST

static const struct {
	const char *format, *ini, *line, *values;
	bool unnamed;
} named[] = {
        {"%s (%d), child of %d\n", "{comm} ({pid}), child of {ppid}", "cm) R 1 2 (x (77), child of 7",
         "comm=cm) R 1 2 (x|pid=77|ppid=7|", false},
        {"%d%% of %s", "{pid}% of {}", "7% of a", "pid=7|%2=a|", true},
        {"id: %d %s", "id: {tid} {comm}", "id: 3 x", "tid=3|comm=x|", false},
        {"%s, parent: %d", "{comm}, parent: {}", "x, parent: 3", "comm=x|parent=3|", true},
        /* another format's line */
        {"%d", "made %by {comm}", "made %by hand", "comm=hand|", true},
        {"%d", "{ {pid}", "{ 4", "pid=4|", true},
};

START_TEST(an_ini_names_the_values_of_a_line)
{
	struct print_formats f = {0};
	cleanup_event struct event e;
	cleanup_buf struct buf said = {0};

	print_formats_find(&f, named[_i].format, strlen(named[_i].format) + 1);
	print_formats_name(&f, named[_i].ini);
	ck_assert_ptr_nonnull(print_formats_decode(&f, named[_i].line, strlen(named[_i].line), &e));
	for (size_t i = 0; i < e.count; i++)
		buf_printf(&said, "%s=%s|", e.values[i].name, e.values[i].text);
	ck_assert_str_eq(buf_str(&said), named[_i].values);
	ck_assert_int_eq(f.unnamed, named[_i].unnamed);
	print_formats_free(&f);
}
END_TEST

START_TEST(numbers_are_numbers)
{
	static const char format[] = "a=%d b=%s c=%d";
	struct print_formats f = {0};
	cleanup_event struct event e;

	print_formats_find(&f, format, sizeof(format));
	ck_assert_ptr_nonnull(print_formats_decode(&f, "a=-1 b=x c=9", 12, &e));
	ck_assert(f.unnamed); /* these names tell nothing */
	ck_assert(e.values[0].has_integer && e.values[0].is_signed && e.values[0].integer == UINT64_MAX);
	ck_assert(!e.values[1].has_integer);
	ck_assert(e.values[2].has_integer && e.values[2].integer == 9);
	ck_assert(e.values[2].printed);
	print_formats_free(&f);
}
END_TEST

START_TEST(names_that_tell_what_a_value_is)
{
	struct print_formats known = {0}, unknown = {0};

	print_formats_find(&known, "pid=%d comm: %s, dport=%d", sizeof("pid=%d comm: %s, dport=%d"));
	ck_assert(!known.unnamed);
	print_formats_find(&unknown, "Process ID: %d", sizeof("Process ID: %d"));
	ck_assert(unknown.unnamed);
	ck_assert(!print_format_names("%1"));
	print_formats_free(&known);
	print_formats_free(&unknown);
}
END_TEST

/* Each may take any part of the line: an object must not keep the agent busy for ever. */
START_TEST(a_format_of_many_texts_comes_to_an_end)
{
	cleanup_buf struct buf format = {0}, line = {0};
	struct print_formats f = {0};
	cleanup_event struct event e;

	for (int i = 0; i < 30; i++)
		buf_puts(&format, "%s%s");
	buf_puts(&format, "b");
	for (int i = 0; i < 1000; i++)
		buf_putc(&line, 'a');
	print_formats_find(&f, format.data, format.len + 1);
	ck_assert_ptr_null(print_formats_decode(&f, line.data, line.len, &e));
	print_formats_free(&f);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(formats_are_found_among_other_data),       EACH(a_line_is_read_by_its_format, lines),
	        EACH(an_ini_names_the_values_of_a_line, named), TEST(numbers_are_numbers),
	        TEST(names_that_tell_what_a_value_is),          TEST(a_format_of_many_texts_comes_to_an_end),
	};

	return suite_run("print_format", tests, COUNT(tests));
}
