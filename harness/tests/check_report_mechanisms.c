/* SPDX-License-Identifier: BSD-2-Clause */
/* report_mechanisms: sets of kernels in words, the two tables, and that those of progs/README.md name every program
 * there is. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/text.h"
#include "host/object/object_ini.h"
#include "host/report/report_mechanisms.h"
#include "host/result/result.h"
#include "tests/render.h"
#include "tests/suite.h"

static const struct {
	const char *id, *release;
} kernels[] = {
        {"5.10-amd64", "5.10.0-46-amd64"},      {"5.10-rt", "5.10.0-43-rt-amd64"},
        {"6.1-cloud", "6.1.0-56-cloud-amd64"},  {"6.12-cloud", "6.12.117+deb13-cloud-amd64"},
        {"6.12-rt", "6.12.117+deb13-rt-amd64"}, {"newest-cloud", "7.3.4+deb13-cloud-amd64"},
};
#define KERNELS COUNT(kernels)

static struct result *result_make(void)
{
	struct result *r = result_new();

	for (size_t k = 0; k < KERNELS; k++) {
		struct result_kernel *to = result_add_kernel(r);

		text_set(&to->id, kernels[k].id);
		text_set(&to->release, kernels[k].release);
	}
	return r;
}

static const struct {
	const char *in; /* a digit per kernel */
	const char *words;
} sets[] = {
        {"111111", "all 6 kernels"},
        {"000000", ""},
        {"110000", "5.10"},
        {"100000", "5.10-amd64"},
        {"010000", "5.10-rt"},
        {"111000", "5.10, 6.1-cloud"},
        {"111110", "5.10 to 6.12"},
        {"001111", "6.1 and later"},
        {"000111", "6.12 and later"},
        {"000001", "newest-cloud"},
        {"101011", "5.10-amd64, 6.1-cloud, 6.12-rt, newest-cloud"},
};

START_TEST(sets_of_kernels_have_words)
{
	struct result *r = result_make();
	cleanup_result_view struct result_view *view = result_view_new(r);
	cleanup_free char *words = NULL;
	bool in[KERNELS];

	for (size_t k = 0; k < KERNELS; k++)
		in[k] = sets[_i].in[k] == '1';
	words = result_view_kernels(view, in);
	ck_assert_str_eq(words, sets[_i].words);
	result_view_free(steal_ptr(view));
	result_free(r);
}
END_TEST

static void object_add(struct result *r, const char *name, const char *mechanism, bool control)
{
	struct result_object *o = result_add_object(r);

	text_set(&o->name, name);
	text_set(&o->mechanism, mechanism);
	o->control = control;
}

static struct result_cell *cell_add(struct result *r, size_t kernel, const char *object, enum verdict verdict,
                                    enum reject_class class)
{
	struct result_cell *c = result_add_cell(r);

	text_set(&c->kernel, kernels[kernel].id);
	text_set(&c->object, object);
	c->verdict = verdict;
	c->class = class;
	return c;
}

static void truth_add(struct result_cell *c, const char *field, bool ok, const char *observed)
{
	struct result_truth *t = result_add_truth(c);

	text_set(&t->field, field);
	text_set(&t->observed, observed);
	t->ok = ok;
}

START_TEST(tables_say_what_was_measured)
{
	static const char wanted[] =
	        "| what | program | holds on | seen elsewhere |\n"
	        "|---|---|---|---|\n"
	        "| enums &#124; values | `enum_value` | 5.10 by a fallback; 6.1 and later | – |\n"
	        "| LSM | `lsm` | 6.1-cloud, 6.12 | silent on 5.10; not measured on newest-cloud |\n"
	        "\n"
	        "| mistake | program | caught as | harmless on |\n"
	        "|---|---|---|---|\n"
	        "| stale | `stale` | wrong: comm, ppid on 5.10 | 6.1 and later |\n"
	        "| helper | `helper` | rejected:helper on all 6 kernels | – |\n";
	cleanup_free char *text = NULL;
	struct result *r = result_make();

	object_add(r, "enum_value", "enums | values", false);
	object_add(r, "stale", "stale", true);
	object_add(r, "foreign", "", false);
	object_add(r, "lsm", "LSM", false);
	object_add(r, "helper", "helper", true);
	for (size_t k = 0; k < KERNELS; k++) {
		bool old = k < 2;
		struct result_cell *c;

		cell_add(r, k, "enum_value", old ? VERDICT_DEGRADED : VERDICT_PASS, CLASS_NONE);
		if (k < 5)
			cell_add(r, k, "lsm", old ? VERDICT_SILENT : VERDICT_PASS, CLASS_NONE);
		cell_add(r, k, "foreign", VERDICT_PASS, CLASS_NONE);
		cell_add(r, k, "helper", VERDICT_REJECTED, CLASS_HELPER);
		c = cell_add(r, k, "stale", old ? VERDICT_WRONG : VERDICT_PASS, CLASS_NONE);
		if (!old)
			continue;
		truth_add(c, "pid", true, "12");
		truth_add(c, "comm", false, k ? "a" : "b");
		truth_add(c, "comm", false, "c");
		truth_add(c, "ppid", false, "1");
	}
	text = render(report_mechanisms, r);
	ck_assert_str_eq(text, wanted);
	result_free(r);
}
END_TEST

START_TEST(no_mechanism_no_table)
{
	cleanup_free char *text = NULL;
	struct result *r = result_make();

	object_add(r, "foreign", "", false);
	text = render(report_mechanisms, r);
	ck_assert_str_eq(text, "");
	result_free(r);
}
END_TEST

/* ---- progs/README.md ---- */

/* What stands between the marks. */
static char *readme_tables(void)
{
	cleanup_buf struct buf text = {0};
	cleanup_error struct error err = {0};
	const char *start, *end;

	ck_assert_msg(!io_read_file("progs/README.md", 1 << 20, &text, &err), "%s", err.text);
	start = strstr(buf_str(&text), "<!-- mechanisms -->\n");
	end = strstr(buf_str(&text), "<!-- /mechanisms -->\n");
	ck_assert(start && end && start < end);
	return xstrndup(start, (size_t)(end - start));
}

static size_t rows_of(const char *tables)
{
	size_t count = 0;

	for (const char *s = tables; (s = strstr(s, " | `")); s++)
		count++;
	return count;
}

/* Of the ini itself, or of one of its variants. */
static void must_have_row(const char *tables, const struct object_ini *ini, const char *name)
{
	const char *controls = strstr(tables, "| mistake |"), *at;
	cleanup_free char *row = xasprintf("\n| %s | `%s%s%s` | ", ini->mechanism, name, ini->variant ? "+" : "",
	                                   ini->variant ? ini->variant : "");

	ck_assert_ptr_nonnull(controls);
	at = strstr(tables, row);
	ck_assert_msg(at, "progs/README.md lacks the row%srun the whole matrix and `make mechanisms`", row);
	ck_assert_msg((at > controls) == ini->control, "%s is in the wrong table of progs/README.md", name);
}

START_TEST(readme_has_a_row_for_every_program)
{
	cleanup_free char *tables = readme_tables();
	DIR *dir = opendir("progs");
	struct dirent *entry;
	size_t programs = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		cleanup_free char *ini_path = NULL, *name = NULL;
		cleanup_object_ini struct object_ini ini = {0};
		cleanup_error struct error err = {0};

		if (len < 7 || strcmp(entry->d_name + len - 6, ".bpf.c"))
			continue;
		name = xstrndup(entry->d_name, len - 6);
		ini_path = xasprintf("progs/%s.ini", name);
		ck_assert_msg(!object_ini_read(ini_path, &ini, &err), "%s", err.text ? err.text : ini_path);
		ck_assert_msg(*ini.mechanism, "%s: say what it shows: mechanism = …", ini_path);
		must_have_row(tables, &ini, name);
		for (size_t i = 0; i < ini.variant_count; i++)
			must_have_row(tables, &ini.variants[i], name);
		programs += 1 + ini.variant_count;
	}
	closedir(dir);
	ck_assert_uint_eq(rows_of(tables), programs);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(sets_of_kernels_have_words, sets),
	        TEST(tables_say_what_was_measured),
	        TEST(no_mechanism_no_table),
	        TEST(readme_has_a_row_for_every_program),
	};

	return suite_run("report_mechanisms", tests, COUNT(tests));
}
