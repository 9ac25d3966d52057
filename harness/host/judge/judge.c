/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/judge.h"

#include <bpf/libbpf.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/classify.h"
#include "host/lib/text.h"
#include "host/result/cell_truth.h"
#include "wire/loader_pack.h"

/* Subjects that are named beside the first that is missing. */
#define ABSENT_SHOWN 3

bool judge_is_fallback(enum relo_outcome outcome)
{
	/* `absent` is only ever the answer of an existence test, or the size or id 0 of a type that is gone */
	return outcome == RELO_ABSENT || outcome == RELO_GUARDED;
}

static void conclude(struct result_cell *c, enum verdict verdict, enum reject_class class, const char *reason,
                     const char *advice)
{
	c->verdict = verdict;
	c->class = class;
	if (verdict == VERDICT_INFRA)
		c->evidence = EVIDENCE_UNKNOWN;
	text_set(&c->reason, reason);
	text_set(&c->advice, advice);
}

static const struct result_relocation *find_outcome(const struct result_cell *c, enum relo_outcome outcome)
{
	for (size_t i = 0; i < c->relocation_count; i++) {
		if (c->relocations[i].outcome == outcome)
			return &c->relocations[i];
	}
	return NULL;
}

static void reject(struct result_cell *c, enum cell_phase phase, int err, const char *program, const char *line,
                   const char *log)
{
	cleanup_rejection struct rejection why = {0};
	cleanup_buf struct buf reason = {0};
	const struct result_relocation *fatal = find_outcome(c, RELO_FATAL);

	classify_rejection(phase, err, line, log, libbpf_version_string(), &why);
	if (*program)
		buf_printf(&reason, "program %s: ", program);
	buf_puts(&reason, why.line);
	/* a kernel's own words give a number only; the author needs the name */
	if (fatal && why.class == CLASS_RELOCATION && !strstr(why.line, fatal->spec))
		buf_printf(&reason, " (%s %s, instruction %u of %s)", fatal->kind, fatal->spec, fatal->insn,
		           fatal->program);
	conclude(c, VERDICT_REJECTED, why.class, buf_str(&reason), why.advice);
	c->side = why.side;
}

static void reject_program(struct result_cell *c, const struct result_program *p, const char *log)
{
	reject(c, p->loaded ? PHASE_ATTACH : PHASE_LOAD, p->err, p->name, p->log, log);
}

/*
 * libbpf attaches only what a section's name says how to attach; XDP and others are left to the object's loader,
 * and that is not a failure: the program was accepted here, which is all that can be said of it.
 */
static bool is_left_to_loader(const struct result_program *p)
{
	return p->autoload && p->loaded && !p->attached && !p->err;
}

/* A program whose absence means that the object does not work here, or NULL. */
static const struct result_program *idle_program(const struct result_cell *c)
{
	for (size_t i = 0; i < c->program_count; i++) {
		const struct result_program *p = &c->programs[i];

		if (p->autoload && !(p->loaded && p->attached) && !is_left_to_loader(p))
			return p;
	}
	return NULL;
}

struct mismatches {
	const struct result_truth *wrong; /* the first of each kind */
	const struct result_truth *absent;
	size_t wrong_count;
	size_t absent_subjects;
};

static struct mismatches find_mismatches(const struct result_cell *c)
{
	struct mismatches m = {0};

	for (size_t i = 0; i < c->truth_count; i++) {
		const struct result_truth *t = &c->truth[i];

		if (t->ok)
			continue;
		if (cell_had_event(c, t->workload)) {
			m.wrong = m.wrong ? m.wrong : t;
			m.wrong_count++;
		} else if (!m.absent || strcmp(c->truth[i - 1].workload, t->workload) != 0) {
			m.absent = m.absent ? m.absent : t;
			m.absent_subjects++;
		}
	}
	return m;
}

/* Runs that the kernel itself left out, because another program was running on that processor. */
static void add_skipped(const struct result_cell *c, struct buf *out)
{
	uint64_t skipped = 0;

	for (size_t i = 0; i < c->program_count; i++)
		skipped += c->programs[i].recursion_misses + c->programs[i].missed;
	if (skipped)
		buf_printf(out, "; the kernel skipped its programs %" PRIu64 " %s, as it does while another runs",
		           skipped, skipped == 1 ? "time" : "times");
}

static void say_wrong(struct result_cell *c, const struct mismatches *m)
{
	const struct result_truth *t = m->wrong;
	cleanup_buf struct buf reason = {0};

	buf_printf(&reason, "%s: %s is \"%s\", but the truth is \"%s\"", t->workload, t->field, t->observed,
	           t->expected);
	if (*t->hint)
		buf_printf(&reason, ": %s", t->hint);
	if (m->wrong_count > 1)
		buf_printf(&reason, " (and %zu more)", m->wrong_count - 1);
	add_skipped(c, &reason);
	conclude(c, VERDICT_WRONG, CLASS_NONE, buf_str(&reason),
	         *t->hint ? "" : "compare how the program reads this field with its relocations in results.json");
}

/* The subjects that are missing beside the first one, by name as far as that is of use. */
static void add_absent(const struct result_cell *c, const struct mismatches *m, struct buf *out)
{
	cleanup_free char *names = cell_missing_subjects(c);
	size_t shown = 0;

	for (const char *at = strchr(names, '+'); at && shown < ABSENT_SHOWN; at = strchr(at, '+')) {
		at++;
		buf_printf(out, "%s%.*s", shown++ ? ", " : " (and none of ", (int)strcspn(at, "+"), at);
	}
	if (m->absent_subjects - 1 > shown)
		buf_printf(out, " and %zu more", m->absent_subjects - 1 - shown);
	if (shown)
		buf_puts(out, ")");
}

/* That it was attached is known of a program, and by the kernel's own count none of them ever ran. */
static bool never_ran(const struct result_cell *c)
{
	bool attached = false;

	for (size_t i = 0; i < c->program_count; i++) {
		if (c->programs[i].run_cnt)
			return false;
		attached |= c->programs[i].evidence == EVIDENCE_ATTACHED;
	}
	return attached;
}

static void say_silent(struct result_cell *c, const struct mismatches *m, const struct judge_facts *facts)
{
	bool unused = !c->events && never_ran(c);
	cleanup_buf struct buf reason = {0};
	bool explained =
	        m->absent_subjects && facts->own_events && *m->absent->hint && strcmp(m->absent->hint, "no event") != 0;

	if (m->absent_subjects && facts->own_events)
		buf_printf(&reason, "%s: no event came", m->absent->workload);
	else if (c->events)
		buf_printf(&reason, "%" PRIu64 " events came, but none of a process that the harness started",
		           c->events);
	else
		buf_printf(&reason, "%s, the workloads ran, but no event came",
		           c->evidence == EVIDENCE_NONE     ? "no program of it was loaded"
		           : c->evidence == EVIDENCE_LOADED ? "attached to nothing"
		                                            : "attached");
	if (unused)
		buf_puts(&reason, ": the kernel never ran it");
	if (m->absent_subjects > 1 && facts->own_events)
		add_absent(c, m, &reason);
	if (explained)
		buf_printf(&reason, ": %s", m->absent->hint);
	if (c->lost)
		buf_printf(&reason, "; %" PRIu64 " events were lost", c->lost);
	add_skipped(c, &reason);
	conclude(
	        c, VERDICT_SILENT, CLASS_NONE, buf_str(&reason),
	        explained ? ""
	        : c->lost ? "make the object's buffer larger, or report fewer events"
	        : unused
	                ? "see whether this kernel still calls what the program is attached to, and whether a workload of the ini's fires it"
	                : "check whether a failed read makes the program return early, and whether its hook is the one that this kernel calls");
}

/* What a reader should know of a cell that is otherwise fine. */
static void add_notes(const struct result_cell *c, struct buf *out)
{
	const struct result_relocation *drift = find_outcome(c, RELO_DRIFT);

	if (drift)
		buf_printf(out, "%s%s %s drifted: %s", out->len ? "; " : "", drift->kind, drift->spec,
		           !strcmp(drift->kind, "enumval_value")
		                   ? "the kernel's types have 32 bits of its 64"
		                   : "the kernel's field has another size or signedness and nothing adjusted the read");
	if (c->lost)
		buf_printf(out, "%s%" PRIu64 " events were lost, none of them missed", out->len ? "; " : "", c->lost);
	for (size_t i = 0; i < c->program_count; i++) {
		const struct result_program *p = &c->programs[i];

		if (!is_left_to_loader(p))
			continue;
		buf_printf(out, "%sprogram %s (%s) was loaded, but ", out->len ? "; " : "", p->name, p->section);
		if (*p->log)
			buf_printf(out, "not attached: %s", p->log);
		else
			buf_puts(out, strcmp(c->source, LOADER_EVENT_SOURCE) ? "libbpf cannot attach it on its own"
			                                                     : "its loader attached it to nothing");
	}
}

/* Why nothing could be compared, by how far the cell came. */
static const char *const unproven_words[EVIDENCE_COUNT] = {
        [EVIDENCE_UNKNOWN] = "nothing was compared with the truth",
        [EVIDENCE_NONE] = "no program of it was loaded",
        [EVIDENCE_LOADED] = "it was loaded, and attached to nothing",
        [EVIDENCE_ATTACHED] = "it was attached, and did not run because of anything that was done",
        [EVIDENCE_RAN] = "it ran, and reported nothing that can be compared",
        [EVIDENCE_EVENTS] = "events came, but none of their fields has a known truth, and none could be found in them",
        [EVIDENCE_TRUTH] = "",
};

/* What was compared: a value that was seen, not one that was missed. */
static bool has_comparison(const struct result_cell *c)
{
	for (size_t i = 0; i < c->truth_count; i++)
		if (c->truth[i].ok || *c->truth[i].observed)
			return true;
	return false;
}

/* What a program's own evidence says, or, where nobody measured that, what became of it. */
static enum evidence program_evidence(const struct result_program *p)
{
	enum evidence plain = p->attached ? EVIDENCE_ATTACHED : p->loaded ? EVIDENCE_LOADED : EVIDENCE_NONE;

	return p->evidence > plain ? p->evidence : plain;
}

/* Where the object as a whole was refused, its programs' tries alone do not count. */
static enum evidence cell_evidence(const struct result_cell *c)
{
	enum evidence best = EVIDENCE_NONE;

	if (c->phase == PHASE_OPEN || c->phase == PHASE_LOAD)
		return EVIDENCE_NONE;
	for (size_t i = 0; i < c->program_count; i++) {
		enum evidence e = program_evidence(&c->programs[i]);

		best = e > best ? e : best;
	}
	if ((c->events || *c->effects) && best < EVIDENCE_EVENTS)
		best = EVIDENCE_EVENTS;
	return has_comparison(c) ? EVIDENCE_TRUTH : best;
}

static size_t count_words(const char *text)
{
	size_t count = *text ? 1 : 0;

	for (; *text; text++)
		count += *text == ' ';
	return count;
}

/* Which fallback the object took, and how many more. Returns false when it took none. */
static bool add_fallbacks(const struct result_cell *c, struct buf *out)
{
	const struct result_relocation *first = NULL;
	size_t count = count_words(c->absent_externs);

	for (size_t i = 0; i < c->relocation_count; i++) {
		if (!judge_is_fallback(c->relocations[i].outcome))
			continue;
		first = first ? first : &c->relocations[i];
		count++;
	}
	if (!count)
		return false;
	if (first)
		buf_printf(out, "fallback: %s %s is %s", first->kind, *first->spec ? first->spec : first->type,
		           relo_outcome_name(first->outcome));
	else
		buf_printf(out, "fallback: the weak extern %.*s is 0, for the kernel does not have it",
		           (int)strcspn(c->absent_externs, " "), c->absent_externs);
	if (count > 1)
		buf_printf(out, " (and %zu more)", count - 1);
	return true;
}

/* Events that came while no program ran for what was done are of somebody else. */
static const char *unproven_reason(const struct result_cell *c)
{
	uint64_t runs = 0, ours = 0;

	if (*c->effects)
		return "no [effect] in its ini says what it should be";
	for (size_t i = 0; i < c->program_count; i++) {
		runs += c->programs[i].run_cnt;
		ours += c->programs[i].workload_runs;
	}
	return c->evidence == EVIDENCE_EVENTS && runs && !ours
	               ? "events came, but of others alone: no program of it ran because of anything that was done"
	               : unproven_words[c->evidence];
}

static void say_fine(struct result_cell *c)
{
	bool proven = c->evidence == EVIDENCE_TRUTH;
	cleanup_buf struct buf reason = {0};
	bool fallback = add_fallbacks(c, &reason);

	add_notes(c, &reason);
	if (*c->effects)
		buf_printf(&reason, "%sits effect: %s", reason.len ? "; " : "", c->effects);
	if (*c->impossible)
		buf_printf(&reason, "%swhat fails on this kernel without the object too: %s", reason.len ? "; " : "",
		           c->impossible);
	if (*c->learnt)
		buf_printf(&reason, "%slearnt: %s", reason.len ? "; " : "", c->learnt);
	if (!proven)
		buf_printf(&reason, "%s%s", reason.len ? "; " : "", unproven_reason(c));
	conclude(c,
	         !proven    ? VERDICT_UNPROVEN
	         : fallback ? VERDICT_DEGRADED
	                    : VERDICT_PASS,
	         CLASS_NONE, buf_str(&reason), "");
}

bool judge_has_fallback(const struct result_cell *c)
{
	for (size_t i = 0; i < c->relocation_count; i++)
		if (judge_is_fallback(c->relocations[i].outcome))
			return true;
	return *c->absent_externs;
}

void judge_learnt(struct result_cell *c)
{
	struct mismatches m = find_mismatches(c);

	if (c->verdict != VERDICT_PASS && c->verdict != VERDICT_DEGRADED && c->verdict != VERDICT_UNPROVEN)
		return;
	c->evidence = cell_evidence(c);
	if (m.wrong)
		say_wrong(c, &m);
	else
		say_fine(c);
}

/* The last line of a program's output that says anything. */
static char *last_line(const char *log)
{
	size_t end = log ? strlen(log) : 0, start;

	while (end && strchr(" \t\r\n", log[end - 1]))
		end--;
	for (start = end; start && log[start - 1] != '\n'; start--)
		;
	return xstrndup(log ? log + start : "", end - start);
}

/*
 * What the program printed tells the class as libbpf's log does, for that is what it mostly is; the phase can only be
 * guessed from it. Without such a text there is the end of the process, and what it said last.
 */
static void reject_loader(struct result_cell *c, const struct judge_facts *facts, const char *line)
{
	cleanup_rejection struct rejection why = {0};
	cleanup_free char *last = last_line(facts->log);
	cleanup_buf struct buf reason = {0};

	c->phase = facts->log && strstr(facts->log, "failed to attach") ? PHASE_ATTACH : PHASE_LOAD;
	classify_rejection(c->phase, 0, line, facts->log, NULL, &why);
	buf_puts(&reason, line);
	if (strcmp(why.line, line))
		buf_printf(&reason, ": %s", why.line);
	else if (*last)
		buf_printf(&reason, ": %s", last);
	conclude(c, VERDICT_REJECTED, why.class, buf_str(&reason),
	         why.class != CLASS_OTHER ? why.advice
	         : *last                  ? "see its full output in the cell's log"
	                                  : "it printed nothing: make it say what it does (--verbose, or the like)");
	c->side = why.side;
}

void judge_cell(struct result_cell *c, const struct judge_facts *facts)
{
	const char *line = facts->reason ? facts->reason : "";
	const struct result_program *idle = idle_program(c);
	struct mismatches m = find_mismatches(c);
	cleanup_buf struct buf reason = {0};

	/* the phase comes from a guest; a number that is not a phase must not get into the results */
	c->phase = (unsigned)facts->phase < PHASE_COUNT ? facts->phase : PHASE_RUN;
	c->evidence = cell_evidence(c);
	if (facts->phase == PHASE_OPEN || facts->phase == PHASE_LOAD || facts->phase == PHASE_ATTACH) {
		reject(c, facts->phase, facts->err, "", line, facts->log);
	} else if (facts->phase != PHASE_DONE) {
		buf_printf(&reason, "the workloads could not be carried out: %s",
		           *line        ? line
		           : facts->err ? strerror(facts->err)
		                        : "the agent gave no reason");
		conclude(c, VERDICT_INFRA, CLASS_NONE, buf_str(&reason), "");
	} else if (idle) {
		reject_program(c, idle, facts->log);
	} else if (m.wrong) {
		say_wrong(c, &m);
	} else if (m.absent || (facts->expects_events && !facts->own_events)) {
		say_silent(c, &m, facts);
	} else {
		say_fine(c);
	}
}

/* The program that the kernel refused, of a loader that gave up: the last one, for it went on after the others. */
static const struct result_program *refused_program(const struct result_cell *c)
{
	for (size_t i = c->program_count; i > 0; i--)
		if (c->programs[i - 1].err)
			return &c->programs[i - 1];
	return NULL;
}

/* The kernel's own words count more than what the program makes of them. */
static void reject_loader_program(struct result_cell *c, const struct result_program *p,
                                  const struct judge_facts *facts, const char *line)
{
	cleanup_free char *reason = NULL;

	c->phase = p->loaded ? PHASE_ATTACH : PHASE_LOAD;
	reject_program(c, p, facts->log);
	reason = xasprintf("%s: %s", line, c->reason);
	text_set(&c->reason, reason);
}

/* A loader that ended well: what it did without, and how far what it loaded came. */
static void say_loader(struct result_cell *c, const char *line)
{
	const struct result_program *refused = refused_program(c);
	cleanup_buf struct buf reason = {0};

	buf_puts(&reason, line);
	if (refused)
		buf_printf(&reason, "; it does without program %s: %s", refused->name, refused->log);
	if (c->program_count && c->evidence != EVIDENCE_TRUTH)
		buf_printf(&reason, "; %s", unproven_words[c->evidence]);
	conclude(c, VERDICT_UNPROVEN, CLASS_NONE, buf_str(&reason), "");
}

void judge_loader(struct result_cell *c, const struct judge_facts *facts)
{
	const char *line = facts->reason ? facts->reason : "";
	const struct result_program *refused = refused_program(c);
	struct mismatches m;

	if (facts->phase == PHASE_LOAD && refused) {
		reject_loader_program(c, refused, facts, line);
	} else if (facts->phase == PHASE_LOAD) {
		reject_loader(c, facts, line);
	} else if (facts->phase == PHASE_DONE) {
		c->phase = PHASE_DONE;
		c->evidence = cell_evidence(c);
		m = find_mismatches(c);
		if (m.wrong)
			say_wrong(c, &m);
		else if (m.absent || (facts->expects_events && !facts->own_events))
			say_silent(c, &m, facts);
		else if (c->evidence == EVIDENCE_TRUTH)
			say_fine(c);
		else
			say_loader(c, line);
	} else {
		judge_cell(c, facts);
	}
}
