/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/diff.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* From here on a state is a failure of its own, not only a lesser way to work. */
#define RANK_FAILURE 2

static const int verdict_ranks[VERDICT_COUNT] = {
        [VERDICT_PASS] = 0,     [VERDICT_DEGRADED] = 1, [VERDICT_UNPROVEN] = 2, [VERDICT_SILENT] = 3,
        [VERDICT_REJECTED] = 4, [VERDICT_WRONG] = 5,    [VERDICT_INFRA] = 6,
};

static const int program_ranks[PROGRAM_STATE_COUNT] = {
        [PROGRAM_ATTACHED] = 0,
        [PROGRAM_OFF] = 0,
        [PROGRAM_LOADED] = 1,
        [PROGRAM_FAILED] = RANK_FAILURE,
};

static const int field_ranks[FIELD_STATE_COUNT] = {[FIELD_RIGHT] = 0, [FIELD_WRONG] = RANK_FAILURE};

static const int relocation_ranks[RELO_OUTCOME_COUNT] = {
        [RELO_SAME] = 0,  [RELO_MOVED] = 0,         [RELO_RESIZED] = 0,   [RELO_PRESENT] = 0,
        [RELO_LOCAL] = 0, [RELO_NOT_ATTEMPTED] = 0, [RELO_ABSENT] = 1,    [RELO_GUARDED] = 1,
        [RELO_DRIFT] = 2, [RELO_FATAL] = 3,         [RELO_AMBIGUOUS] = 3, [RELO_ERROR] = 3,
};

/* A cost that only one side has is neither better nor worse. */
static const int cost_ranks[] = {0};

static const int *const ranks[TRAIT_KIND_COUNT] = {
        [TRAIT_PROGRAM] = program_ranks,
        [TRAIT_FIELD] = field_ranks,
        [TRAIT_RELOCATION] = relocation_ranks,
        [TRAIT_COST] = cost_ranks,
};

static int rank_of(const struct trait *t)
{
	return ranks[t->kind][t->state.is];
}

static bool is_not_attempted(const struct trait *t)
{
	return t->kind == TRAIT_RELOCATION && t->state.is == RELO_NOT_ATTEMPTED;
}

static void add(struct diff *d, struct diff_finding f)
{
	/* grown at powers of two */
	if ((d->count & (d->count - 1)) == 0)
		d->findings = xrealloc(d->findings, d->count ? d->count * 2 : 1, sizeof(*d->findings));
	d->findings[d->count++] = f;
}

/* ---- one cell ---- */

/* An object on a kernel that both sides measured. */
struct pair {
	struct diff *d;
	const char *object;
	size_t kernel;
	const struct baseline_cell *old, *new;
};

static struct diff_state trait_words(const struct trait *t)
{
	if (t && t->kind == TRAIT_COST)
		return (struct diff_state){trait_state_text(t->kind, t->state), xstrdup("")};
	return (struct diff_state){
	        .word = xstrdup(t ? trait_state_name(t->kind, t->state) : ""),
	        .detail = t && t->state.has_value ? xasprintf("%" PRIu64, t->state.value) : xstrdup(""),
	};
}

static void add_trait(const struct pair *p, enum diff_section section, const struct trait *old, const struct trait *new)
{
	add(p->d, (struct diff_finding){
	                  .section = section,
	                  .object = p->object,
	                  .trait = new ? new : old,
	                  .was = trait_words(old),
	                  .now = trait_words(new),
	                  .kernel = p->kernel,
	                  .cell = new ? p->new : p->old,
	          });
}

/* Whether a field merely is where it was: `same` and `moved` also depend on what the object was compiled against. */
static bool same_place(struct trait_state a, struct trait_state b)
{
	return a.has_value && b.has_value && a.value == b.value;
}

/* Of something small a few more are a large share, and mean nothing. */
#define COST_FLOOR 32

bool diff_cost_exceeds(uint64_t was, uint64_t now, double tolerance)
{
	uint64_t more = (uint64_t)((double)was * tolerance);

	return now > was && now - was > (tolerance > 0 && more < COST_FLOOR ? COST_FLOOR : more);
}

static void compare_cost(const struct pair *p, const struct trait *old, const struct trait *new)
{
	uint64_t was = old->state.value, now = new->state.value;

	if (diff_cost_exceeds(was, now, p->d->cost_tolerance))
		add_trait(p, DIFF_WORSE, old, new);
	else if (diff_cost_exceeds(now, was, p->d->cost_tolerance))
		add_trait(p, DIFF_BETTER, old, new);
}

static void compare_trait(const struct pair *p, const struct trait *old, const struct trait *new)
{
	int was = rank_of(old), now = rank_of(new);

	if (new->kind == TRAIT_COST) {
		compare_cost(p, old, new);
		return;
	}

	if (trait_state_equal(old->state, new->state) || is_not_attempted(new))
		return;
	if (is_not_attempted(old)) {
		if (now >= RANK_FAILURE)
			add_trait(p, DIFF_CHANGED, old, new);
		return;
	}
	if (now != was)
		add_trait(p, now > was ? DIFF_WORSE : DIFF_BETTER, old, new);
	else if (!same_place(old->state, new->state))
		add_trait(p, DIFF_CHANGED, old, new);
}

static bool has_kind(const struct baseline_cell *c, enum trait_kind kind)
{
	for (size_t i = 0; i < c->trait_count; i++)
		if (c->traits[i].kind == kind)
			return true;
	return false;
}

/*
 * A trait that one side lacks says something about the object only if that side got far enough to tell: an object that
 * was rejected checked no field, and one that was not opened has no relocations.
 */
static void add_single(const struct pair *p, const struct trait *t, bool is_new)
{
	const struct baseline_cell *other = is_new ? p->old : p->new;

	if (is_not_attempted(t))
		return;
	if (is_new && rank_of(t) >= RANK_FAILURE)
		add_trait(p, DIFF_WORSE, NULL, t);
	else if (has_kind(other, t->kind))
		add_trait(p, is_new ? DIFF_NEW : DIFF_GONE, is_new ? NULL : t, is_new ? t : NULL);
}

static int trait_order(const struct trait *a, const struct trait *b)
{
	return a->kind != b->kind ? (int)a->kind - (int)b->kind : strcmp(a->key, b->key);
}

static void compare_traits(const struct pair *p)
{
	size_t i = 0, k = 0;

	while (i < p->old->trait_count || k < p->new->trait_count) {
		const struct trait *old = i < p->old->trait_count ? &p->old->traits[i] : NULL;
		const struct trait *new = k < p->new->trait_count ? &p->new->traits[k] : NULL;
		int order = !old ? 1 : !new ? -1 : trait_order(old, new);

		if (order < 0)
			add_single(p, old, false);
		else if (order > 0)
			add_single(p, new, true);
		else
			compare_trait(p, old, new);
		i += order <= 0;
		k += order >= 0;
	}
}

static struct diff_state cell_words(const struct baseline_cell *c)
{
	bool shows;

	if (!c)
		return (struct diff_state){xstrdup(""), xstrdup("")};
	shows = c->verdict != VERDICT_REJECTED && c->verdict != VERDICT_WRONG && c->evidence != EVIDENCE_UNKNOWN &&
	        c->evidence != EVIDENCE_TRUTH;
	return (struct diff_state){
	        .word = result_verdict_text(c->verdict, c->class),
	        .detail = shows ? xasprintf("(%s)", evidence_name(c->evidence)) : xstrdup(""),
	};
}

/* Evidence that nobody measured is known where a field was compared. */
static enum evidence evidence_of(const struct baseline_cell *c)
{
	bool compared = c->verdict != VERDICT_SILENT && has_kind(c, TRAIT_FIELD);

	return c->evidence == EVIDENCE_UNKNOWN && compared ? EVIDENCE_TRUTH : c->evidence;
}

/* A pass or a degraded one of when both were given for a load alone. */
static bool is_former_unproven(const struct baseline_cell *c)
{
	return (c->verdict == VERDICT_PASS || c->verdict == VERDICT_DEGRADED) && evidence_of(c) == EVIDENCE_UNKNOWN;
}

static bool is_renamed(const struct pair *p)
{
	return (p->new->verdict == VERDICT_UNPROVEN &&is_former_unproven(p->old)) ||
	       (p->old->verdict == VERDICT_UNPROVEN && is_former_unproven(p->new));
}

/* Less than 0 when the new cell has less, of the same verdict; what was rejected tells it by its class. */
static int evidence_order(const struct pair *p)
{
	enum evidence old = evidence_of(p->old), new = evidence_of(p->new);

	if (p->old->verdict == VERDICT_REJECTED || old == EVIDENCE_UNKNOWN || new == EVIDENCE_UNKNOWN)
		return 0;
	return (int)new - (int)old;
}

static void add_verdict(const struct pair *p, enum diff_section section)
{
	add(p->d, (struct diff_finding){
	                  .section = section,
	                  .object = p->object,
	                  .was = cell_words(p->old),
	                  .now = cell_words(p->new),
	                  .kernel = p->kernel,
	                  .cell = p->new ? p->new : p->old,
	          });
}

static void compare_verdicts(const struct pair *p)
{
	int was = verdict_ranks[p->old->verdict], now = verdict_ranks[p->new->verdict];

	int more = now == was ? evidence_order(p) : 0;

	if (is_renamed(p))
		was = now;
	if (now > was || (p->new->unexpected && !p->old->unexpected) || more < 0)
		add_verdict(p, DIFF_WORSE);
	else if (now < was || (p->old->unexpected && !p->new->unexpected) || more > 0)
		add_verdict(p, DIFF_BETTER);
	else if (p->old->class != p->new->class)
		add_verdict(p, DIFF_CHANGED);
}

static void compare_cells(const struct pair *p)
{
	if (p->new && p->new->verdict == VERDICT_INFRA) {
		add_verdict(p, DIFF_UNMEASURED);
	} else if (!p->old || p->old->verdict == VERDICT_INFRA) {
		add_verdict(p, DIFF_NEW);
	} else if (p->new) {
		compare_verdicts(p);
		compare_traits(p);
	}
}

/* ---- the whole ---- */

static size_t find_kernel(const struct diff *d, const char *id)
{
	size_t i = 0;

	while (i < d->kernel_count && strcmp(d->kernels[i].id, id))
		i++;
	return i;
}

static void collect_kernels(struct diff *d, const struct baseline *b)
{
	for (size_t i = 0; i < b->object_count; i++) {
		for (size_t k = 0; k < b->objects[i].cell_count; k++) {
			const struct baseline_cell *c = &b->objects[i].cells[k];

			if (find_kernel(d, c->kernel) < d->kernel_count)
				continue;
			d->kernels = xrealloc(d->kernels, d->kernel_count + 1, sizeof(*d->kernels));
			d->kernels[d->kernel_count++] = (struct kernel_name){c->kernel, c->release};
		}
	}
}

static int kernel_order(const void *a, const void *b)
{
	return kernel_name_order(a, b);
}

static void note_releases(const struct diff *d, const struct baseline *b, const char **releases)
{
	for (size_t i = 0; i < b->object_count; i++)
		for (size_t k = 0; k < b->objects[i].cell_count; k++) {
			const struct baseline_cell *c = &b->objects[i].cells[k];

			releases[find_kernel(d, c->kernel)] = c->release;
		}
}

static void compare_objects(struct diff *d, const struct baseline_object *old, const struct baseline_object *new)
{
	for (size_t i = 0; i < d->kernel_count; i++) {
		struct pair p = {
		        .d = d,
		        .object = new ? new->name : old->name,
		        .kernel = i,
		        .old = old ? baseline_find_cell(old, d->kernels[i].id) : NULL,
		        .new = new ? baseline_find_cell(new, d->kernels[i].id) : NULL,
		};

		if (!new &&p.old)
			add_verdict(&p, DIFF_GONE);
		else if (p.new)
			compare_cells(&p);
	}
}

void diff_take(const struct baseline *old, const struct baseline *new, double cost_tolerance, struct diff *d)
{
	*d = (struct diff){.object_count = new->object_count, .cost_tolerance = cost_tolerance};
	collect_kernels(d, new);
	collect_kernels(d, old);
	if (d->kernel_count)
		qsort(d->kernels, d->kernel_count, sizeof(*d->kernels), kernel_order);
	d->old_releases = xcalloc(d->kernel_count + 1, sizeof(*d->old_releases));
	d->new_releases = xcalloc(d->kernel_count + 1, sizeof(*d->new_releases));
	note_releases(d, old, d->old_releases);
	note_releases(d, new, d->new_releases);
	for (size_t i = 0; i < new->object_count; i++)
		compare_objects(d, baseline_find_object(old, new->objects[i].name), &new->objects[i]);
	for (size_t i = 0; i < old->object_count; i++)
		if (!baseline_find_object(new, old->objects[i].name))
			compare_objects(d, &old->objects[i], NULL);
}

enum exit_status diff_exit_status(const struct diff *d)
{
	enum exit_status status = EXIT_AS_EXPECTED;

	for (size_t i = 0; i < d->count; i++) {
		if (d->findings[i].section == DIFF_UNMEASURED)
			return EXIT_INFRA;
		if (d->findings[i].section == DIFF_WORSE)
			status = EXIT_WORSE;
	}
	return status;
}

void diff_free(struct diff *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->findings[i].was.word);
		free(d->findings[i].was.detail);
		free(d->findings[i].now.word);
		free(d->findings[i].now.detail);
	}
	free(d->findings);
	free(d->kernels);
	free(d->old_releases);
	free(d->new_releases);
	*d = (struct diff){0};
}
