/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_bench: `corematrix bench`: what each kernel costs, side by side with its floor and with an ordinary set-up. */
#ifndef COREMATRIX_HOST_CMD_CMD_BENCH_H
#define COREMATRIX_HOST_CMD_CMD_BENCH_H

/*
 * Exit status: 0 measured (and, with --against, nothing is worse); 1 a ratio is worse than the stored one by more than
 * the tolerance; 2 usage; 3 a floor, a cold or a warm run could not be measured.
 */
int cmd_bench(int argc, char **argv);

#endif
