/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_kernel: small kernel images and packages for tests, built by the formats' documents (ELF, Linux boot protocol,
 * deb(5)), not by the code under test. They hold what the harness looks for and would not boot.
 */
#ifndef COREMATRIX_TESTS_FAKE_KERNEL_H
#define COREMATRIX_TESTS_FAKE_KERNEL_H

#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct fake_elf {
	const char *release; /* NULL: no banner */
	bool pvh, btf;
	uint16_t machine; /* 0: x86-64 */
	size_t padding;   /* bytes that compress well */
};

enum { FAKE_BTF_SIZE = 24 + 8 };

/* Header, two segments, note, banner, .BTF, names, three sections. */
static inline void fake_elf_build(const struct fake_elf *f, struct buf *out)
{
	static const char names[] = "\0.BTF\0.shstrtab";
	static const char btf[FAKE_BTF_SIZE] = {(char)0x9f, (char)0xeb, 1, 0, 24};
	const struct {
		Elf64_Nhdr header;
		char name[4];
		uint32_t entry;
	} note = {{4, 4, 18}, "Xen", 0x1000000}, other = {{4, 4, 2}, "Xen", 0};
	Elf64_Ehdr h = {.e_type = ET_EXEC,
	                .e_machine = f->machine ? f->machine : EM_X86_64,
	                .e_version = EV_CURRENT,
	                .e_phoff = sizeof(h),
	                .e_ehsize = sizeof(h),
	                .e_phentsize = sizeof(Elf64_Phdr),
	                .e_phnum = 2,
	                .e_shentsize = sizeof(Elf64_Shdr),
	                .e_shnum = 3,
	                .e_shstrndx = 2};
	Elf64_Phdr load = {.p_type = PT_LOAD}, notes = {.p_type = PT_NOTE};
	Elf64_Shdr sections[3] = {{0}, {.sh_name = 1, .sh_type = SHT_PROGBITS}, {.sh_name = 6, .sh_type = SHT_STRTAB}};
	size_t start = out->len;

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	buf_add(out, &h, sizeof(h));
	buf_add(out, &load, sizeof(load));
	buf_add(out, &notes, sizeof(notes));
	notes.p_offset = out->len - start;
	buf_add(out, &other, sizeof(other));
	buf_add(out, f->pvh ? &note : &other, sizeof(note));
	notes.p_filesz = out->len - start - notes.p_offset;
	buf_puts(out, "Linux version %s (%s)");
	if (f->release)
		buf_printf(out, "Linux version %s (a@b) #1\n", f->release);
	for (size_t i = 0; i < f->padding; i++)
		buf_putc(out, (char)(i >> 8));
	while ((out->len - start) % 8)
		buf_putc(out, 0);
	sections[1].sh_offset = out->len - start;
	sections[1].sh_size = sizeof(btf);
	buf_add(out, btf, sizeof(btf));
	sections[2].sh_offset = out->len - start;
	sections[2].sh_size = sizeof(names);
	buf_add(out, names, sizeof(names));
	if (!f->btf)
		sections[1].sh_name = 0;
	h.e_shoff = out->len - start;
	buf_add(out, sections, sizeof(sections));
	load.p_filesz = out->len - start;
	memcpy(out->data + start, &h, sizeof(h));
	memcpy(out->data + start + sizeof(h), &load, sizeof(load));
	memcpy(out->data + start + sizeof(h) + sizeof(load), &notes, sizeof(notes));
}

static inline la_ssize_t fake_write(struct archive *a, void *ctx, const void *bytes, size_t len)
{
	(void)a;
	buf_add(ctx, bytes, len);
	return (la_ssize_t)len;
}

static inline struct archive *fake_archive(const char *format, const char *filter, struct buf *out)
{
	struct archive *a = archive_write_new();

	ck_assert_int_eq(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
	if (strcmp(filter, "none"))
		ck_assert_int_eq(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	ck_assert_int_eq(archive_write_open(a, out, NULL, fake_write, NULL), ARCHIVE_OK);
	return a;
}

static inline void fake_member(struct archive *a, const char *path, const void *bytes, size_t len)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)len);
	ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
	ck_assert_int_eq(archive_write_data(a, bytes, len), (la_ssize_t)len);
	archive_entry_free(e);
}

static inline void fake_close(struct archive *a)
{
	ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

/* `filter` as archive_write_add_filter_by_name has it, or "none". */
static inline void fake_stream(const char *filter, const void *bytes, size_t len, struct buf *out)
{
	struct archive *a;

	if (!strcmp(filter, "none")) {
		buf_add(out, bytes, len);
		return;
	}
	a = fake_archive("raw", filter, out);
	fake_member(a, "data", bytes, len);
	fake_close(a);
}

/* LZ4 "legacy" frames, what `lz4 -l` writes and kernels carry: magic, then blocks with their size; literals only. */
static inline void fake_lz4_legacy(const char *bytes, size_t len, struct buf *out)
{
	struct buf block = {0};
	uint32_t size;

	buf_add(out, "\x02\x21\x4c\x18", 4);
	buf_putc(&block, (char)(len < 15 ? len << 4 : 0xf0));
	if (len >= 15) {
		size_t rest = len - 15;

		for (; rest >= 255; rest -= 255)
			buf_putc(&block, (char)255);
		buf_putc(&block, (char)rest);
	}
	buf_add(&block, bytes, len);
	size = (uint32_t)block.len;
	buf_add(out, &size, sizeof(size));
	buf_add(out, block.data, block.len);
	buf_free(&block);
}

/* A bzImage of boot protocol 2.15 around `elf`, its payload compressed by `filter` ("lz4-legacy" too). */
static inline void fake_bzimage_build(const struct buf *elf, const char *filter, const char *release, struct buf *out)
{
	enum { SETUP = 5 * 512, NAMED_AT = 0x400, HEAD = 64 };
	struct buf payload = {0};
	char *setup = xcalloc(SETUP + HEAD, 1);
	const uint16_t version = 0x20f, named = NAMED_AT - 0x200;
	uint32_t head = HEAD, length, size = (uint32_t)elf->len;

	if (!strcmp(filter, "lz4-legacy"))
		fake_lz4_legacy(elf->data, elf->len, &payload);
	else
		fake_stream(filter, elf->data, elf->len, &payload);
	if (strcmp(filter, "gzip") && strcmp(filter, "none"))
		buf_add(&payload, &size, sizeof(size));
	length = (uint32_t)payload.len;
	setup[0] = 'M';
	setup[1] = 'Z';
	setup[0x1f1] = 4;
	memcpy(setup + 0x202, "HdrS", 4);
	memcpy(setup + 0x206, &version, sizeof(version));
	memcpy(setup + 0x20e, &named, sizeof(named));
	memcpy(setup + 0x248, &head, sizeof(head));
	memcpy(setup + 0x24c, &length, sizeof(length));
	strcpy(setup + NAMED_AT, release);
	strcat(setup + NAMED_AT, " (a@b) #1");
	buf_add(out, setup, SETUP + HEAD);
	buf_add(out, payload.data, payload.len);
	/* What follows a payload in a real image (checksum, signature) is none of it. */
	buf_puts(out, "tail of the image");
	buf_free(&payload);
	free(setup);
}

/* A small kernel as a bzImage, in one call. */
static inline void fake_kernel_build(const char *release, struct buf *out)
{
	const struct fake_elf f = {.release = release, .pvh = true, .btf = true, .padding = 5000};
	struct buf elf = {0};

	fake_elf_build(&f, &elf);
	fake_bzimage_build(&elf, "xz", release, out);
	buf_free(&elf);
}

/* A .deb with one or two members (the second may be NULL), data.tar compressed by `filter`. */
static inline void fake_deb_build(const char *filter, const char *path, const struct buf *bytes, const char *path2,
                                  const char *text2, struct buf *out)
{
	struct buf tar = {0};
	struct archive *a = fake_archive("gnutar", filter, &tar);

	fake_member(a, "./usr/share/doc/readme", "x", 1);
	fake_member(a, path, bytes->data, bytes->len);
	if (path2)
		fake_member(a, path2, text2, strlen(text2));
	fake_close(a);
	a = fake_archive("arbsd", "none", out);
	fake_member(a, "debian-binary", "2.0\n", 4);
	fake_member(a, "control.tar", "x", 1);
	fake_member(a, "data.tar.xz", tar.data, tar.len);
	fake_close(a);
	buf_free(&tar);
}

/* A .rpm: lead, empty signature and header (both 16 bytes of nothing but magic), then a compressed cpio archive. */
static inline void fake_rpm_build(const char *filter, const char *path, const struct buf *bytes, struct buf *out)
{
	static const char lead[96] = {(char)0xed, (char)0xab, (char)0xee, (char)0xdb, 3};
	static const char header[16] = {(char)0x8e, (char)0xad, (char)0xe8, 1};
	struct archive *a;

	buf_add(out, lead, sizeof(lead));
	buf_add(out, header, sizeof(header));
	buf_add(out, header, sizeof(header));
	a = fake_archive("newc", filter, out);
	fake_member(a, path, bytes->data, bytes->len);
	fake_close(a);
}

#endif
