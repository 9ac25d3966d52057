/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/channel.h"

#include <stdlib.h>
#include <unistd.h>

#include "agent/port.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "wire/frame.h"

#define LOG_PIECE 60000u

static int pipe_fd = -1;
static struct buf relayed; /* whole frames, FRAME_MAX_PAYLOAD bytes at most */

void channel_flush(void)
{
	cleanup_buf struct buf packed = {0};

	if (!relayed.len)
		return;
	frame_pack(&packed, &relayed);
	port_send(packed.data, packed.len);
	relayed.len = 0;
}

static void put(const struct buf *frame)
{
	if (pipe_fd < 0) {
		channel_flush();
		port_send(frame->data, frame->len);
	} else if (io_write_all(pipe_fd, frame->data, frame->len)) {
		_exit(EXIT_FAILURE);
	}
}

void channel_redirect(int fd)
{
	pipe_fd = fd;
}

void channel_send(struct message *m)
{
	struct buf frame = {0};

	message_encode(m, &frame);
	put(&frame);
	buf_free(&frame);
}

void channel_send_log(const char *text, size_t len)
{
	while (len) {
		size_t piece = len < LOG_PIECE ? len : LOG_PIECE;
		struct message m = {.type = MESSAGE_LOG, .log.text = xstrndup(text, piece)};

		channel_send(&m);
		message_free(&m);
		text += piece;
		len -= piece;
	}
}

void channel_relay(uint32_t type, const void *payload, uint32_t len)
{
	if (relayed.len + len + FRAME_OVERHEAD > FRAME_MAX_PAYLOAD)
		channel_flush();
	if (len + FRAME_OVERHEAD > FRAME_MAX_PAYLOAD) {
		cleanup_buf struct buf frame = {0};

		frame_encode(&frame, type, payload, len);
		port_send(frame.data, frame.len);
	} else {
		frame_encode(&relayed, type, payload, len);
	}
}
