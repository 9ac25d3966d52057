/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/btf_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/elf_file.h"
#include "base/io.h"
#include "base/version.h"

/* What an archive may unpack to, looked at or not. */
#define ARCHIVE_MAX ((int64_t)1 << 30)

static const uint16_t btf_magic = 0xeb9f;

/* ---- which files ---- */

static const char *const patterns[] = {"*.btf", "*.btf.tar.*", "vmlinux-*", "vmlinux"};
static const char *const endings[] = {".xz", ".gz", ".zst", ".bz2", ".tar", ".btf"};

static bool has_ending(const char *name, size_t len, const char *ending)
{
	size_t n = strlen(ending);

	return len > n && !strncmp(name + len - n, ending, n);
}

static char *source_id(const char *path)
{
	const char *name = io_basename(path);
	size_t len = strlen(name);
	struct utsname running;

	if (!strcmp(path, "/sys/kernel/btf/vmlinux") && !uname(&running))
		return xstrdup(running.release);
	if (!strncmp(name, "vmlinux-", 8) && name[8]) {
		name += 8;
		len -= 8;
	}
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (has_ending(name, len, endings[i]))
			len -= strlen(endings[i]);
	return xstrndup(name, len);
}

void btf_source_list_add(struct btf_source_list *list, const char *id, const char *path)
{
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = (struct btf_source){xstrdup(id), xstrdup(path)};
}

static void add_file(struct btf_source_list *list, const char *path)
{
	cleanup_free char *id = source_id(path);

	btf_source_list_add(list, id, path);
}

static bool is_wanted(const char *name)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (!fnmatch(patterns[i], name, 0))
			return true;
	return false;
}

static int compare_sources(const void *pa, const void *pb)
{
	const struct btf_source *a = pa, *b = pb;
	int order = version_compare(a->id, b->id);

	return order ? order : strcmp(a->path, b->path);
}

static int add_directory(struct btf_source_list *list, const char *path, struct error *err)
{
	cleanup_free char *copy = xstrdup(path);
	FTS *tree = fts_open((char *const[]){copy, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t first = list->count;
	const FTSENT *e;

	if (!tree)
		return error_usage(err, "%s: %s", path, strerror(errno));
	while ((e = fts_read(tree)))
		if (e->fts_info == FTS_F && is_wanted(e->fts_name))
			add_file(list, e->fts_path);
	fts_close(tree);
	if (list->count == first)
		return error_usage(err, "%s: holds no .btf, .btf.tar.xz or vmlinux-* file", path);
	qsort(list->at + first, list->count - first, sizeof(*list->at), compare_sources);
	return 0;
}

int btf_source_add(struct btf_source_list *list, const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) || access(path, R_OK))
		return error_usage(err, "%s: %s; give a .btf file, a directory of them, a vmlinux or a .btf.tar.xz",
		                   path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_directory(list, path, err);
	if (!S_ISREG(st.st_mode))
		return error_usage(err, "%s: neither a file nor a directory", path);
	add_file(list, path);
	return 0;
}

void btf_source_list_free(struct btf_source_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->at[i].id);
		free(list->at[i].path);
	}
	free(list->at);
	*list = (struct btf_source_list){0};
}

/* ---- what is in them ---- */

/* Files below /sys say a size that need not be true: read to the end. */
static int read_raw(int fd, struct buf *raw, struct error *err)
{
	const size_t chunk = 1 << 20;

	for (;;) {
		char *at = buf_reserve(raw, chunk);
		ssize_t n = pread(fd, at, chunk, (off_t)raw->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, errno, "cannot be read: %s", strerror(errno));
		if (n == 0)
			return 0;
		raw->len += (size_t)n;
		raw->data[raw->len] = '\0';
		if (raw->len > BTF_SOURCE_MAX)
			return error_usage(err, "larger than the %zu bytes that a kernel's BTF may take",
			                   BTF_SOURCE_MAX);
	}
}

static int read_elf(int fd, struct buf *raw, struct error *err)
{
	struct elf_file f;
	Elf64_Shdr section;

	if (!elf_file_open_fd(&f, fd) || !elf_file_is_64le(&f))
		return error_usage(err, "an ELF file, but not a 64-bit little-endian one");
	if (!f.section_count || !elf_file_section(&f, f.section_count - 1, &section) || f.names >= f.section_count)
		return error_usage(err, "an ELF file without a section table, or a truncated one");
	if (!elf_file_find(&f, ".BTF", &section))
		return error_usage(
		        err,
		        "an ELF file without a .BTF section: the kernel was built without CONFIG_DEBUG_INFO_BTF, or is compressed");
	if (section.sh_size > BTF_SOURCE_MAX)
		return error_usage(err, "its .BTF of %llu bytes is larger than the allowed %zu",
		                   (unsigned long long)section.sh_size, BTF_SOURCE_MAX);
	buf_reserve(raw, section.sh_size);
	if (!elf_file_read(&f, section.sh_offset, raw->data, section.sh_size))
		return error_usage(err, "an ELF file whose .BTF is outside the file: truncated");
	raw->len = section.sh_size;
	raw->data[raw->len] = '\0';
	return 0;
}

static void release_archive(struct archive **a)
{
	archive_read_free(*a);
}

static const char *why(struct archive *a)
{
	const char *text = archive_error_string(a);

	return text ? text : "unknown format";
}

static int read_member(struct archive *a, struct buf *raw, struct error *err)
{
	const size_t chunk = 1 << 20;

	for (;;) {
		char *at = buf_reserve(raw, chunk);
		la_ssize_t n = archive_read_data(a, at, chunk);

		if (n == ARCHIVE_RETRY)
			continue;
		if (n < 0)
			return error_usage(err, "truncated or corrupt: %s", why(a));
		if (n == 0)
			return 0;
		raw->len += (size_t)n;
		if (raw->len > BTF_SOURCE_MAX)
			return error_usage(err, "unpacks to more than the %zu bytes that a kernel's BTF may take",
			                   BTF_SOURCE_MAX);
	}
}

/* The archive's one .btf member; several would leave open which kernel is meant. */
static int read_archive(int fd, struct buf *raw, struct error *err)
{
	struct archive *a __attribute__((cleanup(release_archive))) = archive_read_new();
	struct archive_entry *entry;
	bool found = false;
	int rc;

	archive_read_support_format_tar(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_zstd(a);
	if (lseek(fd, 0, SEEK_SET) || archive_read_open_fd(a, fd, 1 << 16) != ARCHIVE_OK)
		return error_usage(err, "neither BTF, nor an ELF file, nor a .tar archive: %s", why(a));
	while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		const char *name = archive_entry_pathname(entry);

		if (archive_filter_bytes(a, 0) > ARCHIVE_MAX)
			return error_usage(err, "unpacks to more than %lld bytes", (long long)ARCHIVE_MAX);
		if (!name || !has_ending(name, strlen(name), ".btf") || archive_entry_filetype(entry) != AE_IFREG) {
			/* Skipped here in bounded steps: libarchive would unpack all of it before the next look. */
			if (archive_entry_size(entry) > ARCHIVE_MAX)
				return error_usage(err, "holds a member of %lld bytes",
				                   (long long)archive_entry_size(entry));
			continue;
		}
		if (found)
			return error_usage(err, "holds several .btf files; unpack it and give the directory");
		found = true;
		if (read_member(a, raw, err))
			return -EINVAL;
	}
	if (rc != ARCHIVE_EOF)
		return error_usage(err, "neither BTF, nor an ELF file, nor a whole archive: %s", why(a));
	return found ? 0 : error_usage(err, "an archive without a .btf file");
}

int btf_source_read(int fd, struct buf *raw, struct error *err)
{
	unsigned char start[4] = {0};

	if (pread(fd, start, sizeof(start), 0) != (ssize_t)sizeof(start))
		return error_usage(err, "not BTF: shorter than 4 bytes");
	if (!memcmp(start, &btf_magic, sizeof(btf_magic)))
		return read_raw(fd, raw, err);
	if (elf_file_magic(start, sizeof(start)))
		return read_elf(fd, raw, err);
	return read_archive(fd, raw, err);
}
