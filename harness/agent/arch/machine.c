/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/arch/machine.h"

#include <errno.h>
#include <string.h>

int machine_refused(const char *what, struct error *err)
{
	int code = errno;

	return error_set(
	        err, code, "%s: the kernel refuses it: %s%s", what, strerror(code),
	        code == EPERM
	                ? "; if it is locked down from its start (lockdown= in append=), lock it later, by env=lockdown:"
	                : "");
}
