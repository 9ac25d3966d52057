/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/circumstance/circumstance_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* ---- all of them ---- */

static const struct keeper {
	void (*set)(unsigned value);   /* NULL: the command line decides */
	unsigned (*find)(char **said); /* in the kernel's own words, which are the caller's; 0: it does not say */
} keepers[CIRCUMSTANCE_COUNT] = {
        [CIRCUMSTANCE_LOCKDOWN] = {set_lockdown, find_lockdown},
        [CIRCUMSTANCE_LSM] = {NULL, find_lsm},
};

void circumstances_set(const struct circumstances *asked)
{
	/* from the last to the first: what is locked down last cannot hinder the others */
	for (int k = CIRCUMSTANCE_COUNT - 1; k >= 0; k--)
		if (asked->value[k] && keepers[k].set)
			keepers[k].set(asked->value[k]);
}

struct circumstance_fact circumstance_find(enum circumstance_key key, const struct circumstances *asked)
{
	struct circumstance_fact fact = {.asked = circumstance_text(key, asked->value[key])};

	fact.found = circumstance_text(key, keepers[key].find(&fact.said));
	return fact;
}
