/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command: what the commands (cmd_*.c) have in common: the options that several of them take, numbers and names on
 * their command lines, and how a failure is told. What an option means is the command's own business.
 */
#ifndef COREMATRIX_HOST_CMD_COMMAND_H
#define COREMATRIX_HOST_CMD_COMMAND_H

#include <argp.h>
#include <stddef.h>

#include "base/error.h"
#include "host/cmd/places.h"
#include "host/lib/strings.h"

/* Set the defaults before parsing; the strings are argv's own. */
struct command_options {
	const char *list_path;
	const char *images;
	const char *output;
	const char *accel;     /* "auto", "kvm" or "tcg" */
	struct strings globs;  /* of --kernel; the caller frees them */
	struct strings builds; /* LABEL=PATH (object_builds.h); the caller frees them */
	const char *variant;   /* a pattern (object_variants.h); NULL: all */
	char **args;           /* what is left of argv after the options */
	size_t arg_count;
};

#define COMMAND_DEFAULTS .list_path = places_list(), .images = places_store(), .accel = "auto"

/* Rows for a command's table of options, as far as it takes them; each has its own row for -o/--output. */
#define COMMAND_ROW_LIST \
	{ \
		"kernels", 'k', "FILE", 0, "the list of kernels (./kernels.txt, else the installed one)", 0 \
	}
#define COMMAND_ROW_KERNEL \
	{ \
		"kernel", 'K', "GLOB", 0, "only kernels whose id matches; may be repeated", 0 \
	}
#define COMMAND_ROW_IMAGES \
	{ \
		"images", 'i', "DIR", 0, "the kernel store (./images where that is, else ~/.cache/corematrix)", 0 \
	}
#define COMMAND_ROW_ACCEL \
	{ \
		"accel", 'a', "NAME", 0, "auto, kvm or tcg (auto)", 0 \
	}

#define COMMAND_ROW_BUILD \
	{ \
		"build", COMMAND_BUILD, "LABEL=OBJECT", 0, \
		        "one of several builds of the same objects, as NAME@LABEL; may be repeated", 0 \
	}
#define COMMAND_ROW_BUILDS \
	{ \
		"builds", COMMAND_BUILDS, "DIR", 0, "each directory in it is a build: DIR/LABEL/NAME.bpf.o", 0 \
	}
#define COMMAND_ROW_VARIANT \
	{ \
		"variant", COMMAND_VARIANT, "GLOB", 0, \
		        "only the variants of the objects' inis whose name matches; an object without one is `plain`", \
		        0 \
	}

/* Options of these rows that have no letter; a command's own begin at 256. */
enum {
	COMMAND_BUILD = 0x10000,
	COMMAND_BUILDS,
	COMMAND_VARIANT,
};

/* For the default case of a command's parser: takes the options above, -o/--output and the arguments. */
error_t command_option(int key, char *arg, struct argp_state *state, struct command_options *o);

/*
 * A number from 1 to `max`. Anything else is an error of argp's, which ends the process with status 2; it says that
 * `option` takes `what` ("a number of seconds").
 */
unsigned command_number(const char *option, const char *arg, const char *what, unsigned max, struct argp_state *state);

/*
 * argp_parse, with status 2 for every mistake, and messages that begin with "corematrix" and the command's name, which
 * is argv[0]. Returns 0, or EXIT_USAGE for the command to end with.
 */
int command_parse(const struct argp *argp, unsigned flags, int argc, char **argv, void *input);

/* Print what went wrong; returns the status for the command to end with. */
int command_fail(const struct error *err);

#endif
