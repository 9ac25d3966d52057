/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_qemu: stands where QEMU would, so that tests can have every way a guest and its QEMU go wrong. It reads its
 * command line as far as QEMU's own rules matter here (doubled commas, descriptor sets, `-name value` options), takes
 * the job like the agent does, and then plays the behaviour that the word `fake=NAME` of -append names. With a monitor
 * it is a guest that is saved once it is ready, or one that is resumed there. On its console it says what check_vm
 * cannot see from outside: its process ids and the rights it was left with.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "wire/frame.h"
#include "wire/job.h"
#include "wire/message.h"

#define RELEASE "6.1.0-fake"
#define JOB_MAX (64u << 20)
/* Ends a fake that nobody stopped; far beyond any deadline of a test. */
#define LIFETIME_S 60
/* isa-debug-exit's status for the agent's codes 0 and 1. */
#define STATUS_GOOD 1
#define STATUS_BAD 3

struct guest {
	const char *append;
	char *kernel, *initrd, *job_path, *frames_path, *console_path;
	int frames, console;
	int monitor; /* -1: none */
	bool resumed;
	unsigned memory_mb;
	struct buf unsent; /* frames; they leave in one write, so that no deadline can run out between two of them */
	struct job job;
};

/* ---- command line ---- */

static _Noreturn void fail(const char *what, const char *which)
{
	fprintf(stderr, "qemu-system-x86_64: %s: %s\n", what, which);
	exit(EXIT_FAILURE);
}

/* The value of `key` in an option like "file,append=on,path=/a,,b", doubled commas undone; NULL when not there. */
static char *option_value(const char *option, const char *key)
{
	size_t key_len = strlen(key);

	while (*option) {
		struct buf item = {0};

		for (; *option && (*option != ',' || option[1] == ','); option++) {
			option += *option == ',';
			buf_putc(&item, *option);
		}
		option += *option == ',';
		if (!strncmp(buf_str(&item), key, key_len) && item.data[key_len] == '=') {
			buf_consume(&item, key_len + 1);
			return buf_steal(&item);
		}
		buf_free(&item);
	}
	return NULL;
}

static void take_chardev(struct guest *g, const char *value)
{
	cleanup_free char *id = option_value(value, "id");
	cleanup_free char *append = option_value(value, "append");
	cleanup_free char *fd = option_value(value, "fd");
	char *path = option_value(value, "path");

	if (id && !strcmp(id, "monitor") && fd) {
		g->monitor = atoi(fd);
		return;
	}
	if (!id || !path || !append || strcmp(append, "on"))
		fail("-chardev without id, path or append=on", value);
	if (!strcmp(id, "console"))
		g->console_path = path;
	else if (!strcmp(id, "frames"))
		g->frames_path = path;
	else
		fail("unknown chardev", id);
}

static void take_option(struct guest *g, const char *option, char *value)
{
	if (!strcmp(option, "-append"))
		g->append = value;
	else if (!strcmp(option, "-kernel"))
		g->kernel = value;
	else if (!strcmp(option, "-initrd"))
		g->initrd = value;
	else if (!strcmp(option, "-chardev"))
		take_chardev(g, value);
	else if (!strcmp(option, "-m"))
		g->memory_mb = (unsigned)atoi(value);
	else if (!strcmp(option, "-incoming"))
		g->resumed = true;
	else if (!strcmp(option, "-fw_cfg"))
		g->job_path = option_value(value, "file");
}

static bool takes_value(const char *option)
{
	static const char *const alone[] = {"-nodefaults", "-no-user-config", "-no-reboot"};

	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		if (!strcmp(option, alone[i]))
			return false;
	return true;
}

static void take_argv(struct guest *g, char **argv)
{
	for (char **arg = argv + 1; *arg; arg++) {
		if (**arg != '-')
			fail("not an option", *arg);
		if (!takes_value(*arg))
			continue;
		if (!arg[1])
			fail("an option lacks its value", *arg);
		take_option(g, *arg, arg[1]);
		arg++;
	}
	if (!g->append || !g->kernel || !g->initrd || !g->frames_path || !g->console_path)
		fail("the command line lacks", "-append, -kernel, -initrd or a -chardev");
}

/* As qemu_open() does it: a path in /dev/fdset is a descriptor that was handed over. Set numbers equal descriptors. */
static int open_chardev(const char *path)
{
	static const char set[] = "/dev/fdset/";
	int fd;

	if (!strncmp(path, set, strlen(set)))
		return atoi(path + strlen(set));
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd < 0)
		fail(path, strerror(errno));
	return fd;
}

static void take_job(struct guest *g)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf bytes = {0};

	if (!g->job_path) /* a guest that is only probed has none */
		return;
	if (io_read_file(g->job_path, JOB_MAX, &bytes, &err) || job_decode(bytes.data, bytes.len, &g->job, &err))
		fail("-fw_cfg", err.text);
}

static void check_readable(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY);
	char byte;

	if (fd < 0 || read(fd, &byte, 1) != 1)
		fail("could not load kernel or initrd", path);
}

/* ---- what it says ---- */

static void say(struct guest *g, const char *text)
{
	if (io_write_all(g->console, text, strlen(text)))
		_exit(EXIT_FAILURE);
}

static void flush(struct guest *g)
{
	if (io_write_all(g->frames, g->unsent.data, g->unsent.len))
		_exit(EXIT_FAILURE);
	buf_free(&g->unsent);
}

static void put(struct guest *g, const void *bytes, size_t len)
{
	buf_add(&g->unsent, bytes, len);
}

static void send_message(struct guest *g, struct message m)
{
	message_encode(&m, &g->unsent);
}

static void put_descriptors(struct buf *out)
{
	cleanup_closedir DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (*entry->d_name != '.' && atoi(entry->d_name) != dirfd(dir))
			buf_printf(out, " %s", entry->d_name);
}

static void say_rights(struct guest *g)
{
	cleanup_buf struct buf line = {0};
	struct rlimit core = {0};
	gid_t groups[8];
	int count = getgroups(8, groups);

	getrlimit(RLIMIT_CORE, &core);
	buf_printf(&line, "rights: uid %d gid %d groups %d:%d no-new-privs %d core %ju leads-group %d\n", (int)getuid(),
	           (int)getgid(), count, count > 0 ? (int)groups[0] : -1, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
	           (uintmax_t)core.rlim_cur, getpgrp() == getpid());
	buf_puts(&line, "descriptors:");
	put_descriptors(&line);
	buf_putc(&line, '\n');
	say(g, buf_str(&line));
}

static void say_process(struct guest *g, pid_t pid)
{
	cleanup_free char *line = xasprintf("process %d\n", (int)pid);

	say(g, line);
}

/* ---- steps ---- */

static void exit_good(struct guest *g)
{
	flush(g);
	_exit(STATUS_GOOD);
}

static void exit_bad(struct guest *g)
{
	flush(g);
	_exit(STATUS_BAD);
}

static void hello(struct guest *g)
{
	send_message(g, (struct message){
	                        .type = MESSAGE_HELLO,
	                        .hello = {.protocol = MESSAGE_PROTOCOL, .release = (char[]){RELEASE}},
	                });
}

static void hello_other_kernel(struct guest *g)
{
	send_message(g, (struct message){
	                        .type = MESSAGE_HELLO,
	                        .hello = {.protocol = MESSAGE_PROTOCOL, .release = (char[]){"5.10.0-other"}},
	                });
}

static void ready(struct guest *g)
{
	send_message(g, (struct message){.type = MESSAGE_READY});
}

static void job(struct guest *g)
{
	send_message(g, (struct message){
	                        .type = MESSAGE_JOB,
	                        .job = {.nonce = g->job.nonce, .objects = g->job.object_count},
	                });
}

static void job_other_nonce(struct guest *g)
{
	g->job.nonce++;
	job(g);
}

static void cell_begin(struct guest *g)
{
	send_message(g, (struct message){.type = MESSAGE_CELL_BEGIN});
}

/* A cell with one truth that names its object. */
static void one_cell(struct guest *g, uint32_t i)
{
	send_message(g, (struct message){.type = MESSAGE_CELL_BEGIN, .cell_begin.object = i});
	send_message(g, (struct message){
	                        .type = MESSAGE_TRUTH,
	                        .truth = {.workload = g->job.objects[i].name, .ok = true},
	                });
	send_message(g, (struct message){.type = MESSAGE_CELL_END, .cell_end.phase = PHASE_DONE});
}

static void cells(struct guest *g)
{
	for (uint32_t i = 0; i < g->job.object_count; i++)
		one_cell(g, i);
}

/* As `cells`, each after a while, and told as soon as it is measured. */
static void cells_slowly(struct guest *g)
{
	const struct timespec a_while = {.tv_nsec = 30 * 1000 * 1000};

	for (uint32_t i = 0; i < g->job.object_count; i++) {
		nanosleep(&a_while, NULL);
		one_cell(g, i);
		flush(g);
	}
}

/* As `cells`, but the machine is gone in the middle of the object "bad". */
static void cells_until_bad(struct guest *g)
{
	for (uint32_t i = 0; i < g->job.object_count; i++) {
		if (!strcmp(g->job.objects[i].name, "bad")) {
			send_message(g, (struct message){.type = MESSAGE_CELL_BEGIN, .cell_begin.object = i});
			exit_bad(g);
		}
		one_cell(g, i);
	}
}

/* As `cells`, but the object "bad" is not loaded. */
static void cells_but_bad(struct guest *g, enum cell_phase phase, int err)
{
	for (uint32_t i = 0; i < g->job.object_count; i++) {
		if (strcmp(g->job.objects[i].name, "bad")) {
			one_cell(g, i);
			continue;
		}
		send_message(g, (struct message){.type = MESSAGE_CELL_BEGIN, .cell_begin.object = i});
		send_message(g, (struct message){.type = MESSAGE_ALIVE});
		send_message(g, (struct message){.type = MESSAGE_CELL_END,
		                                 .cell_end = {.phase = (uint8_t)phase, .err = err}});
	}
}

static void cells_in_large(struct guest *g)
{
	if (g->memory_mb < 1024)
		cells_but_bad(g, PHASE_LOAD, ENOMEM);
	else
		cells(g);
}

static void cells_without_memory(struct guest *g)
{
	cells_but_bad(g, PHASE_LOAD, ENOMEM);
}

static void cells_with_patience(struct guest *g)
{
	if (g->job.patience < 2)
		cells_but_bad(g, PHASE_RUN, ETIME);
	else
		cells(g);
}

static void cells_without_end(struct guest *g)
{
	cells_but_bad(g, PHASE_RUN, ETIME);
}

static void end(struct guest *g)
{
	send_message(g, (struct message){
	                        .type = MESSAGE_END,
	                        .end = {.nonce = g->job.nonce, .cells = g->job.object_count},
	                });
}

static void give_up(struct guest *g)
{
	send_message(g, (struct message){.type = MESSAGE_FATAL, .fatal.reason = (char[]){"/proc: cannot mount"}});
}

static void half_frame(struct guest *g)
{
	cleanup_buf struct buf frame = {0};
	struct message m = {.type = MESSAGE_READY};

	message_encode(&m, &frame);
	put(g, frame.data, frame.len / 2);
}

static void garbled_frame(struct guest *g)
{
	cleanup_buf struct buf frame = {0};
	struct message m = {.type = MESSAGE_READY};

	message_encode(&m, &frame);
	frame.data[frame.len - 5] ^= 1;
	put(g, frame.data, frame.len);
}

static void oversized_frame(struct guest *g)
{
	cleanup_buf struct buf frame = {0};

	frame_encode(&frame, MESSAGE_LOG, NULL, 0);
	memcpy(frame.data + 8, "\xff\xff\xff\x7f", 4);
	put(g, frame.data, frame.len);
}

static void garbage_for_ever(struct guest *g)
{
	for (;;) {
		put(g, "garbage, garbage", 16);
		flush(g);
	}
}

static void console_for_ever(struct guest *g)
{
	static const char line[] =
	        "[    1.000000] a driver that repeats itself over and over again, for ever and ever\n";
	struct buf page = {0};

	while (page.len < 60000)
		buf_puts(&page, line);
	flush(g);
	/* More writers than the host has readers, so that its pipe never runs empty. */
	fork();
	fork();
	for (;;)
		say(g, buf_str(&page));
}

static void panic(struct guest *g)
{
	flush(g);
	say(g, "[    1.500000] Kernel panic - not syncing: Attempted to kill init!\r\n"
	       "[    1.600000] CPU: 0 PID: 1 Comm: init\r\n");
}

static void hang(struct guest *g)
{
	flush(g);
	for (;;)
		pause();
}

/* While it boots, and the first time only: the file is for the guest that comes after it. */
static void panic_once(struct guest *g)
{
	cleanup_free char *mark = xasprintf("/tmp/corematrix-fake-%d", (int)getppid());
	int fd = open(mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		unlink(mark);
		return;
	}
	close(fd);
	panic(g);
	hang(g);
}

static void stray_byte(struct guest *g)
{
	put(g, "C", 1);
}

static void complain(struct guest *g)
{
	(void)g;
	fputs("qemu-system-x86_64: the fake refuses to start\nsecond line\n", stderr);
}

/* A process of QEMU's that outlives it and keeps its pipes open. */
static void grandchild(struct guest *g)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(LIFETIME_S);
		for (;;)
			pause();
	}
	say_process(g, pid);
}

static void ignore_signals(struct guest *g)
{
	(void)g;
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

static void close_pipes(struct guest *g)
{
	flush(g);
	close(g->frames);
	close(g->console);
}

static void crash(struct guest *g)
{
	flush(g);
	raise(SIGABRT);
}

#define MAX_STEPS 8

/* After its last step a guest ends the right way. */
static const struct behaviour {
	const char *name;
	void (*steps[MAX_STEPS])(struct guest *);
} behaviours[] = {
        {"good", {say_rights, hello, ready, job, cells, end}},
        {"slow", {hello, ready, job, cells_slowly, end}},
        {"hang-silently", {hang}},
        {"hang-after-hello", {hello, hang}},
        {"hang-after-ready", {hello, ready, hang}},
        {"hang-in-cell", {hello, ready, job, cell_begin, hang}},
        {"hang-between-cells", {hello, ready, job, hang}},
        {"hang-after-end", {hello, ready, job, cells, end, hang}},
        {"hang-without-pipes", {hello, ready, job, cells, end, close_pipes, hang}},
        {"refuse", {complain, exit_bad}},
        {"end-at-once", {exit_good}},
        {"die-in-frame", {hello, half_frame, exit_good}},
        {"die-in-cell", {hello, ready, job, cell_begin, exit_good}},
        {"crash", {hello, crash}},
        {"crash-after-end", {hello, ready, job, cells, end, crash}},
        {"flood-channel", {hello, garbage_for_ever}},
        {"flood-console", {console_for_ever}},
        {"garble", {hello, garbled_frame, job, cells, end}},
        {"oversize", {hello, oversized_frame, hang}},
        {"no-ready", {hello, job, cells, end}},
        {"two-hellos", {hello, hello, ready, job, cells, end}},
        {"no-cells", {hello, ready, job, end}},
        {"no-end", {hello, ready, job, cells}},
        {"other-kernel", {hello_other_kernel, ready, job, cells, end}},
        {"other-nonce", {hello, ready, job_other_nonce, cells, end}},
        {"give-up", {hello, give_up, exit_bad}},
        {"wrong-status", {hello, ready, job, cells, end, exit_bad}},
        {"byte-after-end", {hello, ready, job, cells, end, stray_byte}},
        {"frame-after-end", {hello, ready, job, cells, end, ready}},
        {"panic-then-silence", {hello, panic, hang}},
        {"panic-booting", {panic, hang}},
        {"panic-booting-once", {panic_once, hello, ready, job, cells, end}},
        {"panic-then-exit", {hello, ready, job, cell_begin, panic}},
        {"panic-after-end", {hello, ready, job, cells, end, panic}},
        {"grandchild", {grandchild, hello, ready, job, cells, end}},
        {"ignore-signals", {ignore_signals, grandchild, hang}},
        {"die-at-bad", {hello, ready, job, cells_until_bad, end}},
        {"small-for-bad", {hello, ready, job, cells_in_large, end}},
        {"never-enough", {hello, ready, job, cells_without_memory, end}},
        {"slow-at-bad", {hello, ready, job, cells_with_patience, end}},
        {"never-done", {hello, ready, job, cells_without_end, end}},
        {"no-saving", {hello, ready, job, cells, end}},
        {"new-qemu", {hello, ready, job, cells, end}},
        {"saving-fails", {hello, ready, job, cells, end}},
        {"no-resuming", {hello, ready, job, cells, end}},
};

static const struct behaviour *find_behaviour(const char *append)
{
	const char *at = strstr(append, "fake=");
	const char *name = at ? at + strlen("fake=") : "";
	size_t len = strcspn(name, " ");

	for (size_t i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++)
		if (strlen(behaviours[i].name) == len && !strncmp(behaviours[i].name, name, len))
			return &behaviours[i];
	fail("-append names no behaviour of the fake", append);
}

/* ---- its monitor ---- */

/* Behaviours that do not save, or do not resume: by the command that they refuse. */
static const struct {
	const char *name, *command;
} refusals[] = {{"no-saving", "migrate"}, {"no-resuming", "migrate-incoming"}};

/* Two that are asked in different words. */
static void greet(const struct guest *g, const struct behaviour *b)
{
	bool is_new = !strcmp(b->name, "new-qemu");
	cleanup_free char *greeting =
	        xasprintf("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": %d, \"major\": %d}}}}\n",
	                  is_new ? 1 : 2, is_new ? 11 : 7);

	if (g->monitor >= 0 && io_write_all(g->monitor, greeting, strlen(greeting)))
		_exit(EXIT_FAILURE);
}

static bool refuses(const struct behaviour *b, const char *command)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (!strcmp(refusals[i].name, b->name) && !strcmp(refusals[i].command, command))
			return true;
	return false;
}

static void reply(const struct guest *g, const char *text)
{
	if (io_write_all(g->monitor, text, strlen(text)))
		_exit(EXIT_FAILURE);
}

/* Read commands up to this one. */
static void hear(const struct guest *g, const char *command, struct buf *said)
{
	cleanup_free char *wanted = xasprintf("{\"execute\":\"%s\"", command);

	while (!strstr(buf_str(said), wanted)) {
		ssize_t n = read(g->monitor, buf_reserve(said, 4096), 4096);

		if (n <= 0)
			_exit(EXIT_FAILURE);
		said->len += (size_t)n;
		said->data[said->len] = '\0';
	}
}

/* Wait for a command, which host/vm/qmp.c sends last of all, and answer for it. */
static void serve_monitor(struct guest *g, const struct behaviour *b, const char *command)
{
	const char *foreign = strcmp(b->name, "new-qemu") ? "\"file:" : "\"fd:";
	cleanup_buf struct buf said = {0};

	hear(g, command, &said);
	if (!strcmp(b->name, "saving-fails")) {
		reply(g, "{\"event\": \"MIGRATION\", \"data\": {\"status\": \"failed\"}}\n");
		hear(g, "query-migrate", &said);
		reply(g, "{\"return\": {\"status\": \"failed\", \"error-desc\": \"no room\"}}\n");
		hang(g);
	}
	if (refuses(b, command) || strstr(buf_str(&said), foreign)) {
		reply(g, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"the fake will not\"}}\n");
		hang(g);
	}
	reply(g, "{\"event\": \"MIGRATION\", \"data\": {\"status\": \"completed\"}}\n");
}

/* Until it is ready, saved, and ended by the host. */
static _Noreturn void be_saved(struct guest *g, const struct behaviour *b)
{
	hello(g);
	ready(g);
	flush(g);
	serve_monitor(g, b, "migrate");
	hang(g);
	_exit(EXIT_FAILURE);
}

/* With SAN=1: it also runs as another user, who cannot be looked through for leaks. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(int argc, char **argv)
{
	const struct behaviour *b;
	struct guest g = {.monitor = -1};

	if (argc == 2 && !strcmp(argv[1], "--version")) {
		puts("QEMU emulator version 0.0.0 (fake)");
		return EXIT_SUCCESS;
	}
	alarm(LIFETIME_S);
	take_argv(&g, argv);
	g.frames = open_chardev(g.frames_path);
	g.console = open_chardev(g.console_path);
	check_readable(g.kernel);
	check_readable(g.initrd);
	take_job(&g);
	b = find_behaviour(g.append);
	say_process(&g, getpid());
	greet(&g, b);
	if (g.monitor >= 0 && !g.resumed)
		be_saved(&g, b);
	if (g.resumed)
		serve_monitor(&g, b, "migrate-incoming");
	for (size_t i = 0; i < MAX_STEPS && b->steps[i]; i++)
		if (!g.resumed || (b->steps[i] != hello && b->steps[i] != ready))
			b->steps[i](&g);
	exit_good(&g);
}
