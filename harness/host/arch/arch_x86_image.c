/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels of x86: the bzImage (Linux boot protocol 2.08 or later), and a vmlinux that boots by its PVH note. */
#include <elf.h>
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/elf_file.h"
#include "host/arch/arch_x86.h"
#include "host/lib/unpack.h"

static const size_t kernel_max = 1u << 30;

/* Fields of the setup header, Documentation/arch/x86/boot.rst. */
enum {
	SETUP_SECTS = 0x1f1,
	SETUP_MAGIC = 0x202,
	SETUP_VERSION = 0x206,
	SETUP_KERNEL_VERSION = 0x20e, /* u16: where the release string is, less 0x200 */
	SETUP_PAYLOAD_OFFSET = 0x248,
	SETUP_PAYLOAD_LENGTH = 0x24c,
	SETUP_SIZE = 0x250,
	PROTOCOL_WITH_PAYLOAD = 0x208,
	SECTOR = 512,
};

/* include/xen/interface/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY. */
enum { NOTE_PHYS32_ENTRY = 18 };

static uint16_t u16_at(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static uint32_t u32_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static bool is_packed(const struct image_format *format, const char *bytes, size_t len)
{
	(void)format;
	return len >= SETUP_SIZE && !memcmp(bytes + SETUP_MAGIC, "HdrS", 4);
}

/* The release that the header names, or NULL; the caller frees it. */
static char *header_release(const char *p, size_t len)
{
	size_t at;

	at = u16_at(p + SETUP_KERNEL_VERSION);
	if (!at || at + 0x200 >= len)
		return NULL;
	return image_first_word(p + at + 0x200, len - at - 0x200);
}

/*
 * The payload is followed by its uncompressed size (u32), except that gzip ends in such a number of its own:
 * scripts/Makefile.lib, size_append.
 */
static int payload_unpack(const char *payload, size_t len, struct buf *elf, struct error *err)
{
	bool is_gzip;
	uint32_t size;
	int rc;

	if (len < 8)
		return error_usage(err, "its payload of %zu bytes is too short", len);
	if (elf_file_magic(payload, len)) {
		buf_add(elf, payload, len);
		return 0;
	}
	is_gzip = !memcmp(payload, "\x1f\x8b", 2);
	size = u32_at(payload + len - 4);
	if (size > kernel_max)
		return error_usage(err, "its payload claims to unpack to %u bytes, more than the %zu allowed", size,
		                   kernel_max);
	rc = unpack_stream(payload, is_gzip ? len : len - 4, size, elf, err);
	if (rc)
		return error_prefix(err, "its payload is ");
	if (elf->len != size)
		return error_usage(err, "its payload unpacks to %zu bytes instead of %u: truncated or corrupt",
		                   elf->len, size);
	return 0;
}

static int bzimage_unpack(const char *bytes, size_t len, struct buf *elf, struct error *err)
{
	unsigned sectors = (unsigned char)bytes[SETUP_SECTS];
	uint64_t at, end;

	if (u16_at(bytes + SETUP_VERSION) < PROTOCOL_WITH_PAYLOAD)
		return error_usage(err, "a bzImage of boot protocol 0x%x; 0x%x or later is needed",
		                   u16_at(bytes + SETUP_VERSION), PROTOCOL_WITH_PAYLOAD);
	at = (uint64_t)((sectors ? sectors : 4) + 1) * SECTOR + u32_at(bytes + SETUP_PAYLOAD_OFFSET);
	end = at + u32_at(bytes + SETUP_PAYLOAD_LENGTH);
	if (end > len)
		return error_usage(err, "a truncated bzImage: %zu bytes of at least %llu", len,
		                   (unsigned long long)end);
	return payload_unpack(bytes + at, (size_t)(end - at), elf, err);
}

/* Notes of one PT_NOTE segment; names and contents are padded to 4 bytes. */
static bool elf_boots(const char *at, size_t len)
{
	Elf64_Nhdr note;

	while (len >= sizeof(note)) {
		uint64_t name, body;

		memcpy(&note, at, sizeof(note));
		name = ((uint64_t)note.n_namesz + 3) & ~3ull;
		body = ((uint64_t)note.n_descsz + 3) & ~3ull;
		if (name + body > len - sizeof(note))
			return false;
		if (note.n_type == NOTE_PHYS32_ENTRY && note.n_namesz == 4 && !memcmp(at + sizeof(note), "Xen", 4))
			return true;
		at += sizeof(note) + name + body;
		len -= sizeof(note) + (size_t)(name + body);
	}
	return false;
}

static int unpack(struct image *image, struct error *err)
{
	cleanup_free char *named = header_release(image->packed.data, image->packed.len);
	int rc = bzimage_unpack(image->packed.data, image->packed.len, &image->kernel, err);

	if (rc)
		return rc;
	if (!elf_file_magic(image->kernel.data, image->kernel.len))
		return error_usage(err, "a bzImage whose payload is not an ELF file");
	rc = image_read_elf(image, err);
	if (rc)
		return error_prefix(err, "a bzImage that holds ");
	if (named && strcmp(named, image->release))
		return error_usage(err, "a bzImage whose header says release %s and whose kernel says %s", named,
		                   image->release);
	return 0;
}

const struct image_format arch_x86_image = {
        .what = "a bzImage",
        .kernel_name = "vmlinux",
        .packed_name = "bzimage",
        .is_packed = is_packed,
        .unpack = unpack,
        .elf_boots = elf_boots,
        .former_key = "pvh",
        .unbootable =
                "a vmlinux without a PVH entry, which QEMU cannot boot; give the bzImage that belongs to it, or build it with CONFIG_PVH=y",
};
