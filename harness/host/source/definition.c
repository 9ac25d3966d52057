/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/definition.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/sha256.h"

static const size_t definition_max = 1u << 20;

int definition_read(const struct kernel_source *self, struct buf *text, char **place, struct error *err)
{
	cleanup_error struct error why = {0};

	*place = NULL;
	if (io_read_file(self->definition, definition_max, text, &why))
		return error_usage(err, "the source of kernels %s: %s", self->name, why.text);
	*place = sha256_bytes(buf_str(text), text->len);
	return 0;
}

bool definition_serves(const struct kernel_source *self, const struct kernel_index *index)
{
	cleanup_buf struct buf text = {0};
	cleanup_free char *place = NULL;

	return !definition_read(self, &text, &place, NULL) && index->place && !strcmp(index->place, place);
}

char *definition_directory(const char *path)
{
	cleanup_free char *copy = xstrdup(path);
	char *real = realpath(dirname(copy), NULL);

	return real ? real : xstrdup(".");
}
