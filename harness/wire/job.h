/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job: what the host asks of one VM, written once and read by the agent from a device. It carries the objects
 * themselves, so that the initramfs never changes.
 */
#ifndef COREMATRIX_WIRE_JOB_H
#define COREMATRIX_WIRE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "wire/terms.h"

#define JOB_FW_CFG_NAME "opt/corematrix/job"
#define JOB_PROTOCOL 6u

/* One thing an object's ini asks for: `key` says what, `name` of what (a map, a program, …; may be ""), `value` how. */
struct job_setting {
	uint8_t key; /* enum setting_key; unknown keys are refused by the agent */
	char *name;
	char *value;
};

struct job_object {
	char *name; /* as in the results: the file's name without .bpf.o */
	void *bytes;
	uint32_t size;
	void *types;         /* raw BTF that has the event's type */
	uint32_t types_size; /* 0: the object's own has it, or none */
	struct job_setting *settings;
	uint32_t setting_count;
};

/* A kernel module, as finit_module takes it. */
struct job_module {
	char *name;  /* as /proc/modules has it */
	void *bytes; /* size 0: this kernel has no such module to load */
	uint32_t size;
};

struct job {
	uint64_t wall_ns;  /* the host's CLOCK_REALTIME when it was written: a resumed guest's own clock stood still */
	uint64_t nonce;    /* repeated in the end frame: a result can only belong to the job that was given */
	bool symbols;      /* tell the kernel's function symbols first */
	bool top_lines;    /* tell on which lines of the source the verifier spends most */
	uint32_t patience; /* times the usual, how long an object may be loaded; 0 as 1 */
	char *circumstances;  /* to be set before the first object, in words of circumstance.h; "": none */
	void *btf;            /* BTF that objects are to be opened with in place of the kernel's own, which is hidden */
	uint32_t btf_size;    /* 0: the kernel's own */
	void *config;         /* text of the kernel's configuration, for the place where distributions keep it */
	uint32_t config_size; /* 0: not known, or no object asks for it */
	void *files;          /* loader_pack.h: what objects are for that is not the kernel's, with its libraries */
	uint32_t files_size;  /* 0: none */
	struct job_module *modules; /* those that objects name (SETTING_MODULE) */
	uint32_t module_count;
	struct job_object *objects;
	uint32_t object_count;
};

/* Append the encoded job (magic, protocol, length, content, CRC-32) to `out`. */
void job_encode(struct job *job, struct buf *out);

/* Some machines hand over whole sectors: fewer bytes than this may follow a job. */
enum { JOB_SECTOR = 512 };

/* Read a job. Returns 0, or -EBADMSG with `err` filled. On success the caller owns the content: job_free. */
int job_decode(const void *bytes, size_t len, struct job *job, struct error *err);

/* First value set for `key` (name ""), or NULL. */
const char *job_object_value(const struct job_object *object, enum setting_key key);
/* The value set for `key` of `name`, the last one when there are several, or NULL. */
const char *job_object_named(const struct job_object *object, enum setting_key key, const char *name);
void job_object_set(struct job_object *object, enum setting_key key, const char *name, const char *value);
void job_object_free(struct job_object *object);
void job_free(struct job *job);

#endif
