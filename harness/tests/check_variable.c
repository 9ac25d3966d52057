/* SPDX-License-Identifier: BSD-2-Clause */
/* variable: what a text becomes in a variable of each type, and what is refused. */
#include <errno.h>
#include <stdlib.h>

#include "agent/load/variable.h"
#include "tests/suite.h"

enum kind { U8, S16, U32, S64, U64, BOOL, CHARS, WORDS, BYTES, ENUM, WIDE, STRUCT, FLOAT, CONST_U8, KIND_COUNT };

static struct btf *btf;
static int types[KIND_COUNT];

static void types_make(void)
{
	int letter, byte;

	btf = btf__new_empty();
	types[U8] = byte = btf__add_int(btf, "unsigned char", 1, 0);
	letter = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	types[S16] = btf__add_int(btf, "short", 2, BTF_INT_SIGNED);
	types[U32] = btf__add_int(btf, "unsigned int", 4, 0);
	types[S64] = btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
	types[U64] = btf__add_int(btf, "unsigned long", 8, 0);
	types[BOOL] = btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL);
	types[CHARS] = btf__add_array(btf, types[U32], letter, 8);
	types[WORDS] = btf__add_array(btf, types[U32], types[S16], 3);
	types[BYTES] = btf__add_array(btf, types[U32], byte, 4);
	types[ENUM] = btf__add_enum(btf, "mode", 4);
	btf__add_enum_value(btf, "MODE_OFF", 0);
	btf__add_enum_value(btf, "MODE_ON", 7);
	types[WIDE] = btf__add_int(btf, "__int128", 16, BTF_INT_SIGNED);
	types[STRUCT] = btf__add_struct(btf, "s", 4);
	types[FLOAT] = btf__add_float(btf, "double", 8);
	types[CONST_U8] = btf__add_const(btf, btf__add_volatile(btf, btf__add_typedef(btf, "u8", byte)));
}

static void types_free(void)
{
	btf__free(btf);
}

static const struct {
	enum kind kind;
	const char *text;
	size_t size;
	const char *bytes; /* NULL: refused */
} cases[] = {
        {U8, "255", 1, "\xff"},
        {U8, "0x10", 1, "\x10"},
        {U8, "256", 1, NULL},
        {U8, "-1", 1, NULL},
        {U8, "", 1, NULL},
        {U8, "1x", 1, NULL},
        {U8, "--1", 1, NULL},
        {CONST_U8, "7", 1, "\x07"},
        {S16, "-5", 2, "\xfb\xff"},
        {S16, "-32768", 2, "\x00\x80"},
        {S16, "-32769", 2, NULL},
        {S16, "32768", 2, NULL},
        {S16, "-+5", 2, NULL},
        {U32, "4294967295", 4, "\xff\xff\xff\xff"},
        {U32, "4294967296", 4, NULL},
        {S64, "-9223372036854775808", 8, "\0\0\0\0\0\0\0\x80"},
        {S64, "9223372036854775808", 8, NULL},
        {U64, "18446744073709551615", 8, "\xff\xff\xff\xff\xff\xff\xff\xff"},
        {U64, "18446744073709551616", 8, NULL},
        {BOOL, "yes", 1, "\x01"},
        {BOOL, "false", 1, "\x00"},
        {BOOL, "2", 1, NULL},
        {CHARS, "cat", 8, "cat\0\0\0\0\0"},
        {CHARS, "seventh", 8, "seventh"},
        {CHARS, "eighteen", 8, NULL},
        {WORDS, "80 -1", 6, "\x50\0\xff\xff\x55\x55"},
        {WORDS, "  1\t2  3 ", 6, "\1\0\2\0\3\0"},
        {WORDS, "1 2 3 4", 6, NULL},
        {WORDS, "1 x", 6, NULL},
        {BYTES, "127 0 0 1", 4, "\x7f\0\0\x01"},
        {ENUM, "MODE_ON", 4, "\7\0\0\0"},
        {ENUM, "3", 4, "\3\0\0\0"},
        {ENUM, "MODE", 4, NULL},
        {WIDE, "1", 16, NULL},
        {STRUCT, "1", 4, NULL},
        {FLOAT, "1", 8, NULL},
        /* a BTF that lies about the room there is */
        {U32, "1", 2, NULL},
        {WORDS, "1 2 3", 4, NULL},
};

START_TEST(a_text_becomes_a_value_or_is_refused)
{
	unsigned char out[32];
	cleanup_error struct error err = {0};
	int rc;

	memset(out, 0x55, sizeof(out));
	rc = variable_encode(btf, (__u32)types[cases[_i].kind], "v", cases[_i].text, out, cases[_i].size, &err);
	if (!cases[_i].bytes) {
		ck_assert_int_eq(rc, -EINVAL);
		ck_assert_int_eq(err.status, EXIT_USAGE);
		ck_assert_ptr_nonnull(strstr(err.text, "\"v\""));
	} else {
		ck_assert_msg(rc == 0, "%s", err.text);
		ck_assert_mem_eq(out, cases[_i].bytes, cases[_i].size);
	}
	for (size_t i = cases[_i].size; i < sizeof(out); i++)
		ck_assert_uint_eq(out[i], 0x55);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("variable", .set_up = types_make, .tear_down = types_free),
	        EACH(a_text_becomes_a_value_or_is_refused, cases),
	};

	return suite_run("variable", tests, COUNT(tests));
}
