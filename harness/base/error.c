/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void store(struct error *err, int code, enum exit_status status, char *text)
{
	free(err->text);
	err->code = code;
	err->status = status;
	err->text = text;
}

static char *format(const char *fmt, va_list ap)
{
	char *text = NULL;

	return vasprintf(&text, fmt, ap) < 0 ? NULL : text;
}

int error_set(struct error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -code;
	va_start(ap, fmt);
	store(err, code, EXIT_INFRA, format(fmt, ap));
	va_end(ap);
	return -code;
}

int error_usage(struct error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -EINVAL;
	va_start(ap, fmt);
	store(err, EINVAL, EXIT_USAGE, format(fmt, ap));
	va_end(ap);
	return -EINVAL;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	char *front, *whole = NULL;
	va_list ap;

	if (!err)
		return -EIO;
	va_start(ap, fmt);
	front = format(fmt, ap);
	va_end(ap);
	if (front && asprintf(&whole, "%s%s", front, err->text ? err->text : "") >= 0)
		store(err, err->code, err->status, whole);
	free(front);
	return -err->code;
}

void error_clear(struct error *err)
{
	free(err->text);
	*err = (struct error){0};
}
