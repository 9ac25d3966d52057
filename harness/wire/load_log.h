/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_log: the text that libbpf and the verifier leave of an object's load, as libbpf 1.1 to 1.7 and kernels of 5.10
 * and later print it: what each line is worth as a proof of why it failed. Pure. What a line means is decided
 * elsewhere.
 */
#ifndef COREMATRIX_WIRE_LOAD_LOG_H
#define COREMATRIX_WIRE_LOAD_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* What libbpf's own lines begin with; its frame around the verifier's log, after "prog 'NAME': "; what it says first.
 */
#define LOAD_LOG_LIBBPF "libbpf: "
#define LOAD_LOG_BEGIN "-- BEGIN PROG LOAD LOG --"
#define LOAD_LOG_END "-- END PROG LOAD LOG --"
#define LOAD_LOG_FAILED "BPF program load failed"

/* The more, the better as a proof. */
enum load_log_line {
	LOAD_LOG_TRACE, /* the verifier's walk and its sums, the frame around them, nothing: never the refusal itself */
	LOAD_LOG_TALK,  /* names no failure */
	LOAD_LOG_REPEAT,  /* says once more that something failed */
	LOAD_LOG_OUTCOME, /* LOAD_LOG_FAILED with the errno of the system call */
	LOAD_LOG_CAUSE,
};

/* One line, without its newline. The verifier's own lines need no word for a failure: what is no LOAD_LOG_TRACE counts.
 */
enum load_log_line load_log_line(const char *line, size_t len);

/*
 * Whether the line belongs to what verifiers since 7.3 explain after their refusal: quoted source, instructions and
 * advice, of which nothing is the refusal. `*inside`, false at first, is kept from line to line.
 */
bool load_log_explains(const char *line, size_t len, bool *inside);

/*
 * The last of the best lines of `text` that hold `needle` ("" for any), and what it is worth. Returns where it begins,
 * its length in `*line_len`; NULL when there is none but LOAD_LOG_TRACE.
 */
const char *load_log_telling(const char *text, size_t len, const char *needle, enum load_log_line *worth,
                             size_t *line_len);

/* The last line of a verifier's log that is no LOAD_LOG_TRACE, in the same form. */
const char *load_log_verdict(const char *log, size_t len, size_t *line_len);

#endif
