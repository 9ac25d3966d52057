/* SPDX-License-Identifier: BSD-2-Clause */
/* support, report_support: from which kernel on, gaps and fallbacks; the table and the badge. */
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_support.h"
#include "host/result/support.h"
#include "tests/suite.h"

static const struct {
	const char *id, *release, *arch;
} kernels[] = {
        {"7.2-cloud", "7.2.13+deb14-cloud-amd64", "amd64"}, /* not in their order */
        {"5.10-cloud", "5.10.0-46-cloud-amd64", "amd64"},
        {"6.1-cloud", "6.1.0-56-cloud-amd64", "amd64"},
        {"6.1-rt", "6.1.0-56-rt-amd64", "amd64"},
        {"6.12-cloud", "6.12.118+deb13-cloud-amd64", "amd64"},
        {"mine", "", "amd64"},
};

static void relocation_add(struct result_cell *c, const char *program, const char *spec, enum relo_outcome outcome)
{
	struct result_relocation *r = result_add_relocation(c);

	text_set(&r->program, program);
	text_set(&r->kind, "byte_off");
	text_set(&r->spec, spec);
	r->outcome = outcome;
}

static struct result_program *program_add(struct result_cell *c, const char *name, enum evidence evidence)
{
	struct result_program *p = result_add_program(c);

	text_set(&p->name, name);
	p->evidence = evidence;
	p->autoload = p->loaded = p->attached = true;
	return p;
}

/* One that comes to what the letter says; NULL for ' ', which is not run. */
static struct result_cell *cell_add(struct result *r, const char *kernel, const char *object, char letter)
{
	struct result_cell *c = letter == ' ' ? NULL : result_add_cell(r);
	struct result_truth *t;

	if (!c)
		return NULL;
	text_set(&c->kernel, kernel);
	text_set(&c->object, object);
	c->as_expected = true;
	c->evidence = EVIDENCE_TRUTH;
	switch (letter) {
	case 'p':
		c->verdict = VERDICT_PASS;
		break;
	case 'd':
		c->verdict = VERDICT_DEGRADED;
		relocation_add(c, "on_exec", "struct task_struct___since_5_14.__state", RELO_GUARDED);
		relocation_add(c, "on_exec", "struct task_struct___since_5_14.__state", RELO_GUARDED);
		break;
	case 'u':
		c->verdict = VERDICT_UNPROVEN;
		c->evidence = EVIDENCE_RAN;
		break;
	case 'w':
		c->verdict = VERDICT_WRONG;
		t = result_add_truth(c);
		text_set(&t->field, "comm");
		break;
	case 'r':
		c->verdict = VERDICT_REJECTED;
		c->class = CLASS_HELPER;
		text_set(&c->reason, "invalid func unknown#177");
		break;
	case 'f':
		c->verdict = VERDICT_REJECTED;
		c->class = CLASS_RELOCATION;
		text_set(&c->reason, "invalid func unknown#195896080");
		relocation_add(c, "on_exec", "struct request.rq_disk", RELO_FATAL);
		break;
	case '!': /* it passes, and the kernel warned */
		c->verdict = VERDICT_PASS;
		c->as_expected = false;
		text_set(&c->reason, "the kernel said: WARNING");
		break;
	default:
		c->verdict = VERDICT_INFRA;
		c->evidence = EVIDENCE_UNKNOWN;
	}
	return c;
}

static void object_add(struct result *r, const char *name, bool control)
{
	struct result_object *o = result_add_object(r);

	text_set(&o->name, name);
	o->control = control;
}

/* An object on the kernels, a letter each; a shorter text has fewer kernels. */
static struct result *result_make(const char *letters)
{
	struct result *r = result_new();

	text_set(&r->started, "2026-11-28T21:42:38Z");
	object_add(r, "reader", false);
	for (size_t k = 0; k < strlen(letters); k++) {
		struct result_kernel *to = result_add_kernel(r);

		text_set(&to->id, kernels[k].id);
		text_set(&to->release, kernels[k].release);
		text_set(&to->arch, kernels[k].arch);
		cell_add(r, kernels[k].id, "reader", letters[k]);
	}
	return r;
}

static char *told(const struct result *r)
{
	cleanup_result_view struct result_view *v = result_view_new(r);
	cleanup_support struct support s;
	struct buf out = {0};

	support_take_run(v, &s);
	report_support(&s, v, &out);
	return buf_steal(&out);
}

static char *badge(const struct result *r)
{
	cleanup_result_view struct result_view *v = result_view_new(r);
	cleanup_support struct support s;
	struct buf out = {0};

	support_take_run(v, &s);
	report_support_badge(&s, &out);
	return buf_steal(&out);
}

/* ---- from which kernel on ---- */

#define HEAD "| object | supported, of the kernels measured | proven by values on |"
#define GAPS HEAD " gaps |\n|---|---|---|---|\n| `reader` |"
#define FALLBACK HEAD " of these by a fallback | gaps |\n|---|---|---|---|---|\n| `reader` |"
#define UNPROVEN HEAD " nothing wrong, nothing compared | gaps |\n|---|---|---|---|---|\n| `reader` |"
#define BASIS \
	"Supported: on every kernel measured from the first version to the last, values that the programs captured, or effects that they had, were compared with the truth, and all are right. Nothing is said of kernels that were not measured.\n\n"
#define BADGE(message, colour) \
	"{\"schemaVersion\":1,\"label\":\"reader\",\"message\":\"" message "\",\"color\":\"" colour "\"}\n"

/* Letters in the order of `kernels`: 7.2, 5.10, 6.1, 6.1-rt, 6.12, mine. */
static const struct {
	const char *letters, *row, *badge;
} ranges[] = {
        {"ppppp", GAPS " **5.10 to 7.2** | all 5 kernels | – |\n",
         BADGE("5.10–7.2, proven on 5 of 5 kernels", "brightgreen")},
        {"p", GAPS " **7.2** | 7.2-cloud | – |\n", BADGE("7.2, proven on 1 of 1 kernels", "brightgreen")},
        {"prppp",
         GAPS " **6.1 to 7.2** | 4 of 5 kernels: 6.1 to 7.2 | 5.10-cloud: rejected (helper): invalid func "
              "unknown#177 |\n",
         BADGE("6.1–7.2, proven on 4 of 5 kernels", "green")},
        /* a gap in the middle: 5.10 works, and is not what it is supported from */
        {"ppwwp", GAPS " **6.12 to 7.2** | 3 of 5 kernels: 5.10-cloud, 6.12-cloud, 7.2-cloud | 6.1: wrong: comm |\n",
         BADGE("6.12–7.2, proven on 3 of 5 kernels", "yellow")},
        /* one flavour of a version */
        {"prprp",
         GAPS " **6.12 to 7.2** | 3 of 5 kernels: 6.1-cloud, 6.12-cloud, 7.2-cloud | 5.10-cloud, 6.1-rt: rejected "
              "(helper): invalid func unknown#177 |\n",
         BADGE("6.12–7.2, proven on 3 of 5 kernels", "yellow")},
        {"prrpp",
         GAPS " **6.12 to 7.2** | 3 of 5 kernels: 6.1-rt, 6.12-cloud, 7.2-cloud | 5.10-cloud, 6.1-cloud: rejected "
              "(helper): invalid func unknown#177 |\n",
         BADGE("6.12–7.2, proven on 3 of 5 kernels", "yellow")},
        /* the newest does not work, so that it is supported from none on */
        {"fpppp",
         GAPS " – | 4 of 5 kernels: 5.10 to 6.12 | 7.2-cloud: rejected (relocation): no struct request.rq_disk |\n",
         BADGE("proven on 4 of 5 kernels", "orange")},
        /* nothing is claimed across a kernel that was lost, or was not run */
        {"pppip",
         GAPS
         " **6.12 to 7.2** | 4 of 5 kernels: 5.10-cloud, 6.1-cloud, 6.12-cloud, 7.2-cloud | 6.1-rt: not measured |\n",
         BADGE("6.12–7.2, proven on 4 of 5 kernels", "yellow")},
        {" pppp", GAPS " – | 4 of 5 kernels: 5.10 to 6.12 | 7.2-cloud: not measured |\n",
         BADGE("proven on 4 of 5 kernels", "yellow")},
        {"iiiii", GAPS " – | – | all 5 kernels: not measured |\n", BADGE("not measured", "lightgrey")},
        {"pdppp", FALLBACK " **5.10 to 7.2** | all 5 kernels | 5.10-cloud: without struct task_struct.__state | – |\n",
         BADGE("5.10–7.2, proven on 5 of 5 kernels", "brightgreen")},
        {"puupp",
         UNPROVEN
         " **6.12 to 7.2** | 3 of 5 kernels: 6.1-rt, 6.12-cloud, 7.2-cloud | 5.10-cloud, 6.1-cloud: ran | – |\n",
         BADGE("6.12–7.2, proven on 3 of 5 kernels", "yellow")},
        {"uuuuu", UNPROVEN " – | – | all 5 kernels: ran | – |\n", BADGE("not proven", "lightgrey")},
        {"wwwww", GAPS " – | – | all 5 kernels: wrong: comm |\n", BADGE("does not work on 5 of 5 kernels", "red")},
        {"p!ppp",
         GAPS " **6.1 to 7.2** | 4 of 5 kernels: 6.1 to 7.2 | 5.10-cloud: pass, which is not as expected: the kernel "
              "said: WARNING |\n",
         BADGE("6.1–7.2, proven on 4 of 5 kernels", "green")},
        /* a kernel without a version is none that one can be supported from */
        {"pppppp", GAPS " **5.10 to 7.2** | all 6 kernels | – |\n",
         BADGE("5.10–7.2, proven on 6 of 6 kernels", "brightgreen")},
        {"pppppw", GAPS " **5.10 to 7.2** | 5 of 6 kernels: 5.10 to 7.2 | mine: wrong: comm |\n",
         BADGE("5.10–7.2, proven on 5 of 6 kernels", "green")},
        {"wwwwwp", GAPS " – | 1 of 6 kernels: mine | 5.10 to 7.2: wrong: comm |\n",
         BADGE("proven on 1 of 6 kernels", "orange")},
};

START_TEST(support_begins_after_the_last_gap)
{
	struct result *r = result_make(ranges[_i].letters);
	cleanup_free char *text = told(r), *json = badge(r);

	ck_assert_msg(!strncmp(text, ranges[_i].row, strlen(ranges[_i].row)), "%s: not \"%s\" but\n%s",
	              ranges[_i].letters, ranges[_i].row, text);
	ck_assert_str_eq(json, ranges[_i].badge);
	result_free(r);
}
END_TEST

/* ---- the whole text ---- */

START_TEST(the_text_says_what_it_rests_on)
{
	struct result *r = result_make("pr");
	cleanup_free char *text = NULL;
	struct result_forecast *f = result_add_forecast(r);

	text_set(&r->host.libbpf, "1.7.0");
	text_set(&f->kernel, "5.4");
	text_set(&f->object, "reader");
	text_set(&f->predicted, "rejected: map-type");
	text_set(&f->reason, "map 'events' | ringbuf");
	object_add(r, "control", true);
	cell_add(r, "7.2-cloud", "control", 'w');
	cell_add(r, "5.10-cloud", "control", 'p');
	text = told(r);
	ck_assert_str_eq(
	        text,
	        HEAD " gaps | predicted, not measured |\n|---|---|---|---|---|\n"
	             "| `reader` | **7.2** | 1 of 2 kernels: 7.2-cloud | 5.10-cloud: rejected (helper): invalid func "
	             "unknown#177 | 5.4: rejected: map-type: map 'events' &#124; ringbuf |\n\n" BASIS
	             "Measured 2026-11-28 on 2 kernels: 5.10-cloud (5.10.0-46-cloud-amd64), 7.2-cloud "
	             "(7.2.13+deb14-cloud-amd64); libbpf 1.7.0.\n\n"
	             "Left out: 1 control, which has to fail somewhere.\n");
	result_free(r);
}
END_TEST

START_TEST(architectures_are_told_apart)
{
	struct result *r = result_make("prppp");
	cleanup_free char *text = NULL;

	for (size_t k = 0; k < r->kernel_count; k++)
		if (strcmp(r->kernels[k].id, "6.12-cloud") != 0 && strcmp(r->kernels[k].id, "7.2-cloud") != 0)
			text_set(&r->kernels[k].arch, "arm64");
	text = told(r);
	ck_assert_ptr_nonnull(strstr(text, "\n| `reader` on amd64 | **6.12 to 7.2** | all 2 kernels | – |\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n| `reader` on arm64 | **6.1** | 2 of 3 kernels: 6.1 | 5.10-cloud: "));
	result_free(r);
}
END_TEST

/* ---- programs ---- */

static const char *const program_rows[] = {
        "| `reader` | **5.10 to 7.2** | all 2 kernels | 5.10-cloud: without struct task_struct.__state | – | – |\n",
        "| ↳ `on_exit`, `on_fork` | – | – | – | all 2 kernels: attached | – |\n",
        "| ↳ `on_open` | **5.10 to 7.2** | all 2 kernels | – | – | – |\n",
        "| ↳ `debug` | – | – | – | – | all 2 kernels: not loaded by default |\n",
};

START_TEST(programs_have_rows_where_they_differ)
{
	struct result *r = result_make("pd");
	cleanup_free char *text = NULL;

	for (size_t k = 0; k < r->kernel_count; k++) {
		struct result_cell *c = &r->cells[k];

		program_add(c, "on_exec", EVIDENCE_TRUTH);
		program_add(c, "on_exit", EVIDENCE_ATTACHED);
		program_add(c, "on_open", EVIDENCE_TRUTH);
		program_add(c, "debug", EVIDENCE_NONE)->autoload = false;
		program_add(c, "on_fork", EVIDENCE_ATTACHED);
	}
	text = told(r);
	for (size_t i = 0; i < COUNT(program_rows); i++)
		ck_assert_msg(strstr(text, program_rows[i]) != NULL, "no \"%s\" in\n%s", program_rows[i], text);
	/* what holds for its object holds for it, too */
	ck_assert_ptr_null(strstr(text, "on_exec"));
	result_free(r);
}
END_TEST

START_TEST(of_a_refused_object_each_program_is_told)
{
	struct result *r = result_make("pr");
	cleanup_free char *text = NULL;
	struct result_program *p;

	for (size_t k = 0; k < r->kernel_count; k++) {
		program_add(&r->cells[k], "on_exec", k ? EVIDENCE_LOADED : EVIDENCE_TRUTH);
		p = program_add(&r->cells[k], "on_open", k ? EVIDENCE_NONE : EVIDENCE_TRUTH);
		if (k) {
			p->loaded = p->attached = false;
			p->err = 22;
		}
	}
	text = told(r);
	ck_assert_ptr_nonnull(strstr(text,
	                             "\n| ↳ `on_exec` | **7.2** | 1 of 2 kernels: 7.2-cloud | 5.10-cloud: loads, but "
	                             "not the object |\n"));
	ck_assert_ptr_null(strstr(text, "on_open")); /* as its object */
	result_free(r);
}
END_TEST

/* ---- baselines ---- */

START_TEST(baselines_say_the_same_but_for_words)
{
	struct result *r = result_make("pfrwd");
	cleanup_baseline struct baseline b = {0};
	cleanup_support struct support s;
	cleanup_buf struct buf out = {0};

	baseline_take(r, &b);
	/* as it comes from a file */
	for (size_t i = 0; i < b.objects[0].cell_count; i++)
		*b.objects[0].cells[i].reason = '\0';
	support_take_baselines(&b, &s);
	report_support(&s, NULL, &out);
	ck_assert_str_eq(
	        buf_str(&out), FALLBACK
	        " **6.12 to 7.2** | 2 of 5 kernels: 6.12-cloud, 7.2-cloud | 6.12-cloud: without struct "
	        "task_struct.__state | 5.10-cloud: rejected (relocation): no struct request.rq_disk; 6.1-cloud: "
	        "rejected (helper); 6.1-rt: wrong: comm |\n\n" BASIS
	        "Measured on 5 kernels: 5.10-cloud (5.10.0-46-cloud-amd64), 6.1-cloud (6.1.0-56-cloud-amd64), "
	        "6.1-rt (6.1.0-56-rt-amd64), 6.12-cloud (6.12.118+deb13-cloud-amd64), 7.2-cloud "
	        "(7.2.13+deb14-cloud-amd64).\n");
	result_free(r);
}
END_TEST

/* Each baseline has kernels of its own: of those of another nothing is said. */
START_TEST(kernels_of_another_baseline_are_none_of_its_own)
{
	cleanup_baseline struct baseline b = {0};
	cleanup_support struct support s;
	cleanup_buf struct buf out = {0};
	struct baseline_object *o = baseline_add_object(&b, "reader");

	baseline_add_cell(o, "6.1-cloud", "6.1.0-1")->verdict = VERDICT_PASS;
	o = baseline_add_object(&b, "writer");
	baseline_add_cell(o, "6.12-cloud", "6.12.1-1")->verdict = VERDICT_PASS;
	baseline_sort(&b);
	support_take_baselines(&b, &s);
	report_support(&s, NULL, &out);
	ck_assert_ptr_nonnull(strstr(
	        buf_str(&out), "| `reader` | **6.1** | 6.1-cloud | – |\n| `writer` | **6.12** | 6.12-cloud | – |\n"));
}
END_TEST

/* ---- several objects ---- */

START_TEST(a_badge_of_several_says_what_holds_for_all)
{
	struct result *r = result_make("prp");
	cleanup_result_view struct result_view *v = NULL;
	cleanup_support struct support s;
	cleanup_buf struct buf all = {0}, one = {0};

	object_add(r, "writer", false);
	cell_add(r, "7.2-cloud", "writer", 'p');
	cell_add(r, "5.10-cloud", "writer", 'p');
	cell_add(r, "6.1-cloud", "writer", 'w');
	v = result_view_new(r);
	support_take_run(v, &s);
	report_support_badge(&s, &all);
	ck_assert_str_eq(buf_str(&all),
	                 "{\"schemaVersion\":1,\"label\":\"kernels\",\"message\":\"7.2, proven on 1 of 3 "
	                 "kernels\",\"color\":\"green\"}\n");
	ck_assert_uint_eq(support_select(&s, "r*"), 1);
	report_support_badge(&s, &one);
	ck_assert_str_eq(buf_str(&one), BADGE("6.1–7.2, proven on 2 of 3 kernels", "green"));
	ck_assert_uint_eq(support_select(&s, "nothing"), 0);
	result_view_free(steal_ptr(v));
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(support_begins_after_the_last_gap, ranges),
	        TEST(the_text_says_what_it_rests_on),
	        TEST(architectures_are_told_apart),
	        TEST(programs_have_rows_where_they_differ),
	        TEST(of_a_refused_object_each_program_is_told),
	        TEST(baselines_say_the_same_but_for_words),
	        TEST(kernels_of_another_baseline_are_none_of_its_own),
	        TEST(a_badge_of_several_says_what_holds_for_all),
	};

	return suite_run("support", tests, COUNT(tests));
}
