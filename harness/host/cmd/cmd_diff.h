/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_diff: the subcommands of the release check: `corematrix baseline RUN` stores what a run found, `corematrix diff
 * OLD NEW` tells what changed. They read and print; baseline and diff do the work.
 */
#ifndef COREMATRIX_HOST_CMD_CMD_DIFF_H
#define COREMATRIX_HOST_CMD_CMD_DIFF_H

#define BASELINE_DEFAULT_DIR "results/baselines"

/*
 * `diff OLD NEW`, each a run's directory, a results.json, a baseline file or a directory of them.
 * Returns a status of enum exit_status: 0 nothing is worse, 1 something is, 2 one of them cannot be read, 3 a cell of
 * NEW was not measured.
 */
int cmd_diff(int argc, char **argv);

/* `baseline RUN [-o DIR]`. Returns 0, 2 when RUN cannot be read, 3 when it did not measure. */
int cmd_baseline(int argc, char **argv);

#endif
