/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/attach/attach_iterator.h"

#include <errno.h>
#include <string.h>

#include "agent/attach/attachment.h"

static struct bpf_link *link_to_map(const struct bpf_program *prog, const struct bpf_map *map)
{
	union bpf_iter_link_info info;
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));

	/* not by an initialiser: from gcc 15 on that leaves the rest of a union as it is, and the kernel refuses it */
	memset(&info, 0, sizeof(info));
	info.map.map_fd = (uint32_t)bpf_map__fd(map);
	return bpf_program__attach_iter(prog, &opts);
}

struct bpf_link *attach_iterator_link(const struct bpf_program *prog, const struct bpf_object *obj)
{
	struct bpf_link *link = bpf_program__attach_iter(prog, NULL);
	const struct bpf_map *map = NULL;
	int code = errno;

	while (!link && code == EBADF && (map = bpf_object__next_map(obj, map)))
		if (bpf_map__fd(map) >= 0)
			link = link_to_map(prog, map);
	if (!link)
		errno = code;
	return link;
}

int attach_iterator(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                    struct error *err)
{
	struct bpf_link *link = attach_iterator_link(prog, place->object);

	if (!link)
		return attach_failed(err, errno, "it wants a map, and the object has none that fits");
	attachment_hold_link(a, link);
	return 0;
}
