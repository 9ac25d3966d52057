/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_words: what rows say of the kernels of a source that a file of the user's defines, the same for all kinds of
 * these:
 *
 *   RELEASE               exactly this one, as uname -r says it
 *   VERSION FLAVOUR       the newest of that version: "6.8 generic"
 *   VERSION * FLAVOUR     each kernel of that version; so are ranges and * alone (version_span.h)
 *   newest FLAVOUR        the newest of all
 *   DISTRIBUTION FLAVOUR  the newest of a distribution, as the source calls it: "noble generic"
 *
 * What is a flavour and a distribution is in the index, as names of its kernels (kernel_index.h). Pure.
 */
#ifndef COREMATRIX_HOST_SOURCE_KERNEL_WORDS_H
#define COREMATRIX_HOST_SOURCE_KERNEL_WORDS_H

#include "host/lib/strings.h"
#include "host/source/source.h"

/* The callbacks read_words, fits and explain of such a source. */
int kernel_words_read(const struct arch *arch, const char *const *words, size_t count, size_t *fault,
                      struct error *err);
bool kernel_words_fit(const struct kernel_package *package, const struct kernel_wish *wish);
void kernel_words_explain(const struct kernel_source *self, const struct kernel_index *index,
                          const struct kernel_wish *wish, struct error *err);

/* The callback `flavour` of those whose releases end in it: "6.9.1-lab" is lab, "6.9.1" kernel. */
const char *kernel_words_flavour(const char *release);

/* The callbacks `arch` and `upstream_len` of those that do not read them from a release or a version. */
const struct arch *kernel_words_arch(const char *release);
size_t kernel_words_upstream_len(const char *version);

/* Add "DISTRIBUTION/FLAVOUR" to the names of a kernel, unless it is there. */
void kernel_words_name(struct kernel_package *package, const char *distribution, const char *flavour);

/* The names, which are in order, around where `spec` would stand: two below it and one above, or what there is. */
void kernel_words_nearest(const struct strings *names, const char *spec, struct buf *text);

/* A copy of a word that lives as long as the program, the same one for the same word. */
const char *kernel_words_keep(const char *word);

#endif
