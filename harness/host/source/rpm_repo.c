/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/rpm_repo.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/child.h"
#include "host/source/apt.h"
#include "host/source/definition.h"
#include "host/source/kernel_words.h"
#include "host/source/version_span.h"
#include "host/source/rpm_list.h"

/* What is read of it is unpacked in memory: a list that takes more, of memory or of the processor's time, is a bomb. */
static const uint64_t dnf_memory = (uint64_t)3 << 30, dnf_file = (uint64_t)1 << 30;
static const unsigned dnf_cpu_seconds = 5 * 60;
static const int dnf_timeout_ms = 30 * 60 * 1000;

/* ---- NAME.repo ---- */

/* Where a repository is, and how it is reached: passed on. What else dnf knows changes nothing of which kernels there
 * are. */
static const char *const passed[] = {
        "name",      "baseurl",      "mirrorlist",    "metalink", "enabled",        "repo_gpgcheck",
        "sslcacert", "sslclientkey", "sslclientcert", "proxy",    "proxy_username", "proxy_password",
        "username",  "password",     "cost",          "timeout",  "retries",        "minrate",
        "priority",  "excludepkgs",  "includepkgs",
};

struct reading {
	const char *path, *directory;
	struct buf *out;
	struct strings *keys;
	char *section;
	bool checked, has_key, disabled;
	struct error *err;
	int rc;
};

static bool is_on(const char *value)
{
	return !strcmp(value, "1") || !strcasecmp(value, "yes") || !strcasecmp(value, "true") ||
	       !strcasecmp(value, "on");
}

static bool is_passed(const char *name)
{
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (!strcmp(passed[i], name))
			return true;
	return false;
}

static int section_end(struct reading *r)
{
	if (r->rc || !r->section || r->disabled)
		return r->rc;
	if (!r->checked)
		r->rc = error_usage(r->err, "%s: [%s] has no gpgcheck=1; kernels are taken signed only", r->path,
		                    r->section);
	else if (!r->has_key)
		r->rc = error_usage(
		        r->err,
		        "%s: [%s] has no gpgkey; expected the key of those who sign it, a file beside this one or an absolute path",
		        r->path, r->section);
	return r->rc;
}

/* Several, with blanks or commas between them. */
static int read_keys(struct reading *r, const char *value)
{
	static const char scheme[] = "file://";
	cleanup_free char *text = xstrdup(value);
	char *at = text, *word;

	while ((word = strsep(&at, " \t,\n"))) {
		cleanup_free char *file = NULL;

		if (!*word)
			continue;
		word += strncmp(word, scheme, strlen(scheme)) ? 0 : strlen(scheme);
		if (strstr(word, "://"))
			return error_usage(
			        r->err,
			        "%s: [%s] gpgkey=%.200s; expected a file: a key that is fetched with what it signs proves nothing",
			        r->path, r->section, word);
		file = *word == '/' ? xstrdup(word) : xasprintf("%s/%s", r->directory, word);
		if (access(file, R_OK))
			return error_usage(r->err, "%s: [%s] gpgkey: %s: %s", r->path, r->section, file,
			                   strerror(errno));
		strings_add_once(r->keys, file);
		buf_printf(r->out, "gpgkey=file://%s\n", file);
		r->has_key = true;
	}
	return 0;
}

static int take_setting(struct reading *r, const char *name, const char *value)
{
	if (strstr(value, "$releasever"))
		return error_usage(
		        r->err,
		        "%s: [%s] %s=%.200s leaves the release of the distribution open; write it in, a file for each release",
		        r->path, r->section, name, value);
	if (!strcmp(name, "gpgkey"))
		return read_keys(r, value);
	if (!strcmp(name, "sslverify") && !is_on(value))
		return error_usage(r->err, "%s: [%s] sslverify=%.20s weakens a check; remove it", r->path, r->section,
		                   value);
	if (!strcmp(name, "gpgcheck"))
		r->checked = is_on(value);
	if (!strcmp(name, "enabled"))
		r->disabled = !is_on(value);
	if (is_passed(name))
		buf_printf(r->out, "%s=%s\n", name, value);
	return 0;
}

/* ini_handler */
static int take(void *ctx, const char *section, const char *name, const char *value)
{
	struct reading *r = ctx;

	if (!r->section || strcmp(r->section, section) != 0) {
		if (section_end(r))
			return 0;
		free(r->section);
		r->section = xstrdup(section);
		r->checked = r->has_key = r->disabled = false;
		buf_printf(r->out, "[%s]\ngpgcheck=1\n", section);
	}
	r->rc = take_setting(r, name, value);
	return !r->rc;
}

int rpm_repo_definition(const char *text, const char *path, const char *directory, struct buf *out,
                        struct strings *keys, struct error *err)
{
	struct reading r = {.path = path, .directory = directory, .out = out, .keys = keys, .err = err};
	int line = ini_parse_string(text, take, &r);

	section_end(&r);
	if (!r.rc && line > 0)
		r.rc = error_usage(err, "%s:%d: not a line of a .repo file; expected [ID] or KEY=VALUE", path, line);
	else if (!r.rc && !r.section)
		r.rc = error_usage(err, "%s: defines no repository; expected [ID] with baseurl, gpgcheck=1 and gpgkey",
		                   path);
	free(r.section);
	return r.rc;
}

/* ---- what rows say ---- */

/* "5.14.0-570.el9.ARCH+rt" is rt, "6.4.0-150600.21-default" default; what says nothing is the kernel itself. */
static const char *flavour(const char *release)
{
	const char *plus = strrchr(release, '+'), *dash = strrchr(release, '-');

	if (plus)
		return kernel_words_keep(plus + 1);
	return kernel_words_keep(dash && isalpha((unsigned char)dash[1]) ? dash + 1 : "kernel");
}

/* Of the characters that versions have (rpm-version(7)) and Lua's strings do not mind. */
static bool is_version(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("._+~^:-", *text))
			return false;
	return true;
}

static int compare(const char *a, const char *b)
{
	cleanup_free char *question = xasprintf("%%{lua:print(rpm.vercmp('%s','%s'))}", a, b);
	const char *const argv[] = {"rpm", "--eval", question, NULL};
	cleanup_child_result struct child_result said = {0};

	if (!strcmp(a, b) || !is_version(a) || !is_version(b))
		return strcmp(a, b);
	if (child_run(argv, NULL, &said, NULL) || !child_ok(&said))
		return strcmp(a, b);
	return atoi(buf_str(&said.out));
}

/* ---- the index ---- */

static int missing_tools(struct error *err)
{
	return error_set(err, ENOENT,
	                 "repositories of RPM packages are read with dnf and rpm; run: apt-get install dnf rpm");
}

/* The last line of what it said is the reason. */
static int dnf_failed(const struct kernel_source *self, const struct child_result *said, struct error *err)
{
	cleanup_free char *text = xstrdup(buf_str(&said->err)), *how = child_describe(said);
	char *end = text + strlen(text), *line;

	if (strstr(text, "No module named 'dnf'"))
		return missing_tools(err);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	return error_set(err, EIO, "%s: dnf %s: %.500s", self->definition, how, *line ? line : "it says nothing");
}

static int read_index(const struct kernel_source *self, const char *dir, const struct arch *arch,
                      struct kernel_index *index, struct error *err)
{
	const char *const argv[] = {"/usr/bin/python3", "-I", "-c", rpm_list_script, dir, arch->name, NULL};
	const struct child_options o = {.timeout_ms = dnf_timeout_ms,
	                                .max_file = dnf_file,
	                                .max_memory = dnf_memory,
	                                .max_cpu_seconds = dnf_cpu_seconds};
	cleanup_child_result struct child_result said = {0};
	int rc = child_run(argv, &o, &said, err);

	if (rc == -ENOENT)
		return missing_tools(err);
	if (rc)
		return rc;
	if (!child_ok(&said))
		return dnf_failed(self, &said, err);
	rc = kernel_index_read(buf_str(&said.out), said.out.len, self->definition, index, err);
	if (rc)
		return error_set(err, EIO, "%s: its repositories list kernels in a way that makes no sense",
		                 self->definition);
	if (!index->count)
		return error_set(err, EIO, "%s: none of its packages for %s has a kernel's image", self->definition,
		                 arch->name);
	return 0;
}

static int refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                   struct kernel_index *index, struct error *err)
{
	cleanup_free char *place = NULL, *directory = definition_directory(self->definition),
	                  *real = realpath(dir, NULL);
	cleanup_free char *work = xasprintf("%s/dnf", real ? real : dir), *repo = xasprintf("%s/source.repo", work);
	cleanup_buf struct buf text = {0}, repos = {0};
	cleanup_strings struct strings keys = {0};
	int rc = definition_read(self, &text, &place, err);

	*index = (struct kernel_index){0};
	rc = rc ? rc : rpm_repo_definition(buf_str(&text), self->definition, directory, &repos, &keys, err);
	rc = rc ? rc : io_remove_tree(work, err);
	rc = rc ? rc : io_make_dirs(work, err);
	rc = rc ? rc : io_replace_file(repo, repos.data, repos.len, err);
	rc = rc ? rc : read_index(self, work, arch, index, err);
	io_remove_tree(work, NULL);
	if (rc)
		kernel_index_free(index);
	else
		index->place = steal_ptr(place);
	return rc;
}

/* ---- files ---- */

static int rpmkeys(const char *database, const char *const *args, struct child_result *said, struct error *err)
{
	cleanup_free char *path = xasprintf("_dbpath %s", database);
	const char *argv[12] = {"rpmkeys", "--define", path, "--define", "_pkgverify_level all"};

	for (size_t n = 5; *args && n + 1 < sizeof(argv) / sizeof(argv[0]); args++)
		argv[n++] = *args;
	if (child_run(argv, NULL, said, err) == -ENOENT)
		return missing_tools(err);
	return 0;
}

/* With a database of keys that has those of the definition and no others. */
static int check_signature(const struct strings *keys, const char *name, const char *file, struct error *err)
{
	cleanup_free char *directory = xasprintf("%s.keys", file), *database = NULL;
	cleanup_child_result struct child_result said = {0};
	int rc = io_make_dirs(directory, err);

	database = rc ? NULL : realpath(directory, NULL);
	for (size_t i = 0; database && !rc && i < keys->count; i++) {
		cleanup_child_result struct child_result imported = {0};

		rc = rpmkeys(database, (const char *const[]){"--import", keys->at[i], NULL}, &imported, err);
		if (!rc && !child_ok(&imported))
			rc = error_usage(err, "%s: rpm takes no key from it: %.200s", keys->at[i],
			                 buf_str(&imported.err));
	}
	rc = rc ? rc : rpmkeys(database, (const char *const[]){"--checksig", file, NULL}, &said, err);
	if (!rc && !child_ok(&said))
		rc = error_set(err, EIO, "%s: rpm finds no good signature of the definition's keys on it", name);
	io_remove_tree(directory, NULL);
	return rc;
}

static int fetch(const struct kernel_source *self, const struct package_ref *ref, const char *target, struct error *err)
{
	cleanup_free char *place = NULL, *directory = definition_directory(self->definition);
	cleanup_buf struct buf text = {0}, ignored = {0};
	cleanup_strings struct strings keys = {0};
	int rc = definition_read(self, &text, &place, err);

	rc = rc ? rc : rpm_repo_definition(buf_str(&text), self->definition, directory, &ignored, &keys, err);
	rc = rc ? rc : apt_fetch(self, ref, target, err);
	rc = rc ? rc : check_signature(&keys, ref->name, target, err);
	if (rc)
		unlink(target);
	return rc;
}

const struct kernel_source rpm_repo_source = {
        .read_words = kernel_words_read,
        .several = version_span_is,
        .flavour = flavour,
        .arch = kernel_words_arch,
        .compare = compare,
        .upstream_len = kernel_words_upstream_len,
        .refresh = refresh,
        .serves = definition_serves,
        .fits = kernel_words_fit,
        .explain = kernel_words_explain,
        .fetch = fetch,
};
