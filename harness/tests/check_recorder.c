/* SPDX-License-Identifier: BSD-2-Clause */
/* recorder: what tasks that came to their end leave in a result: measured, lost, interrupted, measured again. */
#include <unistd.h>

#include "host/result/result_json.h"
#include "host/run/recorder.h"
#include "tests/fake_matrix.h"
#include "tests/suite.h"

#define NONCE 7u

struct recording {
	struct fake_matrix m;
	struct schedule s;
	struct recorder rec;
};

static void recording_init(struct recording *x, const char *name)
{
	*x = (struct recording){0};
	fake_matrix_init(&x->m, name, (const char *const[]){"good"}, 1);
	x->s = fake_matrix_schedule(&x->m, NULL);
	recorder_init(&x->rec, &x->s, x->m.r);
}

static void recording_free(struct recording *x)
{
	recorder_free(&x->rec);
	fake_matrix_free(&x->m);
}

static void hear(struct task *t, struct message m)
{
	struct frame_decoder d = {0};
	cleanup_buf struct buf bytes = {0};
	cleanup_error struct error err = {0};
	struct frame f;

	message_encode(&m, &bytes);
	frame_decoder_feed(&d, bytes.data, bytes.len);
	ck_assert_int_eq(frame_decoder_next(&d, &f, &err), 1);
	ck_assert_msg(!session_take(&t->session, &f, 1, &err), "%s", err.text);
	frame_decoder_free(&d);
}

/*
 * A task of both objects whose VM said what `cells` has for each: '+' measured and right, '-' measured and wrong, '*'
 * measured and nothing compared, '.' nothing.
 */
static struct task *make_task(struct recording *x, const char *cells)
{
	static char release[] = FAKE_RELEASE, one[] = "1", two[] = "2", field[] = "pid";
	struct task *t = task_new(0, (const size_t[]){0, 1}, 2, 1);

	record_task_waits(&x->rec, 0);
	t->suffix = xstrdup("");
	session_init(&t->session, NONCE, 2, release);
	hear(t, (struct message){.type = MESSAGE_HELLO, .hello = {.protocol = MESSAGE_PROTOCOL, .release = release}});
	hear(t, (struct message){.type = MESSAGE_READY});
	hear(t, (struct message){.type = MESSAGE_JOB, .job = {.nonce = NONCE, .objects = 2}});
	for (uint32_t i = 0; i < 2 && cells[i] != '.'; i++) {
		bool right = cells[i] == '+';

		hear(t, (struct message){.type = MESSAGE_CELL_BEGIN, .cell_begin.object = i});
		if (cells[i] != '*')
			hear(t, (struct message){
			                .type = MESSAGE_TRUTH,
			                .truth = {.field = field,
			                          .expected = one,
			                          .observed = right ? one : two,
			                          .ok = right},
			        });
		hear(t, (struct message){.type = MESSAGE_CELL_END, .cell_end.phase = PHASE_DONE});
	}
	return t;
}

static void record(struct recording *x, struct task *t, enum task_end end, const char *reason, int culprit)
{
	cleanup_error struct error err = {0};

	t->ran = true;
	task_set_end(t, end, reason);
	t->culprit = culprit;
	ck_assert_msg(!record_task(&x->rec, t, &err), "%s", err.text);
	task_free(t);
}

static const struct {
	const char *cells;
	enum task_end end;
	const char *reason;
	int culprit;
	const char *verdicts[2], *reasons[2];
	const char *kernel; /* why it is infra as a whole, "" when it is not */
} ends[] = {
        {"++", TASK_DONE, NULL, -1, {"pass", "pass"}, {"", ""}, ""},
        {"+-", TASK_DONE, NULL, -1, {"pass", "wrong"}, {"", NULL}, ""},
        {"..", TASK_LOST, "gone", 1, {"infra", "infra"}, {"gone", "the VM was lost while other ran: gone"}, ""},
        {"..", TASK_LOST, "gone", -1, {"infra", "infra"}, {"gone", "gone"}, "gone"},
        /* a lost VM proves nothing, whatever it said before; an interrupted one was sound */
        {"+.", TASK_LOST, "gone", 1, {"infra", "infra"}, {"gone", "the VM was lost while other ran: gone"}, ""},
        {"+.", TASK_INTERRUPTED, "stopped", -1, {"pass", "infra"}, {"", "stopped"}, ""},
        {"..", TASK_INTERRUPTED, "stopped", -1, {"infra", "infra"}, {"stopped", "stopped"}, "stopped"},
};

START_TEST(a_task_is_recorded_by_its_end)
{
	struct recording x;

	recording_init(&x, "ends");
	record(&x, make_task(&x, ends[_i].cells), ends[_i].end, ends[_i].reason, ends[_i].culprit);
	ck_assert_uint_eq(x.m.r->cell_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct result_cell *c = &x.m.r->cells[i];

		ck_assert_str_eq(c->object, i ? "other" : "bad");
		ck_assert_str_eq(verdict_name(c->verdict), ends[_i].verdicts[i]);
		if (ends[_i].reasons[i])
			ck_assert_str_eq(c->reason, ends[_i].reasons[i]);
		ck_assert_int_eq(c->as_expected, !strcmp(ends[_i].verdicts[i], "pass"));
	}
	ck_assert_int_eq(x.m.r->kernels[0].infra, *ends[_i].kernel != '\0');
	ck_assert_str_eq(x.m.r->kernels[0].reason, ends[_i].kernel);
	recording_free(&x);
}
END_TEST

static const struct {
	const char *first, *second;
	bool second_is_lost;
	const char *verdict;
	unsigned differing;
} repeats[] = {
        {"++", "++", false, "pass", 0},
        {"++", "-+", false, "pass", 1},
        {"-+", "++", false, "wrong", 1},
        /* it is known to have passed, and not known to pass always */
        {"++", "..", true, "infra", 1},
};

START_TEST(a_cell_that_differs_between_runs_is_unexpected)
{
	const struct result_cell *c;
	struct recording x;
	struct task *t[2];

	recording_init(&x, "repeats");
	t[0] = make_task(&x, repeats[_i].first);
	t[1] = make_task(&x, repeats[_i].second);
	record(&x, t[0], TASK_DONE, NULL, -1);
	if (repeats[_i].second_is_lost)
		record(&x, t[1], TASK_LOST, "gone", 0);
	else
		record(&x, t[1], TASK_DONE, NULL, -1);
	c = fake_matrix_cell(&x.m, "k1", "bad");
	ck_assert_uint_eq(x.m.r->cell_count, 2);
	ck_assert_uint_eq(c->runs, 2);
	ck_assert_uint_eq(c->differing, repeats[_i].differing);
	ck_assert_str_eq(verdict_name(c->verdict), repeats[_i].verdict);
	ck_assert_int_eq(c->as_expected, !repeats[_i].differing);
	recording_free(&x);
}
END_TEST

START_TEST(a_kernel_is_on_disk_after_its_last_task)
{
	cleanup_error struct error err = {0};
	cleanup_free char *json = NULL;
	struct result *read = NULL;
	struct recording x;
	struct task *t[2];

	recording_init(&x, "disk");
	json = xasprintf("%s/" RESULT_JSON_NAME, x.m.directory);
	t[0] = make_task(&x, "++");
	t[1] = make_task(&x, "++");
	record(&x, t[0], TASK_DONE, NULL, -1);
	ck_assert_int_ne(access(json, F_OK), 0);
	ck_assert_uint_eq(x.rec.finished, 0);
	record(&x, t[1], TASK_DONE, NULL, -1);
	ck_assert_uint_eq(x.rec.finished, 1);
	ck_assert_msg(!result_json_read(json, &read, &err), "%s", err.text);
	ck_assert_uint_eq(read->cell_count, 2);
	ck_assert(!read->complete);
	result_free(read);
	recording_free(&x);
}
END_TEST

START_TEST(cells_are_held_against_a_prediction_that_is_there)
{
	for (int there = 0; there < 2; there++) {
		struct recording x;

		recording_init(&x, "predicted");
		if (there)
			x.rec.prediction = predict_finish(x.m.predict, NULL);
		record(&x, make_task(&x, "++"), TASK_DONE, NULL, -1);
		ck_assert_str_eq(fake_matrix_cell(&x.m, "k1", "bad")->predicted, there ? "loads" : "");
		recording_free(&x);
	}
}
END_TEST

static const struct {
	const char *cells;
	enum evidence required;
	bool as_expected;
} required[] = {
        {"**", EVIDENCE_UNKNOWN, true},
        {"**", EVIDENCE_TRUTH, false},
        {"++", EVIDENCE_TRUTH, true},
        {"--", EVIDENCE_UNKNOWN, false},
};

START_TEST(less_evidence_than_required_is_unexpected)
{
	struct recording x;

	recording_init(&x, "required");
	x.s.require = required[_i].required;
	record(&x, make_task(&x, required[_i].cells), TASK_DONE, NULL, -1);
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(x.m.r->cells[i].as_expected, required[_i].as_expected);
	recording_free(&x);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("recorder", .open = scratch_setup, .close = scratch_teardown),
	        EACH(a_task_is_recorded_by_its_end, ends),
	        EACH(a_cell_that_differs_between_runs_is_unexpected, repeats),
	        TEST(a_kernel_is_on_disk_after_its_last_task),
	        TEST(cells_are_held_against_a_prediction_that_is_there),
	        EACH(less_evidence_than_required_is_unexpected, required),
	};

	return suite_run("recorder", tests, COUNT(tests));
}
