/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols: tells the host which functions the kernel itself has, from /proc/kallsyms, as far as they are in no module.
 * Asked for once per kernel image, by the job; the host keeps them.
 */
#ifndef COREMATRIX_AGENT_LOAD_SYMBOLS_H
#define COREMATRIX_AGENT_LOAD_SYMBOLS_H

/* Sends them all. A kernel that does not show its symbols is not a failure: an empty answer says so. */
void symbols_send(void);

#endif
