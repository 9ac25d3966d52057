/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/kernel_btf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/load/kernel_names.h"
#include "agent/load/shared_pages.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/io.h"

#define MAX_BTF (64u << 20)

#define EXTERNAL_PATH "/tmp/external.btf"

static struct btf *shared;
static struct btf *external; /* parsed from EXTERNAL_PATH; NULL: none, and `shared` is not hidden */
static size_t raw_size;
static uint32_t raw_crc;

struct btf *__wrap_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__parse(const char *path, struct btf_ext **ext);
struct btf *__real_btf__parse(const char *path, struct btf_ext **ext);
void __wrap_btf__free(struct btf *btf);
void __real_btf__free(struct btf *btf);
__s32 __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind);
__s32 __real_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind);

/* The verifier parses the kernel's BTF when the first program comes, for good (bpf_get_btf_vmlinux). Be that program.
 */
static void verifier_prepare(void)
{
	const struct bpf_insn nothing[] = {
	        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	        {.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "nothing", "GPL", nothing,
	                       sizeof(nothing) / sizeof(nothing[0]), NULL);

	if (fd >= 0)
		close(fd);
}

/* What each cell would do again. */
static void prepare(struct btf *btf)
{
	const void *bytes;
	__u32 size;

	kernel_names_index(btf);
	btf__pointer_size(btf); /* looked for in all types, and kept */
	bytes = btf__raw_data(btf, &size);
	if (bytes)
		shared_pages_settle(bytes, size);
}

void kernel_btf_load(void)
{
	struct buf raw = {0};

	verifier_prepare();

	if (io_read_file("/sys/kernel/btf/vmlinux", MAX_BTF, &raw, NULL) || !raw.len) {
		buf_free(&raw);
		return;
	}
	raw_size = raw.len;
	raw_crc = (uint32_t)crc32(0, (const Bytef *)raw.data, (uInt)raw.len);
	shared = btf__new(raw.data, (unsigned)raw.len);
	if (libbpf_get_error(shared))
		shared = NULL;
	if (shared)
		prepare(shared);
	buf_free(&raw);
}

struct btf *kernel_btf(void)
{
	return shared;
}

size_t kernel_btf_size(void)
{
	return raw_size;
}

uint32_t kernel_btf_crc(void)
{
	return raw_crc;
}

int kernel_btf_replace(const void *bytes, size_t size, struct error *err)
{
	int rc = io_replace_file(EXTERNAL_PATH, bytes, size, err);

	if (rc)
		return rc;
	external = btf__new(bytes, (unsigned)size);
	rc = (int)libbpf_get_error(external);
	if (rc) {
		external = NULL;
		return error_set(err, -rc, "the BTF from outside cannot be parsed: %s", strerror(-rc));
	}
	prepare(external);
	return 0;
}

const char *kernel_btf_external(void)
{
	return external ? EXTERNAL_PATH : NULL;
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	if (shared && !external)
		return shared;
	errno = ESRCH;
	return NULL;
}

struct btf *__wrap_btf__parse(const char *path, struct btf_ext **ext)
{
	return external && !strcmp(path, EXTERNAL_PATH) ? external : __real_btf__parse(path, ext);
}

void __wrap_btf__free(struct btf *btf)
{
	if (btf != shared && btf != external)
		__real_btf__free(btf);
}

__s32 __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind)
{
	int id;

	if (!kernel_names_known(btf) || kind == BTF_KIND_UNKN)
		return __real_btf__find_by_name_kind(btf, name, kind);
	id = kernel_names_find(btf, name, kind);
	if (id < 0)
		errno = -id;
	return id;
}

/* libbpf.a's own is made weak for the agent (Makefile). */
int bpf_core_add_cands(struct bpf_core_cand *local_cand, size_t local_essent_len, const struct btf *targ_btf,
                       const char *targ_btf_name, int targ_start_id, struct bpf_core_cand_list *cands)
{
	(void)targ_btf_name;
	return kernel_names_candidates(local_cand, local_essent_len, targ_btf, targ_start_id, cands);
}
