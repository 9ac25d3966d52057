/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject: a process that does one thing whose truth is known, and holds still before and after it. Subjects exec the
 * running binary again under a name of their own, so main() must call subject_main_if_subject before anything else. For
 * some that is all; others then perform an action (action.h) and hold still again. It never reads /proc and knows
 * nothing of events.
 *
 * A subject shares the caller's memory until its exec (CLONE_VM), which costs no page table, whatever the caller holds.
 */
#ifndef COREMATRIX_AGENT_DEEDS_SUBJECT_H
#define COREMATRIX_AGENT_DEEDS_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "agent/deeds/action.h"
#include "agent/deeds/trigger.h"
#include "base/error.h"
#include "wire/terms.h"

/* How a subject comes to its exec; one row of the table in subject_kinds.c. */
struct subject_kind {
	const char *name; /* workload name in the results */
	enum workload_group group;
	uint64_t triggers;  /* what it fires: bits of enum trigger */
	const char *file;   /* file name it execs; the kernel makes comm of it */
	bool odd_name;      /* which is hard to read out of stat */
	bool from_thread;   /* the exec comes from a thread that is not the leader */
	bool under_parent;  /* its parent is a process between the caller and it, which stays alive */
	bool parent_thread; /* and that parent forks from a thread that is not its leader */
	uid_t uid;          /* 0: the caller's */
	gid_t gid;
	int namespaces;     /* CLONE_NEW* flags: those it has of its own, as far as the kernel knows them */
	bool traced;        /* the caller traces it, which makes the caller its `parent`, but not its `real_parent` */
	bool on_demand;     /* run only where something that it fires is attached, or an ini names its group */
	bool stirs;         /* it is done for what else runs meanwhile, not for what it comes to */
	bool noisy;         /* the agent's own work fires the same hooks */
	enum action action; /* what it does after its exec */
	const char *image;  /* the program that it execs, another than the running one; NULL: the running one */
};

/* Whether it can be done here: its program may be a file that no object of the job asked for. */
bool subject_kind_is_possible(const struct subject_kind *kind);

const struct subject_kind *subject_kinds(size_t *count);

/* What the subjects of these groups (bits WORKLOAD_BIT) fire. */
uint64_t subject_kinds_triggers(uint64_t groups);

/* A directory made in $TMPDIR or /tmp, with a symbolic link for each kind that was spawned; subjects exec through
 * these. */
struct subject_stage;

int subject_stage_open(struct subject_stage **stage, struct error *err);
void subject_stage_close(struct subject_stage *stage);
static inline void subject_stage_cleanup(struct subject_stage **stage)
{
	subject_stage_close(*stage);
}
#define cleanup_subject_stage __attribute__((cleanup(subject_stage_cleanup)))

struct subject;

/*
 * Start a subject, on a processor of its own where there are several, each in turn; returns 0 when it is blocked right
 * before its exec, or a negative errno: subject_outcome then tells what failed. Free it in either case.
 */
int subject_spawn(struct subject_stage *stage, const struct subject_kind *kind, struct subject **s, struct error *err);

/* Let it exec; returns 0 when the new image is blocked, or a negative errno. */
int subject_exec(struct subject *s, struct error *err);

/*
 * Let it perform its action; returns 0 when it is blocked again, with `result` filled (which may say `skipped`), or a
 * negative errno. Only for kinds that have one.
 */
int subject_act(struct subject *s, struct action_result *result, struct error *err);

/* Let it end and reap it; returns 0, or a negative errno when it did not end as its kind says. */
int subject_finish(struct subject *s, struct error *err);

/* What a subject came to. */
struct subject_outcome {
	char call[16];     /* that failed, or that it was in: "exec", "connect"; "" when all went well */
	int err;           /* positive errno of the call, 0 */
	int signal;        /* by which it ended before its time, 0 */
	const char *other; /* something else, in words: "hangs", "other path"; NULL */
};

/*
 * After a step failed: what became of the subject, and at which call. Waits for the end of one that died. `err` is what
 * the step said; of a step that failed on the caller's side it holds all that is known.
 */
void subject_outcome(struct subject *s, const struct error *err, struct subject_outcome *out);

/* Process id; thread id of the exec's caller, which is the process id once the exec is done. */
pid_t subject_pid(const struct subject *s);
pid_t subject_tid(const struct subject *s);
/* The file that it execs, and the directory its action works in; owned by subject and stage. */
const char *subject_path(const struct subject *s);
const char *subject_stage_directory(const struct subject_stage *stage);
/* Thread id of the thread that forked it. */
pid_t subject_parent_tid(const struct subject *s);

/* Ends and reaps what still lives. */
void subject_free(struct subject *s);
static inline void subject_cleanup(struct subject **s)
{
	subject_free(*s);
}
#define cleanup_subject __attribute__((cleanup(subject_cleanup)))

/* The new image's side: when argv says that this process is a subject, be it and never return. */
void subject_main_if_subject(int argc, char **argv);

#endif
