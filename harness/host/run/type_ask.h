/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_ask: answers an ini's questions about types ("moved task_struct.comm") from the object's BTF and a kernel's.
 * Both files may come from anywhere, so they are parsed in a child of their own with bounded memory and time.
 */
#ifndef COREMATRIX_HOST_RUN_TYPE_ASK_H
#define COREMATRIX_HOST_RUN_TYPE_ASK_H

struct type_ask {
	const char *object; /* path of the object */
	const char *btf;    /* path of the kernel's raw BTF, "" when it has none */
};

/*
 * An expect_ask (expect.h): `ctx` is a struct type_ask. "moved": the field's offset in the kernel differs from the one
 * in the object; "exists"/"missing": the kernel has the type or field. Returns 1, 0 or a negative errno.
 */
int type_ask(void *ctx, const char *question, const char *path);

#endif
