/* SPDX-License-Identifier: BSD-2-Clause */
/* object_builds: which objects are builds of one, what they are called, whose ini they have, and what is refused. */
#include <elf.h>
#include <string.h>

#include "host/lib/strings.h"
#include "host/object/object_builds.h"
#include "host/object/object_variants.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static void add_file(const char *name, const void *data, size_t size)
{
	cleanup_free char *path = scratch_path(name), *directory = xstrndup(path, (size_t)(io_basename(path) - path));
	cleanup_free char *file = NULL;

	ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
	file = scratch_file(name, data, size);
}

static void add_object(const char *name)
{
	Elf64_Ehdr h = {.e_type = ET_REL, .e_machine = EM_BPF, .e_version = EV_CURRENT, .e_ehsize = sizeof(h)};

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	add_file(name, &h, sizeof(h));
}

static void add_ini(const char *name, const char *text)
{
	add_file(name, text, strlen(text));
}

/* "LABEL=PATH" with paths below the scratch directory, blanks between. */
static void read_builds(const char *builds, struct object_list *list)
{
	cleanup_free char *copy = xstrdup(builds);
	cleanup_strings struct strings texts = {0};
	cleanup_error struct error err = {0};
	char *rest = copy, *word;

	while ((word = strsep(&rest, " "))) {
		size_t label = strcspn(word, "=");

		strings_addf(&texts, "%.*s=%s/%s", (int)label, word, scratch_root, word + label + 1);
	}
	*list = (struct object_list){0};
	ck_assert_msg(!object_builds_read(&texts, list, &err), "%s", err.text);
}

static char *names_of(const struct object_list *list)
{
	struct buf text = {0};

	for (size_t i = 0; i < list->count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", list->at[i].name);
	return buf_steal(&text);
}

static void make_builds(void)
{
	add_object("old/exec.bpf.o");
	add_object("old/open.bpf.o");
	add_object("new/exec.bpf.o");
	add_object("new/tcp.bpf.o");
	add_object("a.o");
	add_object("b.o");
	add_ini("new/exec.ini", "[object]\ndescription = the new one\n[variant quiet]\nrodata.a = 1\n");
	add_ini("a.ini", "[object]\ndescription = of a\n");
}

static const struct {
	const char *builds, *names;
} cases[] = {
        {"clang-14=a.o clang-19=b.o", "a@clang-14 a@clang-19"},
        {"x=old y=new", "exec@x exec@y open@x tcp@y"},
        {"y=new x=old", "exec@y exec@x tcp@y open@x"},
        {"x=old/exec.bpf.o y=new", "exec@x exec@y tcp@y"},
        {"x=old", "exec@x open@x"},
        {"one=b.o", "b@one"},
};

START_TEST(objects_of_one_name_stand_side_by_side)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *names = NULL;

	make_builds();
	read_builds(cases[_i].builds, &list);
	names = names_of(&list);
	ck_assert_str_eq(names, cases[_i].names);
	for (size_t i = 0; i < list.count; i++)
		ck_assert_str_eq(list.at[i].build, strchr(list.at[i].name, '@') + 1);
}
END_TEST

START_TEST(an_ini_holds_for_builds_without_one)
{
	cleanup_object_list struct object_list list, files;

	make_builds();
	read_builds("x=old y=new", &list);
	ck_assert_str_eq(list.at[0].ini.description, "the new one");
	ck_assert_str_eq(list.at[1].ini.description, "the new one");
	ck_assert(list.at[0].adopted && !list.at[1].adopted);
	ck_assert_str_eq(list.at[2].ini.description, "");
	read_builds("x=a.o y=b.o", &files);
	ck_assert_str_eq(files.at[1].ini.description, "of a");
	/* alone it would be called otherwise */
	ck_assert(files.at[1].adopted);
}
END_TEST

START_TEST(each_build_has_the_variants)
{
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};
	cleanup_free char *names = NULL, *words = NULL, *wanted = NULL, *build = NULL, *quoted = NULL;

	make_builds();
	read_builds("x=old y=new", &list);
	ck_assert(!object_list_vary(&list, NULL, &err));
	names = names_of(&list);
	ck_assert_str_eq(names, "exec@x exec@y exec+quiet@x exec+quiet@y open@x tcp@y");
	words = object_words(&list.at[3]);
	build = xasprintf("y=%s", list.at[3].path);
	quoted = shell_quote(build);
	wanted = xasprintf("--variant quiet --build %s", quoted);
	ck_assert_str_eq(words, wanted);
}
END_TEST

/* What reproduces a cell is called as in the run, and has the same ini. */
START_TEST(what_is_adopted_gets_files_of_its_own)
{
	cleanup_object_list struct object_list list, again = {0};
	cleanup_strings struct strings texts = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *run = scratch_path("run"), *path = scratch_path("run/objects/new/a.bpf.o");

	make_builds();
	read_builds("old=a.o new=b.o", &list);
	ck_assert(!object_list_unpack(&list, run, &err));
	ck_assert_str_eq(list.at[1].path, path);
	strings_addf(&texts, "new=%s", path);
	ck_assert(!object_builds_read(&texts, &again, &err));
	ck_assert_str_eq(again.at[0].name, list.at[1].name);
	ck_assert_str_eq(again.at[0].ini.description, "of a");
}
END_TEST

static const struct {
	const char *builds[3], *says;
} refusals[] = {
        {{"a.o"}, "--build a.o: give LABEL=PATH"},
        {{"x="}, "--build x=: give LABEL=PATH"},
        {{"=a.o"}, "\"\" does not name a build"},
        {{"../x=a.o"}, "\"../x\" does not name a build"},
        {{"x=nowhere.o"}, "nowhere.o"},
        {{"x=README.md", "x=README.md"}, "README.md: is not an ELF file"},
};

START_TEST(what_names_no_build_is_refused)
{
	cleanup_object_list struct object_list list = {0};
	cleanup_strings struct strings texts = {0};
	cleanup_error struct error err = {0};

	for (size_t i = 0; refusals[_i].builds[i]; i++)
		strings_add(&texts, refusals[_i].builds[i]);
	ck_assert_int_lt(object_builds_read(&texts, &list, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, refusals[_i].says), "%s", err.text);
}
END_TEST

START_TEST(a_label_is_given_once)
{
	cleanup_object_list struct object_list list = {0};
	cleanup_strings struct strings texts = {0};
	cleanup_error struct error err = {0};

	make_builds();
	strings_addf(&texts, "x=%s/a.o", scratch_root);
	strings_addf(&texts, "x=%s/b.o", scratch_root);
	ck_assert_int_lt(object_builds_read(&texts, &list, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "--build x is given twice"));
}
END_TEST

START_TEST(a_directory_of_builds_is_taken_by_version)
{
	cleanup_free char *tree = scratch_path("tree"), *empty = scratch_path("tree/none");
	cleanup_strings struct strings builds = {0};
	cleanup_error struct error err = {0};

	add_object("tree/clang-14/exec.bpf.o");
	add_object("tree/clang-9/exec.bpf.o");
	add_object("tree/gcc/exec.bpf.o");
	add_ini("tree/none/notes.txt", "nothing\n");
	add_ini("tree/notes.txt", "nothing\n");
	ck_assert_msg(!object_builds_find(tree, &builds, &err), "%s", err.text);
	ck_assert_uint_eq(builds.count, 3);
	ck_assert(!strncmp(builds.at[0], "clang-9=", 8));
	ck_assert(!strncmp(builds.at[1], "clang-14=", 9));
	ck_assert(!strncmp(builds.at[2], "gcc=", 4));
	ck_assert_int_lt(object_builds_find(empty, &builds, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "no directory in it holds a .bpf.o"));
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("builds", .open = scratch_setup, .close = scratch_teardown),
	        EACH(objects_of_one_name_stand_side_by_side, cases),
	        TEST(an_ini_holds_for_builds_without_one),
	        TEST(each_build_has_the_variants),
	        TEST(what_is_adopted_gets_files_of_its_own),
	        EACH(what_names_no_build_is_refused, refusals),
	        TEST(a_label_is_given_once),
	        TEST(a_directory_of_builds_is_taken_by_version),
	};

	return suite_run("builds", tests, COUNT(tests));
}
