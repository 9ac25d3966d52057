/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session: what one VM said, from hello to end: the protocol's state machine and the facts it collected. Fed by vm with
 * whole frames, read by cell_result. It checks order and bounds and judges nothing. Times are host milliseconds.
 */
#ifndef COREMATRIX_HOST_VM_SESSION_H
#define COREMATRIX_HOST_VM_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "wire/circumstance.h"
#include "wire/frame.h"
#include "wire/message.h"

/* What a guest may make the host remember of one cell. */
#define SESSION_MAX_FACTS 200000u
/* And of subjects whose events it could not read: the host looks for every value in every record. */
#define SESSION_MAX_SUBJECTS 512u
#define SESSION_MAX_VALUES 512u
#define SESSION_MAX_RECORDS 16u
#define SESSION_MAX_RECORD (16u << 10)
#define SESSION_MAX_LOG (8u << 20)
#define SESSION_MAX_BYTES (64u << 20) /* payloads of all its frames */
/* An agent that says more often that an object is being loaded, every five seconds, does not end that any more. */
#define SESSION_MAX_ALIVE 2000u
/* The names of a kernel's functions take 1 to 2 MB, a third of it as they come. */
#define SESSION_MAX_SYMBOLS (16u << 20)

struct session_cell {
	bool begun, done;
	struct program_fact *programs;
	size_t program_count;
	struct relo_fact *relos;
	size_t relo_count;
	struct truth_fact *truths;
	size_t truth_count;
	struct observation *subjects;
	size_t subject_count;
	struct buf log;
	struct buf kernel_log; /* what its kernel logged while the object was in it */
	uint64_t bytes;        /* payloads taken for it */
	unsigned alive;        /* how often the guest said that it is still being loaded */
	struct message end;    /* MESSAGE_CELL_END when done */
	int64_t begin_ms, end_ms;
};

enum session_stage {
	SESSION_BOOTING, /* no hello yet */
	SESSION_GREETED, /* hello came */
	SESSION_READY,   /* waits for its job */
	SESSION_RUNNING, /* job accepted, cells run */
	SESSION_ENDED,   /* the end frame came */
};

struct session {
	uint64_t nonce;      /* of the job it was given */
	const char *release; /* what uname -r must say; borrowed */
	uint64_t btf_size;   /* the kernel's BTF as the store has it; 0: not to be compared */
	uint32_t btf_crc;    /* CRC-32 of it */
	enum session_stage stage;
	struct message hello;       /* MESSAGE_HELLO once greeted */
	struct session_cell *cells; /* one per object of the job, in its order */
	size_t cell_count;
	int current;                     /* cell that has begun and not ended, -1 */
	int last;                        /* cell that began last, -1 */
	struct circumstances asked;      /* of the job; the guest tells of each what it finds */
	struct circumstance_fact *found; /* what it told */
	size_t found_count;
	bool wants_symbols; /* the job asks for them */
	bool has_symbols;   /* all of them came */
	struct buf symbols; /* as they came, one zlib stream */
	uint32_t symbols_unpacked;
	int64_t hello_ms, ready_ms, job_ms, cells_ms, end_ms; /* clock_ms() of each, 0 when it did not come */
};

/* Prepare for a job of `objects` objects. `release` must outlive the session; "" accepts any. */
void session_init(struct session *s, uint64_t nonce, size_t objects, const char *release);

/* The guest said hello and got ready before it was saved: the next thing it does is take its job. */
void session_resume(struct session *s);

/* Take one frame that arrived at `now_ms`. Returns 0, or -EBADMSG (or -EPROTO for another kernel) with `err` filled. */
int session_take(struct session *s, const struct frame *f, int64_t now_ms, struct error *err);

/* "before hello", "while <object 3>", …: where the guest was; for messages. The caller frees it. */
char *session_where(const struct session *s, char *const *object_names);

void session_free(struct session *s);

#endif
