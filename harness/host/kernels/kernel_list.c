/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/kernels/kernel_list.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/kernels/list_line.h"

static const size_t list_max_bytes = 1 << 20;

static int row_add(struct kernel_list *list, struct kernel_row *row, size_t column, const struct list_place *p,
                   struct error *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->rows[i].id, row->id))
			return list_line_error(
			        p, column,
			        xasprintf(
			                "kernel id '%.80s' is already used on line %u; remove one, or give this one another name with id=NAME",
			                row->id, list->rows[i].line),
			        err);
	list->rows = xrealloc(list->rows, list->count + 1, sizeof(*list->rows));
	list->rows[list->count++] = *row;
	*row = (struct kernel_row){0};
	return 0;
}

static int line_read(const char *line, size_t len, struct kernel_list *list, const struct list_place *p,
                     struct error *err)
{
	struct kernel_row row = {.line = p->line};
	struct list_words words = {0};
	int rc = list_line_check(line, len, p, err);

	if (!rc)
		rc = list_line_words(line, len, &words, p, err);
	if (!rc && words.count) {
		rc = kernel_row_read(&words, &row, p, err);
		if (!rc)
			rc = row_add(list, &row, words.at[0].column, p, err);
	}
	kernel_row_free(&row);
	list_words_free(&words);
	return rc;
}

int kernel_list_parse(const char *text, size_t len, const char *path, struct kernel_list *list, struct error *err)
{
	static const char bom[] = "\xef\xbb\xbf";
	const char *at = text, *end = text + len;
	struct list_place p = {.path = path};

	*list = (struct kernel_list){.path = xstrdup(path)};
	if (len >= 3 && !memcmp(text, bom, 3))
		at += 3;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		size_t line_len = (size_t)(stop - at);
		int rc;

		p.line++;
		if (line_len && at[line_len - 1] == '\r')
			line_len--;
		rc = line_read(at, line_len, list, &p, err);
		if (rc) {
			kernel_list_free(list);
			return rc;
		}
		at = stop + 1;
	}
	if (!list->count) {
		kernel_list_free(list);
		return error_usage(err, "%s: names no kernel; expected at least one line such as: 6.1 cloud", path);
	}
	return 0;
}

int kernel_list_read(const char *path, struct kernel_list *list, struct error *err)
{
	cleanup_buf struct buf text = {0};
	cleanup_error struct error why = {0};

	*list = (struct kernel_list){0};
	if (io_read_file(path, list_max_bytes, &text, &why))
		return error_usage(err, "kernel list %s; give another with -k FILE", why.text);
	return kernel_list_parse(buf_str(&text), text.len, path, list, err);
}

static bool matches(const char *glob, const struct kernel_row *row)
{
	return !fnmatch(glob, row->id, 0) || (row->group && !fnmatch(glob, row->group, 0));
}

static bool matches_any(const struct kernel_row *row, char *const *globs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (matches(globs[i], row))
			return true;
	return false;
}

static int glob_without_match(const struct kernel_list *list, const char *glob, struct error *err)
{
	cleanup_buf struct buf ids = {0};

	for (size_t i = 0; i < list->count; i++)
		buf_printf(&ids, "%s%s", i ? ", " : "", list->rows[i].id);
	return error_usage(err, "no kernel matches '%s'; %s has: %s", glob, list->path, buf_str(&ids));
}

int kernel_list_select(struct kernel_list *list, char *const *globs, size_t count, struct error *err)
{
	size_t kept = 0;

	if (!count)
		return 0;
	for (size_t g = 0; g < count; g++) {
		bool used = false;

		for (size_t i = 0; i < list->count && !used; i++)
			used = matches(globs[g], &list->rows[i]);
		if (!used)
			return glob_without_match(list, globs[g], err);
	}
	for (size_t i = 0; i < list->count; i++) {
		if (matches_any(&list->rows[i], globs, count))
			list->rows[kept++] = list->rows[i];
		else
			kernel_row_free(&list->rows[i]);
	}
	list->count = kept;
	return 0;
}

void kernel_list_keep(struct kernel_list *list, const bool *keep)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (keep[i])
			list->rows[kept++] = list->rows[i];
		else
			kernel_row_free(&list->rows[i]);
	list->count = kept;
}

void kernel_list_split(struct kernel_list *list, struct kernel_list *types)
{
	size_t kept = 0;

	*types = (struct kernel_list){.path = xstrdup(list->path)};
	for (size_t i = 0; i < list->count; i++) {
		if (list->rows[i].kind != ROW_TYPES) {
			list->rows[kept++] = list->rows[i];
			continue;
		}
		types->rows = xrealloc(types->rows, types->count + 1, sizeof(*types->rows));
		types->rows[types->count++] = list->rows[i];
	}
	list->count = kept;
}

int kernel_list_check_types(struct kernel_list *types, struct error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < types->count; i++) {
		struct kernel_row *row = &types->rows[i];

		if (!access(row->spec, R_OK)) {
			types->rows[kept++] = *row;
			continue;
		}
		if (!row->optional) {
			/* what is left of the list stays its owner's */
			memmove(&types->rows[kept], row, (types->count - i) * sizeof(*row));
			types->count -= i - kept;
			return error_usage(err, "%s:%u: %s: %s; expected a file of types (.btf, .btf.tar.xz, vmlinux)",
			                   types->path, types->rows[kept].line, types->rows[kept].spec,
			                   strerror(errno));
		}
		log_warn("%s:%u: optional types %s are skipped: %s", types->path, row->line, row->spec,
		         strerror(errno));
		kernel_row_free(row);
	}
	types->count = kept;
	return 0;
}

int kernel_list_sift(struct kernel_list *list, char *const *globs, size_t glob_count, struct kernel_list *types,
                     struct error *err)
{
	int rc = kernel_list_select(list, globs, glob_count, err);

	*types = (struct kernel_list){0};
	if (rc)
		return rc;
	kernel_list_split(list, types);
	return kernel_list_check_types(types, err);
}

int kernel_list_need_kernel(const struct kernel_list *list, const char *what, struct error *err)
{
	if (list->count)
		return 0;
	return error_usage(err, "%s: no kernel to %s, only types; `corematrix predict` is for these", list->path, what);
}

void kernel_list_free(struct kernel_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kernel_row_free(&list->rows[i]);
	free(list->rows);
	free(list->path);
	*list = (struct kernel_list){0};
}
