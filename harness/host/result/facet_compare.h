/* SPDX-License-Identifier: BSD-2-Clause */
/* facet_compare: in which ways the members of a family differ on one kernel; facet_view.h says what counts. Pure. */
#ifndef COREMATRIX_HOST_RESULT_FACET_COMPARE_H
#define COREMATRIX_HOST_RESULT_FACET_COMPARE_H

#include <stdint.h>

#include "host/result/facet.h"

/* One thing that is not the same for all. */
struct facet_way {
	char *subject;   /* "", "program on_exec", "relocation on_exec byte_off struct task_struct.comm" */
	char **values;   /* one per member, NULL: not spoken of */
	uint64_t *costs; /* instead of values: how much, 0: not known */
};

struct facet_ways {
	struct facet_way *at;
	size_t count;
	size_t members;
};

/* None where a member was not measured. The caller's: facet_ways_free. */
void facet_compare(const struct result_view *v, const struct facet_family *family, size_t kernel,
                   struct facet_ways *ways);
void facet_ways_free(struct facet_ways *ways);
#define cleanup_facet_ways __attribute__((cleanup(facet_ways_free)))

#endif
