// SPDX-License-Identifier: BSD-2-Clause
/* A fake kernel for local.c: only its BTF is used. */
#include "words.h"

struct inner {
	__u32 first;
	__u32 filler;
	__u32 second;
};

struct probe {
	__u32 same;
	__u32 filler[3];
	__u32 moved;
	__u64 resized;
	__u32 plain : 7;
	__u32 bits : 6;
	__u32 sign;
	struct inner inner;
	struct inner many[8];
	char comm[16];
	struct {
		union {
			__u64 hidden;
			void *pointer;
		};
	};
	struct probe *next;
	__u32 renamed;
};

struct signs {
	__u64 filler;
	__u64 whole;
	__u32 half;
};

typedef struct {
	__u64 x;
} probe_t;

enum color { COLOR_RED = 1, COLOR_BLUE = 12 };

struct probe probe;
struct signs signs;
probe_t probe_typedef;
enum color color;

/* The enum of broken.c. */
enum big { BIG_VALUE = 0x11223344 };
enum big big;
