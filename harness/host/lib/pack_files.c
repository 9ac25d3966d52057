/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/pack_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

static int pack_one(struct archive *a, const char *path, const char *directory, size_t max, struct error *err)
{
	cleanup_free char *name = xasprintf("%s/%s", directory, io_basename(path));
	cleanup_buf struct buf bytes = {0};
	struct archive_entry *entry;
	int rc = io_read_file(path, max, &bytes, err);
	bool written;

	if (rc)
		return rc;
	entry = archive_entry_new();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)bytes.len);
	written = archive_write_header(a, entry) == ARCHIVE_OK &&
	          archive_write_data(a, buf_str(&bytes), bytes.len) == (la_ssize_t)bytes.len;
	archive_entry_free(entry);
	return written ? 0 : error_set(err, EIO, "%s: cannot pack: %s", path, archive_error_string(a));
}

int pack_files(const struct strings *paths, const char *directory, size_t max, const char *to, struct error *err)
{
	struct archive *a = archive_write_new();
	int rc = 0;

	if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
	    archive_write_open_filename(a, to) != ARCHIVE_OK)
		rc = error_set(err, EIO, "%s: cannot write: %s", to, archive_error_string(a));
	for (size_t i = 0; !rc && i < paths->count; i++)
		rc = pack_one(a, paths->at[i], directory, max, err);
	if (archive_write_close(a) != ARCHIVE_OK && !rc)
		rc = error_set(err, EIO, "%s: cannot write: %s", to, archive_error_string(a));
	archive_write_free(a);
	return rc;
}
