/* SPDX-License-Identifier: BSD-2-Clause */
/* output_rule: lines that a loader prints, read by what [output] of its ini says; and what is wrong with that. */
#include <string.h>

#include "wire/output_rule.h"
#include "tests/suite.h"

#define MAX_KEYS 4

static const struct {
	const char *keys[MAX_KEYS][2];
	const char *line;
	const char *values; /* name=value of each, a blank between two; NULL: it is no event */
} lines[] = {
        {{{"format", "json"}, {"pid", "pid"}}, "{\"pid\": 7}", "pid=7"},
        {{{"format", "json"}, {"pid", "process.pid"}, {"comm", "process.binary:basename"}},
         "{\"process\":{\"pid\":7,\"binary\":\"/bin/cat\"}}",
         "pid=7 comm=cat"},
        {{{"format", "json"}, {"pid", "pid"}, {"when type", "exec"}}, "{\"type\":\"exec\",\"pid\":7}", "pid=7"},
        {{{"format", "json"}, {"pid", "pid"}, {"when type", "exec"}}, "{\"type\":\"exit\",\"pid\":7}", NULL},
        {{{"format", "json"}, {"pid", "pid"}, {"when type", "exec"}}, "{\"pid\":7}", NULL},
        {{{"format", "json"}, {"pid", "pid"}}, "{\"comm\":\"x\"}", NULL},
        {{{"format", "json"}, {"pid", "pid"}, {"comm", "comm"}}, "{\"pid\":7}", "pid=7"},
        {{{"format", "json"}, {"pid", "pid"}}, "Attaching 3 probes...", NULL},
        {{{"format", "json"}, {"pid", "pid"}}, "{\"pid\":", NULL},
        {{{"format", "json"}, {"ok", "ok"}, {"big", "big"}},
         "{\"ok\":true,\"big\":18014398509481985}",
         "ok=1 big=18014398509481985"},
        {{{"line", "^(?<comm>\\S+) +(?<pid>\\d+)"}}, "cat              12     1   0 /bin/cat", "comm=cat pid=12"},
        {{{"line", "^(?<comm>\\S+) +(?<pid>\\d+)"}}, "PCOMM            PID    PPID", NULL},
        /* a blank in a name; groups without a name are counted; a bracket is as it stands */
        {{{"line", "^(.{16}) (x)?(?<pid>[0-9]+) (?<comm>[^(]+)$"}}, "cm) R 1 2 (x-an  12 a b", "pid=12 comm=a b"},
        {{{"line", "^(?<comm>.{16}) +(?<pid>\\d+)"}}, "cat              12 x", "comm=cat pid=12"},
        {{{"line", "^\\((?<pid>\\d+)\\)$"}}, "(12)", "pid=12"},
        {{{"line", "^(?<uid>x)|(?<pid>\\d+)"}}, "12", "pid=12"},
        {{{"format", "json"}, {"pid", "pid"}, {"when type", "exec|fork"}}, "{\"type\":\"fork\",\"pid\":7}", "pid=7"},
        {{{"format", "json"}, {"pid", "pid"}, {"when type", "exec|fork"}}, "{\"type\":\"for\",\"pid\":7}", NULL},
        {{{"format", "json"}, {"pid", "pid"}, {"when type", "exec|fork"}}, "{\"type\":\"\",\"pid\":7}", NULL},
        {{{"format", "json"}, {"comm", "p.args.1:basename"}}, "{\"p\":{\"args\":[1,\"/bin/cat\"]}}", "comm=cat"},
        {{{"format", "json"}, {"comm", "args.2"}}, "{\"args\":[1,\"/bin/cat\"]}", NULL},
        /* a line within a member, as bpftrace's */
        {{{"format", "json"}, {"when type", "printf"}, {"line data", "^(?<pid>\\d+) +(?<comm>\\S+)$"}},
         "{\"type\": \"printf\", \"data\": \"12    cat\\n\"}",
         "pid=12 comm=cat"},
        {{{"format", "json"}, {"when type", "printf"}, {"line data", "^(?<pid>\\d+)$"}},
         "{\"type\": \"printf\", \"data\": \"PID\\n\"}",
         NULL},
        {{{"format", "json"}, {"uid", "uid"}, {"line data", "^(?<pid>\\d+)$"}},
         "{\"uid\": 5, \"data\": \"7\"}",
         "uid=5 pid=7"},
        {{{"format", "json"}, {"uid", "uid"}, {"line data", "^(?<pid>\\d+)$"}}, "{\"uid\": 5}", NULL},
        {{{"from", "file /run/x"}, {"line", "^(?<pid>\\d+)$"}}, "7", "pid=7"},
};

START_TEST(a_line_is_read)
{
	cleanup_output_rules struct output_rules rules = {0};
	cleanup_buf struct buf why = {0}, out = {0};
	bool fits;

	for (size_t i = 0; i < MAX_KEYS && lines[_i].keys[i][0]; i++)
		ck_assert_msg(output_rules_add(&rules, lines[_i].keys[i][0], lines[_i].keys[i][1], &why), "%s",
		              buf_str(&why));
	ck_assert_msg(output_rules_check(&rules, &why), "%s", buf_str(&why));
	fits = output_rules_read(&rules, lines[_i].line, &out);
	ck_assert_int_eq(fits, lines[_i].values != NULL);
	for (size_t i = 0, name = 1; i < out.len; i++)
		if (!out.data[i]) {
			out.data[i] = name ? '=' : ' ';
			name = !name;
		}
	if (out.len)
		out.data[--out.len] = '\0';
	ck_assert_str_eq(buf_str(&out), lines[_i].values ? lines[_i].values : "");
}
END_TEST

static const struct {
	const char *keys[MAX_KEYS][2];
	const char *why;
} mistakes[] = {
        {{{"format", "xml"}}, "format is \"xml\"; it can be json, else give line"},
        {{{"line", "("}}, "line is \"(\": "},
        {{{"line", "(?<a>x)"}, {"line", "x"}}, "\"line\" is given twice"},
        {{{"pid", ""}}, "a value is missing after \"pid =\""},
        {{{"pid", "pid"}}, "[output]: \"pid\" names a member, which only format = json has"},
        {{{"format", "json"}}, "[output]: give a field and the member that has it"},
        {{{"format", "json"}, {"line", "(?<pid>x)"}}, "[output]: give either format = json or line"},
        {{{"line", "x"}}, "[output]: line names no group"},
        {{{"line data", "(?<pid>x)"}}, "[output]: \"line data\" is about a member"},
        {{{"from", "file run/x"}}, "from is \"file run/x\"; it can be stdout, stderr, both, file /PATH"},
        {{{"from", "file"}}, "from is \"file\""},
        {{{"from", "stdout /x"}}, "from is \"stdout /x\""},
        {{{"from", "pipe"}}, "from is \"pipe\""},
        {{{"from", "stdout"}, {"from", "stderr"}}, "\"from\" is given twice"},
};

START_TEST(a_mistake_is_told)
{
	cleanup_output_rules struct output_rules rules = {0};
	cleanup_buf struct buf why = {0};
	bool good = true;

	for (size_t i = 0; i < MAX_KEYS && mistakes[_i].keys[i][0]; i++)
		good &= output_rules_add(&rules, mistakes[_i].keys[i][0], mistakes[_i].keys[i][1], &why);
	ck_assert(!good || !output_rules_check(&rules, &why));
	ck_assert_msg(!strncmp(buf_str(&why), mistakes[_i].why, strlen(mistakes[_i].why)), "%s", buf_str(&why));
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_line_is_read, lines),
	        EACH(a_mistake_is_told, mistakes),
	};

	return suite_run("output_rule", tests, COUNT(tests));
}
