/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/qmp.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define STATE_NAME "state"
#define STATE_SET "1"
/* A line longer than this is not an answer of QEMU's. */
#define MAX_LINE (1u << 20)

static const char prologue[] =
        "{\"execute\":\"qmp_capabilities\"}\n"
        "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
        "{\"capability\":\"x-ignore-shared\",\"state\":true},{\"capability\":\"events\",\"state\":true}]}}\n";

static void fail(struct qmp *q, const char *text)
{
	if (q->state == QMP_WAITING) {
		q->state = QMP_FAILED;
		q->error = xstrdup(text);
	}
}

/* Send a text and hand over a descriptor with its first byte. */
static int send_with_fd(int socket, const char *text, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {(void *)text, strlen(text)};
	struct msghdr message = {
	        .msg_iov = &part,
	        .msg_iovlen = 1,
	        .msg_control = control,
	        .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)part.iov_len ? 0 : -EIO;
}

static int ask_to_save(struct qmp *q)
{
	static const char getfd[] = "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"" STATE_NAME "\"}}\n";
	static const char add_fd[] = "{\"execute\":\"add-fd\",\"arguments\":{\"fdset-id\":" STATE_SET "}}\n";
	static const char to_fd[] = "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"fd:" STATE_NAME "\"}}\n";
	static const char to_file[] =
	        "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"file:/dev/fdset/" STATE_SET "\"}}\n";
	const char *hand = q->takes_file ? add_fd : getfd, *migrate = q->takes_file ? to_file : to_fd;

	return send_with_fd(q->fd, hand, q->wish_fd) ?: io_write_all(q->fd, migrate, strlen(migrate));
}

static int ask_to_resume(struct qmp *q)
{
	cleanup_free char *incoming = xasprintf("{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"%s%d\"}}\n",
	                                        q->takes_file ? "file:/proc/self/fd/" : "fd:", q->wish_fd);

	return io_write_all(q->fd, incoming, strlen(incoming));
}

/* Once both are known: what is wished for, and of which QEMU. */
static void ask(struct qmp *q)
{
	if (!q->greeted || q->wish == QMP_NOTHING)
		return;
	if (io_write_all(q->fd, prologue, strlen(prologue)) ||
	    (q->wish == QMP_SAVE ? ask_to_save(q) : ask_to_resume(q)))
		fail(q, "its monitor does not answer");
}

static void wish(struct qmp *q, enum qmp_wish what, int fd)
{
	q->wish = what;
	q->wish_fd = fd;
	ask(q);
}

void qmp_save(struct qmp *q, int state_fd)
{
	wish(q, QMP_SAVE, state_fd);
}

void qmp_resume(struct qmp *q, int qemu_fd)
{
	wish(q, QMP_RESUME, qemu_fd);
}

/* {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, …}}}}, the first that it says. */
static void take_greeting(struct qmp *q, json_t *greeting)
{
	json_t *version = json_object_get(json_object_get(greeting, "version"), "qemu");
	json_int_t major = json_integer_value(json_object_get(version, "major"));
	json_int_t minor = json_integer_value(json_object_get(version, "minor"));

	q->takes_file = major > 9 || (major == 9 && minor >= 1);
	q->greeted = true;
	ask(q);
}

/* The event of a migration that failed does not say why; what answers this does. */
static void ask_why(struct qmp *q)
{
	static const char query[] = "{\"execute\":\"query-migrate\"}\n";

	if (io_write_all(q->fd, query, strlen(query)))
		fail(q, "the migration failed");
}

static void take_reason(struct qmp *q, const char *reason)
{
	cleanup_free char *text = xasprintf("the migration failed%s%s", reason ? ": " : "", reason ? reason : "");

	fail(q, text);
}

static void take_line(struct qmp *q, const char *line)
{
	json_t *answer = json_loads(line, 0, NULL), *error = json_object_get(answer, "error");
	json_t *migration = json_object_get(answer, "return"), *greeting = json_object_get(answer, "QMP");
	const char *event = json_string_value(json_object_get(answer, "event"));
	const char *status = json_string_value(json_object_get(json_object_get(answer, "data"), "status"));
	const char *found = json_string_value(json_object_get(migration, "status"));

	if (greeting && !q->greeted)
		take_greeting(q, greeting);
	else if (error)
		fail(q, json_string_value(json_object_get(error, "desc")) ?: "it refused a command");
	else if (event && status && !strcmp(event, "MIGRATION") && !strcmp(status, "failed"))
		ask_why(q);
	else if (found && !strcmp(found, "failed"))
		take_reason(q, json_string_value(json_object_get(migration, "error-desc")));
	else if (event && status && !strcmp(event, "MIGRATION") && !strcmp(status, "completed") &&
	         q->state == QMP_WAITING)
		q->state = QMP_COMPLETED;
	json_decref(answer);
}

void qmp_step(struct qmp *q)
{
	char bytes[4096];
	ssize_t n = 0;

	while (q->fd >= 0 && (n = recv(q->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		buf_add(&q->pending, bytes, (size_t)n);
	if (q->fd >= 0 && n == 0) {
		close(q->fd);
		q->fd = -1;
	}
	for (char *end; q->pending.len && (end = memchr(q->pending.data, '\n', q->pending.len));) {
		*end = '\0';
		take_line(q, q->pending.data);
		buf_consume(&q->pending, (size_t)(end - q->pending.data) + 1);
	}
	if (q->pending.len > MAX_LINE)
		fail(q, "its monitor does not speak QMP");
}

void qmp_free(struct qmp *q)
{
	if (q->fd >= 0)
		close(q->fd);
	buf_free(&q->pending);
	free(q->error);
	*q = (struct qmp){.fd = -1};
}
