/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/processors.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

#define STAT_MAX (256u << 10)
#define REST_PERCENT 90u

struct processors processors_read(void)
{
	cleanup_buf struct buf text = {0};
	struct processors p = {0};
	const char *at;

	if (io_read_file("/proc/stat", STAT_MAX, &text, NULL) || strncmp(buf_str(&text), "cpu ", 4))
		return p;
	at = buf_str(&text) + 4;
	/* user, nice, system, idle, iowait, … (proc(5)) */
	for (unsigned i = 0; *at != '\n'; i++) {
		char *end;
		uint64_t ticks = strtoull(at, &end, 10);

		if (end == at)
			break;
		p.all += ticks;
		p.idle += i == 3 || i == 4 ? ticks : 0;
		at = end;
	}
	return p;
}

bool processors_rested(const struct processors *before, const struct processors *after)
{
	return after->all > before->all &&
	       (after->idle - before->idle) * 100 >= (after->all - before->all) * REST_PERCENT;
}
