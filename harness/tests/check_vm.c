/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm: every way a guest and its QEMU can go wrong, played by the fake QEMU (fake_qemu.c): what is said of it, that it
 * ends, and that no process and no descriptor is left.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/lib/child.h"
#include "host/vm/vm.h"
#include "tests/fake_qemu.h"
#include "tests/scratch.h"
#include "wire/job.h"
#include "tests/suite.h"

#define NONCE 0x1122334455667788u
/* What must not run out in a test, and what shall. */
#define LONG_MS 60000
#define SHORT_MS 300
#define SHORT_BOOT_MS 150
/* How long a killed process may take to be gone. */
#define GONE_MS 10000
#define TEST_SECONDS 60
/* Bytes of an endless console: kept at all, and taken in one step. */
#define CONSOLE_LOG_MAX (8 << 20)
#define STEP_MAX (4 << 20)

static char *const object_names[] = {"first", "second"};
#define OBJECTS 2

enum part { NO_PART, BOOT, READY, CELL, END };

/* One guest of these tests: its files, what it shall do, what it said. */
struct guest {
	char *directory, *kernel, *initrd, *job, *append;
	struct session session;
	struct vm_options options;
	struct vm *vm;
};

/* ---- set-up ---- */

static void setup(void)
{
	scratch_setup();
	fake_qemu_install();
}

static char *write_job(void)
{
	struct job job = {.nonce = NONCE, .object_count = OBJECTS};
	cleanup_buf struct buf bytes = {0};

	job.objects = xcalloc(OBJECTS, sizeof(*job.objects));
	for (unsigned i = 0; i < OBJECTS; i++)
		job.objects[i] =
		        (struct job_object){.name = xstrdup(object_names[i]), .bytes = xstrdup("x"), .size = 1};
	job_encode(&job, &bytes);
	job_free(&job);
	return scratch_file("job,1.bin", bytes.data, bytes.len);
}

static void guest_init(struct guest *g, const char *behaviour, enum part short_part)
{
	*g = (struct guest){
	        .directory = scratch_path(behaviour),
	        .kernel = scratch_file("vmlinux", "kernel", 6),
	        .initrd = scratch_file("initramfs", "initrd", 6),
	        .job = write_job(),
	        .append = xasprintf("loglevel=4 fake=%s quiet", behaviour),
	};
	session_init(&g->session, NONCE, OBJECTS, "6.1.0-fake");
	ck_assert_int_eq(io_make_dirs(g->directory, NULL), 0);
	g->options = (struct vm_options){
	        .guest =
	                {
	                        .arch = arch_default(),
	                        .accel = ACCEL_TCG,
	                        .kernel = g->kernel,
	                        .initrd = g->initrd,
	                        .job = g->job,
	                        .append = g->append,
	                        .memory_mb = 256,
	                        .ram = "",
	                },
	        .directory = g->directory,
	        .suffix = "",
	        .session = &g->session,
	        .deadlines =
	                {
	                        .boot_ms = short_part == BOOT ? SHORT_BOOT_MS : LONG_MS,
	                        .ready_ms = short_part == READY ? SHORT_MS : LONG_MS,
	                        .cell_ms = short_part == CELL ? SHORT_MS : LONG_MS,
	                        .end_ms = short_part == END ? SHORT_MS : LONG_MS,
	                },
	};
}

static void guest_free(struct guest *g)
{
	vm_free(g->vm);
	session_free(&g->session);
	free(g->directory);
	free(g->kernel);
	free(g->initrd);
	free(g->job);
	free(g->append);
}

static void guest_start(struct guest *g)
{
	cleanup_error struct error err = {0};

	ck_assert_msg(!vm_start(&g->options, &g->vm, &err), "%s", err.text);
}

/* As the scheduler does it. */
static void wait_for_news(const struct vm *vm)
{
	struct pollfd fds[VM_POLL_FDS];
	int64_t wake = vm_wake_ms(vm), now = clock_ms();

	vm_poll_fds(vm, fds);
	poll(fds, VM_POLL_FDS, wake <= now ? 0 : (int)(wake - now < LONG_MS ? wake - now : LONG_MS));
}

static void guest_run(struct guest *g)
{
	while (!vm_step(g->vm))
		wait_for_news(g->vm);
}

static bool has_spoken(const struct guest *g)
{
	return vm_console_ms(g->vm) >= 0;
}

static bool has_greeted(const struct guest *g)
{
	return g->session.stage >= SESSION_GREETED;
}

static bool has_been_killed(const struct guest *g)
{
	return vm_reason(g->vm) != NULL;
}

static void guest_run_until(struct guest *g, bool (*there)(const struct guest *))
{
	for (;;) {
		ck_assert(!vm_step(g->vm));
		if (there(g))
			return;
		wait_for_news(g->vm);
	}
}

static char *read_from(const struct guest *g, const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", g->directory, name);
	cleanup_error struct error err = {0};
	struct buf text = {0};

	ck_assert_msg(!io_read_file(path, 64u << 20, &text, &err), "%s", err.text);
	return buf_steal(&text);
}

/* ---- what must hold afterwards ---- */

/* Gone, or dead and waiting for whoever inherited it. */
static void assert_gone(pid_t pid)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	if (pidfd < 0) {
		ck_assert_int_eq(errno, ESRCH);
		return;
	}
	ck_assert_msg(poll(&p, 1, GONE_MS) == 1, "process %d still runs", (int)pid);
}

/* Every process the fake told of on its console. Returns how many there were. */
static unsigned assert_processes_gone(const char *console)
{
	static const char word[] = "process ";
	unsigned count = 0;

	for (const char *at = console; (at = strstr(at, word)); count++) {
		at += strlen(word);
		assert_gone(atoi(at));
	}
	return count;
}

static void assert_nothing_to_reap(void)
{
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

static unsigned count_descriptors(void)
{
	cleanup_closedir DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(dir))
		count++;
	return count;
}

/* ---- behaviours ---- */

static const struct {
	const char *behaviour;
	enum part short_part;     /* whose deadline shall run out */
	const char *reason;       /* part of what is said; NULL: all is well */
	bool crashed;             /* the guest's kernel said that it is lost */
	int current;              /* object that had begun and not ended */
	enum session_stage stage; /* how far it came */
	unsigned processes;
} behaviours[] = {
        {"good", NO_PART, NULL, false, -1, SESSION_ENDED, 1},
        {"hang-silently", BOOT, "no hello from the agent within ", false, -1, SESSION_BOOTING, 1},
        {"hang-after-hello", READY, "said hello but never got ready within ", false, -1, SESSION_GREETED, 1},
        {"hang-after-ready", READY, "got ready but never took the job within ", false, -1, SESSION_READY, 1},
        {"hang-in-cell", CELL, "an object did not end within ", false, 0, SESSION_RUNNING, 1},
        {"hang-between-cells", CELL, "the end frame is missing within ", false, -1, SESSION_RUNNING, 1},
        {"hang-after-end", END, "QEMU did not end after the end frame within ", false, -1, SESSION_ENDED, 1},
        {"hang-without-pipes", END, "QEMU closed its pipes but did not end", false, -1, SESSION_ENDED, 1},
        {"refuse", NO_PART,
         "QEMU ended with status 3: no hello from the agent; it said: " FAKE_QEMU ": the fake refuses to start", false,
         -1, SESSION_BOOTING, 1},
        {"end-at-once", NO_PART, "QEMU ended with status 1: no hello from the agent", false, -1, SESSION_BOOTING, 1},
        {"die-in-frame", NO_PART, "QEMU ended with status 1: the agent said hello but never got ready", false, -1,
         SESSION_GREETED, 1},
        {"die-in-cell", NO_PART, "QEMU ended with status 1: an object did not end", false, 0, SESSION_RUNNING, 1},
        {"crash", NO_PART, "QEMU was killed by signal 6 (Aborted): the agent said hello but", false, -1,
         SESSION_GREETED, 1},
        {"crash-after-end", NO_PART, "QEMU was killed by signal 6 (Aborted)", false, -1, SESSION_ENDED, 1},
        {"flood-channel", NO_PART, "frames: no frame starts at byte ", false, -1, SESSION_GREETED, 1},
        {"flood-console", BOOT, "no hello from the agent within ", false, -1, SESSION_BOOTING, 1},
        {"garble", NO_PART, "has a wrong checksum", false, -1, SESSION_GREETED, 1},
        {"oversize", NO_PART, "says 2147483647 bytes, over the 1048576 allowed", false, -1, SESSION_GREETED, 1},
        {"no-ready", NO_PART, "a frame of type 3 came out of order", false, -1, SESSION_GREETED, 1},
        {"two-hellos", NO_PART, "a frame of type 1 came out of order", false, -1, SESSION_GREETED, 1},
        {"no-cells", NO_PART, "the end frame came, but not the cell of object 0", false, -1, SESSION_RUNNING, 1},
        {"no-end", NO_PART, "QEMU ended with status 1: the end frame is missing", false, -1, SESSION_RUNNING, 1},
        {"other-kernel", NO_PART, "the guest runs kernel '5.10.0-other', the row resolved to '6.1.0-fake'", false, -1,
         SESSION_BOOTING, 1},
        {"other-nonce", NO_PART, "the guest took another job than the one it was given", false, -1, SESSION_READY, 1},
        {"give-up", NO_PART, "the agent gave up: /proc: cannot mount", false, -1, SESSION_GREETED, 1},
        {"wrong-status", NO_PART, "the end frame came, but QEMU ended with status 3 instead of 1", false, -1,
         SESSION_ENDED, 1},
        {"byte-after-end", NO_PART, "bytes came after the end frame", false, -1, SESSION_ENDED, 1},
        {"frame-after-end", NO_PART, "a frame of type 2 came out of order", false, -1, SESSION_ENDED, 1},
        {"panic-then-silence", NO_PART, "Kernel panic - not syncing: Attempted to kill init!", true, -1,
         SESSION_GREETED, 1},
        {"panic-then-exit", NO_PART, "Kernel panic - not syncing: Attempted to kill init!", true, 0, SESSION_RUNNING,
         1},
        {"panic-after-end", NO_PART, "Kernel panic - not syncing", true, -1, SESSION_ENDED, 1},
        {"grandchild", NO_PART, NULL, false, -1, SESSION_ENDED, 2},
        {"ignore-signals", BOOT, "no hello from the agent within ", false, -1, SESSION_BOOTING, 2},
        {"no-such-behaviour", NO_PART, "names no behaviour of the fake", false, -1, SESSION_BOOTING, 0},
};

START_TEST(behaviour_is_told_as_it_is)
{
	unsigned descriptors = count_descriptors();
	cleanup_free char *console = NULL;
	unsigned processes;
	struct guest g;

	guest_init(&g, behaviours[_i].behaviour, behaviours[_i].short_part);
	guest_start(&g);
	guest_run(&g);
	if (behaviours[_i].reason) {
		ck_assert_msg(vm_reason(g.vm) != NULL, "%s: taken for good", behaviours[_i].behaviour);
		ck_assert_msg(strstr(vm_reason(g.vm), behaviours[_i].reason) != NULL, "%s: %s",
		              behaviours[_i].behaviour, vm_reason(g.vm));
	} else {
		ck_assert_msg(!vm_reason(g.vm), "%s: %s", behaviours[_i].behaviour, vm_reason(g.vm));
	}
	ck_assert_int_eq(vm_crashed(g.vm), behaviours[_i].crashed);
	ck_assert_int_eq(g.session.current, behaviours[_i].current);
	ck_assert_int_eq(g.session.stage, behaviours[_i].stage);
	ck_assert(vm_total_ms(g.vm) >= 0);
	assert_nothing_to_reap();
	console = read_from(&g, "console.log");
	processes = assert_processes_gone(console);
	/* On a busy machine a short time to boot may run out before the fake has said anything. */
	if (behaviours[_i].short_part == BOOT)
		ck_assert_uint_le(processes, behaviours[_i].processes);
	else
		ck_assert_uint_eq(processes, behaviours[_i].processes);
	guest_free(&g);
	ck_assert_uint_eq(count_descriptors(), descriptors);
}
END_TEST

START_TEST(good_guest_delivers_its_cells)
{
	struct guest g;

	guest_init(&g, "good", NO_PART);
	guest_start(&g);
	guest_run(&g);
	ck_assert_msg(!vm_reason(g.vm), "%s", vm_reason(g.vm));
	ck_assert_str_eq(g.session.hello.hello.release, "6.1.0-fake");
	for (unsigned i = 0; i < OBJECTS; i++) {
		const struct session_cell *cell = &g.session.cells[i];

		ck_assert(cell->done);
		ck_assert_uint_eq(cell->truth_count, 1);
		ck_assert_str_eq(cell->truths[0].workload, object_names[i]);
	}
	ck_assert(vm_console_ms(g.vm) >= 0);
	ck_assert(vm_console_ms(g.vm) <= vm_total_ms(g.vm));
	ck_assert(g.session.hello_ms >= vm_started_ms(g.vm));
	ck_assert(vm_step(g.vm)); /* stays ended */
	guest_free(&g);
}
END_TEST

/* ---- rights ---- */

START_TEST(qemu_has_no_rights_and_no_descriptors_to_spare)
{
	cleanup_close int spare = open("/dev/null", O_RDONLY);
	cleanup_free char *console = NULL, *rights = NULL;
	const struct rlimit some_core = {4096, 4096};
	bool root = geteuid() == 0;
	struct guest g;

	setrlimit(RLIMIT_CORE, &some_core);

	ck_assert_int_ge(fcntl(spare, F_DUPFD, 200), 200);
	guest_init(&g, "good", NO_PART);
	guest_start(&g);
	guest_run(&g);
	console = read_from(&g, "console.log");
	rights = root ? xstrdup("rights: uid 65534 gid 65534 groups 1:65534 no-new-privs 1 core 0 leads-group 1\n")
	              : xasprintf("rights: uid %d gid %d ", (int)geteuid(), (int)getegid());
	ck_assert_msg(strstr(console, rights) != NULL, "%s", console);
	ck_assert_msg(strstr(console, " no-new-privs 1 core 0 leads-group 1\n") != NULL, "%s", console);
	ck_assert_msg(strstr(console, "descriptors: 0 1 2 3 4 5 6 7\n") != NULL, "%s", console);
	guest_free(&g);
}
END_TEST

/* Root's umask may hide its files from everybody, nobody included. */
START_TEST(files_that_only_their_owner_may_read_reach_qemu)
{
	struct guest g;

	guest_init(&g, "good", NO_PART);
	ck_assert(!chmod(g.kernel, 0400) && !chmod(g.initrd, 0400) && !chmod(g.job, 0600));
	guest_start(&g);
	guest_run(&g);
	ck_assert_msg(!vm_reason(g.vm), "%s", vm_reason(g.vm));
	guest_free(&g);
}
END_TEST

/* ---- files ---- */

START_TEST(console_log_holds_the_text)
{
	cleanup_free char *console = NULL, *tail = NULL;
	struct guest g;

	guest_init(&g, "panic-then-silence", NO_PART);
	guest_start(&g);
	guest_run(&g);
	console = read_from(&g, "console.log");
	ck_assert_msg(strstr(console, "[    1.500000] Kernel panic - not syncing: Attempted to kill init!\r\n") != NULL,
	              "%s", console);
	ck_assert_msg(strstr(console, "CPU: 0 PID: 1 Comm: init\r\n") != NULL, "%s", console);
	tail = vm_console_tail(g.vm);
	ck_assert_msg(strstr(tail, "Attempted to kill init!\n[    1.600000] CPU: 0 PID: 1 Comm: init\n") != NULL, "%s",
	              tail);
	guest_free(&g);
}
END_TEST

static off_t size_of(const struct guest *g, const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", g->directory, name);
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_size;
}

/* No step takes more than a few pipes full, else one guest would keep the host from all others and from its deadline.
 */
START_TEST(endless_console_is_taken_in_bounds)
{
	off_t before = 0, after;
	struct guest g;

	guest_init(&g, "flood-console", BOOT);
	guest_start(&g);
	while (!vm_step(g.vm)) {
		after = size_of(&g, "console.log");
		ck_assert_int_le(after - before, STEP_MAX);
		before = after;
		wait_for_news(g.vm);
	}
	ck_assert_int_le(size_of(&g, "console.log"), CONSOLE_LOG_MAX);
	guest_free(&g);
}
END_TEST

START_TEST(second_attempt_has_files_of_its_own)
{
	static const char *const names[] = {"console-2.log", "qemu-2.log", "qemu-2.sh"};
	struct guest g;

	guest_init(&g, "good", NO_PART);
	ck_assert_int_eq(io_remove_tree(g.directory, NULL), 0);
	ck_assert_int_eq(io_make_dirs(g.directory, NULL), 0);
	g.options.suffix = "-2";
	guest_start(&g);
	guest_run(&g);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		free(read_from(&g, names[i]));
	ck_assert(access(g.directory, F_OK) == 0);
	guest_free(&g);
}
END_TEST

static void take_all(struct session *session, const char *bytes, size_t len)
{
	cleanup_error struct error err = {0};
	struct frame_decoder d = {0};
	struct frame f;
	int rc;

	frame_decoder_feed(&d, bytes, len);
	while ((rc = frame_decoder_next(&d, &f, &err)) == 1)
		ck_assert_msg(!session_take(session, &f, 1, &err), "%s", err.text);
	ck_assert_msg(!rc, "%s", err.text);
	ck_assert_uint_eq(frame_decoder_pending(&d), 0);
	frame_decoder_free(&d);
}

/* The script boots the same guest by hand, in a directory whose name needs quoting. */
START_TEST(script_boots_the_same_guest)
{
	cleanup_child_result struct child_result said = {0};
	cleanup_free char *script = NULL, *frames = NULL;
	cleanup_buf struct buf bytes = {0};
	struct session again;
	struct guest g;

	guest_init(&g, "good", NO_PART);
	guest_start(&g);
	guest_run(&g);
	ck_assert_msg(!vm_reason(g.vm), "%s", vm_reason(g.vm));
	script = xasprintf("%s/qemu.sh", g.directory);
	ck_assert_int_eq(child_run((const char *const[]){"sh", script, NULL}, NULL, &said, NULL), 0);
	ck_assert_msg(WIFEXITED(said.wait_status) && WEXITSTATUS(said.wait_status) == arch_default()->exit_status(0),
	              "%s", buf_str(&said.err));
	frames = xasprintf("%s/frames.bin", g.directory);
	ck_assert_int_eq(io_read_file(frames, 1 << 20, &bytes, NULL), 0);
	session_init(&again, NONCE, OBJECTS, "6.1.0-fake");
	take_all(&again, bytes.data, bytes.len);
	ck_assert_int_eq(again.stage, SESSION_ENDED);
	session_free(&again);
	guest_free(&g);
}
END_TEST

/* ---- failures to start ---- */

START_TEST(missing_file_is_named)
{
	static const struct {
		const char *what;
		size_t offset; /* of the path in struct qemu_guest */
	} rows[] = {
	        {"kernel", offsetof(struct qemu_guest, kernel)},
	        {"initramfs", offsetof(struct qemu_guest, initrd)},
	        {"job", offsetof(struct qemu_guest, job)},
	};
	unsigned descriptors = count_descriptors();
	cleanup_free char *expected = xasprintf("cannot open the %s: No such file or directory", rows[_i].what);
	cleanup_free char *path = scratch_path("is-not-there");
	cleanup_error struct error err = {0};
	struct guest g;

	guest_init(&g, "good", NO_PART);
	*(const char **)((char *)&g.options.guest + rows[_i].offset) = path;
	ck_assert_int_eq(vm_start(&g.options, &g.vm, &err), -ENOENT);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	ck_assert_msg(strstr(err.text, path) && strstr(err.text, expected), "%s", err.text);
	ck_assert(!g.vm);
	guest_free(&g);
	assert_nothing_to_reap();
	ck_assert_uint_eq(count_descriptors(), descriptors);
}
END_TEST

START_TEST(missing_directory_is_named)
{
	cleanup_error struct error err = {0};
	struct guest g;

	guest_init(&g, "good", NO_PART);
	ck_assert_int_eq(io_remove_tree(g.directory, NULL), 0);
	ck_assert_int_eq(vm_start(&g.options, &g.vm, &err), -ENOENT);
	ck_assert_msg(strstr(err.text, g.directory) != NULL, "%s", err.text);
	guest_free(&g);
	assert_nothing_to_reap();
}
END_TEST

START_TEST(missing_qemu_is_named)
{
	struct guest g;

	guest_init(&g, "good", NO_PART);
	setenv("PATH", g.directory, 1);
	guest_start(&g);
	guest_run(&g);
	ck_assert(vm_reason(g.vm) != NULL);
	ck_assert_msg(strstr(vm_reason(g.vm), "status 127") &&
	                      strstr(vm_reason(g.vm), FAKE_QEMU ": cannot run: No such") &&
	                      strstr(vm_reason(g.vm), "install QEMU"),
	              "%s", vm_reason(g.vm));
	ck_assert(vm_console_ms(g.vm) < 0);
	guest_free(&g);
}
END_TEST

/* ---- being stopped ---- */

START_TEST(killed_vm_keeps_the_first_reason)
{
	cleanup_free char *console = NULL;
	struct guest g;

	guest_init(&g, "ignore-signals", NO_PART);
	guest_start(&g);
	guest_run_until(&g, has_spoken);
	vm_kill(g.vm, "interrupted");
	vm_kill(g.vm, "and again");
	guest_run(&g);
	ck_assert_str_eq(vm_reason(g.vm), "interrupted");
	assert_nothing_to_reap();
	console = read_from(&g, "console.log");
	ck_assert_uint_ge(assert_processes_gone(console), 1);
	vm_kill(g.vm, "too late");
	ck_assert_str_eq(vm_reason(g.vm), "interrupted");
	guest_free(&g);
}
END_TEST

/* Between the kill and the end the poll loop has nothing to do: the deadline that ran out must not keep it busy. */
START_TEST(killed_vm_does_not_ask_to_be_stepped)
{
	struct guest g;

	guest_init(&g, "hang-after-hello", READY);
	guest_start(&g);
	guest_run_until(&g, has_been_killed);
	ck_assert_int_gt(vm_wake_ms(g.vm), clock_ms());
	guest_run(&g);
	guest_free(&g);
}
END_TEST

START_TEST(frames_after_the_kill_do_not_count)
{
	struct pollfd fds[VM_POLL_FDS];
	struct guest g;

	guest_init(&g, "good", NO_PART);
	guest_start(&g);
	vm_poll_fds(g.vm, fds);
	ck_assert_int_eq(poll(fds, 1, LONG_MS), 1);
	vm_kill(g.vm, "interrupted");
	guest_run(&g);
	ck_assert_str_eq(vm_reason(g.vm), "interrupted");
	ck_assert_int_eq(g.session.stage, SESSION_BOOTING);
	guest_free(&g);
}
END_TEST

START_TEST(freed_vm_leaves_no_process)
{
	cleanup_free char *console = NULL;
	struct guest g;

	guest_init(&g, "ignore-signals", NO_PART);
	guest_start(&g);
	guest_run_until(&g, has_spoken);
	vm_free(g.vm);
	g.vm = NULL;
	assert_nothing_to_reap();
	console = read_from(&g, "console.log");
	ck_assert_uint_ge(assert_processes_gone(console), 1);
	guest_free(&g);
}
END_TEST

/* Killed at once, with no time for its own process group. */
START_TEST(vm_freed_at_once_leaves_no_process)
{
	struct guest g;

	guest_init(&g, "good", NO_PART);
	guest_start(&g);
	guest_free(&g);
	assert_nothing_to_reap();
}
END_TEST

static _Noreturn void run_until_killed(int told)
{
	struct guest g;

	guest_init(&g, "hang-silently", NO_PART);
	guest_start(&g);
	guest_run_until(&g, has_spoken);
	io_write_all(told, "x", 1);
	for (;;)
		pause();
}

START_TEST(qemu_dies_with_this_program)
{
	cleanup_free char *console = NULL;
	struct guest g;
	int fds[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		run_until_killed(fds[1]);
	}
	close(fds[1]);
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	guest_init(&g, "hang-silently", NO_PART);
	console = read_from(&g, "console.log");
	ck_assert_uint_eq(assert_processes_gone(console), 1);
	guest_free(&g);
}
END_TEST

/* ---- the poll loop's view ---- */

START_TEST(deadline_follows_signs_of_life)
{
	struct guest g;
	int64_t at_start;

	guest_init(&g, "hang-after-hello", NO_PART);
	g.options.deadlines.boot_ms = 2 * LONG_MS;
	guest_start(&g);
	at_start = vm_wake_ms(g.vm);
	ck_assert_int_eq(at_start, vm_started_ms(g.vm) + 2 * LONG_MS);
	guest_run_until(&g, has_greeted);
	ck_assert_int_lt(vm_wake_ms(g.vm), at_start);
	vm_kill(g.vm, "seen enough");
	ck_assert_int_gt(vm_wake_ms(g.vm), clock_ms());
	guest_run(&g);
	guest_free(&g);
}
END_TEST

START_TEST(default_deadlines_are_generous)
{
	struct vm_deadlines d = vm_deadlines_default();

	ck_assert_int_ge(d.boot_ms, 30000);
	ck_assert_int_ge(d.ready_ms, 10000);
	ck_assert_int_ge(d.cell_ms, 30000);
	ck_assert_int_ge(d.end_ms, 5000);
}
END_TEST

START_TEST(guests_side_by_side_do_not_mix)
{
	struct guest g[3];
	bool running = true;

	guest_init(&g[0], "good", NO_PART);
	guest_init(&g[1], "hang-in-cell", CELL);
	guest_init(&g[2], "grandchild", NO_PART);
	for (unsigned i = 0; i < 3; i++)
		guest_start(&g[i]);
	while (running) {
		struct pollfd fds[3 * VM_POLL_FDS];
		int64_t wake = clock_ms() + LONG_MS, left;

		running = false;
		for (unsigned i = 0; i < 3; i++) {
			bool ended = vm_step(g[i].vm);

			running |= !ended;
			vm_poll_fds(g[i].vm, &fds[i * VM_POLL_FDS]);
			for (unsigned k = 0; ended && k < VM_POLL_FDS; k++)
				fds[i * VM_POLL_FDS + k].fd = -1;
			if (!ended && vm_wake_ms(g[i].vm) < wake)
				wake = vm_wake_ms(g[i].vm);
		}
		left = wake - clock_ms();
		if (running)
			poll(fds, 3 * VM_POLL_FDS, left > 0 ? (int)left : 0);
	}
	ck_assert_msg(!vm_reason(g[0].vm), "%s", vm_reason(g[0].vm));
	ck_assert(vm_reason(g[1].vm) && strstr(vm_reason(g[1].vm), "an object did not end"));
	ck_assert_msg(!vm_reason(g[2].vm), "%s", vm_reason(g[2].vm));
	for (unsigned i = 0; i < 3; i++)
		guest_free(&g[i]);
	assert_nothing_to_reap();
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("vm", .open = setup, .close = scratch_teardown, .seconds = TEST_SECONDS),
	        EACH(behaviour_is_told_as_it_is, behaviours),
	        TEST(good_guest_delivers_its_cells),
	        TEST(qemu_has_no_rights_and_no_descriptors_to_spare),
	        TEST(files_that_only_their_owner_may_read_reach_qemu),
	        TEST(console_log_holds_the_text),
	        TEST(endless_console_is_taken_in_bounds),
	        TEST(second_attempt_has_files_of_its_own),
	        TEST(script_boots_the_same_guest),
	        RANGE(missing_file_is_named, 0, 3),
	        TEST(missing_directory_is_named),
	        TEST(missing_qemu_is_named),
	        TEST(killed_vm_keeps_the_first_reason),
	        TEST(killed_vm_does_not_ask_to_be_stepped),
	        TEST(frames_after_the_kill_do_not_count),
	        TEST(freed_vm_leaves_no_process),
	        TEST(vm_freed_at_once_leaves_no_process),
	        TEST(qemu_dies_with_this_program),
	        TEST(deadline_follows_signs_of_life),
	        TEST(default_deadlines_are_generous),
	        TEST(guests_side_by_side_do_not_mix),
	};

	return suite_run("vm", tests, COUNT(tests));
}
