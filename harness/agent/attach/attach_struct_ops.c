/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/attach/attach_struct_ops.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <net/if.h>
#include <string.h>

#include <bpf/btf.h>

#include "agent/attach/attachment.h"
#include "agent/attach/netlink.h"
#include "agent/deeds/trigger.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define LOOPBACK "lo"

/* The struct that a variable of the object's is, which the map is made of and named after; NULL: not known. */
static const struct btf_type *struct_of(const struct bpf_object *obj, const struct bpf_map *map)
{
	const struct btf *btf = bpf_object__btf(obj);
	__s32 id = btf ? btf__find_by_name_kind(btf, bpf_map__name(map), BTF_KIND_VAR) : -1;
	const struct btf_type *t = id < 0 ? NULL : btf__type_by_id(btf, btf__type_by_id(btf, (__u32)id)->type);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t && btf_is_struct(t) ? t : NULL;
}

/* A text within the struct as the object has it; the caller's, NULL when there is none. */
static char *member_text(const struct bpf_object *obj, const struct bpf_map *map, const char *name)
{
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *t = struct_of(obj, map);
	size_t size;
	const char *bytes = bpf_map__initial_value((struct bpf_map *)(uintptr_t)map, &size);

	for (uint16_t i = 0; bytes && t && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		uint32_t at = btf_member_bit_offset(t, i) / 8;

		if (!strcmp(btf__str_by_offset(btf, m->name_off), name) && at < t->size)
			return xstrndup(bytes + at, strnlen(bytes + at, t->size - at));
	}
	return NULL;
}

/* As `tc qdisc replace dev lo root handle 1: KIND`; without a kind, `tc qdisc del`, and the interface has its own. */
static int discipline_change(unsigned type, unsigned flags, const char *kind)
{
	const struct tcmsg place = {.tcm_family = AF_UNSPEC,
	                            .tcm_ifindex = (int)if_nametoindex(LOOPBACK),
	                            .tcm_parent = TC_H_ROOT,
	                            .tcm_handle = kind ? TC_H_MAKE(1u << 16, 0) : 0};
	struct netlink_request r;

	netlink_begin(&r, type, flags, &place, sizeof(place));
	if (kind)
		netlink_text(&r, TCA_KIND, kind);
	return netlink_send(&r);
}

void attach_struct_ops_sweep(void)
{
	discipline_change(RTM_DELQDISC, 0, NULL);
}

static void discipline_undo(const struct attachment *a)
{
	(void)a;
	attach_struct_ops_sweep();
}

static int discipline_use(const struct bpf_object *obj, const struct bpf_map *map, struct attachment *a,
                          struct error *err)
{
	cleanup_free char *kind = member_text(obj, map, "id");
	int rc;

	if (!kind)
		return attach_failed(err, ENOENT, "the id of the queueing discipline is not known to this libbpf");
	rc = discipline_change(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, kind);
	if (rc < 0)
		return attach_failed(err, -rc, "the queueing discipline, to the loopback");
	a->undo = discipline_undo;
	return 0;
}

#define PACKETS (TRIGGER_TCP4 | TRIGGER_TCP6 | TRIGGER_UDP4 | TRIGGER_UDP6)

static const struct kind {
	const char *type;
	uint64_t drives;
	int (*use)(const struct bpf_object *obj, const struct bpf_map *map, struct attachment *a, struct error *err);
} kinds[] = {
        {"tcp_congestion_ops", TRIGGER_CONGESTION, NULL}, /* the one who connects chooses it */
        {"sched_ext_ops", TRIGGER_LOOP, NULL},            /* all tasks are its own */
        {"Qdisc_ops", PACKETS, discipline_use},
};

static const struct kind *kind_find(const struct bpf_object *obj, const struct bpf_map *map)
{
	const struct btf_type *t = struct_of(obj, map);
	const char *name = t ? btf__str_by_offset(bpf_object__btf(obj), t->name_off) : "";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(name, kinds[i].type, strlen(kinds[i].type)))
			return &kinds[i];
	return NULL;
}

uint64_t attach_struct_ops_drives(const struct bpf_object *obj, const struct bpf_map *map)
{
	const struct kind *k = kind_find(obj, map);

	return k ? k->drives : 0;
}

int attach_struct_ops_use(const struct bpf_object *obj, const struct bpf_map *map, struct attachment **out,
                          struct error *err)
{
	const struct kind *k = kind_find(obj, map);
	struct attachment *a;
	int rc;

	*out = NULL;
	if (!k || !k->use)
		return 0;
	a = xcalloc(1, sizeof(*a));
	rc = k->use(obj, map, a, err);
	if (rc < 0)
		attachment_undo(a);
	else
		*out = a;
	return rc;
}
