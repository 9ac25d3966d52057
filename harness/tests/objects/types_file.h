/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a program and its reader share: packed, with a bit-field and a union. */
#ifndef COREMATRIX_TESTS_TYPES_FILE_H
#define COREMATRIX_TESTS_TYPES_FILE_H

struct exec_record {
	unsigned char kind;
	unsigned long long when;
	struct {
		unsigned int pid, ppid;
	} task;
	unsigned int flag : 3, uid : 16;
	union {
		char comm[16];
		unsigned long long words[2];
	};
} __attribute__((packed));

#endif
