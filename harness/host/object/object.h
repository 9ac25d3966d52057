/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object: the objects of one run: their bytes, their ini, their name in the results. It checks only what can be told
 * from the ELF header; everything else about an object's inside is the guest's business.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_H
#define COREMATRIX_HOST_OBJECT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"
#include "host/object/object_arch.h"
#include "host/object/object_ini.h"
#include "wire/job.h"

/* What a guest is given of one object, in one piece: of a loader all its files, LLVM's library among them, for a guest
 * that has the memory. An object by itself is not larger than OBJECT_ALONE_MAX_BYTES. More is refused with a clear
 * error.
 */
#define OBJECT_MAX_BYTES (384u << 20)
#define OBJECT_ALONE_MAX_BYTES (64u << 20)

struct object {
	char *name;       /* unique in the list */
	char *guest_name; /* by which the guest knows it; NULL: the same */
	char *path;
	char *invocation; /* what stands for it on a command line in place of its path; NULL: its path */
	bool embedded;    /* its bytes are a part of the file at `path` */
	char *build;      /* label of the build that it is, NULL: of none (object_builds.h) */
	bool adopted;     /* its name or its ini are those of another build, and not what its path tells */
	bool varied;      /* it is one of several that differ in what the ini says of them (object_variants.h) */
	struct buf bytes;
	char *sha256;
	struct object_file
	        *files[ARCH_MAX];    /* in place of the usual one, for kernels of an architecture (object_arch.h) */
	struct object_ini ini;       /* defaults when there is none */
	char *ini_path;              /* where it is, or would be */
	struct strings modules;      /* without which its programs cannot be attached (object_modules.h) */
	struct strings user_files;   /* of user space, that its probes are for (shipped.h) */
	struct object_list *carried; /* by a loader (carried.h); NULL: it is none */
	struct buf types;            /* raw BTF of a file that its ini names for the event's type; empty: none */
};

/* What a variant or a build may be called: it becomes part of names of files and cells. */
#define OBJECT_LABEL_MAX 40
bool object_is_label(const char *text);

struct object_list {
	struct object *at;
	size_t count;
};

/*
 * Read the objects that `paths` stand for (object_paths.h) and the ini beside each. A file that is no BPF object but
 * another ELF is searched for objects embedded in it (embedded.h): a single one is named for the file, several as
 * FILE.SOURCE. All mistakes are usage errors naming the path. An empty list is one. Free with object_list_free in
 * every case.
 */
int object_list_read(char *const *paths, size_t count, struct object_list *list, struct error *err);

/* Read the ini at `path` in the place of its own, which is not there. */
int object_read_ini(struct object *o, const char *path, struct error *err);

/*
 * Write the embedded and the adopted objects, each with its ini, below DIR/objects and let their paths point there:
 * what reproduces a cell needs a file of its own. Where the user's ini is, or would be, stays known (`ini_path`).
 */
int object_list_unpack(struct object_list *list, const char *dir, struct error *err);

/*
 * Whether what kernels of `arch` are given of the object may read the configuration: it has externs in .kconfig, or is
 * a program that holds an object which has. Sometimes true in vain, never false in vain.
 */
bool object_wants_config(const struct object *object, const struct arch *arch);

/* The kernel modules that the objects name or need, each once. */
void object_list_modules(const struct object_list *list, struct strings *names);

/* Only those stay whose entry of `keep` says so, in their order. */
void object_list_keep(struct object_list *list, const bool *keep);

/* Call each NAME@SUFFIX in the results; in the guest it keeps its name. */
void object_list_mark(struct object_list *list, const char *suffix);

/* What names the object, and no other, on a command line of `run`; the caller's. */
char *object_words(const struct object *object);

/*
 * The object as the job of a kernel of `arch` (NULL: of any) carries it, with the settings from its ini and the modules
 * that it needs; the caller owns it.
 */
struct job_object object_to_job(const struct object *object, const struct arch *arch);

void object_list_free(struct object_list *list);
#define cleanup_object_list __attribute__((cleanup(object_list_free)))

#endif
