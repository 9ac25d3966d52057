/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/need_check.h"

#include <linux/bpf.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/resolve/btf_lookup.h"
#include "host/store/symbols.h"
#include "relo/libbpf_private.h"

/*
 * The type that a kernel which has the thing has too. Tracepoints leave a typedef for their raw form since 5.5
 * (include/trace/bpf_probe.h); LSM hooks and iterators a function (kernel/bpf/bpf_lsm.c, include/linux/bpf.h); system
 * calls their entry, whose prefix is the processor's.
 */
static const struct {
	const char *prefix; /* NULL: the architecture's */
	uint32_t type;      /* BTF_KIND_*; 0: `number` is an enumerator of `holder` */
	const char *holder;
	bool provable;
} lookups[] = {
        [NEED_TRACEPOINT] = {"btf_trace_", BTF_KIND_TYPEDEF, NULL, true},
        [NEED_RAW_TRACEPOINT] = {"btf_trace_", BTF_KIND_TYPEDEF, NULL, true},
        [NEED_BTF_TRACEPOINT] = {"btf_trace_", BTF_KIND_TYPEDEF, NULL, true},
        [NEED_FUNCTION] = {"", BTF_KIND_FUNC, NULL, true},
        /* static functions may be renamed (.isra.0, .constprop.0) or inlined, and some symbols have no types */
        [NEED_KPROBE] = {"", BTF_KIND_FUNC, NULL, false},
        [NEED_SYSCALL] = {NULL, BTF_KIND_FUNC, NULL, false},
        [NEED_LSM] = {"bpf_lsm_", BTF_KIND_FUNC, NULL, true},
        [NEED_ITERATOR] = {"bpf_iter_", BTF_KIND_FUNC, NULL, true},
        [NEED_KFUNC] = {"", BTF_KIND_FUNC, NULL, true},
        [NEED_VARIABLE] = {"", BTF_KIND_VAR, NULL, true},
        [NEED_STRUCT_OPS] = {"bpf_struct_ops_", BTF_KIND_STRUCT, NULL, true},
        [NEED_STRUCT_OPS_MEMBER] = {"", BTF_KIND_STRUCT, NULL, true},
        /* need_config.h answers for it */
        [NEED_CONFIG] = {"", BTF_KIND_VAR, NULL, true},
        [NEED_HELPER] = {"", 0, "bpf_func_id", true},
        [NEED_MAP_TYPE] = {"", 0, "bpf_map_type", true},
        [NEED_PROG_TYPE] = {"", 0, "bpf_prog_type", true},
};

bool need_is_provable(enum need_kind kind)
{
	return lookups[kind].provable;
}

/*
 * A probe of a name that several functions bear is refused since the kernel's commit b022f0c7e404 of 6.7, which stable
 * kernels took over.
 */
enum need_state need_check_symbols(const struct need *n, enum need_state state, const char *text, size_t len,
                                   bool *provable, char **note)
{
	cleanup_free char *variant = NULL;
	size_t count;

	if (n->kind != NEED_KPROBE)
		return state;
	count = symbols_count(text, len, n->name);
	if (count == 1)
		return NEED_HOLDS;
	if (count) {
		*note = xasprintf("%zu functions of the kernel have this name", count);
		return NEED_DOUBTED;
	}
	*provable = true;
	variant = symbols_variant(text, len, n->name);
	*note = *variant ? xasprintf("only as %s, which the compiler made of it", variant)
	                 : xstrdup("not a function of the kernel itself: inlined, or in a module");
	return NEED_MISSING;
}

bool need_is_typed(enum need_kind kind)
{
	switch (kind) {
	case NEED_BTF_TRACEPOINT:
	case NEED_FUNCTION:
	case NEED_LSM:
	case NEED_ITERATOR:
	case NEED_KFUNC:
	case NEED_STRUCT_OPS:
		return true;
	default:
		return false;
	}
}

/* The name of a type that must exist; a member is looked for in its struct. */
static char *wanted_name(const struct arch *arch, const struct need *n)
{
	const char *prefix = lookups[n->kind].prefix;
	size_t len = strlen(n->name);

	if (!lookups[n->kind].type)
		return xstrdup(lookups[n->kind].holder);
	if (n->kind == NEED_STRUCT_OPS_MEMBER)
		len = strcspn(n->name, ".");
	return xasprintf("%s%.*s", prefix ? prefix : arch->syscall_prefix, (int)len, n->name);
}

uint32_t need_check_name(const struct arch *arch, struct btf *names, const struct need *n)
{
	cleanup_free char *name = wanted_name(arch, n);

	return btf_lookup_name(names, lookups[n->kind].type, name);
}

/* ---- looking up ---- */

static bool has_number(const struct btf_type *t, uint32_t number)
{
	for (uint16_t i = 0; btf_is_enum(t) && i < btf_vlen(t); i++)
		if (btf_enum(t)[i].val == (__s32)number)
			return true;
	return false;
}

/* The number after the last known one has a name too: "__BPF_FUNC_MAX_ID". */
static bool is_end_mark(const struct btf *btf, const struct btf_type *t, uint32_t number)
{
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__str_by_offset(btf, btf_enum(t)[i].name_off);

		if (btf_enum(t)[i].val == (__s32)number && strncmp(name, "__", 2))
			return false;
	}
	return true;
}

static bool has_member(const struct btf *btf, const struct btf_type *t, const char *member)
{
	for (uint16_t i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__str_by_offset(btf, btf_members(t)[i].name_off), member))
			return true;
	return false;
}

/* The prototype of a function, the plain type of a variable. */
static uint32_t declared_type(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t;

	for (id = btf__type_by_id(btf, id)->type; (t = btf__type_by_id(btf, id)); id = t->type)
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			break;
	return id;
}

/* As libbpf compares an extern with the first type of its name. */
static bool is_declared_alike(const struct need_lookup *lookup, const struct relo_target_cand *there)
{
	return !lookup->declared ||
	       bpf_core_types_are_compat(lookup->object, declared_type(lookup->object, lookup->declared), there->btf,
	                                 declared_type(there->btf, there->id)) > 0;
}

/*
 * Types cut down to what relocations need, as min-btf writes them, have no functions and no tracepoints at all; every
 * kernel has both. So has the BTF of kernels before 5.5 no tracepoints.
 */
static bool is_telling(const struct btf *kernel, enum need_kind kind)
{
	uint32_t type = lookups[kind].type == BTF_KIND_TYPEDEF ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC;
	const char *prefix = type == BTF_KIND_TYPEDEF ? lookups[kind].prefix : "";

	for (__u32 id = 1; id < btf__type_cnt(kernel); id++) {
		const struct btf_type *t = btf__type_by_id(kernel, id);

		if (btf_kind(t) == type && !strncmp(btf__str_by_offset(kernel, t->name_off), prefix, strlen(prefix)))
			return true;
	}
	return false;
}

enum need_state need_check(const struct need *n, const struct need_lookup *lookup, const struct relo_target *kernel,
                           bool *differs)
{
	cleanup_free struct relo_target_cand *cands = NULL;
	size_t count;

	if (n->kind == NEED_PROG_TYPE && n->number == BPF_PROG_TYPE_UNSPEC)
		return NEED_MISSING;
	if (!lookup->id)
		return NEED_UNKNOWN;
	count = relo_target_candidates(kernel, lookup->names, lookup->id, &cands);
	if (!count)
		return lookups[n->kind].type && is_telling(relo_target_btf(kernel), n->kind) ? NEED_MISSING
		                                                                             : NEED_UNKNOWN;
	if (!is_declared_alike(lookup, &cands[0])) {
		if (differs)
			*differs = true;
		return NEED_MISSING;
	}
	for (size_t k = 0; k < count; k++) {
		const struct btf_type *t = btf__type_by_id(cands[k].btf, cands[k].id);

		if (n->kind == NEED_STRUCT_OPS_MEMBER && !has_member(cands[k].btf, t, strchr(n->name, '.') + 1))
			continue;
		if (!lookups[n->kind].type && (!has_number(t, n->number) || is_end_mark(cands[k].btf, t, n->number)))
			continue;
		return NEED_HOLDS;
	}
	return NEED_MISSING;
}
