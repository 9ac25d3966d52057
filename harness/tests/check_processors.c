/* SPDX-License-Identifier: BSD-2-Clause */
/* processors: who waits is told from who computes. */
#include "agent/loader/processors.h"
#include "tests/suite.h"

static const struct rest_case {
	struct processors before, after;
	bool rested;
} cases[] = {
        {{100, 200}, {200, 300}, true},
        {{100, 200}, {190, 300}, true},
        {{100, 200}, {189, 300}, false},
        {{100, 200}, {100, 300}, false},
        /* no time has passed, or nobody tells */
        {{100, 200}, {100, 200}, false},
        {{0, 0}, {0, 0}, false},
};

START_TEST(who_computes_does_not_rest)
{
	const struct rest_case *c = &cases[_i];

	ck_assert_int_eq(processors_rested(&c->before, &c->after), c->rested);
}
END_TEST

START_TEST(the_kernel_tells)
{
	struct processors p = processors_read();

	ck_assert_uint_gt(p.all, 0);
	ck_assert_uint_le(p.idle, p.all);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(who_computes_does_not_rest, cases),
	        TEST(the_kernel_tells),
	};

	return suite_run("processors", tests, COUNT(tests));
}
