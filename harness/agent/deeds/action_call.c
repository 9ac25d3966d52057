/* SPDX-License-Identifier: BSD-2-Clause */
/* What is run for its own sake: a loop, a function of this binary that probes are put on, and programs that are called.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent/arch/machine.h"
#include "agent/deeds/action_deed.h"
#include "agent/deeds/bpf_found.h"
#include "agent/deeds/call_target.h"
#include "base/cleanup.h"

/*
 * Until timers have interrupted it this often: an emulated machine that has much else to do delivers them late, and
 * then a clock finds nobody at work, however long the work takes. And no longer than a deed may last.
 */
#define INTERRUPTIONS 10
#define INTERVAL_NS 2000000
#define LOOP_SECONDS_MAX 10

static uint64_t work(uint64_t counter)
{
	for (volatile unsigned i = 0; i < 20000; i++)
		counter += i;
	return counter;
}

void action_loop(const char *directory, struct action_result *out)
{
	cleanup_close int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	const struct itimerspec often = {.it_interval = {.tv_nsec = INTERVAL_NS}, .it_value = {.tv_nsec = INTERVAL_NS}};
	unsigned interruptions = 0;
	struct timespec t = {0};

	(void)directory;
	if (fd < 0 || timerfd_settime(fd, 0, &often, NULL) < 0) {
		action_failed(out, "timerfd");
		return;
	}
	for (uint64_t counter = 0, expired; interruptions < INTERRUPTIONS && t.tv_sec < LOOP_SECONDS_MAX;) {
		counter = work(counter);
		interruptions += read(fd, &expired, sizeof(expired)) == sizeof(expired);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	}
}

/* Numbers that nothing else here has. */
enum { FIRST = 4711, SECOND = 1147 };

void action_call(const char *directory, struct action_result *out)
{
	struct view *v = scene_add(&out->scene);

	(void)directory;
	view_number(v, VIEW_ARG1, FIRST);
	view_number(v, VIEW_ARG2, SECOND);
	view_number(v, VIEW_RET, (uint64_t)call_target(FIRST, SECOND));
	machine_usdt_call(FIRST, SECOND);
}

/* More than any program's context, of which the kernel takes as much as it reads. */
#define CONTEXT_SIZE 4096

static int program_run(int fd, uint32_t unused, void *arg)
{
	static uint8_t context[CONTEXT_SIZE];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = context, .ctx_size_in = sizeof(context));
	struct action_result *out = arg;

	(void)unused;
	if (bpf_prog_test_run_opts(fd, &opts) < 0) {
		action_failed(out, "run");
		return -1;
	}
	view_number(scene_add(&out->scene), VIEW_RET, opts.retval);
	return 0;
}

/* What the kernel calls bpf_fentry_test1() with, and what that returns (net/bpf/test_run.c). */
enum { TEST_ARGUMENT = 1, TEST_RESULT = 2 };

/* Asked to run a program at a function's entry or end, the kernel calls functions of its own that it may be at. */
static int functions_run(int fd, uint32_t unused, void *arg)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct action_result *out = arg;
	struct view *v;

	(void)unused;
	if (bpf_prog_test_run_opts(fd, &opts) < 0) {
		if (errno == EFAULT || errno == EINVAL)
			return 0; /* it is of another kind */
		action_failed(out, "run");
		return -1;
	}
	v = scene_add(&out->scene);
	view_number(v, VIEW_ARG1, TEST_ARGUMENT);
	view_number(v, VIEW_RET, TEST_RESULT);
	return -1; /* once is enough */
}

void action_program(const char *directory, struct action_result *out)
{
	(void)directory;
	if (bpf_found_programs(BPF_PROG_TYPE_SYSCALL, program_run, out) >= 0)
		bpf_found_programs(BPF_PROG_TYPE_TRACING, functions_run, out);
}
