/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict_forecast: the verdict that follows from what types say of one object on one kernel. It commits itself only
 * where libbpf or the kernel must refuse the object; what the verifier decides by more than types stays unsure. Pure.
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICT_FORECAST_H
#define COREMATRIX_HOST_PREDICT_PREDICT_FORECAST_H

#include "host/predict/prediction.h"

/*
 * Set forecast, class, phase and reason of `c` from its outcomes and needs. Of several failures the one that comes
 * first in a load decides, and a certain one before a doubted one.
 */
void predict_forecast(const struct predict_kernel *k, const struct predict_object *o, struct predict_cell *c);

#endif
