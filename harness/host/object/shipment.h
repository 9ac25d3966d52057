/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shipment: all files that a program needs to run in an empty guest: itself, its interpreter, its libraries and theirs,
 * found as the dynamic linker would find them and without running anything, and what the user adds. It reads files and
 * writes none.
 */
#ifndef COREMATRIX_HOST_OBJECT_SHIPMENT_H
#define COREMATRIX_HOST_OBJECT_SHIPMENT_H

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"
#include "host/object/object.h"

struct shipment_request {
	const struct arch *arch; /* of the guests */
	const char *program;     /* as the user named it */
	char *const *arguments;
	size_t argument_count;
	char *const *extra; /* more files to take along, at their own paths */
	size_t extra_count;
	unsigned seconds; /* how long it may run before it is stopped, 0: the agent's default */
	const char *conf; /* in place of /etc/ld.so.conf; NULL: that one */
};

struct shipment {
	char *program;           /* absolute, without symbolic links: the path it has in the guest */
	struct strings files;    /* absolute paths; the program is the first */
	struct strings searched; /* directories that the guest's linker has to be told of */
	struct buf parcel;       /* the files (wire/parcel.h) */
};

/*
 * Collect the files. Returns 0, or a negative errno (error_usage) naming the file and what it lacks. Free with
 * shipment_free in every case.
 */
int shipment_collect(const struct shipment_request *request, struct shipment *out, struct error *err);
void shipment_free(struct shipment *s);
#define cleanup_shipment __attribute__((cleanup(shipment_free)))

/*
 * Make a list of one object of it: named for the program, with expectations from PROGRAM.ini where there is one. Free
 * the list with object_list_free in every case.
 */
int shipment_object(const struct shipment_request *request, struct object_list *list, struct error *err);

#endif
