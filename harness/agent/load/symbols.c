/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/symbols.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "agent/channel/channel.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "wire/message.h"

#define KALLSYMS_MAX ((size_t)64 << 20)
#define PIECE (512u << 10)

static const char padding[] = "__pfx_";

/* "ffffffff81000000 T _stext", and "\t[module]" after what is not the kernel's own; BPF programs count as such. */
static void add_function(const char *line, size_t len, struct buf *names)
{
	const char *end = line + len, *type = memchr(line, ' ', len), *name = type ? type + 3 : NULL;

	if (!name || name >= end || !strchr("tTwW", type[1]) || memchr(name, '\t', (size_t)(end - name)))
		return;
	/* the room before each function of kernels with CONFIG_PREFIX_SYMBOLS (6.2) is not a target */
	if ((size_t)(end - name) > sizeof(padding) - 1 && !memcmp(name, padding, sizeof(padding) - 1))
		return;
	buf_add(names, name, (size_t)(end - name));
	buf_putc(names, '\n');
}

static void read_functions(struct buf *names)
{
	cleanup_buf struct buf text = {0};
	const char *at, *end;

	if (io_read_file("/proc/kallsyms", KALLSYMS_MAX, &text, NULL))
		return;
	for (at = buf_str(&text), end = at + text.len; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop ? stop : end;
		add_function(at, (size_t)(stop - at), names);
		at = stop + 1;
	}
}

void symbols_send(void)
{
	cleanup_buf struct buf names = {0};
	cleanup_free Bytef *packed = NULL;
	uLongf size;

	read_functions(&names);
	size = compressBound((uLong)names.len);
	packed = xcalloc(1, size);
	if (!names.len || compress2(packed, &size, (const Bytef *)names.data, (uLong)names.len, Z_BEST_SPEED) != Z_OK)
		names.len = size = 0;
	for (uLongf at = 0;; at += PIECE) {
		struct message m = {.type = MESSAGE_SYMBOLS,
		                    .symbols = {.unpacked = (uint32_t)names.len,
		                                .last = size - at <= PIECE,
		                                .bytes = packed + at,
		                                .size = size - at < PIECE ? (uint32_t)(size - at) : PIECE}};

		channel_send(&m);
		if (m.symbols.last)
			return;
	}
}
