/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_feed: the lines in which a loader reports, one by one, from where its ini says that they are: what it prints,
 * a file that it writes (also one that it makes later, replaces or empties), a Unix socket that it connects to. It
 * waits for nothing, and is not kept by one that writes without end. What a line says is output_rule's.
 */
#ifndef COREMATRIX_AGENT_LOADER_LOADER_FEED_H
#define COREMATRIX_AGENT_LOADER_LOADER_FEED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "agent/loader/loader_process.h"
#include "base/buf.h"
#include "base/error.h"
#include "wire/output_rule.h"

/* What is taken at once, and the longest line. */
#define LOADER_FEED_BYTES (256u << 10)
#define LOADER_LINE_MAX (64u << 10)

/* Begin with loader_feed_open. */
struct loader_feed {
	const struct output_rules *rules; /* borrowed, as are the next two */
	const struct loader_process *process;
	const char *root;
	int listener, fd; /* of a socket; `fd` also of a file; -1 */
	dev_t dev;        /* of the file that is open */
	ino_t ino;
	off_t at;           /* bytes of it, or of what the process printed, that were taken */
	struct buf pending; /* taken, and not handed out from `next` on */
	size_t next;
	bool skipping;  /* a line that is too long */
	uint64_t taken; /* bytes, altogether */
	uint64_t lost;  /* that came faster than they were taken */
	uint64_t cut;   /* lines that were too long */
};

/*
 * `root` is the directory that the loader takes for "/". Before it is started, for somebody has to listen at a socket.
 * Returns 0 or a negative errno; free with loader_feed_free in either case.
 */
int loader_feed_open(struct loader_feed *f, const struct output_rules *rules, const struct loader_process *process,
                     const char *root, struct error *err);

/* Take what is there by now, up to LOADER_FEED_BYTES. Returns how many bytes that were. */
size_t loader_feed_take(struct loader_feed *f);

/* The next whole line of what was taken, without its end, NULL when there is none. The caller's. */
char *loader_feed_line(struct loader_feed *f);

void loader_feed_free(struct loader_feed *f);

#endif
