/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/accel.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "host/vm/session.h"
#include "host/vm/vm.h"

#define ANSWER "accel.json"
#define MAX_ANSWER 65536

static char *boot_id(void)
{
	struct buf text = {0};

	if (io_read_file("/proc/sys/kernel/random/boot_id", 256, &text, NULL))
		buf_free(&text);
	return buf_steal(&text);
}

/* ---- the answer that is kept ---- */

static bool recall(const struct accel_probe *probe, struct accel_answer *answer)
{
	cleanup_free char *path = xasprintf("%s/" ANSWER, probe->images), *boot = boot_id();
	cleanup_buf struct buf text = {0};
	const char *kept_boot = NULL, *kept_qemu = NULL, *accel = NULL, *reason = NULL;
	json_t *kept;
	bool same;

	if (io_read_file(path, MAX_ANSWER, &text, NULL))
		return false;
	kept = json_loadb(buf_str(&text), text.len, 0, NULL);
	same = kept &&
	       !json_unpack(kept, "{s:s,s:s,s:s,s:s}", "boot", &kept_boot, "qemu", &kept_qemu, "accel", &accel,
	                    "reason", &reason) &&
	       !strcmp(kept_boot, boot) && !strcmp(kept_qemu, probe->qemu_version);
	if (same) {
		answer->accel = strcmp(accel, accel_name(ACCEL_KVM)) ? ACCEL_TCG : ACCEL_KVM;
		answer->reason = xstrdup(reason);
	}
	json_decref(kept);
	return same;
}

/* Not being able to keep the answer costs two seconds next time, and nothing else. */
static void keep(const struct accel_probe *probe, const struct accel_answer *answer)
{
	cleanup_free char *path = xasprintf("%s/" ANSWER, probe->images), *boot = boot_id();
	json_t *kept = json_pack("{s:s,s:s,s:s,s:s}", "boot", boot, "qemu", probe->qemu_version, "accel",
	                         accel_name(answer->accel), "reason", answer->reason);
	char *text = kept ? json_dumps(kept, JSON_INDENT(1)) : NULL;

	if (text)
		io_replace_file(path, text, strlen(text), NULL);
	free(text);
	json_decref(kept);
}

/* ---- the try ---- */

struct contender {
	struct session session;
	struct vm *vm;
	bool ended;
	double hello_ms; /* negative while there is none */
};

static int contender_start(struct contender *c, const struct accel_probe *probe, enum accel accel, struct error *err)
{
	struct vm_options o = {
	        .mode = VM_PROBE,
	        .guest = probe->guest,
	        .directory = probe->directory,
	        .suffix = accel == ACCEL_KVM ? "-kvm" : "-tcg",
	        .session = &c->session,
	        .deadlines = vm_deadlines_default(),
	};

	*c = (struct contender){.hello_ms = -1};
	o.guest.accel = accel;
	session_init(&c->session, 0, 0, probe->release);
	return vm_start(&o, &c->vm, err);
}

static void contender_step(struct contender *c)
{
	if (!c->vm || c->ended)
		return;
	c->ended = vm_step(c->vm);
	if (c->session.stage >= SESSION_GREETED && c->hello_ms < 0)
		c->hello_ms = (double)(c->session.hello_ms - vm_started_ms(c->vm));
}

static void contender_free(struct contender *c)
{
	vm_free(c->vm);
	session_free(&c->session);
}

static void wait_both(const struct contender *kvm, const struct contender *tcg, int64_t until)
{
	struct pollfd fds[2 * VM_POLL_FDS];
	int64_t left = until - clock_ms();

	for (size_t i = 0; i < 2 * VM_POLL_FDS; i++)
		fds[i] = (struct pollfd){.fd = -1};
	if (!kvm->ended)
		vm_poll_fds(kvm->vm, fds);
	if (!tcg->ended)
		vm_poll_fds(tcg->vm, fds + VM_POLL_FDS);
	if (left > 0)
		poll(fds, 2 * VM_POLL_FDS, (int)left);
}

static void judge(const struct contender *kvm, const struct contender *tcg, int64_t limit_ms,
                  struct accel_answer *answer)
{
	answer->accel = ACCEL_TCG;
	if (kvm->hello_ms >= 0 && (tcg->hello_ms < 0 || kvm->hello_ms <= tcg->hello_ms)) {
		answer->accel = ACCEL_KVM;
		answer->reason = xasprintf("kvm: a guest said hello after %.2f s", kvm->hello_ms / 1000);
	} else if (kvm->ended && vm_reason(kvm->vm)) {
		answer->reason = xasprintf("tcg: KVM does not work here: %s", vm_reason(kvm->vm));
	} else if (tcg->hello_ms >= 0) {
		answer->reason = xasprintf("tcg: KVM opens, but an emulated guest said hello first, after %.2f s",
		                           tcg->hello_ms / 1000);
	} else {
		answer->reason =
		        xasprintf("tcg: KVM opens, but its guest said nothing for %.1f s", (double)limit_ms / 1000);
	}
}

static int try_both(const struct accel_probe *probe, struct accel_answer *answer, struct error *err)
{
	int64_t until = clock_ms() + probe->limit_ms;
	struct contender kvm, tcg = {0};
	int rc;

	rc = contender_start(&kvm, probe, ACCEL_KVM, err);
	if (!rc)
		rc = contender_start(&tcg, probe, ACCEL_TCG, err);
	while (!rc && clock_ms() < until && kvm.hello_ms < 0 && tcg.hello_ms < 0 && !kvm.ended) {
		wait_both(&kvm, &tcg, until);
		contender_step(&kvm);
		contender_step(&tcg);
	}
	if (!rc)
		judge(&kvm, &tcg, probe->limit_ms, answer);
	contender_free(&kvm);
	contender_free(&tcg);
	return rc;
}

int accel_decide(const struct accel_probe *probe, struct accel_answer *answer, struct error *err)
{
	cleanup_close int fd = -1;
	int rc;

	*answer = (struct accel_answer){.accel = ACCEL_TCG};
	if (strcmp(probe->asked, "auto")) {
		answer->accel = strcmp(probe->asked, accel_name(ACCEL_KVM)) ? ACCEL_TCG : ACCEL_KVM;
		answer->reason = xasprintf("%s: as requested", probe->asked);
		return 0;
	}
	if (probe->guest.arch != arch_native()) {
		answer->reason = xasprintf("tcg: the host's processor is not %s", probe->guest.arch->name);
		return 0;
	}
	fd = open(probe->device, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		answer->reason = xasprintf("tcg: %s: %s", probe->device, strerror(errno));
		return 0;
	}
	if (recall(probe, answer))
		return 0;
	rc = try_both(probe, answer, err);
	if (!rc)
		keep(probe, answer);
	return rc;
}
