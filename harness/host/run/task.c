/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/object/shipped.h"
#include "host/run/guest.h"
#include "host/run/job_file.h"
#include "host/run/larger.h"
#include "host/run/run_dir.h"

#define MAX_BTF (64u << 20)

struct task *task_new(size_t kernel, const size_t *objects, size_t count, unsigned number)
{
	struct task *t = xcalloc(1, sizeof(*t));

	t->kernel = kernel;
	t->count = count;
	t->number = number;
	t->objects = xcalloc(count, sizeof(*t->objects));
	t->again = xcalloc(count, sizeof(*t->again));
	memcpy(t->objects, objects, count * sizeof(*objects));
	return t;
}

/* Booted: a guest that is saved for it would take its size on the disk for something rare. */
struct task *task_new_larger(size_t kernel, size_t object, unsigned memory_mb, unsigned number)
{
	struct task *t = task_new(kernel, &object, 1, number);

	t->memory_mb = memory_mb;
	t->mode = VM_RUN;
	t->decided = true;
	return t;
}

void task_free(struct task *t)
{
	vm_free(t->vm);
	session_free(&t->session);
	if (t->snapshot.place)
		snapshot_discard(&t->snapshot);
	snapshot_free(&t->snapshot);
	free(t->objects);
	free(t->again);
	free(t->job_path);
	free(t->suffix);
	free(t->reason);
	free(t);
}

void task_queue_add(struct task_queue *q, struct task *t)
{
	t->next = NULL;
	*(q->last ? &q->last->next : &q->first) = t;
	q->last = t;
}

void task_queue_add_first(struct task_queue *q, struct task *t)
{
	t->next = q->first;
	q->first = t;
	if (!q->last)
		q->last = t;
}

struct task *task_queue_take(struct task_queue *q)
{
	struct task *t = q->first;

	if (!t)
		return NULL;
	q->first = t->next;
	if (!q->first)
		q->last = NULL;
	t->next = NULL;
	return t;
}

void task_queue_free(struct task_queue *q)
{
	struct task *t;

	while ((t = task_queue_take(q)))
		task_free(t);
}

/* Sent to those only that read it. */
static const char *wanted_config(const struct schedule *s, const struct task *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (object_wants_config(&s->objects->at[t->objects[i]], s->kernels[t->kernel].arch))
			return s->kernels[t->kernel].config;
	return "";
}

/* The same, and only where they can be run. */
static const struct buf *wanted_files(const struct schedule *s, const struct task *t)
{
	if (!shipped_fits(s->kernels[t->kernel].arch))
		return NULL;
	for (size_t i = 0; i < t->count; i++)
		if (shipped_is_for(&s->objects->at[t->objects[i]]))
			return s->files;
	return NULL;
}

/* Tasks share a job's file where its content is the same; it is written once. */
static int prepare_job(const struct schedule *s, struct task *t, uint64_t nonce, const char *directory,
                       struct error *err)
{
	const struct buf *files = wanted_files(s, t);
	bool some = t->count < s->objects->count || t->memory_mb;
	const char *config = wanted_config(s, t);
	cleanup_free char *env = circumstances_text(&s->list->rows[t->kernel].env);
	bool particular = some || *env || *s->external[t->kernel].path || s->modules[t->kernel].count || *config;
	const struct arch *arch = s->kernels[t->kernel].arch;
	cleanup_free char *number = some ? xasprintf("-%u", t->number) : xstrdup("");

	t->job_path = xasprintf("%s/job%s%s%s%s.bin", particular ? directory : s->directory,
	                        arch == arch_default() ? "" : "-", arch == arch_default() ? "" : arch->deb,
	                        t->wants_symbols ? "-symbols" : "", number);
	if (!access(t->job_path, F_OK))
		return 0;
	return job_file_write(
	        &(const struct job_file){
	                .nonce = nonce,
	                .arch = arch,
	                .objects = s->objects,
	                .some = t->objects,
	                .count = t->count,
	                .modules = &s->modules[t->kernel],
	                .btf = &s->external[t->kernel].raw,
	                .files = files,
	                .config = config,
	                .circumstances = env,
	                .symbols = t->wants_symbols,
	                .top_lines = s->top_lines,
	                .patience = t->memory_mb ? LARGER_PATIENCE : 1,
	        },
	        t->job_path, err);
}

/* What the names of the VM's files end in. */
static char *suffix_of(const struct task *t)
{
	cleanup_free char *number = t->number > 1 ? xasprintf("-%u", t->number) : xstrdup("");

	return xasprintf("%s%s%s", number, t->booted_again ? "-again" : "",
	                 t->mode == VM_SAVE     ? "-save"
	                 : t->mode == VM_RESUME ? "-resume"
	                                        : "");
}

/* Resume a saved guest when there is one, else make one; one that cannot be saved is booted for this job and no other.
 */
static void choose_mode(const struct schedule *s, struct task *t, const struct qemu_guest *guest)
{
	cleanup_error struct error err = {0};
	cleanup_free char *note = NULL;
	bool found;

	t->decided = true;
	t->mode = VM_RUN;
	if (s->cold)
		return;
	if (snapshot_open(s->images, guest, s->kernels[t->kernel].image_sha256, s->means->qemu[arch_index(guest->arch)],
	                  &t->snapshot, &found, &note, &err))
		watch_say(s->watch, WATCH_WARNING, "%s; the guest is booted instead of resumed", err.text);
	else
		t->mode = found ? VM_RESUME : VM_SAVE;
	if (note)
		watch_say(s->watch, WATCH_WARNING, "%s; the guest is saved anew", note);
}

/* What the guest's hello has to say of its BTF; a resumed guest said it before it was saved. */
static void expect_btf(const struct store_kernel *kernel, struct session *session)
{
	cleanup_buf struct buf raw = {0};

	if (!*kernel->btf || io_read_file(kernel->btf, MAX_BTF, &raw, NULL))
		return;
	session->btf_size = raw.len;
	session->btf_crc = (uint32_t)crc32(0, (const Bytef *)raw.data, (uInt)raw.len);
}

static struct qemu_guest guest_for(const struct task *t, const struct schedule *s)
{
	struct qemu_guest guest = guest_of(&s->kernels[t->kernel], &s->list->rows[t->kernel], s->means);

	if (t->memory_mb)
		guest.memory_mb = t->memory_mb;
	if (guest.memory_mb < t->least_mb)
		guest.memory_mb = t->least_mb;
	return guest;
}

void task_decide(struct task *t, const struct schedule *s)
{
	struct qemu_guest guest = guest_for(t, s);

	/* that there is no way to boot it is told when it starts */
	if (!t->decided && !guest_means_check(s->means, &s->kernels[t->kernel], NULL))
		choose_mode(s, t, &guest);
}

int task_start(struct task *t, const struct schedule *s, uint64_t nonce, struct error *err)
{
	const struct store_kernel *kernel = &s->kernels[t->kernel];
	cleanup_free char *directory = NULL;
	struct vm_options o = {
	        .guest = guest_for(t, s),
	        .session = &t->session,
	        .deadlines = s->deadlines,
	};
	int rc = guest_means_check(s->means, kernel, err);

	if (rc)
		return rc;
	task_decide(t, s);
	t->wants_symbols = t->number == 1 && access(kernel->symbols, F_OK);
	rc = run_dir_kernel(s->directory, kernel->id, &directory, err);
	if (!rc && t->mode != VM_SAVE)
		rc = prepare_job(s, t, nonce, directory, err);
	if (rc)
		return rc;
	session_init(&t->session, nonce, t->count, kernel->release);
	t->session.asked = s->list->rows[t->kernel].env;
	t->session.wants_symbols = t->wants_symbols;
	expect_btf(kernel, &t->session);
	if (t->mode == VM_RESUME)
		session_resume(&t->session);
	if (t->mode != VM_SAVE)
		o.guest.job = t->job_path;
	t->suffix = suffix_of(t);
	o.suffix = t->suffix;
	o.mode = t->mode;
	vm_options_take_saved(&o, &t->snapshot);
	o.directory = directory;
	return vm_start(&o, &t->vm, err);
}

void task_reset(struct task *t, enum vm_mode mode)
{
	vm_free(t->vm);
	t->vm = NULL;
	session_free(&t->session);
	free(t->job_path);
	free(t->suffix);
	t->job_path = t->suffix = NULL;
	t->mode = mode;
}

void task_set_end(struct task *t, enum task_end end, const char *reason)
{
	t->end = end;
	t->reason = reason ? xstrdup(reason) : NULL;
	t->crashed = t->vm && vm_crashed(t->vm);
	t->culprit = t->vm ? t->session.current : -1;
	vm_free(t->vm);
	t->vm = NULL;
}

size_t *task_keep(struct task *t, const bool *taken, size_t *count)
{
	size_t *rest = xcalloc(t->count, sizeof(*rest)), kept = 0;

	*count = 0;
	for (size_t i = 0; i < t->count; i++) {
		if (taken[i])
			t->objects[kept++] = t->objects[i];
		else
			rest[(*count)++] = t->objects[i];
	}
	t->count = kept;
	return rest;
}

size_t *task_leave_culprit(struct task *t, size_t *count)
{
	size_t *rest = xcalloc(t->count, sizeof(*rest));

	*count = 0;
	for (size_t i = 0; i < t->count; i++)
		if ((int)i != t->culprit)
			rest[(*count)++] = t->objects[i];
	t->objects[0] = t->objects[t->culprit];
	t->culprit = 0;
	t->count = 1;
	return rest;
}
