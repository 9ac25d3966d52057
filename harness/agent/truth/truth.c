/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/truth.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/deeds/cgroup_root.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* The larger of the two files is status, whose Groups line grows with the number of groups. */
#define PROC_FILE_MAX (1u << 20)

/* Numbers of the fields in proc(5), which counts from 1; state is the first one after comm. */
enum { STAT_STATE = 3, STAT_PPID = 4, STAT_PGRP = 5, STAT_SESSION = 6, STAT_STARTTIME = 22 };

static const char *const words[TRUTH_KEY_COUNT] = {
        [TRUTH_TGID] = "process id",
        [TRUTH_TID] = "thread id",
        [TRUTH_PPID] = "process id of the parent",
        [TRUTH_PARENT_TID] = "thread id of the parent",
        [TRUTH_TRACER] = "process id of the tracer",
        [TRUTH_COMM] = "command name",
        [TRUTH_UID] = "real user id",
        [TRUTH_GID] = "real group id",
        [TRUTH_EUID] = "effective user id",
        [TRUTH_EGID] = "effective group id",
        [TRUTH_START] = "start time",
        [TRUTH_STATE] = "state of the task",
        [TRUTH_PGID] = "process group",
        [TRUTH_SID] = "session",
        [TRUTH_CAP_EFFECTIVE] = "effective capabilities",
        [TRUTH_CGROUP] = "cgroup id",
        [TRUTH_MNT_NS] = "mount namespace",
        [TRUTH_PID_NS] = "pid namespace",
        [TRUTH_NET_NS] = "network namespace",
        [TRUTH_UTS_NS] = "UTS namespace",
        [TRUTH_IPC_NS] = "IPC namespace",
        [TRUTH_USER_NS] = "user namespace",
        [TRUTH_CGROUP_NS] = "cgroup namespace",
};

const char *truth_key_words(enum truth_key key)
{
	return (unsigned)key < TRUTH_KEY_COUNT ? words[key] : "?";
}

/* A decimal number that ends at a blank, a newline or the end. */
static int number_read(const char **at, const char *end, uint64_t *out)
{
	const char *p = *at;
	uint64_t v = 0;

	while (p < end && *p >= '0' && *p <= '9') {
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return -EBADMSG;
		p++;
	}
	if (p == *at || (p < end && !strchr(" \t\n", *p)))
		return -EBADMSG;
	*at = p;
	*out = v;
	return 0;
}

/* Where a field of stat goes, or NULL for one that is not used. */
static uint64_t *stat_slot(struct truth_stat *out, int field)
{
	switch (field) {
	case STAT_PPID:
		return &out->ppid;
	case STAT_PGRP:
		return &out->pgid;
	case STAT_SESSION:
		return &out->sid;
	case STAT_STARTTIME:
		return &out->start_ticks;
	default:
		return NULL;
	}
}

int truth_parse_stat(const char *bytes, size_t len, struct truth_stat *out, struct error *err)
{
	const char *end = bytes + len, *at = bytes;
	const char *close = memrchr(bytes, ')', len);

	*out = (struct truth_stat){0};
	if (number_read(&at, end, &out->pid) || end - at < 2 || at[0] != ' ' || at[1] != '(' || !close ||
	    close < at + 2)
		return error_set(err, EBADMSG, "a stat file does not begin with `PID (COMM)`");
	out->comm_len = (size_t)(close - (at + 2));
	out->comm = xstrndup(at + 2, out->comm_len);

	at = close + 1;
	for (int field = STAT_STATE; field <= STAT_STARTTIME; field++) {
		const char *start;
		uint64_t *slot;

		if (at == end || *at != ' ')
			return error_set(err, EBADMSG, "a stat file ends before field %d", field);
		start = ++at;
		if ((slot = stat_slot(out, field))) {
			if (number_read(&at, end, slot))
				return error_set(err, EBADMSG, "field %d of a stat file is not a number", field);
			continue;
		}
		while (at < end && *at != ' ' && *at != '\n')
			at++;
		if (at == start)
			return error_set(err, EBADMSG, "field %d of a stat file is empty", field);
	}
	return 0;
}

void truth_stat_free(struct truth_stat *s)
{
	free(s->comm);
	*s = (struct truth_stat){0};
}

/* The kernel writes Name with ESCAPE_SPACE | ESCAPE_SPECIAL of "\n\\" (fs/proc/array.c, proc_task_name). */
static char *name_unescape(const char *bytes, size_t len, size_t *out_len)
{
	cleanup_buf struct buf out = {0};

	for (size_t i = 0; i < len; i++) {
		bool escaped = bytes[i] == '\\' && i + 1 < len && (bytes[i + 1] == 'n' || bytes[i + 1] == '\\');

		if (escaped)
			i++;
		buf_putc(&out, escaped && bytes[i] == 'n' ? '\n' : bytes[i]);
	}
	*out_len = out.len;
	return buf_steal(&out);
}

/* The lines of status that are used, and which of a line's numbers goes where. */
static const struct status_line {
	const char *label;
	size_t first, second; /* offsets in struct truth_status; second is SIZE_MAX when one number is enough */
	bool hex;
} status_lines[] = {
        {"Tgid:", offsetof(struct truth_status, tgid), SIZE_MAX, false},
        {"Pid:", offsetof(struct truth_status, pid), SIZE_MAX, false},
        {"PPid:", offsetof(struct truth_status, ppid), SIZE_MAX, false},
        {"TracerPid:", offsetof(struct truth_status, tracer), SIZE_MAX, false},
        {"Uid:", offsetof(struct truth_status, uid), offsetof(struct truth_status, euid), false},
        {"Gid:", offsetof(struct truth_status, gid), offsetof(struct truth_status, egid), false},
        {"CapEff:", offsetof(struct truth_status, cap_effective), SIZE_MAX, true},
};
#define STATUS_LINES (sizeof(status_lines) / sizeof(status_lines[0]))

static int hex_read(const char **at, const char *end, uint64_t *out)
{
	char *stop;

	if (*at == end || !isxdigit((unsigned char)**at))
		return -EBADMSG;
	*out = strtoull(*at, &stop, 16);
	*at = stop;
	return stop == end ? 0 : -EBADMSG;
}

static int status_number(const char **at, const char *end, struct truth_status *out, size_t offset, bool hex)
{
	uint64_t *slot;

	if (offset == SIZE_MAX)
		return 0;
	while (*at < end && (**at == '\t' || **at == ' '))
		(*at)++;
	slot = (uint64_t *)(void *)((char *)out + offset);
	return hex ? hex_read(at, end, slot) : number_read(at, end, slot);
}

int truth_parse_status(const char *bytes, size_t len, struct truth_status *out, struct error *err)
{
	const char *end = bytes + len;
	unsigned seen = 0;

	*out = (struct truth_status){0};
	for (const char *line = bytes; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t line_len = (size_t)((stop ? stop : end) - line);

		if (!out->comm && line_len >= 6 && !memcmp(line, "Name:\t", 6))
			out->comm = name_unescape(line + 6, line_len - 6, &out->comm_len);
		for (unsigned i = 0; i < STATUS_LINES; i++) {
			size_t label = strlen(status_lines[i].label);
			const char *at = line + label;

			if (line_len < label || memcmp(line, status_lines[i].label, label) != 0)
				continue;
			if (status_number(&at, line + line_len, out, status_lines[i].first, status_lines[i].hex) ||
			    status_number(&at, line + line_len, out, status_lines[i].second, status_lines[i].hex))
				return error_set(err, EBADMSG, "line %s of a status file does not hold a number",
				                 status_lines[i].label);
			seen |= 1u << i;
		}
		line += line_len + 1;
	}
	for (unsigned i = 0; i < STATUS_LINES; i++)
		if (!(seen & 1u << i))
			return error_set(err, EBADMSG, "a status file has no line %s", status_lines[i].label);
	if (!out->comm)
		return error_set(err, EBADMSG, "a status file has no line Name:");
	return 0;
}

void truth_status_free(struct truth_status *s)
{
	free(s->comm);
	*s = (struct truth_status){0};
}

/* A leader is the same in its process's directory, which has fewer directories above it for the kernel to make. */
static char *task_path(pid_t pid, pid_t tid, const char *name)
{
	return pid == tid ? xasprintf("/proc/%d/%s", (int)pid, name)
	                  : xasprintf("/proc/%d/task/%d/%s", (int)pid, (int)tid, name);
}

static int task_file_read(pid_t pid, pid_t tid, const char *name, struct buf *out, struct error *err)
{
	cleanup_free char *path = task_path(pid, tid, name);

	return io_read_file(path, PROC_FILE_MAX, out, err);
}

static int stat_read(pid_t pid, pid_t tid, struct truth_stat *out, struct error *err)
{
	cleanup_buf struct buf bytes = {0};
	int rc = task_file_read(pid, tid, "stat", &bytes, err);

	return rc < 0 ? rc : truth_parse_stat(buf_str(&bytes), bytes.len, out, err);
}

static int status_read(pid_t pid, pid_t tid, struct truth_status *out, struct error *err)
{
	cleanup_buf struct buf bytes = {0};
	int rc = task_file_read(pid, tid, "status", &bytes, err);

	return rc < 0 ? rc : truth_parse_status(buf_str(&bytes), bytes.len, out, err);
}

static const struct namespace_link {
	enum truth_key key;
	const char *name;
} namespace_links[] = {
        {TRUTH_MNT_NS, "mnt"}, {TRUTH_PID_NS, "pid"},   {TRUTH_NET_NS, "net"},       {TRUTH_UTS_NS, "uts"},
        {TRUTH_IPC_NS, "ipc"}, {TRUTH_USER_NS, "user"}, {TRUTH_CGROUP_NS, "cgroup"},
};

/* A link's target reads "mnt:[4026531841]" (namespaces(7)). A kernel without that kind has no such link. */
static int namespace_read(pid_t pid, pid_t tid, const char *name, uint64_t *out)
{
	cleanup_free char *link = xasprintf("ns/%s", name);
	cleanup_free char *path = task_path(pid, tid, link);
	char text[64];
	ssize_t len = readlink(path, text, sizeof(text) - 1);
	const char *bracket;

	text[len > 0 ? len : 0] = '\0';
	bracket = strchr(text, '[');
	return bracket && sscanf(bracket, "[%" SCNu64 "]", out) == 1 ? 0 : -ENOENT;
}

static void namespaces_read(pid_t pid, pid_t tid, uint32_t wanted, struct truth *out)
{
	for (size_t i = 0; i < sizeof(namespace_links) / sizeof(namespace_links[0]); i++) {
		const struct namespace_link *link = &namespace_links[i];

		if (!(wanted & 1u << link->key) || namespace_read(pid, tid, link->name, &out->numbers[link->key]) < 0)
			out->unknown |= 1u << link->key;
	}
}

/* The line "0::/path" names the cgroup of the unified hierarchy (cgroups(7)). */
static void cgroup_read(pid_t pid, pid_t tid, uint32_t wanted, struct truth *out)
{
	cleanup_buf struct buf text = {0};
	cleanup_free char *path = NULL;
	const char *line;
	struct stat st;

	out->unknown |= 1u << TRUTH_CGROUP;
	if (!(wanted & 1u << TRUTH_CGROUP) || task_file_read(pid, tid, "cgroup", &text, NULL) < 0)
		return;
	for (line = buf_str(&text); strncmp(line, "0::", 3) != 0; line++)
		if (!(line = strchr(line, '\n')))
			return;
	line += strlen("0::");
	path = xasprintf("%s%.*s", CGROUP_ROOT, (int)strcspn(line, "\n"), line);
	if (stat(path, &st) < 0)
		return;
	out->numbers[TRUTH_CGROUP] = st.st_ino;
	out->unknown &= ~(1u << TRUTH_CGROUP);
}

/* What the two files, read one after the other, say differently; NULL when they agree. */
const char *truth_contradiction(const struct truth_status *status, const struct truth_stat *stat, pid_t pid, pid_t tid)
{
	if (stat->ppid != status->ppid)
		return "its parent changed";
	if (stat->pid != (uint64_t)tid || status->pid != (uint64_t)tid || status->tgid != (uint64_t)pid)
		return "its ids are not the ones asked for";
	if (stat->comm_len != status->comm_len || memcmp(stat->comm, status->comm, stat->comm_len) != 0)
		return "its name changed";
	return NULL;
}

int truth_read(pid_t pid, pid_t tid, pid_t parent_tid, uint32_t wanted, struct truth *out, struct error *err)
{
	__attribute__((cleanup(truth_status_free))) struct truth_status status = {0};
	__attribute__((cleanup(truth_stat_free))) struct truth_stat stat = {0};
	const char *why;
	int rc;

	*out = (struct truth){0};
	if ((rc = status_read(pid, tid, &status, err)) < 0 || (rc = stat_read(pid, tid, &stat, err)) < 0)
		return rc;
	why = truth_contradiction(&status, &stat, pid, tid);
	if (!why && stat.comm_len > TRUTH_COMM_MAX)
		why = "its name is longer than the kernel allows";
	if (why)
		return error_set(err, EAGAIN, "/proc/%d/task/%d did not hold still while it was read: %s", (int)pid,
		                 (int)tid, why);

	memcpy(out->comm, stat.comm, stat.comm_len);
	out->comm_len = stat.comm_len;
	out->numbers[TRUTH_TGID] = status.tgid;
	out->numbers[TRUTH_TID] = status.pid;
	out->numbers[TRUTH_PPID] = status.ppid;
	out->numbers[TRUTH_PARENT_TID] = (uint64_t)parent_tid;
	out->numbers[TRUTH_TRACER] = status.tracer;
	out->numbers[TRUTH_UID] = status.uid;
	out->numbers[TRUTH_GID] = status.gid;
	out->numbers[TRUTH_EUID] = status.euid;
	out->numbers[TRUTH_EGID] = status.egid;
	out->numbers[TRUTH_START] = stat.start_ticks;
	out->numbers[TRUTH_PGID] = stat.pgid;
	out->numbers[TRUTH_SID] = stat.sid;
	out->numbers[TRUTH_CAP_EFFECTIVE] = status.cap_effective;
	namespaces_read(pid, tid, wanted, out);
	cgroup_read(pid, tid, wanted, out);
	return 0;
}
