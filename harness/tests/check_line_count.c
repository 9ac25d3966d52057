/* SPDX-License-Identifier: BSD-2-Clause */
/* line_count: what the verifier's log of level 2 shows, counted; log_stream: such a log as it is written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/load/line_count.h"
#include "agent/load/log_stream.h"
#include "tests/suite.h"

static const char text[] = "func#0 @0\n"
                           "0: R1=ctx() R10=fp0\n"
                           "; for (int i = 0; i < 3; i++) @ tool.bpf.c:9\n"
                           "0: (b7) r1 = 3                        ; R1_w=3\n"
                           "1: (07) r1 += -1                      ; R1_w=2\n"
                           "2: (55) if r1 != 0x0 goto pc-2\n"
                           "1: (07) r1 += -1\n"
                           "from 2 to 1: R1_w=1 R10=fp0\n"
                           "1: R1_w=1\n"
                           "1: (07) r1 += -1\n"
                           "9: (95) exit\n"
                           "processed 6 insns (limit 1000000)\n";

static void lines_are(const struct line_count *c, const char *wanted)
{
	uint32_t count;
	struct line_fact *lines = line_count_top(c, NULL, &count);
	char got[200] = "";

	for (uint32_t i = 0; i < count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s %llu, ", lines[i].place,
		         (unsigned long long)lines[i].insns);
	ck_assert_str_eq(got, wanted);
	line_facts_free(lines, count);
}

/* Wherever the pieces are cut; instruction 9 is none of a program of 3. */
START_TEST(each_step_counts_once)
{
	struct line_count *c = line_count_new(3);

	for (size_t at = 0; at < strlen(text); at += (size_t)_i) {
		size_t left = strlen(text) - at;

		line_count_take(c, text + at, left < (size_t)_i ? left : (size_t)_i);
	}
	lines_are(c, "instruction 1 3, instruction 0 1, instruction 2 1, ");
	line_count_free(c);
}
END_TEST

START_TEST(only_the_first_lines_are_told)
{
	struct line_count *c = line_count_new(100);
	uint32_t count;
	struct line_fact *lines;

	for (int i = 0; i < 50; i++)
		for (int k = 0; k <= i; k++) {
			char line[32];

			snprintf(line, sizeof(line), "%d: (95) exit\n", i);
			line_count_take(c, line, strlen(line));
		}
	lines = line_count_top(c, NULL, &count);
	ck_assert_uint_eq(count, LINE_COUNT_TOP);
	ck_assert_str_eq(lines[0].place, "instruction 49");
	ck_assert_uint_eq(lines[0].insns, 50);
	line_facts_free(lines, count);
	line_count_free(c);
}
END_TEST

static void take(void *ctx, const char *bytes, size_t len)
{
	line_count_take(ctx, bytes, len);
}

/* 40 MB, of which only as much is there as was not read yet. Where the host keeps userfaultfd(2) for itself, the guests
 * alone show it. */
START_TEST(a_log_is_read_as_it_is_written)
{
	static const char step[] = "1: (07) r1 += -1                      ; R1_w=2\n";
	struct line_count *c = line_count_new(3);
	struct log_stream *s = log_stream_open(take, c);
	uint64_t lines = 0;
	size_t at = 0;

	if (s) {
		char *buffer = log_stream_buffer(s);

		for (; at < 40u << 20; lines++) {
			memcpy(buffer + at, step, sizeof(step));
			at += sizeof(step) - 1;
		}
		log_stream_close(s);
		{
			uint32_t count;
			struct line_fact *told = line_count_top(c, NULL, &count);

			ck_assert_uint_eq(count, 1);
			ck_assert_uint_eq(told[0].insns, lines);
			line_facts_free(told, count);
		}
	}
	line_count_free(c);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        RANGE(each_step_counts_once, 1, 40),
	        TEST(only_the_first_lines_are_told),
	        TEST(a_log_is_read_as_it_is_written),
	};

	return suite_run("line_count", tests, COUNT(tests));
}
