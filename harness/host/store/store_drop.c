/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels that are in the store for a while: what is small of them is kept elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/store/store.h"
#include "host/store/store_dir.h"
#include "host/store/store_entry.h"
#include "host/store/store_plan.h"
#include "host/store/symbols.h"

static const size_t kept_max_bytes = (size_t)256 << 20;

bool store_has(const struct store_options *o, const char *entry)
{
	cleanup_entry_record struct entry_record record = {0};

	return !entry_read(o->dir, entry, &record, NULL);
}

static int keep_file(const char *from, const char *to, const char *entry, const char *ending, struct error *err)
{
	cleanup_free char *target = xasprintf("%s/%s.%s", to, entry, ending);
	cleanup_buf struct buf bytes = {0};

	if (access(from, R_OK) || !access(target, F_OK))
		return 0;
	if (io_read_file(from, kept_max_bytes, &bytes, err))
		return -EIO;
	return io_replace_file(target, bytes.data, bytes.len, err);
}

int store_keep_types(const struct store_options *o, const char *entry, const char *to, struct error *err)
{
	static const struct {
		enum entry_file file;
		const char *ending;
	} kept[] = {{ENTRY_BTF, "btf"}, {ENTRY_CONFIG, "config"}};
	cleanup_entry_record struct entry_record record = {0};
	cleanup_free char *symbols = xasprintf("%s/%s/" SYMBOLS_NAME, o->dir, entry);
	int rc = entry_read(o->dir, entry, &record, err);

	rc = rc ? rc : io_make_dirs(to, err);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]) && !rc; i++) {
		cleanup_free char *from = xasprintf("%s/%s/%s", o->dir, entry, entry_file_name(&record, kept[i].file));

		if (record.files[kept[i].file].present)
			rc = keep_file(from, to, entry, kept[i].ending, err);
	}
	return rc ? rc : keep_file(symbols, to, entry, SYMBOLS_NAME, err);
}

/* Whether a row of some list means it. */
static bool is_pinned(const struct kernel_lock *lock, const char *entry)
{
	for (size_t i = 0; i < lock->count; i++)
		if (*lock->lines[i].package_sha256 && !strcmp(lock->lines[i].release, entry))
			return true;
	return false;
}

int store_drop(const struct store_options *o, const char *entry, uint64_t *bytes, struct error *err)
{
	cleanup_free char *use_path = xasprintf("%s/.use", o->dir), *place = xasprintf("%s/%s", o->dir, entry);
	cleanup_kernel_lock struct kernel_lock lock = {0};
	cleanup_close int use = open(use_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), fd = -1;
	int rc;

	*bytes = 0;
	/* what others use stays: a run that goes on must not lose its kernel, and is not waited for */
	if (use < 0 || flock(use, LOCK_EX | LOCK_NB))
		return 0;
	rc = store_dir_lock(o->dir, &fd, err);
	rc = rc ? rc : store_dir_read_lock_file(o->dir, &lock, err);
	if (rc || is_pinned(&lock, entry) || access(place, F_OK))
		return rc;
	rc = store_dir_size(place, bytes, err);
	return rc ? rc : io_remove_tree(place, err);
}
