/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/channel/channel.h"

#include <stdlib.h>
#include <unistd.h>

#include "agent/arch/machine.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "wire/frame.h"

#define LOG_PIECE 60000u

static int pipe_fd = -1;
static struct buf waiting; /* whole frames */

void channel_flush(void)
{
	cleanup_buf struct buf packed = {0};

	if (pipe_fd < 0) {
		frame_pack(&packed, &waiting);
		machine_send(packed.data, packed.len);
	} else if (io_write_all(pipe_fd, buf_str(&waiting), waiting.len)) {
		_exit(EXIT_FAILURE);
	}
	waiting.len = 0;
}

static void make_room(size_t payload)
{
	if (waiting.len && waiting.len + payload + FRAME_OVERHEAD > FRAME_MAX_PAYLOAD)
		channel_flush();
}

void channel_redirect(int fd)
{
	pipe_fd = fd;
}

void channel_send(struct message *m)
{
	cleanup_buf struct buf frame = {0};

	message_encode(m, &frame);
	make_room(frame.len - FRAME_OVERHEAD);
	buf_add(&waiting, frame.data, frame.len);
	if (pipe_fd < 0)
		channel_flush();
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
	make_room(len);
	frame_encode(&waiting, type, payload, len);
}
