/* SPDX-License-Identifier: BSD-2-Clause */
/* variant_section, object_variants: settings that take the place of others, and the objects that come of them. */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "host/lib/strings.h"
#include "host/object/object.h"
#include "host/object/object_variants.h"
#include "host/object/variant_section.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static const char whole[] = "[variant first]\n"
                            "rodata.level = 3\n"
                            "expect.before 5.8 = rejected\n"
                            "[object]\n"
                            "description = the plain one\n"
                            "workload = exec\n"
                            "[rodata]\n"
                            "level = 1\n"
                            "[maps]\n"
                            "events.max_entries = 4096\n"
                            "[expect]\n"
                            "default = pass\n"
                            "before 5.8 = unproven\n"
                            "since 6.1 = degraded\n"
                            "[variant second-2.0]\n"
                            "object.workload = file,tcp\n"
                            "object.require = events\n"
                            "programs.on_exec.autoload = no\n"
                            "maps.events.max_entries = 8192\n"
                            "expect.default = wrong\n"
                            "effect.exec = EPERM\n"
                            "budget.limit = 50%\n"
                            "kernel_said.allow = WARNING because it does\n"
                            "sysctl.net.ipv4.tcp_congestion_control = reno\n";

static const struct job_setting *setting(const struct object_ini *ini, enum setting_key key, const char *name)
{
	const struct job_setting *found = NULL;

	for (size_t i = 0; i < ini->setting_count; i++)
		if (ini->settings[i].key == key && !strcmp(ini->settings[i].name, name)) {
			ck_assert_msg(!found, "%s is set twice", name);
			found = &ini->settings[i];
		}
	return found;
}

static const char *value_of(const struct object_ini *ini, enum setting_key key, const char *name)
{
	const struct job_setting *s = setting(ini, key, name);

	return s ? s->value : "none";
}

static const char *rule(const struct object_ini *ini, size_t i)
{
	ck_assert_uint_lt(i, ini->rule_count);
	return ini->rules[i].condition;
}

START_TEST(a_line_of_a_variant_takes_the_place_of_another)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};
	const struct object_ini *first, *second;

	ck_assert_msg(!object_ini_parse(whole, "x.ini", &ini, &err), "%s", err.text);
	ck_assert_ptr_null(ini.variant);
	ck_assert_uint_eq(ini.variant_count, 2);
	ck_assert_str_eq(value_of(&ini, SETTING_RODATA, "level"), "1");
	ck_assert_uint_eq(ini.rule_count, 3);
	ck_assert_uint_eq(ini.budget_count + ini.allowed_count, 0);
	first = &ini.variants[0];
	second = &ini.variants[1];
	ck_assert_str_eq(first->variant, "first");
	ck_assert_uint_eq(first->variant_count, 0);
	ck_assert_str_eq(value_of(first, SETTING_RODATA, "level"), "3");
	ck_assert_str_eq(value_of(first, SETTING_MAP_MAX_ENTRIES, "events"), "4096");
	ck_assert_str_eq(first->description, "the plain one");
	ck_assert(first->workloads == ini.workloads);
	ck_assert_str_eq(second->variant, "second-2.0");
	ck_assert_str_eq(value_of(second, SETTING_RODATA, "level"), "1");
	ck_assert_str_eq(value_of(second, SETTING_MAP_MAX_ENTRIES, "events"), "8192");
	ck_assert_str_eq(value_of(second, SETTING_PROGRAM_AUTOLOAD, "on_exec"), "no");
	ck_assert_str_eq(value_of(second, SETTING_SYSCTL, "net/ipv4/tcp_congestion_control"), "reno");
	ck_assert(second->workloads != ini.workloads);
	ck_assert_int_eq(second->require, EVIDENCE_EVENTS);
	ck_assert_uint_eq(second->budget_count, 1);
	ck_assert_uint_eq(second->allowed_count, 1);
}
END_TEST

/* The last rule that holds decides, so a variant's come last, wherever it stands in the file. */
START_TEST(rules_of_a_variant_come_last)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};
	const struct object_ini *first, *second;

	ck_assert_msg(!object_ini_parse(whole, "x.ini", &ini, &err), "%s", err.text);
	first = &ini.variants[0];
	second = &ini.variants[1];
	ck_assert_uint_eq(first->rule_count, 3);
	ck_assert_str_eq(rule(first, 0), "default");
	ck_assert_str_eq(rule(first, 1), "since 6.1");
	ck_assert_str_eq(rule(first, 2), "before 5.8");
	ck_assert_str_eq(first->rules[2].verdict, "rejected");
	ck_assert_uint_eq(first->rules[2].line, 3);
	ck_assert_uint_eq(second->rule_count, 3);
	ck_assert_str_eq(rule(second, 2), "default");
	ck_assert_str_eq(second->rules[2].verdict, "wrong");
}
END_TEST

START_TEST(a_variant_may_be_the_first_to_expect_something)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!object_ini_parse("[variant a]\nexpect.default = wrong\n", "x.ini", &ini, &err), "%s", err.text);
	ck_assert(!ini.expects);
	ck_assert(ini.variants[0].expects);
}
END_TEST

static const struct {
	const char *text, *says;
} mistakes[] = {
        {"[variant]\nrodata.a = 1\n", "x.ini:1: [variant] has no good name"},
        {"[variant a b]\nrodata.a = 1\n", "x.ini:1: [variant a b] has no good name"},
        {"[variant ../a]\nrodata.a = 1\n", "x.ini:1: [variant ../a] has no good name"},
        {"[variant a@b]\nrodata.a = 1\n", "x.ini:1: [variant a@b] has no good name"},
        {"[variant aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\nrodata.a = 1\n", "has no good name"},
        {"[variant plain]\nrodata.a = 1\n", "x.ini:1: \"plain\" is the object without a variant"},
        {"[variant a]\nrodata.a = 1\n[variant a]\nrodata.a = 2\n",
         "x.ini:3: [variant a] is given twice, first on line 1"},
        {"[variants]\nrodata.a = 1\n", "x.ini:1: unknown section [variants]"},
        {"[variant a]\n", "x.ini:1: [variant a] changes nothing"},
        {"[variant a]\nlevel = 1\n", "x.ini:2: unknown key \"level\" in [variant a]; give SECTION.KEY"},
        {"[variant a]\nrodata. = 1\n", "x.ini:2: unknown key \"rodata.\" in [variant a]"},
        {"[variant a]\nrodate.b = 1\n", "x.ini:2: unknown key \"rodate.b\" in [variant a]"},
        {"[variant a]\nevent.line = {pid}\n", "x.ini:2: unknown key \"event.line\" in [variant a]"},
        {"[variant a]\nvariant.b = 1\n", "x.ini:2: unknown key \"variant.b\" in [variant a]"},
        {"[variant a]\nobject.evnt = e\n", "x.ini:2: unknown key \"evnt\" in [object]"},
        {"[variant a]\nobject.workload = dance\n", "x.ini:2: workload \"dance\" is unknown"},
        {"[variant a]\nrodata.b = 1\nrodata.b = 2\n", "x.ini:3: \"b\" is given twice, first on line 2"},
        {"[variant a]\nobject.event = b\nobject.event = c\n", "x.ini:3: \"event\" is given twice, first on line 2"},
        {"[variant a]\nexpect.default = great\n", "x.ini:2: \"great\" is not a verdict"},
        {"[object]\ncontrol = yes\n[expect]\ndefault = wrong\n[variant a]\nexpect.default = pass\n",
         "x.ini:5: a control has to fail somewhere"},
        {"[rodata]\nb = 1\n[variant a]\nmaps.m.type = lru\n[variant c]\nmaps.m.pin = maybe\n",
         "x.ini:4: \"lru\" is not a map type"},
        {"[rodata]\nb = 1\n[variant a]\nmaps.m.type = lru\n[variant c]\nmaps.m.pin = maybe\n",
         "\nx.ini:6: \"maybe\" is neither"},
};

START_TEST(mistakes_are_named_with_their_line)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(object_ini_parse(mistakes[_i].text, "x.ini", &ini, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, mistakes[_i].says) != NULL, "\"%s\" lacks \"%s\"", err.text, mistakes[_i].says);
	ck_assert_uint_eq(ini.variant_count, 0);
}
END_TEST

/* What is wrong in a line that variants share is told once. */
START_TEST(a_mistake_is_told_once)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(object_ini_parse("[object]\nsource = pipe\n[variant a]\nrodata.b = 1\n[variant c]\nd = 1\n",
	                                  "x.ini", &ini, &err),
	                 -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "x.ini:2: source \"pipe\" is unknown"));
	ck_assert_ptr_null(strstr(strchr(err.text, '\n') + 1, "x.ini:2:"));
	ck_assert_ptr_nonnull(strstr(err.text, "\nx.ini:6: unknown key \"d\""));
}
END_TEST

/* ---- the objects ---- */

static char *object_file(const char *name)
{
	Elf64_Ehdr h = {.e_type = ET_REL, .e_machine = EM_BPF, .e_version = EV_CURRENT, .e_ehsize = sizeof(h)};

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	return scratch_file(name, &h, sizeof(h));
}

static void read_two(struct object_list *list, char **directory)
{
	cleanup_free char *a = object_file("a.bpf.o"), *b = object_file("b.bpf.o");
	cleanup_free char *ini = scratch_file("a.ini", whole, sizeof(whole) - 1);
	cleanup_error struct error err = {0};

	*directory = xstrndup(a, (size_t)(io_basename(a) - a));
	ck_assert_msg(!object_list_read((char *const[]){a, b}, 2, list, &err), "%s", err.text);
}

static const struct {
	const char *glob, *names;
} choices[] = {
        {NULL, "a a+first a+second-2.0 b"},
        {"plain", "a b"},
        {"first", "a+first"},
        {"*i*", "a a+first b"},
        {"second*", "a+second-2.0"},
        {"*", "a a+first a+second-2.0 b"},
};

START_TEST(variants_follow_their_object)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *directory = NULL;
	cleanup_error struct error err = {0};
	cleanup_buf struct buf names = {0};

	read_two(&list, &directory);
	ck_assert_msg(!object_list_vary(&list, choices[_i].glob, &err), "%s", err.text);
	for (size_t i = 0; i < list.count; i++)
		buf_printf(&names, "%s%s", i ? " " : "", list.at[i].name);
	ck_assert_str_eq(buf_str(&names), choices[_i].names);
}
END_TEST

START_TEST(a_variant_is_the_same_object_to_the_guest)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *directory = NULL;
	cleanup_error struct error err = {0};
	struct job_object plain, first;

	read_two(&list, &directory);
	ck_assert(!object_list_vary(&list, NULL, &err));
	object_list_mark(&list, "1.5.0");
	ck_assert_str_eq(list.at[1].name, "a+first@1.5.0");
	ck_assert_str_eq(list.at[1].sha256, list.at[0].sha256);
	ck_assert_str_eq(list.at[1].ini_path, list.at[0].ini_path);
	plain = object_to_job(&list.at[0], NULL);
	first = object_to_job(&list.at[1], NULL);
	ck_assert_str_eq(first.name, "a");
	ck_assert_str_eq(plain.name, "a");
	ck_assert_uint_eq(first.size, plain.size);
	ck_assert_mem_eq(first.bytes, plain.bytes, plain.size);
	job_object_free(&plain);
	job_object_free(&first);
}
END_TEST

START_TEST(each_is_chosen_by_words_of_its_own)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *directory = NULL, *quoted = NULL;
	cleanup_error struct error err = {0};
	static const char *const before[] = {"--variant plain ", "--variant first ", "--variant second-2.0 ", ""};

	read_two(&list, &directory);
	ck_assert(!object_list_vary(&list, NULL, &err));
	for (size_t i = 0; i < list.count; i++) {
		cleanup_free char *path = shell_quote(list.at[i].path), *words = object_words(&list.at[i]);
		cleanup_free char *wanted = xasprintf("%s%s", before[i], path);

		ck_assert_str_eq(words, wanted);
	}
}
END_TEST

START_TEST(an_unknown_variant_is_told_with_those_there_are)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *directory = NULL;
	cleanup_error struct error err = {0};

	read_two(&list, &directory);
	ck_assert_int_lt(object_list_vary(&list, "third", &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_ptr_nonnull(
	        strstr(err.text, "--variant third: no object has such a variant (there is plain, first,"));
}
END_TEST

START_TEST(a_file_that_is_called_as_a_variant_is_refused)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *a = object_file("a.bpf.o"), *b = object_file("a+first.bpf.o");
	cleanup_free char *ini = scratch_file("a.ini", whole, sizeof(whole) - 1);
	cleanup_error struct error err = {0};

	ck_assert(!object_list_read((char *const[]){a, b}, 2, &list, &err));
	ck_assert_int_lt(object_list_vary(&list, NULL, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "are both called a+first"));
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("section"),
	        TEST(a_line_of_a_variant_takes_the_place_of_another),
	        TEST(rules_of_a_variant_come_last),
	        TEST(a_variant_may_be_the_first_to_expect_something),
	        EACH(mistakes_are_named_with_their_line, mistakes),
	        TEST(a_mistake_is_told_once),
	        GROUP("objects", .open = scratch_setup, .close = scratch_teardown),
	        EACH(variants_follow_their_object, choices),
	        TEST(a_variant_is_the_same_object_to_the_guest),
	        TEST(each_is_chosen_by_words_of_its_own),
	        TEST(an_unknown_variant_is_told_with_those_there_are),
	        TEST(a_file_that_is_called_as_a_variant_is_refused),
	};

	return suite_run("variants", tests, COUNT(tests));
}
