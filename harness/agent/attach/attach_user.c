/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes in user space: where the ini wants them, in the file that the function's name tells, else on the function that
 * subjects call in their own binary. Where a section names both file and function, libbpf knows the way.
 */
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/arch/machine.h"
#include "agent/attach/attachment.h"
#include "agent/deeds/call_target.h"
#include "agent/deeds/trigger.h"
#include "base/cleanup.h"
#include "wire/user_target.h"

struct place_in_file {
	uintptr_t address;
	uint64_t offset; /* UINT64_MAX: not found */
};

/* The first object is the binary itself. */
static int segment_find(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct place_in_file *p = arg;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t begin = info->dlpi_addr + h->p_vaddr;

		if (h->p_type == PT_LOAD && p->address >= begin && p->address < begin + h->p_filesz)
			p->offset = p->address - begin + h->p_offset;
	}
	return 1;
}

/* Where the function is in the binary's file, which has no symbols. */
static uint64_t target_offset(void)
{
	struct place_in_file p = {.address = (uintptr_t)call_target, .offset = UINT64_MAX};

	dl_iterate_phdr(segment_find, &p);
	return p.offset;
}

static void target_read(const struct bpf_program *prog, const struct attach_place *place, struct user_target *t)
{
	user_target_read(bpf_program__section_name(prog), place->to, t);
}

/* "+0x10" after a function's name. */
static uint64_t extra_offset(const char *function)
{
	const char *plus = strchr(function, '+');

	return plus ? strtoull(plus + 1, NULL, 0) : 0;
}

/* A number in place of a function's name: where in the file that is. */
static bool is_offset(const char *function, uint64_t *offset)
{
	char *end;

	*offset = strtoull(function, &end, 0);
	return *function && !*end;
}

static int failed_at(struct error *err, int code, const struct user_target *t)
{
	if (t->home == HOME_SELF)
		return attach_failed(err, code, "to the function that subjects call");
	return error_set(err, code, "failed to attach: to %s of %s: %s", t->function, t->binary, strerror(code));
}

static int probe(const struct bpf_program *prog, const struct attach_place *place, bool at_return, struct attachment *a,
                 struct error *err)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = at_return);
	cleanup_user_target struct user_target t = {0};
	cleanup_free char *function = NULL;
	struct bpf_link *link;
	uint64_t offset;

	target_read(prog, place, &t);
	function = xstrndup(t.function, strcspn(t.function, "+"));
	if (!is_offset(t.function, &offset)) {
		offset = extra_offset(t.function);
		if (t.home == HOME_SELF)
			offset += target_offset();
		else
			opts.func_name = function;
	}
	link = bpf_program__attach_uprobe_opts(prog, -1, t.home == HOME_SELF ? SELF_PATH : t.binary, offset, &opts);
	if (!link)
		return failed_at(err, errno, &t);
	attachment_hold_link(a, link);
	return 0;
}

int attach_uprobe(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                  struct error *err)
{
	return probe(prog, place, false, a, err);
}

int attach_uretprobe(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                     struct error *err)
{
	return probe(prog, place, true, a, err);
}

/* bpf_attr.link_create.uprobe_multi */
struct uprobe_multi_detail {
	uint64_t path, offsets, counters, cookies;
	uint32_t count, flags, pid, unused;
};
enum { FLAG_RETURN = 1 };
/* enum bpf_attach_type, of 6.13 and later */
enum { TYPE_UPROBE_SESSION = 57 };

#if LIBBPF_MAJOR_VERSION > 1 || LIBBPF_MINOR_VERSION >= 3
/* The headers are those of the newest libbpf; one that is linked (run --libbpf) may be older than the function. */
extern __typeof__(bpf_program__attach_uprobe_multi) bpf_program__attach_uprobe_multi __attribute__((weak));
#endif

/* The functions of a file that fit a pattern, found by libbpf as far as it knows the way. */
static int probe_pattern(const struct bpf_program *prog, const struct user_target *t, bool at_return,
                         struct attachment *a, struct error *err)
{
#if LIBBPF_MAJOR_VERSION > 1 || LIBBPF_MINOR_VERSION >= 3
	LIBBPF_OPTS(bpf_uprobe_multi_opts, opts, .retprobe = at_return);
	struct bpf_link *link;

	if (!bpf_program__attach_uprobe_multi)
		return failed_at(err, EOPNOTSUPP, t);
#if LIBBPF_MAJOR_VERSION > 1 || LIBBPF_MINOR_VERSION >= 6
	opts.session = (int)bpf_program__expected_attach_type(prog) == TYPE_UPROBE_SESSION;
#endif
	link = bpf_program__attach_uprobe_multi(prog, -1, t->binary, t->function, &opts);
	if (!link)
		return failed_at(err, errno, t);
	attachment_hold_link(a, link);
	return 0;
#else
	(void)prog;
	(void)at_return;
	(void)a;
	return failed_at(err, EOPNOTSUPP, t);
#endif
}

static int probe_self(const struct bpf_program *prog, bool at_return, struct attachment *a, struct error *err)
{
	uint64_t offset = target_offset();
	const struct uprobe_multi_detail detail = {
	        .path = (uint64_t)(uintptr_t)SELF_PATH,
	        .offsets = (uint64_t)(uintptr_t)&offset,
	        .count = 1,
	        .flags = at_return ? FLAG_RETURN : 0,
	};
	unsigned type = bpf_program__expected_attach_type(prog);
	int fd = attachment_link_create(bpf_program__fd(prog), 0, type, 0, &detail, sizeof(detail));

	/* its type is checked first, and nothing else here can be invalid */
	if (fd == -EINVAL)
		return error_set(err, EOPNOTSUPP, "failed to attach: the kernel does not know %s, which came with %s",
		                 type == TYPE_UPROBE_SESSION ? "uprobe.session" : "uprobe.multi",
		                 type == TYPE_UPROBE_SESSION ? "6.13" : "6.6");
	if (fd < 0)
		return attach_failed(err, -fd, "to the function that subjects call");
	attachment_hold_fd(a, fd);
	return 0;
}

static int probe_multi(const struct bpf_program *prog, const struct attach_place *place, bool at_return,
                       struct attachment *a, struct error *err)
{
	cleanup_user_target struct user_target t = {0};

	target_read(prog, place, &t);
	return t.home == HOME_SELF ? probe_self(prog, at_return, a, err) : probe_pattern(prog, &t, at_return, a, err);
}

int attach_uprobe_multi(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                        struct error *err)
{
	return probe_multi(prog, place, false, a, err);
}

int attach_uretprobe_multi(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                           struct error *err)
{
	return probe_multi(prog, place, true, a, err);
}

int attach_usdt(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                struct error *err)
{
	cleanup_user_target struct user_target t = {0};
	struct bpf_link *link;

	target_read(prog, place, &t);
	if (t.home == HOME_SELF)
		link = bpf_program__attach_usdt(prog, -1, SELF_PATH, MACHINE_USDT_PROVIDER, MACHINE_USDT_NAME, NULL);
	else
		link = bpf_program__attach_usdt(prog, -1, t.binary, t.provider, t.name, NULL);
	if (!link && t.home == HOME_SELF)
		return attach_failed(err, errno, "to the USDT of the subjects");
	if (!link)
		return error_set(err, errno, "failed to attach: to the USDT %s:%s of %s: %s", t.provider, t.name,
		                 t.binary, strerror(errno));
	attachment_hold_link(a, link);
	return 0;
}

bool attach_user_is_left(const struct bpf_program *prog, const struct attach_place *place)
{
	cleanup_user_target struct user_target t = {0};

	if (place->to)
		return true;
	target_read(prog, place, &t);
	/* of a USDT that is not there, libbpf says nothing */
	return t.usdt || !t.named || t.home == HOME_SELF;
}

uint64_t attach_user_drives(const struct bpf_program *prog, const struct attach_place *place)
{
	static const uint64_t drives[] = {[HOME_SELF] = TRIGGER_CALL,
	                                  [HOME_LIBC] = TRIGGER_LIBRARY | TRIGGER_COMMAND,
	                                  [HOME_SHELL] = TRIGGER_COMMAND,
	                                  [HOME_OTHER] = TRIGGER_COMMAND};
	cleanup_user_target struct user_target t = {0};

	target_read(prog, place, &t);
	return drives[t.home];
}
