/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/circumstance/circumstance_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/circumstance/loader_place.h"
#include "agent/deeds/cgroup_root.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* Mounted while it is read or written only: objects are to find what they would find without a row's env=. */
#define SECURITYFS "/securityfs"
#define LOCKDOWN "/lockdown"
#define LSM_LIST "/lsm"
#define WORDS_MAX 4096

static void write_word(const char *path, const char *word)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		io_write_all(fd, word, strlen(word));
}

/* The first line of a file; "" with errno where there is none. The caller frees it. */
static char *read_words(const char *path)
{
	cleanup_buf struct buf text = {0};
	int rc = io_read_file(path, WORDS_MAX, &text, NULL);

	errno = -rc;
	return rc ? xstrdup("") : xstrndup(buf_str(&text), strcspn(buf_str(&text), "\n"));
}

/* ---- securityfs ---- */

static void securityfs_open(void)
{
	mkdir(SECURITYFS, 0700);
	mount("securityfs", SECURITYFS, "securityfs", 0, NULL);
}

static void securityfs_close(void)
{
	umount2(SECURITYFS, MNT_DETACH);
	rmdir(SECURITYFS);
}

static void set_lockdown(unsigned value)
{
	securityfs_open();
	write_word(SECURITYFS LOCKDOWN, circumstance_value_name(CIRCUMSTANCE_LOCKDOWN, value));
	securityfs_close();
}

/* "none [integrity] confidentiality" */
static unsigned find_lockdown(char **said)
{
	cleanup_free char *words = NULL, *name = NULL;
	const char *at;

	securityfs_open();
	words = read_words(SECURITYFS LOCKDOWN);
	securityfs_close();
	at = strchr(words, '[');
	name = at ? xstrndup(at + 1, strcspn(at + 1, "]")) : xstrdup("");
	*said = xasprintf("/sys/kernel/security/lockdown: %s", *words ? words : strerror(errno));
	return circumstance_value_parse(CIRCUMSTANCE_LOCKDOWN, name);
}

/* "capability,lockdown,bpf" */
static unsigned find_lsm(char **said)
{
	cleanup_free char *words = NULL, *padded = NULL;

	securityfs_open();
	words = read_words(SECURITYFS LSM_LIST);
	securityfs_close();
	padded = xasprintf(",%s,", words);
	*said = xasprintf("/sys/kernel/security/lsm: %s", *words ? words : strerror(errno));
	return !*words ? 0 : strstr(padded, ",bpf,") ? LSM_BPF : LSM_NONE;
}

/* ---- cgroups ---- */

#define UNIFIED CGROUP_ROOT "/unified"

/* As systemd mounts them. A kernel that was built without one of them, as of 6.12 without memory, has the others. */
static void mount_controllers(void)
{
	static const char *const names[] = {"cpu", "memory", "pids", "freezer", "devices"};

	mount("tmpfs", CGROUP_ROOT, "tmpfs", 0, "mode=755");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		cleanup_free char *path = xasprintf(CGROUP_ROOT "/%s", names[i]);

		mkdir(path, 0755);
		if (mount("cgroup", path, "cgroup", 0, names[i]))
			rmdir(path);
	}
}

static void set_cgroup(unsigned value)
{
	umount2(CGROUP_ROOT, MNT_DETACH);
	mount_controllers();
	if (value != CGROUP_HYBRID)
		return;
	mkdir(UNIFIED, 0755);
	mount("cgroup2", UNIFIED, "cgroup2", 0, NULL);
}

static unsigned find_cgroup(char **said)
{
	cleanup_buf struct buf mounts = {0}, found = {0};
	bool first = false, second = false;
	char *rest, *line;

	io_read_file("/proc/self/mounts", WORDS_MAX, &mounts, NULL);
	rest = mounts.data;
	while (rest && (line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "cgroup ", 7) || !strncmp(line, "cgroup2 ", 8)) {
			char *target = strchr(line, ' ');

			second |= line[6] == '2';
			first |= line[6] != '2';
			buf_printf(&found, " %.*s", (int)(target + 1 + strcspn(target + 1, " ") - line), line);
		}
	}
	*said = xasprintf("/proc/self/mounts:%s", buf_str(&found));
	return first && second ? CGROUP_HYBRID : first ? CGROUP_V1 : second ? CGROUP_V2 : 0;
}

/* ---- sysctls ---- */

#define JIT_ENABLE "/proc/sys/net/core/bpf_jit_enable"
#define JIT_HARDEN "/proc/sys/net/core/bpf_jit_harden"
#define UNPRIVILEGED "/proc/sys/kernel/unprivileged_bpf_disabled"

static void set_jit(unsigned value)
{
	write_word(JIT_ENABLE, value == JIT_OFF ? "0" : "1");
	write_word(JIT_HARDEN, value == JIT_HARDENED ? "2" : "0");
}

static unsigned find_jit(char **said)
{
	cleanup_free char *enable = read_words(JIT_ENABLE), *harden = read_words(JIT_HARDEN);

	*said = xasprintf(JIT_ENABLE ": %s, " JIT_HARDEN ": %s", enable, harden);
	if (!strcmp(enable, "0"))
		return JIT_OFF;
	return strcmp(enable, "1") != 0 ? 0 : !strcmp(harden, "0") ? JIT_ON : !strcmp(harden, "2") ? JIT_HARDENED : 0;
}

static void set_unprivileged(unsigned value)
{
	write_word(UNPRIVILEGED, value == UNPRIVILEGED_ALLOWED ? "0" : "2");
}

static unsigned find_unprivileged(char **said)
{
	cleanup_free char *value = read_words(UNPRIVILEGED);

	*said = xasprintf(UNPRIVILEGED ": %s", value);
	return !*value ? 0 : !strcmp(value, "0") ? UNPRIVILEGED_ALLOWED : UNPRIVILEGED_DENIED;
}

/* ---- all of them ---- */

static const struct keeper {
	void (*set)(unsigned value);   /* NULL: the command line decides */
	unsigned (*find)(char **said); /* in the kernel's own words, which are the caller's; 0: it does not say */
	bool in_place;                 /* of the process that loads: it is found there */
} keepers[CIRCUMSTANCE_COUNT] = {
        [CIRCUMSTANCE_LOCKDOWN] = {set_lockdown, find_lockdown, false},
        [CIRCUMSTANCE_LSM] = {NULL, find_lsm, false},
        [CIRCUMSTANCE_CGROUP] = {set_cgroup, find_cgroup, false},
        [CIRCUMSTANCE_JIT] = {set_jit, find_jit, false},
        [CIRCUMSTANCE_UNPRIVILEGED] = {set_unprivileged, find_unprivileged, false},
        [CIRCUMSTANCE_CAPS] = {NULL, loader_place_find_caps, true},
        [CIRCUMSTANCE_NAMESPACE] = {NULL, loader_place_find_namespace, true},
        [CIRCUMSTANCE_TRACEFS] = {NULL, loader_place_find_tracefs, true},
        [CIRCUMSTANCE_SYS] = {NULL, loader_place_find_sys, true},
        [CIRCUMSTANCE_MEMLOCK] = {NULL, loader_place_find_memlock, true},
};

void circumstances_set(const struct circumstances *asked)
{
	/* from the last to the first: what is locked down last cannot hinder the others */
	for (int k = CIRCUMSTANCE_COUNT - 1; k >= 0; k--)
		if (asked->value[k] && keepers[k].set)
			keepers[k].set(asked->value[k]);
	loader_place_set(asked);
}

struct search {
	enum circumstance_key key;
	char *said;
};

static int search(void *ctx)
{
	struct search *s = ctx;

	return (int)keepers[s->key].find(&s->said);
}

struct circumstance_fact circumstance_find(enum circumstance_key key, const struct circumstances *asked)
{
	struct circumstance_fact fact = {.asked = circumstance_text(key, asked->value[key])};

	struct search s = {.key = key};
	int value = keepers[key].in_place ? loader_place_run(search, &s) : search(&s);

	fact.found = circumstance_text(key, value > 0 ? (unsigned)value : 0);
	fact.said = s.said ? s.said : xstrdup("the process that loads did not come to tell");
	return fact;
}
