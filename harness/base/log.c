/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	flockfile(stderr);
	fputs(level == LOG_LEVEL_WARN ? "corematrix: warning: " : "corematrix: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	funlockfile(stderr);
}
