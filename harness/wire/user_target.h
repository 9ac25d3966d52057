/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_target: what a probe in user space is for, told from the name of its section as libbpf reads it, or from what
 * its ini says; and which file that is in. Pure: whether such a file is there is for others to see.
 */
#ifndef COREMATRIX_WIRE_USER_TARGET_H
#define COREMATRIX_WIRE_USER_TARGET_H

#include <stdbool.h>

/* Where the program is that is linked with the release's own libc and calls it (harness/caller). */
#define CALLER_PATH "/usr/libexec/corematrix-caller"
#define LIBC_NAME "libc.so.6"
#define SHELL_NAME "bash"
#define SELF_PATH "/proc/self/exe"

/* Whose file it is. */
enum user_home {
	HOME_SELF,  /* the harness's own binary, which subjects are: "/proc/self/exe", or nothing that anybody knows */
	HOME_LIBC,  /* the release's libc, or the loader that comes with it */
	HOME_SHELL, /* bash */
	HOME_OTHER, /* a file of the user's */
};

struct user_target {
	bool usdt;
	bool named;            /* the binary was; else it is told by the function */
	char *binary;          /* "" where it is not known, and with HOME_SELF that is meant */
	char *function;        /* with its offset; "" where none is named */
	char *provider, *name; /* of a USDT, "" else */
	enum user_home home;
};

/*
 * `section` is the ELF section's name, `to` what the ini has in place of what that says, or NULL. False when it is not
 * a probe in user space; free with user_target_free where it is.
 */
bool user_target_read(const char *section, const char *to, struct user_target *out);
void user_target_free(struct user_target *t);
#define cleanup_user_target __attribute__((cleanup(user_target_free)))

#endif
