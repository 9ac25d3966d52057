/* SPDX-License-Identifier: BSD-2-Clause */
/* share: which objects the next guest takes, and when a run is expected to end. */
#include <stdio.h>
#include <string.h>

#include "host/run/share.h"
#include "tests/suite.h"

enum { OBJECTS = 4 };

static const size_t all[OBJECTS] = {0, 1, 2, 3};

static const struct {
	const char *name;
	double kernel_ms, object_ms[OBJECTS];
	unsigned guests;
	double others_ms, start_ms; /* others: work on other kernels that waits, too */
	const char *taken;
} takes[] = {
        {"one guest takes all", 8000, {1, 1, 1, 1}, 1, 0, 100, "1111"},
        {"two share", 8000, {1, 1, 1, 1}, 2, 0, 100, "1100"},
        {"four share", 8000, {1, 1, 1, 1}, 4, 0, 100, "1000"},
        {"while others wait it is all of it", 8000, {1, 1, 1, 1}, 2, 8000, 100, "1111"},
        {"a part of it, when others wait that are less", 8000, {1, 1, 1, 1}, 2, 4000, 100, "1110"},
        {"the longest first", 8000, {1, 1, 5, 1}, 2, 0, 100, "0010"},
        {"nobody knows one: it is taken for a mean one", 8000, {1, -1, 1, 1}, 2, 0, 100, "1100"},
        {"nobody knows any", -1, {-1, -1, -1, -1}, 2, 0, 1, "1100"},
        {"too little for a guest of its own", 8000, {1, 1, 1, 1}, 2, 0, 1001, "1111"},
        {"just enough", 8000, {1, 1, 1, 1}, 2, 0, 1000, "1100"},
        {"never less than is worth a guest", 8000, {1, 1, 1, 1}, 64, 0, 1000, "1100"},
        {"and never nothing", 8000, {1, 0.001, 0.001, 0.001}, 64, 0, 10, "1000"},
};

START_TEST(a_guest_takes_its_share)
{
	bool taken[OBJECTS];
	char got[OBJECTS + 1] = "";
	struct share_costs c;
	size_t count, marked = 0;

	share_costs_make(&c, &takes[_i].kernel_ms, 1, takes[_i].object_ms, OBJECTS);
	count = share_take(&c, 0, all, OBJECTS, takes[_i].guests, share_cost(&c, 0, all, OBJECTS) + takes[_i].others_ms,
	                   takes[_i].start_ms, taken);
	for (size_t i = 0; i < OBJECTS; i++) {
		got[i] = taken[i] ? '1' : '0';
		marked += taken[i];
	}
	ck_assert_msg(!strcmp(got, takes[_i].taken), "%s: %s", takes[_i].name, got);
	ck_assert_uint_eq(count, marked);
	share_costs_free(&c);
}
END_TEST

static const struct {
	size_t bytes[OBJECTS], limit;
	const char *taken;
} fits[] = {
        {{1, 1, 1, 1}, 4, "1111"}, {{1, 1, 1, 1}, 3, "1110"},
        {{3, 4, 1, 1}, 5, "1011"}, /* a later one fills what is left */
        {{9, 1, 1, 1}, 5, "1000"}, /* one that no guest has room for is tried alone */
        {{1, 9, 1, 1}, 5, "1011"}, {{0, 0, 0, 0}, 0, "1111"},
};

START_TEST(a_guest_takes_what_it_has_room_for)
{
	bool taken[OBJECTS];
	char got[OBJECTS + 1] = "";
	size_t count = share_fit(fits[_i].bytes, OBJECTS, fits[_i].limit, taken), marked = 0;

	for (size_t i = 0; i < OBJECTS; i++) {
		got[i] = taken[i] ? '1' : '0';
		marked += taken[i];
	}
	ck_assert_str_eq(got, fits[_i].taken);
	ck_assert_uint_eq(count, marked);
}
END_TEST

static const struct {
	double kernel_ms[3];
	size_t kernels;
	unsigned guests;
	const char *end;
} ends[] = {
        {{8000}, 1, 1, "8300"},
        {{8000}, 1, 2, "4600"},
        {{8000, 8000}, 2, 2, "8900"},
        {{8000, 8000, 8000}, 3, 1, "24900"},
        {{8000, 8000, 8000}, 3, 2, "12900"},
        {{8000, 8000, 8000}, 3, 3, "9200"},
        {{8000, 8000, 8000}, 3, 12, "2300"},
        {{8000, 8000, 8000}, 3, 64, "2300"},
};

START_TEST(the_end_is_told_ahead)
{
	const double equal[OBJECTS] = {1, 1, 1, 1};
	struct share_costs c;
	char text[32];

	share_costs_make(&c, ends[_i].kernel_ms, ends[_i].kernels, equal, OBJECTS);
	snprintf(text, sizeof(text), "%.0f", share_end(&c, all, ends[_i].kernels, ends[_i].guests));
	ck_assert_str_eq(text, ends[_i].end);
	share_costs_free(&c);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("share"),
	        EACH(a_guest_takes_its_share, takes),
	        EACH(a_guest_takes_what_it_has_room_for, fits),
	        EACH(the_end_is_told_ahead, ends),
	};

	return suite_run("share", tests, COUNT(tests));
}
