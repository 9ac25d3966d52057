/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/symbols.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "agent/channel/channel.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/kallsyms.h"
#include "wire/message.h"

#define PIECE (512u << 10)

static void read_functions(struct buf *names)
{
	cleanup_buf struct buf text = {0};
	struct kallsyms_function f;
	const char *at, *end;

	if (io_read_file(KALLSYMS_PATH, KALLSYMS_MAX, &text, NULL))
		return;
	for (at = buf_str(&text), end = at + text.len; kallsyms_next(&at, end, &f);) {
		if (!f.own)
			continue;
		buf_add(names, f.name, f.len);
		buf_putc(names, '\n');
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
