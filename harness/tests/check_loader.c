/* SPDX-License-Identifier: BSD-2-Clause */
/* loader: how a program of the user's is watched, stopped and judged by its end, and what its cell then says. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "agent/loader/loader_process.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "host/judge/judge.h"
#include "host/lib/text.h"
#include "host/result/result.h"
#include "wire/loader_pack.h"
#include "tests/suite.h"

static void start_shell(const char *script, int records, struct loader_process *p)
{
	char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script, NULL},
	     *envp[] = {NULL};
	struct loader_command command = {
	        .directory = "/", .program = "/bin/sh", .argv = argv, .envp = envp, .records = records};
	cleanup_error struct error err = {0};

	ck_assert_msg(!loader_process_start(&command, p, &err), "%s", err.text);
}

/* Far longer than anything here takes; reached only when something hangs. */
#define LONG_MS 60000

static const struct {
	const char *script;
	bool stop; /* once it has said "ready" */
	int grace_ms;
	bool good;
	const char *why, *said;
} ends[] = {
        {"echo out; echo err >&2", false, 0, true, "it ended with status 0", "out\nerr\n"},
        {"echo bad; exit 3", false, 0, false, "it ended with status 3", "bad\n"},
        {"kill -SEGV $$", false, 0, false, "it died: Segmentation fault", ""},
        /* not asked to stop: the signal is its own affair */
        {"kill -TERM $$", false, 0, false, "it died: Terminated", ""},
        {"exit 130", false, 0, false, "it ended with status 130", ""},
        {"trap 'echo bye; exit 0' INT; echo ready; while :; do sleep 0.05; done", true, LONG_MS, true,
         "it ran until it was stopped", "ready\nbye\n"},
        {"echo ready; exec sleep 1000", true, LONG_MS, true, "it ran until it was stopped", "ready\n"},
        {"trap 'exit 130' INT; echo ready; while :; do sleep 0.05; done", true, LONG_MS, true,
         "it ran until it was stopped", "ready\n"},
        {"trap 'exit 7' INT; echo ready; while :; do sleep 0.05; done", true, LONG_MS, false,
         "it ended with status 7 when it was stopped", "ready\n"},
        {"trap '' INT; echo ready; exec sleep 1000", true, 200, true, "it ran until it was stopped", "ready\n"},
        {"trap '' INT TERM; echo ready; exec sleep 1000", true, 200, false, "it had to be killed", "ready\n"},
        /* a child that keeps the output open does not keep the end from being seen */
        {"echo ready; sleep 1000 & exit 0", false, 0, true, "it ended with status 0", "ready\n"},
};

static void wait_until_said(struct loader_process *p, const char *text)
{
	int64_t deadline = clock_ms() + LONG_MS;

	while (!strstr(buf_str(&p->output.said), text)) {
		ck_assert_msg(clock_ms() < deadline, "it never said %s", text);
		ck_assert_msg(!loader_process_watch(p, 10), "it ended early");
	}
}

START_TEST(ends_are_told_apart)
{
	cleanup_close int records = _i % 2 ? memfd_create("records", MFD_CLOEXEC) : -1; /* traced, or not */
	struct loader_process p;
	cleanup_free char *why = NULL;

	start_shell(ends[_i / 2].script, records, &p);
	if (ends[_i / 2].stop)
		wait_until_said(&p, "ready");
	else
		ck_assert(loader_process_watch(&p, LONG_MS));
	loader_process_stop(&p, ends[_i / 2].grace_ms);
	ck_assert_int_eq(loader_process_verdict(&p, "it", &why), ends[_i / 2].good);
	ck_assert_msg(!strncmp(why, ends[_i / 2].why, strlen(ends[_i / 2].why)), "%s", why);
	ck_assert_str_eq(buf_str(&p.output.said), ends[_i / 2].said);
	loader_process_free(&p);
}
END_TEST

START_TEST(output_without_end_is_cut_and_its_end_kept)
{
	struct loader_process p;

	start_shell("yes 0123456789 | head -c 3000000; echo last", -1, &p);
	ck_assert(loader_process_watch(&p, LONG_MS));
	ck_assert_uint_gt(p.output.dropped, 0);
	ck_assert_uint_le(p.output.said.len, 2 * LOADER_OUTPUT_MAX);
	ck_assert_uint_ge(p.output.said.len, LOADER_OUTPUT_MAX);
	ck_assert_str_eq(buf_str(&p.output.said) + p.output.said.len - 5, "last\n");
	loader_process_free(&p);
}
END_TEST

START_TEST(a_program_that_cannot_be_started_is_named)
{
	char *argv[] = {(char *)(uintptr_t) "x", NULL}, *envp[] = {NULL};
	struct loader_command command = {
	        .directory = "/", .program = "/no/such/program", .argv = argv, .envp = envp, .records = -1};
	cleanup_error struct error err = {0};
	struct loader_process p;

	ck_assert_int_eq(loader_process_start(&command, &p, &err), -ENOENT);
	ck_assert_msg(strstr(err.text, "/no/such/program: cannot be started") != NULL, "%s", err.text);
	loader_process_free(&p);
}
END_TEST

static const struct {
	enum cell_phase phase;
	const char *reason, *log;
	enum verdict verdict;
	enum reject_class class;
	enum cell_phase judged;
	const char *says;
} cells[] = {
        {PHASE_DONE, "t ended with status 0", "libbpf: failed to load object\n", VERDICT_UNPROVEN, CLASS_NONE,
         PHASE_DONE, "t ended with status 0"},
        {PHASE_LOAD, "t ended with status 1", "", VERDICT_REJECTED, CLASS_OTHER, PHASE_LOAD, "t ended with status 1"},
        {PHASE_LOAD, "t ended with status 1", "hello\nno luck today\n\n", VERDICT_REJECTED, CLASS_OTHER, PHASE_LOAD,
         "t ended with status 1: no luck today"},
        {PHASE_LOAD, "t ended with status 1",
         "libbpf: map 'm': failed to create: Invalid argument(-22)\nt: giving up\n", VERDICT_REJECTED, CLASS_MAP_TYPE,
         PHASE_LOAD, "t ended with status 1: map 'm': failed to create: Invalid argument(-22)"},
        {PHASE_LOAD, "t ended with status 1",
         "libbpf: failed to determine tracepoint 'a/b' perf event ID: -2\n"
         "libbpf: prog 'x': failed to attach to tracepoint 'a/b': -2\n",
         VERDICT_REJECTED, CLASS_ATTACH_TARGET, PHASE_ATTACH, "t ended with status 1: failed to determine"},
        {PHASE_RUN, "t: cannot be started in the guest", "", VERDICT_INFRA, CLASS_NONE, PHASE_RUN,
         "the workloads could not be carried out: t: cannot be started"},
};

START_TEST(a_cell_is_judged_by_the_end_and_the_output)
{
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);
	struct judge_facts facts = {.phase = cells[_i].phase, .reason = cells[_i].reason, .log = cells[_i].log};

	judge_loader(c, &facts);
	ck_assert_int_eq(c->verdict, cells[_i].verdict);
	ck_assert_str_eq(reject_class_name(c->class), reject_class_name(cells[_i].class));
	ck_assert_int_eq(c->phase, cells[_i].judged);
	ck_assert_msg(!strncmp(c->reason, cells[_i].says, strlen(cells[_i].says)), "%s", c->reason);
	result_free(r);
}
END_TEST

/* What the tracer saw counts more than how it ended. */
static const struct {
	enum cell_phase phase;
	bool loaded, attached;
	int err;
	bool has_truth, ok;
	const char *observed;
	enum verdict verdict;
	enum reject_class class;
	const char *says;
} seen[] = {
        {PHASE_DONE, true, true, 0, false, false, "", VERDICT_UNPROVEN, CLASS_NONE, "it ended; it was attached"},
        {PHASE_DONE, true, true, 0, true, true, "7", VERDICT_PASS, CLASS_NONE, ""},
        {PHASE_DONE, true, true, 0, true, false, "8", VERDICT_WRONG, CLASS_NONE, "exec: pid is \"8\""},
        {PHASE_DONE, true, true, 0, true, false, "", VERDICT_SILENT, CLASS_NONE, "attached, the workloads ran"},
        {PHASE_DONE, false, false, 0, true, false, "", VERDICT_SILENT, CLASS_NONE, "no program of it was loaded"},
        {PHASE_DONE, false, false, EINVAL, false, false, "", VERDICT_UNPROVEN, CLASS_NONE,
         "it ended; it does without program p: invalid func unknown#195896080"},
        {PHASE_LOAD, false, false, EINVAL, false, false, "", VERDICT_REJECTED, CLASS_RELOCATION,
         "it ended: program p: invalid func unknown#195896080"},
};

START_TEST(a_cell_is_judged_by_what_was_seen)
{
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);
	struct judge_facts facts = {.phase = seen[_i].phase, .reason = "it ended", .log = ""};
	struct result_program *p = result_add_program(c);

	text_set(&c->source, LOADER_EVENT_SOURCE);
	text_set(&p->name, "p");
	text_set(&p->log, seen[_i].err ? "invalid func unknown#195896080" : "");
	p->autoload = true;
	p->loaded = seen[_i].loaded;
	p->attached = seen[_i].attached;
	p->err = seen[_i].err;
	if (seen[_i].has_truth) {
		struct result_truth *t = result_add_truth(c);

		text_set(&t->workload, "exec");
		text_set(&t->field, "pid");
		text_set(&t->expected, "7");
		text_set(&t->observed, seen[_i].observed);
		t->ok = seen[_i].ok;
	}
	judge_loader(c, &facts);
	ck_assert_int_eq(c->verdict, seen[_i].verdict);
	ck_assert_int_eq(c->class, seen[_i].class);
	ck_assert_msg(!strncmp(c->reason, seen[_i].says, strlen(seen[_i].says)), "%s", c->reason);
	result_free(r);
}
END_TEST

START_TEST(packs_arrive_whole_or_not_at_all)
{
	struct loader_pack_file files[] = {{(char *)(uintptr_t) "/a", 0755, "abc", 3},
	                                   {(char *)(uintptr_t) "/b/c", 0644, "", 0}};
	cleanup_buf struct buf bytes = {0};
	struct loader_pack_file got;

	for (size_t i = 0; i < COUNT(files); i++)
		loader_pack_add(&bytes, &files[i]);
	for (size_t len = 1; len <= bytes.len; len++) {
		struct loader_pack_reader reader = loader_pack_open(bytes.data, (uint32_t)len);
		size_t count = 0;
		int rc;

		while ((rc = loader_pack_next(&reader, &got, NULL)) == 1) {
			ck_assert_str_eq(got.path, files[count].path);
			ck_assert_uint_eq(got.mode, files[count].mode);
			ck_assert_uint_eq(got.size, files[count].size);
			ck_assert_int_eq(memcmp(got.bytes, files[count].bytes, got.size), 0);
			count++;
			free(got.path);
		}
		/* a cut between two files is no damage of its own: the job's checksum covers the whole */
		ck_assert_int_eq(rc, len == bytes.len || len == 4 + 2 + 4 + 4 + 3 ? 0 : -EBADMSG);
		ck_assert_int_eq(loader_pack_next(&reader, &got, NULL), rc);
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        RANGE(ends_are_told_apart, 0, 2 * COUNT(ends)),
	        TEST(output_without_end_is_cut_and_its_end_kept),
	        TEST(a_program_that_cannot_be_started_is_named),
	        EACH(a_cell_is_judged_by_the_end_and_the_output, cells),
	        EACH(a_cell_is_judged_by_what_was_seen, seen),
	        TEST(packs_arrive_whole_or_not_at_all),
	};

	return suite_run("loader", tests, COUNT(tests));
}
