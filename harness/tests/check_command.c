/* SPDX-License-Identifier: BSD-2-Clause */
/* command: every common option, numbers and their limits, and what each command says of an accelerator there is not. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/cmd/cmd_bench.h"
#include "host/cmd/cmd_bisect.h"
#include "host/cmd/cmd_diff.h"
#include "host/cmd/cmd_kernels.h"
#include "host/cmd/cmd_min_btf.h"
#include "host/cmd/cmd_predict.h"
#include "host/cmd/cmd_report.h"
#include "host/cmd/cmd_run.h"
#include "host/cmd/command.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define WORDS 12

/* A command of the test's own: the common options, and -n, a number of things. */
struct made_up {
	struct command_options common;
	unsigned number;
};

static const struct argp_option rows[] = {
        COMMAND_ROW_LIST,
        COMMAND_ROW_KERNEL,
        COMMAND_ROW_IMAGES,
        COMMAND_ROW_ACCEL,
        {"output", 'o', "DIR", 0, "", 0},
        {"number", 'n', "N", 0, "", 0},
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct made_up *o = state->input;

	if (key != 'n')
		return command_option(key, arg, state, &o->common);
	o->number = command_number("-n", arg, "a number of things", 1024, state);
	return 0;
}

static const struct argp argp = {.options = rows, .parser = parse_option};

/* The words behind a name, as an argv that can be written to. */
struct line {
	char text[WORDS + 1][64];
	char *argv[WORDS + 2];
	int argc;
};

static void line_make(struct line *l, const char *name, const char *const *words)
{
	l->argc = 0;
	strcpy(l->text[0], name);
	while (l->argc < WORDS && words[l->argc]) {
		strcpy(l->text[l->argc + 1], words[l->argc]);
		l->argc++;
	}
	l->argc++;
	for (int i = 0; i < l->argc; i++)
		l->argv[i] = l->text[i];
	l->argv[l->argc] = NULL;
}

static struct made_up parse(struct line *l, const char *const *words)
{
	struct made_up o = {.common = {COMMAND_DEFAULTS, .output = "results"}};

	line_make(l, "made-up", words);
	ck_assert_int_eq(command_parse(&argp, 0, l->argc, l->argv, &o), 0);
	ck_assert_str_eq(l->argv[0], "made-up");
	return o;
}

START_TEST(nothing_given_leaves_the_defaults)
{
	struct line l;
	struct made_up o = parse(&l, (const char *const[]){NULL});

	ck_assert_str_eq(o.common.list_path, "kernels.txt");
	ck_assert_str_eq(o.common.images, "images");
	ck_assert_str_eq(o.common.output, "results");
	ck_assert_str_eq(o.common.accel, "auto");
	ck_assert_uint_eq(o.common.globs.count, 0);
	ck_assert_uint_eq(o.common.arg_count, 0);
}
END_TEST

static const char *const spellings[][WORDS] = {
        {"-k", "l.txt", "-K", "6.1-*", "-i", "store", "-o", "out", "-a", "tcg", "-n", "7"},
        {"-kl.txt", "-K6.1-*", "-istore", "-oout", "-atcg", "-n7"},
        {"--kernels", "l.txt", "--kernel", "6.1-*", "--images", "store", "--output", "out", "--accel", "tcg",
         "--number", "7"},
        {"--kernels=l.txt", "--kernel=6.1-*", "--images=store", "--output=out", "--accel=tcg", "--number=7"},
        {"-k", "other", "-kl.txt", "--kernel=6.1-*", "-a", "kvm", "-atcg", "-istore", "-oout", "-n7"},
};

START_TEST(every_option_is_taken)
{
	struct line l;
	struct made_up o = parse(&l, spellings[_i]);

	ck_assert_str_eq(o.common.list_path, "l.txt");
	ck_assert_str_eq(o.common.images, "store");
	ck_assert_str_eq(o.common.output, "out");
	ck_assert_str_eq(o.common.accel, "tcg");
	ck_assert_uint_eq(o.common.globs.count, 1);
	ck_assert_str_eq(o.common.globs.at[0], "6.1-*");
	ck_assert_uint_eq(o.number, 7);
	ck_assert_uint_eq(o.common.arg_count, 0);
	strings_free(&o.common.globs);
}
END_TEST

START_TEST(globs_add_up_and_arguments_stay)
{
	static const char *const words[] = {"a.bpf.o", "-K", "6.1-*", "b.bpf.o", "-K", "7.*", "--", "-K", NULL};
	struct line l;
	struct made_up o = parse(&l, words);

	ck_assert_uint_eq(o.common.globs.count, 2);
	ck_assert_str_eq(o.common.globs.at[0], "6.1-*");
	ck_assert_str_eq(o.common.globs.at[1], "7.*");
	ck_assert_uint_eq(o.common.arg_count, 3);
	ck_assert_str_eq(o.common.args[0], "a.bpf.o");
	ck_assert_str_eq(o.common.args[1], "b.bpf.o");
	ck_assert_str_eq(o.common.args[2], "-K");
	strings_free(&o.common.globs);
}
END_TEST

START_TEST(every_accelerator_is_taken)
{
	static const char *const names[] = {"auto", "kvm", "tcg"};
	struct line l;
	struct made_up o = parse(&l, (const char *const[]){"--accel", names[_i], NULL});

	ck_assert_str_eq(o.common.accel, names[_i]);
}
END_TEST

static const struct {
	const char *text;
	unsigned number;
} numbers[] = {{"1", 1}, {"2", 2}, {"010", 10}, {"1023", 1023}, {"1024", 1024}};

START_TEST(numbers_in_the_range_are_taken)
{
	struct line l;
	struct made_up o = parse(&l, (const char *const[]){"-n", numbers[_i].text, NULL});

	ck_assert_uint_eq(o.number, numbers[_i].number);
}
END_TEST

/* ---- mistakes: what ends the process ---- */

static int made_up(int argc, char **argv)
{
	struct made_up o = {.common = {COMMAND_DEFAULTS}};

	return command_parse(&argp, 0, argc, argv, &o);
}

/* The command's status; what it said on standard error is appended to `said`. */
static int status_of(int (*command)(int, char **), const char *const *words, struct buf *said)
{
	cleanup_free char *path = scratch_path("stderr");
	struct line l;
	int status = 0;
	pid_t pid;

	line_make(&l, "made-up", words);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen(path, "w", stderr))
			_exit(99);
		exit(command(l.argc, l.argv));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(io_read_file(path, 1 << 20, said, NULL), 0);
	return WEXITSTATUS(status);
}

static const struct {
	const char *words[WORDS];
	const char *said;
} mistakes[] = {
        {{"-n", "0"}, "corematrix made-up: -n 0: a number of things from 1 to 1024\n"},
        {{"-n", "1025"}, "-n 1025: a number of things from 1 to 1024\n"},
        {{"-n", "-1"}, "-n -1: a number of things from 1 to 1024\n"},
        {{"-n", ""}, "-n : a number of things from 1 to 1024\n"},
        {{"-n", "x"}, "-n x: a number of things from 1 to 1024\n"},
        {{"-n", "7x"}, "-n 7x: a number of things from 1 to 1024\n"},
        {{"-n", "4294967297"}, "-n 4294967297: a number of things from 1 to 1024\n"},
        {{"-n", "99999999999999999999"}, "-n 99999999999999999999: a number of things from 1 to 1024\n"},
        {{"--accel", "nonsense"}, "--accel nonsense: auto, kvm or tcg\n"},
        {{"--accel", ""}, "--accel : auto, kvm or tcg\n"},
        {{"--accel", "KVM"}, "--accel KVM: auto, kvm or tcg\n"},
        {{"--nonsense"}, "unrecognized option '--nonsense'\n"},
        {{"-k"}, "option requires an argument -- 'k'\n"},
};

START_TEST(mistakes_end_with_status_2)
{
	cleanup_buf struct buf said = {0};

	ck_assert_int_eq(status_of(made_up, mistakes[_i].words, &said), EXIT_USAGE);
	ck_assert_msg(strstr(buf_str(&said), mistakes[_i].said) != NULL, "%s", buf_str(&said));
}
END_TEST

/* Those that start no guest have no such option. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *said;
} commands[] = {
        {"run", cmd_run, "--accel nonsense: auto, kvm or tcg\n"},
        {"bisect", cmd_bisect, "--accel nonsense: auto, kvm or tcg\n"},
        {"bench", cmd_bench, "--accel nonsense: auto, kvm or tcg\n"},
        {"predict", cmd_predict, "unrecognized option '--accel'\n"},
        {"min-btf", cmd_min_btf, "unrecognized option '--accel'\n"},
        {"kernels", cmd_kernels, "unrecognized option '--accel'\n"},
        {"report", cmd_report, "unrecognized option '--accel'\n"},
        {"diff", cmd_diff, "unrecognized option '--accel'\n"},
        {"baseline", cmd_baseline, "unrecognized option '--accel'\n"},
};

START_TEST(every_command_refuses_an_accelerator_that_there_is_not)
{
	static const char *const words[] = {"--accel", "nonsense", "there-is-no-such.bpf.o", NULL};
	cleanup_buf struct buf said = {0};

	ck_assert_msg(status_of(commands[_i].run, words, &said) == EXIT_USAGE, "%s", commands[_i].name);
	ck_assert_msg(strstr(buf_str(&said), commands[_i].said) != NULL, "%s: %s", commands[_i].name, buf_str(&said));
}
END_TEST

static int failing(int argc, char **argv)
{
	cleanup_error struct error err = {0};

	(void)argv;
	if (argc > 1)
		error_usage(&err, "the user's mistake");
	else
		error_set(&err, 5, "the disk's fault");
	return command_fail(&err);
}

START_TEST(a_failure_is_told_once_and_has_its_status)
{
	cleanup_buf struct buf usage = {0}, infra = {0};

	ck_assert_int_eq(status_of(failing, (const char *const[]){"x", NULL}, &usage), EXIT_USAGE);
	ck_assert_str_eq(buf_str(&usage), "corematrix: the user's mistake\n");
	ck_assert_int_eq(status_of(failing, (const char *const[]){NULL}, &infra), EXIT_INFRA);
	ck_assert_str_eq(buf_str(&infra), "corematrix: the disk's fault\n");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("command", .open = scratch_setup, .close = scratch_teardown),
	        TEST(nothing_given_leaves_the_defaults),
	        EACH(every_option_is_taken, spellings),
	        TEST(globs_add_up_and_arguments_stay),
	        RANGE(every_accelerator_is_taken, 0, 3),
	        EACH(numbers_in_the_range_are_taken, numbers),
	        EACH(mistakes_end_with_status_2, mistakes),
	        EACH(every_command_refuses_an_accelerator_that_there_is_not, commands),
	        TEST(a_failure_is_told_once_and_has_its_status),
	};

	return suite_run("command", tests, COUNT(tests));
}
