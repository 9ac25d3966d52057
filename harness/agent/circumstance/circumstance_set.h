/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * circumstance_set: the circumstances that a job asks for, of the kernel as a whole: how each is set in a guest that
 * has booted, and what the kernel says of it. It judges nothing: whether what is found is what was asked, the host
 * decides.
 */
#ifndef COREMATRIX_AGENT_CIRCUMSTANCE_CIRCUMSTANCE_SET_H
#define COREMATRIX_AGENT_CIRCUMSTANCE_CIRCUMSTANCE_SET_H

#include "wire/circumstance.h"
#include "wire/message.h"

/* Set what can be set now. A failure shows in what is found. Only PID 1 may, and once: some cannot be taken back. */
void circumstances_set(const struct circumstances *asked);

/* What the kernel says of a key. The caller frees it: circumstance_fact_free. */
struct circumstance_fact circumstance_find(enum circumstance_key key, const struct circumstances *asked);

#endif
