/* SPDX-License-Identifier: BSD-2-Clause */
/* A pseudo terminal, whose bytes a work queue carries over, and a serial line, whose device interrupts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "agent/arch/machine.h"
#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "base/buf.h"
#include "base/cleanup.h"

static int terminal_talk(const char *root)
{
	cleanup_free char *path = xasprintf("%s/ptmx", root);
	cleanup_close int master = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	cleanup_close int slave = -1;
	int unlocked = 0;
	char byte[2];

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		return -1;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return slave < 0 || write(master, "t\n", 2) != 2 || read(slave, byte, 2) != 2 ? -1 : 0;
}

/* An empty line: the console is for people, and nothing is read from it but what a kernel says of its end. */
static int serial_write(void)
{
	cleanup_close int fd = device_open("/tmp", machine_serial_numbers, false, O_RDWR | O_NOCTTY | O_NONBLOCK, NULL);

	return fd < 0 || write(fd, "\n", 1) != 1 || tcdrain(fd) < 0 ? -1 : 0;
}

void action_terminal(const char *directory, struct action_result *out)
{
	cleanup_free char *root = xasprintf("%s/cm-pts", directory);

	if (!in_guest() || mkdir(root, 0700) < 0) {
		errno = ENODEV;
		action_failed(out, "mkdir");
		out->skipped = true;
		return;
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("cm-pts", root, "devpts", 0, "ptmxmode=0600") < 0)
		action_failed(out, "mount");
	else if (terminal_talk(root) < 0 || serial_write() < 0)
		action_failed(out, "write");
	umount2(root, MNT_DETACH);
	rmdir(root);
}
