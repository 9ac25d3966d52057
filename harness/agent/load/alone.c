/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/alone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/witness/relo_insns.h"
#include "agent/witness/relo_verifier.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* Guest time for all tries of one object; a program takes a tenth of a second, or seconds when the verifier is slow. */
#define ALL_TRIES_MS 40000
/* Undoing one fentry attachment takes a second on preemptible kernels: after that many, programs are only loaded. */
#define ATTACH_TRIES_MS 10000
/* What a try may add to the cell's log. */
#define TRY_LOG_MAX (64u << 10)
#define ALL_LOGS_MAX (4u << 20)

static unsigned patience = 1;

void alone_set_patience(unsigned times)
{
	patience = times;
}

static bool relocations_pending(const struct core_relo_list *relos, const char *program)
{
	for (size_t i = 0; i < relos->count; i++)
		if (!relos->facts[i].attempted && !strcmp(relos->facts[i].program, program))
			return true;
	return false;
}

/*
 * A subprogram's record may be loaded with one program and stop another, or never have been attempted by the load that
 * went well. What stopped a load says most; of what was not attempted nothing is said.
 */
static void relocations_settle(struct core_relo_list *relos)
{
	for (size_t i = 0; i < relos->count; i++)
		if (relos->facts[i].reached || !relos->facts[i].attempted)
			relos->facts[i].loaded = false;
}

static void relocations_note(struct core_relo_list *relos, const struct attempt *a, const struct attempt_program *p,
                             bool fresh)
{
	const char *name = p->fact.name;
	char *said;

	if (fresh)
		relo_insns_program(relos, name, p->before, p->before_count, bpf_program__insns(p->prog),
		                   bpf_program__insn_cnt(p->prog));
	if (p->fact.loaded) {
		core_relo_list_loaded(relos, name);
		return;
	}
	said = attempt_verifier_log(a, name);
	if (said)
		relo_verifier_mark(relos, name, said);
	free(said);
}

/* The end of a log is what tells. */
static void log_append(struct buf *log, const struct attempt *a, const char *program)
{
	size_t skip = a->log.len > TRY_LOG_MAX ? a->log.len - TRY_LOG_MAX : 0;

	if (log->len > ALL_LOGS_MAX)
		return;
	buf_printf(log, "%s%s%s\n", log->len && log->data[log->len - 1] != '\n' ? "\n" : "", MESSAGE_LOG_ALONE,
	           program);
	buf_add(log, buf_str(&a->log) + skip, a->log.len - skip);
}

static void fact_take(struct program_fact *to, const struct attempt *a, struct program_fact *from)
{
	/* A load that failed before it came to the program: the object's failure is the program's. */
	bool own = from->loaded || from->err;
	char *reason = xstrdup(own ? from->reason : a->reason ? a->reason : ""), *stopped;

	free(to->reason);
	to->reason = reason;
	to->alone = true;
	to->loaded = from->loaded;
	to->attached = from->attached;
	to->err = own ? from->err : a->err;
	if (!own)
		return;
	to->cost = from->cost;
	stopped = xstrdup(from->stopped);
	free(to->stopped);
	to->stopped = stopped;
	if (to == from)
		return;
	line_facts_free(to->lines, to->line_count);
	to->lines = steal_ptr(from->lines);
	to->line_count = from->line_count;
	from->line_count = 0;
}

/*
 * libbpf makes every map before it comes to any program, whichever programs are on: a map that fails one try fails all,
 * and such tries are the longest, for the maps before it may be large.
 */
static bool map_failed(const struct attempt *a)
{
	for (size_t i = 0; i < a->program_count; i++)
		if (a->programs[i].fact.err)
			return false;
	/* too little memory may be enough the next time */
	return a->phase == PHASE_LOAD && a->err && a->err != ENOMEM &&
	       strstr(buf_str(&a->log), "': failed to create: ");
}

/* What the try of program `index` showed holds for those after it. */
static void rest_takes(struct attempt *whole, size_t index)
{
	struct program_fact *fact = &whole->programs[index].fact;

	for (size_t i = index + 1; i < whole->program_count; i++) {
		struct program_fact *other = &whole->programs[i].fact;

		if (!other->autoload)
			continue;
		free(other->reason);
		other->reason = xstrdup(fact->reason);
		other->alone = true;
		other->loaded = other->attached = false;
		other->err = fact->err;
	}
}

/* False when there is nothing more to try. */
static bool program_try(struct attempt *whole, size_t index, bool attach, struct core_relo_list *relos,
                        struct relo_log *relo_log, struct buf *log)
{
	struct program_fact *fact = &whole->programs[index].fact;
	bool fresh = relocations_pending(relos, fact->name), more;
	struct attempt a = {.job = whole->job, .relo_log = fresh ? relo_log : NULL};

	if (attempt_open(&a) == 0 && index < a.program_count) {
		attempt_single(&a, index);
		if (attempt_load(&a) == 0 && attach)
			attempt_attach(&a);
		relocations_note(relos, &a, &a.programs[index], fresh);
		fact_take(fact, &a, &a.programs[index].fact);
		if (fact->loaded && !attach) {
			free(fact->reason);
			fact->reason =
			        xasprintf("loaded alone, not attached: the tries of the programs before it took %d s",
			                  ATTACH_TRIES_MS / 1000);
		}
	}
	log_append(log, &a, fact->name);
	more = !map_failed(&a);
	if (!more)
		rest_takes(whole, index);
	attempt_close(&a);
	return more;
}

static size_t count_wanted(const struct attempt *whole)
{
	size_t count = 0;

	for (size_t i = 0; i < whole->program_count; i++)
		count += whole->programs[i].fact.autoload;
	return count;
}

void alone_try(struct attempt *whole, struct core_relo_list *relos, struct relo_log *relo_log, struct buf *log)
{
	int64_t start = clock_ms(), all_ms = (int64_t)ALL_TRIES_MS * patience;
	bool alone_already = count_wanted(whole) == 1, more = true;

	for (size_t i = 0; more && i < whole->program_count; i++) {
		struct program_fact *fact = &whole->programs[i].fact;

		if (!fact->autoload)
			continue;
		if (alone_already) {
			fact_take(fact, whole, fact);
		} else if (clock_ms() - start < all_ms) {
			more = program_try(whole, i, clock_ms() - start < ATTACH_TRIES_MS, relos, relo_log, log);
		} else if (!fact->err) {
			free(fact->reason);
			fact->err = ETIME;
			fact->reason = xasprintf("not tried alone: the tries of the programs before it took %d s",
			                         (int)(all_ms / 1000));
		}
	}
	relocations_settle(relos);
}
