/* SPDX-License-Identifier: BSD-2-Clause */
/* Source packages: what Sources files say, and what is kept of an earlier fetch. No apt is run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "host/lib/sha256.h"
#include "host/source/deb_src.h"
#include "host/source/deb_src_list.h"
#include "host/source/paragraphs.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SOURCE(name, version, hash, file) \
	"Package: " name "\nBinary: x\nVersion: " version "\nFiles:\n d41d8cd98f00b204e9800998ecf8427e 1 " file \
	"\nChecksums-Sha256:\n " hash " 10 " file "\n " hash " 20 more.tar.xz\nDirectory: pool/main/x\n\n"

static const char lists[] = SOURCE("libbpfx", "9-1", SUM, "f.dsc") SOURCE("libbpf", "1.1.2-0+deb12u1", SUM, "a.dsc")
        SOURCE("libbpf", "1.5.0-2", SUM, "b.dsc") SOURCE("libbpf", "1.5.0-3", SUM, "c.dsc")
                SOURCE("libbpf", "1.5.0-3", SUM, "again.dsc") SOURCE("libbpf", "1:0.9-1", SUM, "d.dsc")
        /* not to be believed */
        SOURCE("libbpf", "2.0-1", "0123", "e.dsc") SOURCE("libbpf", "2.1-1", SUM, "../e.dsc")
                SOURCE("libbpf", "2/2-1", SUM, "e.dsc") "Package: libbpf\nVersion: 2.3-1\nDirectory: pool\n\n"
                                                        "Package: libbpf\nVersion: 2.4-1\nChecksums-Sha256:\n " SUM
                                                        " 1 e.dsc\n\n";

static void read_lists(struct deb_src_list *list)
{
	struct paragraphs reader = {.take = deb_src_list_take, .ctx = list};

	for (size_t at = 0; at < strlen(lists); at += 7)
		paragraphs_feed(&reader, "http://m/debian/", lists + at, strnlen(lists + at, 7));
	paragraphs_end(&reader, "http://m/debian/");
	paragraphs_free(&reader);
}

static const struct {
	const char *wanted, *version, *first;
} versions[] = {
        {NULL, "1:0.9-1", "d.dsc"},
        {"1.1.2", "1.1.2-0+deb12u1", "a.dsc"},
        {"1.5.0", "1.5.0-3", "c.dsc"},
        {"1.5.0-2", "1.5.0-2", "b.dsc"},
        {"1.5.0-3", "1.5.0-3", "c.dsc"},
        {"0.9", "1:0.9-1", "d.dsc"},
        {"1:0.9-1", "1:0.9-1", "d.dsc"},
        {"1.5", NULL, NULL},
        {"9", NULL, NULL},
        {"2.0", NULL, NULL},
        {"2.1", NULL, NULL},
        {"2.3", NULL, NULL},
        {"2.4", NULL, NULL},
};

START_TEST(a_version_is_found)
{
	cleanup_deb_src_list struct deb_src_list list = {.name = "libbpf"};
	const struct deb_src_version *v;

	read_lists(&list);
	ck_assert_uint_eq(list.count, 4);
	v = deb_src_list_find(&list, versions[_i].wanted);
	ck_assert_pstr_eq(v ? v->version : NULL, versions[_i].version);
	if (!v)
		return;
	ck_assert_uint_eq(v->count, 2);
	ck_assert_str_eq(v->files[0].name, versions[_i].first);
	ck_assert_uint_eq(v->files[1].size, 20);
	ck_assert_str_eq(v->files[1].uri, "http://m/debian/pool/main/x/more.tar.xz");
}
END_TEST

START_TEST(what_the_mirror_does_not_have_is_passed_over)
{
	static const char *const in_turn[] = {"1.5.0-3", "1.5.0-2"};
	cleanup_deb_src_list struct deb_src_list list = {.name = "libbpf"};

	read_lists(&list);
	for (size_t i = 0; i < COUNT(in_turn); i++) {
		const struct deb_src_version *v = deb_src_list_find(&list, "1.5.0");

		ck_assert_pstr_eq(v ? v->version : NULL, in_turn[i]);
		deb_src_list_strike(&list, v);
	}
	ck_assert_ptr_null(deb_src_list_find(&list, "1.5.0"));
	ck_assert_str_eq(deb_src_list_find(&list, NULL)->version, "1:0.9-1");
	ck_assert_uint_eq(list.count, 2);
}
END_TEST

/* ---- what is kept ---- */

static void keep(const char *version)
{
	cleanup_free char *name = xasprintf("sources/pkg_%s", version), *dir = scratch_path(name);
	cleanup_free char *dsc = xasprintf("%s/pkg.dsc", name), *tar = xasprintf("%s/a.tar.xz", name);
	cleanup_free char *hash = sha256_bytes(version, strlen(version)), *sums = xasprintf("%s/files.sha256", name);
	cleanup_free char *text = xasprintf("%s  a.tar.xz\n%s  pkg.dsc\n", hash, hash);

	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	free(scratch_file(dsc, version, strlen(version)));
	free(scratch_file(tar, version, strlen(version)));
	free(scratch_file(sums, text, strlen(text)));
}

static void set_up(void)
{
	scratch_setup();
	keep("1.9-1");
	keep("1.10-1");
	keep("1.10-2");
	/* Nothing may be asked of the mirror. */
	setenv("DEBIAN_MIRROR", "nowhere", 1);
	setenv("PATH", "/nonexistent", 1);
	/* The warnings that these tests provoke are not for the reader of the test's output. */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

static const struct {
	const char *wanted, *version;
} kept[] = {
        {NULL, "1.10-2"}, {"", "1.10-2"}, {"1.9", "1.9-1"}, {"1.10", "1.10-2"}, {"1.10-1", "1.10-1"},
};

START_TEST(what_is_kept_needs_no_network)
{
	cleanup_deb_src struct deb_src found = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *directory = NULL;

	ck_assert_msg(!deb_src_fetch(scratch_root, "pkg", kept[_i].wanted, &found, &err), "%s", err.text);
	directory = xasprintf("%s/sources/pkg_%s", scratch_root, kept[_i].version);
	ck_assert_str_eq(found.version, kept[_i].version);
	ck_assert_str_eq(found.directory, directory);
	ck_assert_uint_eq(found.files.count, 2);
	ck_assert_str_eq(found.files.at[0], "pkg.dsc");
	ck_assert_str_eq(found.files.at[1], "a.tar.xz");
}
END_TEST

START_TEST(what_is_not_kept_is_asked_for)
{
	cleanup_deb_src struct deb_src found = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_lt(deb_src_fetch(scratch_root, "pkg", "1.11", &found, &err), 0);
	ck_assert_msg(strstr(err.text, "DEBIAN_MIRROR"), "%s", err.text);
	ck_assert_ptr_null(found.version);
}
END_TEST

static const char *const damages[] = {"a.tar.xz", "pkg.dsc", "files.sha256"};

START_TEST(what_is_damaged_is_not_used)
{
	cleanup_free char *name = xasprintf("sources/pkg_1.9-1/%s", damages[_i]), *path = scratch_file(name, "x", 1);
	cleanup_deb_src struct deb_src found = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_lt(deb_src_fetch(scratch_root, "pkg", "1.9", &found, &err), 0);
	ck_assert_msg(strstr(err.text, "DEBIAN_MIRROR"), "%s", err.text);
	ck_assert_ptr_null(found.version);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_version_is_found, versions),
	        TEST(what_the_mirror_does_not_have_is_passed_over),
	        GROUP("kept", .set_up = set_up, .tear_down = scratch_teardown),
	        EACH(what_is_kept_needs_no_network, kept),
	        TEST(what_is_not_kept_is_asked_for),
	        EACH(what_is_damaged_is_not_used, damages),
	};

	return suite_run("deb_src", tests, COUNT(tests));
}
