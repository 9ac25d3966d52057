/* SPDX-License-Identifier: BSD-2-Clause */
/* report_kinds: libbpf's names of sections, the table, and that progs/ has a program for each of them. */
#include <dirent.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/text.h"
#include "host/report/report_kinds.h"
#include "host/report/section_names.h"
#include "host/result/result.h"
#include "tests/render.h"
#include "tests/suite.h"

static struct strings names;

static void names_read(void)
{
	section_names_read(&names);
}

/* ---- names ---- */

static const struct {
	const char *section, *name; /* "": none */
} sections[] = {
        {"kprobe/do_exit", "kprobe"},
        {"?kprobe/do_exit", "kprobe"},
        {"kprobe", "kprobe"},
        {"kprobe.multi/do_*", "kprobe.multi"},
        {"uprobe//bin/bash:readline", "uprobe"},
        {"xdp", "xdp"},
        {"xdp/devmap", "xdp/devmap"},
        {"cgroup/sock", "cgroup/sock"},
        {"cgroup/sock_create", "cgroup/sock_create"},
        {"iter/task", "iter"},
        {"tp/sched/sched_switch", "tp"},
        {"tc", "tc"},
        {"kprobes/do_exit", ""},
        {".text", ""},
        {"", ""},
};

START_TEST(a_section_has_the_longest_name_that_fits)
{
	size_t found = section_name_find(&names, sections[_i].section);

	ck_assert_uint_gt(names.count, 80);
	ck_assert_str_eq(found < names.count ? names.at[found] : "", sections[_i].name);
}
END_TEST

/* ---- the table ---- */

static const char *const kernels[] = {"6.1-cloud", "6.12-cloud"};

static struct result_cell *cell_add(struct result *r, size_t kernel, const char *object, enum verdict verdict,
                                    enum evidence evidence)
{
	struct result_cell *c = result_add_cell(r);

	text_set(&c->kernel, kernels[kernel]);
	text_set(&c->object, object);
	c->verdict = verdict;
	c->evidence = evidence;
	return c;
}

static void program_add(struct result_cell *c, const char *section, enum evidence evidence)
{
	struct result_program *p = result_add_program(c);

	text_set(&p->name, "p");
	text_set(&p->section, section);
	p->attached = true;
	p->evidence = evidence;
}

static void object_add(struct result *r, const char *name, bool control)
{
	struct result_object *o = result_add_object(r);

	text_set(&o->name, name);
	o->control = control;
}

static struct result *result_make(void)
{
	struct result *r = result_new();
	struct result_cell *c;

	for (size_t k = 0; k < COUNT(kernels); k++) {
		struct result_kernel *to = result_add_kernel(r);

		text_set(&to->id, kernels[k]);
		text_set(&to->release, k ? "6.12.1-cloud-amd64" : "6.1.0-1-cloud-amd64");
	}
	object_add(r, "by_value", false);
	object_add(r, "by_effect", false);
	object_add(r, "by_success", false);
	object_add(r, "control", true);
	for (size_t k = 0; k < COUNT(kernels); k++) {
		c = cell_add(r, k, "by_value", VERDICT_PASS, EVIDENCE_TRUTH);
		program_add(c, "lwt_in", EVIDENCE_TRUTH);
		program_add(c, "lwt_out", EVIDENCE_TRUTH);
		program_add(c, "lwt_xmit", EVIDENCE_RAN); /* and nothing of it was compared */
		program_add(c, "iter/tcp", EVIDENCE_TRUTH);
		program_add(c, "iter/udp", k ? EVIDENCE_TRUTH : EVIDENCE_RAN);
		program_add(c, "freplace/f", EVIDENCE_ATTACHED);
		c = cell_add(r, k, "by_effect", k ? VERDICT_PASS : VERDICT_WRONG, EVIDENCE_TRUTH);
		text_set(&c->effects, "recv: ETIMEDOUT");
		program_add(c, "sk_msg", EVIDENCE_RAN);
		/* a call that comes off because of it, and would not otherwise */
		c = cell_add(r, k, "by_success", VERDICT_PASS, EVIDENCE_TRUTH);
		program_add(c, "sk_reuseport/migrate", EVIDENCE_RAN);
		program_add(c, "netfilter", EVIDENCE_ATTACHED); /* it took no part */
		c = cell_add(r, k, "control", VERDICT_PASS, EVIDENCE_TRUTH);
		program_add(c, "sk_lookup", EVIDENCE_TRUTH);
	}
	return r;
}

static const char *const rows[] = {
        "| section | proven by | on |\n|---|---|---|\n",
        "| `lwt_in`, `lwt_out` | `by_value` | all 2 kernels |\n| `lwt_xmit`, ",
        "| `iter/tcp` | `by_value` | all 2 kernels |\n| `iter/udp` | `by_value` | 6.12-cloud |\n| `iter.s`, ",
        "| `freplace` | `by_value` | all 2 kernels |\n",
        "| `sk_msg` | `by_effect` | 6.12-cloud |\n",
        "| `sk_reuseport/migrate` | `by_success` | all 2 kernels |\n",
        "`netfilter` | – | – |\n",
};

START_TEST(the_table_says_what_is_proven)
{
	struct result *r = result_make();
	cleanup_free char *text = render(report_kinds, r);
	const char *row = rows[_i], *at = strstr(text, "`sk_lookup`");

	ck_assert_msg(strstr(text, row), "no \"%s\" in\n%s", row, text);
	/* of a control only: in a row of those that nothing proves */
	ck_assert_ptr_nonnull(at);
	ck_assert_int_eq(strncmp(strstr(at, " | "), " | – | – |\n", strlen(" | – | – |\n")), 0);
	result_free(r);
}
END_TEST

/* ---- progs/ ---- */

/* What has no program there, and why. */
static const struct {
	const char *name, *why;
} without[] = {
        {"lirc_mode2", "no kernel of the list is built with CONFIG_BPF_LIRC_MODE2"},
        {"struct_ops.s", "what may sleep of the kinds that are there is called as they come and go"},
};

static bool is_without(const char *name)
{
	for (size_t i = 0; i < COUNT(without); i++)
		if (!strcmp(without[i].name, name))
			return true;
	return false;
}

/* Mark the names of the sections that a source has. */
static void source_read(const char *path, bool *seen)
{
	cleanup_buf struct buf text = {0};
	cleanup_error struct error err = {0};
	const char *at;

	ck_assert_msg(!io_read_file(path, 1 << 20, &text, &err), "%s", err.text);
	for (at = buf_str(&text); (at = strstr(at, "SEC(\""));) {
		cleanup_free char *section = NULL;

		at += strlen("SEC(\"");
		section = xstrndup(at, strcspn(at, "\""));
		seen[section_name_find(&names, section)] = true;
	}
}

START_TEST(every_section_has_a_program)
{
	bool seen[256] = {false};
	DIR *dir = opendir("progs");
	const struct dirent *entry;

	ck_assert_uint_lt(names.count, COUNT(seen));
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		cleanup_free char *path = xasprintf("progs/%s", entry->d_name);

		if (strstr(entry->d_name, ".bpf.c"))
			source_read(path, seen);
	}
	closedir(dir);
	for (size_t i = 0; i < names.count; i++)
		ck_assert_msg(seen[i] != is_without(names.at[i]), "SEC(\"%s\"): %s", names.at[i],
		              seen[i] ? "there is a program, so it is not without" : "progs/ has no program");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_section_has_the_longest_name_that_fits, sections),
	        EACH(the_table_says_what_is_proven, rows),
	        TEST(every_section_has_a_program),
	};

	names_read();
	return suite_run("report_kinds", tests, COUNT(tests));
}
