/* SPDX-License-Identifier: BSD-2-Clause */
/* self_check: what an object says a field has to be is held against the field, and nothing else is. */
#include <stdlib.h>

#include "agent/truth/event.h"
#include "agent/truth/self_check.h"
#include "tests/suite.h"

/* The list is compare's, which this test does without. */
static struct fact_list facts;

struct truth_fact *fact_list_add(struct fact_list *list, const char *workload, const char *field)
{
	struct truth_fact *f;

	list->facts = xrealloc(list->facts, list->count + 1, sizeof(*list->facts));
	f = &list->facts[list->count++];
	*f = (struct truth_fact){.workload = xstrdup(workload), .field = xstrdup(field)};
	return f;
}

static void facts_clear(void)
{
	while (facts.count)
		truth_fact_free(&facts.facts[--facts.count]);
	free(facts.facts);
	facts = (struct fact_list){0};
}

static const struct {
	const char *event;
	size_t count, wrong;
	const char *field, *expected, *observed;
} events[] = {
        {"bits=4 bits_expected=4", 1, 0, "bits", "4", "4"},
        {"bits=64 bits_expected=4", 1, 1, "bits", "4", "64"},
        {"bits_expected=4 bits=5", 1, 1, "bits", "4", "5"},
        {"name=abc name_expected=abc", 1, 0, "name", "abc", "abc"},
        {"name=abc name_expected=abd", 1, 1, "name", "abd", "abc"},
        {"name=abc name_expected=ab", 1, 1, "name", "ab", "abc"},
        {"a=1 b=2 a_expected=1 b_expected=3", 2, 1, "a", "1", "1"},
        {"bits=4 other_expected=4", 0, 0, NULL, NULL, NULL},
        {"bits=4 name_expected=x", 0, 0, NULL, NULL, NULL},
        {"_expected=4 bits=4", 0, 0, NULL, NULL, NULL},
        {"bits=4", 0, 0, NULL, NULL, NULL},
};

START_TEST(pairs_are_compared)
{
	cleanup_event struct event e;

	event_decode_pairs(events[_i].event, strlen(events[_i].event), &e);
	ck_assert_uint_eq(self_check_event(&e, "exec", &facts), events[_i].wrong);
	ck_assert_uint_eq(facts.count, events[_i].count);
	for (size_t i = 0; i < facts.count && i < 1; i++) {
		ck_assert_str_eq(facts.facts[i].workload, "exec");
		ck_assert_str_eq(facts.facts[i].field, events[_i].field);
		ck_assert_str_eq(facts.facts[i].expected, events[_i].expected);
		ck_assert_str_eq(facts.facts[i].observed, events[_i].observed);
		ck_assert_int_eq(facts.facts[i].ok, !*facts.facts[i].hint);
	}
	facts_clear();
}
END_TEST

START_TEST(a_cut_event_is_no_match)
{
	struct event_value values[] = {
	        {.name = "x", .kind = EVENT_INTEGER, .missing = true},
	        {.name = "x_expected", .kind = EVENT_INTEGER, .missing = true},
	};
	struct event e = {.values = values, .count = 2};

	ck_assert_uint_eq(self_check_event(&e, "exec", &facts), 1);
	ck_assert(!facts.facts[0].ok);
	facts_clear();
}
END_TEST

START_TEST(fields_of_a_pair_are_known)
{
	struct event_field fields[] = {
	        {.path = "x", .kind = EVENT_INTEGER},
	        {.path = "x_expected", .kind = EVENT_INTEGER},
	        {.path = "y", .kind = EVENT_TEXT},
	        {.path = "y_expected", .kind = EVENT_INTEGER},
	        {.path = "z", .kind = EVENT_OPAQUE},
	        {.path = "z_expected", .kind = EVENT_OPAQUE},
	        {.path = "lonely_expected", .kind = EVENT_TEXT},
	};
	struct event_layout layout = {.fields = fields, .count = 7};

	for (size_t i = 0; i < layout.count; i++)
		ck_assert_int_eq(self_check_field(&layout, i), i < 2);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(pairs_are_compared, events),
	        TEST(a_cut_event_is_no_match),
	        TEST(fields_of_a_pair_are_known),
	};

	return suite_run("self_check", tests, COUNT(tests));
}
