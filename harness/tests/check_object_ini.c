/* SPDX-License-Identifier: BSD-2-Clause */
/* object_ini: the grammar, and that every mistake is named with its line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/object/object_ini.h"
#include "tests/suite.h"

static const char whole[] = "; comment\n"
                            "# comment\n"
                            "[object]\n"
                            "description = reads comm at a fixed place ; why not\n"
                            "event = event\n"
                            "source = ringbuf\n"
                            "workload = exec , exec\n"
                            "control = yes\n"
                            "\n"
                            "  [expect]\r\n"
                            "default = pass\n"
                            "   moved   task_struct.comm  =  wrong | degraded \n"
                            "missing task_struct.nope = rejected:relocation\n"
                            "exists bpf_foo = degraded\n"
                            "kernel 5.10-* = rejected:map-type|rejected:helper\n"
                            "since 6.2 = degraded\n"
                            "before 5.15 = rejected";

START_TEST(a_whole_file_is_understood)
{
	static const struct {
		enum expect_condition kind;
		const char *condition, *argument, *verdict;
		unsigned line;
	} rules[] = {
	        {EXPECT_DEFAULT, "default", "", "pass", 11},
	        {EXPECT_MOVED, "moved task_struct.comm", "task_struct.comm", "wrong|degraded", 12},
	        {EXPECT_MISSING, "missing task_struct.nope", "task_struct.nope", "rejected:relocation", 13},
	        {EXPECT_EXISTS, "exists bpf_foo", "bpf_foo", "degraded", 14},
	        {EXPECT_KERNEL, "kernel 5.10-*", "5.10-*", "rejected:map-type|rejected:helper", 15},
	        {EXPECT_SINCE, "since 6.2", "6.2", "degraded", 16},
	        {EXPECT_BEFORE, "before 5.15", "5.15", "rejected", 17},
	};
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(object_ini_parse(whole, "x.ini", &ini, &err) == 0, "%s", err.text);
	ck_assert_str_eq(ini.description, "reads comm at a fixed place");
	ck_assert_str_eq(ini.event, "event");
	ck_assert_int_eq(ini.source, SOURCE_RINGBUF);
	ck_assert_uint_eq(ini.workloads, WORKLOAD_BIT(WORKLOAD_EXEC));
	ck_assert(ini.control);
	ck_assert_uint_eq(ini.rule_count, sizeof(rules) / sizeof(*rules));
	for (size_t i = 0; i < ini.rule_count; i++) {
		ck_assert_int_eq(ini.rules[i].kind, rules[i].kind);
		ck_assert_str_eq(ini.rules[i].condition, rules[i].condition);
		ck_assert_str_eq(ini.rules[i].argument, rules[i].argument);
		ck_assert_str_eq(ini.rules[i].verdict, rules[i].verdict);
		ck_assert_uint_eq(ini.rules[i].line, rules[i].line);
	}
}
END_TEST

static const char settings_text[] = "[object]\n"
                                    "workload = exec, file,tcp\n"
                                    "mechanism = a field exists\n"
                                    "perfbuf_fallback = events\n"
                                    "[rodata]\n"
                                    "min_us = 0x10\n"
                                    "name = a b ; comment\n"
                                    "[maps]\n"
                                    "start.max_entries = 4294967295\n"
                                    "stack.key_size = 4\n"
                                    "stack.value_size = 1016\n"
                                    "start.type = lru_hash\n"
                                    "outer.inner = proto\n"
                                    ".rodata.x.pin = no\n"
                                    "arena.autocreate = no\n"
                                    "execs.key = pid\n"
                                    "execs.value = comm\n"
                                    "[programs]\n"
                                    "a.autoload = yes\n"
                                    "a.attach_to = /lib/libc.so.6:malloc\n"
                                    "b.type = xdp\n";

static const char layout_text[] = "[event]\n"
                                  "layout = {\n"
                                  "    __u64 ts;\n"
                                  "    struct { __u32 pid; } task; char comm[16]; }\n"
                                  "[expect]\n"
                                  "default = wrong\n";

START_TEST(a_layout_may_go_over_several_lines)
{
	cleanup_object_ini struct object_ini ini = {0}, bad = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(object_ini_parse(layout_text, "x.ini", &ini, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(ini.setting_count, 1);
	ck_assert_int_eq(ini.settings[0].key, SETTING_EVENT_LAYOUT);
	ck_assert_str_eq(ini.settings[0].value, "{\n    __u64 ts;\n    struct { __u32 pid; } task; char comm[16]; }");
	ck_assert_uint_eq(ini.rules[0].line, 6);
	object_ini_free(&ini);
	ck_assert_int_eq(object_ini_parse("[event]\nlayout = { u32 a; } ; as it is\n[expect]\ndefault = wrong\n",
	                                  "x.ini", &ini, &err),
	                 0);
	ck_assert_str_eq(ini.settings[0].value, "{ u32 a; }");
	ck_assert_uint_eq(ini.rules[0].line, 4);
	ck_assert_int_ne(object_ini_parse("[event]\nlayout = { u32 a }\n", "x.ini", &bad, &err), 0);
	ck_assert_msg(strstr(err.text, "x.ini:2: layout is not a list of members"), "%s", err.text);
	error_clear(&err);
	ck_assert_int_ne(object_ini_parse("[event]\nlay = { u32 a; }\n", "x.ini", &bad, &err), 0);
	ck_assert_msg(strstr(err.text, "x.ini:2: unknown key \"lay\" in [event]; give layout"), "%s", err.text);
}
END_TEST

START_TEST(types_are_a_file_and_no_layout)
{
	cleanup_object_ini struct object_ini ini = {0}, bad = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(object_ini_parse("[event]\ntypes = my types.o\n", "x.ini", &ini, &err), 0);
	ck_assert_str_eq(ini.types, "my types.o");
	ck_assert_int_ne(object_ini_parse("[event]\ntypes = a.o\nlayout = { u32 a; }\n", "x.ini", &bad, &err), 0);
	ck_assert_msg(strstr(err.text, "x.ini:3: layout and types both say what an event is"), "%s", err.text);
	error_clear(&err);
	ck_assert_int_ne(object_ini_parse("[event]\ntypes =\n", "x.ini", &bad, &err), 0);
	ck_assert_msg(strstr(err.text, "x.ini:2: a value is missing"), "%s", err.text);
}
END_TEST

START_TEST(what_is_said_of_output_is_kept_in_its_order)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(
	        object_ini_parse("[output]\nformat = json\nwhen type = exec\npid = process.pid\n", "x.ini", &ini, &err),
	        0);
	ck_assert_uint_eq(ini.setting_count, 3);
	for (size_t i = 0; i < ini.setting_count; i++)
		ck_assert_int_eq(ini.settings[i].key, SETTING_OUTPUT);
	ck_assert_str_eq(ini.settings[1].name, "when type");
	ck_assert_str_eq(ini.settings[2].value, "process.pid");
}
END_TEST

START_TEST(settings_are_taken_in_their_order)
{
	static const struct {
		enum setting_key key;
		const char *name, *value;
	} expected[] = {
	        {SETTING_PERFBUF_FALLBACK, "", "events"}, {SETTING_RODATA, "min_us", "0x10"},
	        {SETTING_RODATA, "name", "a b"},          {SETTING_MAP_MAX_ENTRIES, "start", "4294967295"},
	        {SETTING_MAP_KEY_SIZE, "stack", "4"},     {SETTING_MAP_VALUE_SIZE, "stack", "1016"},
	        {SETTING_MAP_TYPE, "start", "lru_hash"},  {SETTING_MAP_INNER, "outer", "proto"},
	        {SETTING_MAP_PIN, ".rodata.x", "no"},     {SETTING_MAP_AUTOCREATE, "arena", "no"},
	        {SETTING_MAP_KEY_NAME, "execs", "pid"},   {SETTING_MAP_VALUE_NAME, "execs", "comm"},
	        {SETTING_PROGRAM_AUTOLOAD, "a", "yes"},   {SETTING_PROGRAM_ATTACH_TO, "a", "/lib/libc.so.6:malloc"},
	        {SETTING_PROGRAM_TYPE, "b", "xdp"},
	};
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(object_ini_parse(settings_text, "x.ini", &ini, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(ini.workloads,
	                  WORKLOAD_BIT(WORKLOAD_EXEC) | WORKLOAD_BIT(WORKLOAD_FILE) | WORKLOAD_BIT(WORKLOAD_TCP));
	ck_assert_uint_eq(ini.setting_count, sizeof(expected) / sizeof(*expected));
	for (size_t i = 0; i < ini.setting_count; i++) {
		ck_assert_int_eq(ini.settings[i].key, expected[i].key);
		ck_assert_str_eq(ini.settings[i].name, expected[i].name);
		ck_assert_str_eq(ini.settings[i].value, expected[i].value);
	}
}
END_TEST

static const char *const harmless[] = {
        "",
        "\n\n",
        "\xef\xbb\xbf[object]\nevent = e\n",
        "[object]\r\nevent = e\r\n",
        "[expect]\n",
        "[object]\ncontrol = no\n[expect]\n[object]\nevent = e\n",
};

START_TEST(harmless_forms_are_accepted)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(object_ini_parse(harmless[_i], "x.ini", &ini, &err) == 0, "%s", err.text);
	ck_assert(ini.event && ini.description);
	ck_assert_int_eq(ini.source, SOURCE_AUTO);
	ck_assert_uint_eq(ini.workloads, 0);
	ck_assert_uint_eq(ini.rule_count, 0);
}
END_TEST

START_TEST(modules_and_sysctls_become_settings)
{
	static const char text[] = "[object]\nmodule = nf-conntrack , loop\n"
	                           "[sysctl]\nnet.ipv4.tcp_congestion_control = reno\n";
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(object_ini_parse(text, "x.ini", &ini, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(ini.setting_count, 3);
	ck_assert_int_eq(ini.settings[0].key, SETTING_MODULE);
	ck_assert_str_eq(ini.settings[0].value, "nf_conntrack");
	ck_assert_str_eq(ini.settings[1].value, "loop");
	ck_assert_int_eq(ini.settings[2].key, SETTING_SYSCTL);
	ck_assert_str_eq(ini.settings[2].name, "net/ipv4/tcp_congestion_control");
	ck_assert_str_eq(ini.settings[2].value, "reno");
}
END_TEST

static const struct {
	const char *text, *says;
} mistakes[] = {
        {"event = e\n", "x.ini:1: \"event\" comes before any section"},
        {"[objekt]\nevent = e\n", "x.ini:1: unknown section [objekt]"},
        {"[output]\nformat = xml\n", "x.ini:2: format is \"xml\""},
        {"[output]\nformat = json\n", "x.ini:2: [output]: give a field"},
        {"[output]\nformat = json\npid = pid\n[variant v]\noutput.pid = tid\n", "x.ini:5: "},
        {"[object\nevent = e\n", "x.ini:1: the section's name is not closed"},
        {"[object]\nevent\n", "x.ini:2: \"event\" is neither [section] nor key = value"},
        {"[object]\nrequire = none\n", "x.ini:2: require is \"none\"; give loaded, attached, ran, events or truth"},
        {"[object]\nevnt = e\n", "x.ini:2: unknown key \"evnt\""},
        {"[object]\nevent =\n", "x.ini:2: a value is missing"},
        {"[object]\nevent = a\nevent = b\n", "x.ini:3: \"event\" is given twice, first on line 2"},
        {"[object]\nsource = pipe\n", "x.ini:2: source \"pipe\" is unknown"},
        {"[object]\nworkload = exec, dance\n", "x.ini:2: workload \"dance\" is unknown"},
        {"[object]\nworkload = exec,\n", "x.ini:2: workload \"\" is unknown"},
        {"[object]\ncontrol = true\n", "x.ini:2: control is \"true\"; give yes or no"},
        {"[expect]\nmaybe x = pass\n", "x.ini:2: unknown condition \"maybe x\""},
        {"[expect]\ndefault now = pass\n", "x.ini:2: \"default\" takes no argument"},
        {"[expect]\nmoved = pass\n", "x.ini:2: \"moved\" needs one type.field"},
        {"[expect]\nmoved a.b c.d = pass\n", "x.ini:2: \"moved\" needs one type.field"},
        {"[expect]\nmoved task_struct = pass\n", "x.ini:2: \"moved\" needs one type.field"},
        {"[expect]\nmissing a b = pass\n", "x.ini:2: \"missing\" needs one type, type.field or CONFIG_OPTION"},
        {"[object]\nevent = struct event\n", "x.ini:2: event is \"struct event\"; give the name of one struct"},
        {"[object]\n= 3\n", "x.ini:2: \"= 3\" is neither"},
        {"[expect]\nexists .comm = pass\n", "x.ini:2: \"exists\" needs one type"},
        {"[expect]\nkernel = pass\n", "x.ini:2: \"kernel\" needs a glob"},
        {"[expect]\nsince six = pass\n", "x.ini:2: \"since\" needs a kernel version"},
        {"[expect]\nbefore 6 = pass\n", "x.ini:2: \"before\" needs a kernel version"},
        {"[expect]\nbefore 6.1.5 = pass\n", "x.ini:2: \"before\" needs a kernel version"},
        {"[expect]\ndefault = great\n", "x.ini:2: \"great\" is not a verdict"},
        {"[expect]\ndefault = infra\n", "x.ini:2: infra cannot be expected"},
        {"[expect]\ndefault = rejected:weather\n", "x.ini:2: \"rejected:weather\" is not a verdict"},
        {"[expect]\ndefault = pass:helper\n", "x.ini:2: \"pass:helper\" is not a verdict"},
        {"[expect]\ndefault =\n", "x.ini:2: a verdict is missing"},
        {"[expect]\ndefault = pass|\n", "x.ini:2: a verdict is missing after the last |"},
        {"[object]\ncontrol = yes\n", "x.ini:2: a control has to fail somewhere"},
        {"[object]\ncontrol = yes\n[expect]\nsince 6.1 = pass|wrong\n", "x.ini:2: a control has to fail somewhere"},
        {"[object]\nevent = \x1b[2J\xff\nevent \x1b = 3\n", "unknown key \"event \\x1b\""},
        {"[object]\nmodule = loop,\n", "x.ini:2: module \"\" is not the name"},
        {"[object]\nmodule = a b\n", "x.ini:2: module \"a b\" is not the name"},
        {"[object]\nmodule = ../a\n", "x.ini:2: module \"../a\" is not the name"},
        {"[sysctl]\n../x = 1\n", "x.ini:2: \"../x\" is not a sysctl"},
        {"[sysctl]\nnet..x = 1\n", "x.ini:2: \"net..x\" is not a sysctl"},
        {"[sysctl]\nnet/x = 1\n", "x.ini:2: \"net/x\" is not a sysctl"},
        {"[sysctl]\nnet.x =\n", "x.ini:2: a value is missing"},
        {"[sysctl]\nnet.x = 1\nnet.x = 2\n", "x.ini:3: \"net.x\" is given twice"},
        {"[rodata]\nmin-us = 1\n", "x.ini:2: \"min-us\" is not the name of a variable"},
        {"[rodata]\nmin_us =\n", "x.ini:2: a value is missing"},
        {"[rodata]\na = 1\nb = 2\na = 3\n", "x.ini:4: \"a\" is given twice, first on line 2"},
        {"[maps]\nstart = 1\n", "x.ini:2: \"start\" is not NAME.ATTRIBUTE; the attributes in [maps] are max_entries"},
        {"[maps]\n.type = hash\n", "x.ini:2: \".type\" is not NAME.ATTRIBUTE"},
        {"[maps]\nstart.entries = 1\n", "x.ini:2: unknown attribute \"entries\" in [maps]; give max_entries"},
        {"[maps]\nstart.autoload = no\n", "x.ini:2: unknown attribute \"autoload\" in [maps]"},
        {"[maps]\nstart.max_entries = 0\n", "x.ini:2: \"0\" is not a number"},
        {"[maps]\nstart.max_entries = -1\n", "x.ini:2: \"-1\" is not a number"},
        {"[maps]\nstart.max_entries = 4294967296\n", "x.ini:2: \"4294967296\" is not a number"},
        {"[maps]\nstart.max_entries = 10k\n", "x.ini:2: \"10k\" is not a number"},
        {"[maps]\nstart.type = lru\n", "x.ini:2: \"lru\" is not a map type"},
        {"[maps]\nstart.pin = maybe\n", "x.ini:2: \"maybe\" is neither yes nor no"},
        {"[maps]\nouter.inner = a b\n", "x.ini:2: \"a b\" is not one word"},
        {"[programs]\na.type = perf\n", "x.ini:2: \"perf\" is not a program type"},
        {"[programs]\na.attach_type = tcx\n", "x.ini:2: \"tcx\" is not an attach type"},
        {"[programs]\na.priority = high\n", "x.ini:2: \"high\" is not a number"},
        {"[programs]\na.priority = -9999999999\n", "x.ini:2: \"-9999999999\" is not a number from -2147483648"},
        {"[programs]\na.frequency = -10\n", "x.ini:2: \"-10\" is not a number from 1"},
        {"[object]\nrun = tool\n", "x.ini:2: run is \"tool\"; give the path"},
        {"[object]\nrun = \"/usr/bin/tool\n", "x.ini:2: run is"},
        {"[programs]\na.attach_to =\n", "x.ini:2: \"\" is not one word"},
        {"[object]\nperfbuf_fallback = a b\n", "x.ini:2: perfbuf_fallback is \"a b\""},
        {"[rodata ]\na = 1\n", "x.ini:1: unknown section [rodata ]"},
        /* several at once, each in its place */
        {"[object]\nnonsense\nevnt = e\n[expect\n[expect]\ndefault = great\n", "x.ini:2: \"nonsense\""},
        {"[object]\nnonsense\nevnt = e\n[expect\n[expect]\ndefault = great\n", "\nx.ini:3: unknown key \"evnt\""},
        {"[object]\nnonsense\nevnt = e\n[expect\n[expect]\ndefault = great\n", "\nx.ini:4: the section's name"},
        {"[object]\nnonsense\nevnt = e\n[expect\n[expect]\ndefault = great\n", "\nx.ini:6: \"great\" is not a verdict"},
};

START_TEST(mistakes_are_named_with_their_line)
{
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(object_ini_parse(mistakes[_i].text, "x.ini", &ini, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, mistakes[_i].says) != NULL, "\"%s\" lacks \"%s\"", err.text, mistakes[_i].says);
	ck_assert(strchr(err.text, '\x1b') == NULL);
	ck_assert(ini.event == NULL && ini.rule_count == 0);
}
END_TEST

/* One run of the harness tells all there is to mend. */
START_TEST(a_mistake_in_every_line_is_told_line_by_line)
{
	static const char *const lines[] = {
	        "nonsense",        "[objekt]",        "= 3",
	        "[object]",        "source = wire",   "workload = dance",
	        "x = y",           "control = maybe", "event = two words",
	        "[expect]",        "default = fine",  "before x = pass",
	        "moved a = wrong", "kernel = wrong",  "frobnicate x = pass",
	        "[maps]",          "a.size = 1",      "b.max_entries = many",
	        "[programs]",      ".attach_to = x",  "p.autoload = maybe",
	        "[rodata",
	};
	cleanup_object_ini struct object_ini ini = {0};
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};
	unsigned told = 0, wrong = 0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		buf_printf(&text, "%s\n", lines[i]);
	ck_assert_int_eq(object_ini_parse(buf_str(&text), "x.ini", &ini, &err), -EINVAL);
	for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		bool header = lines[i][0] == '[' && strchr(lines[i], ']') && strcmp(lines[i], "[objekt]");
		cleanup_free char *place = xasprintf("x.ini:%u: ", i + 1);

		ck_assert_msg(header == !strstr(err.text, place), "line %u, %s: %s", i + 1, lines[i], err.text);
		wrong += !header;
	}
	for (const char *at = err.text; (at = strstr(at, "x.ini:")); at++)
		told++;
	ck_assert_uint_eq(told, wrong);
}
END_TEST

/* inih reads lines of 200 bytes: a longer one must be refused, not split in two. */
START_TEST(a_line_is_never_split)
{
	for (size_t len = 150; len < 260; len++) {
		cleanup_object_ini struct object_ini ini = {0};
		cleanup_error struct error err = {0};
		cleanup_buf struct buf text = {0};
		int rc;

		buf_puts(&text, "[object]\ndescription = ");
		for (size_t i = 0; i < len; i++)
			buf_putc(&text, 'd');
		buf_puts(&text, "\nevent = e\n");
		rc = object_ini_parse(buf_str(&text), "x.ini", &ini, &err);
		if (rc == 0) {
			ck_assert_uint_eq(strlen(ini.description), len);
			ck_assert_str_eq(ini.event, "e");
		} else {
			ck_assert(strncmp(err.text, "x.ini:2: the line is longer than", 32) == 0);
			ck_assert_uint_gt(len, 170);
		}
	}
}
END_TEST

START_TEST(files_are_read)
{
	const char *tmp = getenv("TMPDIR");
	cleanup_free char *dir = xasprintf("%s/check_object_ini.XXXXXX", tmp ? tmp : "/tmp");
	cleanup_free char *path = NULL;
	cleanup_error struct error err = {0};
	cleanup_object_ini struct object_ini ini = {0};

	ck_assert(mkdtemp(dir) != NULL);
	path = xasprintf("%s/x.ini", dir);
	ck_assert_int_eq(object_ini_read(path, &ini, &err), -ENOENT);
	ck_assert_str_eq(ini.event, "");
	object_ini_free(&ini);
	ck_assert_int_eq(io_replace_file(path, "[object]\0event = e", 18, &err), 0);
	ck_assert_int_eq(object_ini_read(path, &ini, &err), -EINVAL);
	ck_assert(strstr(err.text, "NUL byte") != NULL);
	ck_assert_int_eq(io_replace_file(path, whole, strlen(whole), &err), 0);
	ck_assert_int_eq(object_ini_read(path, &ini, &err), 0);
	ck_assert_uint_eq(ini.rule_count, 7);
	ck_assert_int_eq(io_remove_tree(dir, &err), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(a_whole_file_is_understood),
	        TEST(a_layout_may_go_over_several_lines),
	        TEST(types_are_a_file_and_no_layout),
	        TEST(what_is_said_of_output_is_kept_in_its_order),
	        TEST(settings_are_taken_in_their_order),
	        TEST(modules_and_sysctls_become_settings),
	        EACH(harmless_forms_are_accepted, harmless),
	        EACH(mistakes_are_named_with_their_line, mistakes),
	        TEST(a_mistake_in_every_line_is_told_line_by_line),
	        TEST(a_line_is_never_split),
	        TEST(files_are_read),
	};

	return suite_run("object_ini", tests, COUNT(tests));
}
