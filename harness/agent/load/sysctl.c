/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

#define VALUE_MAX 65536

static char *path_of(const struct job_setting *s)
{
	return xasprintf("/proc/sys/%s", s->name);
}

/* In one write, as /proc/sys wants it. */
static int put(const char *path, const void *bytes, size_t len)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, bytes, len) < 0)
		return -errno;
	return 0;
}

struct buf *sysctl_save(const struct job_object *object)
{
	struct buf *saved;

	for (uint32_t i = 0;; i++) {
		if (i == object->setting_count)
			return NULL;
		if (object->settings[i].key == SETTING_SYSCTL)
			break;
	}
	saved = xcalloc(object->setting_count, sizeof(*saved));
	for (uint32_t i = 0; i < object->setting_count; i++) {
		cleanup_free char *path = path_of(&object->settings[i]);

		if (object->settings[i].key == SETTING_SYSCTL)
			io_read_file(path, VALUE_MAX, &saved[i], NULL);
	}
	return saved;
}

void sysctl_restore(const struct job_object *object, struct buf *saved)
{
	for (uint32_t i = 0; saved && i < object->setting_count; i++) {
		cleanup_free char *path = path_of(&object->settings[i]);

		if (saved[i].len)
			put(path, saved[i].data, saved[i].len);
		buf_free(&saved[i]);
	}
	free(saved);
}

int sysctl_apply(const struct job_object *object, struct error *err)
{
	for (uint32_t i = 0; i < object->setting_count; i++) {
		const struct job_setting *s = &object->settings[i];
		cleanup_free char *path = NULL;
		int rc;

		if (s->key != SETTING_SYSCTL)
			continue;
		path = path_of(s);
		rc = put(path, s->value, strlen(s->value));
		if (rc)
			return error_set(err, -rc, "%s cannot be set to \"%s\": %s", path, s->value, strerror(-rc));
	}
	return 0;
}
