/* SPDX-License-Identifier: BSD-2-Clause */
/* fw_cfg: files found and read through registers that a test stands behind, with DMA and without. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "agent/arch/fw_cfg.h"
#include "base/cleanup.h"
#include "tests/suite.h"

/* QEMU docs/specs/fw_cfg */
enum { KEY_SIGNATURE, KEY_ID, KEY_DIR = 0x19, KEY_FIRST_FILE = 0x20 };

static const struct {
	const char *name, *content;
} files[] = {{"etc/acpi/tables", "tables"}, {"opt/test/empty", ""}, {"opt/test/job", "the job's bytes"}};

/* The device. */
static struct {
	struct buf selected;
	size_t at;
	bool has_dma, no_qemu;
	unsigned requests;
} device;

static void be32(struct buf *out, size_t value)
{
	const unsigned char bytes[] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
	                               (unsigned char)(value >> 8), (unsigned char)value};

	buf_add(out, bytes, sizeof(bytes));
}

static void add_directory(struct buf *out)
{
	be32(out, COUNT(files));
	for (size_t i = 0; i < COUNT(files); i++) {
		char name[56] = {0};

		be32(out, strlen(files[i].content));
		be32(out, (size_t)(KEY_FIRST_FILE + i) << 16);
		memcpy(name, files[i].name, strlen(files[i].name));
		buf_add(out, name, sizeof(name));
	}
}

static void device_select(uint16_t key)
{
	device.selected.len = device.at = 0;
	if (key == KEY_SIGNATURE)
		buf_puts(&device.selected, device.no_qemu ? "VBOX" : "QEMU");
	else if (key == KEY_ID)
		buf_add(&device.selected, device.has_dma ? "\3\0\0\0" : "\1\0\0\0", 4);
	else if (key == KEY_DIR)
		add_directory(&device.selected);
	else if (key >= KEY_FIRST_FILE && key < KEY_FIRST_FILE + COUNT(files))
		buf_puts(&device.selected, files[key - KEY_FIRST_FILE].content);
}

/* After the end there are zeros. */
static void device_read(void *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = device.at < device.selected.len ? device.selected.data[device.at++] : '\0';
}

/* This one never carries a request out. */
static void device_request(uint64_t address)
{
	(void)address;
	device.requests++;
}

static const struct fw_cfg registers = {device_select, device_read, device_request};

START_TEST(qemu_is_told_from_others)
{
	ck_assert_int_eq(fw_cfg_probe(&registers), 0);
	device.no_qemu = true;
	ck_assert_int_eq(fw_cfg_probe(&registers), -ENODEV);
}
END_TEST

START_TEST(a_file_is_found_by_its_name)
{
	cleanup_buf struct buf out = {0};

	buf_puts(&out, "before ");
	ck_assert_int_eq(fw_cfg_read_file(&registers, files[_i].name, &out), 0);
	ck_assert_uint_eq(out.len, 7 + strlen(files[_i].content));
	ck_assert_mem_eq(out.data + 7, files[_i].content, strlen(files[_i].content));
	ck_assert_uint_eq(device.requests, 0);
}
END_TEST

START_TEST(no_other_name_is_found)
{
	static const char *const names[] = {"opt/test/jo", "opt/test/job2", "", "opt"};
	cleanup_buf struct buf out = {0};

	ck_assert_int_eq(fw_cfg_read_file(&registers, names[_i], &out), -ENOENT);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

/* A request that is not carried out leaves the register, whoever may look where pages are in memory. */
START_TEST(a_request_that_fails_is_no_content)
{
	cleanup_buf struct buf out = {0};

	device.has_dma = true;
	ck_assert_int_eq(fw_cfg_read_file(&registers, "opt/test/job", &out), 0);
	ck_assert_uint_eq(out.len, strlen("the job's bytes"));
	ck_assert_mem_eq(out.data, "the job's bytes", out.len);
	ck_assert_uint_le(device.requests, 1);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(qemu_is_told_from_others),
	        EACH(a_file_is_found_by_its_name, files),
	        RANGE(no_other_name_is_found, 0, 4),
	        TEST(a_request_that_fails_is_no_content),
	};

	return suite_run("fw_cfg", tests, COUNT(tests));
}
