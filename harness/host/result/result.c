/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "host/lib/text.h"

/*
 * Make room in a list that keeps no capacity for one more entry, zeroed: it is reallocated only when the count reaches
 * a power of two, so that n additions cost O(n).
 */
static void *list_grow(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) == 0)
		list = xrealloc(list, count ? count * 2 : 1, size);
	memset((char *)list + count * size, 0, size);
	return list;
}

#define LIST_ADD(list, count) \
	({ \
		(list) = list_grow((list), (count), sizeof(*(list))); \
		&(list)[(count)++]; \
	})

static void set_empty(char **const slots[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		*slots[i] = xstrdup("");
}

#define SET_EMPTY(...) \
	do { \
		char **const slots_[] = {__VA_ARGS__}; \
		set_empty(slots_, sizeof(slots_) / sizeof(*slots_)); \
	} while (0)

static void free_all(char *const strings[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
}

#define FREE_ALL(...) \
	do { \
		char *const strings_[] = {__VA_ARGS__}; \
		free_all(strings_, sizeof(strings_) / sizeof(*strings_)); \
	} while (0)

static const char *const cut_names[] = {[RESULT_CUT_KERNELS] = "kernels", [RESULT_CUT_OBJECTS] = "objects"};

const char *result_cut_name(enum result_cut cut)
{
	return cut_names[cut];
}

int result_cut_parse(const char *name)
{
	for (int i = 0; i < (int)(sizeof(cut_names) / sizeof(*cut_names)); i++)
		if (!strcmp(cut_names[i], name))
			return i;
	return -1;
}

struct result *result_new(void)
{
	struct result *r = xcalloc(1, sizeof(*r));

	SET_EMPTY(&r->started, &r->host.uname, &r->host.qemu, &r->host.accel, &r->host.corematrix, &r->host.agent,
	          &r->host.libbpf, &r->host.cc, &r->host.clang, &r->host.vmlinux_h, &r->part.list_sha256);
	return r;
}

static void free_kernel(struct result_kernel *k)
{
	for (size_t i = 0; i < k->attempt_count; i++)
		FREE_ALL(k->attempts[i].accel, k->attempts[i].start, k->attempts[i].reason, k->attempts[i].console,
		         k->attempts[i].script);
	free(k->attempts);
	for (size_t i = 0; i < k->circumstance_count; i++)
		FREE_ALL(k->circumstances[i].asked, k->circumstances[i].found, k->circumstances[i].said);
	free(k->circumstances);
	FREE_ALL(k->id, k->release, k->arch, k->flavour, k->package, k->version, k->image_sha256, k->btf_sha256, k->btf,
	         k->accel, k->start, k->reason, k->directory);
}

static void free_cell(struct result_cell *c)
{
	for (size_t i = 0; i < c->program_count; i++) {
		struct result_program *p = &c->programs[i];

		for (size_t k = 0; k < p->line_count; k++)
			FREE_ALL(p->lines[k].place, p->lines[k].text);
		free(p->lines);
		FREE_ALL(p->name, p->section, p->type, p->log, p->never_driven, p->stopped);
	}
	for (size_t i = 0; i < c->relocation_count; i++) {
		struct result_relocation *x = &c->relocations[i];

		FREE_ALL(x->program, x->section, x->kind, x->type, x->access, x->spec, x->predicted, x->disagreement,
		         x->object, x->differs, x->note, x->source);
	}
	for (size_t i = 0; i < c->truth_count; i++) {
		struct result_truth *t = &c->truth[i];

		FREE_ALL(t->workload, t->field, t->expected, t->observed, t->hint);
	}
	free(c->programs);
	free(c->relocations);
	free(c->truth);
	strings_free(&c->attempts);
	strings_free(&c->kernel_said);
	strings_free(&c->kernel_allowed);
	FREE_ALL(c->kernel, c->object, c->variant, c->build, c->libbpf, c->reason, c->advice, c->expected, c->reproduce,
	         c->log, c->kernel_log, c->measured, c->source, c->event_type, c->effects, c->impossible,
	         c->absent_externs, c->learnt, c->unchecked, c->predicted, c->disagreement);
}

static void free_object(struct result_object *o)
{
	for (size_t i = 0; i < o->file_count; i++)
		FREE_ALL(o->files[i].arch, o->files[i].path, o->files[i].sha256);
	free(o->files);
	FREE_ALL(o->name, o->path, o->sha256, o->ini_sha256, o->description, o->mechanism);
}

void result_free(struct result *r)
{
	if (!r)
		return;
	strings_free(&r->command);
	strings_free(&r->unused_allowances);
	for (size_t i = 0; i < r->object_count; i++)
		free_object(&r->objects[i]);
	for (size_t i = 0; i < r->kernel_count; i++)
		free_kernel(&r->kernels[i]);
	for (size_t i = 0; i < r->cell_count; i++)
		free_cell(&r->cells[i]);
	for (size_t i = 0; i < r->forecast_count; i++)
		FREE_ALL(r->forecasts[i].kernel, r->forecasts[i].object, r->forecasts[i].predicted,
		         r->forecasts[i].reason);
	for (size_t i = 0; i < r->skipped_count; i++)
		FREE_ALL(r->skipped[i].kernel, r->skipped[i].reason);
	strings_free(&r->part.objects);
	free(r->skipped);
	free(r->forecasts);
	free(r->objects);
	free(r->kernels);
	free(r->cells);
	FREE_ALL(r->started, r->host.uname, r->host.qemu, r->host.accel, r->host.corematrix, r->host.agent,
	         r->host.libbpf, r->host.cc, r->host.clang, r->host.vmlinux_h, r->part.list_sha256);
	free(r);
}

void result_add_word(struct result *r, const char *word)
{
	strings_add(&r->command, "");
	text_set(&r->command.at[r->command.count - 1], word);
}

struct result_object *result_add_object(struct result *r)
{
	struct result_object *o = LIST_ADD(r->objects, r->object_count);

	SET_EMPTY(&o->name, &o->path, &o->sha256, &o->ini_sha256, &o->description, &o->mechanism);
	return o;
}

struct result_file *result_add_file(struct result_object *o)
{
	struct result_file *f = LIST_ADD(o->files, o->file_count);

	SET_EMPTY(&f->arch, &f->path, &f->sha256);
	return f;
}

struct result_kernel *result_add_kernel(struct result *r)
{
	struct result_kernel *k = LIST_ADD(r->kernels, r->kernel_count);

	SET_EMPTY(&k->id, &k->release, &k->arch, &k->flavour, &k->package, &k->version, &k->image_sha256,
	          &k->btf_sha256, &k->btf, &k->accel, &k->start, &k->reason, &k->directory);
	return k;
}

struct result_attempt *result_add_attempt(struct result_kernel *k)
{
	struct result_attempt *a = LIST_ADD(k->attempts, k->attempt_count);

	SET_EMPTY(&a->accel, &a->start, &a->reason, &a->console, &a->script);
	return a;
}

struct result_circumstance *result_add_circumstance(struct result_kernel *k)
{
	struct result_circumstance *c = LIST_ADD(k->circumstances, k->circumstance_count);

	SET_EMPTY(&c->asked, &c->found, &c->said);
	return c;
}

struct result_cell *result_add_cell(struct result *r)
{
	struct result_cell *c = LIST_ADD(r->cells, r->cell_count);

	SET_EMPTY(&c->kernel, &c->object, &c->variant, &c->build, &c->libbpf, &c->reason, &c->advice, &c->expected,
	          &c->reproduce, &c->log, &c->kernel_log, &c->measured, &c->source, &c->event_type, &c->effects,
	          &c->impossible, &c->absent_externs, &c->learnt, &c->unchecked, &c->predicted, &c->disagreement);
	return c;
}

struct result_forecast *result_add_forecast(struct result *r)
{
	struct result_forecast *f = LIST_ADD(r->forecasts, r->forecast_count);

	SET_EMPTY(&f->kernel, &f->object, &f->predicted, &f->reason);
	return f;
}

struct result_skipped *result_add_skipped(struct result *r)
{
	struct result_skipped *s = LIST_ADD(r->skipped, r->skipped_count);

	SET_EMPTY(&s->kernel, &s->reason);
	return s;
}

struct result_program *result_add_program(struct result_cell *c)
{
	struct result_program *p = LIST_ADD(c->programs, c->program_count);

	SET_EMPTY(&p->name, &p->section, &p->type, &p->log, &p->never_driven, &p->stopped);
	return p;
}

struct result_line *result_add_line(struct result_program *p)
{
	struct result_line *l = LIST_ADD(p->lines, p->line_count);

	SET_EMPTY(&l->place, &l->text);
	return l;
}

struct result_relocation *result_add_relocation(struct result_cell *c)
{
	struct result_relocation *x = LIST_ADD(c->relocations, c->relocation_count);

	SET_EMPTY(&x->program, &x->section, &x->kind, &x->type, &x->access, &x->spec, &x->predicted, &x->disagreement,
	          &x->object, &x->differs, &x->note, &x->source);
	return x;
}

struct result_truth *result_add_truth(struct result_cell *c)
{
	struct result_truth *t = LIST_ADD(c->truth, c->truth_count);

	SET_EMPTY(&t->workload, &t->field, &t->expected, &t->observed, &t->hint);
	return t;
}

struct result_cell *result_find_cell(struct result *r, const char *kernel, const char *object)
{
	for (size_t i = 0; i < r->cell_count; i++) {
		struct result_cell *c = &r->cells[i];

		if (strcmp(c->kernel, kernel) == 0 && strcmp(c->object, object) == 0)
			return c;
	}
	return NULL;
}

enum cell_state result_cell_state(const struct result_cell *c)
{
	if (c->verdict == VERDICT_INFRA)
		return CELL_UNMEASURED;
	if (!c->as_expected)
		return CELL_UNEXPECTED;
	if (c->verdict == VERDICT_PASS)
		return CELL_PASS;
	return c->verdict == VERDICT_DEGRADED || c->verdict == VERDICT_UNPROVEN ? CELL_LESS : CELL_FAILURE;
}

char *result_verdict_text(enum verdict verdict, enum reject_class class)
{
	if (verdict == VERDICT_REJECTED && class != CLASS_NONE)
		return xasprintf("%s:%s", verdict_name(verdict), reject_class_name(class));
	return xstrdup(verdict_name(verdict));
}

char *result_cell_verdict(const struct result_cell *c)
{
	if (c->verdict == VERDICT_UNPROVEN && c->evidence != EVIDENCE_UNKNOWN)
		return xasprintf("%s (%s)", verdict_name(c->verdict), evidence_name(c->evidence));
	return result_verdict_text(c->verdict, c->class);
}

/* Strongest first. */
static const struct {
	enum evidence evidence;
	const char *words;
} evidence_words[] = {
        {EVIDENCE_TRUTH, "proven by values"},
        {EVIDENCE_EVENTS, "with events that nothing was compared in"},
        {EVIDENCE_RAN, "ran"},
        {EVIDENCE_ATTACHED, "attached"},
        {EVIDENCE_LOADED, "loaded alone"},
        {EVIDENCE_NONE, "not loaded"},
        {EVIDENCE_UNKNOWN, "of unknown evidence"},
};

void result_tools_line(const struct result *r, struct buf *out)
{
	const struct {
		const char *words, *value;
	} tools[] = {{"libbpf ", r->host.libbpf}, {"compiled by ", r->host.cc}, {"objects by ", r->host.clang}};
	size_t start = out->len;

	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (*tools[i].value)
			buf_printf(out, "%s%s%s", out->len > start ? "; " : "", tools[i].words, tools[i].value);
}

void result_evidence_line(const size_t counts[EVIDENCE_COUNT], struct buf *out)
{
	size_t start = out->len, known = 0;

	for (size_t i = EVIDENCE_UNKNOWN + 1; i < EVIDENCE_COUNT; i++)
		known += counts[i];
	for (size_t i = 0; known && i < sizeof(evidence_words) / sizeof(*evidence_words); i++) {
		size_t count = counts[evidence_words[i].evidence];

		if (count)
			buf_printf(out, "%s%zu %s", out->len > start ? ", " : "", count, evidence_words[i].words);
	}
}

void result_count(const struct result *r, struct result_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	totals->cells = r->cell_count;
	for (size_t i = 0; i < r->cell_count; i++) {
		const struct result_cell *c = &r->cells[i];
		enum cell_state state = result_cell_state(c);

		if ((unsigned)c->verdict < VERDICT_COUNT)
			totals->verdicts[c->verdict]++;
		if ((unsigned)c->evidence < EVIDENCE_COUNT)
			totals->evidence[c->evidence]++;
		totals->unexpected += state == CELL_UNEXPECTED;
		totals->as_expected += state != CELL_UNEXPECTED && state != CELL_UNMEASURED;
		totals->relocations += c->relocation_count;
		totals->disagreements += *c->disagreement != '\0';
		totals->truths += c->truth_count;
		totals->reused += *c->measured != '\0';
		for (size_t k = 0; k < c->relocation_count; k++)
			totals->disagreements += *c->relocations[k].disagreement != '\0';
		for (size_t k = 0; k < c->relocation_count; k++)
			totals->compared +=
			        *c->relocations[k].predicted != '\0' && c->relocations[k].outcome != RELO_NOT_ATTEMPTED;
		for (size_t k = 0; k < c->truth_count; k++)
			totals->truths_wrong += !c->truth[k].ok;
	}
}

void result_reused_line(const struct result *r, struct buf *out)
{
	const char *first = NULL, *last = NULL;
	size_t count = 0;

	/* they sort as text */
	for (size_t i = 0; i < r->cell_count; i++) {
		const char *measured = r->cells[i].measured;

		if (!*measured)
			continue;
		count++;
		first = !first || strcmp(measured, first) < 0 ? measured : first;
		last = !last || strcmp(measured, last) > 0 ? measured : last;
	}
	if (!count)
		return;
	buf_printf(out, "%zu of the cells reused, measured %.10s", count, first);
	if (strncmp(first, last, 10))
		buf_printf(out, " to %.10s", last);
}

/* True when a part of the matrix was not measured: a kernel or cell that is infra, a cell that is absent, no cell. */
static bool is_unmeasured(const struct result *r, const struct result_totals *totals)
{
	if (!r->complete || totals->verdicts[VERDICT_INFRA])
		return true;
	if (!totals->cells || totals->cells < r->kernel_count * r->object_count)
		return true;
	for (size_t i = 0; i < r->kernel_count; i++) {
		if (r->kernels[i].infra)
			return true;
	}
	return false;
}

enum exit_status result_exit_status(const struct result *r)
{
	struct result_totals totals;

	result_count(r, &totals);
	if (totals.disagreements)
		return EXIT_CONTRADICTION;
	if (is_unmeasured(r, &totals))
		return EXIT_INFRA;
	return totals.unexpected ? EXIT_WORSE : EXIT_AS_EXPECTED;
}

/* A cell's place in the matrix, taken once rather than at every comparison. */
struct placed {
	size_t kernel, object;
	struct result_cell cell;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->kernel != y->kernel)
		return x->kernel < y->kernel ? -1 : 1;
	return (x->object > y->object) - (x->object < y->object);
}

void result_sort_cells(struct result *r)
{
	struct placed *placed = xcalloc(r->cell_count, sizeof(*placed));

	for (size_t i = 0; i < r->cell_count; i++) {
		struct placed *p = &placed[i];

		p->cell = r->cells[i];
		while (p->kernel < r->kernel_count && strcmp(r->kernels[p->kernel].id, p->cell.kernel))
			p->kernel++;
		while (p->object < r->object_count && strcmp(r->objects[p->object].name, p->cell.object))
			p->object++;
	}
	if (r->cell_count)
		qsort(placed, r->cell_count, sizeof(*placed), by_place);
	for (size_t i = 0; i < r->cell_count; i++)
		r->cells[i] = placed[i].cell;
	free(placed);
}
