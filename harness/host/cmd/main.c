/* SPDX-License-Identifier: BSD-2-Clause */
/* corematrix: the command line. Each command is a module of its own; this file only finds it. */
#include <stdio.h>
#include <string.h>

#include "host/run/linked_libbpf.h"

#include "base/compiler.h"
#include "base/error.h"
#include "host/cmd/cmd_bench.h"
#include "host/cmd/cmd_bisect.h"
#include "host/cmd/cmd_check_host.h"
#include "host/cmd/cmd_diff.h"
#include "host/cmd/cmd_kernels.h"
#include "host/cmd/cmd_merge.h"
#include "host/cmd/cmd_min_btf.h"
#include "host/cmd/cmd_predict.h"
#include "host/cmd/cmd_report.h"
#include "host/cmd/cmd_run.h"
#include "host/cmd/cmd_support.h"
#include "host/cmd/cmd_sweep.h"
#include "host/cmd/cmd_watch.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
        {"run", cmd_run, "boot the matrix, load the objects, compare with the truth, report"},
        {"predict", cmd_predict, "say from the kernels' types what would come of it, without a VM"},
        {"bisect", cmd_bisect, "find the first kernel on which an object behaves differently, and what changed there"},
        {"sweep", cmd_sweep, "tell what objects do on every point release, measuring no more than it takes"},
        {"watch", cmd_watch, "run objects on kernels that are new, and say what changed since their baselines"},
        {"min-btf", cmd_min_btf, "write the smallest BTF that objects need for kernels without one"},
        {"kernels", cmd_kernels, "list, fetch, verify, add or prune the kernels of the matrix; say what is new"},
        {"report", cmd_report, "render the reports of a run again from its results.json"},
        {"merge", cmd_merge, "make one run of the parts of a matrix that several machines have run"},
        {"diff", cmd_diff, "say what changed between two runs, or since a baseline, and whether it is worse"},
        {"baseline", cmd_baseline, "store what a run found as the baseline that later runs are compared with"},
        {"support", cmd_support, "say from which kernel on objects are proven to do their job, for a README"},
        {"check-host", cmd_check_host, "say what the running kernel will say to objects, loading nothing"},
        {"bench", cmd_bench, "measure what each kernel costs, against its floor and an ordinary set-up"},
};

static void print_help(FILE *to)
{
	fputs("Usage: corematrix COMMAND [OPTION...]\n\n", to);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-11s %s\n", commands[i].name, commands[i].help);
	fputs("\n`corematrix COMMAND --help` lists the options.\n"
	      "exit status: 0 as expected, 1 worse than expected, 2 usage or configuration, 3 could not measure,\n"
	      "4 the harness contradicts itself; the highest that applies\n",
	      to);
}

/* The libbpf is part of every answer: it is the one that the guests load with. */
static void print_version(void)
{
	printf("corematrix %s\nlibbpf %s\ncompiled by %s\n", COREMATRIX_VERSION, linked_libbpf(), COMPILER);
}

int main(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))) {
		print_help(stdout);
		return EXIT_AS_EXPECTED;
	}
	if (argc > 1 && !strcmp(argv[1], "--version")) {
		print_version();
		return EXIT_AS_EXPECTED;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1)
		fprintf(stderr, "corematrix: no such command: %s\n", argv[1]);
	print_help(stderr);
	return EXIT_USAGE;
}
