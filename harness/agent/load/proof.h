/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof: picks the one line of an object's log that proves a failure, for a program or for all. Pure. What the line
 * means is the host's business.
 */
#ifndef COREMATRIX_AGENT_LOAD_PROOF_H
#define COREMATRIX_AGENT_LOAD_PROOF_H

/* The verifier's part of `log` for `program`: between libbpf's BEGIN and END lines; NULL when there is none. */
char *proof_verifier_log(const char *log, const char *program);

/*
 * The line that tells most about the failure of `program`: the verifier's last word, else the last line naming the
 * program that is more than "failed to load". NULL for `program`: the last telling line of all. "" when there is none.
 * The caller's.
 */
char *proof_line(const char *log, const char *program);

#endif
