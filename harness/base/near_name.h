/* SPDX-License-Identifier: BSD-2-Clause */
/* near_name: the few names that are most like a given one, gathered one by one. Pure. */
#ifndef COREMATRIX_BASE_NEAR_NAME_H
#define COREMATRIX_BASE_NEAR_NAME_H

#include <stddef.h>
#include <stdint.h>

#define NEAR_NAME_MAX 3
/* Longer names are similar to nothing (the kernel's KSYM_NAME_LEN is 512, but nothing near that has a similar name). */
#define NEAR_NAME_LEN 128

/* A name as it is compared; `name` is borrowed. Made once where many names are held against it, or it against many. */
struct near_word {
	const char *name, *bare; /* the same without leading underscores */
	size_t len;              /* of `bare`, in bytes */
	uint32_t letters; /* a bit per letter, digit, underscore that `bare` has: what differs here differs there */
};

struct near_name {
	const char *wanted;
	struct near_word word;            /* of `wanted`; near_name's own, zero at first */
	const char *names[NEAR_NAME_MAX]; /* best first; borrowed from who offered them */
	size_t distances[NEAR_NAME_MAX];
	size_t count;
};

/*
 * Offer one more name. It is kept when it is near enough and nearer than what is there; the wanted name itself is not.
 * Near is what takes few letters to change, add or drop, leading underscores aside, for kernels hide names that way;
 * and of two names of which one holds the other, the one that has not much around it.
 */
void near_name_offer(struct near_name *near, const char *name);

/* The same for a name that is offered to several. */
struct near_word near_word_of(const char *name);
void near_name_offer_word(struct near_name *near, const struct near_word *word);

/* Write the names into `text` of `size` bytes, ", " between them; those that do not fit whole are left out. */
void near_name_write(const struct near_name *near, char *text, size_t size);

/* The same in a string of its own, the caller's. */
char *near_name_text(const struct near_name *near);

#endif
