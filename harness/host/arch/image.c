/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/arch/image.h"

#include <ctype.h>
#include <elf.h>
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/elf_file.h"

/* struct btf_header, include/uapi/linux/btf.h: 24 bytes that begin with this. */
enum { BTF_MAGIC = 0xeb9f, BTF_HEADER_SIZE = 24, BTF_HEADER_MAX = 128 };

static uint16_t u16_at(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

/* Images of other processors, told apart so that the message can say so. */
static const struct {
	size_t at;
	const char *magic;
	const char *what;
} foreign[] = {
        {4, "zimg", "a compressed EFI kernel image (zboot) of a kind that is not known"},
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

/* The architecture whose packed kernel this is, or NULL. */
static const struct arch *packed_arch(const char *bytes, size_t len)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++)
		if (arch->image->is_packed(arch->image, bytes, len))
			return arch;
	return NULL;
}

bool image_is_kernel(const void *bytes, size_t len)
{
	return packed_arch(bytes, len) || elf_file_magic(bytes, len) || foreign_name(bytes, len);
}

char *image_first_word(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && isgraph((unsigned char)text[n]))
		n++;
	if (!n || n == len || (text[n] != ' ' && text[n] != '\0'))
		return NULL;
	return xstrndup(text, n);
}

/* Whose kernel it is; inside of a packed one it has to be the same architecture's. */
static int header_check(struct image *image, const Elf64_Ehdr *h, struct error *err)
{
	const struct arch *arch = arch_of_elf(h);

	if (!arch || (image->arch && image->arch != arch)) {
		cleanup_free char *names = image->arch ? xstrdup(image->arch->name) : arch_names();

		return error_usage(err,
		                   "an ELF file for another processor (class %u, machine %u); expected a kernel for %s",
		                   h->e_ident[EI_CLASS], h->e_machine, names);
	}
	image->arch = arch;
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return error_usage(err, "an ELF file of type %u; expected a kernel (an executable)", h->e_type);
	return 0;
}

static int sections_read(struct image *image, const struct elf_file *f, struct error *err)
{
	Elf64_Shdr names, btf;
	const char *bytes;

	if (f->section_count && !elf_file_section(f, f->section_count - 1, &names))
		return error_usage(err, "an ELF file whose section table is outside the file: truncated or corrupt");
	if (!elf_file_section(f, f->names, &names))
		return 0;
	if (!elf_file_holds(f, names.sh_offset, names.sh_size))
		return error_usage(err, "an ELF file whose section names are outside the file: truncated or corrupt");
	if (!elf_file_find(f, ".BTF", &btf))
		return 0;
	bytes = btf.sh_type == SHT_NOBITS ? NULL : elf_file_at(f, btf.sh_offset, btf.sh_size);
	if (!bytes)
		return error_usage(err, "an ELF file whose .BTF is outside the file: truncated or corrupt");
	if (btf.sh_size < BTF_HEADER_SIZE || u16_at(bytes) != BTF_MAGIC)
		return error_usage(err, "an ELF file whose .BTF is not BTF: corrupt");
	image->btf_at = btf.sh_offset;
	image->btf_len = btf.sh_size;
	return 0;
}

static int segments_read(struct image *image, const struct elf_file *f, struct error *err)
{
	size_t loaded = 0;
	Elf64_Phdr s;

	if (f->header.e_phnum && !elf_file_segment(f, f->header.e_phnum - 1u, &s))
		return error_usage(err, "an ELF file whose segment table is outside the file: truncated or corrupt");
	for (size_t i = 0; elf_file_segment(f, i, &s); i++) {
		const char *bytes = elf_file_at(f, s.p_offset, s.p_filesz);

		if (s.p_type != PT_LOAD && s.p_type != PT_NOTE)
			continue;
		if (!bytes)
			return error_usage(
			        err, "an ELF file whose segment %zu is outside the file: truncated or corrupt", i);
		loaded += s.p_type == PT_LOAD;
		if (s.p_type == PT_NOTE && image->arch->image->elf_boots(bytes, s.p_filesz))
			image->kernel_boots = true;
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
			return image_first_word(at, (size_t)(end - at));
	}
	return NULL;
}

int image_read_elf(struct image *image, struct error *err)
{
	struct elf_file f;
	int rc;

	if (!elf_file_open(&f, image->kernel.data, image->kernel.len))
		return error_usage(err, "a truncated ELF file: %zu bytes", image->kernel.len);
	rc = header_check(image, &f.header, err);
	if (!rc)
		rc = segments_read(image, &f, err);
	if (!rc)
		rc = sections_read(image, &f, err);
	if (rc)
		return rc;
	image->release = banner_release(image->kernel.data, image->kernel.len);
	if (!image->release)
		return error_usage(err, "an ELF file without the words 'Linux version'; expected a Linux kernel");
	return 0;
}

static uint32_t u32_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

/* How long the BTF is that begins here, 0 for what is none: types, then strings, the first of which is "". */
static size_t btf_length(const char *at, size_t room)
{
	uint64_t header, types, strings_at, strings, end;

	if (room < BTF_HEADER_SIZE)
		return 0;
	header = u32_at(at + 4);
	types = u32_at(at + 12);
	strings_at = u32_at(at + 16);
	strings = u32_at(at + 20);
	end = header + strings_at + strings;
	if (header < BTF_HEADER_SIZE || header > BTF_HEADER_MAX || u32_at(at + 8) || !types || strings_at < types ||
	    strings < 2 || end > room || at[header + strings_at] || at[end - 1])
		return 0;
	return (size_t)end;
}

/* The longest: those of objects that a kernel has built in are some kB. */
static void btf_find(struct image *image)
{
	static const char start[] = "\x9f\xeb\x01"; /* magic and version, little-endian */
	const char *bytes = image->kernel.data, *end = bytes + image->kernel.len, *at = bytes;

	while ((at = memmem(at, (size_t)(end - at), start, sizeof(start) - 1))) {
		size_t len = btf_length(at, (size_t)(end - at));

		if (len > image->btf_len) {
			image->btf_at = (size_t)(at - bytes);
			image->btf_len = len;
		}
		at++;
	}
}

int image_read_flat(struct image *image, struct error *err)
{
	btf_find(image);
	image->release = banner_release(image->kernel.data, image->kernel.len);
	if (!image->release)
		return error_usage(err, "an image without the words 'Linux version'; expected a Linux kernel");
	return 0;
}

/* "a bzImage, ": the packed forms that are known. */
static char *packed_forms(void)
{
	struct buf text = {0};
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++)
		buf_printf(&text, "%s, ", arch->image->what);
	return buf_steal(&text);
}

static int refuse(const char *bytes, size_t len, struct error *err)
{
	cleanup_free char *forms = packed_forms(), *names = arch_names();
	const char *other = foreign_name(bytes, len);

	if (other)
		return error_usage(err, "%s; this harness runs %s kernels", other, names);
	return error_usage(err, "not a kernel image; expected %sa vmlinux (ELF), a .deb or an .rpm", forms);
}

int image_unpack(struct buf *bytes, struct image *image, struct error *err)
{
	struct buf taken = *bytes;

	*bytes = (struct buf){0};
	*image = (struct image){.arch = packed_arch(taken.data, taken.len)};
	if (image->arch) {
		image->packed = taken;
		return image->arch->image->unpack(image, err);
	}
	image->kernel = taken;
	return elf_file_magic(taken.data, taken.len) ? image_read_elf(image, err) : refuse(taken.data, taken.len, err);
}

int image_check_boots(const struct image *image, struct error *err)
{
	if (image->kernel_boots || image->packed.len)
		return 0;
	return error_usage(err, "%s", image->arch->image->unbootable);
}

void image_free(struct image *image)
{
	buf_free(&image->packed);
	buf_free(&image->kernel);
	free(image->release);
	*image = (struct image){0};
}
