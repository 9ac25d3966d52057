/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/loader_pack.h"

#include <errno.h>
#include <stdlib.h>

void loader_pack_add(struct buf *out, struct loader_pack_file *file)
{
	struct pack p = pack_writer(out);

	pack_str(&p, &file->path);
	pack_u32(&p, &file->mode);
	pack_u32(&p, &file->size);
	buf_add(out, file->bytes, file->size);
}

struct loader_pack_reader loader_pack_open(const void *bytes, uint32_t size)
{
	return (struct loader_pack_reader){.pack = pack_reader(bytes, size)};
}

int loader_pack_next(struct loader_pack_reader *r, struct loader_pack_file *file, struct error *err)
{
	struct pack *p = &r->pack;

	*file = (struct loader_pack_file){0};
	if (!p->failed && !p->left)
		return 0;
	pack_str(p, &file->path);
	pack_u32(p, &file->mode);
	pack_u32(p, &file->size);
	/* A view: the copy that pack_bytes makes would be the third in a small guest. */
	if (p->failed || file->size > p->left || *file->path != '/') {
		free(file->path);
		*file = (struct loader_pack_file){0};
		p->failed = true;
		return error_set(err, EBADMSG, "loader_pack: damaged content");
	}
	file->bytes = p->in;
	p->in += file->size;
	p->left -= file->size;
	return 1;
}
