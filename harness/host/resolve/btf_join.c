/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/btf_join.h"

#include <linux/btf.h>
#include <stdint.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/buf.h"

/* One BTF's sections; `types` and `strings` point into its bytes. */
struct parts {
	const char *types, *strings;
	uint32_t types_len, strings_len;
};

static int find_parts(const void *bytes, size_t len, struct parts *out)
{
	struct btf_header h;
	size_t room;

	if (len < sizeof(h))
		return -1;
	memcpy(&h, bytes, sizeof(h));
	if (h.magic != BTF_MAGIC || h.version != BTF_VERSION || h.hdr_len < sizeof(h) || h.hdr_len > len)
		return -1;
	room = len - h.hdr_len;
	if (h.type_off > room || h.type_len > room - h.type_off || h.str_off > room || h.str_len > room - h.str_off)
		return -1;
	*out = (struct parts){
	        .types = (const char *)bytes + h.hdr_len + h.type_off,
	        .types_len = h.type_len,
	        .strings = (const char *)bytes + h.hdr_len + h.str_off,
	        .strings_len = h.str_len,
	};
	return 0;
}

struct btf *btf_join(const struct btf *base, const void *bytes, size_t len, struct error *err)
{
	struct btf_header h = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(h)};
	cleanup_buf struct buf joined = {0};
	struct parts first, second;
	uint32_t base_len;
	const void *base_bytes = btf__raw_data(base, &base_len);
	struct btf *btf;

	if (!base_bytes || find_parts(base_bytes, base_len, &first) || find_parts(bytes, len, &second) ||
	    (uint64_t)base_len + len > UINT32_MAX) {
		error_usage(err, "not a BTF that could be a module's");
		return NULL;
	}
	h.type_len = first.types_len + second.types_len;
	h.str_off = h.type_len;
	h.str_len = first.strings_len + second.strings_len;
	buf_add(&joined, &h, sizeof(h));
	buf_add(&joined, first.types, first.types_len);
	buf_add(&joined, second.types, second.types_len);
	buf_add(&joined, first.strings, first.strings_len);
	buf_add(&joined, second.strings, second.strings_len);
	btf = btf__new(joined.data, (uint32_t)joined.len);
	if (!libbpf_get_error(btf))
		return btf;
	error_usage(err, "the BTF of a module that was built for another kernel, or a damaged one");
	return NULL;
}
