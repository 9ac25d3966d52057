/* SPDX-License-Identifier: BSD-2-Clause */
/* Archives that a user's NAME.sources defines: its text, the layout of their kernels, what rows call these. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/kernels/kernel_list.h"
#include "host/source/apt_archive.h"
#include "host/source/archive_index.h"
#include "host/source/definition.h"
#include "host/source/kernel_words.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PACKAGE(name, version, depends) \
	"Package: " name "\nVersion: " version "\nDepends: " depends "\nFilename: pool/" name \
	".deb\nSize: 1000\nSHA256: " SUM "\n\n"

/* ---- what it is an archive of ---- */

static const struct {
	const char *suite, *text;
} lists[] = {
        {"noble",
         PACKAGE("linux-image-6.8.0-31-generic", "6.8.0-31.31", "kmod")
                 PACKAGE("linux-modules-6.8.0-31-generic", "6.8.0-31.31", "libc6") PACKAGE("linux-image-6.8.0-1001-aws",
                                                                                           "6.8.0-1001.1", "kmod")
                         PACKAGE("linux-image-generic", "6.8.0-31.31", "linux-image-6.8.0-31-generic, linux-firmware")},
        {"noble-updates", PACKAGE("linux-image-unsigned-6.8.0-45-generic", "6.8.0-45.45",
                                  "kmod") PACKAGE("linux-image-6.8.0-45-generic", "6.8.0-45.45", "kmod")
                                  PACKAGE("linux-modules-6.8.0-45-generic", "6.8.0-45.45", "libc6")
                                          PACKAGE("linux-modules-extra-6.8.0-45-generic", "6.8.0-45.45", "libc6")
                                                  PACKAGE("linux-image-6.8.0-45-generic-dbgsym", "6.8.0-45.45", "x")
         /* newer, and what another metapackage means */
         PACKAGE("linux-image-6.11.0-9-generic", "6.11.0-9.9~24.04.1", "kmod")
                 PACKAGE("linux-image-generic", "6.8.0-45.45", "linux-image-6.8.0-45-generic")
                         PACKAGE("linux-image-virtual", "6.8.0-45.45", "linux-image-6.8.0-45-generic")
                                 PACKAGE("linux-image-generic-hwe-24.04", "6.11.0-9.9~24.04.1",
                                         "linux-image-6.11.0-9-generic (= 6.11.0-9.9~24.04.1)")},
        {"jammy", PACKAGE("linux-image-unsigned-5.15.0-25-lowlatency-64k", "5.15.0-25.25", "kmod")},
};

static struct kernel_index index_of_lists(void)
{
	struct package_scan scan = {0};
	struct paragraphs reader = {.take = package_scan_take, .ctx = &scan};
	struct kernel_index index;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct list_origin origin = {"http://mirror.example/ubuntu/", lists[i].suite};

		paragraphs_feed(&reader, &origin, lists[i].text, strlen(lists[i].text));
		paragraphs_end(&reader, &origin);
	}
	archive_index_build(&scan, &index);
	paragraphs_free(&reader);
	package_scan_free(&scan);
	return index;
}

static const struct {
	const char *spec, *flavour;
	const char *release; /* NULL: refused */
	const char *says;
} rows[] = {
        {"noble", "generic", "6.8.0-45-generic", NULL},
        {"noble-updates", "virtual", "6.8.0-45-generic", NULL},
        {"noble", "generic-hwe-24.04", "6.11.0-9-generic", NULL},
        {"noble", "aws", "6.8.0-1001-aws", NULL},
        {"jammy", "lowlatency-64k", "5.15.0-25-lowlatency-64k", NULL},
        {"6.8", "generic", "6.8.0-45-generic", NULL},
        {"newest", "generic", "6.11.0-9-generic", NULL},
        {"6.8.0-31-generic", "", "6.8.0-31-generic", NULL},
        {"nob", "generic", NULL, "ubuntu has no kernel nob generic; its distributions are jammy, noble, noble-updates"},
        {"noble", "kvm", NULL, "its flavours are aws, generic, generic-hwe-24.04, virtual"},
        {"6.9", "generic", NULL, "the nearest are 6.8 and 6.11"},
        {"6.8.0-46-generic", "", NULL, "no kernel 6.8.0-46-generic; the nearest are "},
        {"6.8.0-45-generic-dbgsym", "", NULL, "no kernel 6.8.0-45-generic-dbgsym"},
};

static struct kernel_source ubuntu(void)
{
	struct kernel_source s = apt_archive_source;

	s.name = "ubuntu";
	return s;
}

START_TEST(finds_the_kernel_of_a_row)
{
	const struct kernel_source source = ubuntu();
	cleanup_kernel_index struct kernel_index index = index_of_lists();
	const struct kernel_wish wish = {arch_default(), rows[_i].spec, rows[_i].flavour};
	cleanup_error struct error err = {0};
	const struct kernel_package *k = source_find(&source, &index, &wish, &err);

	if (rows[_i].release) {
		ck_assert_msg(k != NULL, "%s", err.text);
		ck_assert_str_eq(k->release, rows[_i].release);
		return;
	}
	ck_assert_ptr_null(k);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, rows[_i].says), "%s", err.text);
}
END_TEST

static const struct {
	const char *spec, *flavour;
	const char *releases; /* a blank after each */
} spans[] = {
        {"6.8.*", "generic", "6.8.0-31-generic 6.8.0-45-generic "},
        {"*", "generic", "6.8.0-31-generic 6.8.0-45-generic 6.11.0-9-generic "},
        {"6.8..6.10", "generic", "6.8.0-31-generic 6.8.0-45-generic "},
        {"5.15..6.8.0", "lowlatency-64k", "5.15.0-25-lowlatency-64k "},
        {"6.9..6.10", "generic", ""},
        {"6.8.*", "lowlatency-64k", ""},
};

START_TEST(finds_the_kernels_of_a_span)
{
	const struct kernel_source source = ubuntu();
	cleanup_kernel_index struct kernel_index index = index_of_lists();
	const struct kernel_wish wish = {arch_default(), spans[_i].spec, spans[_i].flavour};
	cleanup_strings struct strings releases = {0};
	cleanup_buf struct buf text = {0};

	ck_assert(source_means_several(&source, spans[_i].spec));
	source_find_all(&source, &index, &wish, &releases);
	for (size_t i = 0; i < releases.count; i++)
		buf_printf(&text, "%s ", releases.at[i]);
	ck_assert_str_eq(buf_str(&text), spans[_i].releases);
}
END_TEST

START_TEST(a_kernel_is_in_several_packages)
{
	cleanup_kernel_index struct kernel_index index = index_of_lists(), again = {0};
	const struct kernel_package *k = kernel_index_exact(&index, "6.8.0-45-generic", "6.8.0-45.45");
	cleanup_buf struct buf text = {0}, same = {0};

	ck_assert_uint_eq(index.count, 5);
	/* what is signed goes before what is not */
	ck_assert_str_eq(k->image.name, "linux-image-6.8.0-45-generic");
	ck_assert_str_eq(k->config.name, "linux-modules-6.8.0-45-generic");
	ck_assert_str_eq(k->modules[0].name, "linux-modules-6.8.0-45-generic");
	ck_assert_str_eq(k->modules[1].name, "linux-modules-extra-6.8.0-45-generic");
	ck_assert_str_eq(k->names, "/generic,noble-updates/generic,noble-updates/virtual");
	k = kernel_index_exact(&index, "5.15.0-25-lowlatency-64k", "");
	ck_assert_str_eq(k->image.name, "linux-image-unsigned-5.15.0-25-lowlatency-64k");
	ck_assert_str_eq(k->modules[0].name, k->image.name);
	ck_assert_ptr_null(k->config.name);
	/* as text and back */
	index.place = xstrdup("here");
	kernel_index_write(&index, &text);
	ck_assert_int_eq(kernel_index_read(buf_str(&text), text.len, "i", &again, NULL), 0);
	kernel_index_write(&again, &same);
	ck_assert_str_eq(buf_str(&text), buf_str(&same));
	ck_assert_str_eq(again.place, "here");
}
END_TEST

/* ---- NAME.sources ---- */

#define ENTRY "Types: deb\nURIs: http://m/u\nSuites: noble\n noble-updates\nComponents: main\n"

static const struct {
	const char *text;
	const char *says; /* NULL: accepted */
} definitions[] = {
        {ENTRY "Signed-By: k.gpg\n", NULL},
        {"# a comment\n\n" ENTRY "signed-by: k.gpg\nX-Other: y\n\n\nTypes: deb-src\nURIs: http://m/u\nSuites: a\n",
         NULL},
        {ENTRY "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ==\n", NULL},
        {ENTRY "Signed-By: k.gpg\nTrusted: no\n", NULL},
        {ENTRY, "u.sources:1: no Signed-By; expected the keyring"},
        {ENTRY "Signed-By: missing.gpg\n", "missing.gpg: No such file"},
        {ENTRY "Signed-By: k.gpg, l.gpg\n", "expected one keyring file"},
        {"\n" ENTRY "Signed-By: k.gpg\nTrusted: yes\n", "u.sources:2: takes lists without a good signature"},
        {ENTRY "Signed-By: k.gpg\nAllow-Insecure: yes\n", "without a good signature"},
        {"Types: deb\nSuites: noble\nSigned-By: k.gpg\n", "without URIs or Suites"},
        {ENTRY "Enabled: no\n", "has no entry"},
        {"deb http://m/u noble main\n", "has no entry"},
        {"", "has no entry"},
};

START_TEST(reads_what_a_user_wrote)
{
	cleanup_free char *dir = scratch_path("."), *key = scratch_path("k.gpg");
	cleanup_buf struct buf out = {0};
	cleanup_error struct error err = {0};
	int rc;

	ck_assert_int_eq(io_replace_file(key, "k", 1, NULL), 0);
	rc = apt_archive_sources(definitions[_i].text, "u.sources", dir, arch_default(), &out, &err);
	if (definitions[_i].says) {
		ck_assert_int_lt(rc, 0);
		ck_assert_int_eq(err.status, EXIT_USAGE);
		ck_assert_msg(strstr(err.text, definitions[_i].says), "%s", err.text);
		return;
	}
	ck_assert_msg(!rc, "%s", err.text);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "URIs: http://m/u\nSuites: noble\n noble-updates\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "Targets: Packages\nSigned-By: "));
	ck_assert_ptr_null(strstr(buf_str(&out), "deb-src"));
}
END_TEST

/* ---- rows ---- */

static int list_of(const char *row, struct kernel_list *list, struct error *err)
{
	cleanup_free char *path = scratch_path("list.txt"), *definition = scratch_path("ubuntu.sources");

	ck_assert_int_eq(io_replace_file(definition, ENTRY, strlen(ENTRY), NULL), 0);
	return kernel_list_parse(row, strlen(row), path, list, err);
}

START_TEST(a_row_chooses_it)
{
	cleanup_kernel_list struct kernel_list list = {0};
	cleanup_free char *spec = NULL, *path = scratch_path("ubuntu.sources");
	cleanup_error struct error err = {0};

	ck_assert_msg(!list_of("6.1 cloud\nnoble generic optional source=ubuntu\n6.8 aws source=ubuntu arch=arm64\n"
	                       "6.8 * generic source=ubuntu\n",
	                       &list, &err),
	              "%s", err.text);
	ck_assert_ptr_eq(list.rows[0].source, source_default());
	ck_assert_str_eq(list.rows[1].source->name, "ubuntu");
	ck_assert_str_eq(list.rows[1].source->definition, path);
	ck_assert_ptr_eq(list.rows[1].source, list.rows[2].source);
	ck_assert_str_eq(list.rows[1].id, "noble-generic");
	ck_assert_str_eq(list.rows[2].id, "6.8-aws-arm64");
	ck_assert_str_eq(list.rows[3].spec, "6.8.*");
	ck_assert(list.rows[3].several);
	spec = kernel_row_spec(&list.rows[1]);
	ck_assert_str_eq(spec, "ubuntu:noble/generic");
	ck_assert_str_eq(kernel_row_flavour(&list.rows[1], "6.8.0-45-generic"), "generic");
}
END_TEST

START_TEST(a_release_is_written_with_its_source)
{
	cleanup_kernel_list struct kernel_list list = {0}, again = {0};
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};

	ck_assert_int_eq(list_of("noble generic source=ubuntu\n", &list, &err), 0);
	kernel_row_write_release(&list.rows[0], "6.8.0-45-generic", &text);
	/* In a list that is elsewhere. */
	ck_assert_msg(!kernel_list_parse(buf_str(&text), text.len, "/nowhere/list.txt", &again, &err), "%s", err.text);
	ck_assert_str_eq(again.rows[0].spec, "6.8.0-45-generic");
	ck_assert_ptr_eq(again.rows[0].source, list.rows[0].source);
}
END_TEST

static const struct {
	const char *row, *says;
} refused[] = {
        {"noble generic\n", "1:1: 'noble' names no kernel"},
        {"noble generic source=none\n", "1:15: no source of kernels is called 'none'; expected a file "},
        {"noble generic source=a/?\n", "1:15: source='a/?'; expected a name"},
        {"noble generic source=a/x\n", "1:15: no source of kernels is called 'x'; expected a file a/x.sources"},
        {"noble source=ubuntu\n", "1:7: nothing after 'noble'; expected a flavour"},
        {"6.8 * source=ubuntu\n", "1:7: nothing after '*'; expected a flavour"},
        {"noble optional source=ubuntu\n", "nothing after 'noble'; expected a flavour"},
        {"./vmlinuz source=ubuntu\n", "1:11: source= is for kernels that a source has"},
        {"noble generic source=ubuntu source=ubuntu\n", "1:29: option source is given twice"},
};

START_TEST(says_what_is_wrong_with_a_row)
{
	cleanup_kernel_list struct kernel_list list = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_lt(list_of(refused[_i].row, &list, &err), 0);
	ck_assert_msg(strstr(err.text, refused[_i].says), "%s", err.text);
}
END_TEST

START_TEST(an_index_is_of_one_definition)
{
	cleanup_free char *path = scratch_path("u.sources"), *place = NULL;
	struct kernel_source source = ubuntu();
	struct kernel_index index = {0};
	cleanup_buf struct buf text = {0};

	source.definition = path;
	ck_assert(!definition_serves(&source, &index));
	ck_assert_int_eq(io_replace_file(path, ENTRY, strlen(ENTRY), NULL), 0);
	ck_assert_int_eq(definition_read(&source, &text, &place, NULL), 0);
	ck_assert(!definition_serves(&source, &index));
	index.place = place;
	ck_assert(definition_serves(&source, &index));
	ck_assert_int_eq(io_replace_file(path, ENTRY "#", strlen(ENTRY) + 1, NULL), 0);
	ck_assert(!definition_serves(&source, &index));
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("archive", .set_up = scratch_setup, .tear_down = scratch_teardown),
	        EACH(finds_the_kernel_of_a_row, rows),
	        EACH(finds_the_kernels_of_a_span, spans),
	        TEST(a_kernel_is_in_several_packages),
	        EACH(reads_what_a_user_wrote, definitions),
	        TEST(a_row_chooses_it),
	        TEST(a_release_is_written_with_its_source),
	        EACH(says_what_is_wrong_with_a_row, refused),
	        TEST(an_index_is_of_one_definition),
	};

	return suite_run("apt_archive", tests, COUNT(tests));
}
