/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XDP on an interface, and what the maps hold that it redirects by: the interface itself, so that packets go back, each
 * processor, and programs of the object's for either.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent/attach/attachment.h"
#include "agent/attach/wire_make.h"
#include "agent/deeds/wire.h"
#include "base/cleanup.h"

#define ENTRIES_MAX 64u
/* Packets that wait for a processor. */
#define QUEUE_SIZE 192

/* struct bpf_devmap_val, struct bpf_cpumap_val */
struct entry {
	uint32_t value;
	int32_t program;
};

static bool is_devmap(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_DEVMAP || bpf_map__type(map) == BPF_MAP_TYPE_DEVMAP_HASH;
}

/* The object's program for the entries of such maps, -1 when it has none. */
static int program_for(const struct bpf_object *obj, enum bpf_attach_type type)
{
	struct bpf_program *prog = NULL;

	while ((prog = bpf_object__next_program(obj, prog)))
		if (bpf_program__type(prog) == BPF_PROG_TYPE_XDP && bpf_program__expected_attach_type(prog) == type &&
		    bpf_program__fd(prog) >= 0)
			return bpf_program__fd(prog);
	return -1;
}

/* An entry without a program has 0 there: the older half of the value alone says the same. */
static int entry_set(const struct bpf_map *map, uint32_t key, uint32_t value, int program)
{
	const struct entry entry = {value, program >= 0 ? program : 0};

	return bpf_map_update_elem(bpf_map__fd(map), &key, &entry, BPF_ANY) < 0 ? -errno : 0;
}

/* Every key; of a hash the first, and the interface's own index, by which many look up. */
static int devmap_fill(const struct bpf_map *map, int index, int program)
{
	uint32_t count = bpf_map__max_entries(map) < ENTRIES_MAX ? bpf_map__max_entries(map) : ENTRIES_MAX;
	int rc = 0;

	if (bpf_map__type(map) == BPF_MAP_TYPE_DEVMAP_HASH) {
		rc = entry_set(map, (uint32_t)index, (uint32_t)index, program);
		count = 1;
	}
	for (uint32_t key = 0; key < count && !rc; key++)
		rc = entry_set(map, key, (uint32_t)index, program);
	return rc;
}

static int cpumap_fill(const struct bpf_map *map, int program)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	int rc = 0;

	for (uint32_t key = 0; key < bpf_map__max_entries(map) && key < (uint32_t)online && !rc; key++)
		rc = entry_set(map, key, QUEUE_SIZE, program);
	return rc;
}

/* Packets that the loopback sends back to itself would never end. */
static int maps_fill(const struct bpf_object *obj, int index, bool loops, bool *redirects)
{
	int devices = program_for(obj, BPF_XDP_DEVMAP), processors = program_for(obj, BPF_XDP_CPUMAP), rc = 0;
	const struct bpf_map *map = NULL;

	while (!rc && (map = bpf_object__next_map(obj, map))) {
		if (is_devmap(map) && !loops) {
			*redirects = true;
			rc = devmap_fill(map, index, devices);
		} else if (bpf_map__type(map) == BPF_MAP_TYPE_CPUMAP) {
			rc = cpumap_fill(map, processors);
		}
	}
	return rc;
}

/* A driver takes packets that were redirected only where its other end runs XDP too: there they all pass. */
static int pass_at(int index, bool pieces, struct attachment *a)
{
	const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS},
	                                {.code = BPF_JMP | BPF_EXIT}};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = pieces ? BPF_F_XDP_HAS_FRAGS : 0);
	cleanup_close int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "corematrix", "Dual BSD/GPL", code,
	                                     sizeof(code) / sizeof(code[0]), &opts);
	int link = fd < 0 ? fd : attachment_link_create(fd, index, BPF_XDP, 0, NULL, 0);

	if (link >= 0)
		attachment_hold_fd(a, link);
	return link < 0 ? link : 0;
}

/* `own` is the namespace of the near end when this process is in the far one's. */
static int pass_at_other_end(int own, bool pieces, struct attachment *a)
{
	cleanup_far int back = -1;

	if (own < 0) {
		back = wire_enter_far();
		return back < 0 ? 0 : pass_at((int)if_nametoindex(WIRE_FAR_NAME), pieces, a);
	}
	back = wire_enter_far(); /* where it is already, and comes back to */
	return back < 0 || setns(own, CLONE_NEWNET) < 0 ? 0 : pass_at((int)if_nametoindex(WIRE_NEAR_NAME), pieces, a);
}

static int mode_of(const struct attach_place *place, unsigned *flags, struct error *err)
{
	*flags = 0;
	if (!place->hook)
		return 0;
	if (!strcmp(place->hook, "xdpdrv"))
		*flags = XDP_FLAGS_DRV_MODE;
	else if (!strcmp(place->hook, "xdpgeneric"))
		*flags = XDP_FLAGS_SKB_MODE;
	else
		return error_set(err, EINVAL, "failed to attach: hook \"%s\" is neither xdpdrv nor xdpgeneric",
		                 place->hook);
	return 0;
}

/* Whether it takes packets that lie in several pieces: then there are some, where the interface is ours. */
static bool takes_pieces(const struct bpf_program *prog, const struct attach_place *place)
{
	return !strncmp(bpf_program__section_name(prog), "xdp.frags", 9) && place->to && strcmp(place->to, "lo");
}

/* `own` is the near end's namespace when this process is in the far one's. */
static int widen(int own)
{
	cleanup_far int back = own < 0 ? -1 : wire_enter_far(); /* where it is already, and comes back to */

	if (own >= 0 && (back < 0 || setns(own, CLONE_NEWNET) < 0))
		return -errno;
	return wire_widen();
}

/* Without a mode, the kernel takes the driver's own road where there is one, else the generic one, as on the loopback.
 */
int attach_xdp(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
               struct error *err)
{
	cleanup_far int own = -1;
	bool redirects = false;
	unsigned flags;
	int index, rc = mode_of(place, &flags, err);

	rc = rc < 0 ? rc : attach_interface_find(place, &index, &own, err);
	if (rc < 0)
		return rc;
	a->undo = attach_wire_undo;
	rc = takes_pieces(prog, place) ? widen(own) : 0;
	if (rc < 0)
		return attach_failed(err, -rc, "packets as large as it takes cannot pass the interface");
	rc = maps_fill(place->object, index, own < 0 && (!place->to || !strcmp(place->to, "lo")), &redirects);
	if (rc < 0)
		return attach_failed(err, -rc, "the maps that it redirects by cannot be filled");
	rc = redirects ? pass_at_other_end(own, takes_pieces(prog, place), a) : 0;
	if (rc < 0)
		return attach_failed(err, -rc, "to the other end of the interface");
	rc = attachment_link_create(bpf_program__fd(prog), index, BPF_XDP, flags, NULL, 0);
	if (rc < 0)
		return attach_failed(err, -rc, "to the interface");
	attachment_hold_fd(a, rc);
	return 0;
}

/* In the maps of the object, which the program on the interface brings in order. */
int attach_xdp_in_map(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                      struct error *err)
{
	(void)prog;
	(void)place;
	(void)a;
	(void)err;
	return 0;
}

bool attach_xdp_has_map(const struct bpf_program *prog, const struct bpf_object *obj)
{
	bool devices = bpf_program__expected_attach_type(prog) == BPF_XDP_DEVMAP;
	const struct bpf_map *map = NULL;

	while ((map = bpf_object__next_map(obj, map)))
		if (devices ? is_devmap(map) : bpf_map__type(map) == BPF_MAP_TYPE_CPUMAP)
			return true;
	return false;
}
