// SPDX-License-Identifier: BSD-2-Clause
/* Stands in for a kernel module: what its .modinfo says is all that is read of it. */
static const char info[] __attribute__((section(".modinfo"), used)) =
        "license=GPL\0depends=cm-base,cm_other\0name=cm_top\0vermagic=x";
