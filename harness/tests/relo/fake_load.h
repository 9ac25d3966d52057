/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_load: bpf_object__load to its end without a kernel. It defines syscall(), which the static libbpf calls for
 * bpf(2): maps, BTF and programs are "created", and one program can be refused the way a verifier refuses poison. So
 * relocation, subprograms and the log are libbpf's own. Include it in one file of a test program.
 */
#ifndef COREMATRIX_TESTS_RELO_FAKE_LOAD_H
#define COREMATRIX_TESTS_RELO_FAKE_LOAD_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "agent/witness/relo_insns.h"
#include "agent/witness/relo_log.h"
#include "agent/witness/relo_verifier.h"
#include "base/buf.h"
#include "base/io.h"
#include "relo/core_relo.h"
#include "relo/insn_value.h"

#define FIXTURES "build/tests/relo/"

/* The program that the fake verifier refuses at its first poisoned instruction; NULL for none. */
static const char *fake_refused;

static int fake_prog_load(const union bpf_attr *attr)
{
	const struct bpf_insn *insns = (const struct bpf_insn *)(uintptr_t)attr->insns;

	if (!fake_refused || strncmp(attr->prog_name, fake_refused, BPF_OBJ_NAME_LEN - 1))
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (unsigned i = 0; i < attr->insn_cnt; i++) {
		if (!insn_is_poison(&insns[i]))
			continue;
		if (attr->log_level)
			snprintf((char *)(uintptr_t)attr->log_buf, attr->log_size,
			         "0: R1=ctx(off=0,imm=0) R10=fp0\n%u: (85) call unknown#195896080\n"
			         "invalid func unknown#195896080\nprocessed 3 insns (limit 1000000)\n",
			         i);
		errno = EINVAL;
		return -1;
	}
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

long syscall(long number, ...)
{
	const union bpf_attr *attr;
	va_list ap;
	int cmd;

	if (number != SYS_bpf) {
		errno = ENOSYS;
		return -1;
	}
	va_start(ap, number);
	cmd = va_arg(ap, int);
	attr = va_arg(ap, const union bpf_attr *);
	va_end(ap);
	switch (cmd) {
	case BPF_PROG_LOAD:
		return fake_prog_load(attr);
	case BPF_MAP_CREATE:
	case BPF_BTF_LOAD:
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	default:
		errno = EINVAL;
		return -1;
	}
}

/* One load of a fixture: what the agent does in a guest. */
struct fake_load {
	struct buf object; /* the object's bytes */
	struct core_relo_list list;
	struct buf log; /* everything libbpf printed */
	int ret;        /* of bpf_object__load */
};

static struct relo_log *fake_log;
static struct buf *fake_text;

static int fake_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *line;

	(void)level;
	if (vasprintf(&line, fmt, ap) < 0)
		return 0;
	buf_puts(fake_text, line);
	if (fake_log)
		relo_log_line(fake_log, line);
	free(line);
	return 0;
}

struct fake_before {
	struct bpf_program *prog;
	struct bpf_insn *insns;
	size_t count;
	char log[4096];
};

static struct fake_before *fake_prepare(struct bpf_object *obj, const char *skipped, size_t *count)
{
	struct fake_before *all = NULL;
	struct bpf_program *prog;

	*count = 0;
	bpf_object__for_each_program(prog, obj)
	{
		struct fake_before *b;

		all = xrealloc(all, *count + 1, sizeof(*all));
		b = &all[(*count)++];
		*b = (struct fake_before){.prog = prog, .count = bpf_program__insn_cnt(prog)};
		b->insns = xcalloc(b->count, sizeof(*b->insns));
		memcpy(b->insns, bpf_program__insns(prog), b->count * sizeof(*b->insns));
		if (skipped && !strcmp(bpf_program__name(prog), skipped))
			bpf_program__set_autoload(prog, false);
	}
	for (size_t i = 0; i < *count; i++)
		bpf_program__set_log_buf(all[i].prog, all[i].log, sizeof(all[i].log));
	return all;
}

/* Load FIXTURES `object` against the BTF of FIXTURES `target`, without program `skipped` (may be NULL). */
static struct fake_load fake_load_object(const char *object, const char *target, const char *skipped)
{
	char *path = xasprintf(FIXTURES "%s.o", object), *btf = xasprintf(FIXTURES "%s.o", target);
	struct bpf_object_open_opts opts = {.sz = sizeof(opts), .btf_custom_path = btf};
	struct fake_load load = {0};
	struct fake_before *before;
	struct bpf_object *obj;
	struct error err = {0};
	size_t count;

	ck_assert_msg(!io_read_file(path, 1 << 24, &load.object, &err), "%s", err.text);
	ck_assert_msg(!core_relo_list_read(load.object.data, load.object.len, &load.list, &err), "%s", err.text);
	fake_text = &load.log;
	fake_log = relo_log_new(&load.list);
	libbpf_set_print(fake_print);
	obj = bpf_object__open_mem(load.object.data, load.object.len, &opts);
	ck_assert_ptr_nonnull(obj);
	before = fake_prepare(obj, skipped, &count);
	load.ret = bpf_object__load(obj);
	for (size_t i = 0; i < count; i++) {
		const char *name = bpf_program__name(before[i].prog);

		ck_assert_int_eq(relo_insns_program(&load.list, name, before[i].insns, before[i].count,
		                                    bpf_program__insns(before[i].prog),
		                                    bpf_program__insn_cnt(before[i].prog)),
		                 0);
		if (bpf_program__fd(before[i].prog) >= 0)
			core_relo_list_loaded(&load.list, name);
		else if (*before[i].log)
			relo_verifier_mark(&load.list, name, before[i].log);
		free(before[i].insns);
	}
	free(before);
	bpf_object__close(obj);
	libbpf_set_print(NULL);
	relo_log_free(fake_log);
	fake_log = NULL;
	free(path);
	free(btf);
	return load;
}

static void fake_load_free(struct fake_load *load)
{
	core_relo_list_free(&load->list);
	buf_free(&load->object);
	buf_free(&load->log);
}

#endif
