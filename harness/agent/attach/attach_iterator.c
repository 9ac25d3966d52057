/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/attach/attach_iterator.h"

#include <errno.h>
#include <string.h>

#include "agent/attach/attachment.h"
#include "base/cleanup.h"

/* Not by an initialiser: from gcc 15 on that leaves the rest of a union as it is, and the kernel refuses it. */
static void info_clear(union bpf_iter_link_info *info)
{
	memset(info, 0, sizeof(*info));
}

static struct bpf_link *link_with(const struct bpf_program *prog, union bpf_iter_link_info *info)
{
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = info, .link_info_len = sizeof(*info));

	return bpf_program__attach_iter(prog, &opts);
}

static struct bpf_link *link_to_map(const struct bpf_program *prog, const struct bpf_map *map)
{
	union bpf_iter_link_info info;

	info_clear(&info);
	info.map.map_fd = (uint32_t)bpf_map__fd(map);
	return link_with(prog, &info);
}

/* An iterator over cgroups has to be told in which order: from the root down, all there are. */
static bool is_of_cgroups(const struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog), *slash = strchr(section, '/');

	return slash && !strcmp(slash + 1, "cgroup");
}

static struct bpf_link *link_to_cgroups(const struct bpf_program *prog)
{
	cleanup_close int root = attach_cgroup_root();
	union bpf_iter_link_info info;

	if (root < 0)
		return NULL;
	info_clear(&info);
	info.cgroup.order = BPF_CGROUP_ITER_DESCENDANTS_PRE;
	info.cgroup.cgroup_fd = (uint32_t)root;
	return link_with(prog, &info);
}

struct bpf_link *attach_iterator_link(const struct bpf_program *prog, const struct bpf_object *obj)
{
	struct bpf_link *link = is_of_cgroups(prog) ? link_to_cgroups(prog) : bpf_program__attach_iter(prog, NULL);
	const struct bpf_map *map = NULL;
	int code = errno;

	while (!link && code == EBADF && (map = bpf_object__next_map(obj, map)))
		if (bpf_map__fd(map) >= 0)
			link = link_to_map(prog, map);
	if (!link)
		errno = code;
	return link;
}

bool attach_iterator_is_left(const struct bpf_program *prog)
{
	return is_of_cgroups(prog) || strstr(bpf_program__section_name(prog), "map") != NULL;
}

int attach_iterator(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                    struct error *err)
{
	struct bpf_link *link = attach_iterator_link(prog, place->object);

	if (!link)
		return attach_failed(err, errno,
		                     is_of_cgroups(prog) ? "to the cgroups from the root down"
		                                         : "it wants a map, and the object has none that fits");
	attachment_hold_link(a, link);
	return 0;
}
