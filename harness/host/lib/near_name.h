/* SPDX-License-Identifier: BSD-2-Clause */
/* near_name: the few names that are most like a given one, gathered one by one. Pure. */
#ifndef COREMATRIX_HOST_LIB_NEAR_NAME_H
#define COREMATRIX_HOST_LIB_NEAR_NAME_H

#include <stddef.h>

#define NEAR_NAME_MAX 3

struct near_name {
	const char *wanted;
	const char *names[NEAR_NAME_MAX]; /* best first; borrowed from who offered them */
	size_t distances[NEAR_NAME_MAX];
	size_t count;
};

/* Offer one more name. It is kept when it is near enough and nearer than what is there; the wanted name itself is not.
 */
void near_name_offer(struct near_name *near, const char *name);

/* Write the names into `text` of `size` bytes, ", " between them; those that do not fit whole are left out. */
void near_name_write(const struct near_name *near, char *text, size_t size);

#endif
