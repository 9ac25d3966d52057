/* SPDX-License-Identifier: BSD-2-Clause */
/* Probes in user space whose section names no binary: on the function that subjects call, in their own binary. */
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <string.h>

#include "agent/arch/machine.h"
#include "agent/attach/attachment.h"
#include "agent/deeds/call_target.h"

#define BINARY "/proc/self/exe"

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

static int probe(const struct bpf_program *prog, bool at_return, struct attachment *a, struct error *err)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = at_return);
	struct bpf_link *link = bpf_program__attach_uprobe_opts(prog, -1, BINARY, target_offset(), &opts);

	if (!link)
		return attach_failed(err, errno, "to the function that subjects call");
	attachment_hold_link(a, link);
	return 0;
}

int attach_uprobe(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                  struct error *err)
{
	(void)place;
	return probe(prog, false, a, err);
}

int attach_uretprobe(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                     struct error *err)
{
	(void)place;
	return probe(prog, true, a, err);
}

/* bpf_attr.link_create.uprobe_multi */
struct uprobe_multi_detail {
	uint64_t path, offsets, counters, cookies;
	uint32_t count, flags, pid, unused;
};
enum { TYPE_UPROBE_MULTI = 48, FLAG_RETURN = 1 };

static int probe_multi(const struct bpf_program *prog, bool at_return, struct attachment *a, struct error *err)
{
	uint64_t offset = target_offset();
	const struct uprobe_multi_detail detail = {
	        .path = (uint64_t)(uintptr_t)BINARY,
	        .offsets = (uint64_t)(uintptr_t)&offset,
	        .count = 1,
	        .flags = at_return ? FLAG_RETURN : 0,
	};
	int fd = attachment_link_create(bpf_program__fd(prog), 0, TYPE_UPROBE_MULTI, 0, &detail, sizeof(detail));

	/* its type is checked first, and nothing else here can be invalid */
	if (fd == -EINVAL)
		return error_set(err, EOPNOTSUPP,
		                 "failed to attach: the kernel does not know uprobe.multi, which came with 6.6");
	if (fd < 0)
		return attach_failed(err, -fd, "to the function that subjects call");
	attachment_hold_fd(a, fd);
	return 0;
}

int attach_uprobe_multi(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                        struct error *err)
{
	(void)place;
	return probe_multi(prog, false, a, err);
}

int attach_uretprobe_multi(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                           struct error *err)
{
	(void)place;
	return probe_multi(prog, true, a, err);
}

int attach_usdt(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                struct error *err)
{
	struct bpf_link *link =
	        bpf_program__attach_usdt(prog, -1, BINARY, MACHINE_USDT_PROVIDER, MACHINE_USDT_NAME, NULL);

	(void)place;
	if (!link)
		return attach_failed(err, errno, "to the USDT of the subjects");
	attachment_hold_link(a, link);
	return 0;
}
