/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/module_take.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/arch/image.h"
#include "host/lib/unpack.h"
#include "host/source/kernel_index.h"
#include "host/store/extract.h"
#include "host/store/module_store.h"

static const size_t module_max = 64u << 20, list_max = 1u << 20, package_max = 1u << 30;
/* modprobe follows dependencies as deep as they go; kernels have chains of ten. */
enum { MAX_PASSES = 32 };

/* What the worker holds: the packages, and where it puts the modules' bytes and, a line per module, what they are. */
struct errand {
	int from[MODULE_PACKAGES_MAX], bytes, list;
	const char *const *paths; /* ended by NULL */
	const struct strings *names;
	const struct module_set *known;
};

/* ---- in the worker, which ends with it: nothing is freed ---- */

struct taking {
	const struct errand *e;
	struct module_set set; /* found in this package */
	struct strings wanted; /* names that are still looked for; grows by what the found ones depend on */
	struct buf built_in;   /* modules.builtin: a path per line */
	bool has_built_in;
	struct buf lines;
};

static bool is_in(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i], text))
			return true;
	return false;
}

static bool is_found(const struct taking *t, const char *name)
{
	return module_set_find(&t->set, name) || module_set_find(t->e->known, name);
}

/* The module that a file is, NULL when it is none; the caller frees it. */
static char *file_module(const char *path)
{
	const char *base = io_basename(path), *end = strstr(base, ".ko");
	cleanup_free char *stem = NULL;

	if (!end || (end[3] && end[3] != '.') || !strstr(path, "lib/modules/"))
		return NULL;
	stem = xstrndup(base, (size_t)(end - base));
	return module_name(stem);
}

static bool is_built_in_list(const char *path)
{
	return !strcmp(io_basename(path), "modules.builtin") && strstr(path, "lib/modules/");
}

static bool wants(void *ctx, const char *path)
{
	const struct taking *t = ctx;
	cleanup_free char *name = file_module(path);

	if (is_built_in_list(path))
		return !t->has_built_in;
	return name && is_in(&t->wanted, name) && !is_found(t, name);
}

/* .modinfo holds NUL-terminated "key=value"; the modules that this one depends on stand in one, commas between. */
static void read_info(const Elf_Data *info, struct strings *needs)
{
	for (size_t at = 0; at < info->d_size;) {
		const char *entry = (const char *)info->d_buf + at;
		size_t len = strnlen(entry, info->d_size - at);
		cleanup_free char *text = xstrndup(entry, len);
		char *rest = text + strlen("depends="), *word;

		at += len + 1;
		if (strncmp(text, "depends=", strlen("depends=")))
			continue;
		while ((word = strsep(&rest, ","))) {
			cleanup_free char *name = module_name(word);

			if (module_is_name(name))
				strings_add(needs, name);
		}
	}
}

static int read_needs(const struct buf *bytes, struct strings *needs, struct error *err)
{
	Elf *elf;
	Elf_Scn *section = NULL;
	size_t names;

	elf_version(EV_CURRENT);
	elf = elf_memory(bytes->data, bytes->len);
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names)) {
		elf_end(elf);
		return error_usage(err, "is not a kernel module, but something else of that name");
	}
	while ((section = elf_nextscn(elf, section))) {
		const Elf64_Shdr *header = elf64_getshdr(section);
		const char *name = header ? elf_strptr(elf, names, header->sh_name) : NULL;
		const Elf_Data *data = name && !strcmp(name, ".modinfo") ? elf_getdata(section, NULL) : NULL;

		if (data && data->d_buf)
			read_info(data, needs);
	}
	elf_end(elf);
	return 0;
}

/* "NAME SIZE NEED,NEED": the bytes follow those of the module before. */
static int take_module(struct taking *t, const char *name, const struct buf *bytes, struct error *err)
{
	cleanup_strings struct strings needs = {0};
	int rc = read_needs(bytes, &needs, err);

	if (rc)
		return rc;
	rc = io_write_all(t->e->bytes, bytes->data, bytes->len);
	if (rc)
		return error_set(err, -rc, "no memory for it: %s", strerror(-rc));
	module_set_put(&t->set, name)->state = MODULE_FILE;
	buf_printf(&t->lines, "%s %zu ", name, bytes->len);
	for (size_t i = 0; i < needs.count; i++) {
		buf_printf(&t->lines, "%s%s", i ? "," : "", needs.at[i]);
		if (!is_in(&t->wanted, needs.at[i]))
			strings_add(&t->wanted, needs.at[i]);
	}
	buf_putc(&t->lines, '\n');
	return 0;
}

static int take(void *ctx, const char *path, struct buf *bytes, struct error *err)
{
	struct taking *t = ctx;
	cleanup_buf struct buf plain = {0};
	cleanup_free char *name = file_module(path);
	size_t len = strlen(path);

	if (is_built_in_list(path)) {
		t->built_in = *bytes;
		*bytes = (struct buf){0};
		t->has_built_in = true;
		return 0;
	}
	if (len > 3 && !strcmp(path + len - 3, ".ko"))
		return take_module(t, name, bytes, err);
	if (unpack_stream(bytes->data, bytes->len, module_max, &plain, err))
		return -EINVAL;
	return take_module(t, name, &plain, err);
}

static bool is_built_in(const struct taking *t, const char *name)
{
	cleanup_free char *text = xstrdup(buf_str(&t->built_in));
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		cleanup_free char *path = xasprintf("lib/modules/%s", line), *built_in = file_module(path);

		if (built_in && !strcmp(built_in, name))
			return true;
	}
	return false;
}

static size_t count_missing(const struct taking *t)
{
	size_t missing = 0;

	for (size_t i = 0; i < t->wanted.count; i++)
		missing += !is_found(t, t->wanted.at[i]) && !is_built_in(t, t->wanted.at[i]);
	return missing;
}

/* A package is read from its beginning once for each step of a chain of dependencies. */
static int take_all(struct taking *t, struct error *err)
{
	const struct unpack_choice choice = {.wants = wants, .take = take, .ctx = t, .max = module_max};
	size_t missing = count_missing(t), before;
	int rc = 0;

	for (unsigned pass = 0; !rc && missing && pass < MAX_PASSES; pass++) {
		size_t known = t->set.count;

		before = missing;
		for (size_t i = 0; !rc && t->e->paths[i]; i++)
			rc = unpack_files(t->e->from[i], t->e->paths[i], &choice, err);
		missing = count_missing(t);
		if (t->set.count == known && missing == before)
			break;
	}
	return rc;
}

static int check_package(int from, const char *path, struct error *err)
{
	struct buf bytes = {0};
	int rc = io_read_fd(from, package_max, &bytes);

	if (rc)
		return error_set(err, -rc, "%s: %s", path, strerror(-rc));
	if (image_is_kernel(buf_str(&bytes), bytes.len) || !unpack_is_package(buf_str(&bytes), bytes.len))
		return error_set(err, ENOEXEC, "a kernel image alone brings no modules");
	buf_free(&bytes);
	return 0;
}

static int work(void *ctx, struct error *err)
{
	struct taking t = {.e = ctx};
	int rc = 0;

	for (size_t i = 0; !rc && t.e->paths[i]; i++)
		rc = check_package(t.e->from[i], t.e->paths[i], err);
	for (size_t i = 0; i < t.e->names->count; i++)
		strings_add(&t.wanted, t.e->names->at[i]);
	rc = rc ? rc : take_all(&t, err);
	if (rc)
		return rc;
	/* What no pass found: "NAME built-in" or "NAME absent". */
	for (size_t i = 0; i < t.wanted.count; i++)
		if (!is_found(&t, t.wanted.at[i]))
			buf_printf(&t.lines, "%s %s \n", t.wanted.at[i],
			           is_built_in(&t, t.wanted.at[i]) ? "built-in" : "absent");
	rc = io_write_all(t.e->list, buf_str(&t.lines), t.lines.len);
	return rc ? error_set(err, -rc, "no memory for a list of modules: %s", strerror(-rc)) : 0;
}

/* ---- outside of it ---- */

static int keep_bytes(const char *entry, const char *name, int from, size_t size, char **path, struct error *err)
{
	cleanup_buf struct buf bytes = {0};

	/* The position is where the module before ended. */
	if (read(from, buf_reserve(&bytes, size), size) != (ssize_t)size)
		return error_set(err, EBADMSG, "fewer bytes than it says");
	*path = module_store_path(entry, name);
	return io_replace_file(*path, bytes.data, size, err);
}

static int keep_needs(char *text, struct strings *needs)
{
	char *name;

	while (text && *text && (name = strsep(&text, ",")))
		if (module_is_name(name))
			strings_add(needs, name);
		else
			return -EBADMSG;
	return 0;
}

/* The worker may have been taken over by what it read: whatever it says becomes a file of a sound name and size. */
static int keep_module(const char *entry, char *line, int from, struct module_set *set, struct error *err)
{
	const char *name = strsep(&line, " "), *what = line ? strsep(&line, " ") : NULL;
	struct stored_module *m;
	char *end;
	size_t size;
	int rc;

	if (!line || !module_is_name(name) || module_set_find(set, name))
		return error_set(err, EBADMSG, "no module");
	m = module_set_put(set, name);
	if (!strcmp(what, "built-in")) {
		m->state = MODULE_BUILT_IN;
		return 0;
	}
	if (!strcmp(what, "absent")) {
		m->state = MODULE_ABSENT;
		free(m->reason);
		m->reason = xstrdup("this kernel has no such module");
		return 0;
	}
	size = strtoul(what, &end, 10);
	if (*end || !size || size > module_max || keep_needs(line, &m->needs))
		return error_set(err, EBADMSG, "no size");
	m->state = MODULE_FILE;
	free(steal_ptr(m->path));
	rc = keep_bytes(entry, name, from, size, &m->path, err);
	return rc;
}

static int keep(const char *entry, const struct errand *e, struct module_set *set, struct error *err)
{
	cleanup_buf struct buf text = {0};
	char *at, *line;
	int rc = lseek(e->list, 0, SEEK_SET) || lseek(e->bytes, 0, SEEK_SET) ? -errno
	                                                                     : io_read_fd(e->list, list_max, &text);

	if (rc)
		return error_set(err, -rc, "the list of modules: %s", strerror(-rc));
	at = text.data;
	while (!rc && at && (line = strsep(&at, "\n")))
		if (*line)
			rc = keep_module(entry, line, e->bytes, set, err);
	if (rc == -EBADMSG)
		error_prefix(err, "%s: the worker that unpacks it gave an answer that makes no sense: ", e->paths[0]);
	return rc;
}

static int open_packages(const char *const *packages, int *from, struct error *err)
{
	for (size_t i = 0; packages[i] && i < MODULE_PACKAGES_MAX; i++) {
		from[i] = open(packages[i], O_RDONLY | O_CLOEXEC);
		if (from[i] < 0)
			return error_set(err, errno, "%s: cannot open: %s", packages[i], strerror(errno));
	}
	return 0;
}

/* What was not there before may be in a package that is looked at now. */
static void read_known(const char *entry, const struct strings *names, struct module_set *known, struct strings *wanted)
{
	cleanup_module_set struct module_set all = {0};
	size_t absent = 0;

	module_store_read(entry, &all);
	for (size_t i = 0; i < names->count; i++)
		strings_add_once(wanted, names->at[i]);
	for (size_t i = 0; i < all.count; i++) {
		if (all.at[i].state == MODULE_ABSENT) {
			strings_add_once(wanted, all.at[i].name);
			all.at[absent++] = all.at[i];
			continue;
		}
		known->at = xrealloc(known->at, known->count + 1, sizeof(*known->at));
		known->at[known->count++] = all.at[i];
	}
	/* The others have moved. */
	all.count = absent;
}

int module_take(const char *entry, const char *const *packages, const struct strings *names, struct error *err)
{
	cleanup_close int bytes = memfd_create("modules", MFD_CLOEXEC), list = memfd_create("modules", MFD_CLOEXEC);
	cleanup_module_set struct module_set set = {0};
	cleanup_strings struct strings wanted = {0};
	struct errand e = {.bytes = bytes, .list = list, .paths = packages, .names = &wanted, .known = &set};
	int rc = 0;

	if (bytes < 0 || list < 0)
		return error_set(err, errno, "no memory for modules: %s", strerror(errno));
	read_known(entry, names, &set, &wanted);
	memset(e.from, -1, sizeof(e.from));
	rc = open_packages(packages, e.from, err);
	rc = rc ? rc : jail_run(&extract_limits, work, &e, err);
	rc = rc ? rc : module_store_prepare(entry, err);
	rc = rc ? rc : keep(entry, &e, &set, err);
	for (size_t i = 0; i < MODULE_PACKAGES_MAX; i++)
		cleanup_close_fd(&e.from[i]);
	return rc ? rc : module_store_write(entry, &set, err);
}
