// SPDX-License-Identifier: BSD-2-Clause
/* A fake kernel with two definitions of one struct that disagree on a field and agree on another. */
#include "words.h"

struct inner {
	__u32 first;
	__u32 second;
};

struct probe___one {
	__u32 same;
	__u32 moved;
	struct inner inner;
	struct inner many[4];
};

struct probe___two {
	__u32 same;
	__u32 filler;
	__u32 moved;
	struct inner inner;
	struct inner many[4];
};

struct probe___one one;
struct probe___two two;
