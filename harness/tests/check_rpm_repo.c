/* SPDX-License-Identifier: BSD-2-Clause */
/* Repositories that a user's NAME.repo defines: its text, what rows call their kernels, the order of versions. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/kernels/kernel_list.h"
#include "host/source/rpm_repo.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define HEAD "[baseos]\nname=x\nbaseurl=http://mirror.example/9/$basearch/\n"

static const struct {
	const char *text;
	const char *out;  /* NULL: refused; KEYS is the directory */
	const char *says; /* when refused */
} definitions[] = {
        {HEAD "gpgcheck=1\ngpgkey=a.asc\n",
         "[baseos]\ngpgcheck=1\nname=x\nbaseurl=http://mirror.example/9/$basearch/\ngpgkey=file://KEYS/a.asc\n", NULL},
        {HEAD "gpgcheck=yes\ngpgkey=file://a.asc, b.asc\nmetadata_expire=1d\nrepo_gpgcheck=1\n",
         "[baseos]\ngpgcheck=1\nname=x\nbaseurl=http://mirror.example/9/$basearch/\ngpgkey=file://KEYS/a.asc\ngpgkey=file://KEYS/b.asc\nrepo_gpgcheck=1\n",
         NULL},
        {HEAD "gpgcheck=1\ngpgkey=a.asc\n[other]\nenabled=0\n",
         "[baseos]\ngpgcheck=1\nname=x\nbaseurl=http://mirror.example/9/$basearch/\ngpgkey=file://KEYS/a.asc\n[other]\ngpgcheck=1\nenabled=0\n",
         NULL},
        {HEAD "gpgkey=a.asc\n", NULL, "x.repo: [baseos] has no gpgcheck=1"},
        {HEAD "gpgcheck=0\ngpgkey=a.asc\n", NULL, "x.repo: [baseos] has no gpgcheck=1"},
        {HEAD "gpgcheck=1\n", NULL, "x.repo: [baseos] has no gpgkey"},
        {HEAD "gpgcheck=1\ngpgkey=a.asc\n[other]\ngpgcheck=1\n", NULL, "x.repo: [other] has no gpgkey"},
        {HEAD "gpgcheck=1\ngpgkey=none.asc\n", NULL, "none.asc: No such file"},
        {HEAD "gpgcheck=1\ngpgkey=https://mirror.example/key\n", NULL,
         "gpgkey=https://mirror.example/key; expected a file"},
        {HEAD "gpgcheck=1\ngpgkey=a.asc\nsslverify=0\n", NULL, "sslverify=0 weakens a check"},
        {"[a]\nbaseurl=http://mirror.example/$releasever/\n", NULL, "leaves the release of the distribution open"},
        {"", NULL, "x.repo: defines no repository"},
        {"baseurl\n", NULL, "x.repo:1: not a line of a .repo file"},
};

/* With the directory in place of KEYS. */
static char *with_directory(const char *text, const char *directory)
{
	struct buf out = {0};

	for (const char *at = text, *found;; at = found + strlen("KEYS")) {
		found = strstr(at, "KEYS");
		buf_add(&out, at, found ? (size_t)(found - at) : strlen(at));
		if (!found)
			return buf_steal(&out);
		buf_puts(&out, directory);
	}
}

START_TEST(reads_what_a_user_wrote)
{
	cleanup_free char *directory = scratch_path("keys"), *a = scratch_path("keys/a.asc"),
	                  *b = scratch_path("keys/b.asc"), *wanted = NULL;
	cleanup_strings struct strings keys = {0};
	cleanup_error struct error err = {0};
	cleanup_buf struct buf out = {0};
	int rc;

	ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
	ck_assert_int_eq(io_replace_file(a, "key", 3, NULL), 0);
	ck_assert_int_eq(io_replace_file(b, "key", 3, NULL), 0);
	rc = rpm_repo_definition(definitions[_i].text, "x.repo", directory, &out, &keys, &err);
	if (definitions[_i].out) {
		ck_assert_msg(!rc, "%s", err.text);
		wanted = with_directory(definitions[_i].out, directory);
		ck_assert_str_eq(buf_str(&out), wanted);
		ck_assert_str_eq(keys.at[0], a);
		return;
	}
	ck_assert_int_lt(rc, 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, definitions[_i].says), "%s", err.text);
}
END_TEST

/* ---- rows ---- */

static const struct {
	const char *release, *flavour;
} releases[] = {
        {"5.14.0-570.el9.x86_64", "kernel"},    {"5.14.0-570.el9.x86_64+rt", "rt"},
        {"6.4.0-150600.21-default", "default"}, {"5.15.0-300.163.18.el9uek.x86_64", "kernel"},
        {"6.1.0-56-cloud-amd64", "amd64"},
};

START_TEST(a_release_has_a_flavour)
{
	ck_assert_str_eq(rpm_repo_source.flavour(releases[_i].release), releases[_i].flavour);
}
END_TEST

START_TEST(a_row_chooses_it)
{
	static const char rows[] =
	        "baseos kernel source=el\n5.14 kernel-rt source=el\n5.14.0-570.el9.x86_64 source=el\n";
	cleanup_free char *path = scratch_path("list.txt"), *definition = scratch_path("el.repo");
	cleanup_kernel_list struct kernel_list list = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_replace_file(definition, HEAD, strlen(HEAD), NULL), 0);
	ck_assert_msg(!kernel_list_parse(rows, strlen(rows), path, &list, &err), "%s", err.text);
	ck_assert_ptr_eq(list.rows[0].source->refresh, rpm_repo_source.refresh);
	ck_assert_str_eq(list.rows[0].source->name, "el");
	ck_assert_str_eq(list.rows[1].id, "5.14-kernel-rt");
	ck_assert_str_eq(list.rows[2].id, "5.14.0-570.el9.x86_64");
}
END_TEST

/* rpm says so where it is installed; where it is not, an index is in its order already. */
static const struct {
	const char *older, *newer;
} versions[] = {
        {"5.14.0-570.el9", "5.14.0-1000.el9"},
        {"5.14.0-570.el9", "1:5.14.0-1.el9"},
        {"6.9.0-0.rc1.el9", "6.9.0-1.el9"},
        {"6.9~rc1-1", "6.9-1"},
};

START_TEST(versions_are_in_rpms_order)
{
	if (access("/usr/bin/rpm", X_OK))
		return;
	ck_assert_int_lt(rpm_repo_source.compare(versions[_i].older, versions[_i].newer), 0);
	ck_assert_int_gt(rpm_repo_source.compare(versions[_i].newer, versions[_i].older), 0);
	ck_assert_int_eq(rpm_repo_source.compare(versions[_i].newer, versions[_i].newer), 0);
	/* Nothing of it comes into a program. */
	ck_assert_int_ne(rpm_repo_source.compare("1'..os.exit(3)..'", "1"), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("repositories", .set_up = scratch_setup, .tear_down = scratch_teardown),
	        EACH(reads_what_a_user_wrote, definitions),
	        EACH(a_release_has_a_flavour, releases),
	        TEST(a_row_chooses_it),
	        EACH(versions_are_in_rpms_order, versions),
	};

	return suite_run("rpm_repo", tests, COUNT(tests));
}
