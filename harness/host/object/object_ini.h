/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_ini: NAME.ini beside NAME.bpf.o: what the harness has to know about an object that its bytes do not say. Owns
 * the file's grammar, with expect_rule and object_setting for their sections; whether a condition holds on a kernel is
 * expect's business. The grammar is told in harness/doc/ini.md, which tests hold against this parser.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_INI_H
#define COREMATRIX_HOST_OBJECT_OBJECT_INI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/object/expect_rule.h"
#include "wire/cost.h"
#include "wire/job.h"
#include "wire/said_rule.h"
#include "wire/terms.h"

struct object_ini {
	char *types; /* path of a file that has the event's type, relative to the ini's directory; NULL: none */
	char *event; /* "" when not given; this, description and mechanism are never NULL after a parse */
	enum event_source source;
	uint64_t workloads; /* bits WORKLOAD_BIT, 0 = all */
	struct expect_rule *rules;
	size_t rule_count;
	bool control;
	bool expects;          /* it has a section [expect] */
	enum evidence require; /* EVIDENCE_UNKNOWN: it requires none */
	struct budget_rule *budgets;
	size_t budget_count;
	struct said_rule *allowed; /* lines of the kernel's log */
	size_t allowed_count;
	struct job_setting *settings; /* what to do before loading; whether the object has it, the guest finds out */
	size_t setting_count;
	char *description;
	char *mechanism;
	char *variant; /* of which this is the ini; NULL: the plain one, which alone has variants */
	struct object_ini *variants;
	size_t variant_count;
};

/*
 * Read the file at `path`. Returns 0 with `ini` filled; -ENOENT with `ini` holding the defaults (an object needs no
 * ini) and `err` filled; another negative errno for a file that cannot be read; -EINVAL (error_usage) for mistakes: an
 * unknown section, key or value, all of them listed, each on its own line as PATH:LINE: what. On failure but -ENOENT
 * `ini` is empty. Free with object_ini_free in every case.
 */
int object_ini_read(const char *path, struct object_ini *ini, struct error *err);

/* The same for text that is in memory; `path` only names it in errors. Pure. */
int object_ini_parse(const char *text, const char *path, struct object_ini *ini, struct error *err);
void object_ini_free(struct object_ini *ini);
#define cleanup_object_ini __attribute__((cleanup(object_ini_free)))

#endif
