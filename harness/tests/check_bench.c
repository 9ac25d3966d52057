/* SPDX-License-Identifier: BSD-2-Clause */
/* What a benchmark's figures mean: medians, ratios, goals, comparison with an older one, bench.json. No VM, no time. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "host/bench/bench.h"
#include "host/bench/bench_json.h"
#include "host/bench/bench_table.h"
#include "tests/suite.h"

static void set(char **slot, const char *text)
{
	free(*slot);
	*slot = xstrdup(text);
}

static struct bench_kernel *add_kernel(struct bench *b, const char *id)
{
	struct bench_kernel *k = bench_add_kernel(b);

	set(&k->id, id);
	set(&k->release, "6.1.0-test");
	return k;
}

static void add(struct bench_kernel *k, unsigned round, enum bench_role role, double total_ms, double cells_ms)
{
	struct bench_sample *s = bench_add_sample(k);

	s->round = round;
	s->role = role;
	s->total_ms = total_ms;
	s->cells_ms = cells_ms;
	s->rss_mb = 200;
}

static void add_lost(struct bench_kernel *k, unsigned round, enum bench_role role, const char *reason)
{
	add(k, round, role, 99999, 0);
	set(&k->samples[k->sample_count - 1].reason, reason);
}

/* One kernel with one round; `scale` is what our own runs take of the ordinary time. */
static struct bench *one_round(double scale)
{
	struct bench *b = bench_new();
	struct bench_kernel *k = add_kernel(b, "6.1-cloud");

	b->rounds = 1;
	k->guest_mb = 71.5;
	add(k, 1, BENCH_FLOOR, 1000, 0);
	add(k, 1, BENCH_COLD, 1500 * scale, 500 * scale);
	add(k, 1, BENCH_PEER, 3000, 600);
	add(k, 1, BENCH_WARM, 450, 300);
	return b;
}

static const struct {
	double values[5];
	size_t count;
	double median;
} median_cases[] = {
        {{7}, 1, 7}, {{3, 1}, 2, 2}, {{9, 1, 5}, 3, 5}, {{4, 100, 2, 3}, 4, 3.5}, {{5, 5, 5, 1, 900}, 5, 5},
};

START_TEST(a_median_is_the_middle)
{
	double values[5];

	memcpy(values, median_cases[_i].values, sizeof(values));
	ck_assert_double_eq(bench_median(values, median_cases[_i].count), median_cases[_i].median);
}
END_TEST

START_TEST(ratios_are_made_of_what_they_say)
{
	struct bench *b = one_round(1);
	double value = -1;

	ck_assert(bench_kernel_ratio(&b->kernels[0], RATIO_OURS_FLOOR, &value));
	ck_assert_double_eq(value, 1.0); /* (1500 - 500) / 1000: the objects' own work is no overhead */
	ck_assert(bench_kernel_ratio(&b->kernels[0], RATIO_PEER_OURS, &value));
	ck_assert_double_eq(value, 2.0);
	ck_assert(bench_kernel_ratio(&b->kernels[0], RATIO_PEER_BOOT, &value));
	ck_assert_double_eq_tol(value, 2.4, 1e-9); /* (3000 - 600) / (1500 - 500) */
	ck_assert(bench_kernel_ratio(&b->kernels[0], RATIO_WARM_COLD, &value));
	ck_assert_double_eq(value, 0.3);
	ck_assert(bench_kernel_ratio(&b->kernels[0], RATIO_RESUME_BOOT, &value));
	ck_assert_double_eq_tol(value, 0.15, 1e-9); /* (450 - 300) / (1500 - 500) */
	ck_assert(!bench_kernel_ratio(&b->kernels[0], RATIO_VNG_OURS, &value));
	ck_assert_double_eq_tol(value, 0.15, 1e-9);
	bench_free(b);
}
END_TEST

/* A machine that gets ten times slower in the middle leaves the ratio alone. */
START_TEST(a_ratio_pairs_the_samples_of_a_round)
{
	struct bench *b = bench_new();
	struct bench_kernel *k = add_kernel(b, "a");
	double value = 0;

	add(k, 1, BENCH_COLD, 1000, 0);
	add(k, 1, BENCH_WARM, 300, 0);
	add(k, 2, BENCH_COLD, 10000, 0);
	add(k, 2, BENCH_WARM, 3000, 0);
	add(k, 3, BENCH_WARM, 100000, 0);
	add_lost(k, 3, BENCH_COLD, "hung");
	ck_assert(bench_kernel_ratio(k, RATIO_WARM_COLD, &value));
	ck_assert_double_eq_tol(value, 0.3, 1e-9);
	bench_free(b);
}
END_TEST

START_TEST(lost_samples_count_for_nothing_but_are_told)
{
	struct bench *b = bench_new();
	struct bench_kernel *k = add_kernel(b, "a");
	double value = -1;

	add_lost(k, 1, BENCH_FLOOR, "hung");
	add(k, 2, BENCH_FLOOR, 800, 0);
	add_lost(k, 1, BENCH_PEER, "no bzImage");
	add_lost(k, 1, BENCH_WARM, "first");
	add_lost(k, 2, BENCH_WARM, "second");
	ck_assert(bench_kernel_figure(k, BENCH_FLOOR, FIGURE_TOTAL_MS, &value));
	ck_assert_double_eq(value, 800);
	ck_assert(!bench_kernel_figure(k, BENCH_WARM, FIGURE_TOTAL_MS, &value));
	ck_assert_ptr_null(bench_kernel_reason(k, BENCH_FLOOR));
	ck_assert_ptr_null(bench_kernel_reason(k, BENCH_COLD));
	ck_assert_str_eq(bench_kernel_reason(k, BENCH_WARM), "second");
	/* The peer is a comparison, not a part of the product. */
	ck_assert_uint_eq(bench_missing(b), 3);
	bench_free(b);
}
END_TEST

START_TEST(figures_over_kernels_are_medians_of_medians)
{
	struct bench *b = bench_new();
	double value = 0;

	add(add_kernel(b, "a"), 1, BENCH_FLOOR, 100, 0);
	add(add_kernel(b, "b"), 1, BENCH_FLOOR, 300, 0);
	add_kernel(b, "nothing");
	ck_assert(bench_figure(b, BENCH_FLOOR, FIGURE_TOTAL_MS, &value));
	ck_assert_double_eq(value, 200);
	ck_assert(bench_figure(b, BENCH_FLOOR, FIGURE_RSS_MB, &value));
	ck_assert_double_eq(value, 200);
	ck_assert(!bench_ratio(b, RATIO_WARM_COLD, &value));
	bench_free(b);
}
END_TEST

/* Our own runs grow by `scale`: ours/floor grows, peer/ours shrinks, and warm/cold gets better by it. */
static const struct {
	double scale, tolerance;
	size_t worse;
	const char *says;
} compare_cases[] = {
        {1.0, 0.25, 0, "5 ratios compared: 0 worse"},
        {1.2, 0.25, 0, "0 worse by more than 25 %"},
        {1.3, 0.25, 3,
         "6.1-cloud: ours/floor was 1.00 and is 1.30\n6.1-cloud: peer/ours was 2.00 and is 1.54\n"
         "6.1-cloud: peer/boot was 2.40 and is 1.85\n"},
        {1.2, 0.10, 3, "3 worse by more than 10 %"},
        {0.7, 0.25, 2, "6.1-cloud: warm/cold was 0.30 and is 0.43\n6.1-cloud: resume/boot was 0.15 and is 0.21\n"},
        {0.9, 0.25, 0, "0 worse"},
};

START_TEST(worse_is_told_by_its_side_and_by_the_tolerance)
{
	struct bench *old = one_round(1), *now = one_round(compare_cases[_i].scale);
	struct buf out = {0};
	size_t compared = 0;

	ck_assert_uint_eq(bench_compare(old, now, compare_cases[_i].tolerance, &compared, &out),
	                  compare_cases[_i].worse);
	ck_assert_uint_eq(compared, 5);
	ck_assert_msg(strstr(buf_str(&out), compare_cases[_i].says), "%s", buf_str(&out));
	buf_free(&out);
	bench_free(old);
	bench_free(now);
}
END_TEST

START_TEST(only_kernels_of_both_are_compared)
{
	struct bench *old = one_round(1), *now = one_round(1);
	struct bench_kernel *k = add_kernel(now, "new");
	struct buf out = {0};
	size_t compared;

	add(k, 1, BENCH_FLOOR, 1, 0);
	add(k, 1, BENCH_COLD, 100, 0);
	ck_assert_uint_eq(bench_compare(old, now, 0.1, &compared, &out), 0);
	ck_assert_uint_eq(compared, 5);
	set(&now->kernels[0].id, "other");
	ck_assert_uint_eq(bench_compare(old, now, 0.1, &compared, &out), 0);
	ck_assert_uint_eq(compared, 0);
	buf_free(&out);
	bench_free(old);
	bench_free(now);
}
END_TEST

START_TEST(role_names_read_back)
{
	for (int i = 0; i < BENCH_ROLE_COUNT; i++)
		ck_assert_int_eq(bench_role_parse(bench_role_name((enum bench_role)i)), i);
	ck_assert_int_eq(bench_role_parse("hot"), -1);
	ck_assert_int_eq(bench_role_parse(""), -1);
}
END_TEST

START_TEST(json_comes_back_as_it_was)
{
	struct bench *b = one_round(1), *read;
	struct buf first = {0}, second = {0};
	struct error err = {0};

	set(&b->started, "2026-01-31T12:00:00Z");
	set(&b->qemu, "QEMU \"7\"");
	set(bench_add_object(b), "exec_identity");
	add_lost(&b->kernels[0], 2, BENCH_WARM, "a\nb");
	set(&add_kernel(b, "empty")->arch, "arm64");
	ck_assert_int_eq(bench_json_encode(b, &first, &err), 0);
	ck_assert_msg(strstr(buf_str(&first), "\"warm_to_cold\": 0.3"), "%s", buf_str(&first));
	ck_assert_msg(strstr(buf_str(&first), "\"vng_ms\": null"), "%s", buf_str(&first));
	ck_assert_msg(strstr(buf_str(&first), "\"guest_mb\": null"), "%s", buf_str(&first));
	ck_assert_int_eq(bench_json_decode(buf_str(&first), first.len, "x", &read, &err), 0);
	ck_assert_uint_eq(read->kernels[0].sample_count, 5);
	ck_assert_str_eq(read->kernels[0].samples[4].reason, "a\nb");
	ck_assert_double_eq(read->kernels[0].guest_mb, 71.5);
	ck_assert_str_eq(read->kernels[1].arch, "arm64");
	ck_assert_int_eq(bench_json_encode(read, &second, &err), 0);
	ck_assert_str_eq(buf_str(&second), buf_str(&first));
	buf_free(&first);
	buf_free(&second);
	bench_free(read);
	bench_free(b);
}
END_TEST

#define SCHEMA "\"schema\":\"" BENCH_JSON_SCHEMA "\""

static const struct {
	const char *text, *says;
} refused[] = {
        {"", "old.json:1:"},
        {"{", "is not JSON"},
        {"[]", "schema"},
        {"{\"schema\":\"corematrix/1\"}", "name a bench.json"},
        {"{" SCHEMA ",\"rounds\":-1}", "rounds"},
        {"{" SCHEMA ",\"kernels\":7}", "kernels"},
        {"{" SCHEMA ",\"kernels\":[{\"id\":\"a\",\"samples\":[{\"role\":\"hot\"}]}]}", "role"},
        {"{" SCHEMA ",\"kernels\":[{\"release\":\"a\"}]}", "id"},
};

START_TEST(a_file_that_is_no_benchmark_is_the_users_mistake)
{
	struct error err = {0};
	struct bench *b;

	ck_assert_int_lt(bench_json_decode(refused[_i].text, strlen(refused[_i].text), "old.json", &b, &err), 0);
	ck_assert_ptr_null(b);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, refused[_i].says) && strstr(err.text, "old.json"), "%s", err.text);
	error_clear(&err);
}
END_TEST

START_TEST(a_missing_file_is_the_users_mistake)
{
	struct error err = {0};
	struct bench *b;

	ck_assert_int_lt(bench_json_read("/nonexistent/bench.json", &b, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	error_clear(&err);
}
END_TEST

START_TEST(the_table_shows_figures_goals_and_what_is_missing)
{
	static const char *const wanted[] = {
	        "kernel          floor        ours     objects  ours/floor        peer   peer/ours   peer/boot        "
	        "warm",
	        "6.1-cloud        1.00        1.50        0.50        1.00        3.00        2.00        2.40        "
	        "0.45",
	        "        warm   warm/cold resume/boot",
	        "        0.45        0.30        0.15",
	        "goal ours/floor at most 1.15: met on 1 of 1 kernel\n",
	        "goal peer/ours at least 2.00: met on 1 of 1 kernel\n",
	        "other: peer not measured: no bzImage\n",
	};
	struct bench *b = one_round(1);
	char *text;

	add_lost(add_kernel(b, "other"), 1, BENCH_PEER, "no\nbzImage");
	text = bench_table(b);
	for (size_t i = 0; i < COUNT(wanted); i++)
		ck_assert_msg(strstr(text, wanted[i]), "no '%s' in:\n%s", wanted[i], text);
	ck_assert_ptr_null(strstr(text, "        vng"));
	free(text);
	bench_free(b);
}
END_TEST

START_TEST(architectures_have_medians_of_their_own)
{
	static const char *const wanted[] = {
	        "\nmedian amd64        1.00        1.50 ",
	        "\nmedian arm64        2.00        2.25 ",
	        "\narm64 to amd64: floor 2.00 ours 1.50 warm 1.20\n",
	};
	struct bench *b = one_round(1);
	struct bench_kernel *k;
	char *text;

	set(&b->kernels[0].arch, "amd64");
	text = bench_table(b);
	ck_assert_msg(!strstr(text, "median amd64") && !strstr(text, " to amd64"), "%s", text);
	free(text);

	for (unsigned i = 0; i < 2; i++) {
		k = add_kernel(b, i ? "6.12-arm64" : "6.1-arm64");
		set(&k->arch, "arm64");
		add(k, 1, BENCH_FLOOR, i ? 2500 : 1500, 0);
		add(k, 1, BENCH_COLD, i ? 2500 : 2000, 0);
		add(k, 1, BENCH_WARM, 540, 0);
	}
	text = bench_table(b);
	for (size_t i = 0; i < COUNT(wanted); i++)
		ck_assert_msg(strstr(text, wanted[i]), "no '%s' in:\n%s", wanted[i], text);
	ck_assert_msg(!strstr(text, "\nmedian  "), "%s", text);
	free(text);
	bench_free(b);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_median_is_the_middle, median_cases),
	        TEST(ratios_are_made_of_what_they_say),
	        TEST(a_ratio_pairs_the_samples_of_a_round),
	        TEST(lost_samples_count_for_nothing_but_are_told),
	        TEST(figures_over_kernels_are_medians_of_medians),
	        EACH(worse_is_told_by_its_side_and_by_the_tolerance, compare_cases),
	        TEST(only_kernels_of_both_are_compared),
	        TEST(role_names_read_back),
	        TEST(json_comes_back_as_it_was),
	        EACH(a_file_that_is_no_benchmark_is_the_users_mistake, refused),
	        TEST(a_missing_file_is_the_users_mistake),
	        TEST(the_table_shows_figures_goals_and_what_is_missing),
	        TEST(architectures_have_medians_of_their_own),
	};

	return suite_run("bench", tests, COUNT(tests));
}
