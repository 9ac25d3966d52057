/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/parcel.h"

#include <errno.h>
#include <stdlib.h>

void parcel_add(struct buf *out, struct parcel_file *file)
{
	struct pack p = pack_writer(out);

	pack_str(&p, &file->path);
	pack_u32(&p, &file->mode);
	pack_u32(&p, &file->size);
	buf_add(out, file->bytes, file->size);
}

struct parcel_reader parcel_open(const void *bytes, uint32_t size)
{
	return (struct parcel_reader){.pack = pack_reader(bytes, size)};
}

int parcel_next(struct parcel_reader *r, struct parcel_file *file, struct error *err)
{
	struct pack *p = &r->pack;

	*file = (struct parcel_file){0};
	if (!p->failed && !p->left)
		return 0;
	pack_str(p, &file->path);
	pack_u32(p, &file->mode);
	pack_u32(p, &file->size);
	/* A view: the copy that pack_bytes makes would be the third in a small guest. */
	if (p->failed || file->size > p->left || *file->path != '/') {
		free(file->path);
		*file = (struct parcel_file){0};
		p->failed = true;
		return error_set(err, EBADMSG, "parcel: damaged content");
	}
	file->bytes = p->in;
	p->in += file->size;
	p->left -= file->size;
	return 1;
}
