/* SPDX-License-Identifier: BSD-2-Clause */
/* larger: which cells are measured again in a larger guest, and in how large a one. */
#include <errno.h>
#include <string.h>

#include "host/run/larger.h"
#include "tests/suite.h"

static const struct {
	bool done;
	enum cell_phase phase;
	int err;
	const char *why; /* a part of it; NULL: it is not measured again */
} ends[] = {
        {true, PHASE_LOAD, ENOMEM, "memory was full"},
        {true, PHASE_RUN, ETIME, "still at work"},
        {false, PHASE_LOAD, ENOMEM, NULL},
        {true, PHASE_DONE, 0, NULL},
        {true, PHASE_LOAD, E2BIG, NULL},
        {true, PHASE_ATTACH, ENOMEM, NULL},
        {true, PHASE_RUN, EIO, NULL},
        {true, PHASE_RUN, ENOMEM, NULL},
};

START_TEST(what_a_guest_was_too_small_for_is_known_by_its_end)
{
	struct session_cell cell = {.done = ends[_i].done};
	const char *why;

	cell.end.cell_end = (struct cell_end_fact){.phase = (uint8_t)ends[_i].phase, .err = ends[_i].err};
	why = larger_why(&cell);
	ck_assert_int_eq(why != NULL, ends[_i].why != NULL);
	if (why)
		ck_assert_msg(strstr(why, ends[_i].why) != NULL, "%s", why);
}
END_TEST

static const struct {
	const char *reason;
	bool again;
} losses[] = {
        {"Kernel panic - not syncing: System is deadlocked on memory", true},
        {"Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled", true},
        {"Kernel panic - not syncing: Fatal exception", false},
        {"an object did not end within 240 s", false},
        {"interrupted", false},
};

START_TEST(a_kernel_that_gave_up_for_memory_is_tried_larger)
{
	ck_assert_int_eq(larger_why_lost(losses[_i].reason) != NULL, losses[_i].again);
}
END_TEST

static const struct {
	unsigned memory_mb;
	unsigned long available_mb;
	unsigned larger_mb;
} sizes[] = {
        {256, 0, 1024},   {256, 24000, 1024}, {512, 24000, 2048}, {64, 24000, 1024},
        {256, 1200, 600}, {256, 512, 256},    {512, 300, 512},
};

START_TEST(a_larger_guest_leaves_the_host_its_memory)
{
	ck_assert_uint_eq(larger_memory(sizes[_i].memory_mb, sizes[_i].available_mb), sizes[_i].larger_mb);
}
END_TEST

/* The largest object by itself is for a guest as it is; bpftrace with LLVM's library is not. */
START_TEST(what_an_object_needs_grows_with_it)
{
	ck_assert_uint_eq(larger_needed(1000), 64);
	ck_assert_uint_eq(larger_needed(64u << 20), 256);
	ck_assert_uint_eq(larger_needed(237u << 20), 775);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(what_a_guest_was_too_small_for_is_known_by_its_end, ends),
	        EACH(a_kernel_that_gave_up_for_memory_is_tried_larger, losses),
	        EACH(a_larger_guest_leaves_the_host_its_memory, sizes),
	        TEST(what_an_object_needs_grows_with_it),
	};

	return suite_run("larger", tests, COUNT(tests));
}
