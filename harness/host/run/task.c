/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "host/run/module_job.h"
#include "host/run/run_dir.h"

#define MAX_BTF (64u << 20)

struct task *task_new(size_t kernel, const size_t *objects, size_t count, unsigned number)
{
	struct task *t = xcalloc(1, sizeof(*t));

	t->kernel = kernel;
	t->count = count;
	t->number = number;
	t->objects = xcalloc(count, sizeof(*t->objects));
	memcpy(t->objects, objects, count * sizeof(*objects));
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
	free(t->job_path);
	free(t->suffix);
	free(t);
}

static int write_job(const struct schedule *s, const struct task *t, uint64_t nonce, const char *path,
                     struct error *err)
{
	struct job job = {.nonce = nonce, .symbols = t->wants_symbols, .object_count = (uint32_t)t->count};
	const struct buf *external = &s->external[t->kernel].raw;
	cleanup_buf struct buf bytes = {0};
	int rc;

	job.wall_ns = clock_ns(CLOCK_REALTIME);
	job.btf_size = (uint32_t)external->len;
	job.btf = xcalloc(1, external->len);
	memcpy(job.btf, buf_str(external), external->len);
	job.objects = xcalloc(t->count, sizeof(*job.objects));
	for (size_t i = 0; i < t->count; i++)
		job.objects[i] = object_to_job(&s->objects->at[t->objects[i]]);
	rc = module_job_add(&s->modules[t->kernel], &job, err);
	job_encode(&job, &bytes);
	job_free(&job);
	return rc ? rc : io_replace_file(path, bytes.data, bytes.len, err);
}

/* Tasks share a job's file where its content is the same; it is written once. */
static int prepare_job(const struct schedule *s, struct task *t, uint64_t nonce, const char *directory,
                       struct error *err)
{
	bool some = t->count < s->objects->count;
	bool particular = some || *s->external[t->kernel].path || s->modules[t->kernel].count;
	cleanup_free char *number = some ? xasprintf("-%u", t->number) : xstrdup("");

	t->job_path = xasprintf("%s/job%s%s.bin", particular ? directory : s->directory,
	                        t->wants_symbols ? "-symbols" : "", number);
	return access(t->job_path, F_OK) ? write_job(s, t, nonce, t->job_path, err) : 0;
}

/* What the names of the VM's files end in. */
static char *suffix_of(const struct task *t)
{
	cleanup_free char *number = t->number > 1 ? xasprintf("-%u", t->number) : xstrdup("");

	return xasprintf("%s%s", number, t->mode == VM_SAVE ? "-save" : t->mode == VM_RESUME ? "-resume" : "");
}

static struct qemu_guest describe_guest(const struct schedule *s, const struct task *t)
{
	const struct store_kernel *kernel = &s->kernels[t->kernel];
	const struct kernel_row *row = &s->list->rows[t->kernel];

	return (struct qemu_guest){
	        .arch = kernel->arch,
	        .accel = s->accel,
	        .kernel = kernel->image,
	        .initrd = s->initrd,
	        .append = row->append,
	        .memory_mb = row->memory_mb ? row->memory_mb : SCHEDULE_MEMORY_MB,
	        .job = "",
	        .ram = "",
	        .state = "",
	};
}

/* Resume a saved guest when there is one, else make one; a guest that cannot be saved is booted for its job alone. */
static void choose_mode(const struct schedule *s, struct task *t, const struct qemu_guest *guest)
{
	cleanup_error struct error err = {0};
	cleanup_free char *key = NULL;
	int rc;

	t->decided = true;
	t->mode = VM_RUN;
	if (s->cold)
		return;
	key = snapshot_key(guest, s->kernels[t->kernel].image_sha256, s->qemu_version);
	rc = snapshot_find(s->images, key, &t->snapshot, &err);
	if (!rc) {
		t->mode = VM_RESUME;
		return;
	}
	if (rc == -EBADMSG)
		log_warn("%s; the guest is saved anew", err.text);
	if (!snapshot_begin(s->images, key, guest->memory_mb, &t->snapshot, &err))
		t->mode = VM_SAVE;
	else
		log_warn("%s; the guest is booted instead of resumed", err.text);
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

int task_start(struct task *t, const struct schedule *s, uint64_t nonce, struct error *err)
{
	const struct store_kernel *kernel = &s->kernels[t->kernel];
	cleanup_free char *directory = NULL;
	struct vm_options o = {
	        .guest = describe_guest(s, t),
	        .session = &t->session,
	        .deadlines = s->deadlines,
	};
	int rc;

	if (!t->decided)
		choose_mode(s, t, &o.guest);
	t->wants_symbols = t->count == s->objects->count && access(kernel->symbols, F_OK);
	rc = run_dir_kernel(s->directory, kernel->id, &directory, err);
	if (!rc && t->mode != VM_SAVE)
		rc = prepare_job(s, t, nonce, directory, err);
	if (rc)
		return rc;
	session_init(&t->session, nonce, t->count, kernel->release);
	t->session.wants_symbols = t->wants_symbols;
	expect_btf(kernel, &t->session);
	if (t->mode == VM_RESUME)
		session_resume(&t->session);
	if (t->mode != VM_SAVE)
		o.guest.job = t->job_path;
	t->suffix = suffix_of(t);
	o.suffix = t->suffix;
	o.mode = t->mode;
	if (t->mode != VM_RUN) {
		o.guest.ram = t->snapshot.ram;
		o.guest.ram_shared = t->mode == VM_SAVE;
		o.guest.state = t->mode == VM_RESUME ? t->snapshot.state : "";
		o.save_to = t->snapshot.state;
	}
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
