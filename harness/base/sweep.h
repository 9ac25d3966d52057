/* SPDX-License-Identifier: BSD-2-Clause */
/* sweep: temporary files that a killed process left beside what it was about to replace. */
#ifndef COREMATRIX_BASE_SWEEP_H
#define COREMATRIX_BASE_SWEEP_H

/*
 * Remove from a directory what processes that are gone were about to put in place: names that end in .tmp.PID, as those
 * of io_replace_file. A process on another machine that shares the directory counts as gone.
 */
void sweep_directory(const char *dir);

#endif
