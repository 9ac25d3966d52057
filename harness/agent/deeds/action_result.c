/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/action_result.h"

#include <errno.h>
#include <stdio.h>
#include <zlib.h>

int action_failed(struct action_result *out, const char *call)
{
	out->failure = errno ? errno : EIO;
	snprintf(out->failed_call, sizeof(out->failed_call), "%s", call);
	return -1;
}

void action_differed(struct action_result *out, const char *call, enum action_other other)
{
	if (out->other)
		return;
	out->other = (int32_t)other;
	snprintf(out->other_call, sizeof(out->other_call), "%s", call);
}

int action_returned(struct action_result *out, const char *call, ssize_t got, size_t wanted)
{
	if (got < 0)
		return action_failed(out, call);
	if ((size_t)got == wanted)
		return 0;
	action_differed(out, call, OTHER_VALUE);
	return -1;
}

static uint32_t check_of(const struct action_result *r)
{
	const unsigned char *bytes = (const unsigned char *)r;

	return (uint32_t)crc32(0, bytes + sizeof(r->check), (uInt)(sizeof(*r) - sizeof(r->check)));
}

void action_result_seal(struct action_result *out)
{
	if (out->failure)
		out->scene.count = 0;
	out->check = check_of(out);
}

bool action_result_is_whole(const struct action_result *r)
{
	return r->check == check_of(r);
}
