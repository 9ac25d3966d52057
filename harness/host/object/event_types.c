/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/event_types.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/elf_file.h"
#include "base/io.h"
#include "host/lib/child.h"
#include "host/lib/text.h"
#include "host/store/btf_take.h"

/* Of a large program's types; it runs once. */
#define PAHOLE_MS 120000
#define CHAIN_MAX 16

/* As the guest's decoder looks for it. */
static int check_type(const struct btf *btf, const void *ctx, struct error *err)
{
	const char *name = ctx;
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	const struct btf_type *t;

	if (id < 0)
		id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	t = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
	for (int i = 0; t && (btf_is_typedef(t) || btf_is_mod(t)) && i < CHAIN_MAX; i++)
		t = btf__type_by_id(btf, t->type);
	if (t && btf_is_struct(t))
		return 0;
	return error_usage(err, "has no struct %s; `event` in [object] names the one that an event is", name);
}

/* Whether the file has DWARF and nothing else to tell types by. */
static bool has_dwarf_alone(int fd)
{
	struct elf_file f;
	Elf64_Shdr section;

	return elf_file_open_fd(&f, fd) && elf_file_is_64le(&f) && f.section_count &&
	       !elf_file_find(&f, ".BTF", &section) && elf_file_find(&f, ".debug_info", &section);
}

/* A file in memory with the BTF that pahole makes of the DWARF; -1 with `err`. */
static int dwarf_convert(const char *path, struct error *err)
{
	const char *const argv[] = {"pahole", "-J", "--btf_encode_detached=/dev/stdout", path, NULL};
	const struct child_options options = {.max_output = EVENT_TYPES_MAX, .timeout_ms = PAHOLE_MS};
	cleanup_child_result struct child_result said = {0};
	cleanup_close int fd = memfd_create("btf", MFD_CLOEXEC);
	int rc = child_run(argv, &options, &said, err);

	if (rc == -ENOENT) {
		error_clear(err);
		error_usage(
		        err,
		        "has DWARF and no BTF, which takes pahole to read: install it (package pahole), or give a file with BTF");
		return -1;
	}
	if (rc < 0)
		return -1;
	if (!child_ok(&said) || !said.out.len) {
		cleanup_free char *end = child_describe(&said);
		cleanup_buf struct buf line = {0};

		text_add_line(&line, buf_str(&said.err));
		error_usage(err, "has DWARF and no BTF, and pahole cannot read it: it %s: %s", end, buf_str(&line));
		return -1;
	}
	if (fd < 0 || io_write_all(fd, said.out.data, said.out.len) < 0) {
		error_set(err, ENOMEM, "no memory for a BTF");
		return -1;
	}
	return steal_fd(&fd);
}

int event_types_read(const char *path, const char *type, struct buf *raw, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	cleanup_close int converted = -1;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return error_usage(err, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_usage(err, "%s: is not a file; give one with BTF or DWARF", path);
	if (has_dwarf_alone(fd) && (converted = dwarf_convert(path, err)) < 0)
		return error_prefix(err, "%s: ", path);
	if (btf_take_open(converted >= 0 ? converted : fd, check_type, type, raw, err))
		return error_prefix(err, "%s: ", path);
	if (raw->len > EVENT_TYPES_MAX)
		return error_usage(err, "%s: has %zu bytes of BTF, of which a guest takes %zu; give a smaller file",
		                   path, raw->len, EVENT_TYPES_MAX);
	return 0;
}
