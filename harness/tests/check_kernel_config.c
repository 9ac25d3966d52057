/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_config: where a kernel's configuration is found, and that what is none is refused. */
#include <errno.h>
#include <zlib.h>

#include "base/io.h"
#include "host/store/kernel_config.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static const char text[] =
        "#\n# Linux/x86 6.1.0 Kernel Configuration\n#\nCONFIG_A=y\nCONFIG_AB=2\n# CONFIG_B is not set\n";

static void put(const char *name, const char *content)
{
	cleanup_free char *path = scratch_path(name), *dir = xstrndup(path, (size_t)(io_basename(path) - path));

	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(io_replace_file(path, content, strlen(content), NULL), 0);
}

static void found(const char *kernel, const char *config)
{
	cleanup_free char *path = scratch_path(kernel), *got = kernel_config_beside(path);
	cleanup_free char *expected = *config ? scratch_path(config) : xstrdup("");

	ck_assert_str_eq(got, expected);
}

START_TEST(it_lies_beside_a_kernel)
{
	cleanup_free char *directory = scratch_path("home/.config");

	put("boot/vmlinuz-6.1.0-mine", "");
	put("boot/config-6.1.0-mine", text);
	put("boot/config-6.2.0", text);
	put("tree/vmlinux", "");
	put("tree/arch/x86/boot/bzImage", "");
	put("other/bzImage", "");
	put("other/bzImage.config", text);
	put("other/.config", "not one");
	put("home/vmlinuz", "");
	ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
	found("boot/vmlinuz-6.1.0-mine", "boot/config-6.1.0-mine");
	found("boot/vmlinuz-6.1.0", "");
	found("tree/vmlinux", "");
	put("tree/.config", text);
	found("tree/vmlinux", "tree/.config");
	found("tree/arch/x86/boot/bzImage", "tree/.config");
	found("other/bzImage", "other/bzImage.config");
	found("other/vmlinuz", "");
	/* a directory of that name is what many homes have */
	found("home/vmlinuz", "");
}
END_TEST

static void refused(const char *content, size_t len)
{
	cleanup_free char *path = scratch_file("refused", content, len);
	cleanup_buf struct buf out = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_lt(kernel_config_read_path(path, &out, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, "is not a kernel's configuration") && strstr(err.text, path), "%s", err.text);
}

START_TEST(what_is_none_is_refused)
{
	static const char binary[] = "CONFIG_A=y\n\0\1\2";
	cleanup_buf struct buf large = {0};

	refused("", 0);
	refused("CONFIG_\nCONFIG_A\n# CONFIG_A=y\n", 31);
	refused("\x1f\x8b\x08", 3);
	refused(binary, sizeof(binary));
	buf_puts(&large, text);
	while (large.len <= KERNEL_CONFIG_MAX)
		buf_puts(&large, "CONFIG_MORE_AND_MORE=y\n");
	refused(large.data, large.len);
}
END_TEST

START_TEST(a_file_that_is_missing_is_named)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf out = {0};

	ck_assert_int_lt(kernel_config_read_path("no/such/config", &out, &err), 0);
	ck_assert_str_eq(err.text, "no/such/config: No such file or directory");
}
END_TEST

static void pack(struct buf *out)
{
	cleanup_free char *path = scratch_path("packed.gz");
	gzFile file = gzopen(path, "w");

	ck_assert_int_eq(gzwrite(file, text, sizeof(text) - 1), sizeof(text) - 1);
	gzclose(file);
	ck_assert_int_eq(io_read_file(path, 1 << 20, out, NULL), 0);
}

START_TEST(gzip_is_read_too)
{
	cleanup_free char *path = NULL;
	cleanup_buf struct buf packed = {0}, out = {0};

	pack(&packed);
	path = scratch_path("packed.gz");
	ck_assert_int_eq(kernel_config_read_path(path, &out, NULL), 0);
	ck_assert_str_eq(buf_str(&out), text);
}
END_TEST

START_TEST(a_kernel_may_hold_its_own)
{
	cleanup_buf struct buf packed = {0}, kernel = {0}, out = {0};

	pack(&packed);
	buf_puts(&kernel, "code IKCFG_ST and more code ");
	ck_assert_int_eq(kernel_config_read_kernel(kernel.data, kernel.len, &out), -ENOENT);
	buf_puts(&kernel, "IKCFG_ST");
	ck_assert_int_eq(kernel_config_read_kernel(kernel.data, kernel.len, &out), -ENOENT);
	buf_add(&kernel, packed.data, packed.len);
	buf_puts(&kernel, "IKCFG_ED");
	ck_assert_int_eq(kernel_config_read_kernel(kernel.data, kernel.len, &out), 0);
	ck_assert_str_eq(buf_str(&out), text);
	out.len = 0;
	ck_assert_int_eq(kernel_config_read_kernel(kernel.data, kernel.len - packed.len, &out), -ENOENT);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(values_are_of_the_whole_name)
{
	size_t len = 0;
	const char *value = kernel_config_value(text, "CONFIG_AB", &len);

	ck_assert_ptr_nonnull(value);
	ck_assert(len == 1 && *value == '2');
	ck_assert_ptr_null(kernel_config_value(text, "CONFIG_B", &len));
	ck_assert_ptr_null(kernel_config_value(text, "CONFIG_", &len));
	ck_assert_ptr_null(kernel_config_value("", "CONFIG_A", &len));
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("kernel_config", .open = scratch_setup, .close = scratch_teardown),
	        TEST(it_lies_beside_a_kernel),
	        TEST(what_is_none_is_refused),
	        TEST(a_file_that_is_missing_is_named),
	        TEST(gzip_is_read_too),
	        TEST(a_kernel_may_hold_its_own),
	        TEST(values_are_of_the_whole_name),
	};

	return suite_run("kernel_config", tests, COUNT(tests));
}
