/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shipped: which files of user space come along with which objects, and what runs them; and the subjects that these
 * are: the program that calls libc, and a program of the user's.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/deeds/command.h"
#include "agent/deeds/subject.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/object/shipped.h"
#include "tests/scratch.h"
#include "tests/suite.h"
#include "wire/loader_pack.h"
#include "wire/user_target.h"

extern const char caller_image_start[], caller_image_end[];

/* An object of which no more is known than what its ini attaches a program to. */
static void object_make(struct object_list *list, const char *to)
{
	struct object_ini *ini;

	*list = (struct object_list){.at = xcalloc(1, sizeof(*list->at)), .count = 1};
	if (!to)
		return;
	ini = &list->at[0].ini;
	ini->settings = xcalloc(1, sizeof(*ini->settings));
	ini->settings[ini->setting_count++] = (struct job_setting){
	        .key = SETTING_PROGRAM_ATTACH_TO, .name = xstrdup("on_call"), .value = xstrdup(to)};
}

static bool pack_has(const struct buf *pack, const char *path)
{
	struct loader_pack_reader reader = loader_pack_open(pack->data, (uint32_t)pack->len);
	struct loader_pack_file file;
	bool found = false;

	while (loader_pack_next(&reader, &file, NULL) == 1) {
		found |= !strcmp(file.path, path);
		free(file.path);
	}
	return found;
}

static const char *command_of(const struct object *o, size_t index)
{
	for (size_t i = 0; i < o->ini.setting_count; i++)
		if (o->ini.settings[i].key == SETTING_COMMAND && !index--)
			return o->ini.settings[i].value;
	return NULL;
}

static const struct {
	const char *to, *ship;
	const char *file, *without; /* in the guest, and not there; NULL: nothing is */
	const char *command;        /* what is run, NULL: nothing */
} cases[] = {
        {NULL, NULL, NULL, NULL, NULL},
        {"vfs_open", NULL, NULL, NULL, NULL},
        {"/proc/self/exe:f", NULL, NULL, NULL, NULL},
        {"/opt/daemon:serve", NULL, NULL, NULL, NULL},
        {"libc.so.6:malloc", NULL, CALLER_PATH, "/usr/bin/bash", NULL},
        {"libc.so.6:malloc", NULL, "/lib64/ld-linux-x86-64.so.2", NULL, NULL},
        {"/bin/bash:readline", NULL, "/usr/bin/bash", CALLER_PATH, "/usr/bin/bash"},
        {"/opt/daemon:serve", "/bin/true=/opt/daemon", "/opt/daemon", "/bin/true", "/opt/daemon"},
        {"true:main", "/bin/true", "/bin/true", NULL, "/bin/true"},
        {"/bin/true:main", "/bin/cat", "/bin/cat", "/bin/true", NULL},
        {NULL, "/bin/true", "/bin/true", NULL, NULL},
};

START_TEST(what_is_probed_comes_along_with_what_runs_it)
{
	cleanup_object_list struct object_list list;
	cleanup_strings struct strings ship = {0};
	cleanup_buf struct buf pack = {0};
	cleanup_error struct error err = {0};
	const char *command;

	object_make(&list, cases[_i].to);
	if (cases[_i].ship)
		strings_add(&ship, cases[_i].ship);
	ck_assert_msg(!shipped_collect(arch_default(), NULL, &list, &ship, &pack, &err), "%s", err.text);
	ck_assert_int_eq(pack.len > 0, cases[_i].file != NULL);
	ck_assert(!cases[_i].file || pack_has(&pack, cases[_i].file));
	ck_assert(!cases[_i].without || !pack_has(&pack, cases[_i].without));
	command = command_of(&list.at[0], 0);
	ck_assert_msg(!cases[_i].command == !command, "runs %s", command ? command : "nothing");
	ck_assert(!command || !strcmp(command, cases[_i].command));
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
	cleanup_object_list struct object_list list;
	cleanup_strings struct strings ship = {0};
	cleanup_buf struct buf pack = {0};
	cleanup_error struct error err = {0};

	object_make(&list, NULL);
	strings_add(&ship, "/nowhere/daemon");
	ck_assert_int_eq(shipped_collect(arch_default(), NULL, &list, &ship, &pack, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, "/nowhere/daemon") != NULL, "%s", err.text);
}
END_TEST

/* ---- the subjects ---- */

static struct subject_stage *stage;

static void stage_open(void)
{
	ck_assert_int_eq(subject_stage_open(&stage, NULL), 0);
}

static void stage_close(void)
{
	subject_stage_close(stage);
}

static void act(const struct subject_kind *kind, struct subject **s, struct action_result *result)
{
	cleanup_error struct error err = {0};

	ck_assert_msg(subject_spawn(stage, kind, s, &err) == 0, "%s", err.text);
	ck_assert_msg(subject_exec(*s, &err) == 0, "%s", err.text);
	ck_assert_msg(subject_act(*s, result, &err) == 0, "%s", err.text);
}

static bool scene_has(const struct scene *scene, enum view_key key, uint64_t number)
{
	for (size_t i = 0; i < scene->count; i++)
		if (view_knows(&scene->views[i], (int)key) && scene->views[i].numbers[key] == number)
			return true;
	return false;
}

START_TEST(libc_is_called_with_arguments_that_are_told)
{
	cleanup_free char *path =
	        scratch_file("caller", caller_image_start, (size_t)(caller_image_end - caller_image_start));
	const struct subject_kind kind = {
	        .name = "library", .file = "cm-library", .action = ACTION_LIBRARY, .image = path};
	cleanup_subject struct subject *s = NULL;
	struct action_result result;
	cleanup_error struct error err = {0};

	ck_assert(!subject_kind_is_possible(&kind));
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert(subject_kind_is_possible(&kind));
	act(&kind, &s, &result);
	ck_assert(!result.skipped);
	ck_assert(scene_has(&result.scene, VIEW_SIZE, 47110));
	ck_assert(scene_has(&result.scene, VIEW_RET, 47)); /* of a jump */
	ck_assert_msg(subject_finish(s, &err) == 0, "%s", err.text);
}
END_TEST

/* Its name, which it has until it is let go; "" once it is gone. */
static void name_of(pid_t pid, char *out, size_t room)
{
	cleanup_free char *path = xasprintf("/proc/%d/comm", (int)pid);
	cleanup_buf struct buf text = {0};

	*out = '\0';
	if (!io_read_file(path, 64, &text, NULL))
		snprintf(out, room, "%.*s", (int)strcspn(buf_str(&text), "\n"), buf_str(&text));
}

static const struct {
	const char *argv[4];
	const char *input, *line;
} commands[] = {
        {{"/bin/cat"}, "one\ntwo\n", "one"},
        {{"/bin/true"}, "", NULL},
        {{"/bin/sh", "-c", "kill -KILL $$"}, "", NULL},
        {{"/bin/sleep", "1000"}, "", NULL},
};

START_TEST(a_program_is_held_at_its_end)
{
	const struct subject_kind kind = {.name = "command", .file = "cm-command", .action = ACTION_COMMAND};
	char *argv[5] = {NULL}, name[32];
	struct command command = {commands[_i].input, "", argv};
	cleanup_subject struct subject *s = NULL;
	struct action_result result;
	cleanup_error struct error err = {0};

	for (size_t i = 0; i < 4; i++)
		argv[i] = (char *)(uintptr_t)commands[_i].argv[i];
	ck_assert_msg(!command_leave(subject_stage_directory(stage), &command, &err), "%s", err.text);
	act(&kind, &s, &result);
	ck_assert(!result.skipped);
	ck_assert_uint_eq(result.scene.count, 1);
	ck_assert(scene_has(&result.scene, VIEW_FORKER, (uint64_t)subject_pid(s)));
	if (commands[_i].line)
		ck_assert_str_eq(view_text_of(&result.scene.views[0], VIEW_LINE), commands[_i].line);
	if (result.child) {
		name_of(result.child, name, sizeof(name));
		ck_assert_str_eq(name, io_basename(argv[0]));
	}
	ck_assert(result.child || (commands[_i].argv[2] && strstr(commands[_i].argv[2], "KILL")));
	ck_assert_msg(subject_finish(s, &err) == 0, "%s", err.text);
	if (result.child)
		ck_assert_int_eq(kill(result.child, 0), -1);
}
END_TEST

START_TEST(a_program_that_cannot_be_run_fails)
{
	const struct subject_kind kind = {.name = "command", .file = "cm-command", .action = ACTION_COMMAND};
	char *argv[] = {(char *)(uintptr_t) "/nowhere/daemon", NULL};
	struct command command = {"", "", argv};
	cleanup_subject struct subject *s = NULL;
	struct action_result result;
	cleanup_error struct error err = {0};

	ck_assert_int_eq(command_leave(subject_stage_directory(stage), &command, NULL), 0);
	ck_assert_int_eq(subject_spawn(stage, &kind, &s, NULL), 0);
	ck_assert_int_eq(subject_exec(s, NULL), 0);
	ck_assert_int_eq(subject_act(s, &result, &err), -ENOENT);
	ck_assert_msg(strstr(err.text, "exec") != NULL, "%s", err.text);
}
END_TEST

int main(int argc, char **argv)
{
	const struct suite_row tests[] = {
	        GROUP("files"),
	        EACH(what_is_probed_comes_along_with_what_runs_it, cases),
	        TEST(a_file_that_is_not_there_is_named),
	        GROUP("subjects", .open = scratch_setup, .close = scratch_teardown, .set_up = stage_open,
	              .tear_down = stage_close),
	        TEST(libc_is_called_with_arguments_that_are_told),
	        EACH(a_program_is_held_at_its_end, commands),
	        TEST(a_program_that_cannot_be_run_fails),
	};

	subject_main_if_subject(argc, argv);
	return suite_run("shipped", tests, COUNT(tests));
}
