/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/kernel_module.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "wire/drive.h"

/* Undoing a trampoline takes a second on preemptible kernels under emulation. */
#define UNLOAD_TIMEOUT_MS 5000
#define UNLOAD_POLL_NS 2000000

static const struct job_module *find(const struct job *job, const char *name)
{
	for (uint32_t i = 0; i < job->module_count; i++)
		if (!strcmp(job->modules[i].name, name))
			return &job->modules[i];
	return NULL;
}

bool kernel_module_wanted(const struct job_object *object)
{
	return job_object_value(object, SETTING_MODULE) != NULL;
}

static const char *why(int err)
{
	switch (err) {
	case ENOEXEC:
		return "it is not for this kernel (ENOEXEC)";
	case ENOENT:
		return "a symbol it needs is missing (ENOENT)";
	case EKEYREJECTED:
		return "the kernel takes signed modules only (EKEYREJECTED)";
	default:
		return strerror(err);
	}
}

/* It stays where a deed finds it, who loads it once more. */
static void spare_keep(const struct job_module *m)
{
	cleanup_close int fd = open(DRIVE_SPARE_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd >= 0 && io_write_all(fd, m->bytes, m->size))
		unlink(DRIVE_SPARE_FILE);
}

int kernel_module_load(const struct job *job, const struct job_object *object, struct buf *notes, struct error *err)
{
	for (uint32_t i = 0; i < object->setting_count; i++) {
		const char *name = object->settings[i].value;
		const struct job_module *m;

		if (object->settings[i].key != SETTING_MODULE)
			continue;
		m = find(job, name);
		if (!m || !m->size) {
			buf_printf(notes, "corematrix: module %s is not loaded: there is none for this kernel\n", name);
			continue;
		}
		if (syscall(SYS_init_module, m->bytes, (unsigned long)m->size, "") && errno != EEXIST)
			return error_set(err, errno, "the kernel refuses module %s: %s", name, why(errno));
		if (!strcmp(name, DRIVE_SPARE_MODULE))
			spare_keep(m);
	}
	return 0;
}

static void unload(const char *name, int64_t deadline)
{
	const struct timespec pause = {.tv_nsec = UNLOAD_POLL_NS};

	while (syscall(SYS_delete_module, name, O_NONBLOCK) && (errno == EAGAIN || errno == EBUSY) &&
	       clock_ms() < deadline)
		nanosleep(&pause, NULL);
}

void kernel_module_unload(const struct job *job, const struct job_object *object)
{
	int64_t deadline = clock_ms() + UNLOAD_TIMEOUT_MS;

	for (uint32_t i = object->setting_count; i-- > 0;) {
		const struct job_module *m =
		        object->settings[i].key == SETTING_MODULE ? find(job, object->settings[i].value) : NULL;

		if (m && m->size)
			unload(m->name, deadline);
		if (m && !strcmp(m->name, DRIVE_SPARE_MODULE))
			unlink(DRIVE_SPARE_FILE);
	}
}
