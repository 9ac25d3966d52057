/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/judge_cost.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

static bool is_for(const struct budget_rule *rule, const struct result_program *p)
{
	return !strcmp(rule->program, "*") || !strcmp(rule->program, p->name);
}

static uint64_t most_of(const struct budget_rule *rule, const struct program_cost *cost)
{
	return rule->is_share ? (uint64_t)cost->insns_limit * rule->most / 100 : rule->most;
}

/* The first breach, in words; NULL: there is none. The caller's. */
static char *breach(const struct result_cell *c, const struct budget_rule *rule)
{
	bool found = !strcmp(rule->program, "*");

	for (size_t i = 0; i < c->program_count; i++) {
		const struct result_program *p = &c->programs[i];
		uint64_t value = cost_value(&p->cost, rule->kind), most = most_of(rule, &p->cost);

		if (!is_for(rule, p))
			continue;
		found = true;
		if (p->cost.verified_insns && value > most)
			return xasprintf("program '%s': %" PRIu64 " %s, %" PRIu64 " more than its budget of %" PRIu64,
			                 p->name, value, cost_words(rule->kind), value - most, most);
	}
	return found ? NULL
	             : xasprintf("the budget is for program '%s', which the object does not have", rule->program);
}

static bool stands(const struct result_cell *c)
{
	return c->verdict == VERDICT_PASS || c->verdict == VERDICT_DEGRADED || c->verdict == VERDICT_UNPROVEN;
}

static void reject(struct result_cell *c, const char *reason)
{
	c->verdict = VERDICT_REJECTED;
	c->class = CLASS_BUDGET;
	c->side = SIDE_OBJECT;
	text_set(&c->reason, reason);
	text_set(&c->advice, "make the program cheaper for this kernel's verifier, or raise the budget in its ini");
}

static void add_reason(struct result_cell *c, const char *words)
{
	cleanup_free char *reason = NULL;

	if (strstr(c->reason, words))
		return;
	reason = xasprintf("%s%s%s", c->reason, *c->reason ? "; " : "", words);
	text_set(&c->reason, reason);
}

/* How far the verifier came with a program that was too much for it, and where it gave up. */
static void say_how_far(struct result_cell *c)
{
	for (size_t i = 0; i < c->program_count; i++) {
		const struct result_program *p = &c->programs[i];
		cleanup_free char *words = NULL;

		if (p->loaded || !p->cost.verified_insns || !*p->stopped)
			continue;
		words = xasprintf("the verifier went through %" PRIu32 " instructions of program '%s' (limit %" PRIu32
		                  ") and stopped at %s",
		                  p->cost.verified_insns, p->name, p->cost.insns_limit, p->stopped);
		add_reason(c, words);
		return;
	}
}

static void warn(struct result_cell *c, const struct result_program *p)
{
	cleanup_free char *words =
	        xasprintf("program '%s' uses %u %% of the verifier's limit of %" PRIu32 " instructions: %" PRIu32,
	                  p->name, cost_share(&p->cost), p->cost.insns_limit, p->cost.verified_insns);

	add_reason(c, words);
}

void judge_cost(struct result_cell *c, const struct budget_rule *rules, size_t count)
{
	for (size_t i = 0; i < count && stands(c); i++) {
		cleanup_free char *reason = breach(c, &rules[i]);

		if (reason)
			reject(c, reason);
	}
	for (size_t i = 0; i < c->program_count && stands(c); i++)
		if (cost_share(&c->programs[i].cost) >= JUDGE_COST_WARNS)
			warn(c, &c->programs[i]);
	if (c->verdict == VERDICT_REJECTED && c->class == CLASS_TOO_COMPLEX)
		say_how_far(c);
}
