/* SPDX-License-Identifier: BSD-2-Clause */
/* circumstance: the vocabulary of env=, in and out, and what is refused. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "wire/circumstance.h"
#include "tests/suite.h"

static const struct {
	const char *text, *again;
} taken[] = {
        {"lockdown:integrity", "lockdown:integrity"},
        {"lockdown:confidentiality", "lockdown:confidentiality"},
        {"lsm:bpf,lockdown:integrity", "lockdown:integrity,lsm:bpf"},
        {"lsm:none", "lsm:none"},
        {"memlock:64k,caps:bpf,jit:hardened", "jit:hardened,caps:bpf,memlock:64k"},
        {"unprivileged-bpf:allowed,caps:none", "unprivileged-bpf:allowed,caps:none"},
        {"namespace:pid,caps:bpf,sys:read-only,tracefs:none", "caps:bpf,namespace:pid,tracefs:none,sys:read-only"},
};

START_TEST(words_are_told_in_one_order)
{
	cleanup_buf struct buf why = {0};
	struct circumstances c;
	cleanup_free char *again = NULL;

	ck_assert_msg(circumstances_parse(taken[_i].text, &c, &why), "%s", buf_str(&why));
	ck_assert(circumstances_any(&c));
	again = circumstances_text(&c);
	ck_assert_str_eq(again, taken[_i].again);
}
END_TEST

static const struct {
	const char *text, *why;
} refused[] = {
        {"", "'' is not a circumstance; expected lockdown:integrity, lockdown:confidentiality, "},
        {"lockdown", "'lockdown' is not a circumstance; expected lockdown:integrity or lockdown:confidentiality"},
        {"lockdown:", "'lockdown:' is not a circumstance"},
        {"lockdown:none", "'lockdown:none' is not a circumstance"},
        {"lockdown:full", "'lockdown:full' is not a circumstance"},
        {"lock:integrity", "'lock:integrity' is not a circumstance"},
        {"lsm:bpf,", "'' is not a circumstance"},
        {",lsm:bpf", "'' is not a circumstance"},
        {"lsm:bpf, lsm:bpf", "' lsm:bpf' is not a circumstance"},
        {"lsm:bpf,lsm:bpf", "lsm:bpf is given twice"},
        {"tracefs:mounted", "'tracefs:mounted' is not a circumstance; expected tracefs:none"},
        {"jit", "'jit' is not a circumstance; expected jit:off, jit:on or jit:hardened"},
        {"caps:bpf,namespace:user", "caps:bpf and namespace:user contradict each other: root of a user namespace"},
        {"namespace:container,caps:none", "caps:none and namespace:container contradict each other"},
        {"namespace:pid,namespace:mount", "namespace:pid and namespace:mount contradict each other"},
        {"lsm:bpf,lsm:none", "lsm:bpf and lsm:none contradict each other; give one of them"},
};

START_TEST(what_is_wrong_is_said)
{
	cleanup_buf struct buf why = {0};
	struct circumstances c;

	ck_assert(!circumstances_parse(refused[_i].text, &c, &why));
	ck_assert_msg(!strncmp(buf_str(&why), refused[_i].why, strlen(refused[_i].why)), "%s", buf_str(&why));
}
END_TEST

/* Each value that may be asked for or found has a name of its own, by which it is found again. */
START_TEST(every_value_has_a_name)
{
	for (int k = 0; k < CIRCUMSTANCE_COUNT; k++) {
		enum circumstance_key key = (enum circumstance_key)k;
		unsigned value = 1;

		ck_assert_str_ne(circumstance_key_name(key), "");
		for (; *circumstance_value_name(key, value); value++)
			ck_assert_uint_eq(circumstance_value_parse(key, circumstance_value_name(key, value)), value);
		ck_assert_uint_gt(value, 2); /* what is found is two things at least */
		ck_assert_str_eq(circumstance_value_name(key, 0), "");
		ck_assert_uint_eq(circumstance_value_parse(key, ""), 0);
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(words_are_told_in_one_order, taken),
	        EACH(what_is_wrong_is_said, refused),
	        TEST(every_value_has_a_name),
	};

	return suite_run("circumstance", tests, COUNT(tests));
}
