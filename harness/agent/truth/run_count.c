/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/run_count.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* What the deeds left to be done later is over by then; then the interval itself. */
#define SETTLE_NS 10000000u
#define QUIET_MIN_NS 20000000u
#define QUIET_MAX_NS 200000000u

/*
 * Helpers by which a program hands an event over (enum bpf_func_id; the numbers are ABI). Runs of one that is reached
 * by a tail call count as runs of the one that calls.
 */
static const int32_t event_helpers[] = {
        6,   /* trace_printk */
        12,  /* tail_call */
        25,  /* perf_event_output */
        111, /* skb_output */
        121, /* xdp_output */
        126, /* seq_printf */
        127, /* seq_write */
        130, /* ringbuf_output */
        131, /* ringbuf_reserve */
        177, /* trace_vprintk */
        198, /* ringbuf_reserve_dynptr */
};

static bool makes_event(const struct bpf_insn *insn)
{
	if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg)
		return false;
	for (size_t i = 0; i < sizeof(event_helpers) / sizeof(event_helpers[0]); i++)
		if (insn->imm == event_helpers[i])
			return true;
	return false;
}

static bool hands_over(const struct bpf_program *program)
{
	const struct bpf_insn *insns = bpf_program__insns(program);
	size_t count = insns ? bpf_program__insn_cnt(program) : 0;

	for (size_t i = 0; i < count; i++)
		if (makes_event(&insns[i]))
			return true;
	return false;
}

void run_counts_open(struct run_counts *counts, struct bpf_object *obj, const uint64_t *triggers, bool all_hand_over)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, obj)
	{
		int fd = bpf_program__fd(program);

		counts->programs = xrealloc(counts->programs, counts->count + 1, sizeof(*counts->programs));
		counts->programs[counts->count] = (struct run_count){
		        .program = program,
		        .fd = fd < 0 ? -1 : fd,
		        .known = triggers[counts->count] != 0,
		        .hands_over = fd >= 0 && (all_hand_over || hands_over(program)),
		};
		counts->count++;
	}
}

void run_counts_add(struct run_counts *counts, int fd)
{
	counts->programs = xrealloc(counts->programs, counts->count + 1, sizeof(*counts->programs));
	counts->programs[counts->count++] = (struct run_count){.fd = fd};
}

static uint64_t runs_read(struct run_counts *counts, const struct run_count *p)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	if (p->fd < 0)
		return 0;
	if (!bpf_obj_get_info_by_fd(p->fd, &info, &size))
		return info.run_cnt;
	counts->denied = counts->denied ? counts->denied : errno;
	return p->mark;
}

void run_counts_life(struct run_counts *counts)
{
	for (size_t i = 0; i < counts->count; i++)
		counts->programs[i].life = 0;
}

void run_counts_window_open(struct run_counts *counts)
{
	for (size_t i = 0; i < counts->count; i++)
		counts->programs[i].mark = runs_read(counts, &counts->programs[i]);
	counts->mark_ns = clock_ns(CLOCK_MONOTONIC);
}

void run_counts_window_close(struct run_counts *counts)
{
	counts->deeds_ns += clock_ns(CLOCK_MONOTONIC) - counts->mark_ns;
	for (size_t i = 0; i < counts->count; i++) {
		struct run_count *p = &counts->programs[i];
		uint64_t runs = runs_read(counts, p) - p->mark;

		p->deeds += runs;
		p->life += runs;
	}
}

/* The kernel does not count the runs of every kind of program on every version: see sleepable ones before 5.12. */
static bool may_have_made(const struct run_count *p, bool any_counted)
{
	return p->hands_over && (p->life || !any_counted);
}

void run_counts_attribute(struct run_counts *counts, size_t events, bool compared)
{
	uint64_t runs = 0;
	size_t makers = 0;
	bool counted = false;

	for (size_t i = 0; i < counts->count; i++)
		counted |= counts->programs[i].hands_over && counts->programs[i].life;
	for (size_t i = 0; i < counts->count; i++) {
		makers += may_have_made(&counts->programs[i], counted);
		runs += counts->programs[i].hands_over ? counts->programs[i].life : 0;
	}
	if (!events || (makers != 1 && runs != events))
		return;
	for (size_t i = 0; i < counts->count; i++) {
		struct run_count *p = &counts->programs[i];

		if (!may_have_made(p, counted))
			continue;
		p->handed_over = true;
		p->compared |= compared;
	}
}

void run_counts_compared(struct run_counts *counts, const struct bpf_program *program)
{
	for (size_t i = 0; i < counts->count; i++)
		if (counts->programs[i].program == program)
			counts->programs[i].handed_over = counts->programs[i].compared = true;
}

bool run_counts_made_all(const struct run_counts *counts, size_t events)
{
	uint64_t runs = 0;

	for (size_t i = 0; i < counts->count; i++) {
		const struct run_count *p = &counts->programs[i];

		if (!p->hands_over || !p->life)
			continue;
		if (!p->known)
			return false;
		runs += p->life;
	}
	return events && runs == events;
}

bool run_counts_passed_by(const struct run_counts *counts)
{
	for (size_t i = 0; i < counts->count; i++)
		if (counts->programs[i].hands_over && counts->programs[i].life)
			return false;
	return true;
}

uint64_t run_counts_total(const struct run_counts *counts)
{
	uint64_t total = 0;

	for (size_t i = 0; i < counts->count; i++)
		total += counts->programs[i].hands_over ? counts->programs[i].total : 0;
	return total;
}

/* ---- the quiet interval ---- */

static void pause_asleep(uint64_t ns)
{
	struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};

	while (nanosleep(&t, &t))
		;
}

/* For a word that nobody says. */
static void pause_listening(uint64_t ns)
{
	struct timeval limit = {.tv_sec = (time_t)(ns / 1000000000u), .tv_usec = (long)(ns % 1000000000u / 1000)};
	int ends[2];
	char byte;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) < 0) {
		pause_asleep(ns);
		return;
	}
	if (setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		pause_asleep(ns);
	else if (recv(ends[0], &byte, 1, 0) == 1)
		pause_asleep(ns);
	close(ends[0]);
	close(ends[1]);
}

static void half_measure(struct run_counts *counts, void (*pause)(uint64_t ns), uint64_t length, uint64_t *runs)
{
	for (size_t i = 0; i < counts->count; i++)
		counts->programs[i].mark = runs_read(counts, &counts->programs[i]);
	counts->mark_ns = clock_ns(CLOCK_MONOTONIC);
	pause(length);
	counts->quiet_ns += clock_ns(CLOCK_MONOTONIC) - counts->mark_ns;
	for (size_t i = 0; i < counts->count; i++)
		runs[i] = runs_read(counts, &counts->programs[i]) - counts->programs[i].mark;
}

uint64_t run_count_quiet(uint64_t asleep, uint64_t listening)
{
	return 2 * (asleep < listening ? asleep : listening);
}

/* To wait is a deed, too: of two ways to do it a hook sees one, and what it sees of both is the others'. */
static void quiet_measure(struct run_counts *counts)
{
	cleanup_free uint64_t *asleep = xcalloc(counts->count + 1, sizeof(*asleep));
	cleanup_free uint64_t *listening = xcalloc(counts->count + 1, sizeof(*listening));
	uint64_t length = 2 * counts->deeds_ns;

	length = length < QUIET_MIN_NS ? QUIET_MIN_NS : length > QUIET_MAX_NS ? QUIET_MAX_NS : length;
	counts->quiet_ns = 0;
	pause_asleep(SETTLE_NS);
	half_measure(counts, pause_asleep, length / 2, asleep);
	half_measure(counts, pause_listening, length / 2, listening);
	for (size_t i = 0; i < counts->count; i++)
		counts->programs[i].quiet = run_count_quiet(asleep[i], listening[i]);
}

void run_counts_finish(struct run_counts *counts)
{
	bool doubtful = false;

	for (size_t i = 0; i < counts->count; i++) {
		struct run_count *p = &counts->programs[i];

		p->total = runs_read(counts, p);
		doubtful |= p->deeds && !p->handed_over && !p->known;
	}
	if (doubtful)
		quiet_measure(counts);
}

void run_counts_late(struct run_counts *counts)
{
	for (size_t i = 0; i < counts->count; i++) {
		struct run_count *p = &counts->programs[i];

		p->total = p->deeds = runs_read(counts, p);
		p->quiet = 0;
	}
}

bool run_count_is_ours(const struct run_count *p, uint64_t deeds_ns, uint64_t quiet_ns)
{
	double noise = quiet_ns ? (double)p->quiet * (double)deeds_ns / (double)quiet_ns : 0;
	double above = (double)p->deeds - noise;

	/* Three standard deviations of what comes at random at this rate. */
	return p->deeds && above > 0 && above * above > 9 * noise;
}

void run_counts_free(struct run_counts *counts)
{
	free(counts->programs);
	*counts = (struct run_counts){0};
}
