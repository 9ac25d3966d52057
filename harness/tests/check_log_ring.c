/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_ring: the end of a log that is longer than its memory; source_line: the instruction that a log names last.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/load/log_ring.h"
#include "agent/load/source_line.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

#define SUMS "processed 9 insns (limit 1000000)\n"

/* As the kernel writes: each piece with its NUL, which the next one overwrites. */
static size_t write_piece(const struct log_ring *ring, size_t at, const char *text)
{
	memcpy(ring->at + at, text, strlen(text) + 1);
	return at + strlen(text);
}

START_TEST(a_short_log_is_whole)
{
	struct log_ring ring = log_ring_open(1);
	cleanup_free char *text = NULL, *tail = NULL, *none = NULL;

	none = log_ring_text(ring.at, 1000);
	ck_assert_str_eq(none, "");
	write_piece(&ring, write_piece(&ring, 0, "0: (b7) r0 = 0\n"), SUMS);
	text = log_ring_text(ring.at, 1000);
	ck_assert_str_eq(text, "0: (b7) r0 = 0\n" SUMS);
	/* of what does not fit, the last whole lines */
	tail = log_ring_text(ring.at, strlen(SUMS) + 5);
	ck_assert_str_eq(tail, SUMS);
	log_ring_close(&ring);
}
END_TEST

START_TEST(of_a_long_log_its_end_is_kept)
{
	struct log_ring ring = log_ring_open(5 * LOG_RING_BYTES);
	cleanup_free char *text = NULL;
	size_t at = 0;
	char line[64];

	ck_assert_uint_eq(ring.size, 6 * LOG_RING_BYTES);
	for (unsigned i = 0; at < 4 * LOG_RING_BYTES + 100; i++) {
		snprintf(line, sizeof(line), "%u: (07) r1 += 1\n", i);
		at = write_piece(&ring, at, line);
	}
	write_piece(&ring, at, SUMS);
	text = log_ring_text(ring.at, 3 * strlen(line));
	ck_assert(strlen(text) > strlen(line) + strlen(SUMS) - 4);
	ck_assert(strstr(text, line) && !strcmp(text + strlen(text) - strlen(SUMS), SUMS));
	ck_assert(strtoul(text, NULL, 10) > 100000);
	log_ring_close(&ring);
}
END_TEST

/* At level 1 the kernel takes back the log of each path that went well. */
START_TEST(an_end_that_was_taken_back_does_not_count)
{
	struct log_ring ring = log_ring_open(1);
	cleanup_free char *text = NULL;
	size_t fork = write_piece(&ring, 0, "0: (b7) r0 = 0\n");

	write_piece(&ring, fork, "1: (07) r1 += 1\n2: (07) r1 += 1\n3: (95) exit\n");
	write_piece(&ring, write_piece(&ring, fork, "4: (95) exit\n"), SUMS);
	text = log_ring_text(ring.at, 1000);
	ck_assert_str_eq(text, "0: (b7) r0 = 0\n4: (95) exit\n" SUMS);
	log_ring_close(&ring);
}
END_TEST

START_TEST(the_largest_log_is_one_that_kernels_take)
{
	struct log_ring ring = log_ring_open(UINT64_MAX);

	ck_assert_ptr_nonnull(ring.at);
	ck_assert_uint_le(ring.size, UINT32_MAX >> 2);
	log_ring_close(&ring);
	ck_assert_ptr_null(ring.at);
}
END_TEST

static const struct {
	const char *log;
	int64_t insn;
} last_cases[] = {
        {"", -1},
        {"processed 9 insns (limit 1000000)\n", -1},
        {"0: R1=ctx() R10=fp0\n", -1},
        {"0: (b7) r0 = 0\n; return 0;\n1: (95) exit\nR0 !read_ok\nprocessed 2 insns\n", 1},
        /* a state, and a path that begins */
        {"12: (85) call bpf_map_lookup_elem#1\nfrom 13 to 20: R0=0\n14: R0=0\n", 12},
        {"4294967296: (b7) r0 = 0\n", -1},
        {"7: (b7) r0 = 0", 7},
};

START_TEST(the_last_instruction_of_a_log_is_found)
{
	ck_assert_int_eq(source_line_last_insn(last_cases[_i].log), last_cases[_i].insn);
}
END_TEST

START_TEST(without_line_info_the_instruction_is_named)
{
	cleanup_free char *words = source_line_words(NULL, 9);

	ck_assert_str_eq(words, "instruction 9");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(a_short_log_is_whole),
	        TEST(of_a_long_log_its_end_is_kept),
	        TEST(an_end_that_was_taken_back_does_not_count),
	        TEST(the_largest_log_is_one_that_kernels_take),
	        EACH(the_last_instruction_of_a_log_is_found, last_cases),
	        TEST(without_line_info_the_instruction_is_named),
	};

	return suite_run("log_ring", tests, COUNT(tests));
}
