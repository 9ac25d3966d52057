/* SPDX-License-Identifier: BSD-2-Clause */
/* section_names: the names of sections by which the linked libbpf tells kinds of programs, as it lists them itself. */
#ifndef COREMATRIX_HOST_REPORT_SECTION_NAMES_H
#define COREMATRIX_HOST_REPORT_SECTION_NAMES_H

#include "host/lib/strings.h"

/* In libbpf's order, without the '+' of those that name a target too. The caller's: strings_free. */
void section_names_read(struct strings *out);

/* The number of the name that `section` ("?kprobe/do_exit", "xdp.frags/cpumap") has; `count` of names when none fits.
 */
size_t section_name_find(const struct strings *names, const char *section);

#endif
