/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/image.h"

#include <ctype.h>
#include <elf.h>
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/unpack.h"

static const size_t elf_max = 1u << 30;

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

/* struct btf_header, include/uapi/linux/btf.h: 24 bytes that begin with this. */
enum { BTF_MAGIC = 0xeb9f, BTF_HEADER_SIZE = 24 };

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

static bool is_bzimage(const char *bytes, size_t len)
{
	return len >= SETUP_SIZE && !memcmp(bytes + SETUP_MAGIC, "HdrS", 4);
}

static bool is_elf(const char *bytes, size_t len)
{
	return len >= SELFMAG && !memcmp(bytes, ELFMAG, SELFMAG);
}

/* Images of other processors, told apart so that the message can say so. */
static const struct {
	size_t at;
	const char *magic;
	const char *what;
} foreign[] = {
        {56, "ARM\x64", "an arm64 kernel image"},
        {56, "RSC\x05", "a RISC-V kernel image"},
        {4, "zimg", "a compressed EFI kernel image (zboot) of another processor"},
        {0x24, "\x18\x28\x6f\x01", "an ARM kernel image"},
        {0, "\x27\x05\x19\x56", "a U-Boot image"},
};

static const char *foreign_name(const char *bytes, size_t len)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (len >= foreign[i].at + 4 && !memcmp(bytes + foreign[i].at, foreign[i].magic, 4))
			return foreign[i].what;
	return NULL;
}

bool image_is_kernel(const void *bytes, size_t len)
{
	return is_bzimage(bytes, len) || is_elf(bytes, len) || foreign_name(bytes, len);
}

/* Text up to the first blank when all of it is printable, else NULL. */
static char *first_word(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && isgraph((unsigned char)text[n]))
		n++;
	if (!n || n == len || (text[n] != ' ' && text[n] != '\0'))
		return NULL;
	return xstrndup(text, n);
}

char *image_header_release(const void *bytes, size_t len)
{
	const char *p = bytes;
	size_t at;

	if (!is_bzimage(p, len))
		return NULL;
	at = u16_at(p + SETUP_KERNEL_VERSION);
	if (!at || at + 0x200 >= len)
		return NULL;
	return first_word(p + at + 0x200, len - at - 0x200);
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
	if (is_elf(payload, len)) {
		buf_add(elf, payload, len);
		return 0;
	}
	is_gzip = !memcmp(payload, "\x1f\x8b", 2);
	size = u32_at(payload + len - 4);
	if (size > elf_max)
		return error_usage(err, "its payload claims to unpack to %u bytes, more than the %zu allowed", size,
		                   elf_max);
	rc = unpack_stream(payload, is_gzip ? len : len - 4, size, elf, err);
	if (rc)
		return error_prefix(err, "its payload is ");
	if (elf->len != size)
		return error_usage(err, "its payload unpacks to %zu bytes instead of %u: cut short or corrupt",
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
		return error_usage(err, "a bzImage that is cut short: %zu bytes of at least %llu", len,
		                   (unsigned long long)end);
	return payload_unpack(bytes + at, (size_t)(end - at), elf, err);
}

static int header_check(const Elf64_Ehdr *h, struct error *err)
{
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_machine != EM_X86_64)
		return error_usage(
		        err, "an ELF file of another processor (class %u, machine %u); expected a kernel for x86_64",
		        h->e_ident[EI_CLASS], h->e_machine);
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return error_usage(err, "an ELF file of type %u; expected a kernel (an executable)", h->e_type);
	return 0;
}

/* Whether [at, at + len) lies within `total` bytes. */
static bool within(uint64_t at, uint64_t len, size_t total)
{
	return at <= total && len <= total - at;
}

static int sections_read(struct image *image, const Elf64_Ehdr *h, struct error *err)
{
	const char *elf = image->elf.data;
	size_t total = image->elf.len;
	Elf64_Shdr names, s;

	if (!h->e_shoff)
		return 0;
	if (h->e_shentsize != sizeof(s) || !within(h->e_shoff, (uint64_t)h->e_shnum * sizeof(s), total))
		return error_usage(err, "an ELF file whose section table lies outside of it: cut short or corrupt");
	if (h->e_shstrndx >= h->e_shnum)
		return 0;
	memcpy(&names, elf + h->e_shoff + h->e_shstrndx * sizeof(s), sizeof(s));
	if (!within(names.sh_offset, names.sh_size, total))
		return error_usage(err, "an ELF file whose section names lie outside of it: cut short or corrupt");
	for (size_t i = 0; i < h->e_shnum; i++) {
		memcpy(&s, elf + h->e_shoff + i * sizeof(s), sizeof(s));
		if (!within(s.sh_name, sizeof(".BTF"), names.sh_size) ||
		    memcmp(elf + names.sh_offset + s.sh_name, ".BTF", sizeof(".BTF")))
			continue;
		if (s.sh_type == SHT_NOBITS || !within(s.sh_offset, s.sh_size, total))
			return error_usage(err, "an ELF file whose .BTF lies outside of it: cut short or corrupt");
		if (s.sh_size < BTF_HEADER_SIZE || u16_at(elf + s.sh_offset) != BTF_MAGIC)
			return error_usage(err, "an ELF file whose .BTF is no BTF: corrupt");
		image->btf_at = s.sh_offset;
		image->btf_len = s.sh_size;
	}
	return 0;
}

/* Notes of one PT_NOTE segment; names and contents are padded to 4 bytes. */
static bool notes_have_pvh(const char *at, size_t len)
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

static int segments_read(struct image *image, const Elf64_Ehdr *h, struct error *err)
{
	const char *elf = image->elf.data;
	size_t total = image->elf.len, loaded = 0;
	Elf64_Phdr s;

	if (h->e_phentsize != sizeof(s) || !within(h->e_phoff, (uint64_t)h->e_phnum * sizeof(s), total))
		return error_usage(err, "an ELF file whose segment table lies outside of it: cut short or corrupt");
	for (size_t i = 0; i < h->e_phnum; i++) {
		memcpy(&s, elf + h->e_phoff + i * sizeof(s), sizeof(s));
		if (s.p_type != PT_LOAD && s.p_type != PT_NOTE)
			continue;
		if (!within(s.p_offset, s.p_filesz, total))
			return error_usage(err,
			                   "an ELF file whose segment %zu lies outside of it: cut short or corrupt", i);
		loaded += s.p_type == PT_LOAD;
		if (s.p_type == PT_NOTE && notes_have_pvh(elf + s.p_offset, s.p_filesz))
			image->pvh = true;
	}
	if (!loaded)
		return error_usage(err, "an ELF file with nothing to load; expected a kernel");
	return 0;
}

/* linux_banner (init/version.c): "Linux version RELEASE (builder) …". The same words occur in formats: "%s" is no
 * release. */
static char *banner_release(const char *elf, size_t len)
{
	static const char start[] = "Linux version ";
	const char *end = elf + len, *at = elf;

	while ((at = memmem(at, (size_t)(end - at), start, sizeof(start) - 1))) {
		at += sizeof(start) - 1;
		if (at < end && isdigit((unsigned char)*at))
			return first_word(at, (size_t)(end - at));
	}
	return NULL;
}

static int elf_read(struct image *image, struct error *err)
{
	Elf64_Ehdr h;
	int rc;

	if (image->elf.len < sizeof(h))
		return error_usage(err, "an ELF file that is cut short: %zu bytes", image->elf.len);
	memcpy(&h, image->elf.data, sizeof(h));
	rc = header_check(&h, err);
	if (!rc)
		rc = segments_read(image, &h, err);
	if (!rc)
		rc = sections_read(image, &h, err);
	if (rc)
		return rc;
	image->release = banner_release(image->elf.data, image->elf.len);
	if (!image->release)
		return error_usage(err, "an ELF file without the words 'Linux version'; expected a Linux kernel");
	return 0;
}

static int bzimage_read(struct image *image, struct error *err)
{
	cleanup_free char *named = image_header_release(image->packed.data, image->packed.len);
	int rc = bzimage_unpack(image->packed.data, image->packed.len, &image->elf, err);

	if (rc)
		return rc;
	if (!is_elf(image->elf.data, image->elf.len))
		return error_usage(err, "a bzImage whose payload is no ELF file");
	rc = elf_read(image, err);
	if (rc)
		return error_prefix(err, "a bzImage that holds ");
	if (named && strcmp(named, image->release))
		return error_usage(err, "a bzImage whose header says release %s and whose kernel says %s", named,
		                   image->release);
	return 0;
}

int image_unpack(struct buf *bytes, struct image *image, struct error *err)
{
	struct buf taken = *bytes;
	const char *other;

	*bytes = (struct buf){0};
	*image = (struct image){0};
	if (is_bzimage(taken.data, taken.len)) {
		image->packed = taken;
		return bzimage_read(image, err);
	}
	image->elf = taken;
	if (is_elf(taken.data, taken.len))
		return elf_read(image, err);
	other = foreign_name(taken.data, taken.len);
	if (other)
		return error_usage(err, "%s; this harness runs x86_64 kernels", other);
	return error_usage(err, "not a kernel image; expected a bzImage, a vmlinux (ELF), a .deb or an .rpm");
}

void image_free(struct image *image)
{
	buf_free(&image->packed);
	buf_free(&image->elf);
	free(image->release);
	*image = (struct image){0};
}
