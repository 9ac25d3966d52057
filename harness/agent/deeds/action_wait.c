/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tasks wait for and tell each other by: readiness, clocks, changes of files, queues that the kernel works off,
 * locks of files, what is carried over between descriptors, and System V's shared things. Each comes off where the
 * kernel has it; what it comes to is no matter.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/own_process.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define SOON_NS 1000000
#define SIZE 4096

/* ---- readiness ---- */

static void readiness(void)
{
	cleanup_close int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	cleanup_close int poller = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event about = {.events = EPOLLIN}, got;
	struct pollfd one = {.fd = event, .events = POLLIN};
	struct timeval soon = {.tv_usec = SOON_NS / 1000};
	uint64_t count = 1;
	int yes = 1;
	fd_set set;

	if (event < 0 || poller < 0)
		return;
	epoll_ctl(poller, EPOLL_CTL_ADD, event, &about);
	syscall(SYS_write, event, &count, sizeof(count));
	epoll_wait(poller, &got, 1, 0);
	poll(&one, 1, 0);
	FD_ZERO(&set);
	FD_SET(event, &set);
	select(event + 1, &set, NULL, NULL, &soon);
	ioctl(event, FIONBIO, &yes);
	syscall(SYS_read, event, &count, sizeof(count));
	/* nothing is there any more: a wait until the clock says so */
	epoll_wait(poller, &got, 1, 1);
	poll(&one, 1, 1);
}

/* ---- clocks ---- */

static void clocks(void)
{
	const struct itimerspec soon = {.it_value.tv_nsec = SOON_NS};
	const struct itimerval real = {.it_value.tv_usec = SOON_NS / 1000};
	const struct itimerval none = {0};
	struct sigevent silent = {.sigev_notify = SIGEV_NONE};
	cleanup_close int clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	cleanup_close int signals = -1;
	struct signalfd_siginfo info;
	uint64_t ticks;
	sigset_t set;
	timer_t timer;

	if (clock >= 0 && timerfd_settime(clock, 0, &soon, NULL) == 0)
		syscall(SYS_read, clock, &ticks, sizeof(ticks));
	if (timer_create(CLOCK_MONOTONIC, &silent, &timer) == 0) {
		timer_settime(timer, 0, &soon, NULL);
		timer_delete(timer);
	}
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals >= 0 && setitimer(ITIMER_REAL, &real, NULL) == 0)
		syscall(SYS_read, signals, &info, sizeof(info));
	setitimer(ITIMER_REAL, &none, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* ---- changes of files, and locks of them ---- */

static void changes(const char *directory, const char *path)
{
	cleanup_close int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	cleanup_close int marks = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY);
	char event[SIZE];

	if (watch >= 0)
		inotify_add_watch(watch, directory, IN_ALL_EVENTS);
	if (marks >= 0)
		fanotify_mark(marks, FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD, AT_FDCWD, directory);
	close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	if (watch >= 0)
		syscall(SYS_read, watch, event, sizeof(event));
	if (marks >= 0)
		syscall(SYS_read, marks, event, sizeof(event));
}

static void locks(const char *path)
{
	cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);
	struct flock whole = {.l_type = F_WRLCK};
	int other;

	if (fd < 0)
		return;
	flock(fd, LOCK_EX);
	flock(fd, LOCK_UN);
	fcntl(fd, F_SETLK, &whole);
	fcntl(fd, F_GETLK, &whole);
	whole.l_type = F_UNLCK;
	fcntl(fd, F_SETLK, &whole);
	/* a lease, and somebody who wants it broken */
	signal(SIGIO, SIG_IGN);
	fcntl(fd, F_SETLEASE, F_WRLCK);
	other = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	fcntl(fd, F_SETLEASE, F_UNLCK);
	if (other >= 0)
		close(other);
}

/* ---- queues ---- */

static void queue_old(int fd)
{
	char bytes[SIZE] = "old";
	const uint16_t calls[] = {IOCB_CMD_PWRITE, IOCB_CMD_PREAD, IOCB_CMD_FSYNC};
	struct timespec limit = {.tv_sec = 1};
	aio_context_t context = 0;
	struct io_event done;

	if (syscall(SYS_io_setup, 1, &context) < 0)
		return;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct iocb block = {.aio_fildes = (uint32_t)fd, .aio_lio_opcode = calls[i]}, *blocks[] = {&block};

		block.aio_buf = calls[i] == IOCB_CMD_FSYNC ? 0 : (uintptr_t)bytes;
		block.aio_nbytes = calls[i] == IOCB_CMD_FSYNC ? 0 : sizeof(bytes);
		if (syscall(SYS_io_submit, context, 1, blocks) == 1)
			syscall(SYS_io_getevents, context, 1, 1, &done, &limit);
	}
	syscall(SYS_io_destroy, context);
}

#define RING 8

struct ring {
	int fd;
	struct io_uring_params params;
	char *queue;
	size_t queue_len;
	struct io_uring_sqe *entries;
};

static bool ring_map(struct ring *r)
{
	r->queue_len = r->params.sq_off.array + r->params.sq_entries * sizeof(uint32_t);
	r->queue = mmap(NULL, r->queue_len, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
	r->entries = mmap(NULL, r->params.sq_entries * sizeof(*r->entries), PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
	                  IORING_OFF_SQES);
	return r->queue != MAP_FAILED && r->entries != MAP_FAILED;
}

static void ring_submit(struct ring *r, const struct io_uring_sqe *wanted, uint32_t count, uint32_t wait_for)
{
	uint32_t *tail = (uint32_t *)(void *)(r->queue + r->params.sq_off.tail);
	uint32_t *array = (uint32_t *)(void *)(r->queue + r->params.sq_off.array);
	uint32_t mask = r->params.sq_entries - 1, at = *tail;

	for (uint32_t i = 0; i < count; i++, at++) {
		r->entries[at & mask] = wanted[i];
		array[at & mask] = at & mask;
	}
	__atomic_store_n(tail, at, __ATOMIC_RELEASE);
	syscall(SYS_io_uring_enter, r->fd, count, wait_for, IORING_ENTER_GETEVENTS, NULL, 0);
}

static void queue_new(int fd)
{
	static char bytes[SIZE] = "new";
	cleanup_close int event = eventfd(0, EFD_CLOEXEC);
	struct ring r = {.fd = (int)syscall(SYS_io_uring_setup, RING, &r.params)};
	const struct io_uring_sqe calls[] = {
	        {.opcode = IORING_OP_NOP},
	        {.opcode = IORING_OP_WRITE, .fd = fd, .addr = (uintptr_t)bytes, .len = sizeof(bytes)},
	        /* by a worker of the kernel's */
	        {.opcode = IORING_OP_READ,
	         .flags = IOSQE_ASYNC,
	         .fd = fd,
	         .addr = (uintptr_t)bytes,
	         .len = sizeof(bytes)},
	        {.opcode = IORING_OP_FSYNC, .fd = fd},
	};
	uint64_t count;
	const struct io_uring_sqe waits[] = {
	        {.opcode = IORING_OP_POLL_ADD, .fd = event, .poll_events = POLLIN},
	        {.opcode = IORING_OP_READ, .fd = event, .addr = (uintptr_t)&count, .len = sizeof(count)},
	};
	const struct iovec part = {bytes, sizeof(bytes)};

	if (r.fd < 0)
		return;
	if (ring_map(&r)) {
		ring_submit(&r, calls, sizeof(calls) / sizeof(calls[0]), sizeof(calls) / sizeof(calls[0]));
		ring_submit(&r, waits, sizeof(waits) / sizeof(waits[0]), 0);
		syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_BUFFERS, &part, 1);
	}
	close(r.fd);
}

/* ---- between descriptors ---- */

static void carried_over(int fd, const char *other)
{
	cleanup_close int target = open(other, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char bytes[SIZE] = "carried";
	struct iovec part = {bytes, sizeof(bytes)};
	off_t from = 0, at = 0;
	int one[2], two[2];

	if (target < 0 || pipe2(one, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	if (pipe2(two, O_CLOEXEC | O_NONBLOCK) == 0) {
		splice(fd, &from, one[1], NULL, SIZE, 0);
		tee(one[0], two[1], SIZE, SPLICE_F_NONBLOCK);
		splice(one[0], NULL, target, &at, SIZE, 0);
		vmsplice(one[1], &part, 1, SPLICE_F_NONBLOCK);
		syscall(SYS_read, two[0], bytes, sizeof(bytes));
		close(two[0]);
		close(two[1]);
	}
	close(one[0]);
	close(one[1]);
	from = 0;
	sendfile(target, fd, &from, SIZE);
	from = at = 0;
	copy_file_range(fd, &from, target, &at, SIZE, 0);
	preadv2(fd, &part, 1, 0, 0);
	pwritev2(fd, &part, 1, 0, 0);
	lseek(fd, 0, SEEK_SET);
	readv(fd, &part, 1);
	writev(fd, &part, 1);
}

/* ---- System V ---- */

static void shared_things(void)
{
	struct {
		long type;
		char text[8];
	} message = {1, "told"};
	struct sembuf up = {.sem_op = 1};
	int memory = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
	int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600), gate = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
	void *at = memory < 0 ? (void *)-1 : shmat(memory, NULL, 0);

	if (at != (void *)-1)
		shmdt(at);
	if (queue >= 0 && msgsnd(queue, &message, sizeof(message.text), IPC_NOWAIT) == 0)
		msgrcv(queue, &message, sizeof(message.text), 0, IPC_NOWAIT);
	if (gate >= 0)
		semop(gate, &up, 1);
	shmctl(memory, IPC_RMID, NULL);
	msgctl(queue, IPC_RMID, NULL);
	semctl(gate, 0, IPC_RMID);
}

static void wait_calls(const char *directory)
{
	cleanup_free char *path = xasprintf("%s/cm-wait-one", directory);
	cleanup_free char *other = xasprintf("%s/cm-wait-two", directory);
	cleanup_close int fd = -1;

	readiness();
	clocks();
	changes(directory, path);
	locks(path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && ftruncate(fd, SIZE) == 0) {
		queue_old(fd);
		queue_new(fd);
		carried_over(fd, other);
	}
	shared_things();
	unlink(path);
	unlink(other);
}

void action_wait(const char *directory, struct action_result *out)
{
	own_process_run(wait_calls, directory, out);
}
