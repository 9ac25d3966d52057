/* SPDX-License-Identifier: BSD-2-Clause */
/* module_store and module_job: modules are found in packages with what they depend on, and go into a job in order. */
#include "host/store/module_store.h"

#include <string.h>

#include "host/run/module_job.h"
#include "host/store/module_take.h"
#include "tests/fake_kernel.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define KERNEL "./lib/modules/6.1.0/kernel/"

/* Depends on cm_base and cm_other. */
#define TOP "build/tests/relo/module.o"
/* Depends on nothing. */
#define LEAF "build/tests/relo/target.o"

static struct buf read_file(const char *path)
{
	struct buf bytes = {0};

	ck_assert_int_eq(io_read_file(path, 1 << 24, &bytes, NULL), 0);
	return bytes;
}

static void add_file(struct archive *a, const char *path, const char *from, const char *filter)
{
	struct buf bytes = read_file(from), packed = {0};

	if (filter)
		fake_stream(filter, bytes.data, bytes.len, &packed);
	fake_member(a, path, filter ? packed.data : bytes.data, filter ? packed.len : bytes.len);
	buf_free(&bytes);
	buf_free(&packed);
}

/* A package in which the dependent stands behind, and a list of what is built in. */
static char *make_package(void)
{
	struct buf bytes = {0};
	struct archive *a = fake_archive("gnutar", "none", &bytes);
	char *path;

	add_file(a, KERNEL "drivers/cm_base.ko", LEAF, NULL);
	add_file(a, KERNEL "net/cm-other.ko.xz", LEAF, "xz");
	add_file(a, KERNEL "net/cm_top.ko", TOP, NULL);
	add_file(a, "./lib/modules/6.1.0/other.txt", LEAF, NULL);
	add_file(a, "./usr/share/doc/cm_doc.ko", LEAF, NULL);
	fake_member(a, "./lib/modules/6.1.0/modules.builtin", "kernel/fs/cm-built.ko\nkernel/fs/ext4.ko\n", 40);
	fake_close(a);
	path = scratch_file("package.tar", bytes.data, bytes.len);
	buf_free(&bytes);
	return path;
}

static struct strings names_of(const char *a, const char *b)
{
	struct strings names = {0};

	strings_add(&names, a);
	if (b)
		strings_add(&names, b);
	return names;
}

static char *fresh_entry(void)
{
	char *entry = scratch_path("entry");

	io_remove_tree(entry, NULL);
	ck_assert_int_eq(io_make_dirs(entry, NULL), 0);
	return entry;
}

static void take(const char *entry, const char *package, const char *a, const char *b)
{
	struct strings names = names_of(a, b);
	struct error err = {0};

	ck_assert_msg(!module_take(entry, (const char *const[]){package, NULL}, &names, &err), "%s", err.text);
	strings_free(&names);
}

START_TEST(dependencies_come_along_and_first)
{
	char *package = make_package(), *entry = fresh_entry();
	struct buf leaf = read_file(LEAF), kept;
	struct strings names = names_of("cm_top", NULL), order = {0};
	struct module_set set;

	module_store_read(entry, &set);
	ck_assert_uint_eq(set.count, 0);
	ck_assert(!module_set_has(&set, &names));
	take(entry, package, "cm_top", NULL);
	module_store_read(entry, &set);
	ck_assert_uint_eq(set.count, 3);
	ck_assert(module_set_has(&set, &names));
	module_set_order(&set, "cm_top", &order);
	module_set_order(&set, "cm_base", &order);
	ck_assert_uint_eq(order.count, 3);
	ck_assert_str_eq(order.at[0], "cm_base");
	ck_assert_str_eq(order.at[1], "cm_other");
	ck_assert_str_eq(order.at[2], "cm_top");
	/* unpacked, and under the name that the kernel has for it */
	kept = read_file(module_set_find(&set, "cm_other")->path);
	ck_assert_uint_eq(kept.len, leaf.len);
	ck_assert_mem_eq(kept.data, leaf.data, leaf.len);
	buf_free(&kept);
	buf_free(&leaf);
	strings_free(&names);
	strings_free(&order);
	module_set_free(&set);
	free(package);
	free(entry);
}
END_TEST

START_TEST(built_in_and_absent_are_known)
{
	char *package = make_package(), *entry = fresh_entry();
	struct strings order = {0};
	struct module_set set;

	take(entry, package, "cm_built", "cm_doc");
	take(entry, package, "cm_base", NULL);
	module_store_read(entry, &set);
	ck_assert_uint_eq(set.count, 3);
	ck_assert_int_eq(module_set_find(&set, "cm_built")->state, MODULE_BUILT_IN);
	ck_assert_int_eq(module_set_find(&set, "cm_doc")->state, MODULE_ABSENT);
	ck_assert_str_ne(module_set_find(&set, "cm_doc")->reason, "");
	ck_assert_int_eq(module_set_find(&set, "cm_base")->state, MODULE_FILE);
	module_set_order(&set, "cm_built", &order);
	module_set_order(&set, "cm_doc", &order);
	module_set_order(&set, "cm_unheard_of", &order);
	ck_assert_uint_eq(order.count, 0);
	module_set_free(&set);
	free(package);
	free(entry);
}
END_TEST

START_TEST(what_is_not_to_be_had_is_noted)
{
	char *entry = fresh_entry();
	struct strings names = names_of("cm_a", "cm_b");
	struct module_set set;

	ck_assert_int_eq(module_store_note_absent(entry, &names, "gone", NULL), 0);
	module_store_read(entry, &set);
	ck_assert(module_set_has(&set, &names));
	ck_assert_str_eq(module_set_find(&set, "cm_b")->reason, "gone");
	module_set_free(&set);
	strings_free(&names);
	free(entry);
}
END_TEST

START_TEST(a_damaged_store_knows_nothing)
{
	static const char *const records[] = {
	        "",
	        "[]",
	        "{\"format\": 2, \"modules\": {}}",
	        "{\"format\": 1, \"modules\": []}",
	        "{\"format\": 1, \"modules\": {\"../x\": {\"state\": \"absent\"}}}",
	        "{\"format\": 1, \"modules\": {\"x\": {\"state\": \"lost\"}}}",
	        "{\"format\": 1, \"modules\": {\"x\": {\"state\": \"file\", \"size\": 1}}}",
	        "{\"format\": 1, \"modules\": {\"x\": {\"state\": \"absent\", \"needs\": [1]}}}",
	};
	char *entry = fresh_entry(), *directory = xasprintf("%s/modules", entry), *record;
	struct module_set set;

	ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
	record = xasprintf("%s/record.json", directory);
	for (size_t i = 0; i < COUNT(records); i++) {
		ck_assert_int_eq(io_replace_file(record, records[i], strlen(records[i]), NULL), 0);
		module_store_read(entry, &set);
		ck_assert_msg(!set.count, "%s", records[i]);
		module_set_free(&set);
	}
	free(record);
	free(directory);
	free(entry);
}
END_TEST

START_TEST(what_is_no_module_is_refused)
{
	struct buf bytes = {0};
	struct archive *a = fake_archive("gnutar", "none", &bytes);
	char *entry = fresh_entry(), *package;
	struct strings names = names_of("cm_base", NULL);
	struct error err = {0};

	fake_member(a, KERNEL "cm_base.ko", "no ELF", 6);
	fake_close(a);
	package = scratch_file("bad.tar", bytes.data, bytes.len);
	ck_assert_int_lt(module_take(entry, (const char *const[]){package, NULL}, &names, &err), 0);
	ck_assert_msg(strstr(err.text, "cm_base.ko: is not a kernel module") != NULL, "%s", err.text);
	error_clear(&err);
	strings_free(&names);
	buf_free(&bytes);
	free(package);
	free(entry);
}
END_TEST

/* Circles do not occur, but a record may hold one. */
START_TEST(a_circle_ends)
{
	struct stored_module at[] = {{.name = (char *)"a"}, {.name = (char *)"b"}};
	struct module_set set = {at, 2};
	struct strings order = {0};

	strings_add(&at[0].needs, "b");
	strings_add(&at[1].needs, "a");
	module_set_order(&set, "a", &order);
	ck_assert_uint_gt(order.count, 0);
	strings_free(&order);
	strings_free(&at[0].needs);
	strings_free(&at[1].needs);
}
END_TEST

START_TEST(a_job_holds_each_module_once)
{
	char *package = make_package(), *entry = fresh_entry(), *lack;
	struct job job = {.object_count = 3};
	struct module_set set;
	struct error err = {0};

	take(entry, package, "cm_top", "cm_built");
	take(entry, package, "cm_doc", NULL);
	module_store_read(entry, &set);
	job.objects = xcalloc(3, sizeof(*job.objects));
	job_object_set(&job.objects[0], SETTING_MODULE, "", "cm_top");
	job_object_set(&job.objects[1], SETTING_MODULE, "", "cm_base");
	job_object_set(&job.objects[1], SETTING_EVENT, "", "event");
	job_object_set(&job.objects[1], SETTING_MODULE, "", "cm_doc");
	job_object_set(&job.objects[2], SETTING_MODULE, "", "cm_built");
	lack = module_job_lack(&set, job.objects[1].settings, job.objects[1].setting_count);
	ck_assert_ptr_nonnull(lack);
	ck_assert_msg(strstr(lack, "module cm_doc: ") == lack, "%s", lack);
	ck_assert_ptr_null(module_job_lack(&set, job.objects[0].settings, job.objects[0].setting_count));

	ck_assert_msg(!module_job_add(&set, &job, &err), "%s", err.text);
	ck_assert_uint_eq(job.module_count, 4);
	ck_assert_str_eq(job.modules[0].name, "cm_base");
	ck_assert_uint_gt(job.modules[0].size, 0);
	ck_assert_str_eq(job.modules[3].name, "cm_doc");
	ck_assert_uint_eq(job.modules[3].size, 0);
	ck_assert_uint_eq(job.objects[0].setting_count, 3);
	ck_assert_str_eq(job.objects[0].settings[2].value, "cm_top");
	ck_assert_uint_eq(job.objects[1].setting_count, 3);
	ck_assert_int_eq(job.objects[1].settings[0].key, SETTING_EVENT);
	ck_assert_uint_eq(job.objects[2].setting_count, 0);
	job_free(&job);
	module_set_free(&set);
	free(lack);
	free(package);
	free(entry);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("module_store", .open = scratch_setup, .close = scratch_teardown),
	        TEST(dependencies_come_along_and_first),
	        TEST(built_in_and_absent_are_known),
	        TEST(what_is_not_to_be_had_is_noted),
	        TEST(a_damaged_store_knows_nothing),
	        TEST(what_is_no_module_is_refused),
	        TEST(a_circle_ends),
	        TEST(a_job_holds_each_module_once),
	};

	return suite_run("module_store", tests, COUNT(tests));
}
