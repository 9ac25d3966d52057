/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect_suspect: which releases the types speak against: those on whose sides something differs for the object, among
 * the ones that the store has already. It fetches nothing, and runs nothing but a prediction.
 */
#ifndef COREMATRIX_HOST_BISECT_BISECT_SUSPECT_H
#define COREMATRIX_HOST_BISECT_BISECT_SUSPECT_H

#include <stdbool.h>

#include "host/lib/strings.h"

/*
 * Sets `suspects`, one per release, all false before, for that variant of the object's (object_variants.h). What cannot
 * be read is as if it were not there.
 */
void bisect_suspect(char *object, const char *variant, const char *images, const struct strings *releases,
                    bool *suspects);

#endif
