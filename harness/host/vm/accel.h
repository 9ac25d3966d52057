/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accel: which accelerator to use. A /dev/kvm that opens proves nothing: there are hosts where a vCPU can be created
 * and a stock kernel then spins for ever. So only a guest that said hello is believed: the first kernel is started
 * under KVM and TCG side by side, the first hello wins, and the answer is kept in the store for this boot of the host.
 * What is known to fail at once (a guest of another architecture, no device, no permission) is not tried.
 */
#ifndef COREMATRIX_HOST_VM_ACCEL_H
#define COREMATRIX_HOST_VM_ACCEL_H

#include "base/error.h"
#include "host/vm/qemu.h"

/* How long one try takes at most, once per boot of the host. */
#define ACCEL_PROBE_MS 2000

struct accel_probe {
	const char *asked;     /* "kvm" or "tcg": taken as it is, nothing is tried; "auto": find out */
	const char *images;    /* the answer is kept in images/accel.json */
	const char *device;    /* "/dev/kvm" */
	const char *directory; /* exists; takes the logs of the try */
	const char *release;   /* of `guest`'s kernel */
	const char *qemu_version;
	int64_t limit_ms;        /* of a try in which nobody says hello */
	struct qemu_guest guest; /* a kernel and an initramfs to try with */
};

struct accel_answer {
	enum accel accel;
	char *reason; /* one line for people: "tcg: /dev/kvm: Permission denied" */
};

/*
 * Decide. Returns 0 with `answer` filled (the caller frees `reason`), or a negative errno when not even TCG could be
 * started.
 */
int accel_decide(const struct accel_probe *probe, struct accel_answer *answer, struct error *err);

#endif
