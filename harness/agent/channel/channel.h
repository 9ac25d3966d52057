/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel: where the agent's messages go. PID 1 writes them to the host; a cell's child writes them to a pipe that
 * PID 1 relays frame by frame, so that a child that dies in the middle of a frame cannot damage the stream. What a
 * child says and what is relayed waits to go at once: as one write, and as one packed frame.
 */
#ifndef COREMATRIX_AGENT_CHANNEL_CHANNEL_H
#define COREMATRIX_AGENT_CHANNEL_CHANNEL_H

#include "wire/message.h"

/* Send through `fd` (a pipe to PID 1) from now on; -1, the start, means the host itself. */
void channel_redirect(int fd);

/* Send one message; a child's, with channel_flush. Text that is too long for a frame is the caller's to split. */
void channel_send(struct message *m);

/* Send `text` as as many log messages as it takes. */
void channel_send_log(const char *text, size_t len);

/* Send a frame of a child's, with channel_flush or before whatever is sent next. */
void channel_relay(uint32_t type, const void *payload, uint32_t len);

/* Send what waits. */
void channel_flush(void);

#endif
