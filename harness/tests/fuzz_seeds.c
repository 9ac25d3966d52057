/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes what the fuzzers start from: one small input of each kind that the parsers know, into DIR/TARGET/NAME.
 * The texts among them are files of the tree, which the Makefile hands over itself.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Check's own assertions work inside its tests only, and the fake kernels are made with them. */
#undef ck_assert_int_eq
#define ck_assert_int_eq(a, b) \
	do { \
		if ((a) != (b)) { \
			fprintf(stderr, "%s:%d: not equal: %s, %s\n", __FILE__, __LINE__, #a, #b); \
			exit(1); \
		} \
	} while (0)

#include "tests/fake_kernel.h"

#include <bpf/btf.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "relo/elf_view.h"
#include "wire/frame.h"
#include "wire/job.h"
#include "wire/message.h"
#include "wire/loader_pack.h"

static const char *root;

static void seed(const char *target, const char *name, int first, const struct buf *bytes)
{
	cleanup_free char *dir = xasprintf("%s/%s", root, target), *path = xasprintf("%s/%s", dir, name);
	cleanup_buf struct buf whole = {0};

	if (first >= 0)
		buf_putc(&whole, (char)first);
	buf_add(&whole, bytes->data, bytes->len);
	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(io_replace_file(path, whole.data, whole.len, NULL), 0);
}

static void seed_images(void)
{
	static const char *const filters[] = {"none", "gzip", "bzip2", "lzma", "xz", "lz4", "zstd", "lz4-legacy"};
	const struct fake_elf f = {.release = "6.1.0-fuzz", .pvh = true, .btf = true, .padding = 300};
	cleanup_buf struct buf elf = {0};

	fake_elf_build(&f, &elf);
	seed("image", "elf", -1, &elf);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		cleanup_buf struct buf whole = {0}, stream = {0};

		fake_bzimage_build(&elf, filters[i], f.release, &whole);
		seed("image", filters[i], -1, &whole);
		if (strcmp(filters[i], "lz4-legacy"))
			fake_stream(filters[i], elf.data, elf.len, &stream);
		else
			fake_lz4_legacy(elf.data, elf.len, &stream);
		if (stream.len) {
			cleanup_free char *name = xasprintf("stream-%s", filters[i]);

			seed("image", name, -1, &stream);
		}
	}
}

/* One message of each type, in an order that the protocol allows, then the same as a stream. */
static void seed_frames(void)
{
	static char text[] = "text", release[] = "6.1.0-fuzz", access[] = "0:1", spec[] = "struct s.f";
	struct message messages[] = {
	        {.type = MESSAGE_HELLO, .hello = {.protocol = MESSAGE_PROTOCOL, .release = release, .btf_size = 9}},
	        {.type = MESSAGE_READY, .ready = {.ready_ns = 7}},
	        {.type = MESSAGE_JOB, .job = {.nonce = 0x3131313131313131, .objects = 2}},
	        {.type = MESSAGE_CELL_BEGIN},
	        {.type = MESSAGE_PROGRAM, .program = {.name = text, .section = text, .type = text, .loaded = true}},
	        {.type = MESSAGE_RELO,
	         .relo = {.program = text, .section = text, .type = text, .access = access, .spec = spec, .kind = 1}},
	        {.type = MESSAGE_TRUTH, .truth = {.workload = text, .field = text, .expected = text, .observed = text}},
	        {.type = MESSAGE_LOG, .log = {.text = text}},
	        {.type = MESSAGE_CELL_END, .cell_end = {.phase = PHASE_DONE, .events = 3}},
	        {.type = MESSAGE_CELL_BEGIN, .cell_begin = {.object = 1}},
	        {.type = MESSAGE_CELL_END, .cell_end = {.phase = PHASE_LOAD, .err = 22, .reason = text}},
	        {.type = MESSAGE_END, .end = {.nonce = 0x3131313131313131, .cells = 2}},
	        {.type = MESSAGE_FATAL, .fatal = {.reason = text}},
	};
	cleanup_buf struct buf all = {0}, stream = {0}, packed = {0};

	buf_putc(&stream, 16);
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		cleanup_buf struct buf one = {0};
		size_t len;

		message_encode(&messages[i], &one);
		message_encode(&messages[i], &stream);
		len = one.len - FRAME_OVERHEAD;
		buf_putc(&all, (char)messages[i].type);
		buf_putc(&all, (char)(len & 0xff));
		buf_putc(&all, (char)(len >> 8));
		buf_add(&all, one.data + FRAME_HEADER_SIZE, len);
	}
	seed("frame", "session", 0, &all);
	seed("frame", "stream", 1, &stream);
	buf_consume(&stream, 1);
	frame_pack(&packed, &stream);
	buf_consume(&packed, FRAME_HEADER_SIZE);
	packed.len -= FRAME_OVERHEAD - FRAME_HEADER_SIZE;
	seed("frame", "packed", 2, &packed);
}

static void seed_jobs(void)
{
	struct job_object objects[2] = {{.name = xstrdup("one")}, {.name = xstrdup("two")}};
	struct job job = {.nonce = 1, .objects = objects, .object_count = 2};
	struct loader_pack_file file = {.path = xstrdup("/bin/loader"), .mode = 0755, .bytes = "ELF", .size = 3};
	struct buf pack = {0}, content = {0};
	cleanup_buf struct buf whole = {0};

	loader_pack_add(&pack, &file);
	loader_pack_add(&pack, &file);
	objects[0].bytes = pack.data;
	objects[0].size = (uint32_t)pack.len;
	objects[1].bytes = xstrdup("bytes");
	objects[1].size = 5;
	job_object_set(&objects[0], SETTING_LOADER, "", "/bin/loader");
	job_object_set(&objects[1], SETTING_PROGRAM_AUTOLOAD, "prog", "no");
	job_encode(&job, &whole);
	seed("job", "whole", 1, &whole);
	buf_add(&content, whole.data + 16, whole.len - 16);
	seed("job", "content", 0, &content);
	buf_free(&content);
	free(file.path);
	job_object_free(&objects[0]);
	job_object_free(&objects[1]);
}

static void seed_object(const char *path)
{
	struct elf_view view __attribute__((cleanup(elf_view_free))) = {0};
	cleanup_buf struct buf object = {0}, types = {0}, both = {0};
	const struct elf_view_section *btf, *ext;
	uint16_t len;

	ck_assert_int_eq(io_read_file(path, 1 << 20, &object, NULL), 0);
	ck_assert_int_eq(elf_view_open(object.data, object.len, &view, NULL), 0);
	seed("core_relo", io_basename(path), 0, &object);
	btf = elf_view_find(&view, ".BTF");
	ext = elf_view_find(&view, ".BTF.ext");
	if (!btf)
		return;
	buf_add(&types, btf->data, btf->size);
	{
		cleanup_free char *name = xasprintf("%s.types", io_basename(path));

		seed("core_relo", name, 1, &types);
	}
	if (!ext || btf->size > UINT16_MAX)
		return;
	len = (uint16_t)btf->size;
	buf_add(&both, &len, sizeof(len));
	buf_add(&both, btf->data, btf->size);
	buf_add(&both, ext->data, ext->size);
	{
		cleanup_free char *name = xasprintf("%s.sections", io_basename(path));

		seed("core_relo", name, 2, &both);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: fuzz_seeds DIR OBJECT...\n", stderr);
		return 2;
	}
	root = argv[1];
	seed_images();
	seed_frames();
	seed_jobs();
	for (int i = 2; i < argc; i++)
		seed_object(argv[i]);
	return 0;
}
