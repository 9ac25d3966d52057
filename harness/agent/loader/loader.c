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
#include <unistd.h>

#include "agent/channel/channel.h"
#include "agent/channel/files_place.h"
#include "agent/deeds/action.h"
#include "agent/deeds/subject.h"
#include "agent/loader/loader_process.h"
#include "agent/loader/loader_running.h"
#include "agent/loader/loader_seen.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "wire/loader_pack.h"

#define ROOT "/tmp/loader"
#define DEFAULT_SECONDS 20
#define GRACE_MS 2000
/* Between two rounds of workloads; a program that ends sooner ends the wait. */
#define ROUND_PAUSE_MS 500
/* What the tracer keeps, and what it notes of the calls after that. */
#define RECORDS_MAX (2 * TRACE_MAX_BYTES)
#define CUT "[earlier output was dropped]\n"

/* What such a program finds beside its own files, each below ROOT, in the order they are mounted. */
static const struct mount_row {
	const char *type, *source, *target;
	unsigned long flags;
} mount_rows[] = {
        /* One with an old libbpf looks for tracepoints below debugfs. */
        {"debugfs", "debugfs", "/sys/kernel/debug", 0},
        {NULL, "/proc", ROOT "/proc", MS_BIND | MS_REC},
        {NULL, "/sys", ROOT "/sys", MS_BIND | MS_REC},
        {"devtmpfs", "devtmpfs", ROOT "/dev", 0},
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

/* ---- what happens while it runs ---- */

static bool is_wanted(const struct job_object *object, const struct subject_kind *kind)
{
	bool any = false;

	for (uint32_t i = 0; i < object->setting_count; i++) {
		if (object->settings[i].key != SETTING_WORKLOAD)
			continue;
		any = true;
		if (workload_group_parse(object->settings[i].value) == (int)kind->group)
			return true;
	}
	return !any && !kind->on_demand;
}

static int subject_once(struct subject_stage *stage, const struct subject_kind *kind, struct loader_running *running,
                        struct error *err)
{
	cleanup_subject struct subject *s = NULL;
	struct action_result result;
	int rc = subject_spawn(stage, kind, &s, err);

	loader_running_look(running);
	run_counts_window_open(&running->counts);
	rc = rc ? rc : subject_exec(s, err);
	if (!rc && kind->action != ACTION_NONE)
		rc = subject_act(s, &result, err);
	rc = rc ? rc : subject_finish(s, err);
	run_counts_window_close(&running->counts);
	return rc;
}

/* What the loader attached may keep a deed from coming off: that is told, once each, and the others are done. */
static void note_failure(struct buf *notes, struct error *failed)
{
	if (!strstr(buf_str(notes), failed->text))
		buf_printf(notes, "%s\n", failed->text);
	error_clear(failed);
}

/* Round after round, for nobody knows when the program is ready to see something; 0 when it has ended or the time has
 * passed. */
static int accompany(const struct job_object *object, struct loader_process *p, struct loader_running *running,
                     int64_t deadline, struct buf *notes, struct error *err)
{
	cleanup_subject_stage struct subject_stage *stage = NULL;
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count);
	struct error failed = {0};
	int rc = action_loopback_up(err);

	rc = rc ? rc : subject_stage_open(&stage, err);
	while (!rc && clock_ms() < deadline && !loader_process_watch(p, ROUND_PAUSE_MS))
		for (size_t i = 0; !rc && i < count && clock_ms() < deadline && !loader_process_watch(p, 0); i++)
			if (is_wanted(object, &kinds[i]) && subject_kind_is_possible(&kinds[i]) &&
			    subject_once(stage, &kinds[i], running, &failed))
				note_failure(notes, &failed);
	loader_running_look(running);
	run_counts_finish(&running->counts);
	return rc;
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

static int run_in_root(const struct job_object *object, int records, struct loader_process *p,
                       struct loader_running *running, struct buf *notes, struct error *err)
{
	const char *seconds = job_object_value(object, SETTING_LOADER_SECONDS);
	const char *directory = job_object_value(object, SETTING_LOADER_DIRECTORY);
	struct loader_command command = {
	        .root = ROOT,
	        .directory = directory ? directory : "/",
	        .program = job_object_value(object, SETTING_LOADER),
	        .argv = list_argv(object),
	        .envp = list_environment(object),
	        .records = records,
	};
	int64_t deadline;
	int rc = root_make(object, command.directory, err);

	loader_running_begin(running);
	rc = rc ? rc : loader_process_start(&command, p, err);
	if (rc)
		return rc;
	deadline = clock_ms() + (seconds ? atoi(seconds) : DEFAULT_SECONDS) * 1000;
	rc = accompany(object, p, running, deadline, notes, err);
	loader_process_stop(p, GRACE_MS);
	return rc;
}

/* What it did, told in the terms of an object that the agent loads itself; and what it said. */
static void tell_seen(const struct job_object *object, int records, const struct loader_running *running,
                      const struct buf *notes, const struct loader_process *p)
{
	struct loader_seen seen = {0};
	cleanup_buf struct buf bytes = {0}, refusals = {0};

	buf_add(&seen.notes, notes->data, notes->len);
	sources_open(object, &seen);
	if (records < 0 || lseek(records, 0, SEEK_SET) < 0 || io_read_fd(records, RECORDS_MAX, &bytes))
		buf_puts(&seen.notes, "what it loaded is not known: the guest has too little memory\n");
	loader_seen_read(&seen, &bytes);
	loader_seen_send(&seen, running, &refusals);
	if (seen.notes.len)
		buf_puts(&seen.notes, "\n");
	/* what proves a failure stands last */
	channel_send_log(buf_str(&seen.notes), seen.notes.len);
	if (p->cut)
		channel_send_log(CUT, strlen(CUT));
	channel_send_log(buf_str(&p->said), p->said.len);
	channel_send_log(buf_str(&refusals), refusals.len);
	loader_seen_free(&seen);
}

void loader_run(const struct job_object *object)
{
	cleanup_error struct error err = {0};
	cleanup_close int records = memfd_create("records", MFD_CLOEXEC);
	struct loader_process p = {.pid = -1, .guard = -1, .end = -1, .output = -1};
	struct loader_running running = {0};
	cleanup_buf struct buf notes = {0}; /* of the deeds */
	struct message m = {.type = MESSAGE_CELL_END};
	uint64_t start = clock_ns(CLOCK_BOOTTIME);
	char *why = NULL;

	fcntl(records, F_SETFL, O_APPEND); /* what it left behind may go on while they are read */
	m.cell_end.phase = PHASE_RUN;
	if (run_in_root(object, records, &p, &running, &notes, &err)) {
		m.cell_end.err = err.code;
		why = xstrdup(err.text);
	} else {
		m.cell_end.phase = loader_process_verdict(&p, object->name, &why) ? PHASE_DONE : PHASE_LOAD;
	}
	tell_seen(object, records, &running, &notes, &p);
	m.cell_end.reason = why;
	m.cell_end.source = xstrdup(LOADER_EVENT_SOURCE);
	m.cell_end.run_ns = clock_ns(CLOCK_BOOTTIME) - start;
	loader_process_free(&p);
	loader_running_free(&running);
	channel_send(&m);
	message_free(&m);
}
