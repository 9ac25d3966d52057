/* SPDX-License-Identifier: BSD-2-Clause */
/* judge_circumstance: what is forbidden where a row asks for it gets its class, its reason and its advice. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/judge_circumstance.h"
#include "host/lib/text.h"
#include "tests/suite.h"

#define READ_KERNEL "Lockdown: init: use of bpf to read kernel RAM is restricted; see man kernel_lockdown.7"

static const struct {
	const char *asked, *lsm; /* of the row; of the configuration */
	enum verdict verdict;
	enum reject_class class;
	const char *reason;
	const char *type, *section; /* of its one program, which is attached */
	const char *said;           /* by the kernel */
	enum reject_class becomes;
	const char *reason_has, *advice_has; /* "": as it was */
	size_t left;                         /* lines of the kernel's that are not allowed */
} cases[] = {
        {"lockdown:confidentiality", "", VERDICT_REJECTED, CLASS_HELPER, "unknown func bpf_probe_read#4", "kprobe",
         "kprobe", READ_KERNEL, CLASS_LOCKDOWN, "",
         "lockdown:confidentiality forbids it (use of bpf to read kernel RAM)", 0},
        /* the kernel says so a few times in five seconds only */
        {"lockdown:confidentiality", "", VERDICT_REJECTED, CLASS_HELPER, "unknown func bpf_probe_read#4", "kprobe",
         "kprobe", "", CLASS_LOCKDOWN, "", "(that helper)", 0},
        {"lockdown:confidentiality", "", VERDICT_REJECTED, CLASS_HELPER, "unknown func bpf_get_ns#4", "kprobe",
         "kprobe", "", CLASS_HELPER, "", "", 0},
        {"lockdown:integrity", "", VERDICT_PASS, CLASS_NONE, "", "kprobe", "kprobe", READ_KERNEL, CLASS_NONE, "", "",
         0},
        /* nobody asked for it: it stays what the kernel should not have said */
        {"lsm:bpf", "", VERDICT_PASS, CLASS_NONE, "", "kprobe", "kprobe", READ_KERNEL, CLASS_NONE, "", "", 1},
        {"lockdown:integrity", "", VERDICT_PASS, CLASS_NONE, "", "kprobe", "kprobe", "WARNING: at x", CLASS_NONE, "",
         "", 1},

        {"", "lockdown,yama", VERDICT_SILENT, CLASS_NONE, "no event", "lsm", "lsm/x", "", CLASS_NONE,
         "as it was built (CONFIG_LSM)", "env=lsm:bpf", 0},
        {"lsm:none", "", VERDICT_SILENT, CLASS_NONE, "no event", "lsm", "lsm.s/x", "", CLASS_NONE,
         "(lsm:none of the row)", "env=lsm:bpf", 0},
        {"", "", VERDICT_SILENT, CLASS_NONE, "no event", "lsm", "lsm/x", "", CLASS_NONE, "", "", 0},
        {"", "yama,bpf,ipe", VERDICT_SILENT, CLASS_NONE, "no event", "lsm", "lsm/x", "", CLASS_NONE, "", "", 0},
        {"lsm:bpf", "yama", VERDICT_SILENT, CLASS_NONE, "no event", "lsm", "lsm/x", "", CLASS_NONE, "", "", 0},
        {"lsm:none", "", VERDICT_SILENT, CLASS_NONE, "no event", "kprobe", "kprobe/x", "", CLASS_NONE, "", "", 0},
        {"lsm:none", "", VERDICT_PASS, CLASS_NONE, "", "lsm", "lsm/x", "", CLASS_NONE, "", "", 0},
        /* these hang on a cgroup, and are called wherever bpf stands */
        {"lsm:none", "", VERDICT_SILENT, CLASS_NONE, "no event", "lsm", "lsm_cgroup/x", "", CLASS_NONE, "", "", 0},

        {"lsm:none", "", VERDICT_REJECTED, CLASS_PERMISSION, "EPERM", "kprobe", "kprobe/x", "", CLASS_PERMISSION, "",
         "the row asks for env=lsm:none", 0},
        {"tracefs:none", "", VERDICT_REJECTED, CLASS_ATTACH_TARGET,
         "failed to determine tracepoint 'a/b' perf event ID", "tracepoint", "tp/x/y", "", CLASS_ATTACH_TARGET, "",
         "no tracefs is mounted there, which has the number that a tracepoint is attached by", 0},
        {"namespace:mount", "", VERDICT_REJECTED, CLASS_ATTACH_TARGET,
         "failed to determine tracepoint 'a/b' perf event ID", "tracepoint", "tp/x/y", "", CLASS_ATTACH_TARGET, "",
         "no tracefs is mounted there", 0},
        {"namespace:pid", "", VERDICT_REJECTED, CLASS_ATTACH_TARGET,
         "failed to determine tracepoint 'a/b' perf event ID", "tracepoint", "tp/x/y", "", CLASS_ATTACH_TARGET, "",
         "the row asks for env=namespace:pid", 0},
        {"tracefs:none", "", VERDICT_REJECTED, CLASS_ATTACH_TARGET, "ENOENT", "tracepoint", "tp/x/y", "",
         CLASS_ATTACH_TARGET, "", "the row asks for env=tracefs:none", 0},
        {"lsm:none", "", VERDICT_REJECTED, CLASS_ATTACH_TARGET, "ENOENT", "tracepoint", "tp/x/y", "",
         CLASS_ATTACH_TARGET, "", "", 0},
        {"", "", VERDICT_REJECTED, CLASS_PERMISSION, "EPERM", "kprobe", "kprobe/x", "", CLASS_PERMISSION, "", "", 0},
};

START_TEST(circumstances_are_named)
{
	struct kernel_circumstances k = {.lsm = cases[_i].lsm};
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);
	struct result_program *p = result_add_program(c);
	cleanup_buf struct buf why = {0};

	if (*cases[_i].asked)
		ck_assert(circumstances_parse(cases[_i].asked, &k.asked, &why));
	c->verdict = cases[_i].verdict;
	c->class = cases[_i].class;
	text_set(&c->reason, cases[_i].reason);
	text_set(&p->type, cases[_i].type);
	text_set(&p->section, cases[_i].section);
	p->attached = true;
	if (*cases[_i].said)
		strings_add(&c->kernel_said, cases[_i].said);
	judge_circumstances(c, &k);
	ck_assert_int_eq(c->verdict, cases[_i].verdict);
	ck_assert_int_eq(c->class, cases[_i].becomes);
	ck_assert_msg(!strncmp(c->reason, cases[_i].reason, strlen(cases[_i].reason)), "%s", c->reason);
	ck_assert_msg(*cases[_i].reason_has ? strstr(c->reason, cases[_i].reason_has) != NULL
	                                    : !strcmp(c->reason, cases[_i].reason),
	              "%s", c->reason);
	ck_assert_msg(*cases[_i].advice_has ? strstr(c->advice, cases[_i].advice_has) != NULL : !*c->advice, "%s",
	              c->advice);
	ck_assert_uint_eq(c->kernel_said.count, cases[_i].left);
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(circumstances_are_named, cases),
	};

	return suite_run("judge_circumstance", tests, COUNT(tests));
}
