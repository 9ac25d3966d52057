/* SPDX-License-Identifier: BSD-2-Clause */
/* loader_files: the files a program needs are those its dynamic linker takes; what cannot be shipped is refused by
 * name. */
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/lib/child.h"
#include "host/object/elf_needs.h"
#include "host/object/library_path.h"
#include "host/object/loader_files.h"
#include "scratch.h"
#include "wire/loader_pack.h"
#include "tests/suite.h"

static bool ships(const struct file_closure *s, const char *path)
{
	cleanup_free char *wanted = realpath(path, NULL);

	for (size_t i = 0; wanted && i < s->files.count; i++) {
		cleanup_free char *have = realpath(s->files.at[i], NULL);

		if (have && !strcmp(have, wanted))
			return true;
	}
	return false;
}

static int find_in_files(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	/* neither the program itself, which has no name here, nor the kernel's vdso */
	if (*info->dlpi_name == '/' && !ships(ctx, info->dlpi_name))
		ck_abort_msg("%s is not shipped", info->dlpi_name);
	return 0;
}

static size_t count_files(const struct file_closure *s)
{
	struct loader_pack_reader reader = loader_pack_open(s->pack.data, (uint32_t)s->pack.len);
	struct loader_pack_file file;
	size_t count = 0;

	for (; loader_pack_next(&reader, &file, NULL) == 1; count++) {
		ck_assert_str_eq(file.path, s->files.at[count]);
		free(file.path);
	}
	return count;
}

/* The linker itself is the witness: this test is a program with libraries. */
START_TEST(what_the_linker_loaded_is_shipped)
{
	struct loader_request request = {.arch = arch_default(), .program = "/proc/self/exe"};
	cleanup_file_closure struct file_closure s = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!loader_files_collect(&request, &s, &err), "%s", err.text);
	dl_iterate_phdr(find_in_files, &s);
	ck_assert(ships(&s, "/proc/self/exe"));
	ck_assert(ships(&s, "/lib64/ld-linux-x86-64.so.2"));
	ck_assert_uint_eq(count_files(&s), s.files.count);
}
END_TEST

/* ---- programs made here ---- */

static void compile(const char *source, const char *output, const char *const *options)
{
	cleanup_free char *text = scratch_file("source.c", source, strlen(source));
	cleanup_strings struct strings argv = {0};
	cleanup_child_result struct child_result said = {0};

	strings_add(&argv, "gcc");
	strings_add(&argv, "-o");
	strings_add(&argv, output);
	strings_add(&argv, text);
	for (size_t i = 0; options[i]; i++)
		strings_add(&argv, options[i]);
	ck_assert_int_eq(child_run((const char *const *)argv.at, NULL, &said, NULL), 0);
	ck_assert_msg(child_ok(&said), "%s", buf_str(&said.err));
}

/* A program in bin/ whose library in lib/ needs another one beside itself. */
static char *make_program(const char *program_tag, const char *library_tag)
{
	cleanup_free char *bin = scratch_path("bin"), *lib = scratch_path("lib");
	cleanup_free char *one = scratch_path("lib/libone.so"), *two = scratch_path("lib/libtwo.so");
	cleanup_free char *to_lib = xasprintf("-L%s", lib);
	char *program = scratch_path("bin/program");

	ck_assert_int_eq(io_make_dirs(bin, NULL) | io_make_dirs(lib, NULL), 0);
	compile("int two(void) { return 0; }", two, (const char *const[]){"-shared", "-fPIC", NULL});
	compile("int two(void); int one(void) { return two(); }", one,
	        (const char *const[]){"-shared", "-fPIC", to_lib, "-ltwo", library_tag, "-Wl,-rpath,$ORIGIN", NULL});
	compile("int one(void); int main(void) { return one(); }", program,
	        (const char *const[]){to_lib, "-lone", program_tag, "-Wl,-rpath,${ORIGIN}/../lib",
	                              "-Wl,--allow-shlib-undefined", NULL});
	return program;
}

static const char *const tags[] = {"-Wl,--enable-new-dtags", "-Wl,--disable-new-dtags"};

START_TEST(libraries_are_found_from_the_origin)
{
	cleanup_free char *program = make_program(tags[_i], tags[_i]);
	cleanup_free char *one = scratch_path("lib/libone.so"), *two = scratch_path("lib/libtwo.so");
	struct loader_request request = {.arch = arch_default(), .program = program};
	cleanup_file_closure struct file_closure s = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!loader_files_collect(&request, &s, &err), "%s", err.text);
	ck_assert(ships(&s, one) && ships(&s, two));
	ck_assert_int_eq(unlink(two), 0);
	file_closure_free(&s);
	ck_assert_int_eq(loader_files_collect(&request, &s, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, "needs the library libtwo.so") != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_configured_directory_is_told_to_the_guest)
{
	cleanup_free char *program = make_program(tags[0], tags[0]);
	cleanup_free char *lib = scratch_path("lib"), *elsewhere = scratch_path("elsewhere");
	cleanup_free char *line = xasprintf("# a comment\ninclude conf.d/*.conf\n"),
	                  *more = xasprintf("  %s # here\n", elsewhere);
	cleanup_free char *directory = scratch_path("conf.d"), *conf = scratch_file("ld.so.conf", line, strlen(line));
	struct loader_request request = {.arch = arch_default(), .program = program, .conf = conf};
	cleanup_file_closure struct file_closure s = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
	free(scratch_file("conf.d/a.conf", more, strlen(more)));
	ck_assert_int_eq(rename(lib, elsewhere), 0);
	ck_assert_msg(!loader_files_collect(&request, &s, &err), "%s", err.text);
	ck_assert_str_eq(s.searched.at[0], elsewhere);
	ck_assert_int_eq(io_remove_tree(elsewhere, NULL), 0);
}
END_TEST

static bool has(const struct file_closure *s, const char *path)
{
	return strings_has(&s->files, path);
}

/* Another system: a program in usr/bin, its library in a directory that its own ld.so.conf names, by an absolute link.
 */
static char *make_system(void)
{
	cleanup_free char *program = make_program(tags[0], tags[0]), *one = scratch_path("lib/libone.so");
	cleanup_free char *two = scratch_path("lib/libtwo.so"), *link = scratch_path("system/usr/lib/own/libone.so");
	cleanup_free char *own = scratch_path("system/usr/lib/own"), *bin = scratch_path("system/usr/bin");
	cleanup_free char *conf = scratch_path("system/etc/ld.so.conf.d"), *lib = scratch_path("system/lib64");
	cleanup_free char *to = scratch_path("system/usr/lib/own/libtwo.so"), *real = scratch_path("system/one.so");
	cleanup_free char *libc = scratch_path("system/usr/lib/own/libc.so.6"), *linker = NULL;
	char *at = scratch_path("system/usr/bin/program");

	ck_assert_int_eq(io_make_dirs(own, NULL) | io_make_dirs(bin, NULL) | io_make_dirs(conf, NULL) |
	                         io_make_dirs(lib, NULL),
	                 0);
	free(scratch_file("system/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n", 33));
	free(scratch_file("system/etc/ld.so.conf.d/own.conf", "/usr/lib/own\n", 13));
	linker = xasprintf("%s/ld-linux-x86-64.so.2", lib);
	ck_assert_int_eq(rename(program, at) | rename(one, real) | rename(two, to) | symlink("/one.so", link), 0);
	/* any library will do for them: nothing is run */
	compile("int any;", libc, (const char *const[]){"-shared", "-nostdlib", NULL});
	compile("int any;", linker, (const char *const[]){"-shared", "-nostdlib", NULL});
	return at;
}

START_TEST(libraries_are_those_of_another_system)
{
	cleanup_free char *program = make_system(), *system = scratch_path("system"),
	                  *bin = scratch_path("bin/program");
	cleanup_free char *two = scratch_path("system/usr/lib/own/libtwo.so"), *lib = scratch_path("lib");
	cleanup_free char *beside = scratch_path("lib/libtwo.so");
	struct loader_request request = {.arch = arch_default(), .program = program, .sysroot = system};
	cleanup_file_closure struct file_closure s = {0};
	cleanup_error struct error err = {0};

	/* a program of that system stands in the guest where it stands there */
	ck_assert_msg(!loader_files_collect(&request, &s, &err), "%s", err.text);
	ck_assert_str_eq(s.files.at[0], "/usr/bin/program");
	ck_assert(has(&s, "/lib64/ld-linux-x86-64.so.2") && has(&s, "/usr/lib/own/libone.so") &&
	          has(&s, "/usr/lib/own/libc.so.6") && has(&s, "/usr/lib/own/libtwo.so"));
	ck_assert_uint_eq(s.files.count, 5);
	ck_assert_str_eq(s.searched.at[0], "/usr/lib/own");
	file_closure_free(&s);
	/* one from elsewhere where it stands here; nothing of this system's is taken for a library */
	ck_assert_int_eq(rename(program, bin), 0);
	request.program = bin;
	ck_assert_msg(!loader_files_collect(&request, &s, &err), "%s", err.text);
	ck_assert_str_eq(s.files.at[0] + strlen(s.files.at[0]) - 12, "/bin/program");
	ck_assert_uint_eq(s.files.count, 5);
	file_closure_free(&s);
	/* but for what it brings beside itself */
	ck_assert_int_eq(io_make_dirs(lib, NULL) | rename(two, beside), 0);
	ck_assert_int_eq(loader_files_collect(&request, &s, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "libone.so: needs the library libtwo.so") && strstr(err.text, " below ") &&
	                      strstr(err.text, "/system"),
	              "%s", err.text);
	ck_assert_int_eq(io_remove_tree(system, NULL) | io_remove_tree(lib, NULL), 0);
}
END_TEST

START_TEST(what_is_beside_a_program_from_elsewhere_comes_along)
{
	cleanup_free char *program = make_program(tags[0], tags[0]), *one = scratch_path("lib/libone.so");
	struct loader_request request = {.arch = arch_default(), .program = program, .sysroot = "/"};
	cleanup_file_closure struct file_closure s = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!loader_files_collect(&request, &s, &err), "%s", err.text);
	ck_assert(ships(&s, one) && ships(&s, "/lib64/ld-linux-x86-64.so.2"));
	file_closure_free(&s);
	request.sysroot = "/nowhere/at/all";
	ck_assert_int_eq(loader_files_collect(&request, &s, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, "--sysroot /nowhere/at/all: No such file") != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_static_program_goes_alone)
{
	cleanup_free char *program = scratch_path("alone");
	struct loader_request request = {.arch = arch_default(), .program = program};
	cleanup_file_closure struct file_closure s = {0};
	cleanup_error struct error err = {0};

	compile("int main(void) { return 0; }", program, (const char *const[]){"-static", NULL});
	ck_assert_msg(!loader_files_collect(&request, &s, &err), "%s", err.text);
	ck_assert_uint_eq(s.files.count, 1);
	ck_assert_uint_eq(s.searched.count, 0);
}
END_TEST

START_TEST(the_object_has_all_that_the_agent_needs)
{
	char *arguments[] = {(char *)(uintptr_t) "list", (char *)(uintptr_t) "two words"};
	cleanup_free char *extra = scratch_file("extra", "x", 1);
	struct loader_request request = {.arch = arch_default(),
	                                 .program = "/bin/true",
	                                 .arguments = arguments,
	                                 .argument_count = 2,
	                                 .extra = &extra,
	                                 .extra_count = 1,
	                                 .seconds = 3};
	cleanup_object_list struct object_list list = {0};
	cleanup_error struct error err = {0};
	struct job_object job;

	ck_assert_msg(!loader_files_object(&request, &list, &err), "%s", err.text);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.at[0].name, "true");
	ck_assert_msg(strstr(list.at[0].invocation, "-- list 'two words'") != NULL, "%s", list.at[0].invocation);
	job = object_to_job(&list.at[0], NULL);
	ck_assert_str_eq(job_object_named(&job, SETTING_LOADER_ARGUMENT, "0"), "/bin/true");
	ck_assert_str_eq(job_object_named(&job, SETTING_LOADER_ARGUMENT, ""), "two words");
	ck_assert_str_eq(job_object_value(&job, SETTING_LOADER_SECONDS), "3");
	ck_assert_ptr_nonnull(job_object_named(&job, SETTING_LOADER_ENVIRONMENT, "LD_LIBRARY_PATH"));
	job_object_free(&job);
}
END_TEST

/* ---- what is refused ---- */

static char *no_file(void)
{
	return scratch_path("nothing");
}

static char *directory(void)
{
	return xstrdup(scratch_root);
}

static char *script(void)
{
	return scratch_file("script", "#!/bin/sh\n", 10);
}

static char *text(void)
{
	return scratch_file("text", "this is no program", 18);
}

static char *not_executable(void)
{
	cleanup_buf struct buf bytes = {0};
	char *path;

	ck_assert_int_eq(io_read_file("/bin/true", 1 << 24, &bytes, NULL), 0);
	path = scratch_file("plain", bytes.data, bytes.len);
	ck_assert_int_eq(chmod(path, 0644), 0);
	return path;
}

/* /bin/true with the first `from` in it made `to`, of the same length. */
static char *altered(const char *from, const char *to, size_t len)
{
	cleanup_buf struct buf bytes = {0};
	char *at, *path;

	ck_assert_int_eq(io_read_file("/bin/true", 1 << 24, &bytes, NULL), 0);
	at = memmem(bytes.data, bytes.len, from, len);
	ck_assert_ptr_nonnull(at);
	memcpy(at, to, len);
	path = scratch_file("altered", bytes.data, bytes.len);
	ck_assert_int_eq(chmod(path, 0755), 0);
	return path;
}

static char *foreign(void)
{
	return altered("\3\0\76\0", "\3\0\267\0", 4); /* ET_DYN, EM_X86_64: EM_AARCH64 */
}

static char *no_interpreter(void)
{
	return altered("/lib64/ld-linux", "/lib64/no-linux", 15);
}

static char *no_library(void)
{
	return altered("libc.so.6", "libq.so.6", 9);
}

static const struct {
	char *(*make)(void);
	const char *text;
} refused[] = {
        {no_file, "No such file"},
        {directory, "is a directory"},
        {script, "is a script"},
        {text, "is not an ELF program"},
        {not_executable, "is not executable"},
        {foreign, "ELF machine 183"},
        {no_interpreter, "needs the interpreter /lib64/no-linux-x86-64.so.2"},
        {no_library, "needs the library libq.so.6"},
};

START_TEST(what_cannot_run_is_refused)
{
	cleanup_free char *path = refused[_i].make();
	struct loader_request request = {.arch = arch_default(), .program = path};
	cleanup_file_closure struct file_closure s = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(loader_files_collect(&request, &s, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, refused[_i].text) != NULL, "%s", err.text);
}
END_TEST

START_TEST(too_much_is_refused)
{
	cleanup_free char *extra = scratch_file("large", "x", 1);
	struct loader_request request = {
	        .arch = arch_default(), .program = "/bin/true", .extra = &extra, .extra_count = 1};
	cleanup_file_closure struct file_closure s = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(truncate(extra, OBJECT_MAX_BYTES - 1), 0);
	ck_assert_int_eq(loader_files_collect(&request, &s, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "larger than 384 MiB") != NULL, "%s", err.text);
	ck_assert_int_eq(unlink(extra), 0);
}
END_TEST

/* Every cut, and every byte of the headers and the dynamic section flipped: an answer, whatever it is, and no crash. */
START_TEST(damaged_programs_do_no_harm)
{
	cleanup_buf struct buf bytes = {0};
	size_t step;

	ck_assert_int_eq(io_read_file("/bin/true", 1 << 24, &bytes, NULL), 0);
	step = bytes.len / 997 + 1;
	for (size_t len = 0; len < bytes.len; len += len < 2048 ? 1 : step) {
		cleanup_elf_needs struct elf_needs needs = {0};
		cleanup_free char *copy = xcalloc(1, len + 1);

		memcpy(copy, bytes.data, len);
		elf_needs_read(arch_default(), copy, len, &needs, NULL);
	}
	for (size_t at = 0; at < bytes.len; at += at < 2048 ? 1 : 61) {
		cleanup_elf_needs struct elf_needs needs = {0};

		bytes.data[at] = (char)~bytes.data[at];
		elf_needs_read(arch_default(), bytes.data, bytes.len, &needs, NULL);
		bytes.data[at] = (char)~bytes.data[at];
	}
}
END_TEST

static const struct {
	const char *text, *wanted;
} paths[] = {
        {"/a:/b", "/a /b"},
        {"$ORIGIN:${ORIGIN}/../lib", "/o /o/../lib"},
        {"lib:/x/$LIB:/y", "/cwd/lib /y"},
};

START_TEST(search_paths_are_split)
{
	cleanup_strings struct strings got = {0};
	cleanup_buf struct buf all = {0};

	library_path_split(paths[_i].text, "/o", "/cwd", &got);
	for (size_t i = 0; i < got.count; i++)
		buf_printf(&all, "%s%s", i ? " " : "", got.at[i]);
	ck_assert_str_eq(buf_str(&all), paths[_i].wanted);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("loader_files", .open = scratch_setup, .close = scratch_teardown),
	        TEST(what_the_linker_loaded_is_shipped),
	        EACH(libraries_are_found_from_the_origin, tags),
	        TEST(a_configured_directory_is_told_to_the_guest),
	        TEST(libraries_are_those_of_another_system),
	        TEST(what_is_beside_a_program_from_elsewhere_comes_along),
	        TEST(a_static_program_goes_alone),
	        TEST(the_object_has_all_that_the_agent_needs),
	        EACH(what_cannot_run_is_refused, refused),
	        TEST(too_much_is_refused),
	        TEST(damaged_programs_do_no_harm),
	        EACH(search_paths_are_split, paths),
	};

	return suite_run("loader_files", tests, COUNT(tests));
}
