/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/cost.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EACH_PROGRAM "*"
#define SHARE "limit"

static const struct {
	const char *name, *words;
	size_t offset;
	bool is_wide;
} kinds[COST_KIND_COUNT] = {
        [COST_VERIFIED_INSNS] = {"verified_insns", "verified instructions",
                                 offsetof(struct program_cost, verified_insns), false},
        [COST_TOTAL_STATES] = {"total_states", "states", offsetof(struct program_cost, total_states), false},
        [COST_PEAK_STATES] = {"peak_states", "states at a time", offsetof(struct program_cost, peak_states), false},
        [COST_MAX_STATES] = {"max_states", "states at one instruction", offsetof(struct program_cost, max_states),
                             false},
        [COST_STACK_DEPTH] = {"stack_depth", "bytes of stack", offsetof(struct program_cost, stack_depth), false},
        [COST_XLATED_BYTES] = {"xlated_bytes", "bytes of instructions", offsetof(struct program_cost, xlated_bytes),
                               false},
        [COST_JITED_BYTES] = {"jited_bytes", "bytes of machine code", offsetof(struct program_cost, jited_bytes),
                              false},
        [COST_MAP_BYTES] = {"map_bytes", "bytes of maps", offsetof(struct program_cost, map_bytes), true},
};

const char *cost_name(enum cost_kind kind)
{
	return (unsigned)kind < COST_KIND_COUNT ? kinds[kind].name : "?";
}

const char *cost_words(enum cost_kind kind)
{
	return (unsigned)kind < COST_KIND_COUNT ? kinds[kind].words : "?";
}

int cost_parse(const char *name)
{
	for (int i = 0; i < COST_KIND_COUNT; i++)
		if (!strcmp(kinds[i].name, name))
			return i;
	return -1;
}

uint64_t cost_value(const struct program_cost *c, enum cost_kind kind)
{
	const char *at = (const char *)c + kinds[kind].offset;

	return kinds[kind].is_wide ? *(const uint64_t *)at : *(const uint32_t *)at;
}

unsigned cost_share(const struct program_cost *c)
{
	return c->insns_limit ? (unsigned)((uint64_t)c->verified_insns * 100 / c->insns_limit) : 0;
}

static void say_kinds(struct buf *why)
{
	for (int i = 0; i < COST_KIND_COUNT; i++)
		buf_printf(why, "%s, ", kinds[i].name);
	buf_puts(why, "or " SHARE);
}

/* "500000" or, of a share, "80%". */
static bool parse_most(const char *value, struct budget_rule *rule, struct buf *why)
{
	char *end;

	errno = 0;
	rule->most = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)*value) || errno || (rule->is_share ? strcmp(end, "%") || rule->most > 100 : *end))
		buf_printf(why,
		           rule->is_share ? "\"%s\" is no share of the verifier's limit; give 1%% to 100%%"
		                          : "\"%s\" is no number; give the most that is within the budget",
		           value);
	return !why->len;
}

bool budget_rule_parse(const char *name, const char *value, struct budget_rule *rule, struct buf *why)
{
	const char *dot = strrchr(name, '.'), *measure = dot ? dot + 1 : name;
	int kind = cost_parse(measure);

	*rule = (struct budget_rule){.is_share = !strcmp(measure, SHARE)};
	if (!rule->is_share && (kind < 0 || !dot || dot == name)) {
		buf_printf(why, "\"%s\" is no budget; give PROGRAM.MEASURE, with * for every program and one of ",
		           name);
		say_kinds(why);
		return false;
	}
	rule->kind = rule->is_share ? COST_VERIFIED_INSNS : (enum cost_kind)kind;
	if (!parse_most(value, rule, why))
		return false;
	rule->program = dot && dot > name ? xstrndup(name, (size_t)(dot - name)) : xstrdup(EACH_PROGRAM);
	return true;
}

void budget_rule_free(struct budget_rule *rule)
{
	free(rule->program);
	*rule = (struct budget_rule){0};
}
