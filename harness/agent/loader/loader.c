/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "agent/channel/channel.h"
#include "agent/channel/files_place.h"
#include "agent/deeds/trigger.h"
#include "agent/loader/loader_feed.h"
#include "agent/loader/loader_output.h"
#include "agent/loader/loader_process.h"
#include "agent/loader/loader_round.h"
#include "agent/loader/loader_running.h"
#include "agent/loader/loader_seen.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "wire/loader_pack.h"
#include "wire/output_rule.h"

#define ROOT "/tmp/loader"
#define DEFAULT_SECONDS 20
#define GRACE_MS 2000
/* Of the guest's free memory, the part that it may fill with files. */
#define ROOT_SHARE 4
/* What the tracer keeps, and what it notes of the calls after that. */
#define RECORDS_MAX (2 * TRACE_MAX_BYTES)

/* What such a program finds beside its own files, each below ROOT, in the order they are mounted. */
static const struct mount_row {
	const char *type, *source, *target;
	unsigned long flags;
} mount_rows[] = {
        /* One with an old libbpf looks for tracepoints below debugfs. */
        {"debugfs", "debugfs", "/sys/kernel/debug", 0}, {NULL, "/proc", ROOT "/proc", MS_BIND | MS_REC},
        {NULL, "/sys", ROOT "/sys", MS_BIND | MS_REC},  {"devtmpfs", "devtmpfs", ROOT "/dev", 0},
        {"devpts", "devpts", ROOT "/dev/pts", 0},
};

/* Where libbpf looks for the kernel's configuration; what the program brought there itself stays. */
#define BOOT "/boot"

static const char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/",
                                          "TERM=dumb", "LANG=C.UTF-8"};

bool loader_is_one(const struct job_object *object)
{
	return job_object_value(object, SETTING_LOADER) != NULL;
}

/* ---- its root ---- */

static int root_make(const struct job_object *object, const char *directory, struct error *err)
{
	cleanup_free char *work = xasprintf(ROOT "%s", directory);
	int rc;

	/* The mounts go when this process does, and with them the memory of the files. */
	if (unshare(CLONE_NEWNS))
		return error_set(err, errno, "the guest has no mount namespaces: %s", strerror(errno));
	mkdir(ROOT, 0755);
	if (mount("tmpfs", ROOT, "tmpfs", 0, "size=90%,mode=755"))
		return error_set(err, errno, "the guest cannot mount a tmpfs: %s", strerror(errno));
	rc = files_place(object->bytes, object->size, ROOT, err);
	rc = rc ? rc : io_make_dirs(work, err);
	if (rc)
		return rc;
	mkdir(ROOT "/tmp", 0777);
	chmod(ROOT "/tmp", 01777);
	for (size_t i = 0; i < sizeof(mount_rows) / sizeof(*mount_rows); i++) {
		const struct mount_row *m = &mount_rows[i];

		mkdir(m->target, 0755);
		/* debugfs can be left out of a kernel, or be there already */
		if (mount(m->source, m->target, m->type, m->flags, NULL) && i)
			return error_set(err, errno, "the guest cannot mount %s: %s", m->target, strerror(errno));
	}
	if (!access(BOOT, F_OK) && !mkdir(ROOT BOOT, 0755) && mount(BOOT, ROOT BOOT, NULL, MS_BIND, NULL))
		return error_set(err, errno, "the guest cannot mount %s: %s", ROOT BOOT, strerror(errno));
	return 0;
}

/* What it may fill beside its own files: memory that nobody gets back while the cell lasts. */
static int root_limit(struct error *err)
{
	cleanup_free char *size = NULL;
	struct sysinfo memory;
	struct statvfs root;

	if (statvfs(ROOT, &root) || sysinfo(&memory))
		return error_set(err, errno, "the guest cannot tell how large its root is: %s", strerror(errno));
	size = xasprintf("size=%llu", (unsigned long long)(root.f_blocks - root.f_bfree) * root.f_frsize +
	                                      (unsigned long long)memory.freeram * memory.mem_unit / ROOT_SHARE);
	if (mount(NULL, ROOT, NULL, MS_REMOUNT, size))
		return error_set(err, errno, "the guest cannot limit its root: %s", strerror(errno));
	return 0;
}

static void root_look(struct buf *notes)
{
	struct statvfs root;

	if (!statvfs(ROOT, &root) && !root.f_bavail)
		buf_puts(notes,
		         "it filled its file system, which has a part of the guest's memory (memory= in the list of "
		         "kernels gives it more)\n");
}

/* ---- what it carries ---- */

static bool pack_find(const struct job_object *object, const char *path, struct loader_pack_file *found)
{
	struct loader_pack_reader reader = loader_pack_open(object->bytes, object->size);

	while (loader_pack_next(&reader, found, NULL) == 1) {
		bool same = !strcmp(found->path, path);

		free(steal_ptr(found->path));
		if (same)
			return true;
	}
	return false;
}

/* As the host found them in its files. */
static void sources_open(const struct job_object *object, struct loader_seen *seen)
{
	for (uint32_t i = 0; i < object->setting_count; i++) {
		const struct job_setting *s = &object->settings[i];
		struct loader_pack_file file;
		uint32_t offset, size;
		int path;

		if (s->key != SETTING_LOADER_OBJECT)
			continue;
		if (sscanf(s->value, "%" SCNu32 " %" SCNu32 " %n", &offset, &size, &path) != 2 ||
		    !pack_find(object, s->value + path, &file) || offset > file.size || size > file.size - offset)
			size = 0;
		loader_seen_source(seen, size ? (const char *)file.bytes + offset : "", size, s->name);
	}
}

/* ---- the cell ---- */

static char **list_argv(const struct job_object *object)
{
	char **argv = xcalloc((size_t)object->setting_count + 2, sizeof(*argv));
	const char *name = job_object_named(object, SETTING_LOADER_ARGUMENT, "0");
	size_t count = 0;

	argv[count++] = (char *)(uintptr_t)(name ? name : job_object_value(object, SETTING_LOADER));
	for (uint32_t i = 0; i < object->setting_count; i++)
		if (object->settings[i].key == SETTING_LOADER_ARGUMENT && !*object->settings[i].name)
			argv[count++] = object->settings[i].value;
	return argv;
}

static char **list_environment(const struct job_object *object)
{
	size_t count = sizeof(environment) / sizeof(*environment);
	char **envp = xcalloc(count + object->setting_count + 1, sizeof(*envp));

	for (size_t i = 0; i < count; i++)
		envp[i] = xstrdup(environment[i]);
	for (uint32_t i = 0; i < object->setting_count; i++)
		if (object->settings[i].key == SETTING_LOADER_ENVIRONMENT)
			envp[count++] = xasprintf("%s=%s", object->settings[i].name, object->settings[i].value);
	return envp;
}

/* How to read what it prints; false when its ini says nothing of it, or, which the host has seen to, nonsense. */
static bool rules_read(const struct job_object *object, struct output_rules *rules)
{
	cleanup_buf struct buf why = {0};

	for (uint32_t i = 0; i < object->setting_count; i++)
		if (object->settings[i].key == SETTING_OUTPUT)
			output_rules_add(rules, object->settings[i].name, object->settings[i].value, &why);
	return !why.len && output_rules_check(rules, &why);
}

/* One run of it, and what is known by the end. */
struct run {
	const struct job_object *object;
	int records; /* of the tracer */
	struct loader_process process;
	struct loader_running running;
	struct output_rules rules;
	struct loader_feed feed;
	struct loader_rounds rounds;
	struct loader_seen seen;
};

/* The stream that is kept apart from the one that is read; 0: none. */
static int stream_apart(const struct output_rules *rules)
{
	return rules->from == OUTPUT_STDOUT ? STDERR_FILENO : rules->from == OUTPUT_STDERR ? STDOUT_FILENO : 0;
}

static int run_in_root(struct run *run, struct error *err)
{
	const struct job_object *object = run->object;
	const char *seconds = job_object_value(object, SETTING_LOADER_SECONDS);
	const char *directory = job_object_value(object, SETTING_LOADER_DIRECTORY);
	struct loader_command command = {
	        .root = ROOT,
	        .directory = directory ? directory : "/",
	        .program = job_object_value(object, SETTING_LOADER),
	        .argv = list_argv(object),
	        .envp = list_environment(object),
	        .terminal = run->rounds.feed ? ROOT "/dev/ptmx" : NULL,
	        .apart = stream_apart(&run->rules),
	        .records = run->records,
	};
	int64_t deadline;
	int rc = root_make(object, command.directory, err);

	loader_running_begin(&run->running);
	if (!rc && run->rounds.feed)
		rc = loader_feed_open(&run->feed, &run->rules, &run->process, ROOT, err);
	rc = rc ? rc : root_limit(err);
	rc = rc ? rc : loader_process_start(&command, &run->process, err);
	if (rc)
		return rc;
	deadline = clock_ms() + (seconds ? atoi(seconds) : DEFAULT_SECONDS) * 1000;
	rc = loader_rounds_run(&run->rounds, deadline, err);
	loader_process_stop(&run->process, GRACE_MS);
	loader_rounds_late(&run->rounds);
	root_look(&run->seen.notes);
	return rc;
}

static void see(struct run *run)
{
	cleanup_buf struct buf bytes = {0};

	buf_add(&run->seen.notes, run->rounds.notes.data, run->rounds.notes.len);
	sources_open(run->object, &run->seen);
	if (run->records < 0 || lseek(run->records, 0, SEEK_SET) < 0 || io_read_fd(run->records, RECORDS_MAX, &bytes))
		buf_puts(&run->seen.notes, "what it loaded is not known: the guest has too little memory\n");
	loader_seen_read(&run->seen, &bytes);
}

static void tell_stream(const struct loader_stream *s)
{
	cleanup_free char *cut = xasprintf("[%zu bytes of earlier output were dropped]\n", s->dropped);

	if (s->dropped)
		channel_send_log(cut, strlen(cut));
	channel_send_log(buf_str(&s->said), s->said.len);
}

/* What it did, told in the terms of an object that the agent loads itself; and what it said. */
static void tell_seen(struct run *run)
{
	struct loader_process *p = &run->process;
	cleanup_buf struct buf refusals = {0};

	loader_seen_send(&run->seen, &run->running, &refusals);
	if (run->seen.notes.len)
		buf_puts(&run->seen.notes, "\n");
	/* what proves a failure stands last */
	channel_send_log(buf_str(&run->seen.notes), run->seen.notes.len);
	tell_stream(&p->output);
	tell_stream(&p->apart);
	channel_send_log(buf_str(&refusals), refusals.len);
}

static void tell_output(struct run *run, struct cell_end_fact *end)
{
	struct trigger_summary triggers = {0};
	struct loader_output output;

	loader_seen_triggers(&run->seen, &triggers);
	loader_output_judge(&run->rounds.last, run->object, &triggers, &output);
	for (size_t i = 0; i < output.facts.count; i++) {
		struct message m = {.type = MESSAGE_TRUTH, .truth = output.facts.facts[i]};

		channel_send(&m);
	}
	end->events = run->rounds.events;
	end->own_events = output.own_events;
	end->expects_events = output.expects;
	fact_list_cut(&output.facts, 0);
	free(output.facts.facts);
}

static void run_free(struct run *run)
{
	loader_seen_free(&run->seen);
	loader_rounds_free(&run->rounds);
	loader_feed_free(&run->feed);
	output_rules_free(&run->rules);
	loader_process_free(&run->process);
	loader_running_free(&run->running);
	cleanup_close_fd(&run->records);
}

/* A slow guest, or a program that waits for something. */
static void say_nothing_came(char **why)
{
	cleanup_free char *end = *why;

	*why = xasprintf("%s; by then it had loaded nothing (--loader-time gives it longer)", end);
}

/* Why nothing that is missing is held against it, when that is so; the lines that could not be read in any case. */
static void say_unready(const struct run *run, char **why)
{
	const struct loader_feed *feed = run->rounds.feed;
	cleanup_free char *end = NULL, *from = NULL;
	struct buf text = {0};

	if (!feed || (run->rounds.last.complete && !feed->cut))
		return;
	end = *why;
	from = output_from_words(&run->rules);
	buf_puts(&text, end);
	if (!feed->taken)
		buf_printf(&text, "; nothing came from %s", from);
	if (feed->cut)
		buf_printf(&text, "; %" PRIu64 " %s of more than %u kB passed over", feed->cut,
		           feed->cut == 1 ? "line" : "lines", LOADER_LINE_MAX >> 10);
	if (feed->lost)
		buf_printf(&text, "; %s came faster than it is read: %" PRIu64 " bytes were passed over", from,
		           feed->lost);
	if (!run->rounds.last.complete)
		buf_puts(&text,
		         run->running.counts.count
		                 ? "; no whole round of workloads came after it was ready, so nothing is missing "
		                   "(--loader-time gives it longer)"
		                 : "");
	*why = buf_steal(&text);
}

void loader_run(const struct job_object *object)
{
	cleanup_error struct error err = {0};
	struct run run = {.object = object,
	                  .records = memfd_create("records", MFD_CLOEXEC),
	                  .process = loader_process_none,
	                  .rounds = {.object = object, .process = &run.process, .running = &run.running}};
	struct message m = {.type = MESSAGE_CELL_END};
	uint64_t start = clock_ns(CLOCK_BOOTTIME);
	char *why = NULL;

	fcntl(run.records, F_SETFL, O_APPEND); /* what it left behind may go on while they are read */
	run.rounds.records = run.records;
	if (rules_read(object, &run.rules))
		run.rounds.feed = &run.feed;
	m.cell_end.phase = PHASE_RUN;
	if (run_in_root(&run, &err)) {
		m.cell_end.err = err.code;
		why = xstrdup(err.text);
	} else {
		m.cell_end.phase = loader_process_verdict(&run.process, object->name, &why) ? PHASE_DONE : PHASE_LOAD;
	}
	if (run.process.stop_signal && !run.running.counts.count)
		say_nothing_came(&why);
	say_unready(&run, &why);
	see(&run);
	if (run.rounds.feed)
		tell_output(&run, &m.cell_end);
	tell_seen(&run);
	m.cell_end.reason = why;
	m.cell_end.source = xstrdup(LOADER_EVENT_SOURCE);
	m.cell_end.run_ns = clock_ns(CLOCK_BOOTTIME) - start;
	run_free(&run);
	channel_send(&m);
	message_free(&m);
}
