/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message: what the agent tells the host, one struct per frame type. These are facts as the guest saw them; judging
 * them is the host's work. Order of frames:
 *
 *   HELLO READY JOB CIRCUMSTANCE* SYMBOLS*
 *   { CELL_BEGIN ALIVE* (PROGRAM | RELO | TRUTH | LOG | SUBJECT RECORD*)* CELL_END KERNEL_LOG* }* END
 *
 * Text is UTF-8 by intention only: it comes from a guest, and readers sanitise it.
 */
#ifndef COREMATRIX_WIRE_MESSAGE_H
#define COREMATRIX_WIRE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "wire/cost.h"
#include "wire/terms.h"

/* What an agent without a channel prints on the console, and why after it. */
#define MESSAGE_UNHEARD "corematrix agent gives up: "

#define MESSAGE_PROTOCOL 1u

/*
 * In a cell's log, a line that begins so and ends with a program's name: from here on the log is that of this program's
 * try alone, which follows when the object as a whole was refused. What comes before the first such line is the log of
 * the object as a whole.
 */
#define MESSAGE_LOG_ALONE "corematrix: alone: "

enum message_type {
	MESSAGE_HELLO = 1,
	MESSAGE_READY,
	MESSAGE_JOB,
	MESSAGE_CELL_BEGIN,
	MESSAGE_PROGRAM,
	MESSAGE_RELO,
	MESSAGE_TRUTH,
	MESSAGE_LOG,
	MESSAGE_CELL_END,
	MESSAGE_END,
	MESSAGE_FATAL,
	MESSAGE_SYMBOLS,
	MESSAGE_SUBJECT,
	MESSAGE_RECORD,
	MESSAGE_KERNEL_LOG,
	MESSAGE_ALIVE,
	MESSAGE_CIRCUMSTANCE,
	MESSAGE_TYPE_COUNT,
};

struct hello_fact {
	uint32_t protocol;
	char *release;       /* uname -r */
	uint64_t btf_size;   /* bytes of /sys/kernel/btf/vmlinux, 0 when the kernel has none */
	uint32_t btf_crc;    /* CRC-32 of it */
	uint64_t started_ns; /* guest CLOCK_BOOTTIME when the agent started */
};

/* Guest CLOCK_BOOTTIME when everything that does not depend on a job is done: mounts, BTF parsed. */
struct ready_fact {
	uint64_t ready_ns;
};

struct job_fact {
	uint64_t nonce;
	uint32_t objects;
};

/* One of those that the job asks for, once they are set: in the vocabulary of circumstance.h what was asked and what is
 * found, and the kernel's own words, with where they stand.
 */
struct circumstance_fact {
	char *asked, *found, *said;
};

struct cell_begin_fact {
	uint32_t object; /* index in the job */
};

/* What a line of a program's source had of the verifier's walk. */
struct line_fact {
	char *place; /* "exec.bpf.c:9"; "instruction 9" where no line is known */
	char *text;  /* what stands there, "" */
	uint64_t insns;
};

struct program_fact {
	char *name;
	char *section;
	char *type; /* libbpf's name of the program type */
	bool autoload;
	bool loaded;
	bool attached; /* loaded, not attached and `err` 0: libbpf knows no way to attach it by itself */
	int32_t err;   /* positive errno of the step that failed, 0 */
	char *reason;  /* the one line that proves the failure, "" */
	/* loaded, attached, err and reason are those of a try with every other program off, or of one that failed
	 * before any program mattered */
	bool alone;
	uint8_t evidence;       /* enum evidence */
	uint64_t run_cnt;       /* as the kernel counts, from the load to the end of the workloads */
	uint64_t workload_runs; /* of these, those in the deeds' windows (run_count.h) */
	uint64_t noise_runs;    /* of those, as many as other tasks make in as long a time; 0 also when not measured */
	uint64_t recursion_misses; /* runs left out because the program was running already */
	uint64_t missed;           /* hits that its kprobe missed, as its link says */
	char *never_driven;        /* its hook, which nothing that was done fires, as far as is known; "" else */
	struct program_cost cost;
	char *stopped; /* where the verifier stopped: "instruction 9, exec.bpf.c:9: sum += 7;"; "" */
	/* of the dearest program, when the job asks: the lines on which the verifier spent most, these first */
	struct line_fact *lines;
	uint32_t line_count;
};

/* What one witness says of one relocation. */
enum relo_seen {
	RELO_SEEN_NOTHING,   /* no statement: not attempted, or the instruction is out of this witness's reach */
	RELO_SEEN_VALUE,     /* resolved; `value` holds what was patched in */
	RELO_SEEN_POISON,    /* unresolved; the instruction was made invalid */
	RELO_SEEN_AMBIGUOUS, /* candidates disagree */
	RELO_SEEN_ERROR,     /* resolution itself failed */
};

struct relo_witness {
	uint8_t seen; /* enum relo_seen */
	uint64_t value;
	uint8_t width; /* bytes the load or store accesses afterwards; 0 when the instruction is neither */
};

/* One struct bpf_core_relo record of .BTF.ext. */
struct relo_fact {
	uint32_t object; /* of those that a loader carries its number, else 0 */
	char *program;   /* the program or subprogram that holds the instruction */
	char *section;   /* ELF section of the record */
	uint32_t number; /* counts per section, as libbpf's log does */
	uint32_t insn;   /* instruction index in `program` */
	uint32_t kind;   /* enum bpf_core_relo_kind */
	char *type;      /* name of the root type, without flavour suffix */
	char *access;    /* raw access string, "0:1:2" */
	char *spec;      /* readable: "struct task_struct.real_parent" */
	uint64_t local;  /* value compiled in */
	uint8_t local_width;
	struct relo_witness insns; /* instructions before and after the load */
	struct relo_witness log;   /* libbpf's debug log */
	uint32_t candidates;       /* matching candidates the log mentioned */
	char *target;              /* the matching candidate's spec, "" */
	bool attempted;            /* its program took part in the load */
	bool loaded;               /* its program was accepted by the verifier */
	bool reached;              /* the verifier stopped at exactly this instruction's poison */
	char *line;                /* the log line that matters most, "" */
};

struct truth_fact {
	char *workload; /* subject: "exec", "exec-thread", … */
	char *field;
	char *expected; /* "" with `ok` false when the event never came */
	char *observed;
	bool ok;
	char *hint; /* "" */
};

/* What is known of one thing about a subject: a number, or bytes (a text, an address as it travels). */
struct observed_value {
	char *name;     /* as an event's field would be called: "pid", "dport" */
	uint8_t moment; /* of its deed, from 1; 0: it holds for all of them */
	bool is_number;
	uint64_t number;
	void *bytes;
	uint32_t size;
};

/*
 * A subject whose events nobody could read in the guest: its truth, for the host to find in them. A name may stand more
 * than once: before and after an exec, or at several moments of a deed, of which an event speaks of one. The records of
 * its life follow it.
 */
struct subject_fact {
	char *workload;
	bool due; /* a hook is known to fire for it */
	struct observed_value *values;
	uint32_t count;
};

enum record_form {
	RECORD_BYTES,  /* of a ring or perf buffer */
	RECORD_FIELDS, /* values of a printed line, in order, a NUL after each; "" where the value's name is known */
	RECORD_ENTRY,  /* key and value of a map */
	RECORD_FORM_COUNT,
};

/* What came while the subject before it lived. */
struct record_fact {
	char *source; /* the map, or the format that was printed */
	uint8_t form; /* enum record_form */
	uint32_t key_size;
	void *bytes;
	uint32_t size;
};

/*
 * A piece of the cell's full log (libbpf's and the verifier's), or of what the kernel logged meanwhile; pieces join in
 * order.
 */
struct log_fact {
	char *text;
};

/* The object is still being loaded, which is what its process spends its time on. */
struct alive_fact {
	uint64_t cpu_ns; /* that it has taken */
};

struct cell_end_fact {
	uint8_t phase;       /* enum cell_phase */
	int32_t err;         /* positive errno of what failed, 0; ETIME: it was still being loaded (PHASE_RUN) */
	char *reason;        /* one line, "" */
	uint64_t events;     /* events received during the workloads */
	uint64_t lost;       /* events the kernel or the object says were dropped */
	uint64_t own_events; /* of `events`, those that belong to a subject */
	char *source;        /* how events were taken: a name of enum event_source */
	char *event_type;    /* struct the events were decoded by, "" when none */
	char *unchecked;     /* space-separated fields without a truth */
	uint64_t open_ns;    /* guest time spent opening and loading */
	uint64_t attach_ns;
	uint64_t run_ns;
	char *impossible;     /* deeds that this kernel fails, object or not: "mount: ENODEV (mount)"; "" */
	char *effects;        /* what the object made deeds come to: "exec: EPERM (exec and 6 more)"; "" */
	char *absent_externs; /* weak externs that are 0 here, a blank between two; "" */
	bool expects_events;  /* the object has a way to report and a program that a workload should trigger */
};

struct end_fact {
	uint64_t nonce;
	uint32_t cells;
};

/* The agent cannot go on: the VM measured nothing more. */
struct fatal_fact {
	char *reason;
};

/*
 * A piece of the names of the kernel's own functions, each followed by a newline, in no order, as one zlib stream. Sent
 * when the job asks, before any object had its hands on the kernel.
 */
struct symbols_fact {
	uint32_t unpacked; /* bytes of all pieces together, unpacked; 0: the kernel does not tell */
	bool last;
	void *bytes;
	uint32_t size;
};

/* Not a message of its own: a subject with what came while it lived. */
struct observation {
	struct subject_fact subject;
	struct record_fact *records;
	size_t record_count;
};

struct message {
	enum message_type type;
	union {
		struct hello_fact hello;
		struct ready_fact ready;
		struct job_fact job;
		struct circumstance_fact circumstance;
		struct cell_begin_fact cell_begin;
		struct program_fact program;
		struct relo_fact relo;
		struct truth_fact truth;
		struct log_fact log;
		struct alive_fact alive;
		struct subject_fact subject;
		struct record_fact record;
		struct cell_end_fact cell_end;
		struct end_fact end;
		struct fatal_fact fatal;
		struct symbols_fact symbols;
	};
};

/*
 * Append `m` to `out` as one frame. Text that would make the payload exceed FRAME_MAX_PAYLOAD must be split or cut by
 * the caller. `m` is not changed.
 */
void message_encode(struct message *m, struct buf *out);

/*
 * Read the payload of a frame of type `type`. Returns 0, or -EBADMSG with `err` filled for an unknown type or a payload
 * that does not fit its type exactly. On success the caller owns the strings: message_free.
 */
int message_decode(uint32_t type, const void *payload, uint32_t len, struct message *m, struct error *err);
void message_free(struct message *m);

/* The pieces above, for those who keep them outside a message. */
void line_facts_free(struct line_fact *lines, uint32_t count);
void program_fact_free(struct program_fact *f);
void relo_fact_free(struct relo_fact *f);
void truth_fact_free(struct truth_fact *f);
void subject_fact_free(struct subject_fact *f);
void record_fact_free(struct record_fact *f);
void circumstance_fact_free(struct circumstance_fact *f);
void observation_free(struct observation *o);

#endif
