/* SPDX-License-Identifier: BSD-2-Clause */
/* host_speed: how many guests go side by side, and deadlines that are only ever longer than the reference's. */
#include <stdlib.h>

#include "host/vm/host_speed.h"
#include "tests/suite.h"

static const struct {
	unsigned processors, memory_mb;
	unsigned long available_mb;
	unsigned jobs;
} hosts[] = {
        {1, 256, 0, 2},     {2, 256, 0, 3},        {3, 256, 0, 5},           {4, 256, 0, 6},   {0, 256, 0, 1},
        {2, 256, 24000, 3}, {2, 256, 3 * 352, 3},  {2, 256, 3 * 352 - 1, 2}, {2, 256, 352, 1}, {2, 256, 351, 1},
        {2, 256, 1, 1},     {64, 256, 8 * 352, 8}, {64, 4000, 16384, 4},
};

START_TEST(guests_side_by_side_fit)
{
	ck_assert_uint_eq(host_speed_jobs(hosts[_i].processors, hosts[_i].memory_mb, hosts[_i].available_mb),
	                  hosts[_i].jobs);
}
END_TEST

START_TEST(this_host_has_processors_and_memory)
{
	ck_assert_uint_ge(host_speed_processors(), 1);
	ck_assert_uint_gt(host_speed_available_mb(), 0);
}
END_TEST

/* However fast the host, and whatever it measured. */
START_TEST(deadlines_are_never_shorter)
{
	struct vm_deadlines least = vm_deadlines_default();

	for (unsigned jobs = 1; jobs <= 64; jobs *= 4) {
		struct vm_deadlines d = host_speed_deadlines(jobs, 2);

		ck_assert_int_ge(d.boot_ms, least.boot_ms);
		ck_assert_int_ge(d.ready_ms, least.ready_ms);
		ck_assert_int_ge(d.cell_ms, least.cell_ms);
		ck_assert_int_ge(d.end_ms, least.end_ms);
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(guests_side_by_side_fit, hosts),
	        TEST(this_host_has_processors_and_memory),
	        TEST(deadlines_are_never_shorter),
	};

	return suite_run("host_speed", tests, COUNT(tests));
}
