/* SPDX-License-Identifier: BSD-2-Clause */
/* carried: the objects in a loader's files, where they are, and what is predicted with them. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/object/carried.h"
#include "wire/loader_pack.h"
#include "tests/suite.h"

#define FIXTURES "build/tests/relo/"

static void add_file(struct buf *pack, const char *path, const struct buf *bytes)
{
	struct loader_pack_file file = {.path = (char *)(uintptr_t)path, .mode = 0755, .bytes = bytes->data};

	file.size = (uint32_t)bytes->len;
	loader_pack_add(pack, &file);
}

/* Once within a program, once shipped beside it: one object. A file without any, and one of another name. */
START_TEST(objects_are_found_where_they_are)
{
	cleanup_buf struct buf object = {0}, other = {0}, program = {0}, text = {0};
	struct object_list list = {.at = xcalloc(1, sizeof(struct object)), .count = 1}, all;
	struct object *loader = &list.at[0];
	cleanup_free char *where = NULL;

	ck_assert(!io_read_file(FIXTURES "local.o", 1 << 24, &object, NULL));
	ck_assert(!io_read_file(FIXTURES "maps.o", 1 << 24, &other, NULL));
	buf_puts(&program, "0123456789abcdef");
	buf_add(&program, object.data, object.len);
	buf_puts(&program, "end");
	buf_puts(&text, "nothing");
	add_file(&loader->bytes, "/bin/tool", &program);
	add_file(&loader->bytes, "/etc/conf", &text);
	add_file(&loader->bytes, "/lib/local.bpf.o", &object);
	add_file(&loader->bytes, "/lib/maps.bpf.o", &other);
	loader->ini.settings = xcalloc(1, sizeof(*loader->ini.settings));
	loader->ini.settings[loader->ini.setting_count++] =
	        (struct job_setting){.key = SETTING_MODULE, .name = xstrdup(""), .value = xstrdup("tcp_westwood")};
	carried_find(loader);
	ck_assert_uint_eq(loader->carried->count, 2);
	ck_assert_str_eq(loader->carried->at[0].name, "local");
	ck_assert_str_eq(loader->carried->at[0].path, "/bin/tool");
	ck_assert_mem_eq(loader->carried->at[0].bytes.data, object.data, loader->carried->at[0].bytes.len);
	ck_assert_str_eq(loader->carried->at[1].name, "maps");
	for (size_t i = 0; i < 2; i++) {
		const struct object_ini *ini = &loader->carried->at[i].ini;

		ck_assert_uint_eq(ini->setting_count, 1);
		ck_assert_int_eq(ini->settings[0].key, SETTING_MODULE);
		ck_assert_str_eq(ini->settings[0].value, "tcp_westwood");
	}
	ck_assert_uint_eq(loader->ini.setting_count, 3);
	where = xasprintf("16 %zu /bin/tool", loader->carried->at[0].bytes.len);
	ck_assert_int_eq(loader->ini.settings[1].key, SETTING_LOADER_OBJECT);
	ck_assert_str_eq(loader->ini.settings[1].value, where);
	all = carried_with(&list);
	ck_assert_uint_eq(all.count, 3);
	ck_assert_str_eq(all.at[1].name, "local");
	ck_assert_str_eq(all.at[2].name, "maps");
	free(all.at);
	object_list_free(&list);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(objects_are_found_where_they_are),
	};

	return suite_run("carried", tests, COUNT(tests));
}
