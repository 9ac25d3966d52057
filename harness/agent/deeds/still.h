/* SPDX-License-Identifier: BSD-2-Clause */
/* still: what most subjects are after their exec: a process that says that it is ready, holds still and ends. */
#ifndef COREMATRIX_AGENT_DEEDS_STILL_H
#define COREMATRIX_AGENT_DEEDS_STILL_H

#include "agent/fast/fast.h"

/* When argv says so (STILL_MARK), hold still and never return. */
void still_if_asked(int argc, char **argv);

#endif
