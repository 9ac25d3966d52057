/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/judge_circumstance.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/kernel_said.h"
#include "host/lib/text.h"

static void add_advice(struct result_cell *c, const char *text)
{
	cleanup_free char *both = xasprintf("%s%s%s", c->advice, *c->advice ? "; " : "", text);

	text_set(&c->advice, both);
}

static void add_reason(struct result_cell *c, const char *text)
{
	cleanup_free char *both = xasprintf("%s%s%s", c->reason, *c->reason ? ": " : "", text);

	text_set(&c->reason, both);
}

/* ---- lockdown ---- */

/* security/lockdown/lockdown.c: "Lockdown: COMM: WHAT is restricted; see man kernel_lockdown.7". NULL: not such a line;
 * the caller frees what is restricted.
 */
static char *restricted(const char *line)
{
	const char *what = !strncmp(line, "Lockdown: ", 10) ? strstr(line + 10, ": ") : NULL;
	const char *end = what ? strstr(what, " is restricted") : NULL;

	return end ? xstrndup(what + 2, (size_t)(end - what - 2)) : NULL;
}

/* Helpers that a locked down kernel does not offer: it says so no more than a few times in five seconds. */
static bool is_locked_helper(const char *reason)
{
	return !fnmatch("*probe_read*", reason, 0) || !fnmatch("*probe_write_user*", reason, 0);
}

/* What the kernel restricts of what an object does, by its own words; NULL: nothing. The caller frees it. */
static char *forbidden(const struct result_cell *c)
{
	for (size_t i = 0; i < c->kernel_said.count; i++) {
		char *what = restricted(c->kernel_said.at[i]);

		if (what)
			return what;
	}
	return c->class == CLASS_HELPER && is_locked_helper(c->reason) ? xstrdup("that helper") : NULL;
}

static void judge_lockdown(struct result_cell *c, unsigned asked)
{
	const char *value = circumstance_value_name(CIRCUMSTANCE_LOCKDOWN, asked);
	struct said_rule rule = {.pattern = xstrdup("Lockdown: * is restricted"),
	                         .reason = xasprintf("the row asks for lockdown:%s", value)};
	cleanup_free char *what = c->verdict == VERDICT_REJECTED ? forbidden(c) : NULL;

	if (what) {
		cleanup_free char *advice = xasprintf(
		        "the row's lockdown:%s forbids it (%s): leave that part out where /sys/kernel/security/lockdown says so, or do without what the kernel restricts",
		        value, what);

		c->class = CLASS_LOCKDOWN;
		c->side = SIDE_KERNEL;
		text_set(&c->advice, advice);
	}
	kernel_said_allow(c, &rule, 1);
	said_rule_free(&rule);
}

/* ---- security modules ---- */

static bool is_lsm(const struct result_program *p)
{
	return !strcmp(p->type, "lsm") && !strstr(p->section, "lsm_cgroup");
}

static bool only_lsm(const struct result_cell *c)
{
	size_t attached = 0;

	for (size_t i = 0; i < c->program_count; i++) {
		if (!c->programs[i].attached)
			continue;
		attached++;
		if (!is_lsm(&c->programs[i]))
			return false;
	}
	return attached > 0;
}

static bool lists_bpf(const char *lsm)
{
	cleanup_free char *padded = xasprintf(",%s,", lsm);

	return strstr(padded, ",bpf,") != NULL;
}

static void judge_lsm(struct result_cell *c, const struct kernel_circumstances *k)
{
	const unsigned asked = k->asked.value[CIRCUMSTANCE_LSM];
	bool without = asked == LSM_NONE || (!asked && *k->lsm && !lists_bpf(k->lsm));

	if (c->verdict != VERDICT_SILENT || !without || !only_lsm(c))
		return;
	add_reason(c, asked ? "bpf is not one of its security modules (lsm:none of the row)"
	                    : "bpf is not one of its security modules, as it was built (CONFIG_LSM)");
	text_set(
	        &c->advice,
	        "LSM programs are attached there and never called: whoever starts the kernel has to say lsm=...,bpf, as a row does with env=lsm:bpf; else look for bpf in /sys/kernel/security/lsm, and do it another way");
}

/* ---- tracefs ---- */

/* In those namespaces there is a /sys with nothing below it. */
static bool without_tracefs(const struct circumstances *asked)
{
	const unsigned namespace = asked->value[CIRCUMSTANCE_NAMESPACE];

	return asked->value[CIRCUMSTANCE_TRACEFS] == TRACEFS_NONE || namespace == NAMESPACE_MOUNT ||
	       namespace == NAMESPACE_CONTAINER;
}

/* Where the numbers of tracepoints cannot be read, it looks as if there were none. */
static void judge_tracefs(struct result_cell *c, const struct circumstances *asked)
{
	if (c->class == CLASS_ATTACH_TARGET && without_tracefs(asked) &&
	    !fnmatch("*failed to determine tracepoint*", c->reason, 0))
		text_set(
		        &c->advice,
		        "no tracefs is mounted there, which has the number that a tracepoint is attached by: mount it, or use raw_tp or tp_btf, which do without");
}

/* ---- what else a row asks for ---- */

/* The kernel may not say that this is why: without tracefs it looks as if there were no such tracepoint. */
static bool may_forbid(const struct circumstances *asked)
{
	for (int k = CIRCUMSTANCE_CGROUP; k < CIRCUMSTANCE_COUNT; k++)
		if (asked->value[k])
			return true;
	return false;
}

static void judge_permission(struct result_cell *c, const struct circumstances *asked)
{
	cleanup_free char *words = circumstances_text(asked), *advice = NULL;

	if (c->verdict != VERDICT_REJECTED || !*words || (c->class != CLASS_PERMISSION && !may_forbid(asked)))
		return;
	advice = xasprintf("the row asks for env=%s", words);
	add_advice(c, advice);
}

void judge_circumstances(struct result_cell *c, const struct kernel_circumstances *k)
{
	if (k->asked.value[CIRCUMSTANCE_LOCKDOWN])
		judge_lockdown(c, k->asked.value[CIRCUMSTANCE_LOCKDOWN]);
	judge_lsm(c, k);
	judge_tracefs(c, &k->asked);
	judge_permission(c, &k->asked);
}
