/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * need_config: what libbpf makes of an extern in .kconfig on a kernel of which configuration and release are known: its
 * value, or why the load fails. The rules are libbpf's (bpf_object__resolve_externs). Pure; the object's BTF may be
 * hostile, so it is called in a jailed worker only (jail.h).
 */
#ifndef COREMATRIX_HOST_PREDICT_NEED_CONFIG_H
#define COREMATRIX_HOST_PREDICT_NEED_CONFIG_H

#include <bpf/btf.h>
#include <stdbool.h>

#include "host/predict/prediction.h"

struct config_kernel {
	const char *text;    /* its configuration; NULL: not known */
	const char *release; /* NULL: not known */
	bool booted; /* it is run, so that an unknown configuration is one that its loader does not find either */
};

/*
 * Whether `n`, a NEED_CONFIG of the object whose types are `object`, holds. `*note` is set where there is more to say:
 * the value, or why there is none; the caller's.
 */
enum need_state need_config_check(const struct need *n, const struct btf *object, const struct config_kernel *kernel,
                                  char **note);

#endif
