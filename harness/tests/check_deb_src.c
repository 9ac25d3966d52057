/* SPDX-License-Identifier: BSD-2-Clause */
/* Source packages: what Sources files say, what is kept of an earlier fetch, and what is fetched. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
	"\nChecksums-Sha256:\n " hash " 1 p.dsc\n " hash " 10 " file "\n " hash " 20 p.orig.tar.gz.asc\n " hash \
	" 30 p.debian.tar.xz\nDirectory: pool/main/x\n\n"
#define TAR(letter) letter ".orig.tar.gz"

static const char lists[] = SOURCE("libbpfx", "9-1", SUM, TAR("f")) SOURCE("libbpf", "1.1.2-0+deb12u1", SUM, TAR("a"))
        SOURCE("libbpf", "1.5.0-2", SUM, TAR("b")) SOURCE("libbpf", "1.5.0-3", SUM, TAR("c"))
                SOURCE("libbpf", "1.5.0-3", SUM, TAR("again")) SOURCE("libbpf", "1:0.9-1", SUM, TAR("d"))
        /* not to be believed, or without what is wanted */
        SOURCE("libbpf", "2.0-1", "0123", TAR("e")) SOURCE("libbpf", "2.1-1", SUM, TAR("../e"))
                SOURCE("libbpf", "2/2-1", SUM, TAR("e")) "Package: libbpf\nVersion: 2.3-1\nDirectory: pool\n\n"
                                                         "Package: libbpf\nVersion: 2.4-1\nChecksums-Sha256:\n " SUM
                                                         " 1 e.orig.tar.gz\n\n" SOURCE("libbpf", "2.5-1", SUM, "e.dsc");

static void read_lists(struct deb_src_list *list)
{
	static const struct list_origin origin = {"http://m/debian/", ""};
	struct paragraphs reader = {.take = deb_src_list_take, .ctx = list};

	for (size_t at = 0; at < strlen(lists); at += 7)
		paragraphs_feed(&reader, &origin, lists + at, strnlen(lists + at, 7));
	paragraphs_end(&reader, &origin);
	paragraphs_free(&reader);
}

static const struct {
	const char *wanted, *version, *archive;
} versions[] = {
        {NULL, "1:0.9-1", TAR("d")},
        {"1.1.2", "1.1.2-0+deb12u1", TAR("a")},
        {"1.5.0", "1.5.0-3", TAR("c")},
        {"1.5.0-2", "1.5.0-2", TAR("b")},
        {"1.5.0-3", "1.5.0-3", TAR("c")},
        {"0.9", "1:0.9-1", TAR("d")},
        {"1:0.9-1", "1:0.9-1", TAR("d")},
        {"1.5", NULL, NULL},
        {"9", NULL, NULL},
        {"2.0", NULL, NULL},
        {"2.1", NULL, NULL},
        {"2.3", NULL, NULL},
        {"2.4", NULL, NULL},
        {"2.5", NULL, NULL},
};

START_TEST(a_version_is_found)
{
	cleanup_deb_src_list struct deb_src_list list = {.name = "libbpf"};
	const struct deb_src_version *v;
	cleanup_free char *uri = NULL;

	read_lists(&list);
	ck_assert_uint_eq(list.count, 4);
	v = deb_src_list_find(&list, versions[_i].wanted);
	ck_assert_pstr_eq(v ? v->version : NULL, versions[_i].version);
	if (!v)
		return;
	uri = xasprintf("http://m/debian/pool/main/x/%s", versions[_i].archive);
	ck_assert_str_eq(v->archive.name, versions[_i].archive);
	ck_assert_uint_eq(v->archive.size, 10);
	ck_assert_str_eq(v->archive.uri, uri);
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
	cleanup_free char *dsc = xasprintf("%s/pkg.dsc", name), *tar = xasprintf("%s/pkg.orig.tar.xz", name);
	cleanup_free char *hash = sha256_bytes(version, strlen(version)), *sums = xasprintf("%s/files.sha256", name);
	cleanup_free char *text = xasprintf("%s  pkg.dsc\n%s  pkg.orig.tar.xz\n", hash, hash);

	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	free(scratch_file(dsc, version, strlen(version)));
	free(scratch_file(tar, version, strlen(version)));
	free(scratch_file(sums, text, strlen(text)));
}

static void set_up(void)
{
	cleanup_free char *said = NULL;

	scratch_setup();
	keep("1.9-1");
	keep("1.10-1");
	keep("1.10-2");
	free(scratch_file("sources/pkg.newest", "1.10-1", 6));
	/* Nothing may be asked of the mirror. */
	setenv("DEBIAN_MIRROR", "nowhere", 1);
	setenv("PATH", "/nonexistent", 1);
	/* The warnings that these tests provoke are not for the reader of the test's output. */
	said = scratch_file("said", "", 0);
	ck_assert_ptr_nonnull(freopen(said, "w", stderr));
}

static void assert_said(const char *text)
{
	cleanup_free char *path = scratch_path("said");
	cleanup_buf struct buf said = {0};

	fflush(stderr);
	ck_assert_int_eq(io_read_file(path, 1 << 16, &said, NULL), 0);
	ck_assert_msg(text ? strstr(buf_str(&said), text) != NULL : !said.len, "%s", buf_str(&said));
}

static void assert_found(const char *wanted, const char *version)
{
	cleanup_deb_src struct deb_src found = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *archive = NULL;

	ck_assert_msg(!deb_src_fetch(scratch_root, "pkg", wanted, &found, &err), "%s", err.text);
	archive = xasprintf("%s/sources/pkg_%s/pkg.orig.tar.xz", scratch_root, version);
	ck_assert_str_eq(found.version, version);
	ck_assert_str_eq(found.archive, archive);
}

static const struct {
	const char *wanted, *version;
} kept[] = {
        {NULL, "1.10-1"}, {"", "1.10-1"}, {"1.9", "1.9-1"}, {"1.10", "1.10-2"}, {"1.10-1", "1.10-1"},
};

START_TEST(what_is_kept_needs_no_network)
{
	assert_found(kept[_i].wanted, kept[_i].version);
	assert_said(NULL);
}
END_TEST

/* One that was asked for by its number is there; whether the mirror has a newer one is not known. */
START_TEST(what_is_there_is_the_newest_only_where_the_mirror_cannot_be_asked)
{
	cleanup_free char *newest = scratch_path("sources/pkg.newest");

	ck_assert_int_eq(unlink(newest), 0);
	assert_found(NULL, "1.10-2");
	assert_said("DEBIAN_MIRROR='nowhere' is not the address");
	assert_said("the newest pkg that is there, 1.10-2, is taken");
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

static const char *const damages[] = {"pkg.orig.tar.xz", "pkg.dsc", "files.sha256"};

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

/* ---- what is fetched: from a directory, by an apt that checks no signature ---- */

/*
 * What apt-get does with the private settings. Its lists: one suite that is past its date, two that cannot be read, one
 * that the mirror does not carry.
 */
static const char apt_get[] =
        "#!/bin/sh\n"
        "for a; do case $a in Dir::State=*) state=${a#*=};; esac; done\n"
        "case \"$*\" in\n"
        "*indextargets*) echo \"file://$MIRROR/|x|$state/lists/Sources\"; exit;;\n"
        "esac\n"
        "grep -q 'Acquire::Check-Valid-Until \"false\"' \"$state/apt.conf\" || exit 1\n"
        "cp \"$MIRROR/Sources\" \"$state/lists/Sources\"\n"
        "printf 'Codename: old\\nDate: Fri, 30 Oct 2020 08:08:01 UTC\\nValid-Until: Fri, 06 Nov 2020 08:08:01 UTC\\n' "
        ">\"$state/lists/m_dists_old_InRelease\"\n"
        "echo \"E: Release file for x is not valid yet\" >&2\n"
        "echo \"W: Failed to fetch y\" >&2\n"
        "echo \"E: The repository 'z Release' does not have a Release file.\" >&2\n"
        "exit 100\n";

/* A directory whose name an address may have. */
static char *mirror;

static void write_on_mirror(const char *name, const char *bytes, size_t len)
{
	cleanup_free char *path = xasprintf("%s/%s", mirror, name);

	ck_assert_int_eq(io_replace_file(path, bytes, len, NULL), 0);
}

static void put_on_mirror(const char *version, const char *bytes, struct buf *sources)
{
	cleanup_free char *name = xasprintf("pkg_%s.orig.tar.xz", version), *hash = sha256_bytes("tar", 3);

	buf_printf(sources,
	           "Package: pkg\nVersion: %s-1\nDirectory: .\nChecksums-Sha256:\n %s 3 pkg_%s.orig.tar.xz\n %s 3 "
	           "pkg_%s-1.dsc\n\n",
	           version, hash, version, hash, version);
	if (bytes)
		write_on_mirror(name, bytes, strlen(bytes));
}

static void set_up_mirror(void)
{
	cleanup_free char *bin = NULL, *path = NULL, *uri = NULL, *program = NULL;
	cleanup_buf struct buf sources = {0};

	set_up();
	bin = scratch_path("bin");
	mirror = xstrdup("/tmp/check_deb_src.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(mirror));
	ck_assert_int_eq(io_make_dirs(bin, NULL), 0);
	program = scratch_file("bin/apt-get", apt_get, strlen(apt_get));
	ck_assert_int_eq(chmod(program, 0755), 0);
	put_on_mirror("2.0", "tar", &sources);
	put_on_mirror("2.1", "rat", &sources);
	put_on_mirror("2.2", "tar", &sources);
	put_on_mirror("2.3", NULL, &sources);
	write_on_mirror("Sources", sources.data, sources.len);
	path = xasprintf("%s:/usr/bin:/bin", bin);
	uri = xasprintf("file://%s", mirror);
	setenv("PATH", path, 1);
	setenv("MIRROR", mirror, 1);
	setenv("DEBIAN_MIRROR", uri, 1);
}

static void tear_down_mirror(void)
{
	ck_assert_int_eq(io_remove_tree(mirror, NULL), 0);
	free(mirror);
	scratch_teardown();
}

static void assert_fetched(const char *wanted, const char *version)
{
	cleanup_deb_src struct deb_src found = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!deb_src_fetch(scratch_root, "pkg", wanted, &found, &err), "%s", err.text);
	ck_assert_str_eq(found.version, version);
	ck_assert_int_eq(access(found.archive, R_OK), 0);
}

START_TEST(what_could_not_be_read_and_what_is_old_is_told)
{
	assert_fetched("2.0", "2.0-1");
	assert_said("old (of 30 Oct 2020, valid until 6 Nov 2020)");
	assert_said("has a gap: Release file for x is not valid yet");
	assert_said("has a gap: Failed to fetch y");
}
END_TEST

START_TEST(the_newest_is_the_mirrors_though_an_older_one_is_there)
{
	cleanup_free char *newest = scratch_path("sources/pkg.newest");
	cleanup_buf struct buf ignored = {0};

	ck_assert_int_eq(unlink(newest), 0);
	assert_fetched(NULL, "2.2-1");
	assert_said("pkg_2.3.orig.tar.xz but does not have it; 2.2-1 is taken");
	/* It may have it another time. */
	ck_assert_int_ne(access(newest, F_OK), 0);
	put_on_mirror("2.3", "tar", &ignored);
	assert_fetched(NULL, "2.3-1");
	setenv("DEBIAN_MIRROR", "nowhere", 1);
	assert_fetched(NULL, "2.3-1");
}
END_TEST

static const struct {
	const char *wanted, *says;
	enum exit_status status;
} refusals[] = {
        {"2.3", "pkg_2.3.orig.tar.xz but does not have it; other versions of pkg that it lists: 2.0-1, 2.1-1, 2.2-1",
         EXIT_INFRA},
        {"2.4", "no version 2.4 of the source package pkg; it has 2.0-1, 2.1-1, 2.2-1, 2.3-1", EXIT_USAGE},
        {"2.1", "Hash Sum mismatch", EXIT_INFRA},
};

START_TEST(what_cannot_be_had_is_named)
{
	cleanup_deb_src struct deb_src found = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_lt(deb_src_fetch(scratch_root, "pkg", refusals[_i].wanted, &found, &err), 0);
	ck_assert_msg(strstr(err.text, refusals[_i].says), "%s", err.text);
	ck_assert_int_eq(err.status, refusals[_i].status);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_version_is_found, versions),
	        TEST(what_the_mirror_does_not_have_is_passed_over),
	        GROUP("kept", .set_up = set_up, .tear_down = scratch_teardown),
	        EACH(what_is_kept_needs_no_network, kept),
	        TEST(what_is_there_is_the_newest_only_where_the_mirror_cannot_be_asked),
	        TEST(what_is_not_kept_is_asked_for),
	        EACH(what_is_damaged_is_not_used, damages),
	        GROUP("fetched", .set_up = set_up_mirror, .tear_down = tear_down_mirror),
	        TEST(what_could_not_be_read_and_what_is_old_is_told),
	        TEST(the_newest_is_the_mirrors_though_an_older_one_is_there),
	        EACH(what_cannot_be_had_is_named, refusals),
	};

	return suite_run("deb_src", tests, COUNT(tests));
}
