/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict_calc.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/predict/need_check.h"
#include "host/predict/need_config.h"
#include "host/predict/program_check.h"
#include "host/store/kernel_config.h"
#include "relo/btf_field.h"

static enum ref_value map_value(const struct parsed_object *p, const char *name)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(p->obj, name);

	if (!map)
		return REF_UNKNOWN;
	return bpf_map__type(map) == BPF_MAP_TYPE_ARRAY || bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_ARRAY
	               ? REF_ARRAY
	               : REF_ADDRESS;
}

static struct need_lookup lookup_of(const struct parsed_object *p, uint32_t need)
{
	return (struct need_lookup){p->needs.names, p->needs.ids[need], p->btf, p->needs.declared[need]};
}

/* An extern's name in the object, flavour and all; of other needs "". */
static const char *declared_name(const struct parsed_object *p, uint32_t need)
{
	uint32_t id = p->needs.declared[need];

	return id ? btf__str_by_offset(p->btf, btf__type_by_id(p->btf, id)->name_off) : "";
}

/*
 * A weak variable that is in no BTF is 0. Beside an extern without a type libbpf (to 1.7) looks for it among the
 * kernel's symbols too, and gives the kernel one that it found there as a variable of its types, which is refused.
 */
static bool may_be_mistaken(const struct parsed_object *p, const struct need *n)
{
	return n->kind == NEED_VARIABLE && n->optional && p->needs.typeless;
}

/* An extern that is in no BTF because it has no type is found in kallsyms, or not: that is not known here. */
static enum ref_value extern_value(const struct parsed_object *p, const struct relo_target *target, const char *name)
{
	for (uint32_t i = 0; i < p->needs.count; i++) {
		const struct need_lookup lookup = lookup_of(p, i);

		if (!lookup.declared || strcmp(declared_name(p, i), name))
			continue;
		switch (need_check(&p->needs.at[i], &lookup, target, NULL)) {
		case NEED_HOLDS:
			return REF_ADDRESS;
		case NEED_MISSING:
			return may_be_mistaken(p, &p->needs.at[i]) ? REF_UNKNOWN : REF_ABSENT;
		default:
			return REF_UNKNOWN;
		}
	}
	return REF_UNKNOWN;
}

static void walk(struct parsed_object *p, const struct relo_target *target, bool own_types,
                 const struct predict_cell *c)
{
	cleanup_free uint8_t *refs = xcalloc(p->list.ref_count, sizeof(*refs));
	const struct code_reach_kernel kernel = {
	        .outcomes = c->outcomes,
	        .refs = refs,
	        .traits = verifier_traits_read(target),
	        .loaded = p->loaded,
	};

	for (size_t i = 0; i < p->list.ref_count; i++) {
		const struct core_relo_ref *r = &p->list.refs[i];

		if (r->map)
			refs[i] = (uint8_t)map_value(p, r->name);
		else if (!r->external)
			refs[i] = REF_ADDRESS;
		else if (own_types)
			refs[i] = (uint8_t)extern_value(p, target, r->name);
	}
	code_reach_run(p->code, &kernel);
}

void predict_calc_outcomes(struct parsed_object *p, const struct relo_target *target, bool own_types,
                           struct predict_cell *c)
{
	struct relo_calc *calc = relo_calc_new(&p->list, target);
	bool poisoned = false;

	c->outcome_count = (uint32_t)p->list.count;
	c->outcomes = xcalloc(p->list.count, sizeof(*c->outcomes));
	for (size_t i = 0; i < p->list.count; i++) {
		struct relo_prediction *out = &c->outcomes[i].p;

		*out = (struct relo_prediction){.outcome = RELO_NOT_ATTEMPTED};
		if (!p->about.records[i].skipped)
			relo_calc_record(calc, i, out);
		poisoned |= out->says.seen == RELO_SEEN_POISON;
	}
	relo_calc_free(calc);
	if (!poisoned)
		return;
	walk(p, target, own_types, c);
	for (size_t i = 0; i < p->list.count; i++)
		if (c->outcomes[i].p.says.seen == RELO_SEEN_POISON)
			c->outcomes[i].reach =
			        (uint8_t)code_reach_at(p->code, (size_t)p->list.records[i].func, p->list.facts[i].insn);
}

/* The likeliest place at which a function that has the name of `user` calls the helper. */
static enum reach helper_reach(const struct parsed_object *p, const struct need *n)
{
	enum reach most = REACH_NEVER;

	for (size_t f = 0; f < p->list.func_count; f++) {
		const struct bpf_insn *insn = code_reach_code(p->code, f);

		if (strcmp(p->list.funcs[f].name, n->user))
			continue;
		for (uint32_t i = 0; i < p->list.funcs[f].count; i++) {
			enum reach here;

			if (insn[i].code != (BPF_JMP | BPF_CALL) || insn[i].src_reg ||
			    insn[i].imm != (int32_t)n->number)
				continue;
			here = code_reach_at(p->code, f, i);
			most = here > most ? here : most;
		}
	}
	return most;
}

/* The likeliest place at which the kernel's function is called; that its address is taken and tested is no call. */
static enum reach kfunc_reach(const struct parsed_object *p, uint32_t need)
{
	enum reach most = REACH_NEVER;

	for (size_t i = 0; i < p->list.ref_count; i++) {
		const struct core_relo_ref *r = &p->list.refs[i];
		enum reach here;

		if (!r->external || strcmp(r->name, declared_name(p, need)) ||
		    code_reach_code(p->code, r->func)[r->insn].code != (BPF_JMP | BPF_CALL))
			continue;
		here = code_reach_at(p->code, r->func, r->insn);
		most = here > most ? here : most;
	}
	return most;
}

static enum need_state missing_by_reach(enum reach reach)
{
	return reach == REACH_NEVER ? NEED_UNUSED : reach == REACH_ALWAYS ? NEED_MISSING : NEED_DOUBTED;
}

void predict_calc_doubts(const struct parsed_object *p, const struct config_kernel *config, struct predict_cell *c)
{
	c->need_count = p->needs.count;
	c->needs = xcalloc(c->need_count, sizeof(*c->needs));
	c->need_notes = xcalloc(c->need_count, sizeof(*c->need_notes));
	for (uint32_t i = 0; i < c->need_count; i++) {
		const struct need *n = &p->needs.at[i];

		if (n->kind == NEED_CONFIG)
			c->needs[i] = (uint8_t)need_config_check(n, p->btf, config, &c->need_notes[i]);
		else
			c->needs[i] =
			        need_is_typed((enum need_kind)n->kind) && !n->optional ? NEED_DOUBTED : NEED_UNKNOWN;
	}
}

void predict_calc_needs(struct parsed_object *p, const struct relo_target *target, const struct buf *symbols,
                        bool with_modules, const struct config_kernel *config, struct predict_cell *c)
{
	bool walked = false;

	c->need_count = p->needs.count;
	c->needs = xcalloc(c->need_count, sizeof(*c->needs));
	c->need_notes = xcalloc(c->need_count, sizeof(*c->need_notes));
	for (uint32_t i = 0; i < c->need_count; i++) {
		const struct need *n = &p->needs.at[i];
		bool provable = need_is_provable((enum need_kind)n->kind);
		bool in_module = with_modules && n->kind == NEED_KPROBE, differs = false;
		const struct need_lookup lookup = lookup_of(p, i);
		enum need_state state;

		if (n->kind == NEED_CONFIG) {
			c->needs[i] = (uint8_t)need_config_check(n, p->btf, config, &c->need_notes[i]);
			continue;
		}
		state = need_check(n, &lookup, target, &differs);
		if (differs)
			c->need_notes[i] = xstrdup(n->kind == NEED_KFUNC ? "the one of that name takes other arguments"
			                                                 : "the one of that name has another type");
		/* the names are those of the kernel's own functions */
		if (symbols->len && !in_module)
			state = need_check_symbols(n, state, buf_str(symbols), symbols->len, &provable,
			                           &c->need_notes[i]);
		if (state == NEED_MISSING && (n->kind == NEED_HELPER || (n->kind == NEED_KFUNC && n->optional))) {
			if (!walked)
				walk(p, target, true, c);
			walked = true;
			state = missing_by_reach(n->kind == NEED_HELPER ? helper_reach(p, n) : kfunc_reach(p, i));
		} else if (state == NEED_MISSING && !differs && may_be_mistaken(p, n)) {
			state = NEED_DOUBTED;
			c->need_notes[i] = xstrdup("libbpf looks for it among the symbols, where it is of no use");
		} else if (state == NEED_MISSING && n->optional && !(differs && n->kind == NEED_VARIABLE)) {
			state = NEED_UNUSED; /* libbpf forgives a weak variable that it is missing, not that it is
			                        another */
		} else if (state == NEED_MISSING && !provable) {
			state = NEED_DOUBTED;
		}
		c->needs[i] = (uint8_t)state;
	}
}

void predict_calc_programs(struct parsed_object *p, const struct relo_target *target, struct predict_cell *c)
{
	const struct verifier_traits traits = verifier_traits_read(target);

	if (!program_check_applies(p))
		return;
	walk(p, target, true, c);
	program_check(p, target, &traits, c);
}

/* An option is there when the configuration sets it; of one that is not known, none is. */
static int32_t answer_option(const struct expect_rule *rule, const struct config_kernel *config)
{
	size_t len;
	bool set = config->text && kernel_config_value(config->text, rule->argument, &len);

	return set == (rule->kind == EXPECT_EXISTS);
}

static int32_t answer(const struct expect_rule *rule, const struct parsed_object *p, const struct btf *kernel,
                      const struct config_kernel *config)
{
	struct btf_field there, here;
	int found;

	if (rule->kind != EXPECT_MOVED && rule->kind != EXPECT_MISSING && rule->kind != EXPECT_EXISTS)
		return -ENODATA;
	if (!strncmp(rule->argument, "CONFIG_", 7))
		return answer_option(rule, config);
	found = btf_field_find(kernel, rule->argument, &there);
	if (rule->kind == EXPECT_EXISTS)
		return !found;
	if (rule->kind == EXPECT_MISSING || found)
		return found != 0;
	if (!p->btf || btf_field_find(p->btf, rule->argument, &here))
		return -ENOENT;
	return here.offset_bits != there.offset_bits;
}

void predict_calc_answers(const struct object_ini *ini, const struct parsed_object *p, const struct btf *kernel,
                          const struct config_kernel *config, struct predict_cell *c)
{
	c->answer_count = (uint32_t)ini->rule_count;
	c->answers = xcalloc(ini->rule_count, sizeof(*c->answers));
	for (size_t i = 0; i < ini->rule_count; i++)
		c->answers[i] = answer(&ini->rules[i], p, kernel, config);
}
