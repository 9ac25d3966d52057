/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/relo_calc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/resolve/btf_lookup.h"
#include "host/resolve/field_shape.h"
#include "host/resolve/relo_judge.h"
#include "relo/core_spec.h"
#include "relo/insn_value.h"
#include "relo/libbpf_private.h"

/* libbpf cuts a spec in its log here; the same cut makes the texts comparable. */
#define SPEC_TEXT_MAX 256

/* Which aspects of one field a function relocates. */
struct aspects {
	int32_t func;
	uint32_t type_id;
	uint32_t access_off;
	unsigned adjusts;
};

struct relo_calc {
	const struct core_relo_list *list;
	const struct relo_target *target;
	struct bpf_core_cand_list **cands; /* by local type id, NULL until first asked for */
	struct bpf_core_spec *specs;       /* three */
	struct aspects *aspects;           /* sorted, one per field of a function */
	size_t aspect_count;
	bool stopped;
};

static int compare_aspects(const void *pa, const void *pb)
{
	const struct aspects *a = pa, *b = pb;

	if (a->func != b->func)
		return a->func < b->func ? -1 : 1;
	if (a->type_id != b->type_id)
		return a->type_id < b->type_id ? -1 : 1;
	return a->access_off < b->access_off ? -1 : a->access_off > b->access_off;
}

static unsigned kind_adjusts(uint32_t kind)
{
	switch (kind) {
	case BPF_CORE_FIELD_BYTE_SIZE:
		return FIELD_ADJUSTS_SIZE;
	case BPF_CORE_FIELD_SIGNED:
		return FIELD_ADJUSTS_SIGN;
	case BPF_CORE_FIELD_LSHIFT_U64:
	case BPF_CORE_FIELD_RSHIFT_U64:
		return FIELD_ADJUSTS_BITS;
	default:
		return 0;
	}
}

static struct aspects aspects_of(const struct core_relo_list *list, size_t i)
{
	return (struct aspects){list->records[i].func, list->records[i].type_id, list->records[i].access_off,
	                        kind_adjusts(list->facts[i].kind)};
}

static void collect_aspects(struct relo_calc *calc)
{
	size_t kept = 0;

	calc->aspects = xcalloc(calc->list->count, sizeof(*calc->aspects));
	for (size_t i = 0; i < calc->list->count; i++)
		if (kind_adjusts(calc->list->facts[i].kind))
			calc->aspects[calc->aspect_count++] = aspects_of(calc->list, i);
	qsort(calc->aspects, calc->aspect_count, sizeof(*calc->aspects), compare_aspects);
	for (size_t i = 0; i < calc->aspect_count; i++) {
		if (kept && !compare_aspects(&calc->aspects[kept - 1], &calc->aspects[i]))
			calc->aspects[kept - 1].adjusts |= calc->aspects[i].adjusts;
		else
			calc->aspects[kept++] = calc->aspects[i];
	}
	calc->aspect_count = kept;
}

struct relo_calc *relo_calc_new(const struct core_relo_list *list, const struct relo_target *target)
{
	struct relo_calc *calc = xcalloc(1, sizeof(*calc));

	calc->list = list;
	calc->target = target;
	calc->cands = xcalloc(list->btf ? btf__type_cnt(list->btf) : 0, sizeof(*calc->cands));
	calc->specs = xcalloc(3, sizeof(*calc->specs));
	collect_aspects(calc);
	return calc;
}

void relo_calc_free(struct relo_calc *calc)
{
	if (!calc)
		return;
	for (uint32_t i = 0; calc->list->btf && i < btf__type_cnt(calc->list->btf); i++)
		if (calc->cands[i]) {
			free(calc->cands[i]->cands);
			free(calc->cands[i]);
		}
	free(calc->cands);
	free(calc->specs);
	free(calc->aspects);
	free(calc);
}

void relo_prediction_free(struct relo_prediction *p)
{
	free(p->target);
	free(p->note);
	*p = (struct relo_prediction){0};
}

bool relo_calc_stopped(const struct relo_calc *calc)
{
	return calc->stopped;
}

static struct bpf_core_cand_list *find_candidates(struct relo_calc *calc, uint32_t type_id)
{
	struct relo_target_cand *found;
	struct bpf_core_cand_list *list;
	size_t count;

	if (calc->cands[type_id])
		return calc->cands[type_id];
	count = relo_target_candidates(calc->target, calc->list->btf, type_id, &found);
	list = xcalloc(1, sizeof(*list));
	list->cands = xcalloc(count, sizeof(*list->cands));
	for (size_t i = 0; i < count; i++)
		list->cands[i] = (struct bpf_core_cand){found[i].btf, found[i].id};
	list->len = (int)count;
	free(found);
	calc->cands[type_id] = list;
	return list;
}

/* libbpf's last warning while it calculates; its callback has no argument of ours. */
static struct buf *warning;

static int keep_warning(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	static const char prefix[] = "libbpf: ";
	char *text;
	size_t lead;

	if (level != LIBBPF_WARN || vasprintf(&text, fmt, ap) < 0)
		return 0;
	lead = strncmp(text, prefix, sizeof(prefix) - 1) ? 0 : sizeof(prefix) - 1;
	buf_free(warning);
	buf_add(warning, text + lead, strcspn(text + lead, "\n"));
	free(text);
	return 0;
}

/* Resolve record `index` and patch `code`, a copy of its instruction. Returns libbpf's error. */
static int resolve(struct relo_calc *calc, size_t index, struct bpf_insn code[2], struct bpf_core_relo_res *res,
                   struct buf *warned)
{
	const struct core_relo_record *r = &calc->list->records[index];
	const struct relo_fact *f = &calc->list->facts[index];
	const struct bpf_core_relo raw = {r->section_insn * (__u32)sizeof(struct bpf_insn), r->type_id, r->access_off,
	                                  f->kind};
	struct bpf_core_cand_list *cands = find_candidates(calc, r->type_id);
	libbpf_print_fn_t before;
	int ret;

	memset(calc->specs, 0, 3 * sizeof(*calc->specs));
	warning = warned;
	before = libbpf_set_print(keep_warning);
	ret = bpf_core_calc_relo_insn(f->program, &raw, (int)f->number, calc->list->btf, cands, calc->specs, res);
	if (!ret)
		ret = bpf_core_patch_insn(f->program, code, (int)f->insn, &raw, (int)f->number, res);
	libbpf_set_print(before);
	warning = NULL;
	return ret;
}

static struct field_shape shape_of(const struct bpf_core_spec *spec)
{
	const struct bpf_core_accessor *last;

	if (spec->len < 1)
		return (struct field_shape){0};
	last = &spec->spec[spec->len - 1];
	return last->name ? field_shape_member(spec->btf, last->type_id, last->idx, spec->bit_offset)
	                  : field_shape_type(spec->btf, last->type_id);
}

/* How the code reads a field that libbpf resolved silently. */
static enum field_reading compare_shapes(const struct relo_calc *calc, size_t index, enum insn_form form, char **words)
{
	struct field_shape local = shape_of(&calc->specs[0]), target = shape_of(&calc->specs[2]);
	struct aspects key = aspects_of(calc->list, index);
	const struct aspects *known = NULL;
	unsigned adjusts;

	if (calc->aspect_count)
		known = bsearch(&key, calc->aspects, calc->aspect_count, sizeof(key), compare_aspects);
	adjusts = known ? known->adjusts : 0;
	/* libbpf adjusts the width of a load or store, or poisons it. */
	if (form == INSN_MEM)
		adjusts |= FIELD_ADJUSTS_SIZE;
	return field_shape_compare(&local, &target, adjusts, words);
}

static char *target_text(const struct bpf_core_spec *spec)
{
	char text[SPEC_TEXT_MAX];

	bpf_core_format_spec(text, sizeof(text), spec);
	return core_spec_strip(text, strlen(text));
}

static void fail(struct relo_calc *calc, struct relo_prediction *out, enum relo_seen seen, char *note)
{
	calc->stopped = true;
	out->says.seen = (uint8_t)seen;
	out->outcome = seen == RELO_SEEN_AMBIGUOUS ? RELO_AMBIGUOUS : RELO_ERROR;
	free(out->note);
	out->note = note;
}

/* BTF before enum64 has 32 bits for each enumerator, also of an enum of eight bytes: the rest is not there to be read.
 */
static bool is_cut(const struct bpf_core_spec *target, uint64_t local, uint64_t now)
{
	const struct btf_type *t = target->btf ? btf_lookup_plain(target->btf, target->root_type_id) : NULL;

	return t && btf_is_enum(t) && t->size == 8 && local != now && (uint32_t)local == (uint32_t)now;
}

static void read_answer(const struct relo_calc *calc, size_t index, const struct bpf_insn code[2],
                        struct relo_prediction *out)
{
	const struct relo_fact *f = &calc->list->facts[index];
	enum insn_form form = insn_value_read(calc->list->records[index].code, 2).form;
	struct insn_value now;
	char *words = NULL;

	if (insn_is_poison(&code[0])) {
		out->says.seen = RELO_SEEN_POISON;
		out->outcome = RELO_GUARDED;
		return;
	}
	now = insn_value_read(code, 2);
	out->says = (struct relo_witness){RELO_SEEN_VALUE, now.value, now.width};
	out->outcome =
	        relo_judge_resolved(f->kind, f->local, f->local_width, now.value, now.width, out->candidates > 0);
	if (f->kind == BPF_CORE_ENUMVAL_VALUE && is_cut(&calc->specs[2], f->local, now.value)) {
		out->outcome = RELO_DRIFT;
		words = xstrdup("the kernel's BTF has 32 bits of an enumerator of 64");
	}
	if (f->kind == BPF_CORE_FIELD_BYTE_OFFSET && compare_shapes(calc, index, form, &words) == FIELD_MISREAD)
		out->outcome = RELO_DRIFT;
	if (!words)
		return;
	free(out->note);
	out->note = words;
}

/* What the specs say besides the answer: which candidate, which sizes. */
static void read_specs(const struct relo_calc *calc, size_t index, struct relo_prediction *out)
{
	const struct relo_fact *f = &calc->list->facts[index];

	if (core_spec_names_field(f->kind))
		out->local_size = shape_of(&calc->specs[0]).size;
	if (!calc->specs[2].btf)
		return;
	free(out->target);
	out->target = target_text(&calc->specs[2]);
	out->candidates = (uint32_t)calc->cands[calc->list->records[index].type_id]->len;
	if (core_spec_names_field(f->kind))
		out->target_size = shape_of(&calc->specs[2]).size;
}

void relo_calc_record(struct relo_calc *calc, size_t index, struct relo_prediction *out)
{
	const struct core_relo_record *r = &calc->list->records[index];
	const struct relo_fact *f = &calc->list->facts[index];
	struct bpf_insn code[2] = {r->code[0], r->code[1]};
	struct bpf_core_relo_res res = {0};
	struct buf warned = {0};
	int ret;

	*out = (struct relo_prediction){.outcome = RELO_NOT_ATTEMPTED, .target = xstrdup(""), .note = xstrdup("")};
	if (calc->stopped || r->func < 0)
		return;
	if (!r->sound) {
		fail(calc, out, RELO_SEEN_ERROR, xasprintf("access '%s' does not fit type '%s'", f->access, f->type));
		return;
	}
	if (!*f->type && f->kind != BPF_CORE_TYPE_ID_LOCAL) {
		fail(calc, out, RELO_SEEN_ERROR, xstrdup("libbpf relocates no anonymous types"));
		return;
	}
	ret = resolve(calc, index, code, &res, &warned);
	read_specs(calc, index, out);
	free(out->note);
	out->note = buf_steal(&warned);
	if (ret)
		fail(calc, out, strstr(out->note, "ambiguity") ? RELO_SEEN_AMBIGUOUS : RELO_SEEN_ERROR,
		     xstrdup(out->note));
	else
		read_answer(calc, index, code, out);
}

void relo_calc_matches(const struct relo_calc *calc, size_t index, void (*fn)(void *ctx, const struct relo_match *m),
                       void *ctx)
{
	const struct core_relo_record *r = &calc->list->records[index];
	const struct relo_fact *f = &calc->list->facts[index];
	const struct bpf_core_relo raw = {r->section_insn * (__u32)sizeof(struct bpf_insn), r->type_id, r->access_off,
	                                  f->kind};
	cleanup_free struct relo_target_cand *found = NULL;
	libbpf_print_fn_t before;
	size_t count;

	if (r->func < 0 || !r->sound || !*f->type || f->kind == BPF_CORE_TYPE_ID_LOCAL)
		return;
	count = relo_target_candidates(calc->target, calc->list->btf, r->type_id, &found);
	before = libbpf_set_print(NULL);
	for (size_t i = 0; i < count; i++) {
		struct bpf_core_cand cand = {found[i].btf, found[i].id};
		struct bpf_core_cand_list alone = {&cand, 1};
		const struct bpf_core_spec *found_at;
		struct bpf_core_relo_res res = {0};

		memset(calc->specs, 0, 3 * sizeof(*calc->specs));
		/* what libbpf found and could not use is in the second: that failure is to come out the same too */
		found_at = bpf_core_calc_relo_insn(f->program, &raw, (int)f->number, calc->list->btf, &alone,
		                                   calc->specs, &res)
		                   ? &calc->specs[1]
		                   : &calc->specs[2];
		if (found_at->btf)
			fn(ctx, &(const struct relo_match){f->kind, cand.btf, cand.id, found_at->raw_spec,
			                                   found_at->raw_len});
	}
	libbpf_set_print(before);
}

enum relo_outcome relo_prediction_refine(const struct relo_prediction *p, enum relo_outcome measured)
{
	return p->outcome == RELO_DRIFT && (measured == RELO_SAME || measured == RELO_MOVED) ? RELO_DRIFT : measured;
}

/* What a run's outcome says of the instruction. */
static enum relo_seen seen_of(enum relo_outcome measured)
{
	switch (measured) {
	case RELO_GUARDED:
	case RELO_FATAL:
		return RELO_SEEN_POISON;
	case RELO_AMBIGUOUS:
		return RELO_SEEN_AMBIGUOUS;
	case RELO_ERROR:
		return RELO_SEEN_ERROR;
	case RELO_NOT_ATTEMPTED:
		return RELO_SEEN_NOTHING;
	default:
		return RELO_SEEN_VALUE;
	}
}

char *relo_prediction_contradiction(const struct relo_prediction *p, const struct relo_fact *f,
                                    enum relo_outcome measured)
{
	enum relo_seen seen = seen_of(measured);
	uint64_t value;
	uint8_t width;

	if (seen == RELO_SEEN_NOTHING)
		return NULL;
	if (p->says.seen != seen)
		return xasprintf("predicted %s, measured %s", relo_outcome_name(p->outcome),
		                 relo_outcome_name(measured));
	if (seen != RELO_SEEN_VALUE || !relo_judge_value(f, &value, &width))
		return NULL;
	if (value != p->says.value)
		return xasprintf("predicted the value %llu, measured %llu", (unsigned long long)p->says.value,
		                 (unsigned long long)value);
	if (width && p->says.width && width != p->says.width)
		return xasprintf("predicted an access of %u bytes, measured %u", p->says.width, width);
	return NULL;
}
