/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pack.h"

#include <string.h>

struct pack pack_writer(struct buf *out)
{
	return (struct pack){.out = out};
}

struct pack pack_reader(const void *bytes, size_t len)
{
	return (struct pack){.in = bytes, .left = len};
}

static const uint8_t *take(struct pack *p, size_t len)
{
	const uint8_t *at = p->in;

	if (p->failed || len > p->left) {
		p->failed = true;
		return NULL;
	}
	p->in += len;
	p->left -= len;
	return at;
}

static void pack_uint(struct pack *p, uint64_t *v, size_t size)
{
	uint8_t bytes[8];
	const uint8_t *at;

	if (p->out) {
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)(*v >> (8 * i));
		buf_add(p->out, bytes, size);
		return;
	}
	*v = 0;
	at = take(p, size);
	for (size_t i = 0; at && i < size; i++)
		*v |= (uint64_t)at[i] << (8 * i);
}

void pack_u8(struct pack *p, uint8_t *v)
{
	uint64_t wide = p->out ? *v : 0;

	pack_uint(p, &wide, 1);
	*v = (uint8_t)wide;
}

void pack_u32(struct pack *p, uint32_t *v)
{
	uint64_t wide = p->out ? *v : 0;

	pack_uint(p, &wide, 4);
	*v = (uint32_t)wide;
}

void pack_u64(struct pack *p, uint64_t *v)
{
	pack_uint(p, v, 8);
}

void pack_i32(struct pack *p, int32_t *v)
{
	uint32_t bits = p->out ? (uint32_t)*v : 0;

	pack_u32(p, &bits);
	*v = (int32_t)bits;
}

void pack_bool(struct pack *p, bool *v)
{
	uint8_t byte = p->out && *v;

	pack_u8(p, &byte);
	*v = byte != 0;
}

void pack_str(struct pack *p, char **s)
{
	uint32_t len = p->out && *s ? (uint32_t)strlen(*s) : 0;
	const uint8_t *at;

	pack_u32(p, &len);
	if (p->out) {
		buf_add(p->out, *s, len);
		return;
	}
	at = take(p, len);
	*s = at ? xstrndup((const char *)at, len) : xstrdup("");
}

void pack_bytes(struct pack *p, void **bytes, uint32_t *len)
{
	const uint8_t *at;

	pack_u32(p, len);
	if (p->out) {
		buf_add(p->out, *bytes, *len);
		return;
	}
	at = take(p, *len);
	if (!at)
		*len = 0;
	*bytes = xcalloc(1, *len + 1);
	if (at && *len)
		memcpy(*bytes, at, *len);
}

void pack_count(struct pack *p, uint32_t *count, size_t min_size)
{
	pack_u32(p, count);
	if (p->out)
		return;
	if (p->failed || *count > p->left / (min_size ? min_size : 1)) {
		p->failed = true;
		*count = 0;
	}
}

bool pack_complete(const struct pack *p)
{
	return !p->failed && p->left == 0;
}
