/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/pacman_repo.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/version.h"
#include "host/lib/child.h"
#include "host/source/apt.h"
#include "host/source/definition.h"
#include "host/source/kernel_words.h"
#include "host/source/version_span.h"
#include "host/source/pacman_scan.h"

/* ---- NAME.pacman ---- */

struct reading {
	const char *path, *arch;
	struct pacman_repos *repos;
	struct error *err;
	int rc;
};

/* With what $repo and $arch stand for; the caller frees it. */
static char *expand(const char *text, const char *repo, const char *arch)
{
	struct buf out = {0};

	while (*text) {
		const char *value = !strncmp(text, "$repo", 5) ? repo : !strncmp(text, "$arch", 5) ? arch : NULL;

		if (value)
			buf_puts(&out, value);
		else
			buf_putc(&out, *text);
		text += value ? 5 : 1;
	}
	return buf_steal(&out);
}

/* "Required DatabaseOptional": the last word on packages counts. */
static bool requires_signatures(const char *value)
{
	cleanup_free char *text = xstrdup(value);
	char *at = text, *word;
	bool required = true;

	while ((word = strsep(&at, " \t"))) {
		word += strncmp(word, "Package", 7) ? 0 : 7;
		if (!strcmp(word, "Required"))
			required = true;
		else if (!strcmp(word, "Optional") || !strcmp(word, "Never"))
			required = false;
	}
	return required;
}

static int take_server(struct reading *r, const char *section, const char *value)
{
	struct pacman_repos *repos = r->repos;
	cleanup_free char *server = expand(value, section, r->arch);
	size_t len = strlen(server);

	if (!strstr(server, "://") || !column_is_word(server) || strchr(server, '$'))
		return error_usage(r->err,
		                   "%s: [%s] Server=%.200s; expected an address, in which $repo and $arch may stand",
		                   r->path, section, value);
	/* others are for when the first does not answer */
	if (repos->names.count && !strcmp(repos->names.at[repos->names.count - 1], section))
		return 0;
	while (len && server[len - 1] == '/')
		server[--len] = '\0';
	strings_add(&repos->names, section);
	strings_add(&repos->servers, server);
	return 0;
}

/* ini_handler */
static int take(void *ctx, const char *section, const char *name, const char *value)
{
	struct reading *r = ctx;

	/* what comes after a mistake changes nothing */
	if (r->rc)
		return 0;
	if (!strcmp(name, "SigLevel") && !requires_signatures(value))
		r->rc = error_usage(r->err, "%s: [%s] SigLevel=%.100s; kernels are taken signed only", r->path, section,
		                    value);
	else if (!strcmp(name, "Include"))
		r->rc = error_usage(r->err, "%s: [%s] Include=%.200s; write its Server= in", r->path, section, value);
	else if (!strcmp(name, "Server") && io_is_plain_name(section) && strcmp(section, "options") != 0)
		r->rc = take_server(r, section, value);
	return !r->rc;
}

int pacman_repos_read(const char *text, const char *path, const char *arch, struct pacman_repos *repos,
                      struct error *err)
{
	struct reading r = {.path = path, .arch = arch, .repos = repos, .err = err};
	int line;

	*repos = (struct pacman_repos){0};
	line = ini_parse_string(text, take, &r);
	if (!r.rc && line > 0)
		return error_usage(err, "%s:%d: not a line of a pacman.conf; expected [REPOSITORY] or KEY = VALUE",
		                   path, line);
	if (!r.rc && !repos->names.count)
		return error_usage(err, "%s: defines no repository; expected [NAME] with Server = ADDRESS", path);
	return r.rc;
}

void pacman_repos_free(struct pacman_repos *repos)
{
	strings_free(&repos->names);
	strings_free(&repos->servers);
}

/* ---- what rows say ---- */

/* "6.12.1-arch1-1" is linux, "6.12.1-1-lts" linux-lts. */
static const char *flavour(const char *release)
{
	const char *dash = strrchr(release, '-');
	cleanup_free char *name = NULL;

	if (!dash || !isalpha((unsigned char)dash[1]))
		return "linux";
	name = xasprintf("linux%s", dash);
	return kernel_words_keep(name);
}

/* ---- the index ---- */

static int read_repository(const char *dir, const char *name, const char *server, const struct arch *arch,
                           struct kernel_index *index, struct error *err)
{
	cleanup_free char *target = xasprintf("%s/%s.files", dir, name), *uri = xasprintf("%s/%s.files", server, name);
	const struct package_ref ref = {.name = uri, .uri = uri};
	cleanup_close int fd = -1;
	int rc = apt_fetch(NULL, &ref, target, err);

	fd = rc ? -1 : open(target, O_RDONLY | O_CLOEXEC);
	if (!rc && fd < 0)
		rc = error_set(err, errno, "%s: cannot open: %s", target, strerror(errno));
	rc = rc ? rc : pacman_scan(fd, uri, server, name, arch->name, index, err);
	unlink(target);
	return rc;
}

static int refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                   struct kernel_index *index, struct error *err)
{
	cleanup_free char *place = NULL;
	cleanup_buf struct buf text = {0};
	cleanup_pacman_repos struct pacman_repos repos = {0};
	int rc = definition_read(self, &text, &place, err);

	*index = (struct kernel_index){0};
	rc = rc ? rc : pacman_repos_read(buf_str(&text), self->definition, arch->name, &repos, err);
	for (size_t i = 0; i < repos.names.count && !rc; i++) {
		cleanup_error struct error why = {0};

		if (read_repository(dir, repos.names.at[i], repos.servers.at[i], arch, index, &why))
			kernel_index_add_gap(index, why.text);
	}
	if (!rc && !index->count)
		rc = error_set(err, EIO, "%s: none of its packages for %s has a kernel's image%s%s", self->definition,
		               arch->name, index->gap_count ? "; " : "", index->gap_count ? index->gaps[0] : "");
	if (rc) {
		kernel_index_free(index);
		return rc;
	}
	kernel_index_sort(index);
	index->place = steal_ptr(place);
	return 0;
}

/* ---- files ---- */

static int check_signature(const struct kernel_source *self, const struct package_ref *ref, const char *file,
                           struct error *err)
{
	cleanup_free char *directory = definition_directory(self->definition),
	                  *keyring = xasprintf("%s/%s.gpg", directory, io_basename(self->place)),
	                  *uri = xasprintf("%s.sig", ref->uri), *signature = xasprintf("%s.sig", file);
	const struct package_ref sig = {.name = uri, .uri = uri};
	const char *const argv[] = {"gpgv", "--keyring", keyring, signature, file, NULL};
	cleanup_child_result struct child_result said = {0};
	int rc;

	if (access(keyring, R_OK))
		return error_usage(err, "%s: %s; expected the keyring of those who sign the packages of %s", keyring,
		                   strerror(errno), self->definition);
	rc = apt_fetch(self, &sig, signature, err);
	rc = rc == -ENOENT ? error_set(err, EIO, "%s: nobody signed it", ref->uri) : rc;
	rc = rc ? rc : child_run(argv, NULL, &said, err);
	if (!rc && !child_ok(&said))
		rc = error_set(err, EIO, "%s: gpgv finds no good signature of %s on it", ref->name, keyring);
	unlink(signature);
	return rc;
}

static int fetch(const struct kernel_source *self, const struct package_ref *ref, const char *target, struct error *err)
{
	int rc = apt_fetch(self, ref, target, err);

	rc = rc ? rc : check_signature(self, ref, target, err);
	if (rc)
		unlink(target);
	return rc;
}

const struct kernel_source pacman_repo_source = {
        .read_words = kernel_words_read,
        .several = version_span_is,
        .flavour = flavour,
        .arch = kernel_words_arch,
        .compare = version_compare,
        .upstream_len = kernel_words_upstream_len,
        .refresh = refresh,
        .serves = definition_serves,
        .fits = kernel_words_fit,
        .explain = kernel_words_explain,
        .fetch = fetch,
};
