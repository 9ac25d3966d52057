/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz: what the fuzzers share. Each fuzz_NAME.c gives the bytes of libFuzzer to one parser of untrusted bytes;
 * `make fuzz` builds and runs them, from the seeds that fuzz_seeds.c writes. A property that does not hold
 * ends the fuzzer as a crash does.
 */
#ifndef COREMATRIX_TESTS_FUZZ_H
#define COREMATRIX_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define FUZZ_HOLDS(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

/* A failure says why, and a success says nothing. */
static inline void fuzz_check_error(int rc, const struct error *err)
{
	FUZZ_HOLDS(rc <= 0 ? (rc < 0) == (err->text != NULL) : 1);
	FUZZ_HOLDS(rc >= 0 || err->code == -rc);
}

/* Front of the input: what is left is the rest. A short input gives zeros. */
static inline void fuzz_take(const uint8_t **bytes, size_t *len, void *out, size_t size)
{
	size_t n = size < *len ? size : *len;

	memset(out, 0, size);
	memcpy(out, *bytes, n);
	*bytes += n;
	*len -= n;
}

/* A copy of exactly these bytes, so that the sanitizer sees a read beyond them. */
static inline void *fuzz_copy(const uint8_t *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1);

	FUZZ_HOLDS(copy != NULL);
	memcpy(copy, bytes, len);
	return copy;
}

#endif
