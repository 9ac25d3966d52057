/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/choice.h"

#include "agent/truth/truth.h"

bool choice_names(const struct choice *c, enum workload_group group)
{
	return c->groups & WORKLOAD_BIT(group);
}

bool choice_knows(const struct choice *c, const struct subject_kind *kind)
{
	return c->due & kind->triggers;
}

bool choice_drives(const struct choice *c, const struct subject_kind *kind)
{
	return c->triggers->drives & kind->triggers;
}

bool choice_expects(const struct choice *c, const struct subject_kind *kind)
{
	uint64_t attached = c->triggers->triggers;

	if (!c->reports)
		return false;
	if (choice_knows(c, kind))
		return true;
	return choice_names(c, kind->group) && !(attached & subject_kinds_triggers(WORKLOAD_BIT(kind->group)));
}

bool choice_rule_is_of(const struct effect_rule *rule, const struct subject_kind *kind)
{
	return effect_rule_is_of_all(rule) ? kind->group == WORKLOAD_EXEC : (rule->groups >> kind->group & 1) != 0;
}

bool choice_has_rule_of(const struct choice *c, const struct subject_kind *kind)
{
	for (size_t i = 0; i < c->rule_count; i++)
		if (choice_rule_is_of(&c->rules[i], kind))
			return true;
	return false;
}

/* An object that names no workload sees those that its programs are attached to; all, when that is not known of each.
 */
static bool is_wanted(const struct choice *c, const struct subject_kind *kind)
{
	const struct trigger_summary *t = c->triggers;

	if (!kind->on_demand && choice_has_rule_of(c, kind))
		return true;
	if (c->groups)
		return choice_names(c, kind->group);
	if (kind->on_demand)
		return (t->triggers | t->drives) & kind->triggers;
	return t->unknown || !(t->triggers | t->drives) || (t->triggers | t->drives) & kind->triggers;
}

#define KEY(name) (1u << TRUTH_##name)

/* Of what a subject's truth is another than that of the plain one of its group: what it is there for. */
static uint32_t kind_varies(const struct subject_kind *kind)
{
	uint32_t keys = 0;

	if (kind->from_thread)
		keys |= KEY(TID) | KEY(TGID);
	if (kind->under_parent || kind->traced)
		keys |= KEY(PPID) | KEY(PARENT_TID) | KEY(TRACER);
	if (kind->uid)
		keys |= KEY(UID) | KEY(GID) | KEY(EUID) | KEY(EGID) | KEY(CAP_EFFECTIVE);
	if (kind->namespaces)
		keys |= KEY(MNT_NS) | KEY(PID_NS) | KEY(NET_NS) | KEY(UTS_NS) | KEY(IPC_NS) | KEY(USER_NS) |
		        KEY(CGROUP_NS);
	if (kind->odd_name)
		keys |= KEY(COMM);
	return keys;
}

/* A variant of another subject is run for the fields that can be told apart by it: an exec has seven of them. */
static bool is_telling(const struct choice *c, const struct subject_kind *kinds, size_t index)
{
	const struct subject_kind *kind = &kinds[index];

	for (size_t i = 0; i < index; i++)
		if (kinds[i].group == kind->group && kinds[i].triggers == kind->triggers &&
		    kinds[i].action == kind->action)
			return kind_varies(kind) & c->wanted;
	return true;
}

bool choice_wants(const struct choice *c, const struct subject_kind *kinds, size_t index)
{
	return is_wanted(c, &kinds[index]) && (choice_has_rule_of(c, &kinds[index]) || is_telling(c, kinds, index));
}
