/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result: one run as a value: what was asked, what each kernel did, what each cell came to. Nothing but a result
 * reaches a report. It round-trips through results.json (result_json.h), schema corematrix/1.
 *
 * All strings are owned by the result, never NULL once result_add_* returned ("" when unknown), and valid UTF-8.
 */
#ifndef COREMATRIX_HOST_RESULT_RESULT_H
#define COREMATRIX_HOST_RESULT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/lib/strings.h"
#include "wire/cost.h"
#include "wire/terms.h"

/* What kernels of one architecture were given of an object, in place of the file that all others were. */
struct result_file {
	char *arch; /* as that of a result_kernel */
	char *path;
	char *sha256;
};

struct result_object {
	char *name; /* unique within the run */
	char *path;
	char *sha256;
	char *ini_sha256; /* "" without one */
	unsigned programs;
	unsigned relocations;
	char *description; /* from its ini, "", as is the next */
	char *mechanism;   /* what it shows */
	bool control;      /* its ini says that it must fail somewhere */
	struct result_file *files;
	size_t file_count;
};

/* How one is told that measures nothing, and whose guest others resume. */
#define RESULT_START_SAVE "boot and save"

/* One attempt to run a VM for a kernel; nothing is retried without leaving one of these. */
struct result_attempt {
	char *accel; /* "tcg", "kvm" */
	char *start; /* "boot", RESULT_START_SAVE, "resume" */
	bool failed;
	char *reason;  /* why it measured nothing more; "" unless it failed */
	char *console; /* path of what its kernel printed, relative to the run's directory; "" as the next when unknown
	                */
	char *script;  /* of the script that starts its VM by hand, so */
	double total_ms;
};

/* Where the time of a kernel's VM went, milliseconds of the host's monotonic clock; negative when not reached. */
struct result_timing {
	double console_ms; /* QEMU start to the first console byte */
	double hello_ms;   /* QEMU start to the agent's hello */
	double ready_ms;   /* QEMU start to the agent's ready */
	double job_ms;     /* QEMU start to the job being taken: what a resumed guest has in place of hello */
	double cells_ms;   /* QEMU start to the end of the last cell */
	double total_ms;   /* QEMU start to QEMU's end */
};

/* One of those that a kernel's row asks for, in the words of circumstance.h. */
struct result_circumstance {
	char *asked; /* "lockdown:integrity" */
	char *found; /* the same, or what the guest found instead; "" when no guest got so far */
	char *said;  /* by the kernel itself, and where: "/sys/kernel/security/lockdown: none [integrity] …"; "" */
};

struct result_kernel {
	char *id;
	unsigned line; /* in kernels.txt */
	char *release;
	char *arch;
	char *flavour; /* kernels of one flavour are built alike: a field is compared along them; "" unknown */
	char *package; /* "" for a file of the user's */
	char *version;
	char *image_sha256;
	char *btf_sha256;
	char *btf; /* file whose BTF counted in place of the kernel's own, "" */
	char *accel;
	char *start; /* of the VM that delivered: "boot", "resume" */
	bool infra;
	char *reason; /* "" unless infra */
	struct result_timing timing;
	char *directory; /* relative to the run's directory; holds what its VMs left */
	struct result_circumstance *circumstances;
	size_t circumstance_count;
	struct result_attempt *attempts;
	size_t attempt_count;
};

/* An optional row of the list that was left out: nothing is known of its kernel, and nothing was expected. */
struct result_skipped {
	char *kernel;  /* id */
	unsigned line; /* in kernels.txt */
	char *reason;
};

/* What each part of a matrix has some of; it has all of the other. */
enum result_cut { RESULT_CUT_KERNELS, RESULT_CUT_OBJECTS };

const char *result_cut_name(enum result_cut cut);
/* -1: no such name. */
int result_cut_parse(const char *name);

/* Which part of a matrix that several machines share; n 0: it is whole. Parts of one matrix agree in all but k. */
struct result_part {
	unsigned k, n; /* part k of n, from 1 */
	enum result_cut cut;
	char *list_sha256;      /* of the whole list of kernels */
	struct strings objects; /* cut by objects: all of them, "NAME SHA256 INI_SHA256", the last "-" without one */
};

struct result_line {
	char *place; /* "exec.bpf.c:9" */
	char *text;  /* what stands there, "" */
	uint64_t insns;
};

struct result_program {
	char *name;
	char *section;
	char *type;
	bool autoload;
	bool loaded;
	bool attached;
	bool alone; /* loaded, attached, err and log are of a try with every other program off (program_fact) */
	int err;
	char *log; /* the proving line, "" */
	enum evidence evidence;
	uint64_t run_cnt, workload_runs, noise_runs, recursion_misses, missed; /* program_fact says what they count */
	char *never_driven; /* its hook, where nothing that was done made it run; "" */
	struct program_cost cost;
	char *stopped; /* where the verifier stopped: "instruction 9, exec.bpf.c:9: sum += 7;"; "" */
	struct result_line
	        *lines; /* on which the verifier spent most, with run --top-lines of a cell's dearest program */
	size_t line_count;
};

struct result_relocation {
	char *program;
	char *section;
	unsigned number; /* in its section, as libbpf's log counts */
	unsigned insn;
	char *kind;
	char *type;
	char *access;
	char *spec;
	char *source; /* the line of the source that it comes from: "progs/exec.bpf.c:9"; "" not known */
	uint64_t local;
	uint64_t target; /* meaningful when has_target */
	bool has_target;
	uint32_t local_size, target_size; /* bytes of the field, compiled in and here, by the types; 0: not known */
	enum relo_outcome outcome;
	char *predicted;    /* a name of enum relo_outcome or "unresolved", "" when there was no prediction */
	char *disagreement; /* "" when all witnesses agree, else both sides: exit status 4 */
	/* of a loader of the user's, else "": the object that it carries; where what it put there differs from what
	 * libbpf would have; why it is not known what it put there */
	char *object, *differs, *note;
};

struct result_truth {
	char *workload;
	char *field;
	char *expected;
	char *observed;
	bool ok;
	char *hint;
};

struct result_cell {
	char *kernel; /* id */
	char *object; /* name */
	/* What tells it from cells of the same object, whose names have it at their end: NAME+VARIANT@BUILD@LIBBPF;
	 * or "". */
	char *variant; /* section of the object's ini */
	char *build;   /* label of the build, with `run --build` */
	char *libbpf;  /* under which it was loaded, with `run --libbpf` */
	enum verdict verdict;
	enum reject_class class;
	enum reject_side side;
	enum evidence evidence;
	enum cell_phase phase;
	char *reason;   /* one line: why it is not a pass */
	char *advice;   /* what the author can do about it, "" */
	char *expected; /* "pass", "rejected:relocation", … */
	bool as_expected;
	char *predicted;    /* what the types alone said: "loads", "rejected: relocation"; "" without prediction */
	char *disagreement; /* "" unless prediction and verdict cannot both be right: exit status 4 */
	char *reproduce;    /* command that reproduces this one cell */
	char *log; /* path of the cell's full log, of a lost one the console; relative to the run's directory, "" */
	struct result_program *programs;
	size_t program_count;
	struct result_relocation *relocations;
	size_t relocation_count;
	struct result_truth *truth;
	size_t truth_count;
	struct strings attempts; /* of one that a guest was too small for: how it was measured, each time in words */
	unsigned runs;           /* measurements; more than 1 with run --repeat */
	unsigned differing;      /* of these, those that do not say what the first said */
	uint64_t events;
	uint64_t lost;
	char *source;         /* how events were taken */
	char *event_type;     /* struct they were decoded by */
	char *effects;        /* what deeds came to because the object acts: "exec: EPERM (exec and 6 more)"; "" */
	char *impossible;     /* deeds that this kernel fails, object or not: "mount: ENODEV (mount)"; "" */
	char *absent_externs; /* weak externs that are 0 here, a blank between two; "" */
	char *learnt;         /* where values were found that no type tells of: "pid@0:8 comm@8:16, by …"; "" */
	char *unchecked;      /* space-separated event fields that no truth is known for */
	/* what its kernel logged meanwhile that means something, and what of that is allowed, "LINE (REASON)" */
	struct strings kernel_said, kernel_allowed;
	char *measured;   /* UTC, of a cell that an earlier run measured (run --reuse); "": this one did */
	char *kernel_log; /* path of all that it logged, relative to the run's directory; "" when it said nothing */
	double ms;        /* host time from the cell's begin to its end */
	double open_ms, attach_ms, run_ms; /* guest time */
};

/* What was predicted for a kernel of which only the types are known: it was not measured, and counts for nothing. */
struct result_forecast {
	char *kernel; /* id of the row, none of `kernels` */
	char *object;
	char *predicted; /* "loads", "rejected: relocation" */
	char *reason;    /* "" when it simply loads */
};

struct result {
	char *started; /* UTC, ISO 8601 with seconds */
	double elapsed_s;
	bool complete; /* false while the run goes on, and for one that was killed */
	struct strings command;
	struct {
		char *uname;
		char *qemu;       /* version */
		char *accel;      /* what auto settled for, with the reason */
		char *corematrix; /* version */
		char *agent;      /* what the guests booted with, by its hash */
		char *libbpf;     /* version */
		char *cc;         /* what compiled host and agent, with its version */
		char *clang;      /* version that compiled progs/, "" when objects are foreign */
		char *vmlinux_h;  /* kernel whose BTF gave vmlinux.h, "" */
		unsigned cpus;
	} host;
	struct result_object *objects;
	size_t object_count;
	struct result_kernel *kernels;
	size_t kernel_count;
	struct result_skipped *skipped;
	size_t skipped_count;
	/* what an ini or a row of the list allows the kernel to say, and no kernel said: "OBJECT: PATTERN (REASON)" */
	struct strings unused_allowances;
	struct result_part part;
	struct result_forecast *forecasts; /* object_count entries per kernel that is known by its types alone */
	size_t forecast_count;
	struct result_cell *cells; /* object_count cells per kernel, kernels in order, when complete */
	size_t cell_count;
};

/* An empty result with every string set to "". */
struct result *result_new(void);
void result_free(struct result *r);

/*
 * Each adds one zeroed entry whose strings are "" and returns it; valid until the next add to the same list. Setting a
 * string goes through text_set, which replaces invalid UTF-8 and control characters but newline and tab by
 * \xNN.
 */
void result_add_word(struct result *r, const char *word); /* of the command */
struct result_object *result_add_object(struct result *r);
struct result_file *result_add_file(struct result_object *o);
struct result_kernel *result_add_kernel(struct result *r);
struct result_attempt *result_add_attempt(struct result_kernel *k);
struct result_circumstance *result_add_circumstance(struct result_kernel *k);
struct result_cell *result_add_cell(struct result *r);
struct result_skipped *result_add_skipped(struct result *r);
struct result_forecast *result_add_forecast(struct result *r);
struct result_program *result_add_program(struct result_cell *c);
struct result_line *result_add_line(struct result_program *p);
struct result_relocation *result_add_relocation(struct result_cell *c);
struct result_truth *result_add_truth(struct result_cell *c);

/* Two entries of one kind change places: the new one's empty strings go where the old one's were. */
#define RESULT_SWAP(a, b) \
	do { \
		__typeof__(a) to_ = (a), from_ = (b); \
		__typeof__(*to_) taken_ = *from_; \
		*from_ = *to_; \
		*to_ = taken_; \
	} while (0)

/* The cell of (kernel id, object name), or NULL. */
struct result_cell *result_find_cell(struct result *r, const char *kernel, const char *object);

/* Put the cells in the order of kernels and objects; cells of unknown ones come last. */
void result_sort_cells(struct result *r);

/* How a cell stands: what its verdict and what was expected come to. Reports and counts ask nothing else. */
enum cell_state {
	CELL_PASS,       /* as expected */
	CELL_LESS,       /* as expected, though it is degraded or unproven */
	CELL_FAILURE,    /* as expected: it had to fail */
	CELL_UNEXPECTED, /* whatever its verdict is */
	CELL_UNMEASURED, /* infra: neither as expected nor the object's fault */
	CELL_STATE_COUNT,
};

enum cell_state result_cell_state(const struct result_cell *c);

/* The verdict as text: "pass", "rejected:relocation". Returned string is the caller's. */
char *result_verdict_text(enum verdict verdict, enum reject_class class);

/* The same for people, who see what an unproven cell's standing rests on: "unproven (ran)". The caller's. */
char *result_cell_verdict(const struct result_cell *c);

/* Counts for the line of totals and for the exit status. */
struct result_totals {
	size_t cells, as_expected, unexpected;
	size_t verdicts[VERDICT_COUNT];
	size_t evidence[EVIDENCE_COUNT];
	size_t relocations, disagreements;
	size_t reused;   /* that an earlier run measured */
	size_t compared; /* relocations whose prediction could be held against what was measured */
	size_t truths, truths_wrong;
};

void result_count(const struct result *r, struct result_totals *totals);

/*
 * Append "12 proven by values, 22 ran, 43 loaded alone": cells by their evidence, for the last line of a report.
 * Nothing when the evidence of none is known.
 */
void result_evidence_line(const size_t counts[EVIDENCE_COUNT], struct buf *out);

/*
 * Append "12 of the cells reused, measured 2026-11-27 to 2026-11-28": the days of cells that earlier runs measured.
 * Nothing without any.
 */
void result_reused_line(const struct result *r, struct buf *out);

/*
 * Append "libbpf 1.7.0; compiled by gcc 12.2.0; objects by clang 14.0.6": what the results depend on
 * besides objects and kernels, for the head of a report. Only what is known.
 */
void result_tools_line(const struct result *r, struct buf *out);

/* Exit status that the run deserves (enum exit_status): infra anywhere is 3, a disagreement 4, the highest wins. */
enum exit_status result_exit_status(const struct result *r);

#endif
