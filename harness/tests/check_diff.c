/* SPDX-License-Identifier: BSD-2-Clause */
/* The release check: baseline, baseline_text, kernel_group, diff and report_diff. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/kernels/kernel_group.h"
#include "host/lib/text.h"
#include "host/report/report_diff.h"
#include "host/result/baseline.h"
#include "host/result/baseline_file.h"
#include "host/result/baseline_text.h"
#include "host/result/result_json.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* ---- kernel_group ---- */

static const struct kernel_name matrix[] = {
        {"5.10-amd64", ""}, {"5.10-cloud", ""}, {"5.10-rt", ""},   {"6.1-amd64", ""},
        {"6.1-rt", ""},     {"6.12-cloud", ""}, {"7.2-cloud", ""}, {"newest", "7.3-cloud-amd64"},
        {"mine", ""},
};
#define MATRIX (sizeof(matrix) / sizeof(*matrix))

static const struct {
	const char *members; /* one character a kernel of the matrix */
	const char *text;
} groups[] = {
        {"xxxxxxxxx", "all 9 kernels"},
        {"...xxxxx.", "6.1 and later"},
        {"xxxxx....", "5.10, 6.1"},
        {"xxxxxx...", "5.10 to 6.12"},
        {".xx......", "5.10-cloud, 5.10-rt"},
        {"xxx......", "5.10"},
        {".x.xxxxx.", "5.10-cloud, 6.1 and later"},
        {".......x.", "newest"},
        {"......xx.", "7.2 and later"},
        {"......xxx", "7.2 and later, mine"},
        {"........x", "mine"},
        {"...x.x...", "6.1-amd64, 6.12-cloud"},
};

START_TEST(kernels_are_named_as_people_do)
{
	cleanup_free char *text = NULL;
	bool in[MATRIX];

	for (size_t i = 0; i < MATRIX; i++)
		in[i] = groups[_i].members[i] == 'x';
	text = kernel_group_text(matrix, in, MATRIX);
	ck_assert_str_eq(text, groups[_i].text);
}
END_TEST

START_TEST(kernels_have_one_order)
{
	for (size_t i = 0; i + 1 < MATRIX; i++)
		ck_assert_int_lt(kernel_name_order(&matrix[i], &matrix[i + 1]), 0);
}
END_TEST

/* ---- making baselines from short texts ---- */

#define HEAD \
	"# corematrix baseline 1\nobject blk\n\nkernel 5.10-cloud 5.10.0-46\nkernel 6.1-cloud 6.1.0-56\nkernel " \
	"6.12-cloud 6.12.1\n"
#define ALL ": 5.10-cloud 6.1-cloud 6.12-cloud\n"
#define LATER ": 6.1-cloud 6.12-cloud\n"
#define RELO "\nrelocation on_issue byte_off struct request.rq_disk\n"

static void parse(const char *text, struct baseline *b)
{
	cleanup_error struct error err = {0};

	ck_assert_msg(!baseline_text_parse(text, strlen(text), "x.baseline", b, &err), "%s", err.text);
}

static const char same[] = HEAD "\nverdict\n  pass" ALL "\nprogram on_issue\n  attached" ALL RELO
                                "  moved 104: 5.10-cloud\n  guarded" LATER;

#define COST(most) HEAD "\nverdict\n  pass" ALL "\ncost on_issue verified_insns\n  " most ALL
static const struct {
	const char *old, *new;
	enum exit_status status;
	const char *text; /* what the report must hold; NULL: it is one line */
} changes[] = {
        {same, same, EXIT_AS_EXPECTED, NULL},
        {same,
         HEAD "\nverdict\n  pass: 5.10-cloud\n  rejected:relocation" LATER "\nprogram on_issue\n  attached" ALL RELO
              "  moved 104: 5.10-cloud\n  fatal" LATER,
         EXIT_WORSE, "worse:\n  blk: was pass, now rejected:relocation on 6.1 and later\n"},
        {same, HEAD "\nverdict\n  pass" ALL RELO "  moved 104: 5.10-cloud\n  fatal" LATER, EXIT_WORSE,
         "blk: relocation `struct request.rq_disk` (byte_off in on_issue): was guarded, now fatal on 6.1 and later\n"},
        /* a field that nothing adjusts any more is a failure though the verdict stays */
        {same, HEAD "\nverdict\n  pass" ALL RELO "  drift 104: 5.10-cloud\n  guarded" LATER, EXIT_WORSE,
         "was moved 104, now drift 104 on 5.10-cloud\n"},
        {same, HEAD "\nverdict\n  pass" ALL RELO "  moved 112: 5.10-cloud\n  guarded" LATER, EXIT_AS_EXPECTED,
         "was moved 104, now moved 112 on 5.10-cloud\n"},
        {HEAD "\nverdict\n  pass" ALL RELO "  moved 1: 5.10-cloud\n  moved 2" LATER,
         HEAD "\nverdict\n  pass" ALL RELO "  moved 3: 5.10-cloud\n  moved 4" LATER, EXIT_AS_EXPECTED,
         "still moved, but at another value on all 3 kernels\n"},
        /* same and moved also depend on what the object was compiled against */
        {same,
         HEAD "\nverdict\n  pass" ALL "\nprogram on_issue\n  attached" ALL RELO
              "  same 104: 5.10-cloud\n  guarded" LATER,
         EXIT_AS_EXPECTED, NULL},
        {same, HEAD "\nverdict\n  wrong" ALL, EXIT_WORSE, "was pass, now wrong on all 3 kernels\n"},
        {HEAD "\nverdict\n  rejected:helper" ALL, HEAD "\nverdict\n  wrong" ALL, EXIT_WORSE,
         "was rejected:helper, now wrong on all"},
        {HEAD "\nverdict\n  rejected:helper" ALL, HEAD "\nverdict\n  rejected:verifier" ALL, EXIT_AS_EXPECTED,
         "changed, neither better nor worse:\n  blk: was rejected:helper, now rejected:verifier on all"},
        {HEAD "\nverdict\n  silent" ALL, HEAD "\nverdict\n  degraded" ALL, EXIT_AS_EXPECTED,
         "better:\n  blk: was silent, now degraded on all"},
        /* a control that passes */
        {HEAD "\nverdict\n  wrong" ALL, HEAD "\nverdict\n  pass unexpected" ALL, EXIT_WORSE,
         "was wrong, now pass on all"},
        {HEAD "\nverdict\n  wrong" ALL, HEAD "\nverdict\n  wrong unexpected" ALL, EXIT_WORSE,
         "still wrong, but not expected any more"},
        {HEAD "\nverdict\n  pass" ALL "\nfield comm\n  right" ALL,
         HEAD "\nverdict\n  pass" ALL "\nfield comm\n  wrong" ALL, EXIT_WORSE,
         "field `comm`: was right, now wrong on all"},
        {HEAD "\nverdict\n  pass" ALL "\nfield comm\n  right" ALL,
         HEAD "\nverdict\n  pass" ALL "\nfield pid\n  right" ALL, EXIT_AS_EXPECTED,
         "gone:\n  blk: field `comm`: gone, was right on all"},
        /* what is rejected checks no field: that is no news beside the verdict */
        {HEAD "\nverdict\n  rejected:helper" ALL "\nfield comm\n  right" ALL, HEAD "\nverdict\n  rejected:helper" ALL,
         EXIT_AS_EXPECTED, NULL},
        {same, HEAD "\nverdict\n  pass" ALL "\nprogram on_issue\n  failed" ALL, EXIT_WORSE,
         "program `on_issue`: was attached, now failed on all"},
        {same,
         HEAD "\nverdict\n  pass" ALL "\nprogram on_issue\n  attached" ALL RELO
              "  moved 104: 5.10-cloud\n  guarded" LATER
              "\nrelocation on_issue byte_off struct bio.bi_disk\n  fatal" LATER,
         EXIT_WORSE, "`struct bio.bi_disk` (byte_off in on_issue): new, fatal on 6.1 and later\n"},
        {same, HEAD "\nverdict\n  pass" ALL "\nprogram on_issue\n  attached" ALL RELO "  not-attempted" ALL,
         EXIT_AS_EXPECTED, NULL},
        {same,
         "# corematrix baseline 1\nobject blk\nkernel 6.1-cloud 6.1.0-57\nkernel 7.2-cloud 7.2.1\nverdict\n  pass: "
         "6.1-cloud\n  rejected:helper: 7.2-cloud\n",
         EXIT_AS_EXPECTED,
         "kernels:\n  5.10-cloud was not run: 5.10.0-46\n  6.1-cloud was replaced: 6.1.0-56, now 6.1.0-57\n"
         "  6.12-cloud was not run: 6.12.1\n  7.2-cloud was added: 7.2.1\n"},
        /* what came before evidence was measured says less than it seemed to; it is not worse to say so */
        {same,
         HEAD "\nverdict\n  unproven" ALL "\nevidence\n  ran" ALL "\nprogram on_issue\n  attached" ALL RELO
              "  moved 104: 5.10-cloud\n  guarded" LATER,
         EXIT_AS_EXPECTED, NULL},
        {HEAD "\nverdict\n  pass" ALL "\nfield comm\n  right" ALL,
         HEAD "\nverdict\n  unproven" ALL "\nevidence\n  ran" ALL, EXIT_WORSE, "was pass, now unproven (ran) on all"},
        {HEAD "\nverdict\n  unproven" ALL "\nevidence\n  ran" ALL,
         HEAD "\nverdict\n  unproven" ALL "\nevidence\n  loaded" ALL, EXIT_WORSE,
         "was unproven (ran), now unproven (loaded) on all"},
        {HEAD "\nverdict\n  unproven" ALL "\nevidence\n  ran" ALL,
         HEAD "\nverdict\n  unproven" ALL "\nevidence\n  events" ALL, EXIT_AS_EXPECTED,
         "better:\n  blk: was unproven (ran), now unproven (events) on all"},
        {HEAD "\nverdict\n  unproven" ALL "\nevidence\n  ran" ALL, HEAD "\nverdict\n  unproven" ALL, EXIT_AS_EXPECTED,
         NULL},
        {HEAD "\nverdict\n  unproven" ALL "\nevidence\n  ran" ALL,
         HEAD "\nverdict\n  pass" ALL "\nevidence\n  truth" ALL, EXIT_AS_EXPECTED,
         "better:\n  blk: was unproven (ran), now pass on all"},
        {HEAD "\nverdict\n  unproven" ALL "\nevidence\n  ran" ALL,
         HEAD "\nverdict\n  silent" ALL "\nevidence\n  ran" ALL, EXIT_WORSE,
         "was unproven (ran), now silent (ran) on all"},
        {HEAD "\nverdict\n  rejected:helper" ALL "\nevidence\n  loaded" ALL,
         HEAD "\nverdict\n  rejected:helper" ALL "\nevidence\n  none" ALL, EXIT_AS_EXPECTED, NULL},
        /* a quarter more is tolerated, and a few more of little */
        {COST("40246"), COST("50307"), EXIT_AS_EXPECTED, NULL},
        {COST("40246"), COST("966293"), EXIT_WORSE,
         "worse:\n  blk: cost `on_issue verified_insns`: was 40246, now 966293 on all"},
        {COST("966293"), COST("40246"), EXIT_AS_EXPECTED,
         "better:\n  blk: cost `on_issue verified_insns`: was 966293, now 40246 on all"},
        {COST("10"), COST("42"), EXIT_AS_EXPECTED, NULL},
        {COST("10"), COST("43"), EXIT_WORSE, "was 10, now 43 on all"},
        /* a version that did not measure it */
        {HEAD "\nverdict\n  pass" ALL, COST("966293"), EXIT_AS_EXPECTED, NULL},
        {same, "# corematrix baseline 1\nobject other\nkernel 6.1-cloud 6.1.0-56\nverdict\n  pass: 6.1-cloud\n",
         EXIT_AS_EXPECTED, "new:\n  other: pass on 6.1-cloud\n\ngone:\n  blk: gone, was pass on all 3 kernels\n"},
};

START_TEST(what_a_program_may_cost_more_is_the_callers_choice)
{
	static const struct {
		double tolerance;
		enum exit_status status;
	} cases[] = {{0, EXIT_WORSE}, {0.009, EXIT_WORSE}, {0.01, EXIT_AS_EXPECTED}, {1, EXIT_AS_EXPECTED}};
	cleanup_baseline struct baseline old = {0}, new = {0};

	parse(COST("10000"), &old);
	parse(COST("10100"), &new);
	for (size_t i = 0; i < COUNT(cases); i++) {
		cleanup_diff struct diff d = {0};

		diff_take(&old, &new, cases[i].tolerance, &d);
		ck_assert_int_eq(diff_exit_status(&d), cases[i].status);
	}
}
END_TEST

START_TEST(changes_are_told_and_weighed)
{
	cleanup_baseline struct baseline old = {0}, new = {0};
	cleanup_diff struct diff d = {0};
	cleanup_free char *text = NULL;

	parse(changes[_i].old, &old);
	parse(changes[_i].new, &new);
	diff_take(&old, &new, DIFF_COST_TOLERANCE, &d);
	text = report_diff(&d);
	ck_assert_int_eq(diff_exit_status(&d), changes[_i].status);
	if (changes[_i].text)
		ck_assert_msg(strstr(text, changes[_i].text) != NULL, "%s", text);
	else
		ck_assert_str_eq(text, "1 object on 3 kernels: no difference\n");
}
END_TEST

/* ---- results ---- */

static struct result *make_result(bool infra)
{
	static const char *const kernels[] = {"6.1-cloud", "5.10 mine"};
	struct result *r = result_new();

	r->complete = true;
	text_set(&result_add_object(r)->name, "blk \\ é");
	for (size_t i = 0; i < 2; i++) {
		struct result_kernel *k = result_add_kernel(r);
		struct result_cell *c = result_add_cell(r);
		struct result_program *p = result_add_program(c);

		text_set(&k->id, kernels[i]);
		text_set(&k->release, kernels[i]);
		text_set(&c->kernel, kernels[i]);
		text_set(&c->object, "blk \\ é");
		c->verdict = infra && i ? VERDICT_INFRA : VERDICT_PASS;
		c->as_expected = true;
		text_set(&c->reason, infra && i ? "the VM hung" : "");
		text_set(&p->name, "on_issue");
		p->autoload = p->loaded = p->attached = true;
		p->cost =
		        (struct program_cost){.verified_insns = 70 + (unsigned)i, .peak_states = 3, .stack_depth = 16};
		for (unsigned n = 0; n < 3; n++) {
			struct result_relocation *x = result_add_relocation(c);

			text_set(&x->program, "on_issue");
			text_set(&x->kind, "byte_off");
			text_set(&x->spec, n == 1 ? "struct bio.bi_disk" : "struct request.rq_disk");
			x->number = n;
			x->outcome = n == 2 ? RELO_GUARDED : RELO_MOVED;
			x->has_target = n != 2;
			x->target = 8 * n + 8 * i;
		}
	}
	return r;
}

static const char golden[] = "# corematrix baseline 1\n"
                             "object blk \\x5c é\n"
                             "\n"
                             "kernel 5.10\\x20mine 5.10\\x20mine\n"
                             "kernel 6.1-cloud 6.1-cloud\n"
                             "\n"
                             "verdict\n"
                             "  pass: 5.10\\x20mine 6.1-cloud\n"
                             "\n"
                             "program on_issue\n"
                             "  attached: 5.10\\x20mine 6.1-cloud\n"
                             "\n"
                             "relocation on_issue byte_off struct bio.bi_disk\n"
                             "  moved 16: 5.10\\x20mine\n"
                             "  moved 8: 6.1-cloud\n"
                             "\n"
                             "relocation on_issue byte_off struct request.rq_disk\n"
                             "  moved 8: 5.10\\x20mine\n"
                             "  moved 0: 6.1-cloud\n"
                             "\n"
                             "relocation on_issue byte_off struct request.rq_disk (2)\n"
                             "  guarded: 5.10\\x20mine 6.1-cloud\n"
                             "\n"
                             "cost on_issue peak_states\n"
                             "  3: 5.10\\x20mine 6.1-cloud\n"
                             "\n"
                             "cost on_issue stack_depth\n"
                             "  16: 5.10\\x20mine 6.1-cloud\n"
                             "\n"
                             "cost on_issue verified_insns\n"
                             "  71: 5.10\\x20mine\n"
                             "  70: 6.1-cloud\n";

START_TEST(a_result_becomes_text_and_comes_back)
{
	cleanup_baseline struct baseline taken = {0}, read = {0};
	cleanup_buf struct buf text = {0}, again = {0};
	cleanup_diff struct diff d = {0};
	cleanup_free char *report = NULL;
	struct result *r = make_result(false);

	baseline_take(r, &taken);
	result_free(r);
	baseline_text_write(&taken.objects[0], &text);
	ck_assert_str_eq(buf_str(&text), golden);
	parse(buf_str(&text), &read);
	baseline_text_write(&read.objects[0], &again);
	ck_assert_str_eq(buf_str(&again), golden);
	diff_take(&read, &taken, DIFF_COST_TOLERANCE, &d);
	report = report_diff(&d);
	ck_assert_str_eq(report, "1 object on 2 kernels: no difference\n");
}
END_TEST

START_TEST(evidence_is_kept)
{
	static const char words[] =
	        "\nverdict\n  pass: 5.10\\x20mine 6.1-cloud\n\nevidence\n  ran: 5.10\\x20mine\n  truth: 6.1-cloud\n";
	cleanup_baseline struct baseline taken = {0}, read = {0};
	cleanup_buf struct buf text = {0};
	struct result *r = make_result(false);

	r->cells[0].evidence = EVIDENCE_TRUTH;
	r->cells[1].evidence = EVIDENCE_RAN;
	baseline_take(r, &taken);
	result_free(r);
	baseline_text_write(&taken.objects[0], &text);
	ck_assert_msg(strstr(buf_str(&text), words) != NULL, "%s", buf_str(&text));
	parse(buf_str(&text), &read);
	ck_assert_int_eq(read.objects[0].cells[0].evidence, EVIDENCE_RAN);
	ck_assert_int_eq(read.objects[0].cells[1].evidence, EVIDENCE_TRUTH);
}
END_TEST

START_TEST(a_relocation_goes_by_its_number)
{
	cleanup_baseline struct baseline old = {0}, new = {0};
	cleanup_diff struct diff d = {0};
	cleanup_free char *text = NULL;
	struct result *r = make_result(false);

	baseline_take(r, &old);
	for (size_t i = 0; i < 2; i++)
		r->cells[i].relocations[2].outcome = RELO_FATAL;
	baseline_take(r, &new);
	result_free(r);
	diff_take(&old, &new, DIFF_COST_TOLERANCE, &d);
	text = report_diff(&d);
	ck_assert_ptr_nonnull(strstr(text,
	                             "relocation 2, `struct request.rq_disk` (byte_off in on_issue): was guarded, now "
	                             "fatal on all 2 kernels\n"));
}
END_TEST

START_TEST(what_was_not_measured_is_no_baseline)
{
	cleanup_baseline struct baseline old = {0}, new = {0};
	cleanup_error struct error err = {0};
	cleanup_diff struct diff d = {0};
	cleanup_free char *dir = scratch_path("none"), *text = NULL;
	struct result *r = make_result(true);
	bool changed[1];

	baseline_take(r, &new);
	ck_assert_int_eq(baseline_file_write(&new, dir, changed, &err), -ENODATA);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	ck_assert_ptr_nonnull(strstr(err.text, "the VM hung"));
	ck_assert_int_ne(access(dir, F_OK), 0);
	result_free(r);
	r = make_result(false);
	baseline_take(r, &old);
	result_free(r);
	diff_take(&old, &new, DIFF_COST_TOLERANCE, &d);
	text = report_diff(&d);
	ck_assert_int_eq(diff_exit_status(&d), EXIT_INFRA);
	ck_assert_ptr_nonnull(
	        strstr(text, "not measured:\n  blk \\ é: was pass, now infra on 5.10 mine\n      the VM hung\n"));
}
END_TEST

START_TEST(a_cell_that_is_absent_was_not_measured)
{
	cleanup_baseline struct baseline b = {0};
	struct result *r = make_result(false);

	text_set(&result_add_object(r)->name, "another");
	baseline_take(r, &b);
	result_free(r);
	ck_assert_str_eq(b.objects[0].name, "another");
	ck_assert_uint_eq(b.objects[0].cell_count, 2);
	ck_assert_int_eq(b.objects[0].cells[0].verdict, VERDICT_INFRA);
}
END_TEST

/* ---- files ---- */

START_TEST(files_are_written_once_and_read_again)
{
	cleanup_baseline struct baseline taken = {0}, from_dir = {0}, from_file = {0}, from_json = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *dir = scratch_path("baselines"), *json = scratch_path("results.json");
	cleanup_free char *file = xasprintf("%s/blk \\ é.baseline", dir);
	struct result *r = make_result(false);
	bool changed[1] = {false};

	baseline_take(r, &taken);
	ck_assert_msg(!baseline_file_write(&taken, dir, changed, &err), "%s", err.text);
	ck_assert(changed[0]);
	ck_assert_int_eq(baseline_file_write(&taken, dir, changed, &err), 0);
	ck_assert(!changed[0]);
	ck_assert_int_eq(result_json_write(r, json, &err), 0);
	result_free(r);
	ck_assert_int_eq(baseline_file_read(dir, &taken, &from_dir, &err), 0);
	ck_assert_int_eq(baseline_file_read(file, NULL, &from_file, &err), 0);
	ck_assert_int_eq(baseline_file_read(scratch_root, NULL, &from_json, &err), 0);
	ck_assert_uint_eq(from_dir.object_count, 1);
	ck_assert_uint_eq(from_file.object_count, 1);
	ck_assert_uint_eq(from_json.object_count, 1);
	ck_assert_uint_eq(from_json.objects[0].cells[0].trait_count, from_dir.objects[0].cells[0].trait_count);
}
END_TEST

START_TEST(a_missing_baseline_is_told_with_the_way_out)
{
	cleanup_baseline struct baseline wanted = {0}, b = {0}, c = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *dir = scratch_path("other"), *nowhere = scratch_path("nowhere"), *file = NULL;

	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	file = xasprintf("%s/blk.baseline", dir);
	ck_assert_int_eq(io_replace_file(file, same, strlen(same), NULL), 0);
	baseline_add_object(&wanted, "unknown");
	ck_assert_int_eq(baseline_file_read(dir, &wanted, &b, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "make baseline"));
	ck_assert_int_eq(baseline_file_read(nowhere, &wanted, &c, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "make baseline"));
}
END_TEST

START_TEST(a_name_does_not_lead_elsewhere)
{
	cleanup_baseline struct baseline b = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *dir = scratch_path("x");
	bool changed[1];

	baseline_add_object(&b, "../evil");
	ck_assert_int_eq(baseline_file_write(&b, dir, changed, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
}
END_TEST

static const struct {
	const char *text, *said;
} mistakes[] = {
        {"", "x:1: expected `# corematrix baseline 1`"},
        {"# corematrix baseline 2\n", "x:1: expected"},
        {"# corematrix baseline 1\n", "x: names no object"},
        {"# corematrix baseline 1\nkernel a b\n", "x:2: expected `object NAME` first"},
        {"# corematrix baseline 1\nobject a\nkernel k r\nkernel k r\n", "x:4: this kernel was named before"},
        {"# corematrix baseline 1\nobject a\nkernel k r\n", "x: has no verdict for kernel k"},
        {"# corematrix baseline 1\nobject a\nkernel k r\n  pass: k\n", "x:4: expected `STATE: KERNEL…`"},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  pass: z\n", "x:5: no `kernel` line names"},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  good: k\n", "x:5: no such verdict: \"good\""},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  rejected:x: k\n", "x:5: no such verdict"},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  pass: k\nfield pid\n  moved: k\n",
         "x:7: no such state: \"moved\""},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  pass: k\nprogram p\n  attached 4: k\n",
         "x:7: no such state"},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  pass: k\nrelocation p\n  moved four: k\n",
         "x:7: no such state"},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  pass: k\nrelocation p\n  move: k\n",
         "x:7: no such state"},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  pass: k\ncost p\n  4 or 5: k\n",
         "x:7: no such state"},
        {"# corematrix baseline 1\nobject a\nkernel k r\nverdict\n  pass k\n", "x:5: expected `STATE"},
        {"# corematrix baseline 1\nobject a\nnonsense\n", "x:3: expected `kernel`"},
        {"# corematrix baseline 1\nobject a\nobject b\n", "x:3: expected `kernel`"},
};

START_TEST(mistakes_in_a_baseline_have_a_line)
{
	cleanup_baseline struct baseline b = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(baseline_text_parse(mistakes[_i].text, strlen(mistakes[_i].text), "x", &b, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(!strncmp(err.text, mistakes[_i].said, strlen(mistakes[_i].said)), "%s", err.text);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("pure"),
	        EACH(kernels_are_named_as_people_do, groups),
	        TEST(kernels_have_one_order),
	        EACH(changes_are_told_and_weighed, changes),
	        TEST(what_a_program_may_cost_more_is_the_callers_choice),
	        TEST(a_result_becomes_text_and_comes_back),
	        TEST(evidence_is_kept),
	        TEST(a_relocation_goes_by_its_number),
	        TEST(a_cell_that_is_absent_was_not_measured),
	        EACH(mistakes_in_a_baseline_have_a_line, mistakes),
	        GROUP("files", .open = scratch_setup, .close = scratch_teardown),
	        TEST(what_was_not_measured_is_no_baseline),
	        TEST(files_are_written_once_and_read_again),
	        TEST(a_missing_baseline_is_told_with_the_way_out),
	        TEST(a_name_does_not_lead_elsewhere),
	};

	return suite_run("diff", tests, COUNT(tests));
}
