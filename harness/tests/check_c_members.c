/* SPDX-License-Identifier: BSD-2-Clause */
/* c_members: members in C lie where a compiler puts them; what is not understood is named. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"
#include "wire/c_members.h"

static const struct {
	const char *text;
	const char *members; /* "path@offset:size" and a letter each: i, u (unsigned), b(ytes), o(ther) */
	uint32_t size;
} layouts[] = {
        {"{ __u64 ts; __u32 pid; char comm[16]; }", "ts@0:8u pid@8:4u comm@12:16b ", 32},
        {"{char a;int b;}", "a@0:1i b@4:4i ", 8},
        {"{ unsigned long long a, b; }", "a@0:8u b@8:8u ", 16},
        {"{ u8 a; u16 b; u8 c; }", "a@0:1u b@2:2u c@4:1u ", 6},
        {"{ const char *name; bool ok; }", "name@0:8u ok@8:1u ", 16},
        {"{ pid_t pid; int x[3]; long y; };", "pid@0:4i x@4:12o y@16:8i ", 24},
        {"{ u8 kind; struct { u32 pid; u64 when; } task; u8 end; }",
         "kind@0:1u task.pid@8:4u task.when@16:8u end@24:1u ", 32},
        {"{ struct { u16 a; struct { u8 b; } in; }; u8 c; }", "a@0:2u in.b@2:1u c@4:1u ", 6},
        {"{ unsigned x; unsigned char y[2][3]; }", "x@0:4u y@4:6b ", 12},
        {"{ u8 a; struct { u8 x; u64 b; } in; u16 c; } __attribute__((packed));", "a@0:1u in.x@1:1u in.b@2:8u c@10:2u ",
         12},
};

START_TEST(members_lie_where_a_compiler_puts_them)
{
	static const char letters[] = {[C_INTEGER] = 'i', [C_BYTES] = 'b', [C_OTHER] = 'o'};
	cleanup_buf struct buf why = {0}, said = {0};
	struct c_members m;

	ck_assert_msg(c_members_parse(layouts[_i].text, &m, &why), "%s", buf_str(&why));
	for (size_t i = 0; i < m.count; i++)
		buf_printf(&said, "%s@%" PRIu32 ":%" PRIu32 "%c ", m.at[i].path, m.at[i].offset, m.at[i].size,
		           m.at[i].kind == C_INTEGER && !m.at[i].is_signed ? 'u' : letters[m.at[i].kind]);
	ck_assert_str_eq(buf_str(&said), layouts[_i].members);
	ck_assert_uint_eq(m.size, layouts[_i].size);
	c_members_free(&m);
}
END_TEST

static const char *const mistakes[] = {
        "",
        "pid",
        "{ }",
        "{ u32 }",
        "{ u32 pid }",
        "{ u32 pid; ",
        "{ u32 pid; } more",
        "{ u32 pid; } __attribute__((packed)) more",
        "{ u32 pid; } __attribute__((aligned(8)))",
        "{ thing pid; }",
        "{ char comm[]; }",
        "{ char comm[0]; }",
        "{ char comm[99999999]; }",
        "{ char comm[16; }",
        "{ struct task t; }",
        "{ struct { u32 a; } }",
        "{ struct { struct { struct { struct { struct { struct { struct { struct { struct { struct { u8 a; }; }; }; }; }; }; }; }; }; }; }",
};

START_TEST(a_mistake_is_named)
{
	cleanup_buf struct buf why = {0};
	struct c_members m;

	ck_assert(!c_members_parse(mistakes[_i], &m, &why));
	ck_assert_uint_gt(why.len, 0);
	c_members_free(&m);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(members_lie_where_a_compiler_puts_them, layouts),
	        EACH(a_mistake_is_named, mistakes),
	};

	return suite_run("c_members", tests, COUNT(tests));
}
