/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/btf_ext.h"

#include <bpf/btf.h>
#include <string.h>

#define BTF_EXT_VERSION 1
#define BTF_EXT_PREFIX 8 /* bytes up to hdr_len */

struct btf_ext_head {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	uint32_t func_info_off, func_info_len;
	uint32_t line_info_off, line_info_len;
	uint32_t core_relo_off, core_relo_len; /* count from the end of the header, as do those before */
};

static const struct {
	const char *words;
	size_t place; /* in the header, of its offset; its length follows */
} parts[] = {
        [BTF_EXT_LINES] = {"line numbers", offsetof(struct btf_ext_head, line_info_off)},
        [BTF_EXT_RELOCATIONS] = {"relocations", offsetof(struct btf_ext_head, core_relo_off)},
};

int btf_ext_open(const struct elf_view_section *ext, enum btf_ext_part part, struct btf_ext_cursor *area,
                 struct error *err)
{
	struct btf_ext_head head = {0};
	uint32_t where[2]; /* offset, length */

	*area = (struct btf_ext_cursor){0};
	if (ext->size < BTF_EXT_PREFIX)
		return error_usage(err, "damaged .BTF.ext: only %zu bytes", ext->size);
	memcpy(&head, ext->data, BTF_EXT_PREFIX);
	if (head.magic != BTF_MAGIC || head.version != BTF_EXT_VERSION)
		return error_usage(err, "damaged .BTF.ext: magic %#x, version %u; expected %#x, %u", head.magic,
		                   head.version, BTF_MAGIC, BTF_EXT_VERSION);
	if (head.hdr_len < BTF_EXT_PREFIX || head.hdr_len > ext->size)
		return error_usage(err, "damaged .BTF.ext: header of %u bytes in a section of %zu", head.hdr_len,
		                   ext->size);
	if (head.hdr_len < parts[part].place + sizeof(where))
		return 0;
	memcpy(where, ext->data + parts[part].place, sizeof(where));
	if (where[0] > ext->size - head.hdr_len || where[1] > ext->size - head.hdr_len - where[0])
		return error_usage(err, "damaged .BTF.ext: %s at %u, %u bytes long, do not fit into %zu bytes",
		                   parts[part].words, where[0], where[1], ext->size);
	*area = (struct btf_ext_cursor){ext->data + head.hdr_len + where[0], where[1]};
	return 0;
}

bool btf_ext_take(struct btf_ext_cursor *c, void *out, size_t size)
{
	if (size > c->left)
		return false;
	memcpy(out, c->at, size);
	return btf_ext_skip(c, size);
}

bool btf_ext_skip(struct btf_ext_cursor *c, size_t size)
{
	if (size > c->left)
		return false;
	c->at += size;
	c->left -= size;
	return true;
}
