/* SPDX-License-Identifier: BSD-2-Clause */
/* fake_qemu: has a test program's QEMU be the fake one (fake_qemu.c). For files of harness/tests only. */
#ifndef COREMATRIX_TESTS_FAKE_QEMU_H
#define COREMATRIX_TESTS_FAKE_QEMU_H

#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/scratch.h"

#define FAKE_QEMU "qemu-system-x86_64"
#define FAKE_RELEASE "6.1.0-fake"

/* The Makefile puts the fake beside this program, in bin/. It is copied, because nobody may not see the build tree. */
static inline void fake_qemu_install(void)
{
	cleanup_free char *self = realpath("/proc/self/exe", NULL);
	cleanup_free char *fake = xasprintf("%s/bin/" FAKE_QEMU, dirname(self));
	cleanup_free char *bin = scratch_path("bin");
	cleanup_free char *path = xasprintf("%s:%s", bin, getenv("PATH"));
	cleanup_free char *copy = xasprintf("%s/" FAKE_QEMU, bin);
	cleanup_buf struct buf bytes = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!io_read_file(fake, 64u << 20, &bytes, &err), "%s", err.text);
	ck_assert(!io_make_dirs(bin, NULL) && !io_replace_file(copy, bytes.data, bytes.len, NULL));
	ck_assert_int_eq(chmod(bin, 0755), 0);
	ck_assert_int_eq(chmod(copy, 0755), 0);
	setenv("PATH", path, 1);
}

#endif
