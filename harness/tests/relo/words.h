/* SPDX-License-Identifier: BSD-2-Clause */
/* words: what the fixtures would otherwise take from vmlinux.h. */
#ifndef COREMATRIX_TESTS_RELO_WORDS_H
#define COREMATRIX_TESTS_RELO_WORDS_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#define BPF_MAP_TYPE_ARRAY 2

#endif
