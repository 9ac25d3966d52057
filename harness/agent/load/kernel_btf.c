/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/kernel_btf.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include <zlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/fast/fast.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/io.h"

#define MAX_BTF (64u << 20)

#define OWN_PATH "/sys/kernel/btf/vmlinux"
#define EXTERNAL_PATH "/tmp/external.btf"

static struct btf *shared;
static struct btf *external; /* parsed from EXTERNAL_PATH; NULL: none, and `shared` is not hidden from libbpf */
static size_t raw_size;
static uint32_t raw_crc;

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

void kernel_btf_load(void)
{
	struct buf raw = {0};

	verifier_prepare();

	if (io_read_file(OWN_PATH, MAX_BTF, &raw, NULL) || !raw.len) {
		buf_free(&raw);
		return;
	}
	raw_size = raw.len;
	raw_crc = (uint32_t)crc32(0, (const Bytef *)raw.data, (uInt)raw.len);
	shared = btf__new(raw.data, (unsigned)raw.len);
	if (libbpf_get_error(shared))
		shared = NULL;
	if (shared)
		fast_kernel_btf(shared);
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

/* A file that is no BTF lies over the kernel's own: libbpf finds none then, here or elsewhere. */
static int hide_own(struct error *err)
{
	static const char empty[] = "/tmp/no.btf";
	int rc = io_replace_file(empty, "", 0, err);

	if (!rc && mount(empty, OWN_PATH, NULL, MS_BIND, NULL) && errno != ENOENT)
		rc = error_set(err, errno, "%s: cannot be hidden: %s", OWN_PATH, strerror(errno));
	return rc;
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
		return error_set(err, -rc, "the external BTF cannot be parsed: %s", strerror(-rc));
	}
	if (!fast_external_btf(EXTERNAL_PATH, external))
		return hide_own(err);
	return 0;
}

const char *kernel_btf_external(void)
{
	return external ? EXTERNAL_PATH : NULL;
}
