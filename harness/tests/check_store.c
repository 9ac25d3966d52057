/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store with small fake kernels: files of the user's, and packages of a mirror that is a directory (file: URIs,
 * which apt reads without network). An index is written by hand, so apt-get never runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "fake_kernel.h"
#include "host/lib/sha256.h"
#include "host/source/catalogue.h"
#include "host/store/entry_build.h"
#include "host/store/kernel_config.h"
#include "host/store/store.h"
#include "host/store/store_build.h"
#include "host/store/store_modules.h"
#include "tests/suite.h"

static char *top;
static struct store_options options;
static struct kernel_index known;

static char *at_top(const char *name)
{
	return xasprintf("%s/%s", top, name);
}

static void write_file(const char *name, const void *bytes, size_t len)
{
	char *path = at_top(name);

	ck_assert_int_eq(io_replace_file(path, bytes, len, NULL), 0);
	free(path);
}

static void set_up(void)
{
	const char *tmp = getenv("TMPDIR");
	char *mirror, *uri;

	top = xasprintf("%s/check_store.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(top));
	options = (struct store_options){.dir = at_top("images"), .quiet = true};
	mirror = at_top("mirror");
	uri = xasprintf("file://%s", mirror);
	ck_assert_int_eq(io_make_dirs(mirror, NULL), 0);
	setenv("DEBIAN_MIRROR", uri, 1);
	/* The warnings that these tests provoke are not for the reader of the test's output. */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	free(mirror);
	free(uri);
}

static void tear_down(void)
{
	ck_assert_int_eq(io_remove_tree(top, NULL), 0);
	kernel_index_free(&known);
	free((char *)(uintptr_t)options.dir);
	free(top);
}

static void write_kernel(const char *name, const char *release)
{
	struct buf bytes = {0};

	fake_kernel_build(release, &bytes);
	write_file(name, bytes.data, bytes.len);
	buf_free(&bytes);
}

static void write_index(void)
{
	struct buf text = {0};
	char *apt = at_top("images/apt");

	kernel_index_write(&known, &text);
	ck_assert_int_eq(io_make_dirs(apt, NULL), 0);
	write_file("images/apt/kernels.index", text.data, text.len);
	buf_free(&text);
	free(apt);
}

/* Put a package on the mirror and in the index; the index says `sha256`, or (NULL) the truth. */
static void publish(const char *release, const char *version, const char *inside, const char *sha256)
{
	struct buf image = {0}, deb = {0};
	char *member = xasprintf("./boot/vmlinuz-%s", release), *file = xasprintf("mirror/%s_%s.deb", release, version);
	struct kernel_package k = {.release = xstrdup(release),
	                           .version = xstrdup(version),
	                           .image = {.name = xasprintf("linux-image-%s", release)}};

	fake_kernel_build(inside, &image);
	fake_deb_build("xz", member, &image, "./boot/config-x", "CONFIG_X=y\n", &deb);
	write_file(file, deb.data, deb.len);
	k.image.uri = xasprintf("file://%s/%s", top, file);
	k.image.size = deb.len;
	k.image.sha256 = sha256 ? xstrdup(sha256) : sha256_bytes(deb.data, deb.len);
	known.kernels = xrealloc(known.kernels, known.count + 1, sizeof(*known.kernels));
	known.kernels[known.count++] = k;
	write_index();
	buf_free(&deb);
	buf_free(&image);
	free(member);
	free(file);
}

struct outcome {
	int rc;
	struct store_kernel *kernels;
	size_t count;
	struct error err;
};

static struct kernel_list list_of(const char *text)
{
	struct kernel_list list;
	struct error err = {0};
	int rc = kernel_list_parse(text, strlen(text), "k", &list, &err);

	ck_assert_msg(!rc, "%s", err.text);
	return list;
}

/* `text` with every %s replaced by the test's directory. */
static struct outcome prepare(const char *text)
{
	struct outcome o = {0};
	struct buf whole = {0};
	struct kernel_list list;

	for (const char *at = text; *at;) {
		size_t len = strcspn(at, "%");

		buf_add(&whole, at, len);
		at += len;
		if (*at) {
			buf_puts(&whole, top);
			at += 2;
		}
	}
	list = list_of(buf_str(&whole));
	o.rc = store_prepare(&options, &list, &o.kernels, &o.count, &o.err);
	kernel_list_free(&list);
	buf_free(&whole);
	return o;
}

static void outcome_free(struct outcome *o)
{
	store_kernels_free(o->kernels, o->count);
	error_clear(&o->err);
	*o = (struct outcome){0};
}

static void prepare_ok(const char *text)
{
	struct outcome o = prepare(text);

	ck_assert_msg(!o.rc, "%s", o.err.text);
	outcome_free(&o);
}

static size_t count_of(const char *pattern)
{
	char *path = at_top(pattern);
	glob_t found;
	size_t count = 0;

	if (!glob(path, 0, NULL, &found)) {
		count = found.gl_pathc;
		globfree(&found);
	}
	free(path);
	return count;
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_ino;
}

static char *read_text(const char *name)
{
	char *path = at_top(name);
	struct buf text = {0};

	ck_assert_int_eq(io_read_file(path, 1 << 20, &text, NULL), 0);
	free(path);
	return buf_steal(&text);
}

START_TEST(a_users_file_is_unpacked_once)
{
	struct outcome first, second;
	ino_t inode;

	write_kernel("vmlinuz", "6.5.0-mine");
	first = prepare("%s/vmlinuz\n");
	ck_assert_msg(!first.rc, "%s", first.err.text);
	ck_assert_uint_eq(first.count, 1);
	ck_assert_str_eq(first.kernels[0].id, "vmlinuz");
	ck_assert_str_eq(first.kernels[0].release, "6.5.0-mine");
	ck_assert_str_eq(first.kernels[0].arch->name, "x86_64");
	ck_assert_str_eq(first.kernels[0].package, "");
	ck_assert_uint_eq(strlen(first.kernels[0].image_sha256), 64);
	ck_assert_uint_eq(strlen(first.kernels[0].btf_sha256), 64);
	ck_assert_str_ne(first.kernels[0].image, first.kernels[0].packed);
	ck_assert_int_eq(access(first.kernels[0].packed, R_OK), 0);
	ck_assert_str_eq(first.kernels[0].config, "");
	inode = inode_of(first.kernels[0].image);
	second = prepare("%s/vmlinuz\n");
	ck_assert_int_eq(second.rc, 0);
	ck_assert_uint_eq(inode_of(second.kernels[0].image), inode);
	outcome_free(&first);
	outcome_free(&second);
	/* Another content is another kernel, under the same name. */
	write_kernel("vmlinuz", "6.6.0-mine");
	second = prepare("%s/vmlinuz\n");
	ck_assert_str_eq(second.kernels[0].release, "6.6.0-mine");
	ck_assert_uint_eq(count_of("images/file-*"), 2);
	outcome_free(&second);
}
END_TEST

START_TEST(without_pvh_the_bzimage_is_kept)
{
	const struct fake_elf f = {.release = "6.5.0", .btf = false};
	struct buf elf = {0}, bz = {0};
	struct outcome o;

	fake_elf_build(&f, &elf);
	write_file("vmlinux", elf.data, elf.len);
	fake_bzimage_build(&elf, "gzip", "6.5.0", &bz);
	write_file("vmlinuz", bz.data, bz.len);
	o = prepare("%s/vmlinuz\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_str_eq(o.kernels[0].image, o.kernels[0].packed);
	ck_assert_int_eq(access(o.kernels[0].packed, R_OK), 0);
	ck_assert_str_eq(o.kernels[0].btf, "");
	ck_assert_str_eq(o.kernels[0].btf_sha256, "");
	outcome_free(&o);
	o = prepare("%s/vmlinux\n");
	ck_assert_int_lt(o.rc, 0);
	ck_assert_int_eq(o.err.status, EXIT_USAGE);
	ck_assert_msg(strstr(o.err.text, "CONFIG_PVH"), "%s", o.err.text);
	outcome_free(&o);
	buf_free(&elf);
	buf_free(&bz);
}
END_TEST

static void config_is(const char *list, const char *text)
{
	struct outcome o = prepare(list);
	cleanup_buf struct buf read = {0};

	ck_assert_msg(!o.rc, "%s", o.err.text);
	if (*o.kernels[0].config)
		ck_assert_int_eq(kernel_config_read_path(o.kernels[0].config, &read, NULL), 0);
	ck_assert_str_eq(buf_str(&read), text);
	outcome_free(&o);
}

/* That of its row goes before the one in the kernel, which goes before the one beside it. */
START_TEST(a_configuration_is_the_rows_the_kernels_or_beside_it)
{
	static const char named[] = "CONFIG_NAMED=y\n", inside[] = "CONFIG_INSIDE=y\n", beside[] = "CONFIG_BESIDE=y\n";
	const struct fake_elf f = {.release = "6.5.0", .pvh = true};
	struct buf elf = {0};
	struct outcome o;

	fake_elf_build(&f, &elf);
	write_file("vmlinux-6.5.0", elf.data, elf.len);
	config_is("%s/vmlinux-6.5.0\n", "");
	write_file("config-6.5.0", beside, strlen(beside));
	config_is("%s/vmlinux-6.5.0\n", beside);
	buf_puts(&elf, "IKCFG_ST");
	fake_stream("gzip", inside, strlen(inside), &elf);
	write_file("vmlinux-6.5.0", elf.data, elf.len);
	config_is("%s/vmlinux-6.5.0\n", inside);
	write_file("named", named, strlen(named));
	config_is("%s/vmlinux-6.5.0 config=%s/named\n", named);
	o = prepare("%s/vmlinux-6.5.0 config=%s/vmlinux-6.5.0\n");
	ck_assert_int_eq(o.err.status, EXIT_USAGE);
	ck_assert_msg(strstr(o.err.text, "k:1: config=") && strstr(o.err.text, "is not a kernel's configuration"), "%s",
	              o.err.text);
	outcome_free(&o);
	buf_free(&elf);
}
END_TEST

static const char rows[] = "6.1 cloud\n# c\nnewest cloud\n6.1.0-50-amd64\n";

static void publish_three(void)
{
	publish("6.1.0-49-cloud-amd64", "6.1.170-1", "6.1.0-49-cloud-amd64", NULL);
	publish("6.1.0-50-cloud-amd64", "6.1.180-1", "6.1.0-50-cloud-amd64", NULL);
	publish("6.1.0-50-amd64", "6.1.180-1", "6.1.0-50-amd64", NULL);
}

START_TEST(packages_are_fetched_once_and_pinned)
{
	struct outcome o;
	char *lock, *mirror = at_top("mirror"), *apt = at_top("images/apt");

	publish_three();
	o = prepare(rows);
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_uint_eq(o.count, 3);
	ck_assert_str_eq(o.kernels[0].id, "6.1-cloud");
	ck_assert_str_eq(o.kernels[0].release, "6.1.0-50-cloud-amd64");
	ck_assert_str_eq(o.kernels[0].version, "6.1.180-1");
	ck_assert_str_eq(o.kernels[0].package, "linux-image-6.1.0-50-cloud-amd64");
	ck_assert_uint_eq(o.kernels[1].line, 3);
	ck_assert_str_eq(o.kernels[1].image, o.kernels[0].image);
	ck_assert_str_eq(o.kernels[2].release, "6.1.0-50-amd64");
	ck_assert_int_eq(access(o.kernels[2].config, R_OK), 0);
	ck_assert_uint_eq(count_of("images/*/package.deb"), 0);
	ck_assert_uint_eq(count_of("images/.tmp-*"), 0);
	outcome_free(&o);
	lock = read_text("images/kernels.lock");
	ck_assert_ptr_nonnull(
	        strstr(lock, "\n6.1-cloud linux-image-6.1.0-50-cloud-amd64 6.1.180-1 6.1.0-50-cloud-amd64 "));
	ck_assert_ptr_nonnull(strstr(lock, " newest/cloud\n"));
	/* Neither mirror nor index nor apt is needed any more. */
	ck_assert_int_eq(io_remove_tree(mirror, NULL), 0);
	ck_assert_int_eq(io_remove_tree(apt, NULL), 0);
	setenv("PATH", "/nonexistent", 1);
	prepare_ok(rows);
	options.frozen = true;
	prepare_ok(rows);
	free(lock);
	free(mirror);
	free(apt);
}
END_TEST

/* As entries were before the compressed image was kept. */
static void forget_bzimage(const char *release)
{
	char *record = xasprintf("images/%s/record.json", release), *path = at_top(record);
	char *bzimage = xasprintf("%s/images/%s/bzimage", top, release);
	json_t *json = json_load_file(path, 0, NULL);

	ck_assert_int_eq(json_object_del(json_object_get(json, "files"), "bzimage"), 0);
	ck_assert_int_eq(json_dump_file(json, path, 0), 0);
	ck_assert_int_eq(unlink(bzimage), 0);
	json_decref(json);
	free(bzimage);
	free(path);
	free(record);
}

/* As records were before they said which of the kernel's forms boots, and whose it is. */
static void set_record(const char *release, const char *arch, const char *boots, json_t *pvh)
{
	char *record = xasprintf("images/%s/record.json", release), *path = at_top(record);
	json_t *json = json_load_file(path, 0, NULL);

	json_object_del(json, "arch");
	json_object_del(json, "boots");
	if (arch)
		json_object_set_new(json, "arch", json_string(arch));
	if (boots)
		json_object_set_new(json, "boots", json_string(boots));
	if (pvh)
		json_object_set_new(json, "pvh", pvh);
	ck_assert_int_eq(json_dump_file(json, path, 0), 0);
	json_decref(json);
	free(path);
	free(record);
}

START_TEST(records_of_earlier_versions_are_read)
{
	struct outcome o;
	ino_t inode;

	publish("6.1.0-9-cloud-amd64", "6.1.9-1", "6.1.0-9-cloud-amd64", NULL);
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	inode = inode_of(o.kernels[0].image);
	ck_assert_str_eq(io_basename(o.kernels[0].image), "vmlinux");
	outcome_free(&o);

	set_record("6.1.0-9-cloud-amd64", NULL, NULL, json_true());
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_str_eq(o.kernels[0].arch->name, "x86_64");
	ck_assert_uint_eq(inode_of(o.kernels[0].image), inode);
	outcome_free(&o);

	set_record("6.1.0-9-cloud-amd64", "x86_64", NULL, json_false());
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_str_eq(io_basename(o.kernels[0].image), "bzimage");
	outcome_free(&o);
}
END_TEST

START_TEST(a_record_of_an_unknown_architecture_is_built_again)
{
	struct outcome o;
	ino_t inode;

	publish("6.1.0-9-cloud-amd64", "6.1.9-1", "6.1.0-9-cloud-amd64", NULL);
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	inode = inode_of(o.kernels[0].image);
	outcome_free(&o);

	set_record("6.1.0-9-cloud-amd64", "vax", "vmlinux", NULL);
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_str_eq(o.kernels[0].arch->name, "x86_64");
	ck_assert_uint_ne(inode_of(o.kernels[0].image), inode);
	outcome_free(&o);
}
END_TEST

START_TEST(an_entry_without_bzimage_is_built_again_only_when_asked)
{
	struct outcome o;
	ino_t inode;

	publish("6.1.0-9-cloud-amd64", "6.1.9-1", "6.1.0-9-cloud-amd64", NULL);
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	inode = inode_of(o.kernels[0].image);
	outcome_free(&o);
	forget_bzimage("6.1.0-9-cloud-amd64");

	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_str_eq(o.kernels[0].packed, "");
	ck_assert_uint_eq(inode_of(o.kernels[0].image), inode);
	outcome_free(&o);

	options.compressed = true;
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_int_eq(access(o.kernels[0].packed, R_OK), 0);
	inode = inode_of(o.kernels[0].image);
	outcome_free(&o);

	o = prepare("6.1 cloud\n");
	ck_assert_uint_eq(inode_of(o.kernels[0].image), inode);
	outcome_free(&o);
}
END_TEST

START_TEST(no_other_kernel_is_taken_for_a_missing_bzimage)
{
	struct outcome o;

	publish("6.1.0-9-cloud-amd64", "6.1.9-1", "6.1.0-9-cloud-amd64", NULL);
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	outcome_free(&o);
	forget_bzimage("6.1.0-9-cloud-amd64");
	kernel_index_free(&known);
	publish("6.1.0-10-cloud-amd64", "6.1.10-1", "6.1.0-10-cloud-amd64", NULL);

	options.compressed = true;
	o = prepare("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_str_eq(o.kernels[0].release, "6.1.0-9-cloud-amd64");
	ck_assert_str_eq(o.kernels[0].packed, "");
	outcome_free(&o);
}
END_TEST

START_TEST(a_pinned_kernel_stays_until_update)
{
	struct outcome o;

	publish("6.1.0-49-cloud-amd64", "6.1.170-1", "6.1.0-49-cloud-amd64", NULL);
	prepare_ok("6.1 cloud\n");
	publish("6.1.0-50-cloud-amd64", "6.1.180-1", "6.1.0-50-cloud-amd64", NULL);
	o = prepare("6.1 cloud\n");
	ck_assert_str_eq(o.kernels[0].release, "6.1.0-49-cloud-amd64");
	outcome_free(&o);
	/* The same id with another meaning is not what was pinned. */
	o = prepare("newest cloud id=6.1-cloud\n");
	ck_assert_str_eq(o.kernels[0].release, "6.1.0-50-cloud-amd64");
	outcome_free(&o);
}
END_TEST

START_TEST(lines_of_other_rows_stay_pinned)
{
	char *before, *after;

	publish_three();
	prepare_ok(rows);
	before = read_text("images/kernels.lock");
	prepare_ok("6.1 cloud\n");
	after = read_text("images/kernels.lock");
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
}
END_TEST

START_TEST(nothing_is_fetched_when_a_row_is_unknown)
{
	struct outcome o;

	publish_three();
	o = prepare("6.1 cloud\n\n6.2 cloud\n");
	ck_assert_int_lt(o.rc, 0);
	ck_assert_int_eq(o.err.status, EXIT_USAGE);
	ck_assert_msg(!strncmp(o.err.text, "k:3: ", 5) && strstr(o.err.text, "6.1"), "%s", o.err.text);
	ck_assert_uint_eq(count_of("images/6.1*"), 0);
	outcome_free(&o);
	o = prepare("6.1 cloud\n6.2 cloud optional\n%s/none optional\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert(!o.kernels[0].skipped && o.kernels[1].skipped && o.kernels[2].skipped);
	ck_assert_ptr_nonnull(strstr(o.kernels[1].reason, "no kernel 6.2 cloud"));
	ck_assert_str_eq(o.kernels[1].image, "");
	outcome_free(&o);
}
END_TEST

/* What can keep a kernel from being fetched. */
enum obstacle {
	NOT_LISTED,
	NO_INDEX,
	FILE_GONE,
	MIRROR_UNREACHABLE,
	OTHER_BYTES,
	OTHER_KERNEL,
	NOT_A_PACKAGE,
	NO_MODULES,
};

static const struct {
	enum obstacle obstacle;
	const char *says;
} obstacles[] = {
        {NOT_LISTED, "no kernel 6.2 cloud"},
        {NO_INDEX, "is not the address of a mirror"},
        {FILE_GONE, "does not have it"},
        {MIRROR_UNREACHABLE, "cannot be fetched from the mirror"},
        {OTHER_BYTES, "Hash Sum mismatch"},
        {OTHER_KERNEL, "its kernel says release"},
        {NOT_A_PACKAGE, "package"},
        {NO_MODULES, "modules of 6.2-cloud: linux-modules cannot be fetched from the mirror"},
};

/* A file that is not a package, and is what the index says. */
static void mangle(struct kernel_package *k)
{
	free(k->image.sha256);
	k->image.sha256 = sha256_bytes("!<arch>\nxyz", 11);
	k->image.size = 11;
	write_file("mirror/mangled.deb", "!<arch>\nxyz", 11);
	free(k->image.uri);
	k->image.uri = xasprintf("file://%s/mirror/mangled.deb", top);
}

/* Kernels and modules, as run does it. */
static struct outcome prepare_with_modules(const char *text)
{
	struct outcome o = {0};
	struct kernel_list list = list_of(text);
	struct strings names = {0};
	struct module_set *sets = NULL;

	strings_add(&names, "veth");
	o.rc = store_prepare(&options, &list, &o.kernels, &o.count, &o.err);
	if (!o.rc)
		o.rc = store_modules_prepare(&options, &list, o.kernels, o.count, &names, &sets, &o.err);
	store_modules_free(sets, o.count);
	strings_free(&names);
	kernel_list_free(&list);
	return o;
}

static void put_up(enum obstacle obstacle)
{
	static const char wrong[] = "0000000000000000000000000000000000000000000000000000000000000000";
	struct kernel_package *k;
	struct outcome o;

	publish("6.1.0-50-cloud-amd64", "6.1.180-1", "6.1.0-50-cloud-amd64", NULL);
	o = prepare_with_modules("6.1 cloud\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	outcome_free(&o);
	if (obstacle == NOT_LISTED)
		return;
	publish("6.2.0-1-cloud-amd64", "6.2.1-1", obstacle == OTHER_KERNEL ? "6.2.0-2" : "6.2.0-1-cloud-amd64",
	        obstacle == OTHER_BYTES ? wrong : NULL);
	k = &known.kernels[1];
	if (obstacle == NO_INDEX) {
		setenv("DEBIAN_MIRROR", "nowhere", 1);
		return;
	}
	if (obstacle == FILE_GONE || obstacle == MIRROR_UNREACHABLE) {
		free(k->image.uri);
		/* Port 9: nobody listens there. */
		k->image.uri = obstacle == FILE_GONE ? xasprintf("file://%s/mirror/none.deb", top)
		                                     : xstrdup("http://127.0.0.1:9/x.deb");
	}
	if (obstacle == NOT_A_PACKAGE)
		mangle(k);
	if (obstacle == NO_MODULES)
		k->modules[0] = (struct package_ref){.name = xstrdup("linux-modules"),
		                                     .uri = xstrdup("http://127.0.0.1:9/x.deb"),
		                                     .size = 1,
		                                     .sha256 = xstrdup(wrong)};
	write_index();
}

START_TEST(what_cannot_be_fetched_is_skipped_where_it_is_optional)
{
	struct outcome o;

	put_up(obstacles[_i].obstacle);
	o = prepare_with_modules("6.1 cloud\n6.2 cloud optional\n");
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert(!o.kernels[0].skipped && o.kernels[1].skipped);
	ck_assert_msg(strstr(o.kernels[1].reason, obstacles[_i].says), "%s", o.kernels[1].reason);
	ck_assert_str_eq(o.kernels[1].image, "");
	outcome_free(&o);
}
END_TEST

START_TEST(what_cannot_be_fetched_fails_where_it_is_not)
{
	struct outcome o;

	put_up(obstacles[_i].obstacle);
	o = prepare_with_modules("6.1 cloud optional\n6.2 cloud\n");
	ck_assert_int_lt(o.rc, 0);
	ck_assert_msg(strstr(o.err.text, obstacles[_i].says), "%s", o.err.text);
	outcome_free(&o);
}
END_TEST

/* A plan of kernels that are to be built, the later ones optional. */
static struct store_plan plan_of(struct kernel_row *rows_of_list, size_t count, size_t optional)
{
	static char *const names[] = {"a", "b", "c", "d"};
	struct store_plan plan = {.dir = "images", .list_path = "k", .count = count};

	plan.rows = xcalloc(count, sizeof(*plan.rows));
	for (size_t i = 0; i < count; i++) {
		rows_of_list[i] =
		        (struct kernel_row){.id = names[i], .line = (unsigned)i + 1, .optional = i >= count - optional};
		plan.rows[i] =
		        (struct plan_row){.row = &rows_of_list[i], .state = PLAN_BUILD, .name = xstrdup(names[i])};
	}
	return plan;
}

static const struct {
	uint64_t free_mb;
	size_t count, optional;
	int rc;
	size_t built, skipped;
} rooms[] = {
        {1000, 3, 0, 0, 3, 0}, {1000, 3, 3, 0, 3, 0}, {200, 3, 0, -ENOSPC, 0, 0}, {200, 3, 1, 0, 2, 1},
        {200, 3, 2, 0, 2, 1},  {100, 3, 2, 0, 1, 2},  {10, 3, 3, 0, 0, 3},        {10, 3, 2, -ENOSPC, 0, 0},
};

START_TEST(what_has_no_room_is_skipped_where_it_is_optional)
{
	cleanup_error struct error err = {0};
	struct kernel_row rows_of_list[4];
	struct store_plan plan = plan_of(rows_of_list, rooms[_i].count, rooms[_i].optional);
	int rc = store_plan_make_room(&plan, rooms[_i].free_mb << 20, &err);

	ck_assert_int_eq(rc, rooms[_i].rc);
	if (rc) {
		ck_assert_msg(strstr(err.text, "no space left in images"), "%s", err.text);
	} else {
		ck_assert_uint_eq(store_plan_count(&plan, PLAN_BUILD), rooms[_i].built);
		ck_assert_uint_eq(store_plan_count(&plan, PLAN_SKIPPED), rooms[_i].skipped);
	}
	store_plan_free(&plan);
}
END_TEST

/* ---- a second source, whose one kernel has the same release as one of the first ---- */

static unsigned other_asked;
static char *other_file;

static const char *other_flavour(const char *release)
{
	(void)release;
	return "";
}

static const struct arch *other_arch(const char *release)
{
	(void)release;
	return arch_default();
}

static size_t other_upstream_len(const char *version)
{
	return strlen(version);
}

static int other_refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                         struct kernel_index *index, struct error *err)
{
	char *hash;

	(void)self;
	(void)dir;
	(void)arch;
	other_asked++;
	ck_assert_int_eq(sha256_file(other_file, &hash, NULL, err), 0);
	index->kernels = xcalloc(1, sizeof(*index->kernels));
	index->count = 1;
	index->kernels[0] = (struct kernel_package){
	        .release = xstrdup("6.1.0-50-cloud-amd64"),
	        .version = xstrdup("7"),
	        .image = {.name = xstrdup("kernel-core"), .uri = xstrdup(other_file), .size = 1, .sha256 = hash}};
	return 0;
}

static bool other_serves(const struct kernel_source *self, const struct kernel_index *index)
{
	(void)self;
	(void)index;
	return true;
}

static bool other_fits(const struct kernel_package *package, const struct kernel_wish *wish)
{
	return !strcmp(package->release, wish->spec);
}

static void other_explain(const struct kernel_source *self, const struct kernel_index *index,
                          const struct kernel_wish *wish, struct error *err)
{
	(void)self;
	(void)index;
	error_usage(err, "no %s", wish->spec);
}

static int other_fetch(const struct kernel_source *self, const struct package_ref *ref, const char *target,
                       struct error *err)
{
	(void)self;
	struct buf bytes = {0};
	int rc = io_read_file(ref->uri, 1 << 24, &bytes, err);

	rc = rc ? rc : io_replace_file(target, bytes.data, bytes.len, err);
	buf_free(&bytes);
	return rc;
}

static const struct kernel_source other = {
        .name = "other",
        .listing = "what the other source has",
        .directory = "other",
        .flavour = other_flavour,
        .arch = other_arch,
        .compare = strcmp,
        .upstream_len = other_upstream_len,
        .refresh = other_refresh,
        .serves = other_serves,
        .fits = other_fits,
        .explain = other_explain,
        .fetch = other_fetch,
};

static struct outcome prepare_both(void)
{
	struct kernel_list list = list_of("6.1 cloud\n6.1.0-50-cloud-amd64 id=second\n");
	struct outcome o = {0};
	size_t good, bad;

	list.rows[1].source = &other;
	o.rc = store_prepare(&options, &list, &o.kernels, &o.count, &o.err);
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_int_eq(store_verify(&options, &list, &good, &bad, NULL), 0);
	ck_assert_uint_eq(good, 2);
	kernel_list_free(&list);
	return o;
}

START_TEST(sources_do_not_get_in_each_others_way)
{
	struct outcome o;
	char *lock, *mirror = at_top("mirror");

	other_file = at_top("mirror/6.1.0-50-cloud-amd64_other.deb");
	publish("6.1.0-50-cloud-amd64", "other", "6.1.0-50-cloud-amd64", NULL);
	kernel_index_free(&known);
	publish("6.1.0-50-cloud-amd64", "6.1.180-1", "6.1.0-50-cloud-amd64", NULL);
	o = prepare_both();
	ck_assert_str_eq(o.kernels[0].package, "linux-image-6.1.0-50-cloud-amd64");
	ck_assert_str_eq(o.kernels[1].package, "kernel-core");
	ck_assert_str_eq(o.kernels[1].release, o.kernels[0].release);
	ck_assert_str_ne(o.kernels[1].image, o.kernels[0].image);
	outcome_free(&o);
	lock = read_text("images/kernels.lock");
	ck_assert_ptr_nonnull(strstr(lock, " 6.1/cloud\n"));
	ck_assert_ptr_nonnull(strstr(lock, "\nsecond kernel-core 7 6.1.0-50-cloud-amd64 "));
	ck_assert_ptr_nonnull(strstr(lock, " other:6.1.0-50-cloud-amd64\n"));
	ck_assert_uint_eq(other_asked, 1);
	/* Nothing is asked of either while both are there. */
	ck_assert_int_eq(io_remove_tree(mirror, NULL), 0);
	options.frozen = true;
	o = prepare_both();
	ck_assert_uint_eq(other_asked, 1);
	outcome_free(&o);
	free(lock);
	free(mirror);
	free(other_file);
}
END_TEST

/* What a source gives is held to its index here, whether it looks itself or not. */
START_TEST(what_a_source_fetches_is_held_to_its_index)
{
	struct kernel_list list = list_of("6.1.0-50-cloud-amd64 id=second\n");
	struct outcome o = {0};
	struct catalogue_set sources = {.dir = options.dir, .quiet = true};
	struct buf bytes = {0};

	other_file = at_top("mirror/6.1.0-50-cloud-amd64_other.deb");
	publish("6.1.0-50-cloud-amd64", "other", "6.1.0-50-cloud-amd64", NULL);
	list.rows[0].source = &other;
	ck_assert_int_eq(catalogue_renew(catalogue_of(&sources, &other, arch_default()), NULL), 0);
	/* Another package of the same kernel, once it was listed. */
	ck_assert_int_eq(io_read_file(other_file, 1 << 24, &bytes, NULL), 0);
	buf_putc(&bytes, '\n');
	ck_assert_int_eq(io_replace_file(other_file, bytes.data, bytes.len, NULL), 0);
	o.rc = store_prepare(&options, &list, &o.kernels, &o.count, &o.err);
	ck_assert_int_lt(o.rc, 0);
	ck_assert_int_eq(o.err.status, EXIT_INFRA);
	ck_assert_msg(strstr(o.err.text, "other gave a file of sha256"), "%s", o.err.text);
	ck_assert_uint_eq(count_of("images/other-*") + count_of("images/.tmp-*"), 0);
	catalogue_set_free(&sources);
	kernel_list_free(&list);
	buf_free(&bytes);
	outcome_free(&o);
	free(other_file);
}
END_TEST

/* Ways to be the wrong package. */
static const struct {
	const char *inside, *sha256, *says;
} lies[] = {
        {"6.1.0-50-cloud-amd64", "0000000000000000000000000000000000000000000000000000000000000000",
         "Hash Sum mismatch"},
        {"6.1.0-51-cloud-amd64", NULL, "release 6.1.0-51-cloud-amd64"},
};

START_TEST(a_lying_mirror_is_caught)
{
	struct outcome o;

	publish("6.1.0-50-cloud-amd64", "6.1.180-1", lies[_i].inside, lies[_i].sha256);
	o = prepare("6.1 cloud\n");
	ck_assert_int_lt(o.rc, 0);
	ck_assert_int_eq(o.err.status, EXIT_INFRA);
	ck_assert_msg(strstr(o.err.text, lies[_i].says), "%s", o.err.text);
	ck_assert_uint_eq(count_of("images/6.1*") + count_of("images/.tmp-*"), 0);
	outcome_free(&o);
}
END_TEST

static const struct {
	const char *file;
	const char *content; /* NULL: removed */
} damages[] = {
        {"vmlinux", NULL},
        {"vmlinux", "short"},
        {"btf", NULL},
        {"config", ""},
        {"record.json", NULL},
        {"record.json", "{}"},
        {"record.json", "{\"format\": 1, "},
        {"record.json", "[1]"},
};

START_TEST(a_damaged_entry_is_built_again)
{
	char *path, *name = xasprintf("images/6.1.0-50-cloud-amd64/%s", damages[_i].file), *text;

	publish("6.1.0-50-cloud-amd64", "6.1.180-1", "6.1.0-50-cloud-amd64", NULL);
	prepare_ok("6.1 cloud\n");
	path = at_top(name);
	text = read_text("images/kernels.lock");
	if (damages[_i].content)
		write_file(name, damages[_i].content, strlen(damages[_i].content));
	else
		ck_assert_int_eq(unlink(path), 0);
	options.frozen = true;
	prepare_ok("6.1 cloud\n");
	{
		struct kernel_list list = list_of("6.1 cloud\n");
		size_t good, bad;

		ck_assert_int_eq(store_verify(&options, &list, &good, &bad, NULL), 0);
		ck_assert_uint_eq(good, 1);
		ck_assert_uint_eq(bad, 0);
		kernel_list_free(&list);
	}
	free(path);
	free(name);
	free(text);
}
END_TEST

START_TEST(verify_finds_what_sizes_do_not_show)
{
	static const char name[] = "images/6.1.0-50-cloud-amd64/vmlinux";
	char *path = at_top(name);
	struct kernel_list list = list_of("6.1 cloud\n6.1.0-50-amd64\n");
	struct buf bytes = {0};
	size_t good, bad;

	publish_three();
	prepare_ok("6.1 cloud\n6.1.0-50-amd64\n");
	ck_assert_int_eq(io_read_file(path, 1 << 20, &bytes, NULL), 0);
	bytes.data[1000] = (char)~bytes.data[1000];
	write_file(name, bytes.data, bytes.len);
	ck_assert_int_eq(store_verify(&options, &list, &good, &bad, NULL), 0);
	ck_assert_uint_eq(good, 1);
	ck_assert_uint_eq(bad, 1);
	prepare_ok("6.1 cloud\n6.1.0-50-amd64\n");
	ck_assert_int_eq(store_verify(&options, &list, &good, &bad, NULL), 0);
	ck_assert_uint_eq(good, 2);
	buf_free(&bytes);
	kernel_list_free(&list);
	free(path);
}
END_TEST

START_TEST(frozen_refuses_every_difference)
{
	struct outcome o;
	char *lock, *hash;

	publish_three();
	options.frozen = true;
	o = prepare("6.1 cloud\n");
	ck_assert_int_eq(o.err.status, EXIT_USAGE);
	ck_assert_msg(strstr(o.err.text, "k:1: ") && strstr(o.err.text, "--frozen"), "%s", o.err.text);
	outcome_free(&o);
	options.frozen = false;
	prepare_ok("6.1 cloud\n");
	/* A lock that asks for another image: neither the store's nor the mirror's is that. */
	lock = read_text("images/kernels.lock");
	hash = strstr(lock, " 6.1/cloud");
	ck_assert_ptr_nonnull(hash);
	hash[-1] = hash[-1] == '0' ? '1' : '0';
	write_file("images/kernels.lock", lock, strlen(lock));
	options.frozen = true;
	o = prepare("6.1 cloud\n");
	ck_assert_int_lt(o.rc, 0);
	ck_assert_msg(strstr(o.err.text, "--frozen"), "%s", o.err.text);
	outcome_free(&o);
	o = prepare("6.1 cloud id=other\n");
	ck_assert_int_lt(o.rc, 0);
	outcome_free(&o);
	options.update = true;
	o = prepare("6.1 cloud\n");
	ck_assert_msg(strstr(o.err.text, "contradict"), "%s", o.err.text);
	outcome_free(&o);
	free(lock);
}
END_TEST

START_TEST(frozen_holds_users_files_to_the_lock)
{
	struct outcome o;

	write_kernel("vmlinuz", "6.5.0-mine");
	prepare_ok("%s/vmlinuz\n");
	options.frozen = true;
	prepare_ok("%s/vmlinuz\n");
	write_kernel("vmlinuz", "6.6.0-mine");
	o = prepare("%s/vmlinuz\n");
	ck_assert_int_lt(o.rc, 0);
	ck_assert_msg(strstr(o.err.text, "--frozen"), "%s", o.err.text);
	outcome_free(&o);
}
END_TEST

START_TEST(leavings_of_killed_runs_go)
{
	char *stale = at_top("images/.tmp-1-6.1.0-50-cloud-amd64"), *half = at_top("images/6.1.0-50-cloud-amd64");

	publish_three();
	ck_assert_int_eq(io_make_dirs(stale, NULL), 0);
	write_file("images/.tmp-1-6.1.0-50-cloud-amd64/package.deb", "half", 4);
	ck_assert_int_eq(io_make_dirs(half, NULL), 0);
	write_file("images/6.1.0-50-cloud-amd64/vmlinux", "half", 4);
	prepare_ok("6.1 cloud\n");
	ck_assert_uint_eq(count_of("images/.tmp-*"), 0);
	ck_assert_uint_eq(count_of("images/6.1.0-50-cloud-amd64/record.json"), 1);
	free(stale);
	free(half);
}
END_TEST

static void text_file(struct buf *b)
{
	for (int i = 0; i < 200; i++)
		buf_puts(b, "this is no kernel\n");
}

static void cut_kernel(struct buf *b)
{
	fake_kernel_build("6.5.0", b);
	b->len /= 2;
}

static void arm_image(struct buf *b)
{
	memset(buf_reserve(b, 4096), 0, 4096);
	b->len = 4096;
	memcpy(b->data + 56, "ARM\x64", 4);
}

static void package_without_kernel(struct buf *b)
{
	struct buf text = {0};

	buf_puts(&text, "x");
	fake_deb_build("gzip", "./usr/bin/x", &text, NULL, NULL, b);
	buf_free(&text);
}

static void package_with_cut_kernel(struct buf *b)
{
	struct buf kernel = {0};

	cut_kernel(&kernel);
	fake_deb_build("gzip", "./boot/vmlinuz-1", &kernel, NULL, NULL, b);
	buf_free(&kernel);
}

static void empty(struct buf *b)
{
	buf_puts(b, "");
}

static const struct {
	void (*make)(struct buf *b);
	const char *says;
} no_kernels[] = {
        {text_file, "not a kernel image"},
        {cut_kernel, "truncated"},
        {arm_image, "Linux version"},
        {package_without_kernel, "without a kernel image"},
        {package_with_cut_kernel, "boot/vmlinuz-1: a truncated bzImage"},
        {empty, "not a kernel image"},
};

START_TEST(a_file_that_is_no_kernel_is_the_users_mistake)
{
	struct buf bytes = {0};
	struct outcome o;

	no_kernels[_i].make(&bytes);
	write_file("mine", bytes.data, bytes.len);
	o = prepare("# first\n%s/mine\n");
	ck_assert_int_lt(o.rc, 0);
	ck_assert_int_eq(o.err.status, EXIT_USAGE);
	ck_assert_msg(!strncmp(o.err.text, "k:2: ", 5) && strstr(o.err.text, "/mine: "), "%s", o.err.text);
	ck_assert_msg(strstr(o.err.text, no_kernels[_i].says), "%s", o.err.text);
	ck_assert_uint_eq(count_of("images/file-*") + count_of("images/.tmp-*"), 0);
	outcome_free(&o);
	buf_free(&bytes);
}
END_TEST

START_TEST(a_missing_file_is_the_users_mistake)
{
	struct outcome o = prepare("%s/none\n");

	ck_assert_int_eq(o.err.status, EXIT_USAGE);
	ck_assert_msg(strstr(o.err.text, "/none: "), "%s", o.err.text);
	outcome_free(&o);
}
END_TEST

START_TEST(runs_at_once_do_not_hurt_each_other)
{
	enum { RUNS = 4 };
	pid_t pids[RUNS];

	publish_three();
	for (int i = 0; i < RUNS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct outcome o = prepare(rows);

			_exit(o.rc ? 1 : 0);
		}
	}
	for (int i = 0; i < RUNS; i++) {
		int status;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_uint_eq(count_of("images/.tmp-*"), 0);
	prepare_ok(rows);
}
END_TEST

/* In a child: its log goes there. */
static void say_into(int fd)
{
	dup2(fd, fileno(stderr));
	close(fd);
	setvbuf(stderr, NULL, _IONBF, 0);
}

/* The row that another process is fetching is left for the end, and waited for. */
START_TEST(what_another_fetches_is_waited_for_last)
{
	struct entry_claim claim;
	char line[256];
	FILE *said;
	int fds[2], status;
	pid_t pid;

	publish_three();
	ck_assert_int_eq(entry_claim_take(options.dir, "6.1.0-50-cloud-amd64", false, &claim, NULL), 0);
	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		/* the other process's alone: as long as anybody has it open, it is locked */
		close(claim.fd);
		say_into(fds[1]);
		options.quiet = false;
		_exit(prepare("6.1 cloud\n6.1.0-50-amd64\n").rc ? 1 : 0);
	}
	close(fds[1]);
	said = fdopen(fds[0], "r");
	do
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), said));
	while (!strstr(line, "waiting for another run that is fetching 6.1-cloud"));
	ck_assert_uint_eq(count_of("images/6.1.0-50-amd64"), 1);
	ck_assert_uint_eq(count_of("images/6.1.0-50-cloud-amd64"), 0);
	entry_claim_drop(&claim);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	fclose(said);
	ck_assert_uint_eq(count_of("images/6.1.0-50-cloud-amd64"), 1);
	ck_assert_uint_eq(count_of("images/.tmp-*"), 0);
}
END_TEST

START_TEST(what_another_is_building_stays_its_own)
{
	struct entry_claim claim, second;

	publish_three();
	ck_assert_int_eq(entry_claim_take(options.dir, "6.1.0-50-cloud-amd64", false, &claim, NULL), 0);
	write_file("images/.tmp-6.1.0-50-cloud-amd64/package", "half", 4);
	prepare_ok("6.1.0-50-amd64\n");
	ck_assert_uint_eq(count_of("images/.tmp-*/package"), 1);
	ck_assert_int_eq(entry_claim_take(options.dir, "6.1.0-50-cloud-amd64", false, &second, NULL), -EALREADY);
	entry_claim_drop(&claim);
	ck_assert_uint_eq(count_of("images/.tmp-*"), 0);
}
END_TEST

START_TEST(a_claim_ends_with_its_process)
{
	struct entry_claim claim;
	int status;
	pid_t pid;

	publish_three();
	pid = fork();
	if (!pid) {
		if (entry_claim_take(options.dir, "6.1.0-50-cloud-amd64", false, &claim, NULL))
			_exit(1);
		write_file("images/.tmp-6.1.0-50-cloud-amd64/file-0", "half", 4);
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_uint_eq(count_of("images/.tmp-*/file-0"), 1);
	prepare_ok("6.1 cloud\n");
	ck_assert_uint_eq(count_of("images/6.1.0-50-cloud-amd64/record.json"), 1);
	ck_assert_uint_eq(count_of("images/.tmp-*"), 0);
}
END_TEST

START_TEST(nothing_is_removed_while_it_is_in_use)
{
	struct kernel_list list = list_of("6.1.0-50-amd64\n");
	char line[256];
	int use, fds[2], status;
	FILE *said;
	pid_t pid;

	publish_three();
	prepare_ok("6.1 cloud\n");
	ck_assert_int_eq(store_use(&options, &use, NULL), 0);
	prepare_ok("6.1 cloud\n6.1.0-50-amd64\n");
	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		size_t removed;
		uint64_t bytes;

		close(use);
		say_into(fds[1]);
		_exit(store_prune(&options, &list, &removed, &bytes, NULL) || removed != 1);
	}
	close(fds[1]);
	said = fdopen(fds[0], "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), said));
	ck_assert_msg(strstr(line, "waiting for another run"), "%s", line);
	ck_assert_uint_eq(count_of("images/6.1.0-50-cloud-amd64"), 1);
	close(use);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_eq(count_of("images/6.1.0-50-cloud-amd64"), 0);
	fclose(said);
	kernel_list_free(&list);
}
END_TEST

/* ---- rows that stand for several kernels ---- */

static void publish_points(void)
{
	publish("6.1.0-49-amd64", "6.1.170-1", "6.1.0-49-amd64", NULL);
	publish("6.1.0-49-cloud-amd64", "6.1.170-1", "6.1.0-49-cloud-amd64", NULL);
	publish("6.1.0-50-cloud-amd64", "6.1.180-1", "6.1.0-50-cloud-amd64", NULL);
	/* another package of the same kernel: the later one counts */
	publish("6.1.0-51-cloud-amd64", "6.1.180-2", "6.1.0-51-cloud-amd64", NULL);
	publish("6.12.9+deb13-cloud-amd64", "6.12.9-1", "6.12.9+deb13-cloud-amd64", NULL);
	publish("6.12.90+deb13-cloud-amd64", "6.12.90-1", "6.12.90+deb13-cloud-amd64", NULL);
}

/* The ids of a list's rows once they are put in place; or what is wrong. */
static char *expanded(const char *text)
{
	cleanup_kernel_list struct kernel_list list = list_of(text);
	struct error err = {0};
	struct buf ids = {0};
	bool failed = store_list_expand(&options, &list, &err) != 0;

	if (failed) {
		buf_puts(&ids, err.text);
		error_clear(&err);
	}
	for (size_t i = 0; i < list.count && !failed; i++)
		buf_printf(&ids, "%s%s", i ? " " : "", list.rows[i].id);
	return buf_steal(&ids);
}

static const struct {
	const char *list, *ids;
} several_rows[] = {
        {"6.1 * cloud\n", "6.1.0-49-cloud-amd64 6.1.0-51-cloud-amd64"},
        {"6.1 cloud\n6.12 * cloud\n", "6.1-cloud 6.12.9+deb13-cloud-amd64 6.12.90+deb13-cloud-amd64"},
        {"* cloud\n", "6.1.0-49-cloud-amd64 6.1.0-51-cloud-amd64 6.12.9+deb13-cloud-amd64 6.12.90+deb13-cloud-amd64"},
        {"* amd64\n", "6.1.0-49-amd64"},
        {"6.1.175..6.12.9 cloud\n", "6.1.0-51-cloud-amd64 6.12.9+deb13-cloud-amd64"},
        {"6.1.171..6.12 cloud\n", "6.1.0-51-cloud-amd64 6.12.9+deb13-cloud-amd64 6.12.90+deb13-cloud-amd64"},
        /* one that has a row of its own keeps that */
        {"6.12.9+deb13-cloud-amd64 memory=512\n6.12 * cloud\n6.12 * cloud id=again\n",
         "6.12.9+deb13-cloud-amd64 6.12.90+deb13-cloud-amd64"},
        {"6.12 * cloud\n6.12.9..6.12.9 cloud env=lsm:bpf\n",
         "6.12.9+deb13-cloud-amd64 6.12.90+deb13-cloud-amd64 6.12.9+deb13-cloud-amd64+lsm-bpf"},
        {"6.13 * cloud\n", "k:1: the mirror has no kernel 6.13.* cloud; the nearest are 6.1 and 6.12"},
        {"6.1 cloud\n6.13 * cloud optional\n", "6.1-cloud"},
};

START_TEST(a_row_may_stand_for_several_kernels)
{
	cleanup_free char *ids = NULL;

	publish_points();
	ids = expanded(several_rows[_i].list);
	ck_assert_str_eq(ids, several_rows[_i].ids);
}
END_TEST

/* As any other row: what it resolved to stays, until it is resolved again. */
START_TEST(several_kernels_are_pinned_together)
{
	cleanup_free char *first = NULL, *later = NULL, *frozen = NULL, *unknown = NULL, *updated = NULL, *lock = NULL;
	struct kernel_list list = list_of("6.12 * cloud optional memory=512\n"), none = {0};
	size_t removed;
	uint64_t bytes;

	publish_points();
	first = expanded("6.12 * cloud\n");
	publish("6.12.91+deb13-cloud-amd64", "6.12.91-1", "6.12.91+deb13-cloud-amd64", NULL);
	later = expanded("6.12 * cloud\n");
	ck_assert_str_eq(later, first);
	options.frozen = true;
	frozen = expanded("6.12 * cloud\n");
	ck_assert_str_eq(frozen, first);
	unknown = expanded("6.1 * cloud\n");
	ck_assert_msg(strstr(unknown, "k:1: ") && strstr(unknown, "--frozen forbids"), "%s", unknown);
	options.frozen = false;
	/* they have the options of their row, are known by its id, and keep its line in the lock file */
	ck_assert_int_eq(store_list_expand(&options, &list, NULL), 0);
	ck_assert_uint_eq(list.rows[1].memory_mb, 512);
	ck_assert(list.rows[1].optional);
	ck_assert_int_eq(store_prune(&options, &list, &removed, &bytes, NULL), 0);
	ck_assert_int_eq(kernel_list_sift(&list, (char *const[]){"6.12.[*]-cloud"}, 1, &none, NULL), 0);
	ck_assert_uint_eq(list.count, 2);
	lock = read_text("images/kernels.lock");
	ck_assert_msg(strstr(lock, "\n6.12.*-cloud - - 6.12.9+deb13-cloud-amd64,6.12.90+deb13-cloud-amd64 - - "
	                           "6.12.*/cloud\n"),
	              "%s", lock);
	/* without the lock file, the source counts */
	options.unpinned = true;
	updated = expanded("6.12 * cloud\n");
	ck_assert_ptr_nonnull(strstr(updated, " 6.12.91+deb13-cloud-amd64"));
	options.unpinned = false;
	kernel_list_free(&list);
	kernel_list_free(&none);
}
END_TEST

START_TEST(prune_keeps_what_the_list_refers_to)
{
	struct kernel_list list = list_of("6.1 cloud\n");
	size_t removed;
	uint64_t bytes;
	char *lock;

	publish_three();
	write_kernel("vmlinuz", "6.5.0-mine");
	prepare_ok("6.1 cloud\n6.1.0-50-amd64\n%s/vmlinuz\n");
	ck_assert_int_eq(store_prune(&options, &list, &removed, &bytes, NULL), 0);
	ck_assert_uint_eq(removed, 2);
	ck_assert_uint_gt(bytes, 0);
	ck_assert_uint_eq(count_of("images/*/record.json"), 1);
	ck_assert_uint_eq(count_of("images/apt/kernels.index"), 1);
	lock = read_text("images/kernels.lock");
	ck_assert_ptr_null(strstr(lock, "vmlinuz"));
	options.frozen = true;
	prepare_ok("6.1 cloud\n");
	free(lock);
	kernel_list_free(&list);
}
END_TEST

/* ---- what is new ---- */

/* The default source, but that what it has is what the test says. */
static int known_refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                         struct kernel_index *index, struct error *err)
{
	struct buf text = {0};
	int rc;

	(void)self;
	(void)dir;
	(void)arch;
	kernel_index_write(&known, &text);
	rc = kernel_index_read(buf_str(&text), text.len, "known", index, err);
	buf_free(&text);
	return rc;
}

static struct kernel_list known_list(const char *text)
{
	static struct kernel_source source;
	struct kernel_list list = list_of(text);

	source = *source_default();
	source.refresh = known_refresh;
	for (size_t i = 0; i < list.count; i++)
		list.rows[i].source = &source;
	return list;
}

static char *news_of(const char *text)
{
	cleanup_kernel_list struct kernel_list list = known_list(text);
	struct store_news news = {0};
	struct error err = {0};
	struct buf out = {0};

	if (store_news(&options, &list, &news, &err))
		buf_puts(&out, err.text);
	for (size_t i = 0; i < news.count; i++)
		buf_printf(&out, "%s: %s>%s ", news.at[i].row->id, news.at[i].before, news.at[i].release);
	for (size_t i = 0; i < news.rowless.count; i++)
		buf_printf(&out, "+%s ", news.rowless.at[i]);
	store_news_free(&news);
	error_clear(&err);
	return buf_steal(&out);
}

static const struct {
	const char *list, *news;
} new_kernels[] = {
        {"6.1 cloud\n", "6.1-cloud: 6.1.0-50-cloud-amd64>6.1.0-51-cloud-amd64 +6.12.91+deb13-cloud-amd64 "},
        {"newest cloud\n", "newest-cloud: 6.1.0-50-cloud-amd64>6.12.91+deb13-cloud-amd64 "},
        {"6.1.0-50-cloud-amd64\n", "+6.1.0-51-cloud-amd64 +6.12.91+deb13-cloud-amd64 "},
        {"6.1 * cloud\n", "6.1.*-cloud: >6.1.0-51-cloud-amd64 +6.12.91+deb13-cloud-amd64 "},
        {"6.1 amd64\n", ""},
        /* what is older than a row's is not beyond it */
        {"6.12 cloud\n", "6.12-cloud: >6.12.91+deb13-cloud-amd64 "},
        {"6.13 cloud\n", "k:1: the mirror has no kernel 6.13 cloud; the nearest are 6.1 and 6.12"},
};

/* Against what the list meant before. */
START_TEST(what_is_new_is_found)
{
	cleanup_kernel_list struct kernel_list list =
	        known_list("6.1 cloud\nnewest cloud\n6.1.0-50-cloud-amd64\n6.1 amd64\n6.1 * cloud\n");
	cleanup_free char *before = NULL, *news = NULL, *after = NULL;
	struct outcome o = {0};

	publish_three();
	ck_assert_int_eq(store_list_expand(&options, &list, NULL), 0);
	o.rc = store_prepare(&options, &list, &o.kernels, &o.count, &o.err);
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_uint_eq(o.count, 5);
	outcome_free(&o);
	before = read_text("images/kernels.lock");
	publish("6.1.0-51-cloud-amd64", "6.1.190-1", "6.1.0-51-cloud-amd64", NULL);
	publish("6.12.90+deb13-cloud-amd64", "6.12.90-1", "6.12.90+deb13-cloud-amd64", NULL);
	publish("6.12.91+deb13-cloud-amd64", "6.12.91-1", "6.12.91+deb13-cloud-amd64", NULL);
	news = news_of(new_kernels[_i].list);
	ck_assert_str_eq(news, new_kernels[_i].news);
	after = read_text("images/kernels.lock");
	ck_assert_str_eq(after, before);
}
END_TEST

/* What a sweep leaves: the types, and no kernel but those that a row means. */
START_TEST(what_is_there_for_a_while_goes)
{
	static const char release[] = "6.1.0-50-cloud-amd64";
	cleanup_free char *types = at_top("types"), *use = at_top("images/.use"), *lock = at_top("images/kernels.lock");
	struct outcome o;
	uint64_t bytes;
	int fd;

	publish_three();
	options.unpinned = true;
	prepare_ok("6.1 cloud\n");
	ck_assert_uint_eq(count_of("images/kernels.lock"), 0);
	ck_assert(store_has(&options, release));
	ck_assert(!store_has(&options, "6.1.0-50-amd64"));
	ck_assert_int_eq(store_keep_types(&options, release, types, NULL), 0);
	ck_assert_uint_eq(count_of("types/6.1.0-50-cloud-amd64.btf"), 1);
	ck_assert_uint_eq(count_of("types/6.1.0-50-cloud-amd64.config"), 1);
	/* somebody uses the store */
	fd = open(use, O_RDWR);
	ck_assert_int_eq(flock(fd, LOCK_SH), 0);
	ck_assert_int_eq(store_drop(&options, release, &bytes, NULL), 0);
	ck_assert_uint_eq(bytes, 0);
	ck_assert(store_has(&options, release));
	close(fd);
	/* a row means it */
	options.unpinned = false;
	o = prepare("6.1 cloud\n");
	ck_assert_int_eq(store_drop(&options, release, &bytes, NULL), 0);
	ck_assert_uint_eq(bytes, 0);
	outcome_free(&o);
	ck_assert_int_eq(unlink(lock), 0);
	ck_assert_int_eq(store_drop(&options, release, &bytes, NULL), 0);
	ck_assert_uint_gt(bytes, 0);
	ck_assert(!store_has(&options, release));
	ck_assert_int_eq(store_drop(&options, release, &bytes, NULL), 0);
}
END_TEST

START_TEST(list_tells_what_is_there)
{
	struct kernel_list list = list_of("6.1 cloud\n6.1.0-50-amd64\n");
	struct store_row *found;
	size_t count;
	char *entry = at_top("images/6.1.0-50-cloud-amd64");

	publish_three();
	prepare_ok("6.1 cloud\n");
	ck_assert_int_eq(store_list(&options, &list, &found, &count, NULL), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert(found[0].present);
	ck_assert_str_eq(found[0].release, "6.1.0-50-cloud-amd64");
	ck_assert(!found[1].present);
	ck_assert_str_eq(found[1].release, "");
	store_rows_free(found, count);
	ck_assert_int_eq(io_remove_tree(entry, NULL), 0);
	ck_assert_int_eq(store_list(&options, &list, &found, &count, NULL), 0);
	ck_assert(!found[0].present);
	store_rows_free(found, count);
	kernel_list_free(&list);
	free(entry);
}
END_TEST

START_TEST(a_mangled_lock_file_is_told_with_its_line)
{
	struct outcome o;

	publish_three();
	write_file("images/kernels.lock", "# c\n6.1-cloud only three\n", 25);
	o = prepare("6.1 cloud\n");
	ck_assert_int_lt(o.rc, 0);
	ck_assert_msg(strstr(o.err.text, "kernels.lock:2: "), "%s", o.err.text);
	outcome_free(&o);
}
END_TEST

START_TEST(a_store_that_cannot_be_written_still_serves)
{
	char *lock = at_top("images/.lock");

	publish_three();
	prepare_ok(rows);
	/* Without its .lock and unwritable, as a cache that another user filled. */
	ck_assert_int_eq(unlink(lock), 0);
	ck_assert_int_eq(chmod(options.dir, 0555), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(chmod(top, 0755), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	prepare_ok(rows);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(options.dir, 0755), 0);
	free(lock);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("store", .set_up = set_up, .tear_down = tear_down, .seconds = 120),
	        TEST(a_users_file_is_unpacked_once),
	        TEST(a_configuration_is_the_rows_the_kernels_or_beside_it),
	        TEST(without_pvh_the_bzimage_is_kept),
	        TEST(packages_are_fetched_once_and_pinned),
	        TEST(records_of_earlier_versions_are_read),
	        TEST(a_record_of_an_unknown_architecture_is_built_again),
	        TEST(an_entry_without_bzimage_is_built_again_only_when_asked),
	        TEST(no_other_kernel_is_taken_for_a_missing_bzimage),
	        TEST(a_pinned_kernel_stays_until_update),
	        TEST(lines_of_other_rows_stay_pinned),
	        TEST(nothing_is_fetched_when_a_row_is_unknown),
	        EACH(what_cannot_be_fetched_is_skipped_where_it_is_optional, obstacles),
	        EACH(what_cannot_be_fetched_fails_where_it_is_not, obstacles),
	        EACH(what_has_no_room_is_skipped_where_it_is_optional, rooms),
	        TEST(sources_do_not_get_in_each_others_way),
	        TEST(what_a_source_fetches_is_held_to_its_index),
	        EACH(a_lying_mirror_is_caught, lies),
	        EACH(a_damaged_entry_is_built_again, damages),
	        TEST(verify_finds_what_sizes_do_not_show),
	        TEST(frozen_refuses_every_difference),
	        TEST(frozen_holds_users_files_to_the_lock),
	        TEST(leavings_of_killed_runs_go),
	        EACH(a_file_that_is_no_kernel_is_the_users_mistake, no_kernels),
	        TEST(a_missing_file_is_the_users_mistake),
	        TEST(runs_at_once_do_not_hurt_each_other),
	        TEST(what_another_fetches_is_waited_for_last),
	        TEST(what_another_is_building_stays_its_own),
	        TEST(a_claim_ends_with_its_process),
	        TEST(nothing_is_removed_while_it_is_in_use),
	        EACH(a_row_may_stand_for_several_kernels, several_rows),
	        TEST(several_kernels_are_pinned_together),
	        TEST(prune_keeps_what_the_list_refers_to),
	        EACH(what_is_new_is_found, new_kernels),
	        TEST(what_is_there_for_a_while_goes),
	        TEST(list_tells_what_is_there),
	        TEST(a_mangled_lock_file_is_told_with_its_line),
	        TEST(a_store_that_cannot_be_written_still_serves),
	};

	return suite_run("store", tests, COUNT(tests));
}
