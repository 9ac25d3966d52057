/* SPDX-License-Identifier: BSD-2-Clause */
#include <endian.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "fake_kernel.h"
#include "host/arch/image.h"
#include "host/lib/unpack.h"
#include "tests/suite.h"

static const char release[] = "6.1.0-50-cloud-amd64";

static struct buf elf_of(bool pvh, bool btf)
{
	const struct fake_elf f = {.release = release, .pvh = pvh, .btf = btf, .padding = 100000};
	struct buf out = {0};

	fake_elf_build(&f, &out);
	return out;
}

static const char *const filters[] = {"gzip", "bzip2", "lzma", "xz", "zstd", "lz4-legacy", "none"};

START_TEST(unpacks_every_payload)
{
	struct buf elf = elf_of(true, true), bz = {0};
	struct image image;
	struct error err = {0};

	fake_bzimage_build(&elf, filters[_i], release, &bz);
	ck_assert(image_is_kernel(bz.data, bz.len));
	ck_assert_msg(!image_unpack(&bz, &image, &err), "%s: %s", filters[_i], err.text);
	ck_assert_uint_eq(image.kernel.len, elf.len);
	ck_assert_mem_eq(image.kernel.data, elf.data, elf.len);
	ck_assert_uint_gt(image.packed.len, 0);
	ck_assert_str_eq(image.release, release);
	ck_assert(image.kernel_boots);
	ck_assert_uint_eq(image.btf_len, FAKE_BTF_SIZE);
	ck_assert_mem_eq(image.kernel.data + image.btf_at, "\x9f\xeb", 2);
	image_free(&image);
	buf_free(&elf);
}
END_TEST

START_TEST(takes_vmlinux_as_it_is)
{
	bool pvh = _i & 1, btf = _i & 2;
	struct buf elf = elf_of(pvh, btf);
	struct image image;
	struct error err = {0};

	ck_assert_msg(!image_unpack(&elf, &image, &err), "%s", err.text);
	ck_assert_uint_eq(image.packed.len, 0);
	ck_assert_int_eq(image.kernel_boots, pvh);
	ck_assert_uint_eq(image.btf_len, btf ? FAKE_BTF_SIZE : 0);
	ck_assert_str_eq(image.release, release);
	image_free(&image);
}
END_TEST

/* What each case does to a good image. */
static void cut_half(struct buf *b)
{
	b->len /= 2;
}

static void cut_tail(struct buf *b)
{
	b->len -= 64;
}

static void flip_payload(struct buf *b)
{
	for (size_t i = 3000; i < 3010; i++)
		b->data[i] = (char)~b->data[i];
}

static void old_protocol(struct buf *b)
{
	b->data[0x206] = 0x07;
}

static void huge_offset(struct buf *b)
{
	memset(b->data + 0x248, 0xff, 8);
}

static void no_payload(struct buf *b)
{
	memset(b->data + 0x24c, 0, 4);
}

static void other_name(struct buf *b)
{
	b->data[0x400] = '5';
}

static void only_header(struct buf *b)
{
	b->len = 0x250;
}

static const struct {
	void (*spoil)(struct buf *b);
	const char *says;
} spoilt[] = {
        {cut_half, "truncated"},    {cut_tail, "truncated"},
        {flip_payload, "payload"},  {old_protocol, "boot protocol 0x207"},
        {huge_offset, "truncated"}, {no_payload, "too short"},
        {only_header, "truncated"}, {other_name, "says release 5.1.0-50-cloud-amd64"},
};

START_TEST(refuses_spoilt_bzimages)
{
	struct buf elf = elf_of(true, true), bz = {0};
	struct image image;
	struct error err = {0};

	fake_bzimage_build(&elf, "xz", release, &bz);
	spoilt[_i].spoil(&bz);
	ck_assert_int_lt(image_unpack(&bz, &image, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, spoilt[_i].says), "%s", err.text);
	error_clear(&err);
	image_free(&image);
	buf_free(&elf);
}
END_TEST

START_TEST(refuses_a_payload_that_grows)
{
	/* The trailer says 1000 bytes; the stream holds 100 kB. */
	struct buf elf = elf_of(true, true), bz = {0};
	struct image image;
	struct error err = {0};
	const uint32_t lie = 1000;
	size_t size_at;

	fake_bzimage_build(&elf, "xz", release, &bz);
	size_at = bz.len - strlen("tail of the image") - sizeof(lie);
	memcpy(bz.data + size_at, &lie, sizeof(lie));
	ck_assert_int_lt(image_unpack(&bz, &image, &err), 0);
	ck_assert_msg(strstr(err.text, "more than the allowed 1000 bytes"), "%s", err.text);
	error_clear(&err);
	image_free(&image);
	buf_free(&elf);
}
END_TEST

/* Cut at every length, and with every byte of its tables spoilt: an answer, never a crash (see SAN=1). */
START_TEST(survives_any_damage_of_an_elf)
{
	struct buf whole = elf_of(true, true);
	size_t tables = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr) + 64;
	size_t sections = whole.len - 3 * sizeof(Elf64_Shdr);

	for (size_t len = 0; len < whole.len; len += len < 400 || len > whole.len - 400 ? 1 : 997) {
		struct buf part = {0};
		struct image image;

		buf_add(&part, whole.data, len);
		ck_assert_int_lt(image_unpack(&part, &image, NULL), 0);
		image_free(&image);
	}
	for (size_t at = 0; at < whole.len; at = at + 1 == tables ? sections : at + 1) {
		struct buf part = {0};
		struct image image;

		buf_add(&part, whole.data, whole.len);
		part.data[at] = (char)0xff;
		image_unpack(&part, &image, NULL);
		if (image.btf_len)
			ck_assert_uint_le(image.btf_at + image.btf_len, image.kernel.len);
		image_free(&image);
	}
	buf_free(&whole);
}
END_TEST

#define FOREIGN(at, magic, says) \
	{ \
		at, magic, sizeof(magic) - 1, says \
	}

static const struct {
	size_t at;
	const char *magic;
	size_t len;
	const char *says;
} foreigners[] = {
        FOREIGN(4, "zimg", "zboot"),
        FOREIGN(0, "hello, I am a text", "not a kernel image"),
        FOREIGN(0,
                "\x7f"
                "ELF\x01\x01\x01",
                "another processor"),
        FOREIGN(0, "", "not a kernel image"),
};

START_TEST(names_foreign_images)
{
	struct buf bytes = {0};
	struct image image;
	struct error err = {0};

	memset(buf_reserve(&bytes, 4096), 0, 4096);
	bytes.len = 4096;
	memcpy(bytes.data + foreigners[_i].at, foreigners[_i].magic, foreigners[_i].len);
	ck_assert_int_lt(image_unpack(&bytes, &image, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, foreigners[_i].says), "%s", err.text);
	error_clear(&err);
	image_free(&image);
}
END_TEST

START_TEST(refuses_elf_files_that_are_no_kernel)
{
	static const struct {
		struct fake_elf elf;
		const char *says;
	} cases[] = {
	        {{.release = release, .machine = EM_LOONGARCH}, "another processor"},
	        {{.release = NULL, .pvh = true}, "without the words 'Linux version'"},
	};
	struct buf elf = {0};
	struct image image;
	struct error err = {0};

	fake_elf_build(&cases[_i].elf, &elf);
	ck_assert_int_lt(image_unpack(&elf, &image, &err), 0);
	ck_assert_msg(strstr(err.text, cases[_i].says), "%s", err.text);
	error_clear(&err);
	image_free(&image);
}
END_TEST

/* ---- arm64 and riscv64 ---- */

enum { ARM_BTF_AT = 4096, ARM_BTF_HEADER = 24, ARM_BTF_TYPES = 12, ARM_BTF_STRINGS = 4000, ARM_SIZE = 20000 };

static void put32(char *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static void put_btf(char *at, uint32_t strings)
{
	static const char magic[] = "\x9f\xeb\x01";

	memcpy(at, magic, sizeof(magic));
	put32(at + 4, ARM_BTF_HEADER);
	put32(at + 12, ARM_BTF_TYPES);
	put32(at + 16, ARM_BTF_TYPES);
	put32(at + 20, strings);
}

/* A small BTF, then a large one, as a kernel with objects built in has them. */
static struct buf arm_image_of(const char *words)
{
	struct buf out = {0};

	memset(buf_reserve(&out, ARM_SIZE), 0, ARM_SIZE);
	out.len = ARM_SIZE;
	memcpy(out.data, "MZ", 2);
	memcpy(out.data + 56, "ARM\x64", 4);
	strcpy(out.data + 1000, words);
	put_btf(out.data + 2000, 40);
	put_btf(out.data + ARM_BTF_AT, ARM_BTF_STRINGS);
	return out;
}

/* drivers/firmware/efi/libstub/zboot-header.S */
static void zboot_build(const struct buf *image, uint16_t machine, struct buf *out)
{
	struct buf payload = {0};

	fake_stream("gzip", image->data, image->len, &payload);
	memset(buf_reserve(out, 512), 0, 512);
	out->len = 512;
	memcpy(out->data, "MZ\0\0zimg", 8);
	put32(out->data + 8, 512);
	put32(out->data + 12, (uint32_t)payload.len);
	put32(out->data + 0x3c, 128);
	memcpy(out->data + 128, "PE\0\0", 4);
	put32(out->data + 132, machine);
	buf_add(out, payload.data, payload.len);
	buf_free(&payload);
}

/* Documentation/arch/riscv/boot-image-header.rst, Documentation/arch/arm64/booting.rst; machines of PE */
static const struct {
	const char *arch, *magic;
	uint16_t pe_machine;
} flat[] = {
        {"aarch64", "ARM\x64", 0xaa64},
        {"riscv64", "RSC\x05", 0x5064},
};

enum { FLAT_PLAIN, FLAT_GZIP, FLAT_ZBOOT, FLAT_FORMS };

static struct buf flat_packed(size_t which, int form)
{
	struct buf plain = arm_image_of("Linux version 6.12.1-flat (x)"), out = {0};

	memcpy(plain.data + 56, flat[which].magic, 4);
	if (form == FLAT_PLAIN)
		return plain;
	if (form == FLAT_GZIP)
		fake_stream("gzip", plain.data, plain.len, &out);
	else
		zboot_build(&plain, flat[which].pe_machine, &out);
	buf_free(&plain);
	return out;
}

START_TEST(flat_images_of_every_form)
{
	const int form = _i % FLAT_FORMS;
	const size_t which = (size_t)_i / FLAT_FORMS;
	struct buf packed = flat_packed(which, form);
	struct image image;
	struct error err = {0};

	ck_assert(image_is_kernel(packed.data, packed.len));
	ck_assert_msg(!image_unpack(&packed, &image, &err), "%s", err.text);
	ck_assert_str_eq(image.arch->name, flat[which].arch);
	ck_assert_str_eq(image.release, "6.12.1-flat");
	ck_assert(image.kernel_boots);
	ck_assert_uint_eq(image.kernel.len, ARM_SIZE);
	ck_assert_int_eq(image.packed.len != 0, form != FLAT_PLAIN);
	ck_assert_uint_eq(image.btf_at, ARM_BTF_AT);
	ck_assert_uint_eq(image.btf_len, ARM_BTF_HEADER + ARM_BTF_TYPES + ARM_BTF_STRINGS);
	ck_assert_int_eq(image_check_boots(&image, &err), 0);
	image_free(&image);
}
END_TEST

START_TEST(arm64_images_are_refused_when_cut_or_of_others)
{
	static const char *const says[] = {"truncated", "of a kind that is not known", "Linux version",
	                                   "a kernel image of riscv64 whose payload is not an Image"};
	static const uint16_t pe_machines[] = {0xaa64, 0x8664, 0xaa64, 0x5064};
	struct buf plain = arm_image_of(_i == 2 ? "no words" : "Linux version 6.12.1-arm64 (x)"), packed = {0};
	struct image image;
	struct error err = {0};

	zboot_build(&plain, pe_machines[_i], &packed);
	if (!_i)
		packed.len -= 100;
	ck_assert_int_lt(image_unpack(&packed, &image, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, says[_i]), "%s", err.text);
	error_clear(&err);
	image_free(&image);
	buf_free(&plain);
}
END_TEST

/* Whatever a header says, what it leads to is inside. */
START_TEST(btf_of_an_image_is_inside_of_it)
{
	struct buf plain = arm_image_of("Linux version 6.12.1-arm64 (x)");
	struct image image;

	for (size_t at = 4; at < ARM_BTF_HEADER; at += 4) {
		struct buf bytes = {0};

		buf_add(&bytes, plain.data, plain.len);
		put32(bytes.data + ARM_BTF_AT + at, 0xfffffff0u);
		ck_assert_int_eq(image_unpack(&bytes, &image, NULL), 0);
		ck_assert_uint_le(image.btf_at + image.btf_len, image.kernel.len);
		image_free(&image);
	}
	buf_free(&plain);
}
END_TEST

START_TEST(an_arm64_vmlinux_does_not_boot)
{
	const struct fake_elf f = {.release = release, .machine = EM_AARCH64, .btf = true};
	struct buf elf = {0};
	struct image image;
	struct error err = {0};

	fake_elf_build(&f, &elf);
	ck_assert_msg(!image_unpack(&elf, &image, &err), "%s", err.text);
	ck_assert_int_lt(image_check_boots(&image, &err), 0);
	ck_assert_msg(strstr(err.text, "give the Image"), "%s", err.text);
	error_clear(&err);
	image_free(&image);
}
END_TEST

START_TEST(an_object_file_is_no_kernel)
{
	struct buf elf = elf_of(true, true);
	struct image image;
	struct error err = {0};

	elf.data[16] = ET_REL;
	ck_assert_int_lt(image_unpack(&elf, &image, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "type 1"));
	error_clear(&err);
	image_free(&image);
}
END_TEST

static char directory[64];

static char *file_of(const struct buf *bytes, const char *name)
{
	char *path = xasprintf("%s/%s", directory, name);

	ck_assert_int_eq(io_replace_file(path, bytes->data, bytes->len, NULL), 0);
	return path;
}

static void make_directory(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%.40s/check_image.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void remove_directory(void)
{
	ck_assert_int_eq(io_remove_tree(directory, NULL), 0);
}

static const struct {
	const char *filter, *image, *config;
} layouts[] = {
        {"xz", "./boot/vmlinuz-6.1.0-50-cloud-amd64", "./boot/config-6.1.0-50-cloud-amd64"},
        {"zstd", "./usr/lib/modules/7.3-cloud-amd64/vmlinuz", NULL},
        {"gzip", "lib/modules/6.5.1/vmlinuz", "lib/modules/6.5.1/config"},
        {"none", "/boot/vmlinux-6.1", NULL},
};

static int unpack(const char *path, struct unpack_kernel *kernel, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	return unpack_package(fd, path, kernel, err);
}

START_TEST(reads_packages)
{
	struct buf image = {0}, deb = {0};
	struct unpack_kernel kernel;
	struct error err = {0};
	char *path;

	fake_kernel_build(release, &image);
	fake_deb_build(layouts[_i].filter, layouts[_i].image, &image, layouts[_i].config, "CONFIG_BPF=y\n", &deb);
	ck_assert(unpack_is_package(deb.data, deb.len));
	path = file_of(&deb, "k.deb");
	ck_assert_msg(!unpack(path, &kernel, &err), "%s", err.text);
	ck_assert_uint_eq(kernel.image.len, image.len);
	ck_assert_mem_eq(kernel.image.data, image.data, image.len);
	if (layouts[_i].config)
		ck_assert_str_eq(buf_str(&kernel.config), "CONFIG_BPF=y\n");
	else
		ck_assert_ptr_null(kernel.config_path);
	unpack_kernel_free(&kernel);
	buf_free(&image);
	buf_free(&deb);
	free(path);
}
END_TEST

START_TEST(reads_rpms)
{
	static const char *const compressed[] = {"gzip", "xz", "zstd"};
	struct buf image = {0}, rpm = {0};
	struct unpack_kernel kernel;
	struct error err = {0};
	char *path;

	fake_kernel_build(release, &image);
	fake_rpm_build(compressed[_i], "./lib/modules/6.5.1/vmlinuz", &image, &rpm);
	ck_assert(unpack_is_package(rpm.data, rpm.len));
	path = file_of(&rpm, "k.rpm");
	ck_assert_msg(!unpack(path, &kernel, &err), "%s", err.text);
	ck_assert_uint_eq(kernel.image.len, image.len);
	ck_assert_mem_eq(kernel.image.data, image.data, image.len);
	unpack_kernel_free(&kernel);
	buf_free(&image);
	buf_free(&rpm);
	free(path);
}
END_TEST

START_TEST(a_cut_package_is_refused)
{
	struct buf image = {0}, deb = {0};
	char *path;

	fake_kernel_build(release, &image);
	fake_deb_build("xz", "./boot/vmlinuz-1", &image, NULL, NULL, &deb);
	for (size_t len = 1; len < deb.len; len += 97) {
		struct buf part = {0};
		struct unpack_kernel kernel;
		struct error err = {0};

		buf_add(&part, deb.data, len);
		path = file_of(&part, "cut.deb");
		/* The end of the tar may be missing once the image is whole; half an image is never given out. */
		if (unpack(path, &kernel, &err))
			ck_assert_msg(strstr(err.text, path) && err.status == EXIT_USAGE, "%s", err.text);
		else
			ck_assert(!kernel.image_path || kernel.image.len == image.len);
		unpack_kernel_free(&kernel);
		error_clear(&err);
		buf_free(&part);
		free(path);
	}
	buf_free(&image);
	buf_free(&deb);
}
END_TEST

START_TEST(packages_are_told_from_other_files)
{
	struct buf cpio = {0}, text = {0};
	struct archive *a = fake_archive("newc", "gzip", &cpio);

	fake_member(a, "boot/vmlinuz-1", "x", 1);
	fake_close(a);
	ck_assert(unpack_is_package(cpio.data, cpio.len));
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, "just text\n");
	ck_assert(!unpack_is_package(text.data, text.len));
	ck_assert(!unpack_is_package("", 0));
	buf_free(&cpio);
	buf_free(&text);
}
END_TEST

START_TEST(a_stream_stops_at_its_cap)
{
	struct buf zeros = {0}, packed = {0}, out = {0};
	struct error err = {0};

	memset(buf_reserve(&zeros, 8 << 20), 0, 8 << 20);
	zeros.len = 8 << 20;
	fake_stream("xz", zeros.data, zeros.len, &packed);
	ck_assert_uint_lt(packed.len, 8192);
	ck_assert_int_lt(unpack_stream(packed.data, packed.len, 1 << 20, &out, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "more than the allowed 1048576 bytes"));
	ck_assert_uint_le(out.len, 3 << 20);
	error_clear(&err);
	buf_free(&out);
	ck_assert_int_eq(unpack_stream(packed.data, packed.len, 8 << 20, &out, &err), 0);
	ck_assert_uint_eq(out.len, 8 << 20);
	buf_free(&out);
	buf_free(&packed);
	buf_free(&zeros);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("image", .seconds = 60),
	        EACH(unpacks_every_payload, filters),
	        RANGE(takes_vmlinux_as_it_is, 0, 4),
	        EACH(refuses_spoilt_bzimages, spoilt),
	        TEST(refuses_a_payload_that_grows),
	        TEST(survives_any_damage_of_an_elf),
	        EACH(names_foreign_images, foreigners),
	        RANGE(refuses_elf_files_that_are_no_kernel, 0, 2),
	        RANGE(flat_images_of_every_form, 0, FLAT_FORMS * (int)COUNT(flat)),
	        RANGE(arm64_images_are_refused_when_cut_or_of_others, 0, 4),
	        TEST(btf_of_an_image_is_inside_of_it),
	        TEST(an_arm64_vmlinux_does_not_boot),
	        TEST(an_object_file_is_no_kernel),
	        TEST(a_stream_stops_at_its_cap),
	        TEST(packages_are_told_from_other_files),
	        GROUP("package", .set_up = make_directory, .tear_down = remove_directory, .seconds = 60),
	        EACH(reads_packages, layouts),
	        RANGE(reads_rpms, 0, 3),
	        TEST(a_cut_package_is_refused),
	};

	return suite_run("image", tests, COUNT(tests));
}
