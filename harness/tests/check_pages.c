/* SPDX-License-Identifier: BSD-2-Clause */
/* The user's pages: every word of the vocabularies, every field and every key that the program knows stands there. */
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "agent/deeds/view.h"
#include "agent/truth/compare.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/bench/bench.h"
#include "host/object/object_ini.h"
#include "host/predict/prediction.h"
#include "host/result/baseline.h"
#include "tests/suite.h"
#include "wire/terms.h"

static bool page_has(const char *page, const char *word)
{
	cleanup_free char *path = xasprintf("harness/doc/%s.md", page), *quoted = xasprintf("`%s`", word);
	cleanup_buf struct buf text = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!io_read_file(path, 1 << 20, &text, &err), "%s", err.text);
	return strstr(buf_str(&text), quoted) != NULL;
}

static void must_have(const char *page, const char *word)
{
	ck_assert_msg(page_has(page, word), "harness/doc/%s.md does not tell of `%s`", page, word);
}

START_TEST(a_word_that_nobody_knows_is_missed)
{
	ck_assert(!page_has("verdicts", "approximately"));
}
END_TEST

START_TEST(vocabularies_are_told)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		must_have("verdicts", verdict_name((enum verdict)i));
	for (int i = 0; i < EVIDENCE_COUNT; i++)
		must_have("verdicts", evidence_name((enum evidence)i));
	for (int i = CLASS_NONE + 1; i < CLASS_COUNT; i++)
		must_have("verdicts", reject_class_name((enum reject_class)i));
	for (int i = SIDE_UNKNOWN + 1; i < SIDE_COUNT; i++)
		must_have("verdicts", reject_side_name((enum reject_side)i));
	for (int i = 0; i < RELO_OUTCOME_COUNT; i++)
		must_have("verdicts", relo_outcome_name((enum relo_outcome)i));
	for (unsigned i = 0; i <= BPF_CORE_TYPE_MATCHES; i++)
		must_have("verdicts", relo_kind_name(i));
	for (int i = 0; i < PHASE_COUNT; i++)
		must_have("results", cell_phase_name((enum cell_phase)i));
	for (int i = 0; i < SOURCE_COUNT; i++)
		must_have("ini", event_source_name((enum event_source)i));
	for (int i = 0; i < WORKLOAD_GROUP_COUNT; i++)
		must_have("fields", workload_group_name((enum workload_group)i));
	for (int i = 0; i < FORECAST_COUNT; i++)
		must_have("results", forecast_name((enum forecast)i));
	for (int i = 0; i < NEED_KIND_COUNT; i++)
		must_have("results", need_kind_name((enum need_kind)i));
	for (int i = 0; i < NEED_STATE_COUNT; i++)
		must_have("results", need_state_name((enum need_state)i));
	for (int i = 0; i < BENCH_ROLE_COUNT; i++)
		must_have("speed", bench_role_name((enum bench_role)i));
	for (int i = 0; i < RATIO_COUNT; i++)
		must_have("speed", bench_ratio_about((enum bench_ratio)i)->name);
	for (int i = 0; i < PROGRAM_STATE_COUNT; i++)
		must_have("results", trait_state_name(TRAIT_PROGRAM, (struct trait_state){.is = i}));
	for (int i = 0; i < FIELD_STATE_COUNT; i++)
		must_have("results", trait_state_name(TRAIT_FIELD, (struct trait_state){.is = i}));
}
END_TEST

START_TEST(fields_are_told)
{
	size_t count;
	const struct view_claim *claims = view_claims(&count);

	for (size_t i = 0; i < count; i++)
		must_have("fields", claims[i].name);
	for (const struct compare_name *n = compare_names(&count), *end = n + count; n < end; n++)
		must_have("fields", n->name);
}
END_TEST

/* What the parser says can be given in a place where something unknown stands. */
static const char *const mistakes[] = {
        "[nope]\n",
        "[object]\nnope = 1\n",
        "[maps]\nm.nope = 1\n",
        "[programs]\np.nope = 1\n",
        "[expect]\nnope = pass\n",
};

START_TEST(sections_and_keys_of_an_ini_are_told)
{
	struct object_ini ini = {0};
	cleanup_error struct error err = {0};
	char *list, *word, *rest;
	size_t words = 0;

	ck_assert_int_ne(object_ini_parse(mistakes[_i], "x.ini", &ini, &err), 0);
	list = strstr(err.text, "; ");
	ck_assert_msg(list != NULL, "%s", err.text);
	for (word = strtok_r(list + 2, " ,\n", &rest); word; word = strtok_r(NULL, " ,\n", &rest)) {
		cleanup_free char *heading = xasprintf("## %s", word);

		if (!strcmp(word, "give") || !strcmp(word, "write") || !strcmp(word, "or"))
			continue;
		if (*word != '[' && word[strlen(word) - 1] == ']') /* of "[variant NAME]" */
			continue;
		words++;
		if (*word != '[') {
			/* `missing TYPE.FIELD` */
			cleanup_free char *with = xasprintf("%s TYPE.FIELD", word), *glob = xasprintf("%s GLOB", word),
			                  *version = xasprintf("%s X.Y", word);

			ck_assert_msg(page_has("ini", word) || page_has("ini", with) || page_has("ini", glob) ||
			                      page_has("ini", version),
			              "harness/doc/ini.md does not tell of `%s`", word);
			continue;
		}
		cleanup_buf struct buf text = {0};

		ck_assert_int_eq(io_read_file("harness/doc/ini.md", 1 << 20, &text, NULL), 0);
		ck_assert_msg(strstr(buf_str(&text), heading) != NULL, "harness/doc/ini.md has no section %s", word);
	}
	ck_assert_uint_gt(words, 2);
	object_ini_free(&ini);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(a_word_that_nobody_knows_is_missed),
	        TEST(vocabularies_are_told),
	        TEST(fields_are_told),
	        EACH(sections_and_keys_of_an_ini_are_told, mistakes),
	};

	return suite_run("pages", tests, COUNT(tests));
}
