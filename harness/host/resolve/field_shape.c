/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/field_shape.h"

#include <string.h>

#include "base/buf.h"
#include "relo/core_spec.h"

static bool is_number(const struct btf_type *t)
{
	return btf_is_int(t) || btf_is_any_enum(t) || btf_is_ptr(t) || btf_kind(t) == BTF_KIND_FLOAT;
}

struct field_shape field_shape_type(const struct btf *btf, uint32_t type_id)
{
	struct field_shape shape = {0};
	const struct btf_type *t;
	int64_t size = btf__resolve_size(btf, type_id);

	shape.size = size > 0 && size < UINT32_MAX ? (uint32_t)size : 0;
	t = core_spec_resolve(btf, type_id, &type_id);
	while (t && btf_is_array(t))
		t = core_spec_resolve(btf, btf_array(t)->type, &type_id);
	if (!t || !is_number(t))
		return shape;
	shape.number = true;
	size = btf__resolve_size(btf, type_id);
	shape.bits = size > 0 ? (uint32_t)size * 8 : 0;
	if (!btf_is_int(t))
		return shape;
	/* Compilers differ in whether plain char is marked as signed, and nobody computes with it. */
	shape.signedness =
	        !(btf_int_encoding(t) & BTF_INT_BOOL) && strcmp(btf__str_by_offset(btf, t->name_off), "char");
	shape.is_signed = btf_int_encoding(t) & BTF_INT_SIGNED;
	return shape;
}

struct field_shape field_shape_member(const struct btf *btf, uint32_t parent, uint32_t index, uint32_t bit_offset)
{
	const struct btf_type *t = btf__type_by_id(btf, parent);
	struct field_shape shape = field_shape_type(btf, btf_members(t)[index].type);
	uint32_t bits = btf_member_bitfield_size(t, index);

	if (!bits)
		return shape;
	shape.bitfield = true;
	shape.bits = bits;
	shape.shift = bit_offset % 8;
	return shape;
}

static char *misread_bits(const struct field_shape *local, const struct field_shape *target, unsigned adjusts)
{
	if (local->bitfield != target->bitfield && !(adjusts & FIELD_ADJUSTS_BITS))
		return target->bitfield
		               ? xasprintf("a bit-field of %u bits here, read as %u plain bits", target->bits,
		                           local->bits)
		               : xasprintf("%u plain bits here, read as a bit-field of %u", target->bits, local->bits);
	if (local->bitfield && (local->bits != target->bits || local->shift != target->shift) &&
	    !(adjusts & FIELD_ADJUSTS_BITS))
		return xasprintf("%u bits from bit %u of a byte here, read as %u from bit %u", target->bits,
		                 target->shift, local->bits, local->shift);
	if (!local->bitfield && local->bits != target->bits && !(adjusts & (FIELD_ADJUSTS_SIZE | FIELD_ADJUSTS_BITS)))
		return xasprintf("%u bytes here, read as %u", target->bits / 8, local->bits / 8);
	return NULL;
}

/* Nothing is wider than 64 bits: no bit is put in front of such a value, so none can have the wrong sign. */
static bool is_never_extended(const struct field_shape *local, const struct field_shape *target)
{
	return local->bits == 64 && target->bits == 64 && !local->bitfield && !target->bitfield;
}

enum field_reading field_shape_compare(const struct field_shape *local, const struct field_shape *target,
                                       unsigned adjusts, char **words)
{
	bool whole = is_never_extended(local, target);

	if (!local->number || !target->number)
		return FIELD_READ_RIGHT;
	*words = misread_bits(local, target, adjusts);
	if (*words)
		return FIELD_MISREAD;
	if (!local->signedness || !target->signedness || local->is_signed == target->is_signed ||
	    (adjusts & FIELD_ADJUSTS_SIGN))
		return FIELD_READ_RIGHT;
	*words = xasprintf("%s here, read as %s%s", target->is_signed ? "signed" : "unsigned",
	                   local->is_signed ? "signed" : "unsigned", whole ? "; all of its bits are read" : "");
	return whole ? FIELD_READ_WHOLE : FIELD_MISREAD;
}
