/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scheduler: what becomes of a matrix when guests are lost, saved guests are of no use, the prediction is late, and
 * when it is interrupted. The guests are the fake QEMU's.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "host/run/scheduler.h"
#include "tests/fake_matrix.h"
#include "tests/suite.h"

static void setup(void)
{
	scratch_setup();
	fake_qemu_install();
}

/* "k1 bad infra, k1 other pass, " in the order in which they were recorded. */
static char *verdicts(const struct fake_matrix *m)
{
	struct buf text = {0};

	for (size_t i = 0; i < m->r->cell_count; i++)
		buf_printf(&text, "%s%s %s %s", i ? ", " : "", m->r->cells[i].kernel, m->r->cells[i].object,
		           verdict_name(m->r->cells[i].verdict));
	return buf_steal(&text);
}

/* "boot ok, boot lost": how each VM of a kernel came to its guest, and what became of it. */
static char *attempts(const struct result_kernel *k)
{
	struct buf text = {0};

	for (size_t i = 0; i < k->attempt_count; i++)
		buf_printf(&text, "%s%s %s", i ? ", " : "", k->attempts[i].start,
		           k->attempts[i].failed ? "lost" : "ok");
	return buf_steal(&text);
}

static struct watch listening(struct fake_matrix *m)
{
	return (struct watch){.ctx = m, .say = fake_matrix_say, .kernel_done = fake_matrix_done};
}

/* ---- guests that are lost ---- */

static const struct {
	const char *name;
	const char *behaviours[FAKE_KERNELS];
	size_t count;
	const char *verdicts;
	const char *attempts[FAKE_KERNELS];
	bool infra[FAKE_KERNELS]; /* the kernel as a whole */
} fates[] = {
        {"all good",
         {"good", "good"},
         2,
         "k1 bad pass, k1 other pass, k2 bad pass, k2 other pass",
         {"boot ok", "boot ok"}},
        {"the culprit is infra, the others get a fresh VM",
         {"die-at-bad"},
         1,
         "k1 bad infra, k1 other pass",
         {"boot lost, boot ok"}},
        {"each culprit in its turn",
         {"die-in-cell", "good"},
         2,
         "k1 bad infra, k2 bad pass, k2 other pass, k1 other infra",
         {"boot lost, boot lost", "boot ok"}},
        {"without a culprit nothing is tried again",
         {"crash", "good"},
         2,
         "k1 bad infra, k1 other infra, k2 bad pass, k2 other pass",
         {"boot lost", "boot ok"},
         {true}},
        {"a kernel that is lost while it boots is booted once more",
         {"panic-booting", "panic-booting-once"},
         2,
         "k1 bad infra, k1 other infra, k2 bad pass, k2 other pass",
         {"boot lost, boot lost", "boot lost, boot ok"},
         {true}},
        {"the one that a guest is too small for gets a larger one, behind the others",
         {"small-for-bad", "good"},
         2,
         "k1 other pass, k2 bad pass, k2 other pass, k1 bad pass",
         {"boot ok, boot ok", "boot ok"}},
        {"the one that takes long gets more time",
         {"slow-at-bad"},
         1,
         "k1 other pass, k1 bad pass",
         {"boot ok, boot ok"}},
        {"once",
         {"never-enough", "never-done"},
         2,
         "k1 other pass, k2 other pass, k1 bad rejected, k2 bad infra",
         {"boot ok, boot ok", "boot ok, boot ok"}},
        {"lost after the last cell", {"no-end"}, 1, "k1 bad infra, k1 other infra", {"boot lost"}, {true}},
};

START_TEST(each_guest_has_its_fate)
{
	struct fake_matrix m;
	cleanup_error struct error err = {0};
	cleanup_free char *cells = NULL;
	struct watch watch = listening(&m);
	struct schedule s;

	fake_matrix_init(&m, fates[_i].name, fates[_i].behaviours, fates[_i].count);
	s = fake_matrix_schedule(&m, &watch);
	ck_assert_msg(!scheduler_run(&s, m.r, &err), "%s", err.text);
	cells = verdicts(&m);
	ck_assert_str_eq(cells, fates[_i].verdicts);
	for (size_t i = 0; i < fates[_i].count; i++) {
		cleanup_free char *tried = attempts(&m.r->kernels[i]);

		ck_assert_str_eq(tried, fates[_i].attempts[i]);
		ck_assert_int_eq(m.r->kernels[i].infra, fates[_i].infra[i]);
	}
	fake_matrix_free(&m);
}
END_TEST

START_TEST(the_culprit_is_named_with_its_evidence)
{
	struct fake_matrix m;
	const struct result_cell *c;
	struct watch watch = listening(&m);
	struct schedule s;

	fake_matrix_init(&m, "named", (const char *const[]){"die-at-bad"}, 1);
	s = fake_matrix_schedule(&m, &watch);
	ck_assert_int_eq(scheduler_run(&s, m.r, NULL), 0);
	c = fake_matrix_cell(&m, "k1", "bad");
	ck_assert_msg(strstr(c->reason, "the VM was lost while bad ran: QEMU ended with status 3") != NULL, "%s",
	              c->reason);
	ck_assert_str_eq(c->log, "k1/console.log");
	ck_assert_msg(strstr(buf_str(&m.said), "by hand: sh ") != NULL, "%s", buf_str(&m.said));
	ck_assert_msg(strstr(buf_str(&m.said), "k1 done, 1 of 1\n") != NULL, "%s", buf_str(&m.said));
	/* the fresh VM keeps evidence of its own */
	ck_assert_str_eq(m.r->kernels[0].attempts[1].console, "k1/console-2.log");
	fake_matrix_free(&m);
}
END_TEST

START_TEST(what_is_measured_again_says_how_each_time)
{
	struct fake_matrix m;
	const struct result_cell *c;
	struct watch watch = listening(&m);
	struct schedule s;

	fake_matrix_init(&m, "again", (const char *const[]){"small-for-bad", "never-done"}, 2);
	s = fake_matrix_schedule(&m, &watch);
	ck_assert_int_eq(scheduler_run(&s, m.r, NULL), 0);
	c = fake_matrix_cell(&m, "k1", "bad");
	ck_assert_uint_eq(c->attempts.count, 2);
	ck_assert_str_eq(c->attempts.at[0],
	                 "in a VM of 256 MB the guest's memory was full before the object was loaded");
	ck_assert_str_eq(c->attempts.at[1], "alone in a VM of 1024 MB: measured");
	ck_assert_msg(strstr(c->reason, "loaded, then alone in a VM of 1024 MB: measured") != NULL, "%s", c->reason);
	ck_assert_uint_eq(c->runs, 1);
	ck_assert_uint_eq(fake_matrix_cell(&m, "k1", "other")->attempts.count, 0);
	c = fake_matrix_cell(&m, "k2", "bad");
	ck_assert_str_eq(c->attempts.at[0],
	                 "in a VM of 256 MB the verifier was still at work on the object when its time was over");
	ck_assert_str_eq(c->attempts.at[1], "alone in a VM of 1024 MB: not measured");
	ck_assert_msg(strstr(buf_str(&m.said), "k1: bad: the guest's memory was full before the object was loaded; it "
	                                       "is measured again, alone in a VM of 1024 MB\n") != NULL,
	              "%s", buf_str(&m.said));
	fake_matrix_free(&m);
}
END_TEST

START_TEST(a_kernel_that_cannot_be_started_is_infra)
{
	static char gone[] = "/does/not/exist";
	struct fake_matrix m;
	const struct result_cell *c;
	struct schedule s;

	fake_matrix_init(&m, "unstarted", (const char *const[]){"good", "good"}, 2);
	m.kernels[0].image = gone;
	s = fake_matrix_schedule(&m, NULL);
	ck_assert_int_eq(scheduler_run(&s, m.r, NULL), 0);
	ck_assert(m.r->kernels[0].infra);
	ck_assert_msg(strstr(m.r->kernels[0].reason, gone) != NULL, "%s", m.r->kernels[0].reason);
	ck_assert_uint_eq(m.r->kernels[0].attempt_count, 0);
	c = fake_matrix_cell(&m, "k1", "other");
	ck_assert_int_eq(c->verdict, VERDICT_INFRA);
	ck_assert_str_eq(c->log, "");
	ck_assert_int_eq(fake_matrix_cell(&m, "k2", "other")->verdict, VERDICT_PASS);
	fake_matrix_free(&m);
}
END_TEST

/* ---- guests that are saved ---- */

static const struct {
	const char *behaviour;
	const char *first, *second; /* attempts, the second time with what the first one left */
	const char *said;
} savings[] = {
        {"good", "boot and save ok, resume ok", "resume ok", ""},
        /* which is asked in other words than the one above */
        {"new-qemu", "boot and save ok, resume ok", "resume ok", ""},
        {"no-saving", "boot and save lost, boot ok", "boot and save lost, boot ok",
         "QEMU cannot save the guest: the fake will not; the guest is booted instead"},
        {"saving-fails", "boot and save lost, boot ok", "boot and save lost, boot ok",
         "QEMU cannot save the guest: the migration failed: no room; the guest is booted instead"},
        {"no-resuming", "boot and save ok, resume lost, boot ok", "boot and save ok, resume lost, boot ok",
         "QEMU cannot resume the guest: the fake will not; the guest is booted instead"},
        /* a guest that is lost is no failure of saving */
        {"die-at-bad", "boot and save ok, resume lost, resume ok", "resume lost, resume ok", "while"},
};

START_TEST(a_saved_guest_or_else_a_boot)
{
	const char *wanted[] = {savings[_i].first, savings[_i].second};

	for (size_t time = 0; time < 2; time++) {
		struct fake_matrix m;
		cleanup_free char *tried = NULL;
		struct watch watch = listening(&m);
		struct schedule s;

		fake_matrix_init(&m, savings[_i].behaviour, &savings[_i].behaviour, 1);
		s = fake_matrix_schedule(&m, &watch);
		s.cold = false;
		ck_assert_int_eq(scheduler_run(&s, m.r, NULL), 0);
		tried = attempts(&m.r->kernels[0]);
		ck_assert_str_eq(tried, wanted[time]);
		ck_assert_int_eq(fake_matrix_cell(&m, "k1", "other")->verdict, VERDICT_PASS);
		ck_assert(!m.r->kernels[0].infra);
		if (strcmp(savings[_i].said, "while"))
			ck_assert_msg(strstr(buf_str(&m.said), savings[_i].said) != NULL, "%s", buf_str(&m.said));
		fake_matrix_free(&m);
	}
}
END_TEST

/* ---- fewer kernels than processors ---- */

static const struct {
	const char *name, *behaviour;
	bool cold;
	double kernel_ms;
	const char *attempts; /* which guest ends first is not known: they must be alike */
} shares[] = {
        {"each takes its share", "good", true, 100000, "boot ok, boot ok"},
        {"not of what is not worth another boot", "good", true, 1000, "boot ok"},
        {"of a saved guest, once it is there", "good", false, 100000, "boot and save ok, resume ok, resume ok"},
        {"whose resuming is worth it sooner", "good", false, 6000, "boot and save ok, resume ok, resume ok"},
        {"a share that is lost takes nothing with it", "die-at-bad", true, 100000, "boot lost, boot ok"},
};

START_TEST(objects_are_shared_out)
{
	const double object_ms[] = {1, 1};
	struct watch watch;
	struct fake_matrix m;
	struct share_costs costs;
	struct schedule s;
	cleanup_free char *tried = NULL;

	fake_matrix_init(&m, shares[_i].name, &shares[_i].behaviour, 1);
	watch = listening(&m);
	share_costs_make(&costs, &shares[_i].kernel_ms, 1, object_ms, 2);
	s = fake_matrix_schedule(&m, &watch);
	s.cold = shares[_i].cold;
	s.costs = &costs;
	s.jobs = 2;
	ck_assert_int_eq(scheduler_run(&s, m.r, NULL), 0);
	tried = attempts(&m.r->kernels[0]);
	ck_assert_msg(strlen(tried) == strlen(shares[_i].attempts), "%s: %s\n%s", shares[_i].name, tried,
	              buf_str(&m.said));
	ck_assert_uint_eq(m.r->cell_count, 2);
	ck_assert_int_eq(fake_matrix_cell(&m, "k1", "other")->verdict, VERDICT_PASS);
	ck_assert_uint_eq(fake_matrix_cell(&m, "k1", "other")->runs, 1);
	ck_assert_int_eq(fake_matrix_cell(&m, "k1", "bad")->verdict,
	                 strcmp(shares[_i].behaviour, "good") ? VERDICT_INFRA : VERDICT_PASS);
	share_costs_free(&costs);
	fake_matrix_free(&m);
}
END_TEST

/* ---- repeats and interruptions ---- */

START_TEST(cells_are_measured_as_often_as_asked)
{
	struct fake_matrix m;
	struct watch watch = listening(&m);
	struct schedule s;

	fake_matrix_init(&m, "repeats", (const char *const[]){"good", "good"}, 2);
	s = fake_matrix_schedule(&m, &watch);
	s.repeat = 3;
	s.jobs = 2;
	ck_assert_int_eq(scheduler_run(&s, m.r, NULL), 0);
	ck_assert_uint_eq(m.r->cell_count, 4);
	for (size_t i = 0; i < m.r->cell_count; i++) {
		ck_assert_uint_eq(m.r->cells[i].runs, 3);
		ck_assert_uint_eq(m.r->cells[i].differing, 0);
	}
	ck_assert_uint_eq(m.r->kernels[0].attempt_count, 3);
	fake_matrix_free(&m);
}
END_TEST

/* Interrupts once so many cells are there: the next VM has been started by then, and has not been looked at. */
struct interruption {
	struct fake_matrix m;
	size_t cells;
};

static void interrupt(void *ctx, size_t done, size_t total, const char *what)
{
	const struct interruption *i = ctx;

	(void)done, (void)total, (void)what;
	if (i->m.r->cell_count == i->cells)
		raise(SIGTERM);
}

static void run_interrupted(struct interruption *i, const char *name, size_t cells)
{
	cleanup_error struct error err = {0};
	struct watch watch = {.ctx = i, .at_work = interrupt};
	struct schedule s;

	i->cells = cells;
	fake_matrix_init(&i->m, name, (const char *const[]){"good", "good", "good"}, 3);
	/* the prediction is there, so that cells are judged at once */
	ck_assert_ptr_nonnull(predict_finish(i->m.predict, NULL));
	s = fake_matrix_schedule(&i->m, &watch);
	s.repeat = 2;
	ck_assert_int_eq(scheduler_run(&s, i->m.r, &err), -EINTR);
	ck_assert_msg(strstr(err.text, i->m.directory) != NULL, "%s", err.text);
}

START_TEST(what_was_measured_stands_when_interrupted)
{
	cleanup_free char *cells = NULL;
	struct interruption i;

	/* the second VM of k1 is the one that is interrupted */
	run_interrupted(&i, "interrupted", 6);
	cells = verdicts(&i.m);
	ck_assert_str_eq(cells, "k1 bad pass, k1 other pass, k2 bad pass, k2 other pass, k3 bad pass, k3 other pass");
	for (size_t c = 0; c < 6; c++) {
		/* a repeat that was not made takes nothing from the measurement */
		ck_assert_uint_eq(i.m.r->cells[c].runs, 1);
		ck_assert_uint_eq(i.m.r->cells[c].differing, 0);
		ck_assert(i.m.r->cells[c].as_expected);
	}
	ck_assert_uint_eq(i.m.r->kernels[0].attempt_count, 2);
	fake_matrix_free(&i.m);
}
END_TEST

START_TEST(what_was_not_is_infra_and_says_why)
{
	static const char *const reasons[] = {"", "interrupted", "interrupted before it was started"};
	struct interruption i;

	run_interrupted(&i, "stopped", 2);
	for (size_t k = 0; k < 3; k++) {
		const struct result_cell *c = fake_matrix_cell(&i.m, i.m.r->kernels[k].id, "other");

		ck_assert_int_eq(c->verdict, k ? VERDICT_INFRA : VERDICT_PASS);
		ck_assert_str_eq(c->reason, reasons[k]);
		ck_assert_str_eq(i.m.r->kernels[k].reason, reasons[k]);
		ck_assert_int_eq(i.m.r->kernels[k].infra, k > 0);
	}
	fake_matrix_free(&i.m);
}
END_TEST

/* ---- a prediction that is late ---- */

static bool stop_children;

/* In a child, before it does anything else. */
static void stop_child(void)
{
	if (stop_children)
		raise(SIGSTOP);
}

/* A matrix whose prediction does not begin before its worker, which is returned, is sent SIGCONT. */
static pid_t stopped_prediction(struct fake_matrix *m, const char *name, const char *const *behaviours, size_t count)
{
	siginfo_t info = {0};

	ck_assert_int_eq(pthread_atfork(NULL, NULL, stop_child), 0);
	stop_children = true;
	fake_matrix_init(m, name, behaviours, count);
	stop_children = false;
	ck_assert_int_eq(waitid(P_ALL, 0, &info, WSTOPPED | WNOWAIT), 0);
	return info.si_pid;
}

struct late {
	struct fake_matrix m;
	pid_t worker;
	size_t cells; /* that were recorded before the prediction was there */
	bool waited;  /* every VM had ended by then */
	int how;      /* to be sent to whom: SIGCONT to the worker, SIGTERM to this process */
};

static void when_vms_have_ended(void *ctx, size_t done, size_t total, const char *what)
{
	struct late *late = ctx;

	(void)done, (void)total;
	if (strcmp(what, SCHEDULER_PREDICTION))
		return;
	late->cells = late->m.r->cell_count;
	late->waited = true;
	if (late->how == SIGCONT)
		kill(late->worker, SIGCONT);
	else
		raise(late->how);
}

/* A scheduler that waited for it would never start the second VM, and never come to an end. */
START_TEST(a_late_prediction_keeps_no_vm_waiting)
{
	struct late late = {.how = SIGCONT};
	struct fake_matrix *m = &late.m;
	struct watch watch = {.ctx = &late, .at_work = when_vms_have_ended};
	cleanup_free char *cells = NULL;
	struct schedule s;

	late.worker = stopped_prediction(m, "late", (const char *const[]){"good", "die-at-bad", "good"}, 3);
	s = fake_matrix_schedule(m, &watch);
	ck_assert_int_eq(scheduler_run(&s, m->r, NULL), 0);
	ck_assert(late.waited);
	ck_assert_uint_eq(late.cells, 0);
	cells = verdicts(m);
	ck_assert_str_eq(cells, "k1 bad pass, k1 other pass, k2 bad infra, k3 bad pass, k3 other pass, k2 other pass");
	/* and they are held against it */
	ck_assert_str_eq(fake_matrix_cell(m, "k1", "bad")->predicted, "loads");
	fake_matrix_free(m);
}
END_TEST

START_TEST(who_interrupts_twice_does_not_wait_for_it)
{
	struct late late = {.how = SIGTERM};
	struct fake_matrix *m = &late.m;
	struct watch watch = {.ctx = &late, .at_work = when_vms_have_ended};
	struct schedule s;

	late.worker = stopped_prediction(m, "never", (const char *const[]){"good"}, 1);
	s = fake_matrix_schedule(m, &watch);
	ck_assert_int_eq(scheduler_run(&s, m->r, NULL), -EINTR);
	ck_assert(late.waited);
	ck_assert_int_eq(fake_matrix_cell(m, "k1", "other")->verdict, VERDICT_PASS);
	ck_assert_str_eq(fake_matrix_cell(m, "k1", "other")->predicted, "");
	fake_matrix_free(m);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("scheduler", .open = setup, .close = scratch_teardown),
	        EACH(each_guest_has_its_fate, fates),
	        TEST(the_culprit_is_named_with_its_evidence),
	        TEST(what_is_measured_again_says_how_each_time),
	        TEST(a_kernel_that_cannot_be_started_is_infra),
	        EACH(a_saved_guest_or_else_a_boot, savings),
	        EACH(objects_are_shared_out, shares),
	        TEST(cells_are_measured_as_often_as_asked),
	        TEST(what_was_measured_stands_when_interrupted),
	        TEST(what_was_not_is_infra_and_says_why),
	        TEST(a_late_prediction_keeps_no_vm_waiting),
	        TEST(who_interrupts_twice_does_not_wait_for_it),
	};

	return suite_run("scheduler", tests, COUNT(tests));
}
