/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/workload_ground.h"

#include <stdlib.h>

#include "agent/deeds/unwatched.h"
#include "agent/truth/choice.h"
#include "base/buf.h"

int workload_ground_open(struct workload_ground *ground, struct bpf_object *obj, const struct capture_wish *wish,
                         struct error *err)
{
	int rc = action_loopback_up(err);

	rc = rc < 0 ? rc : subject_stage_open(&ground->stage, err);
	return rc < 0 ? rc : capture_open(obj, wish, &ground->capture, err);
}

/* The deed of the rule's that is to be done by its user; NULL when some subject is that user already. */
static const struct subject_kind *user_deed(const struct effect_rule *rule)
{
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count), *plain = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!choice_rule_is_of(rule, &kinds[i]))
			continue;
		if (kinds[i].uid == rule->uid)
			return NULL;
		plain = plain ? plain : &kinds[i];
	}
	return plain;
}

void workload_ground_users(struct workload_ground *ground, const struct effect_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct subject_kind *plain = rules[i].has_uid ? user_deed(&rules[i]) : NULL;
		struct user_subject *user;

		if (!plain)
			continue;
		user = xcalloc(1, sizeof(*user));
		user->kind = *plain;
		user->kind.name = user->name = xasprintf("%s-%u", plain->name, rules[i].uid);
		user->kind.uid = user->kind.gid = rules[i].uid;
		user->possible = unwatched_do(ground->stage, &user->kind, &user->before);
		user->next = ground->users;
		ground->users = user;
	}
}

void workload_ground_close(struct workload_ground *ground)
{
	while (ground->users) {
		struct user_subject *user = ground->users;

		ground->users = user->next;
		free(user->name);
		free(user);
	}
	capture_free(ground->capture);
	subject_stage_close(ground->stage);
	*ground = (struct workload_ground){0};
}
