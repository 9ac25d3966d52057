/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "agent/channel/channel.h"
#include "base/cleanup.h"

#define KMSG "/dev/kmsg"
/* A kernel that says more than this between two cells repeats itself. */
#define TEXT_MAX (64u << 10)
/* The longest record (CONSOLE_EXT_LOG_MAX, PRINTKRB_RECORD_MAX). */
#define RECORD_MAX 8192

/* Of debugfs, where a write lets what is warned of once be warned of again (kernel/panic.c, since 4.16). */
#define DEBUGFS "/debugfs"
#define CLEAR_ONCE "clear_warn_once"

static int log_fd = -1, clear_fd = -1;
static bool said; /* something, since the last time that it was told so */

static void log_open(void)
{
	mknod(KMSG, S_IFCHR | 0600, makedev(1, 11));
	log_fd = open(KMSG, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* Nobody else is to find debugfs, so it does not stay. A kernel without it, or locked down, warns once a boot. */
static void clear_open(void)
{
	mkdir(DEBUGFS, 0700);
	if (!mount("debugfs", DEBUGFS, "debugfs", 0, NULL)) {
		clear_fd = open(DEBUGFS "/" CLEAR_ONCE, O_WRONLY | O_CLOEXEC);
		umount2(DEBUGFS, MNT_DETACH);
	}
	rmdir(DEBUGFS);
}

/* Else of several objects that make a kernel warn only the first would be told. */
static void warn_again(void)
{
	if (clear_fd >= 0 && write(clear_fd, "1", 1) != 1)
		cleanup_close_fd(&clear_fd);
	said = false;
}

/* "6,339,5140900,-;text\n KEY=value\n" becomes "text\n". */
static void add_record(struct buf *text, char *record)
{
	char *start = strchr(record, ';');

	if (!start)
		return;
	start++;
	start[strcspn(start, "\n")] = '\0';
	buf_printf(text, "%s\n", start);
}

void kernel_log_open(void)
{
	log_open();
	clear_open();
}

void kernel_log_send(void)
{
	cleanup_buf struct buf text = {0};
	char record[RECORD_MAX + 1];

	for (;;) {
		ssize_t n = log_fd < 0 ? -1 : read(log_fd, record, RECORD_MAX);

		/* records that were overwritten before they were read are passed over */
		if (n < 0 && log_fd >= 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			break;
		record[n] = '\0';
		if (text.len < TEXT_MAX)
			add_record(&text, record);
	}
	if (text.len) {
		struct message m = {.type = MESSAGE_KERNEL_LOG, .log.text = buf_steal(&text)};

		said = true;
		channel_send(&m);
		message_free(&m);
	}
}

void kernel_log_part(void)
{
	static bool before;

	/* what was logged before the first cell is of none */
	if (before)
		kernel_log_send();
	else if (log_fd >= 0)
		lseek(log_fd, 0, SEEK_END);
	if (said || !before)
		warn_again();
	before = true;
}
