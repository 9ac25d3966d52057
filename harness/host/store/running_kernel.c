/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/running_kernel.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/kallsyms.h"
#include "host/store/symbols.h"

#define RELEASE_MAX 4096
#define BTF_DIRECTORY "/sys/kernel/btf"

/* Where libbpf looks, in its order (btf__load_vmlinux_btf); %s is the release. */
static const char *const btf_places[] = {
        BTF_DIRECTORY "/vmlinux",
        "/boot/vmlinux-%s",
        "/lib/modules/%s/vmlinux-%s",
        "/lib/modules/%s/build/vmlinux",
        "/usr/lib/modules/%s/kernel/vmlinux",
        "/usr/lib/debug/boot/vmlinux-%s",
        "/usr/lib/debug/boot/vmlinux-%s.debug",
        "/usr/lib/debug/lib/modules/%s/vmlinux",
};
/* The same for externs in .kconfig (bpf_object__read_kconfig_file). */
static const char *const config_places[] = {"/boot/config-%s", "/proc/config.gz"};

static char *place_path(const char *root, const char *place, const char *release)
{
	struct buf path = {0};

	buf_puts(&path, root);
	for (const char *rest; (rest = strstr(place, "%s")); place = rest + 2) {
		buf_add(&path, place, (size_t)(rest - place));
		buf_puts(&path, release);
	}
	buf_puts(&path, place);
	return buf_steal(&path);
}

/* The first that can be read, "" when none can. */
static char *find_place(const char *root, const char *const *places, size_t count, const char *release)
{
	for (size_t i = 0; i < count; i++) {
		char *path = place_path(root, places[i], release);

		if (!access(path, R_OK))
			return path;
		free(path);
	}
	return xstrdup("");
}

static int read_release(const char *root, char **release, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/proc/sys/kernel/osrelease", root);
	cleanup_buf struct buf text = {0};
	size_t len;

	if (io_read_file(path, RELEASE_MAX, &text, err)) {
		err->status = EXIT_USAGE;
		return -err->code;
	}
	len = strcspn(buf_str(&text), "\n");
	if (!len || memchr(text.data, '/', len))
		return error_usage(err, "%s: holds no release of a kernel", path);
	*release = xstrndup(text.data, len);
	return 0;
}

static int keep_in_memory(const struct buf *text)
{
	cleanup_close int fd = memfd_create("symbols", MFD_CLOEXEC);

	return fd < 0 || io_write_all(fd, text->data, text->len) ? -1 : steal_fd(&fd);
}

static void read_names(const char *root, struct running_kernel *k)
{
	cleanup_free char *path = xasprintf("%s" KALLSYMS_PATH, root);
	cleanup_buf struct buf text = {0}, names = {0};

	if (!io_read_file(path, KALLSYMS_MAX, &text, NULL) &&
	    !symbols_from_kallsyms(buf_str(&text), text.len, &names, NULL))
		k->names = keep_in_memory(&names);
	if (k->names >= 0) {
		free(k->symbols);
		k->symbols = xasprintf("/proc/self/fd/%d", k->names);
	}
}

/* Its types are there while a module is loaded. */
static void read_modules(const char *root, struct running_kernel *k)
{
	cleanup_free char *path = xasprintf("%s" BTF_DIRECTORY, root);
	cleanup_closedir DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct stored_module *m;

		if (!module_is_name(entry->d_name) || !strcmp(entry->d_name, "vmlinux"))
			continue;
		m = module_set_put(&k->modules, entry->d_name);
		free(m->path);
		m->state = MODULE_FILE;
		m->path = xasprintf("%s/%s", path, entry->d_name);
	}
}

int running_kernel_read(const char *root, struct running_kernel *k, struct error *err)
{
	int rc;

	*k = (struct running_kernel){.names = -1, .symbols = xstrdup("")};
	rc = read_release(root, &k->release, err);
	if (rc)
		return rc;
	k->btf = find_place(root, btf_places, sizeof(btf_places) / sizeof(*btf_places), k->release);
	k->config = find_place(root, config_places, sizeof(config_places) / sizeof(*config_places), k->release);
	read_names(root, k);
	read_modules(root, k);
	return 0;
}

bool running_kernel_has_module(const char *root, const char *name)
{
	cleanup_free char *path = xasprintf("%s/sys/module/%s", root, name);

	return !access(path, F_OK);
}

void running_kernel_free(struct running_kernel *k)
{
	if (k->names >= 0)
		close(k->names);
	free(k->release);
	free(k->btf);
	free(k->config);
	free(k->symbols);
	module_set_free(&k->modules);
	*k = (struct running_kernel){.names = -1};
}
