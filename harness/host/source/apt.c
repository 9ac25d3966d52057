/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/apt.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/lib/child.h"
#include "host/source/apt_release.h"

static const char helper[] = "/usr/lib/apt/apt-helper";
/* Seen: 103 MB. */
static const uint64_t lists_bytes = (uint64_t)130 << 20;
/* Largest seen: 60 MB. */
static const uint64_t list_max = (uint64_t)512 << 20;
static const size_t release_max = 8u << 20;

static const char *const keyrings[] = {
        "/usr/share/keyrings/debian-archive-keyring.gpg",
        "/usr/share/keyrings/debian-archive-keyring.pgp",
};

/*
 * Read after /etc/apt/apt.conf.d, so it has the last word. Hooks of the system (caches of package managers) have no
 * business with a private index, and apt's download user could not reach a private directory. A mirror may
 * stand still: the signatures of its lists are checked, and that they are past their date is told.
 */
static const char conf_format[] = "// Written by corematrix; the settings of /etc/apt/apt.conf.d hold but for these.\n"
                                  "#clear APT::Update::Pre-Invoke;\n"
                                  "#clear APT::Update::Post-Invoke;\n"
                                  "#clear APT::Update::Post-Invoke-Success;\n"
                                  "#clear APT::Architectures;\n"
                                  "APT::Architecture \"%s\";\n"
                                  "APT::Architectures { \"%s\"; };\n"
                                  "APT::Sandbox::User \"root\";\n"
                                  "Acquire::Languages \"none\";\n"
                                  "Acquire::Check-Valid-Until \"false\";\n"
                                  "Dir::Etc::sourceparts \"/dev/null\";\n"
                                  "Dir::Etc::preferences \"/dev/null\";\n"
                                  "Dir::Etc::preferencesparts \"/dev/null\";\n"
                                  "Dir::Cache::pkgcache \"\";\n"
                                  "Dir::Cache::srcpkgcache \"\";\n";

/* ---- the mirror ---- */

/* Cloud images of Debian name their mirror in a file: mirror+file:/etc/apt/mirrors/debian.list. */
static int mirror_settle(char **base, struct error *err)
{
	static const char method[] = "mirror+file:";
	cleanup_buf struct buf text = {0};
	char *first;

	if (strncmp(*base, method, strlen(method)))
		return 0;
	if (io_read_file(*base + strlen(method), 1 << 16, &text, err))
		return error_prefix(err, "the system's apt takes its mirror from ");
	first = apt_mirror_list_first(buf_str(&text));
	if (!first)
		return error_set(err, EINVAL, "%s names no mirror; set DEBIAN_MIRROR to one", *base + strlen(method));
	free(*base);
	*base = first;
	return 0;
}

static void cut_slashes(char *base)
{
	for (size_t len = strlen(base); len && base[len - 1] == '/'; len--)
		base[len - 1] = '\0';
}

const char *apt_mirror_given(void)
{
	const char *mirror = getenv("DEBIAN_MIRROR");

	return mirror && *mirror ? mirror : NULL;
}

static int mirrors_given(const char *mirror, struct apt_mirrors *mirrors, struct error *err)
{
	const char *security = getenv("DEBIAN_SECURITY_MIRROR");

	for (const char *c = mirror; *c; c++)
		if (!isgraph((unsigned char)*c) || !strstr(mirror, ":/"))
			return error_usage(
			        err, "DEBIAN_MIRROR='%s' is not the address of a mirror; expected SCHEME://HOST/debian",
			        mirror);
	mirrors->debian = xstrdup(mirror);
	cut_slashes(mirrors->debian);
	mirrors->security = security && *security ? xstrdup(security) : apt_security_beside(mirrors->debian);
	cut_slashes(mirrors->security);
	return 0;
}

static int mirrors_of_system(struct apt_mirrors *mirrors, struct error *err)
{
	static const char *const argv[] = {"apt-get", "update", "--print-uris", NULL};
	cleanup_child_result struct child_result said = {0};
	int rc = child_run(argv, NULL, &said, err);

	if (rc)
		return error_prefix(err, "kernels come from a Debian mirror through apt: ");
	apt_mirrors_parse(buf_str(&said.out), mirrors);
	if (!*mirrors->debian)
		return error_set(
		        err, ENOENT,
		        "the system's apt has no Debian mirror in its sources; set DEBIAN_MIRROR to one, for example DEBIAN_MIRROR=http://HOST/debian%s%.*s",
		        said.err.len ? "; apt says: " : "", (int)strcspn(buf_str(&said.err), "\n"), buf_str(&said.err));
	rc = mirror_settle(&mirrors->debian, err);
	if (!rc)
		rc = mirror_settle(&mirrors->security, err);
	if (rc)
		return rc;
	cut_slashes(mirrors->debian);
	cut_slashes(mirrors->security);
	if (!*mirrors->security) {
		free(mirrors->security);
		mirrors->security = apt_security_beside(mirrors->debian);
	}
	return 0;
}

/* ---- its own apt ---- */

static const char *find_keyring(void)
{
	for (size_t i = 0; i < sizeof(keyrings) / sizeof(keyrings[0]); i++)
		if (!access(keyrings[i], R_OK))
			return keyrings[i];
	return "";
}

/* The private apt: every run of it is given these. Options on the command line, for a path may hold any character. */
struct private_apt {
	char *state, *conf;
	char *options[4];
};
enum { PRIVATE_OPTIONS = 4 };

static void private_free(struct private_apt *p)
{
	free(p->state);
	free(p->conf);
	for (size_t i = 0; i < PRIVATE_OPTIONS; i++)
		free(p->options[i]);
}
#define cleanup_private __attribute__((cleanup(private_free)))

static int write_in(const char *dir, const char *name, const char *text, size_t len, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name);

	return io_replace_file(path, text, len, err);
}

static int private_setup(const char *dir, const struct buf *sources, const struct arch *arch, struct private_apt *p,
                         struct error *err)
{
	cleanup_free char *absolute = NULL, *partial = NULL, *archives = NULL;
	cleanup_free char *conf = xasprintf(conf_format, arch->deb, arch->deb);
	int rc = io_make_dirs(dir, err);

	if (rc)
		return rc;
	absolute = realpath(dir, NULL);
	if (!absolute)
		return error_set(err, errno, "%s: %s", dir, strerror(errno));
	p->state = xasprintf("%s/state", absolute);
	p->conf = xasprintf("%s/state/apt.conf", absolute);
	p->options[0] = xasprintf("Dir::State=%s", p->state);
	p->options[1] = xasprintf("Dir::State::status=%s/status", p->state);
	p->options[2] = xasprintf("Dir::Cache=%s/cache", p->state);
	p->options[3] = xasprintf("Dir::Etc::sourcelist=%s/corematrix.sources", p->state);
	partial = xasprintf("%s/lists/partial", p->state);
	archives = xasprintf("%s/cache/archives/partial", p->state);
	/* A run that was killed may have left lists that apt would take for its own. */
	rc = io_remove_tree(p->state, err);
	if (!rc)
		rc = io_make_dirs(partial, err);
	if (!rc)
		rc = io_make_dirs(archives, err);
	if (!rc)
		rc = write_in(p->state, "corematrix.sources", sources->data, sources->len, err);
	if (!rc)
		rc = write_in(p->state, "apt.conf", conf, strlen(conf), err);
	return rc ? rc : write_in(p->state, "status", "", 0, err);
}

/* Run `program` of apt with the private settings and `args` (NULL-terminated). */
static int private_run(const struct private_apt *p, const char *program, const char *const *args,
                       const struct child_options *o, struct child_result *said, struct error *err)
{
	const char *argv[32];
	size_t n = 0;

	argv[n++] = program;
	argv[n++] = "-c";
	argv[n++] = p->conf;
	for (size_t i = 0; i < PRIVATE_OPTIONS; i++) {
		argv[n++] = "-o";
		argv[n++] = p->options[i];
	}
	while (*args && n + 1 < sizeof(argv) / sizeof(argv[0]))
		argv[n++] = *args++;
	argv[n] = NULL;
	return child_run(argv, o, said, err);
}

/* ---- lists ---- */

struct feed {
	struct paragraphs *reader;
	struct list_origin origin;
};

static int feed_bytes(void *ctx, const char *bytes, size_t len)
{
	const struct feed *feed = ctx;

	paragraphs_feed(feed->reader, &feed->origin, bytes, len);
	return 0;
}

static int list_read(const struct private_apt *p, char *line, struct paragraphs *reader, struct error *err)
{
	char *at = line;
	const char *base = strsep(&at, "|"), *suite = at ? strsep(&at, "|") : NULL, *file = at;
	struct feed feed = {reader, {base, suite}};
	const struct child_options o = {.sink = feed_bytes, .ctx = &feed};
	cleanup_child_result struct child_result said = {0};
	int rc;

	/* A target that apt did not fetch is listed all the same. */
	if (!file || access(file, R_OK))
		return 0;
	rc = private_run(p, helper, (const char *const[]){"cat-file", file, NULL}, &o, &said, err);
	paragraphs_end(reader, &feed.origin);
	if (rc || child_ok(&said))
		return rc;
	return error_set(err, EIO, "apt cannot read the list it fetched: %.*s", (int)strcspn(buf_str(&said.err), "\n"),
	                 buf_str(&said.err));
}

static int lists_read(const struct private_apt *p, enum apt_lists what, struct paragraphs *reader, struct error *err)
{
	cleanup_free char *filter = xasprintf("Created-By: %s", apt_lists_target(what));
	const char *const args[] = {"indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(FILENAME)", filter, NULL};
	cleanup_child_result struct child_result said = {0};
	int rc = private_run(p, "apt-get", args, NULL, &said, err);
	char *at = said.out.data, *line;

	while (!rc && at && (line = strsep(&at, "\n")))
		if (*line)
			rc = list_read(p, line, reader, err);
	return rc;
}

/* HOST_PATH_dists_SUITE_InRelease */
static int is_release(const struct dirent *e)
{
	return !fnmatch("*_dists_?*_InRelease", e->d_name, 0) || !fnmatch("*_dists_?*_Release", e->d_name, 0);
}

static char *suite_of(const char *file)
{
	const char *begin = strstr(file, "_dists_") + strlen("_dists_");

	return xstrndup(begin, (size_t)(strrchr(file, '_') - begin));
}

static bool is_there(const char *path)
{
	static const char *const endings[] = {"", ".lz4", ".xz", ".gz", ".zst", ".bz2", ".lzma"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		cleanup_free char *file = xasprintf("%s%s", path, endings[i]);

		if (!access(file, R_OK))
			return true;
	}
	return false;
}

/*
 * Lists that a suite's signed index names and that apt did not bring. It says so itself of most reasons, and not of a
 * list that was more than a file may be.
 */
static void note_lacking(const char *release_path, const char *suite, const char *release, const struct strings *wanted,
                         struct strings *complaints)
{
	const size_t prefix = (size_t)(strrchr(release_path, '_') + 1 - release_path);

	for (size_t i = 0; i < wanted->count; i++) {
		const char *key = wanted->at[i];
		cleanup_free char *path = xasprintf("%.*s%s", (int)prefix, release_path, key);

		for (char *c = path + prefix; *c; c++)
			*c = *c == '/' ? '_' : *c;
		if (apt_release_names(release, key) && !is_there(path))
			strings_addf(
			        complaints,
			        "%s of %s is in the signed index, and apt brought none that can be read: it is damaged, or unpacks to more than %u MB",
			        key, suite, (unsigned)(list_max >> 20));
	}
}

/* What the signed indexes of suites say: of their age, and of lists that did not come. */
static void read_releases(const struct private_apt *p, const struct strings *wanted, struct strings *complaints)
{
	cleanup_free char *dir = xasprintf("%s/lists", p->state);
	cleanup_buf struct buf old = {0};
	struct dirent **found = NULL;
	int count = scandir(dir, &found, is_release, alphasort);

	for (int i = 0; i < count; i++) {
		cleanup_free char *path = xasprintf("%s/%s", dir, found[i]->d_name);
		cleanup_free char *suite = suite_of(found[i]->d_name);
		cleanup_buf struct buf text = {0};

		if (!io_read_file(path, release_max, &text, NULL)) {
			apt_release_add_old(suite, buf_str(&text), time(NULL), &old);
			note_lacking(path, suite, buf_str(&text), wanted, complaints);
		}
		free(found[i]);
	}
	free(found);
	if (old.len)
		log_warn(
		        "the mirror's signed lists of these suites are past their date, and what is newer is not seen: %s",
		        buf_str(&old));
}

static bool has_room(const char *dir, uint64_t bytes)
{
	struct statvfs st;

	return statvfs(dir, &st) || (uint64_t)st.f_bavail * st.f_frsize >= bytes;
}

static int no_room(const char *dir, struct error *err)
{
	return error_set(
	        err, ENOSPC,
	        "%s: no space left for the lists of packages, which take %u MB while they are read; make room and try again",
	        dir, (unsigned)(lists_bytes >> 20));
}

int apt_read_sources(const char *dir, const struct buf *sources, enum apt_lists what, const struct arch *arch,
                     struct paragraphs *reader, struct strings *complaints, struct error *err)
{
	/* The cache that it would make of the lists at the end is a third of its work, and for nobody. */
	static const char *const args[] = {"-o", "pkgCacheFile::Generate=false", "update", NULL};
	cleanup_child_result struct child_result said = {0};
	cleanup_private struct private_apt p = {0};
	/* A list that unpacks to more is a bomb: apt unpacks it before it knows that it is not what was signed. */
	const struct child_options o = {.max_file = list_max};
	cleanup_strings struct strings wanted = {0};
	int rc = private_setup(dir, sources, arch, &p, err);

	if (!rc && !has_room(dir, lists_bytes))
		rc = no_room(dir, err);
	if (!rc)
		rc = private_run(&p, "apt-get", args, &o, &said, err);
	/* apt says nothing of lists that did not fit, and what they list would be lacking. */
	if (!rc && !has_room(dir, 1 << 20))
		rc = no_room(dir, err);
	apt_complaints_parse(buf_str(&said.err), complaints);
	if (!rc)
		rc = lists_read(&p, what, reader, err);
	if (!rc) {
		apt_sources_lists(buf_str(sources), what, arch, &wanted);
		read_releases(&p, &wanted, complaints);
	}
	/* The lists take 100 MB, what is wanted of them 100 kB. */
	if (p.state)
		io_remove_tree(p.state, NULL);
	return rc;
}

int apt_read_lists(const char *dir, enum apt_lists what, const struct arch *arch, struct paragraphs *reader,
                   char **mirror, struct strings *complaints, struct error *err)
{
	cleanup_mirrors struct apt_mirrors mirrors = {0};
	const char *given = apt_mirror_given();
	cleanup_buf struct buf sources = {0};
	int rc = given ? mirrors_given(given, &mirrors, err) : mirrors_of_system(&mirrors, err);

	*mirror = xstrdup(rc ? "" : mirrors.debian);
	if (rc)
		return rc;
	apt_sources_write(&mirrors, find_keyring(), what, arch, &sources);
	return apt_read_sources(dir, &sources, what, arch, reader, complaints, err);
}

/* ---- files ---- */

/* The first line of apt's that names an error, without its "E: ". */
static char *first_complaint(const char *text)
{
	const char *line = strstr(text, "E: ");

	return line ? xstrndup(line + 3, strcspn(line + 3, "\n")) : xstrdup("it says nothing else");
}

int apt_fetch(const struct kernel_source *self, const struct package_ref *ref, const char *target, struct error *err)
{
	cleanup_free char *hash = ref->sha256 ? xasprintf("SHA256:%s", ref->sha256) : NULL, *complaint = NULL,
	                  *how = NULL;
	const char *argv[] = {helper, "-o", "APT::Sandbox::User=root", "download-file", ref->uri, target, hash, NULL};
	cleanup_child_result struct child_result said = {0};
	const char *text;
	int rc = child_run(argv, NULL, &said, err);

	(void)self;
	if (rc)
		return rc;
	if (child_ok(&said) && !access(target, R_OK))
		return 0;
	text = buf_str(&said.err);
	if (strstr(text, "No space left on device"))
		return error_set(err, ENOSPC, "%s: no space left on the device", ref->name);
	if (strstr(text, " 404 ") || strstr(text, "File not found"))
		return error_set(err, ENOENT, "the mirror lists %s but does not have it", ref->uri);
	complaint = first_complaint(text);
	how = child_describe(&said);
	return error_set(err, EIO, "%s cannot be fetched from the mirror: apt %s: %s", ref->name, how, complaint);
}
