/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/judge/judge.h"
#include "host/judge/judge_circumstance.h"
#include "host/judge/judge_cost.h"
#include "host/judge/kernel_said.h"
#include "host/judge/learn.h"
#include "host/lib/strings.h"
#include "host/lib/text.h"
#include "host/object/expect.h"
#include "host/object/expect_text.h"
#include "host/result/cell_compare.h"
#include "host/result/cell_truth.h"
#include "host/result/result_json.h"
#include "host/run/cell_result.h"
#include "host/run/learn_write.h"
#include "host/run/linked_libbpf.h"
#include "host/run/module_job.h"
#include "host/run/reuse.h"

void recorder_init(struct recorder *rec, const struct schedule *s, struct result *r)
{
	*rec = (struct recorder){.s = s, .r = r};
	rec->pending = xcalloc(s->list->count, sizeof(*rec->pending));
	rec->lost = xcalloc(s->list->count * s->objects->count, sizeof(*rec->lost));
	rec->attempts = xcalloc(s->list->count * s->objects->count, sizeof(*rec->attempts));
	rec->observed = xcalloc(s->list->count * s->objects->count, sizeof(*rec->observed));
}

void recorder_free(struct recorder *rec)
{
	free(rec->pending);
	free(rec->lost);
	for (size_t i = 0; i < rec->s->list->count * rec->s->objects->count; i++) {
		for (size_t k = 0; k < rec->observed[i].count; k++)
			observation_free(&rec->observed[i].at[k]);
		free(rec->observed[i].at);
		strings_free(&rec->attempts[i]);
	}
	free(rec->attempts);
	free(rec->observed);
	*rec = (struct recorder){0};
}

static struct result_cell *add_cell(struct recorder *rec, size_t kernel, size_t object)
{
	const struct object *o = &rec->s->objects->at[object];
	const char *id = rec->s->kernels[kernel].id;
	struct result_cell *cell = result_add_cell(rec->r);
	cleanup_free char *row = shell_quote(id), *words = object_words(o);
	cleanup_free char *reproduce = xasprintf("%s --kernel %s %s", rec->s->command, row, words);

	text_set(&cell->kernel, id);
	text_set(&cell->object, o->name);
	text_set(&cell->variant, o->ini.variant ? o->ini.variant : "");
	text_set(&cell->build, o->build ? o->build : "");
	text_set(&cell->libbpf, rec->s->libbpf ? rec->s->libbpf : "");
	text_set(&cell->reproduce, reproduce);
	return cell;
}

/* What the ini and the command line require; the stronger of both. */
static void require_evidence(const struct recorder *rec, struct result_cell *cell, const struct object *o)
{
	enum evidence required = o->ini.require > rec->s->require ? o->ini.require : rec->s->require;
	cleanup_free char *reason = NULL;

	if (!cell->as_expected || !expect_lacks_evidence(cell->verdict, cell->evidence, required))
		return;
	cell->as_expected = false;
	reason = xasprintf("%s%sits evidence is \"%s\", but \"%s\" is required", cell->reason,
	                   *cell->reason ? "; " : "", evidence_name(cell->evidence), evidence_name(required));
	text_set(&cell->reason, reason);
}

/* Whatever the cell came to: a kernel that warns while an object is in it is not what anybody ships for. */
static void heed_kernel(struct result_cell *cell)
{
	cleanup_free char *reason = NULL, *more = NULL;

	if (!cell->kernel_said.count || cell->verdict == VERDICT_INFRA)
		return;
	cell->as_expected = false;
	more = cell->kernel_said.count > 1 ? xasprintf(" (and %zu more)", cell->kernel_said.count - 1) : xstrdup("");
	reason = xasprintf("%s%sthe kernel said: %s%s", cell->reason, *cell->reason ? "; " : "",
	                   cell->kernel_said.at[0], more);
	text_set(&cell->reason, reason);
}

/* A loader that resolves a record as no other does, whatever comes of it. */
static void heed_differences(struct result_cell *cell)
{
	const struct result_relocation *first = NULL;
	cleanup_free char *reason = NULL, *more = NULL;
	size_t count = 0;

	for (size_t i = 0; i < cell->relocation_count; i++) {
		const struct result_relocation *r = &cell->relocations[i];

		first = first ? first : *r->differs ? r : NULL;
		count += *r->differs != '\0';
	}
	if (!first || cell->verdict == VERDICT_INFRA)
		return;
	cell->as_expected = false;
	more = count > 1 ? xasprintf(" (and %zu more)", count - 1) : xstrdup("");
	reason = xasprintf("%s%sit resolves %s %s in another way than libbpf: %s%s", cell->reason,
	                   *cell->reason ? "; " : "", first->kind, *first->spec ? first->spec : first->type,
	                   first->differs, more);
	text_set(&cell->reason, reason);
}

/* Of an object that came to run. */
static void expect_kernel_says(struct result_cell *cell, const struct object_ini *ini)
{
	for (size_t i = 0; i < ini->allowed_count; i++) {
		cleanup_free char *reason = NULL;

		if (!ini->allowed[i].expected || cell->phase < PHASE_RUN || cell->verdict == VERDICT_INFRA ||
		    kernel_said_used(cell, &ini->allowed[i]))
			continue;
		cell->as_expected = false;
		reason = xasprintf("%s%sthe kernel did not say: %s", cell->reason, *cell->reason ? "; " : "",
		                   ini->allowed[i].pattern);
		text_set(&cell->reason, reason);
	}
}

/* The cell whose expectation is asked for. */
struct asked {
	const struct recorder *rec;
	size_t kernel, object;
};

/* An expect_ask: the prediction has answered each of the ini's conditions on types, with the BTF that the object saw.
 */
static int answer(void *ctx, size_t rule)
{
	const struct asked *a = ctx;
	const struct prediction *p = a->rec->prediction;

	return p ? predict_answer(prediction_cell(p, a->kernel, a->object), rule) : -ENODATA;
}

static void expect_cell(struct recorder *rec, struct result_cell *cell, size_t kernel, size_t object)
{
	const struct object *o = &rec->s->objects->at[object];
	const struct store_kernel *k = &rec->s->kernels[kernel];
	struct expect_kernel about = {.id = k->id,
	                              .release = k->release,
	                              .arch = k->arch,
	                              .row = rec->s->list->rows[kernel].expect,
	                              .libbpf = linked_libbpf()};
	struct asked asked = {rec, kernel, object};
	cleanup_error struct error err = {0};
	cleanup_free char *missing = NULL;
	char *text = NULL;

	if (expect_verdict(&o->ini, &about, answer, &asked, &text, &err))
		text = xasprintf("unknown (%s)", err.text);
	text_set(&cell->expected, text);
	missing = cell_missing_subjects(cell);
	cell->as_expected = expect_matches(text, cell->verdict, cell->class, missing);
	free(text);
	require_evidence(rec, cell, o);
	heed_kernel(cell);
	heed_differences(cell);
	expect_kernel_says(cell, &o->ini);
}

static void write_cell_log(struct recorder *rec, struct result_cell *cell, const struct session_cell *facts)
{
	cleanup_free char *relative = xasprintf("%s/object-%s.log", cell->kernel, cell->object);
	cleanup_free char *path = xasprintf("%s/%s", rec->s->directory, relative);

	if (facts->log.len && !io_replace_file(path, facts->log.data, facts->log.len, NULL))
		text_set(&cell->log, relative);
}

/* Only of a kernel that said something worth a word. */
static void write_kernel_log(struct recorder *rec, struct result_cell *cell, const struct session_cell *facts)
{
	cleanup_free char *relative = xasprintf("%s/object-%s.kernel.log", cell->kernel, cell->object);
	cleanup_free char *path = xasprintf("%s/%s", rec->s->directory, relative);

	if (!cell->kernel_said.count && !cell->kernel_allowed.count)
		return;
	if (!io_replace_file(path, facts->kernel_log.data, facts->kernel_log.len, NULL))
		text_set(&cell->kernel_log, relative);
}

/* What judging needs and a measurement does not say: who measured, and what was expected. */
static void finish_cell(struct recorder *rec, struct result_cell *cell, size_t kernel, size_t object)
{
	cell->runs = 1;
	expect_cell(rec, cell, kernel, object);
}

/* Another measurement of a cell that has one. */
static void repeat_cell(struct result_cell *first, const struct result_cell *again)
{
	cleanup_free char *difference = cell_compare(first, again);
	cleanup_free char *reason = NULL;

	first->runs++;
	if (!difference)
		return;
	first->differing++;
	first->as_expected = false;
	if (again->verdict == VERDICT_INFRA)
		text_set(&first->log, again->log);
	reason = xasprintf("differs between runs: %s", difference);
	text_set(&first->reason, reason);
}

/* An object that was tried without a module it names is told so: on such a system it has to do without, too. */
static void note_lack(const struct recorder *rec, struct result_cell *cell, size_t kernel, size_t object)
{
	const struct object_ini *ini = &rec->s->objects->at[object].ini;
	cleanup_free char *lack = module_job_lack(&rec->s->modules[kernel], ini->settings, ini->setting_count);
	cleanup_free char *reason = NULL;

	if (!lack)
		return;
	reason = xasprintf("%s%s(tried without its module: %s)", cell->reason, *cell->reason ? " " : "", lack);
	text_set(&cell->reason, reason);
}

/* How a cell was measured that a guest was too small for, for a reader of any report. */
static void note_attempts(const struct recorder *rec, struct result_cell *cell, size_t kernel, size_t object)
{
	const struct strings *tried = &rec->attempts[kernel * rec->s->objects->count + object];
	const char *outcome = cell->verdict == VERDICT_INFRA ? "not measured" : "measured";
	cleanup_buf struct buf reason = {0};

	if (!tried->count)
		return;
	strings_free(&cell->attempts);
	buf_printf(&reason, "%s%s", cell->reason, *cell->reason ? "; " : "");
	for (size_t i = 0; i < tried->count; i++) {
		bool last = i + 1 == tried->count;

		strings_addf(&cell->attempts, "%s%s%s", tried->at[i], last ? ": " : "", last ? outcome : "");
		buf_printf(&reason, "%s%s", i ? ", then " : "", cell->attempts.at[i]);
	}
	text_set(&cell->reason, buf_str(&reason));
}

static void cost_cell(const struct recorder *rec, struct result_cell *cell, size_t object)
{
	const struct object_ini *ini = &rec->s->objects->at[object].ini;

	judge_cost(cell, ini->budgets, ini->budget_count);
}

static void allow_cell(const struct recorder *rec, struct result_cell *cell, size_t kernel, size_t object)
{
	const struct object_ini *ini = &rec->s->objects->at[object].ini;
	const struct said_rule *row = &rec->s->list->rows[kernel].allow;

	kernel_said_allow(cell, ini->allowed, ini->allowed_count);
	kernel_said_allow(cell, row, row->pattern != NULL);
}

/* A command line of the row's own may name other security modules than the configuration. */
static void heed_circumstances(const struct recorder *rec, struct result_cell *cell, size_t kernel)
{
	const struct kernel_row *row = &rec->s->list->rows[kernel];
	const char *lsm = rec->s->kernels[kernel].lsm;
	const struct kernel_circumstances k = {row->env, lsm && !strstr(row->append, "lsm=") ? lsm : ""};

	judge_circumstances(cell, &k);
}

static void fill_cell(const struct recorder *rec, struct result_cell *cell, size_t kernel, size_t object,
                      const struct session_cell *facts)
{
	if (rec->prediction)
		cell_result_fill_predicted(cell, facts, rec->prediction, kernel, object);
	else
		cell_result_fill(cell, facts);
	heed_circumstances(rec, cell, kernel);
	note_lack(rec, cell, kernel, object);
	note_attempts(rec, cell, kernel, object);
	cost_cell(rec, cell, object);
	allow_cell(rec, cell, kernel, object);
}

/* An object was measured; what it observed is taken from `facts`. */
static void record_cell(struct recorder *rec, size_t kernel, size_t object, struct session_cell *facts)
{
	struct result_cell *first =
	        result_find_cell(rec->r, rec->s->kernels[kernel].id, rec->s->objects->at[object].name);
	struct result *scratch;
	struct result_cell *cell;

	if (!first) {
		cell = add_cell(rec, kernel, object);
		fill_cell(rec, cell, kernel, object, facts);
		write_cell_log(rec, cell, facts);
		write_kernel_log(rec, cell, facts);
		finish_cell(rec, cell, kernel, object);
		rec->observed[kernel * rec->s->objects->count + object] =
		        (struct observations){.at = facts->subjects, .count = facts->subject_count};
		facts->subjects = NULL;
		facts->subject_count = 0;
		return;
	}
	scratch = result_new();
	cell = result_add_cell(scratch);
	fill_cell(rec, cell, kernel, object, facts);
	repeat_cell(first, cell);
	result_free(scratch);
}

/* Path of a file that the task's VM left, relative to the run's directory; the caller frees it. */
static char *file_of(const struct recorder *rec, const struct task *t, const char *name, const char *extension)
{
	return xasprintf("%s/%s%s.%s", rec->s->kernels[t->kernel].id, name, t->suffix, extension);
}

static void fill_lost(const struct recorder *rec, struct result_cell *cell, const struct task *t, const char *reason)
{
	cleanup_free char *console = t ? file_of(rec, t, "console", "log") : xstrdup("");

	cell_result_infra(cell, reason);
	text_set(&cell->log, console);
}

/* An object could not be measured; `t` is the task whose VM lost it, NULL when there was no VM. */
static void record_lost(struct recorder *rec, size_t kernel, size_t object, const struct task *t, const char *reason)
{
	struct result_cell *first =
	        result_find_cell(rec->r, rec->s->kernels[kernel].id, rec->s->objects->at[object].name);
	struct result *scratch;
	struct result_cell *cell;

	if (!first) {
		cell = add_cell(rec, kernel, object);
		fill_lost(rec, cell, t, reason);
		note_attempts(rec, cell, kernel, object);
		finish_cell(rec, cell, kernel, object);
		return;
	}
	scratch = result_new();
	cell = result_add_cell(scratch);
	fill_lost(rec, cell, t, reason);
	repeat_cell(first, cell);
	result_free(scratch);
	rec->lost[kernel * rec->s->objects->count + object] = true;
}

/* No VM of the kernel could measure anything. */
static void record_kernel_lost(struct recorder *rec, size_t kernel, const char *reason)
{
	struct result_kernel *k = &rec->r->kernels[kernel];

	k->infra = true;
	text_set(&k->reason, reason);
}

/* How a VM came to its guest; names in the results. */
static const char *const start_names[] = {
        [VM_RUN] = "boot",
        [VM_SAVE] = RESULT_START_SAVE,
        [VM_RESUME] = "resume",
        [VM_PROBE] = "probe",
};

/* What its guest found of the circumstances that its row asks for; every guest says the same, or is lost. */
static void record_circumstances(struct result_kernel *k, const struct session *s)
{
	for (size_t i = 0; i < s->found_count; i++)
		for (size_t c = 0; c < k->circumstance_count; c++) {
			if (strcmp(k->circumstances[c].asked, s->found[i].asked))
				continue;
			text_set(&k->circumstances[c].found, s->found[i].found);
			text_set(&k->circumstances[c].said, s->found[i].said);
		}
}

void record_attempt(struct recorder *rec, const struct task *t)
{
	struct result_kernel *k = &rec->r->kernels[t->kernel];
	struct result_attempt *a = result_add_attempt(k);
	cleanup_free char *console = file_of(rec, t, "console", "log"), *script = file_of(rec, t, "qemu", "sh");
	const struct session *s = &t->session;
	const struct vm *vm = t->vm;
	const char *accel = accel_name(arch_accel(rec->s->kernels[t->kernel].arch, rec->s->means->accel));
	int64_t start = vm_started_ms(vm);

	record_circumstances(k, s);
	text_set(&a->accel, accel);
	text_set(&a->start, start_names[t->mode]);
	a->failed = vm_reason(vm) != NULL;
	text_set(&a->reason, vm_reason(vm));
	text_set(&a->console, console);
	text_set(&a->script, script);
	a->total_ms = vm_total_ms(vm);
	text_set(&k->accel, accel);
	text_set(&k->start, start_names[t->mode]);
	/* the one that the kernel's other objects had tells how fast it is */
	if (t->memory_mb)
		return;
	k->timing.console_ms = vm_console_ms(vm);
	k->timing.hello_ms = s->hello_ms ? (double)(s->hello_ms - start) : -1;
	k->timing.ready_ms = s->ready_ms ? (double)(s->ready_ms - start) : -1;
	k->timing.job_ms = s->job_ms ? (double)(s->job_ms - start) : -1;
	k->timing.cells_ms = s->cells_ms ? (double)(s->cells_ms - start) : -1;
	k->timing.total_ms = vm_total_ms(vm);
}

static void object_learn(struct recorder *rec, size_t object)
{
	size_t kernels = rec->s->list->count, objects = rec->s->objects->count;
	cleanup_free struct learn_cell *cells = xcalloc(kernels + 1, sizeof(*cells));
	struct learnt learnt;

	for (size_t k = 0; k < kernels; k++) {
		const struct observations *o = &rec->observed[k * objects + object];

		cells[k] = (struct learn_cell){.subjects = o->at, .count = o->count};
	}
	learn_settle(cells, kernels, &learnt);
	for (size_t k = 0; learnt.count && k < kernels; k++) {
		struct result_cell *cell =
		        result_find_cell(rec->r, rec->s->kernels[k].id, rec->s->objects->at[object].name);

		if (!cell || !cells[k].count || cell->differing || cell->verdict == VERDICT_INFRA)
			continue;
		learn_compare(&learnt, &cells[k], cell);
		judge_learnt(cell);
		note_lack(rec, cell, k, object);
		note_attempts(rec, cell, k, object);
		cost_cell(rec, cell, object);
		expect_cell(rec, cell, k, object);
	}
	/* what events are is said once, for the plain one */
	if (rec->s->write_ini && !rec->s->objects->at[object].ini.variant)
		learn_write(&rec->s->objects->at[object], &learnt, rec->s->watch);
	learnt_free(&learnt);
}

/* Those that were judged when all kernels were seen. */
static void keep_learnt(const struct recorder *rec, size_t object)
{
	size_t objects = rec->s->objects->count;

	for (size_t k = 0; rec->s->reuse && k < rec->s->list->count; k++)
		if (rec->observed[k * objects + object].count)
			reuse_keep(rec->s->reuse, rec->s, rec->r, k, object, true);
}

void record_learnt(struct recorder *rec)
{
	for (size_t i = 0; i < rec->s->objects->count; i++)
		object_learn(rec, i);
	/* not those of an interrupted run: what others saw is missing */
	for (size_t i = 0; rec->finished == rec->s->plan->count && i < rec->s->objects->count; i++)
		keep_learnt(rec, i);
}

/* An allowance outlives its reason: it is told where no cell that it is for, kernel or object NULL for any, needed it.
 */
static void note_unused(struct recorder *rec, const char *kernel, const char *object, const struct said_rule *rule)
{
	for (size_t i = 0; i < rec->r->cell_count; i++) {
		const struct result_cell *c = &rec->r->cells[i];

		if ((!kernel || !strcmp(c->kernel, kernel)) && (!object || !strcmp(c->object, object)) &&
		    kernel_said_used(c, rule))
			return;
	}
	strings_addf(&rec->r->unused_allowances, "%s: %s (%s)", kernel ? kernel : object, rule->pattern, rule->reason);
}

void record_unused_allowances(struct recorder *rec)
{
	for (size_t i = 0; i < rec->s->objects->count; i++) {
		const struct object *o = &rec->s->objects->at[i];

		for (size_t k = 0; k < o->ini.allowed_count; k++)
			if (!o->ini.allowed[k].expected)
				note_unused(rec, NULL, o->name, &o->ini.allowed[k]);
	}
	for (size_t i = 0; i < rec->s->list->count; i++)
		if (rec->s->list->rows[i].allow.pattern)
			note_unused(rec, rec->s->kernels[i].id, NULL, &rec->s->list->rows[i].allow);
}

static int save(const struct recorder *rec, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/results.json", rec->s->directory);

	return result_json_write(rec->r, path, err);
}

/* Only now: until the last measurement, others are compared with what the first one said. */
static void settle_lost(const struct recorder *rec, size_t kernel)
{
	for (size_t i = 0; i < rec->s->objects->count; i++) {
		struct result_cell *cell =
		        result_find_cell(rec->r, rec->s->kernels[kernel].id, rec->s->objects->at[i].name);

		if (cell && rec->lost[kernel * rec->s->objects->count + i])
			cell->verdict = VERDICT_INFRA;
	}
}

void record_task_waits(struct recorder *rec, size_t kernel)
{
	rec->pending[kernel]++;
}

void record_too_small(struct recorder *rec, size_t kernel, size_t object, unsigned memory_mb, const char *why,
                      unsigned larger_mb)
{
	struct strings *tried = &rec->attempts[kernel * rec->s->objects->count + object];

	if (tried->count)
		return;
	strings_addf(tried, "in a VM of %u MB %s", memory_mb, why);
	strings_addf(tried, "alone in a VM of %u MB", larger_mb);
}

static void finish_kernel(struct recorder *rec, size_t kernel)
{
	rec->finished++;
	watch_kernel_done(rec->s->watch, rec->r, &rec->r->kernels[kernel], rec->finished, rec->s->plan->count);
}

/* Those of a kernel that nothing else will change. */
static void keep_cells(const struct recorder *rec, size_t kernel)
{
	size_t objects = rec->s->objects->count;

	for (size_t o = 0; rec->s->reuse && o < objects; o++)
		if (!rec->observed[kernel * objects + o].count)
			reuse_keep(rec->s->reuse, rec->s, rec->r, kernel, o, false);
}

/* ---- what became of a task ---- */

static void task_done(struct recorder *rec, struct task *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (!t->again[i])
			record_cell(rec, t->kernel, t->objects[i], &t->session.cells[i]);
}

/* The object that ran is the culprit; what else is in the task was lost with it. */
static void task_lost(struct recorder *rec, const struct task *t)
{
	const struct task *files = t->ran ? t : NULL;

	if (t->culprit < 0 && !t->memory_mb)
		record_kernel_lost(rec, t->kernel, t->reason);
	for (size_t i = 0; i < t->count; i++) {
		const char *name = rec->s->objects->at[t->objects[i]].name;
		cleanup_free char *while_it_ran = xasprintf(
		        "%s while %s ran: %s", t->crashed ? "the kernel was lost" : "the VM was lost", name, t->reason);

		if (!t->again[i])
			record_lost(rec, t->kernel, t->objects[i], files,
			            (int)i == t->culprit ? while_it_ran : t->reason);
	}
}

/* What its VM has measured stands, and so does what earlier repeats have. */
static void task_interrupted(struct recorder *rec, struct task *t)
{
	const char *kernel = rec->r->kernels[t->kernel].id;
	size_t lost = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (t->session.cells && t->session.cells[i].done)
			record_cell(rec, t->kernel, t->objects[i], &t->session.cells[i]);
		if (result_find_cell(rec->r, kernel, rec->s->objects->at[t->objects[i]].name))
			continue;
		record_lost(rec, t->kernel, t->objects[i], NULL, t->reason);
		lost++;
	}
	if (lost == t->count)
		record_kernel_lost(rec, t->kernel, t->reason);
}

int record_task(struct recorder *rec, struct task *t, struct error *err)
{
	switch (t->end) {
	case TASK_DONE:
		task_done(rec, t);
		break;
	case TASK_LOST:
		task_lost(rec, t);
		break;
	case TASK_INTERRUPTED:
		task_interrupted(rec, t);
		break;
	}
	if (--rec->pending[t->kernel])
		return 0;
	settle_lost(rec, t->kernel);
	keep_cells(rec, t->kernel);
	finish_kernel(rec, t->kernel);
	return save(rec, err);
}

static int reuse_cell(struct recorder *rec, size_t kernel, size_t object, struct error *err)
{
	struct result_cell *cell = add_cell(rec, kernel, object);
	cleanup_free char *reproduce = xstrdup(cell->reproduce);
	int rc = reuse_take(rec->s->reuse, rec->s, kernel, object, cell, err);

	text_set(&cell->reproduce, reproduce);
	return rc;
}

int record_reused(struct recorder *rec, struct error *err)
{
	const struct reuse *u = rec->s->reuse;
	int rc = 0;

	for (size_t k = 0; u && k < rec->s->list->count && !rc; k++) {
		for (size_t o = 0; o < rec->s->objects->count && !rc; o++)
			if (reuse_has(u, k, o))
				rc = reuse_cell(rec, k, o, err);
		if (!rc && reuse_has_kernel(u, k))
			finish_kernel(rec, k);
	}
	return rc;
}
