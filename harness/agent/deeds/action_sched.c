/* SPDX-License-Identifier: BSD-2-Clause */
/* Tasks that wait and wake each other, go to another processor, change their priority, and want the same lock. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "base/cleanup.h"
#include "base/clock.h"

#define ROUNDS 16
#define NICE 3
#define PATIENCE_MS 2000
#define STATISTICS "/proc/sys/kernel/sched_schedstats"

/* ---- waiting and waking ---- */

static void ball_play(int from, int to, bool begins)
{
	char ball = 'b';

	for (int i = 0; i < ROUNDS; i++)
		if ((begins && write(to, &ball, 1) != 1) || read(from, &ball, 1) != 1 ||
		    (!begins && write(to, &ball, 1) != 1))
			return;
}

static int ball_game(struct action_result *out)
{
	int there[2], back[2];
	pid_t pid;

	if (pipe(there) < 0)
		return action_failed(out, "pipe");
	if (pipe(back) < 0) {
		close(there[0]);
		close(there[1]);
		return action_failed(out, "pipe");
	}
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ball_play(there[0], back[1], false);
		_exit(0);
	}
	if (pid > 0)
		ball_play(back[0], there[1], true);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return pid < 0 ? action_failed(out, "fork") : 0;
}

/* ---- processors and priorities ---- */

static int places_change(struct action_result *out)
{
	const struct sched_param real_time = {.sched_priority = 1}, usual = {0};
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		return action_failed(out, "sched_getaffinity");
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
	}
	sched_setaffinity(0, sizeof(all), &all);
	sched_setscheduler(0, SCHED_FIFO, &real_time);
	sched_yield();
	sched_setscheduler(0, SCHED_OTHER, &usual);
	setpriority(PRIO_PROCESS, 0, NICE);
	setpriority(PRIO_PROCESS, 0, 0);
	return 0;
}

/* ---- locks ---- */

/* One word that the kernel lends its owner's waiters' priority for, and one address space that both change. */
static void lock_take(uint32_t *word)
{
	uint32_t mine = (uint32_t)syscall(SYS_gettid), none = 0;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < ROUNDS; i++) {
		bool fast = __atomic_compare_exchange_n(word, &none, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
		char *at;

		if (!fast && syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) < 0)
			return;
		sched_yield();
		at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (at != MAP_FAILED) {
			*at = 1;
			munmap(at, page);
		}
		none = mine;
		if (!__atomic_compare_exchange_n(word, &none, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			syscall(SYS_futex, word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
		none = 0;
	}
}

static void *lock_thread(void *word)
{
	lock_take(word);
	return NULL;
}

static int lock_fight(struct action_result *out)
{
	static uint32_t word;
	pthread_t other;

	errno = pthread_create(&other, NULL, lock_thread, &word);
	if (errno)
		return action_failed(out, "fork");
	lock_take(&word);
	pthread_join(other, NULL);
	return 0;
}

/* Who waits for a lock in real time lends its priority to whoever has it. */
static void *lock_wait(void *word)
{
	const struct sched_param real_time = {.sched_priority = 1};

	sched_setscheduler(0, SCHED_FIFO, &real_time);
	if (syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0)
		syscall(SYS_futex, word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	return NULL;
}

static int priority_lend(struct action_result *out)
{
	static uint32_t word;
	pthread_t other;
	int64_t deadline = clock_ms() + PATIENCE_MS;

	word = (uint32_t)syscall(SYS_gettid);
	errno = pthread_create(&other, NULL, lock_wait, &word);
	if (errno)
		return action_failed(out, "fork");
	while (!(__atomic_load_n(&word, __ATOMIC_ACQUIRE) & FUTEX_WAITERS) && clock_ms() < deadline)
		sched_yield();
	syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	pthread_join(other, NULL);
	return 0;
}

/* How long tasks wait is told to those who asked for it. */
static void statistics(const char *wanted)
{
	cleanup_close int fd = in_guest() ? open(STATISTICS, O_WRONLY | O_CLOEXEC) : -1;

	syscall(SYS_write, fd, wanted, 1);
}

/* Another process's events are for those who hold its lock for reading. */
static void other_looked_at(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_DUMMY};
	int fd = (int)syscall(SYS_perf_event_open, &attr, getppid(), -1, -1, 0);

	if (fd >= 0)
		close(fd);
}

void action_sched(const char *directory, struct action_result *out)
{
	(void)directory;
	statistics("1");
	if (ball_game(out) == 0 && places_change(out) == 0 && lock_fight(out) == 0 && priority_lend(out) == 0)
		other_looked_at();
	statistics("0");
}
