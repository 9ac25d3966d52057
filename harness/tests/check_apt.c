/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts as apt and a mirror write them: sources, indexes, complaints. No apt is run. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/source/apt_release.h"
#include "host/source/apt_source.h"
#include "host/source/debian.h"
#include "host/source/package_index.h"
#include "host/source/paragraphs.h"
#include "tests/suite.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PACKAGE(name, version, depends) \
	"Package: " name "\nSource: linux\nVersion: " version "\nArchitecture: amd64\nDepends: " depends \
	"\nDescription: x\nFilename: pool/" name "_" version ".deb\nSize: 1000\nSHA256: " SUM "\n\n"

static const char packages[] = PACKAGE("bash", "5.2", "libc6") PACKAGE("linux-image-5.10.0-44-cloud-amd64",
                                                                       "5.10.257-1", "kmod, linux-base (>= 4.3~)")
        PACKAGE("linux-image-5.10.0-46-cloud-amd64", "5.10.262-1", "kmod, linux-base (>= 4.3~)")
                PACKAGE("linux-image-5.10.0-46-cloud-amd64", "5.10.262-1", "kmod, linux-base (>= 4.3~)")
                        PACKAGE("linux-image-5.10.0-46-amd64", "5.10.262-1", "kmod")
                                PACKAGE("linux-image-5.10.0-46-rt-amd64", "5.10.262-1", "kmod")
                                        PACKAGE("linux-image-5.10.0-46-cloud-amd64-dbg", "5.10.262-1", "kmod")
                                                PACKAGE("linux-image-5.10.0-47-amd64-unsigned", "5.10.299-1", "kmod")
                                                        PACKAGE("linux-image-cloud-amd64", "5.10.262-1",
                                                                "linux-image-5.10.0-46-cloud-amd64 (= 5.10.262-1)")
        /* a metapackage whose name looks like a release */
        PACKAGE("linux-image-6.1-cloud-amd64", "6.1.180-1~deb11u1",
                "linux-image-6.1.0-0.deb11.52-cloud-amd64 (= 6.1.180-1~deb11u1)")
                PACKAGE("linux-image-6.1.0-0.deb11.52-cloud-amd64", "6.1.180-1~deb11u1", "kmod")
                        PACKAGE("linux-image-6.1.0-52-cloud-amd64", "6.1.180-1", "kmod")
                                PACKAGE("linux-image-6.12.9+deb13-cloud-amd64", "6.12.9-1", "kmod")
                                        PACKAGE("linux-image-6.12.10+deb13-cloud-amd64", "6.12.10-1", "kmod")
        /* the newer layout, with and without its parts */
        PACKAGE("linux-image-7.2.13+deb14-cloud-amd64", "7.2.13-1",
                "linux-base-7.2.13+deb14-cloud-amd64 (= 7.2.13-1), linux-binary-7.2.13+deb14-cloud-amd64 (= 7.2.13-1)")
                PACKAGE("linux-binary-7.2.13+deb14-cloud-amd64", "7.2.13-1", "x")
                        PACKAGE("linux-base-7.2.13+deb14-cloud-amd64", "7.2.13-1", "x")
                                PACKAGE("linux-modules-7.2.13+deb14-cloud-amd64", "7.2.13-1", "x")
        /* a real one whose name looks like a metapackage */
        PACKAGE("linux-image-7.3-cloud-amd64", "7.3~rc7-1~exp1", "linux-binary-7.3-cloud-amd64 (= 7.3~rc7-1~exp1)")
                PACKAGE("linux-binary-7.3-cloud-amd64", "7.3~rc7-1~exp1", "x")
                        PACKAGE("linux-image-7.4-cloud-amd64", "7.4-1", "linux-binary-7.4-cloud-amd64 (= 7.4-1)")
                                PACKAGE("linux-binary-7.4-cloud-amd64", "7.4~rc1-1",
                                        "x") "Package: linux-image-8.0-cloud-amd64\nVersion: 8.0-1\nFilename: "
                                             "pool/no-hash.deb\nSize: 1\n\n"
                                             "Package: linux-image-8.1-cloud-amd64\nVersion: 8.1-1\nFilename: pool/a "
                                             "b.deb\nSize: 1\nSHA256: " SUM "\n\n"
                                             "Package: linux-image-8.2-cloud-amd64\nVersion: 8.2-1\nFilename: "
                                             "pool/a.deb\nSize: -1\nSHA256: " SUM "\n\n";

static const struct list_origin origin = {"http://mirror.example/debian/", "sid"};

static struct kernel_index index_of(const char *text, size_t step)
{
	struct package_scan scan = {0};
	struct paragraphs reader = {.take = package_scan_take, .ctx = &scan};
	struct kernel_index index;
	size_t len = strlen(text);

	for (size_t at = 0; at < len; at += step)
		paragraphs_feed(&reader, &origin, text + at, len - at < step ? len - at : step);
	paragraphs_end(&reader, &origin);
	paragraphs_free(&reader);
	package_index_build(&scan, arch_default(), &index);
	package_scan_free(&scan);
	return index;
}

static const struct {
	const char *spec, *flavour;
	const char *release; /* NULL: refused */
	const char *says;
} rows[] = {
        {"5.10", "cloud", "5.10.0-46-cloud-amd64", NULL},
        {"5.10", "amd64", "5.10.0-46-amd64", NULL},
        {"5.10", "rt", "5.10.0-46-rt-amd64", NULL},
        /* 6.1.180-1 sorts after 6.1.180-1~deb11u1 */
        {"6.1", "cloud", "6.1.0-52-cloud-amd64", NULL},
        {"6.12", "cloud", "6.12.10+deb13-cloud-amd64", NULL},
        {"7.3", "cloud", "7.3-cloud-amd64", NULL},
        {"newest", "cloud", "7.3-cloud-amd64", NULL},
        {"newest", "rt", "5.10.0-46-rt-amd64", NULL},
        {"6.12.9+deb13-cloud-amd64", "", "6.12.9+deb13-cloud-amd64", NULL},
        {"7.4", "cloud", NULL, "no kernel 7.4 cloud; the nearest are 6.12, 7.2 and 7.3"},
        {"6.2", "cloud", NULL, "no kernel 6.2 cloud; the nearest are 5.10, 6.1 and 6.12"},
        {"4.19", "cloud", NULL, "the nearest are 5.10, 6.1 and 6.12"},
        {"6.12", "rt", NULL, "the nearest are 5.10; that version exists as cloud"},
        {"6.12.11+deb13-cloud-amd64", "", NULL,
         "no kernel of release 6.12.11+deb13-cloud-amd64; the nearest are 6.12.9+deb13-cloud-amd64, "
         "6.12.10+deb13-cloud-amd64 and 7.2.13+deb14-cloud-amd64"},
        {"5.10.0-46-cloud-amd64-dbg", "", NULL, "no kernel of release"},
};

START_TEST(finds_the_kernel_of_a_row)
{
	struct kernel_index index = index_of(packages, 7);
	const struct kernel_wish wish = {arch_default(), rows[_i].spec, rows[_i].flavour};
	struct error err = {0};
	const struct kernel_package *k = source_find(&debian_source, &index, &wish, &err);

	if (rows[_i].release) {
		ck_assert_msg(k != NULL, "%s", err.text);
		ck_assert_str_eq(k->release, rows[_i].release);
	} else {
		ck_assert_ptr_null(k);
		ck_assert_int_eq(err.status, EXIT_USAGE);
		ck_assert_msg(strstr(err.text, rows[_i].says), "%s", err.text);
	}
	error_clear(&err);
	kernel_index_free(&index);
}
END_TEST

START_TEST(pieces_of_any_size_give_the_same_index)
{
	static const size_t steps[] = {1, 2, 63, 4096, 1 << 20};
	struct kernel_index whole = index_of(packages, sizeof(packages)), index = index_of(packages, steps[_i]);
	struct buf a = {0}, b = {0};

	kernel_index_write(&whole, &a);
	kernel_index_write(&index, &b);
	ck_assert_uint_gt(whole.count, 8);
	ck_assert_str_eq(a.data, b.data);
	buf_free(&a);
	buf_free(&b);
	kernel_index_free(&whole);
	kernel_index_free(&index);
}
END_TEST

START_TEST(newer_layout_takes_binary_and_base)
{
	struct kernel_index index = index_of(packages, 1000);
	const struct kernel_package *k = kernel_index_exact(&index, "7.2.13+deb14-cloud-amd64", "7.2.13-1");

	ck_assert_ptr_nonnull(k);
	ck_assert_str_eq(k->image.name, "linux-binary-7.2.13+deb14-cloud-amd64");
	ck_assert_str_eq(k->image.uri,
	                 "http://mirror.example/debian/pool/linux-binary-7.2.13+deb14-cloud-amd64_7.2.13-1.deb");
	ck_assert_str_eq(k->config.name, "linux-base-7.2.13+deb14-cloud-amd64");
	ck_assert_str_eq(k->modules[0].name, "linux-modules-7.2.13+deb14-cloud-amd64");
	k = kernel_index_exact(&index, "7.3-cloud-amd64", "7.3~rc7-1~exp1");
	ck_assert_ptr_nonnull(k);
	ck_assert_ptr_null(k->config.name);
	ck_assert_ptr_null(k->modules[0].name);
	/* the older layout has all in one */
	k = kernel_index_exact(&index, "6.1.0-52-cloud-amd64", "6.1.180-1");
	ck_assert_ptr_nonnull(k);
	ck_assert_str_eq(k->modules[0].name, "linux-image-6.1.0-52-cloud-amd64");
	kernel_index_free(&index);
}
END_TEST

START_TEST(struck_kernels_are_found_no_more)
{
	struct kernel_index index = index_of(packages, 1000);
	const struct kernel_wish wish = {arch_default(), "5.10", "cloud"};

	kernel_index_strike(&index, "5.10.0-46-cloud-amd64", "5.10.262-1");
	ck_assert_ptr_null(kernel_index_exact(&index, "5.10.0-46-cloud-amd64", "5.10.262-1"));
	ck_assert_str_eq(source_find(&debian_source, &index, &wish, NULL)->release, "5.10.0-44-cloud-amd64");
	kernel_index_strike(&index, "5.10.0-44-cloud-amd64", "5.10.257-1");
	ck_assert_ptr_null(source_find(&debian_source, &index, &wish, NULL));
	kernel_index_free(&index);
}
END_TEST

START_TEST(index_round_trips_and_refuses_damage)
{
	struct kernel_index index = index_of(packages, 1000), again;
	struct buf text = {0}, second = {0};
	struct error err = {0};

	kernel_index_add_gap(&index, "a suite\tthat failed\n");
	kernel_index_write(&index, &text);
	ck_assert_msg(!kernel_index_read(text.data, text.len, "i", &again, &err), "%s", err.text);
	kernel_index_write(&again, &second);
	ck_assert_str_eq(text.data, second.data);
	ck_assert_uint_eq(again.gap_count, 1);
	kernel_index_free(&again);
	/* Cut anywhere, it is refused: only the last newline may be missing. */
	for (size_t len = 0; len + 1 < text.len; len++)
		ck_assert_int_lt(kernel_index_read(text.data, len, "i", &again, NULL), 0);
	buf_free(&text);
	buf_free(&second);
	kernel_index_free(&index);
}
END_TEST

#define URI(uri, rest) "'" uri "/dists/" rest "/binary-amd64/Packages.xz' name 0 \n"

static const struct {
	const char *text, *debian, *security;
} sources[] = {
        {"'http://m/debian/dists/bookworm/InRelease' x 0 \n" URI("http://m/debian", "bookworm/main") URI(
                 "http://m/debian", "bookworm-updates/main") URI("http://m/debian-security", "bookworm-security/main"),
         "http://m/debian", "http://m/debian-security"},
        /* repositories of other vendors, with Debian's suite names */
        {URI("https://download.docker.example/linux/debian", "bookworm/stable")
                 URI("https://apt.vendor.example", "bookworm/main")
                         URI("https://deb.node.example/node_20.x", "nodistro/main")
                                 URI("https://packages.cloud.example/apt", "cloud-sdk-bookworm/main")
                                         URI("http://apt.pg.example/pub/repos/apt", "bookworm-pgdg/main"),
         "", ""},
        {URI("https://apt.vendor.example", "bookworm/main") URI("http://proxy.example/debian-remote", "trixie/main")
                 URI("http://m/debian", "sid/main"),
         "http://m/debian", ""},
        {URI("http://proxy.example/debian-remote", "stable/main"), "http://proxy.example/debian-remote", ""},
        {URI("http://u.example/ubuntu", "jammy/main"), "", ""},
        {URI("mirror+file:/etc/apt/mirrors/debian.list", "trixie/main")
                 URI("mirror+file:/etc/apt/mirrors/debian-security.list", "trixie-security/main"),
         "mirror+file:/etc/apt/mirrors/debian.list", "mirror+file:/etc/apt/mirrors/debian-security.list"},
        {"", "", ""},
        {"'\n''\n'/dists/\n'/dists/'\nx", "", ""},
};

START_TEST(mirrors_are_debians_own)
{
	struct apt_mirrors mirrors;

	apt_mirrors_parse(sources[_i].text, &mirrors);
	ck_assert_str_eq(mirrors.debian, sources[_i].debian);
	ck_assert_str_eq(mirrors.security, sources[_i].security);
	apt_mirrors_free(&mirrors);
}
END_TEST

static const struct {
	const char *debian, *security;
} beside[] = {
        {"http://m/debian", "http://m/debian-security"},
        {"http://debian.example/debian", "http://debian.example/debian-security"},
        {"http://m/debian/snapshot", "http://m/debian-security/snapshot"},
        {"http://m/repos/debian-remote", "http://m/repos/debian-security-remote"},
        {"http://m/archive", "http://m/archive-security"},
};

START_TEST(security_lies_beside)
{
	char *found = apt_security_beside(beside[_i].debian);

	ck_assert_str_eq(found, beside[_i].security);
	free(found);
}
END_TEST

START_TEST(sources_name_both_archives)
{
	struct apt_mirrors mirrors = {(char[]){"http://m/debian"}, (char[]){"http://s/sec"}};
	struct buf text = {0};

	apt_sources_write(&mirrors, "/k.gpg", APT_PACKAGES, arch_default(), &text);
	ck_assert_ptr_nonnull(strstr(text.data, "URIs: http://m/debian\nSuites: bullseye\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "URIs: http://m/debian\nSuites: experimental\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "URIs: http://s/sec\nSuites: bullseye-security\n"));
	ck_assert_ptr_nonnull(strstr(text.data, "Signed-By: /k.gpg\n"));
	buf_free(&text);
	*mirrors.security = '\0';
	apt_sources_write(&mirrors, "", APT_PACKAGES, arch_default(), &text);
	ck_assert_ptr_null(strstr(text.data, "-security"));
	ck_assert_ptr_null(strstr(text.data, "Signed-By"));
	buf_free(&text);
}
END_TEST

static const struct {
	const char *text;
	size_t gaps;
} complaints[] = {
        {"", 0},
        {"E: The repository 'http://m/debian forky-backports Release' does not have a Release file.\n", 0},
        {"W: Failed to fetch http://m/debian/dists/sid/InRelease  Connection timed out\n", 1},
        {"W: GPG error: http://m/debian sid InRelease: NO_PUBKEY 0123\nE: The repository 'x' is not signed.\n", 2},
        {"W: Download is performed unsandboxed as root\nN: See apt-secure(8)\n", 0},
};

START_TEST(only_real_complaints_are_gaps)
{
	cleanup_strings struct strings found = {0};

	apt_complaints_parse(complaints[_i].text, &found);
	ck_assert_uint_eq(found.count, complaints[_i].gaps);
}
END_TEST

#define RELEASE(date, until) "Suite: testing\nCodename: forky\nDate: " date "\nValid-Until: " until "\nSHA256:\n x\n"
#define OCTOBER RELEASE("Fri, 30 Oct 2026 08:08:01 UTC", "Fri, 06 Nov 2026 08:08:01 UTC")

static const struct {
	const char *text, *old, *with_another;
} ages[] = {
        {OCTOBER, "one (of 30 Oct 2026, valid until 6 Nov 2026)",
         "one, other (of 30 Oct 2026, valid until 6 Nov 2026)"},
        {"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" RELEASE("Wed, 01 Jan 2020 00:00:00 UTC",
                                                                        "Wed, 08 Jan 2020 00:00:00 UTC"),
         "one (of 1 Jan 2020, valid until 8 Jan 2020)",
         "one (of 1 Jan 2020, valid until 8 Jan 2020); other (of 30 Oct 2026, valid until 6 Nov 2026)"},
        {RELEASE("Fri, 27 Nov 2026 08:00:00 UTC", "Sat, 28 Nov 2026 10:00:01 UTC"), "",
         "other (of 30 Oct 2026, valid until 6 Nov 2026)"},
        {RELEASE("Fri, 30 Oct 2026 08:08:01 UTC", "some day"), "", "other (of 30 Oct 2026, valid until 6 Nov 2026)"},
        {"Codename: trixie\nDate: Sat, 21 Nov 2020 09:15:44 UTC\n", "",
         "other (of 30 Oct 2026, valid until 6 Nov 2026)"},
        {"", "", "other (of 30 Oct 2026, valid until 6 Nov 2026)"},
};

START_TEST(lists_that_are_past_their_date_are_named)
{
	/* 28 Nov 2026, 10:00:00 UTC */
	static const time_t now = 1795860000;
	cleanup_buf struct buf old = {0};

	apt_release_add_old("one", ages[_i].text, now, &old);
	ck_assert_str_eq(buf_str(&old), ages[_i].old);
	apt_release_add_old("other", OCTOBER, now, &old);
	ck_assert_str_eq(buf_str(&old), ages[_i].with_another);
}
END_TEST

START_TEST(mirror_lists_give_their_first_line)
{
	static const struct {
		const char *text, *first;
	} cases[] = {
	        {"https://m/debian\n", "https://m/debian"},
	        {"# c\n\n  http://m/debian\tpriority:1\n", "http://m/debian"},
	        {"# only\n", NULL},
	        {"", NULL},
	};
	char *first = apt_mirror_list_first(cases[_i].text);

	if (cases[_i].first)
		ck_assert_str_eq(first, cases[_i].first);
	else
		ck_assert_ptr_null(first);
	free(first);
}
END_TEST

static const struct {
	const char *release, *flavour;
	const char *full; /* with another architecture's name; NULL: as `flavour` */
} endings[] = {
        {"6.1.0-52-amd64", "amd64"},
        {"6.1.0-52-cloud-amd64", "cloud"},
        {"6.12.95+deb13-rt-amd64", "rt"},
        {"6.1.0-52-other-amd64", "amd64"},
        {"6.1.0-52-cloud-arm64", NULL, "cloud-arm64"},
        {"6.1.0-52-arm64", NULL, "arm64"},
        {"6.12.95+deb13-arm64-16k", NULL, "16k-arm64"},
        {"6.1.0-52-generic", NULL},
        {"amd64", NULL},
        {"", NULL},
};

START_TEST(the_longest_ending_is_the_flavour)
{
	ck_assert_pstr_eq(debian_flavour(arch_find("x86_64"), endings[_i].release), endings[_i].flavour);
	ck_assert_str_eq(debian_source.flavour(endings[_i].release), endings[_i].full      ? endings[_i].full
	                                                             : endings[_i].flavour ? endings[_i].flavour
	                                                                                   : "");
	ck_assert_ptr_eq(debian_source.arch(endings[_i].release), arch_find(endings[_i].full ? "arm64" : "amd64"));
}
END_TEST

static const struct {
	const char *words[2];
	size_t count;
	int taken;
	size_t fault;
	const char *says;
} wishes[] = {
        {{"6.1", "cloud"}, 2, 2, 0, NULL},
        {{"newest", "rt"}, 2, 2, 0, NULL},
        {{"6.1.0-52-cloud-amd64", "optional"}, 2, 1, 0, NULL},
        {{"7.3-amd64"}, 1, 1, 0, NULL},
        {{"6.1"}, 1, -EINVAL, 1, "nothing after '6.1'; expected a flavour: amd64, cloud or rt"},
        {{"6.1", "generic"}, 2, -EINVAL, 1, "'generic' after '6.1'; expected a flavour: amd64, cloud or rt"},
        {{"6.1.5", "cloud"}, 2, -EINVAL, 0, "MAJOR.MINOR FLAVOUR"},
        {{"6.1.0-52-generic"}, 1, -EINVAL, 0, "ends in -amd64"},
        {{"noble", "generic"}, 2, -EINVAL, 0, "'noble' names no kernel"},
        {{""}, 1, -EINVAL, 0, "names no kernel"},
};

START_TEST(words_of_a_row_are_read)
{
	cleanup_error struct error err = {0};
	size_t fault = 99;

	ck_assert_int_eq(
	        debian_source.read_words(arch_find("x86_64"), wishes[_i].words, wishes[_i].count, &fault, &err),
	        wishes[_i].taken);
	if (!wishes[_i].says)
		return;
	ck_assert_uint_eq(fault, wishes[_i].fault);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, wishes[_i].says), "%s", err.text);
}
END_TEST

static const struct {
	const char *lists, *key;
	bool named;
} indexes[] = {
        {" abc 10 main/binary-amd64/Packages\n", "main/binary-amd64/Packages", true},
        {" abc 10 main/binary-amd64/Packages.xz\n", "main/binary-amd64/Packages", true},
        {" abc       10 main/binary-amd64/Packages.xz", "main/binary-amd64/Packages", true},
        {" abc 0 main/binary-amd64/Packages\n abc 32 main/binary-amd64/Packages.xz\n", "main/binary-amd64/Packages",
         false},
        {" abc 10 main/binary-amd64/Packages-old\n", "main/binary-amd64/Packages", false},
        {" abc 10 universe/main/binary-amd64/Packages\n", "main/binary-amd64/Packages", false},
        {" abc\n 10\n \n", "main/binary-amd64/Packages", false},
        {"", "main/binary-amd64/Packages", false},
};

START_TEST(a_signed_index_names_its_lists)
{
	cleanup_free char *text = xasprintf("Suite: noble\nSHA256:\n%s", indexes[_i].lists);

	ck_assert_int_eq(apt_release_names(text, indexes[_i].key), indexes[_i].named);
}
END_TEST

START_TEST(sources_ask_for_lists)
{
	static const char text[] = "Types: deb\nComponents: main universe\n\nTypes: deb\ncomponents:\tmain\r\n";
	cleanup_strings struct strings keys = {0}, of_source = {0};

	apt_sources_lists(text, APT_PACKAGES, arch_find("aarch64"), &keys);
	ck_assert_uint_eq(keys.count, 2);
	ck_assert_str_eq(keys.at[0], "main/binary-arm64/Packages");
	ck_assert_str_eq(keys.at[1], "universe/binary-arm64/Packages");
	apt_sources_lists(text, APT_SOURCES, NULL, &of_source);
	ck_assert_str_eq(of_source.at[1], "universe/source/Sources");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(finds_the_kernel_of_a_row, rows),
	        RANGE(pieces_of_any_size_give_the_same_index, 0, 5),
	        TEST(newer_layout_takes_binary_and_base),
	        TEST(struck_kernels_are_found_no_more),
	        TEST(index_round_trips_and_refuses_damage),
	        EACH(mirrors_are_debians_own, sources),
	        EACH(security_lies_beside, beside),
	        TEST(sources_name_both_archives),
	        EACH(only_real_complaints_are_gaps, complaints),
	        EACH(lists_that_are_past_their_date_are_named, ages),
	        EACH(a_signed_index_names_its_lists, indexes),
	        TEST(sources_ask_for_lists),
	        RANGE(mirror_lists_give_their_first_line, 0, 4),
	        EACH(the_longest_ending_is_the_flavour, endings),
	        EACH(words_of_a_row_are_read, wishes),
	};

	return suite_run("apt", tests, COUNT(tests));
}
