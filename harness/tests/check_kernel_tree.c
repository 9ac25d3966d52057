/* SPDX-License-Identifier: BSD-2-Clause */
/* Directories with a kernel in them: which file that is, and which are its modules. */
#include <stdlib.h>
#include <string.h>
#include <utime.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/source/kernel_tree.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* Files of that name, blanks between them. */
static char *tree_of(const char *files)
{
	cleanup_free char *text = xstrdup(files);
	char *at = text, *name, *root = scratch_path("a [tree]");

	io_remove_tree(root, NULL);
	ck_assert_int_eq(io_make_dirs(root, NULL), 0);
	while ((name = strsep(&at, " "))) {
		cleanup_free char *path = xasprintf("%s/%s", root, name), *directory = xstrdup(path);

		*strrchr(directory, '/') = '\0';
		ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
		ck_assert_int_eq(io_replace_file(path, name, strlen(name), NULL), 0);
	}
	return root;
}

static const struct {
	const char *files;
	const char *image; /* NULL: refused, and says so */
	const char *says;
} trees[] = {
        {"vmlinux arch/x86/boot/bzImage arch/x86/boot/compressed/vmlinux .config", "arch/x86/boot/bzImage", NULL},
        {"vmlinux arch/arm64/boot/Image arch/arm64/boot/Image.gz", "arch/arm64/boot/Image", NULL},
        {"arch/x86/boot/bzImage arch/arm64/boot/Image", NULL,
         "several kernels; name one of them: TREE/arch/x86/boot/bzImage, TREE/arch/arm64/boot/Image"},
        {"vmlinux Makefile", "vmlinux", NULL},
        {"boot/vmlinuz-6.9.1 boot/config-6.9.1 lib/modules/6.9.1/vmlinuz", "boot/vmlinuz-6.9.1", NULL},
        {"usr/lib/modules/6.9.1/vmlinuz usr/lib/modules/6.9.1/config", "usr/lib/modules/6.9.1/vmlinuz", NULL},
        {"vmlinuz-6.9.1 vmlinuz-6.9.1.old vmlinux-6.9.1 System.map-6.9.1", "vmlinuz-6.9.1", NULL},
        {"boot/vmlinuz lib/modules/6.9.1/kernel/a.ko", "boot/vmlinuz", NULL},
        {"data/kernels/6.9/boot/vmlinuz-6.9.1", "data/kernels/6.9/boot/vmlinuz-6.9.1", NULL},
        {"vmlinuz-6.9.1 vmlinuz-6.9.2", NULL, "name one of them: TREE/vmlinuz-6.9.1, TREE/vmlinuz-6.9.2"},
        {"README arch/x86/boot/setup.bin", NULL, "TREE: a directory without a kernel; expected a tree"},
        {"vmlinuz/x", NULL, "a directory without a kernel"},
};

/* With TREE for where the tree is. */
static char *shortened(const char *text, const char *root)
{
	struct buf out = {0};

	for (const char *at = text, *found;; at = found + strlen(root)) {
		found = strstr(at, root);
		buf_add(&out, at, found ? (size_t)(found - at) : strlen(at));
		if (!found)
			return buf_steal(&out);
		buf_puts(&out, "TREE");
	}
}

START_TEST(finds_the_kernel)
{
	cleanup_free char *root = tree_of(trees[_i].files), *image = NULL, *text = NULL;
	cleanup_error struct error err = {0};
	int rc = kernel_tree_image(root, &image, &err);

	text = shortened(rc ? err.text : image, root);
	if (trees[_i].image) {
		cleanup_free char *wanted = xasprintf("TREE/%s", trees[_i].image);

		ck_assert_str_eq(text, wanted);
		return;
	}
	ck_assert_int_lt(rc, 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(text, trees[_i].says), "%s", text);
}
END_TEST

START_TEST(a_file_is_itself)
{
	cleanup_free char *root = tree_of("vmlinuz-6.9.1"), *path = xasprintf("%s/vmlinuz-6.9.1", root), *image = NULL;

	ck_assert(kernel_tree_is(root) && !kernel_tree_is(path));
	ck_assert_int_eq(kernel_tree_image(path, &image, NULL), 0);
	ck_assert_str_eq(image, path);
}
END_TEST

static const struct {
	const char *files, *found; /* of a, tcp_westwood and b_c, for release 6.9.1, in any order */
} modules[] = {
        {"drivers/a.ko net/tcp_westwood.ko net/other.ko net/a.c modules.builtin",
         "drivers/a.ko modules.builtin net/tcp_westwood.ko"},
        {"lib/modules/6.9.1/kernel/a.ko.xz lib/modules/6.9.1/extra/b-c.ko.zst lib/modules/6.9.2/kernel/a.ko",
         "lib/modules/6.9.1/extra/b-c.ko.zst lib/modules/6.9.1/kernel/a.ko.xz"},
        {"usr/lib/modules/6.9.1/a.ko.gz usr/lib/modules/6.9.1/a.ko.sig", "usr/lib/modules/6.9.1/a.ko.gz"},
        {"data/kernels/v/lib/modules/6.9.1/a.ko data/kernels/v/a.ko", "data/kernels/v/lib/modules/6.9.1/a.ko"},
        {"vmlinuz-6.9.1", ""},
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

START_TEST(finds_modules)
{
	cleanup_free char *root = tree_of(modules[_i].files);
	cleanup_strings struct strings names = {0}, files = {0};
	cleanup_buf struct buf text = {0};
	time_t newest;

	strings_add(&names, "a");
	strings_add(&names, "tcp_westwood");
	strings_add(&names, "b_c");
	kernel_tree_modules(root, "6.9.1", &names, &files, &newest);
	if (files.count)
		qsort(files.at, files.count, sizeof(*files.at), by_name);
	for (size_t i = 0; i < files.count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", files.at[i] + strlen(root) + 1);
	ck_assert_str_eq(buf_str(&text), modules[_i].found);
	ck_assert_int_eq(newest != 0, files.count != 0);
}
END_TEST

START_TEST(tells_when_one_was_built)
{
	cleanup_free char *root = tree_of("a.ko c.ko"), *a = xasprintf("%s/a.ko", root);
	cleanup_strings struct strings names = {0}, files = {0};
	time_t newest;

	ck_assert_int_eq(utime(a, &(struct utimbuf){1000, 1000}), 0);
	strings_add(&names, "a");
	kernel_tree_modules(root, "6.9.1", &names, &files, &newest);
	ck_assert_int_eq(newest, 1000);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("trees", .set_up = scratch_setup, .tear_down = scratch_teardown),
	        EACH(finds_the_kernel, trees),
	        TEST(a_file_is_itself),
	        EACH(finds_modules, modules),
	        TEST(tells_when_one_was_built),
	};

	return suite_run("kernel_tree", tests, COUNT(tests));
}
