/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <sys/prctl.h>
#include <time.h>

#include "agent/deeds/action_deed.h"

/* A millisecond and a bit; that it be over is all that is waited for. */
#define SLEEP_NS 1234567
#define SECOND_NS 1000000000

static struct view *timer_view(struct action_result *out, clockid_t clock, int flags, const struct timespec *t)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_CLOCKID, (uint64_t)clock);
	view_number(v, VIEW_FLAGS, (uint64_t)flags);
	view_number(v, VIEW_SEC, (uint64_t)t->tv_sec);
	view_number(v, VIEW_NSEC, (uint64_t)t->tv_nsec);
	view_number(v, VIEW_RET, 0);
	return v;
}

static int sleep_through(clockid_t clock, int flags, const struct timespec *t, struct action_result *out)
{
	errno = clock_nanosleep(clock, flags, t, NULL);
	return errno ? action_failed(out, "clock_nanosleep") : 0;
}

void action_timer(const char *directory, struct action_result *out)
{
	struct timespec t = {.tv_nsec = SLEEP_NS};
	int slack = prctl(PR_GET_TIMERSLACK);
	struct view *v;

	(void)directory;
	/* not the clock that everybody else sleeps by */
	if (sleep_through(CLOCK_BOOTTIME, 0, &t, out) < 0)
		return;
	timer_view(out, CLOCK_BOOTTIME, 0, &t);
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += SLEEP_NS;
	t.tv_sec += t.tv_nsec / SECOND_NS;
	t.tv_nsec %= SECOND_NS;
	if (sleep_through(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, out) < 0)
		return;
	v = timer_view(out, CLOCK_MONOTONIC, TIMER_ABSTIME, &t);
	view_number(v, VIEW_EXPIRES, (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec);
	view_number(v, VIEW_SLACK, slack > 0 ? (uint64_t)slack : 0);
}
