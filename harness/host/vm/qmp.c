/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/qmp.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"

#define STATE_NAME "state"
/* A line longer than this is not an answer of QEMU's. */
#define MAX_LINE (1u << 20)

static const char prologue[] =
        "{\"execute\":\"qmp_capabilities\"}\n"
        "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
        "{\"capability\":\"x-ignore-shared\",\"state\":true},{\"capability\":\"events\",\"state\":true}]}}\n";

static int fail(struct qmp *q, const char *text)
{
	if (q->state == QMP_WAITING) {
		q->state = QMP_FAILED;
		q->error = xstrdup(text);
	}
	return -EIO;
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

int qmp_save(struct qmp *q, int state_fd)
{
	static const char getfd[] = "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"" STATE_NAME "\"}}\n";
	static const char migrate[] = "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"fd:" STATE_NAME "\"}}\n";

	if (io_write_all(q->fd, prologue, strlen(prologue)) || send_with_fd(q->fd, getfd, state_fd) ||
	    io_write_all(q->fd, migrate, strlen(migrate)))
		return fail(q, "its monitor does not answer");
	return 0;
}

int qmp_resume(struct qmp *q, int qemu_fd)
{
	char incoming[96];

	snprintf(incoming, sizeof(incoming), "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"fd:%d\"}}\n",
	         qemu_fd);
	if (io_write_all(q->fd, prologue, strlen(prologue)) || io_write_all(q->fd, incoming, strlen(incoming)))
		return fail(q, "its monitor does not answer");
	return 0;
}

static void take_line(struct qmp *q, const char *line)
{
	json_t *answer = json_loads(line, 0, NULL), *error = json_object_get(answer, "error");
	const char *event = json_string_value(json_object_get(answer, "event"));
	const char *status = json_string_value(json_object_get(json_object_get(answer, "data"), "status"));

	if (error)
		fail(q, json_string_value(json_object_get(error, "desc")) ?: "it refused a command");
	else if (event && status && !strcmp(event, "MIGRATION") && !strcmp(status, "failed"))
		fail(q, "the migration failed");
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
