/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pacman_repo: kernels of repositories of pacman's packages. Where they are is said in a file NAME.pacman, as
 * pacman.conf(5) describes them: [REPOSITORY] with Server=, where $repo and $arch stand for themselves; SigLevel may be
 * there and has to require that packages are signed. Whose signatures count is said by a keyring NAME.gpg beside it,
 * against which gpgv holds each package; lists are seldom signed, and of what they say only the hashes matter.
 */
#ifndef COREMATRIX_HOST_SOURCE_PACMAN_REPO_H
#define COREMATRIX_HOST_SOURCE_PACMAN_REPO_H

#include "host/source/source.h"

/* Of all such sources: they differ in name, listing, directory and definition. */
extern const struct kernel_source pacman_repo_source;

/* Repositories as a definition has them, `servers` with $repo and $arch replaced. */
struct pacman_repos {
	struct strings names, servers;
};

/*
 * The repositories that the text of a NAME.pacman at `path` defines for an architecture, by the name that uname -m has.
 * What is none, and a SigLevel that takes packages unsigned, are usage errors that name `path`. Pure. The caller frees
 * `repos` either way.
 */
int pacman_repos_read(const char *text, const char *path, const char *arch, struct pacman_repos *repos,
                      struct error *err);
void pacman_repos_free(struct pacman_repos *repos);
#define cleanup_pacman_repos __attribute__((cleanup(pacman_repos_free)))

#endif
