/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * module_store: the kernel modules of one kernel in the store: those that were asked for and what they depend on, in
 * images/NAME/modules/, unpacked, with a record. A kernel's package has thousands, of which a run needs few: they are
 * taken when they are first asked for. What a kernel has not got as a module (built in, or not there at all) is known
 * too. The store's lock is held.
 */
#ifndef COREMATRIX_HOST_STORE_MODULE_STORE_H
#define COREMATRIX_HOST_STORE_MODULE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/lib/strings.h"

enum module_state {
	MODULE_FILE,     /* in the store */
	MODULE_BUILT_IN, /* part of the kernel's image: nothing to load */
	MODULE_ABSENT,   /* the kernel has none, or its package is not available: `reason` */
};

struct stored_module {
	char *name; /* as /proc/modules has it: with _ for - */
	enum module_state state;
	char *path;           /* MODULE_FILE; "" else */
	char *reason;         /* MODULE_ABSENT; "" else */
	struct strings needs; /* modules it depends on directly; each is in the set too */
};

struct module_set {
	struct stored_module *at;
	size_t count;
};

void module_set_free(struct module_set *set);
#define cleanup_module_set __attribute__((cleanup(module_set_free)))

const struct stored_module *module_set_find(const struct module_set *set, const char *name);

/*
 * Append the names of `name` and all it depends on that are files, in the order in which they have to be loaded; none
 * is added twice.
 */
void module_set_order(const struct module_set *set, const char *name, struct strings *order);

/* A module's name as /proc/modules has it; the caller frees it. */
char *module_name(const char *text);

/*
 * What is known of the modules in the directory of an entry. Nothing known is an empty set; a record that is damaged,
 * or speaks of a file that is not there with its size, counts as nothing known.
 */
void module_store_read(const char *entry, struct module_set *set);

/* The module of that name, added without a state when there is none. */
struct stored_module *module_set_put(struct module_set *set, const char *name);

/* Whether `name` is one that a module can have; names become names of files. */
bool module_is_name(const char *name);

/* Where its file is within an entry; the caller frees it. */
char *module_store_path(const char *entry, const char *name);

/* The file that says what is known of them; the caller frees it. */
char *module_store_record(const char *entry);

/* Make room for an entry's modules; then keep the set as what is known of them. */
int module_store_prepare(const char *entry, struct error *err);
int module_store_write(const char *entry, const struct module_set *set, struct error *err);

/* Whether all of `names` are in the set, with what they depend on. */
bool module_set_has(const struct module_set *set, const struct strings *names);

/* Note that `names` are not available, and why. */
int module_store_note_absent(const char *entry, const struct strings *names, const char *reason, struct error *err);

#endif
