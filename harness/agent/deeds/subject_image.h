/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject_image: a subject after its exec, in whatever program that is: it says that it is ready, does its deed when it
 * is told to, tells what that came to, and holds still until its end. Which deeds there are is the program's own
 * affair.
 */
#ifndef COREMATRIX_AGENT_DEEDS_SUBJECT_IMAGE_H
#define COREMATRIX_AGENT_DEEDS_SUBJECT_IMAGE_H

#include "agent/deeds/action.h"

/* The first argument of a subject that has an action. */
#define SUBJECT_MARK "--corematrix-subject"

struct subject_image {
	/* Fills `out` and seals it. */
	void (*perform)(enum action action, const char *directory, struct action_result *out);
	/* Returns the exit status, or ends otherwise. */
	int (*end)(enum action action);
};

/* When argv says that this process is a subject with a deed, be it and never return. */
void subject_image_run(int argc, char **argv, const struct subject_image *image);

#endif
