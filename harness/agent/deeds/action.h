/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * action: what a subject does beside its exec: works on a file, talks to itself over the loopback, forks, ..., and says
 * what it touched as the system calls told it. Runs in the subject's own process, with libc. It knows nothing of
 * events. The deeds themselves are in action_*.c, reached through one table.
 */
#ifndef COREMATRIX_AGENT_DEEDS_ACTION_H
#define COREMATRIX_AGENT_DEEDS_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/deeds/view.h"
#include "base/error.h"

enum action {
	ACTION_NONE,
	ACTION_FILE, /* create, write, read, stat, rename, unlink */
	ACTION_TCP4, /* listen, connect, accept, a few bytes both ways, close; all in one process */
	ACTION_TCP6,
	ACTION_UDP4, /* connect, send, receive */
	ACTION_UDP6,
	ACTION_FORK,        /* a child, which stays until the end */
	ACTION_EXIT_STATUS, /* nothing but an end with ACTION_END_STATUS */
	ACTION_EXIT_SIGNAL, /* an end by ACTION_END_SIGNAL */
	ACTION_SIGNAL,      /* one to the parent, and one from a child of its own */
	ACTION_MMAP,        /* map a file and memory, protect, unmap */
	ACTION_MOUNT,       /* mount a tmpfs, unmount it */
	ACTION_SETUID,      /* group, then user */
	ACTION_TIMER,       /* sleep for a time, and until a time */
	ACTION_CGROUP,      /* make one and move into it; out and remove it at the end */
	ACTION_DISK,        /* read a block from the first block device there is, past the page cache */
	ACTION_MESSAGE4,    /* a datagram by sendto and recvfrom, then getpeername */
	ACTION_MESSAGE6,
	ACTION_SOCKOPT,    /* set a socket's option and get it */
	ACTION_SOCKMAP,    /* as TCP4, both ends put into the maps of sockets that there are */
	ACTION_REUSEPORT,  /* a datagram to a port that two sockets share, with the BPF program that chooses */
	ACTION_CONGESTION, /* as TCP4, with the congestion control that was registered last */
	ACTION_DEVICE,     /* make a device's node, open it */
	ACTION_SYSCTL,     /* read one, write the same */
	ACTION_LOOP,       /* nothing, for a time of the process's own */
	ACTION_CALL,       /* call a function that probes are put on */
	ACTION_PROGRAM,    /* run the BPF programs that are there to be called */
	ACTION_WIRE,       /* a datagram from one end of a wire to the other */
	ACTION_OOM,        /* a process asks for more memory than its cgroup has, and is ended */
	ACTION_FUTEX,      /* a process waits for another one */
	ACTION_SYNC,       /* data is told to go to its disk */
	ACTION_ROUTE,      /* a datagram to an address that has a route of its own */
	ACTION_LIBRARY,    /* functions of libc are called, by a program that is linked with it (harness/caller) */
	ACTION_COMMAND,    /* a program of the user's is run */
	ACTION_DISK_WRITE, /* write a known place of a block device, past the page cache */
	ACTION_DISK_CACHE, /* read and write one through the page cache, until it is there */
	ACTION_RECLAIM,    /* make the kernel look for memory */
	ACTION_SCHED,      /* tasks that wait, wake, move, and want the same lock */
	ACTION_LOSS,       /* a network where nobody listens, and data gets lost and is sent again */
	ACTION_TERMINAL,   /* a line through a pseudo terminal, and one to a serial line */
	ACTION_SYSCALL,    /* many of the other system calls */
	ACTION_WAIT,       /* what tasks wait for and tell each other by */
	ACTION_KERNEL,     /* what programs ask of the kernel itself, and do to each other */
	ACTION_PACKETS,    /* what else a network carries: echoes, neighbours, sockets of a file system */
	ACTION_THROTTLE,   /* a cgroup that is held back and frozen */
	ACTION_SWAP,       /* memory goes out to a device and comes back */
	ACTION_EXT4,       /* mount a new ext4, do what there is to do in it */
	ACTION_XFS,        /* the same in an XFS on a file */
	ACTION_BTRFS,      /* and in a Btrfs */
	ACTION_OVERLAY,    /* the same in an overlay */
	ACTION_UNIX,       /* a datagram and a connection over Unix sockets with names */
	ACTION_NETLINK,    /* open a socket to the kernel */
	ACTION_BPF,        /* make a map, a program and a link of BPF */
	ACTION_DMABUF,     /* get memory to be shared with devices */
	ACTION_SEGMENT,    /* a datagram by way of a segment of IPv6 */
	ACTION_MIGRATE,    /* close the one of two listeners that a connection waits at */
	ACTION_COUNT,
};

/* Names of the file in the directory it is made in: until the rename, and from then on. */
#define ACTION_FILE_NAME "cm-file-one"
#define ACTION_FILE_RENAMED "cm-file-two"

/* How subjects end whose end is what they are for. */
#define ACTION_END_STATUS 7
#define ACTION_END_SIGNAL SIGTERM

/* What a call came to that came off, and not as it should have. */
enum action_other {
	OTHER_NONE,
	OTHER_ADDRESS,
	OTHER_VALUE, /* returned, or handed out */
	OTHER_BYTES, /* read that nobody wrote */
	OTHER_PATH,  /* of another file */
	OTHER_COUNT,
};

/* In words, as an ini names it; NULL for OTHER_NONE. */
const char *action_other_name(enum action_other other);

/* Travels through a pipe between two images of the same program. */
struct action_result {
	uint32_t check;  /* CRC-32 of what follows: an object may change what is read */
	int32_t failure; /* errno of what could not be done, 0 */
	char failed_call[16];
	int32_t other; /* enum action_other, of `other_call`; the first one that there was */
	char other_call[16];
	bool skipped;  /* this kernel has no such thing */
	int32_t child; /* process id of a child that holds still until the end, 0 */
	struct scene scene;
};

/* Whether there is something to do; ACTION_NONE is nothing. */
bool action_is_deed(enum action action);

/* Do it. `directory` is where files go and must be writable for the caller's user. */
void action_perform(enum action action, const char *directory, struct action_result *out);

/* Undo what is left of it, and return the exit status; does not return when the end is by a signal. */
int action_end(enum action action);

/* The wait status of a process that ends after this action. */
int action_wait_status(enum action action);

/* Bring the loopback interface up. Returns 0 or a negative errno. */
int action_loopback_up(struct error *err);

#endif
