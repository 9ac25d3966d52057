/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_check: maps that no kernel creates as the object describes them, for something is left to its loader: how many
 * entries they have, or what the maps in them are. It knows nothing of kernels, and judges no flags.
 */
#ifndef COREMATRIX_HOST_PREDICT_MAP_CHECK_H
#define COREMATRIX_HOST_PREDICT_MAP_CHECK_H

#include "host/object/object_ini.h"
#include "host/predict/parsed_object.h"
#include "host/predict/prediction.h"

/* Add a finding for each of them, unless `ini` says what is missing, or leaves the map out. */
void map_check(const struct parsed_object *p, const struct object_ini *ini, struct predict_cell *c);

#endif
