/* SPDX-License-Identifier: BSD-2-Clause */
/* Repositories that a user's NAME.pacman defines: its text, and the kernels that a list of packages has. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "host/lib/child.h"
#include "host/source/pacman_repo.h"
#include "host/source/pacman_scan.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static const struct {
	const char *text;
	const char *servers; /* "NAME ADDRESS" of each, a semicolon after; NULL: refused */
	const char *says;    /* when refused */
} definitions[] = {
        {"[core]\nServer = https://m.example/$repo/os/$arch/\n", "core https://m.example/core/os/x86_64;", NULL},
        {"[options]\nHoldPkg = pacman\nSigLevel = Required DatabaseOptional\n# x\n[core]\nServer=http://a.example\nServer=http://b.example\n[extra]\nServer=http://a.example/$repo\n",
         "core http://a.example;extra http://a.example/extra;", NULL},
        {"[core]\nSigLevel = Optional PackageRequired\nServer = http://a.example\n", "core http://a.example;", NULL},
        {"[options]\nSigLevel = Never\n[core]\nServer = http://a.example\n", NULL,
         "SigLevel=Never; kernels are taken signed only"},
        {"[core]\nServer = http://a.example\nSigLevel = Required PackageOptional\n", NULL,
         "kernels are taken signed only"},
        {"[core]\nInclude = /etc/pacman.d/mirrorlist\n", NULL,
         "x.pacman: [core] Include=/etc/pacman.d/mirrorlist; write its Server= in"},
        {"[core]\nServer = a.example\n", NULL, "[core] Server=a.example; expected an address"},
        {"[core]\nServer = http://a.example/$release\n", NULL,
         "expected an address, in which $repo and $arch may stand"},
        {"[options]\nServer = http://a.example\n", NULL, "x.pacman: defines no repository"},
        {"[core\n", NULL, "x.pacman:1: not a line of a pacman.conf"},
        {"", NULL, "x.pacman: defines no repository"},
};

START_TEST(reads_what_a_user_wrote)
{
	cleanup_pacman_repos struct pacman_repos repos;
	cleanup_error struct error err = {0};
	cleanup_buf struct buf servers = {0};
	int rc = pacman_repos_read(definitions[_i].text, "x.pacman", "x86_64", &repos, &err);

	ck_assert_msg(!rc == (definitions[_i].servers != NULL), "%s", rc ? err.text : "taken");
	if (rc) {
		ck_assert_msg(strstr(err.text, definitions[_i].says), "%s", err.text);
		return;
	}
	for (size_t i = 0; i < repos.names.count; i++)
		buf_printf(&servers, "%s %s;", repos.names.at[i], repos.servers.at[i]);
	ck_assert_str_eq(buf_str(&servers), definitions[_i].servers);
}
END_TEST

static const struct {
	const char *release, *flavour;
} releases[] = {
        {"6.12.1-arch1-1", "linux"},
        {"6.12.1-1-lts", "linux-lts"},
        {"6.12.1-zen1-1-zen", "linux-zen"},
        {"6.12", "linux"},
};

START_TEST(a_release_has_a_flavour)
{
	ck_assert_str_eq(pacman_repo_source.flavour(releases[_i].release), releases[_i].flavour);
}
END_TEST

/* ---- lists ---- */

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DESC(name, version, arch) \
	"%FILENAME%\n" name "-" version "-" arch ".pkg.tar.zst\n\n%NAME%\n" name "\n\n%VERSION%\n" version \
	"\n\n%CSIZE%\n42\n\n%SHA256SUM%\n" HASH "\n\n%ARCH%\n" arch "\n"

struct entry {
	const char *path, *text;
};

/* An archive of these, open; its end is one without a path. */
static int make_list(const struct entry *entries)
{
	cleanup_free char *root = scratch_path("entries"), *list = scratch_path("core.files");
	const char *const argv[] = {"tar", "-C", root, "--sort=name", "-czf", list, ".", NULL};
	cleanup_child_result struct child_result said = {0};

	io_remove_tree(root, NULL);
	ck_assert(!io_make_dirs(root, NULL));
	for (size_t i = 0; entries[i].path; i++) {
		cleanup_free char *path = xasprintf("%s/%s", root, entries[i].path),
		                  *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));

		ck_assert(!io_make_dirs(dir, NULL) &&
		          !io_replace_file(path, entries[i].text, strlen(entries[i].text), NULL));
	}
	ck_assert(!child_run(argv, NULL, &said, NULL) && child_ok(&said));
	return open(list, O_RDONLY | O_CLOEXEC);
}

static const struct {
	struct entry entries[9];
	const char *index; /* "RELEASE VERSION IMAGE CONFIG NAMES" of each, a semicolon after */
} lists[] = {
        {{{"linux-6.12.1.arch1-1/desc", DESC("linux", "6.12.1.arch1-1", "x86_64")},
          {"linux-6.12.1.arch1-1/files", "%FILES%\nusr/\nusr/lib/modules/6.12.1-arch1-1/vmlinuz\n"},
          {"linux-headers-6.12.1.arch1-1/desc", DESC("linux-headers", "6.12.1.arch1-1", "x86_64")},
          {"linux-headers-6.12.1.arch1-1/files", "%FILES%\nusr/lib/modules/6.12.1-arch1-1/build/.config\n"}},
         "6.12.1-arch1-1 6.12.1.arch1-1 linux-6.12.1.arch1-1-x86_64.pkg.tar.zst linux-headers-6.12.1.arch1-1-x86_64.pkg.tar.zst /linux,core/linux;"},
        {{{"linux-lts-6.6.1-1/desc", DESC("linux-lts", "6.6.1-1", "x86_64")},
          {"linux-lts-6.6.1-1/files", "%FILES%\nlib/modules/6.6.1-1-lts/vmlinuz\n"},
          {"bash-5-1/desc", DESC("bash", "5-1", "x86_64")},
          {"bash-5-1/files", "%FILES%\nusr/bin/bash\n"},
          {"linux-docs-6-1/desc", DESC("linux-docs", "6-1", "any")}},
         "6.6.1-1-lts 6.6.1-1 linux-lts-6.6.1-1-x86_64.pkg.tar.zst - /linux-lts,core/linux-lts;"},
        /* of another architecture; without a hash; a name that leaves the server; no list of its files */
        {{{"a-1/desc", DESC("linux", "1", "aarch64")},
          {"a-1/files", "usr/lib/modules/1/vmlinuz\n"},
          {"b-1/desc", "%FILENAME%\nb\n\n%NAME%\nb\n\n%VERSION%\n1\n\n%CSIZE%\n1\n\n%ARCH%\nx86_64\n"},
          {"b-1/files", "usr/lib/modules/1/vmlinuz\n"},
          {"c-1/desc", DESC("../linux", "1", "x86_64")},
          {"c-1/files", "usr/lib/modules/1/vmlinuz\n"},
          {"d-1/desc", DESC("linux", "1", "x86_64")}},
         ""},
};

START_TEST(finds_the_kernels_of_a_list)
{
	cleanup_close int fd = make_list(lists[_i].entries);
	cleanup_kernel_index struct kernel_index index = {0};
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};

	ck_assert_msg(!pacman_scan(fd, "a list", "http://a.example", "core", "x86_64", &index, &err), "%s", err.text);
	for (size_t i = 0; i < index.count; i++) {
		const struct kernel_package *k = &index.kernels[i];
		cleanup_free char *uri = xasprintf("http://a.example/%s", k->image.name);

		buf_printf(&text, "%s %s %s %s %s;", k->release, k->version, k->image.name,
		           k->config.name ? k->config.name : "-", k->names);
		ck_assert_str_eq(k->image.uri, uri);
		ck_assert_str_eq(k->image.sha256, HASH);
		ck_assert_uint_eq(k->image.size, 42);
		ck_assert_str_eq(k->modules[0].name, k->image.name);
	}
	ck_assert_str_eq(buf_str(&text), lists[_i].index);
}
END_TEST

START_TEST(what_is_no_list_is_refused)
{
	cleanup_free char *path = scratch_path("none");
	cleanup_kernel_index struct kernel_index index = {0};
	cleanup_error struct error err = {0};
	cleanup_close int fd = -1;

	ck_assert(!io_replace_file(path, "<html>not found</html>", 22, NULL));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert(pacman_scan(fd, "a list", "http://a.example", "core", "x86_64", &index, &err));
	ck_assert_msg(strstr(err.text, "a list"), "%s", err.text);
	ck_assert_uint_eq(index.count, 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("repositories", .set_up = scratch_setup, .tear_down = scratch_teardown),
	        EACH(reads_what_a_user_wrote, definitions),
	        EACH(a_release_has_a_flavour, releases),
	        EACH(finds_the_kernels_of_a_list, lists),
	        TEST(what_is_no_list_is_refused),
	};

	return suite_run("pacman_repo", tests, COUNT(tests));
}
