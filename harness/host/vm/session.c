/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

/* What is shown of a text that the guest chose. */
#define SHOWN_BYTES 300

void session_init(struct session *s, uint64_t nonce, size_t objects, const char *release)
{
	*s = (struct session){.nonce = nonce, .release = release, .cell_count = objects, .current = -1, .last = -1};
	s->cells = xcalloc(objects, sizeof(*s->cells));
}

void session_resume(struct session *s)
{
	s->stage = SESSION_READY;
}

static int out_of_order(const struct message *m, struct error *err)
{
	return error_set(err, EBADMSG, "frames: a frame of type %u came out of order", (unsigned)m->type);
}

/* The guest's text as part of a message to people: cut, on one line, nothing a terminal would obey. */
static char *shown(const char *text)
{
	cleanup_free char *cut = xstrndup(text, SHOWN_BYTES);
	struct buf line = {0};

	text_add_line(&line, cut);
	return buf_steal(&line);
}

static int take_hello(struct session *s, struct message *m, int64_t now_ms, struct error *err)
{
	if (s->stage != SESSION_BOOTING)
		return out_of_order(m, err);
	if (m->hello.protocol != MESSAGE_PROTOCOL)
		return error_set(err, EPROTO, "the agent speaks protocol %u, this program %u", m->hello.protocol,
		                 MESSAGE_PROTOCOL);
	if (*s->release && strcmp(s->release, m->hello.release)) {
		cleanup_free char *release = shown(m->hello.release);

		return error_set(err, EPROTO, "the guest runs kernel '%s', the row resolved to '%s'", release,
		                 s->release);
	}
	if (s->btf_size && (s->btf_size != m->hello.btf_size || s->btf_crc != m->hello.btf_crc))
		return error_set(err, EPROTO, "the guest's BTF is not the one the store has for its kernel");
	s->hello = *m;
	*m = (struct message){0};
	s->stage = SESSION_GREETED;
	s->hello_ms = now_ms;
	return 0;
}

static int take_job(struct session *s, const struct message *m, int64_t now_ms, struct error *err)
{
	if (s->stage != SESSION_READY)
		return out_of_order(m, err);
	if (m->job.nonce != s->nonce || m->job.objects != s->cell_count)
		return error_set(err, EBADMSG, "frames: the guest took another job than the one it was given");
	s->stage = SESSION_RUNNING;
	s->job_ms = now_ms;
	return 0;
}

/* The next of those that were asked for, in the order of the vocabulary; CIRCUMSTANCE_COUNT: all were told of. */
static int next_asked(const struct session *s)
{
	size_t told = 0;

	for (int k = 0; k < CIRCUMSTANCE_COUNT; k++)
		if (s->asked.value[k] && told++ == s->found_count)
			return k;
	return CIRCUMSTANCE_COUNT;
}

static int take_cell_begin(struct session *s, const struct message *m, int64_t now_ms, struct error *err)
{
	struct session_cell *cell;

	if (s->stage != SESSION_RUNNING || s->current >= 0 || next_asked(s) != CIRCUMSTANCE_COUNT)
		return out_of_order(m, err);
	if (m->cell_begin.object >= s->cell_count)
		return error_set(err, EBADMSG, "frames: a cell for object %u of %zu", m->cell_begin.object,
		                 s->cell_count);
	cell = &s->cells[m->cell_begin.object];
	if (cell->begun)
		return out_of_order(m, err);
	cell->begun = true;
	cell->begin_ms = now_ms;
	s->current = s->last = (int)m->cell_begin.object;
	return 0;
}

/* Room for one more fact in a list that grows by doubling; NULL when the guest has said too much. */
static void *grow(void *list, size_t count, size_t size)
{
	if (count >= SESSION_MAX_FACTS)
		return NULL;
	if (count & (count - 1))
		return list;
	return xrealloc(list, count ? 2 * count : 1, size);
}

static int take_fact(struct session *s, struct message *m, struct error *err)
{
	struct session_cell *cell = s->current < 0 ? NULL : &s->cells[s->current];
	void *list = NULL;

	if (!cell)
		return out_of_order(m, err);
	switch (m->type) {
	case MESSAGE_PROGRAM:
		list = grow(cell->programs, cell->program_count, sizeof(*cell->programs));
		if (!list)
			break;
		cell->programs = list;
		cell->programs[cell->program_count++] = m->program;
		break;
	case MESSAGE_RELO:
		list = grow(cell->relos, cell->relo_count, sizeof(*cell->relos));
		if (!list)
			break;
		cell->relos = list;
		cell->relos[cell->relo_count++] = m->relo;
		break;
	case MESSAGE_TRUTH:
		list = grow(cell->truths, cell->truth_count, sizeof(*cell->truths));
		if (!list)
			break;
		cell->truths = list;
		cell->truths[cell->truth_count++] = m->truth;
		break;
	default:
		return out_of_order(m, err);
	}
	if (!list)
		return error_set(err, EBADMSG, "frames: more than %u facts about one cell", SESSION_MAX_FACTS);
	*m = (struct message){0};
	return 0;
}

static int take_subject(struct session *s, struct message *m, struct error *err)
{
	struct session_cell *cell = s->current < 0 ? NULL : &s->cells[s->current];

	if (!cell)
		return out_of_order(m, err);
	if (cell->subject_count >= SESSION_MAX_SUBJECTS || m->subject.count > SESSION_MAX_VALUES)
		return error_set(err, EBADMSG, "frames: more than %u subjects, or %u values of one",
		                 SESSION_MAX_SUBJECTS, SESSION_MAX_VALUES);
	cell->subjects = grow(cell->subjects, cell->subject_count, sizeof(*cell->subjects));
	cell->subjects[cell->subject_count++] = (struct observation){.subject = m->subject};
	*m = (struct message){0};
	return 0;
}

static int take_record(struct session *s, struct message *m, struct error *err)
{
	struct session_cell *cell = s->current < 0 ? NULL : &s->cells[s->current];
	struct observation *subject = cell && cell->subject_count ? &cell->subjects[cell->subject_count - 1] : NULL;

	if (!subject || m->record.form >= RECORD_FORM_COUNT)
		return out_of_order(m, err);
	if (subject->record_count >= SESSION_MAX_RECORDS || m->record.size > SESSION_MAX_RECORD)
		return error_set(err, EBADMSG, "frames: more than %u records of one subject, or %u bytes of one",
		                 SESSION_MAX_RECORDS, SESSION_MAX_RECORD);
	subject->records = grow(subject->records, subject->record_count, sizeof(*subject->records));
	subject->records[subject->record_count++] = m->record;
	*m = (struct message){0};
	return 0;
}

static int take_alive(struct session *s, const struct message *m, struct error *err)
{
	if (s->current < 0)
		return out_of_order(m, err);
	if (++s->cells[s->current].alive > SESSION_MAX_ALIVE)
		return error_set(err, EBADMSG, "frames: an object is being loaded for ever");
	return 0;
}

static int take_log(struct session *s, const struct message *m, struct error *err)
{
	if (s->current < 0)
		return out_of_order(m, err);
	if (s->cells[s->current].log.len + strlen(m->log.text) > SESSION_MAX_LOG)
		return error_set(err, EBADMSG, "frames: more than %u bytes of log for one cell", SESSION_MAX_LOG);
	buf_puts(&s->cells[s->current].log, m->log.text);
	return 0;
}

/* It may come once the cell has ended: what the kernel says when it lets go of the object belongs to it as well. */
static int take_kernel_log(struct session *s, const struct message *m, struct error *err)
{
	struct buf *log = s->last < 0 ? NULL : &s->cells[s->last].kernel_log;

	if (!log)
		return out_of_order(m, err);
	if (log->len + strlen(m->log.text) > SESSION_MAX_LOG)
		return error_set(err, EBADMSG, "frames: more than %u bytes of the kernel's log for one cell",
		                 SESSION_MAX_LOG);
	buf_puts(log, m->log.text);
	return 0;
}

static int take_cell_end(struct session *s, struct message *m, int64_t now_ms, struct error *err)
{
	struct session_cell *cell;

	if (s->current < 0)
		return out_of_order(m, err);
	if (m->cell_end.phase >= PHASE_COUNT)
		return error_set(err, EBADMSG, "frames: a cell ended in the unknown phase %u", m->cell_end.phase);
	cell = &s->cells[s->current];
	cell->done = true;
	cell->end_ms = now_ms;
	cell->end = *m;
	*m = (struct message){0};
	s->current = -1;
	s->cells_ms = now_ms;
	return 0;
}

static int take_end(struct session *s, const struct message *m, int64_t now_ms, struct error *err)
{
	if (s->stage != SESSION_RUNNING || s->current >= 0)
		return out_of_order(m, err);
	if (m->end.nonce != s->nonce || m->end.cells != s->cell_count)
		return error_set(err, EBADMSG, "frames: the end frame belongs to another job");
	for (size_t i = 0; i < s->cell_count; i++)
		if (!s->cells[i].done)
			return error_set(err, EBADMSG, "frames: the end frame came, but not the cell of object %zu", i);
	s->stage = SESSION_ENDED;
	s->end_ms = now_ms;
	return 0;
}

/* Measuring in other circumstances than the row's would be worse than not measuring. */
static int take_circumstance(struct session *s, struct message *m, struct error *err)
{
	int key = next_asked(s);
	cleanup_free char *asked = NULL, *found = NULL, *said = NULL;

	if (s->stage != SESSION_RUNNING || s->last >= 0 || key == CIRCUMSTANCE_COUNT)
		return out_of_order(m, err);
	asked = circumstance_text((enum circumstance_key)key, s->asked.value[key]);
	if (strcmp(asked, m->circumstance.asked))
		return out_of_order(m, err);
	s->found = xrealloc(s->found, s->found_count + 1, sizeof(*s->found));
	s->found[s->found_count++] = m->circumstance;
	*m = (struct message){0};
	if (!strcmp(asked, s->found[s->found_count - 1].found))
		return 0;
	found = shown(s->found[s->found_count - 1].found);
	said = shown(s->found[s->found_count - 1].said);
	return error_set(err, EPROTO, "the row asks for %s, which did not take: the guest finds %s (%s)", asked, found,
	                 said);
}

/* Only before the first object: what comes later may be the work of one. */
static int take_symbols(struct session *s, const struct message *m, struct error *err)
{
	const struct symbols_fact *f = &m->symbols;

	if (s->stage != SESSION_RUNNING || !s->wants_symbols || s->has_symbols || s->cells_ms || s->current >= 0)
		return out_of_order(m, err);
	if (f->unpacked > SESSION_MAX_SYMBOLS || f->size > SESSION_MAX_SYMBOLS - s->symbols.len)
		return error_set(err, EBADMSG, "frames: more than %u bytes of symbols", SESSION_MAX_SYMBOLS);
	buf_add(&s->symbols, f->bytes, f->size);
	s->symbols_unpacked = f->unpacked;
	s->has_symbols = f->last;
	return 0;
}

static int take_fatal(const struct message *m, struct error *err)
{
	cleanup_free char *reason = shown(m->fatal.reason);

	return error_set(err, EIO, "the agent gave up: %s", reason);
}

/* What the guest makes the host keep of one cell is bounded, whatever it consists of. */
static int count_bytes(struct session *s, const struct frame *f, struct error *err)
{
	struct session_cell *cell = s->current < 0 ? NULL : &s->cells[s->current];

	if (!cell)
		return 0;
	cell->bytes += f->len;
	if (cell->bytes > SESSION_MAX_BYTES)
		return error_set(err, EBADMSG, "frames: more than %u bytes about one cell", SESSION_MAX_BYTES);
	return 0;
}

static int dispatch(struct session *s, struct message *m, int64_t now_ms, struct error *err)
{
	if (s->stage == SESSION_ENDED)
		return out_of_order(m, err);
	switch (m->type) {
	case MESSAGE_HELLO:
		return take_hello(s, m, now_ms, err);
	case MESSAGE_READY:
		if (s->stage != SESSION_GREETED)
			return out_of_order(m, err);
		s->stage = SESSION_READY;
		s->ready_ms = now_ms;
		return 0;
	case MESSAGE_JOB:
		return take_job(s, m, now_ms, err);
	case MESSAGE_CIRCUMSTANCE:
		return take_circumstance(s, m, err);
	case MESSAGE_CELL_BEGIN:
		return take_cell_begin(s, m, now_ms, err);
	case MESSAGE_PROGRAM:
	case MESSAGE_RELO:
	case MESSAGE_TRUTH:
		return take_fact(s, m, err);
	case MESSAGE_SUBJECT:
		return take_subject(s, m, err);
	case MESSAGE_RECORD:
		return take_record(s, m, err);
	case MESSAGE_LOG:
		return take_log(s, m, err);
	case MESSAGE_KERNEL_LOG:
		return take_kernel_log(s, m, err);
	case MESSAGE_ALIVE:
		return take_alive(s, m, err);
	case MESSAGE_CELL_END:
		return take_cell_end(s, m, now_ms, err);
	case MESSAGE_END:
		return take_end(s, m, now_ms, err);
	case MESSAGE_FATAL:
		return take_fatal(m, err);
	case MESSAGE_SYMBOLS:
		return take_symbols(s, m, err);
	case MESSAGE_TYPE_COUNT:
		break;
	}
	return out_of_order(m, err);
}

int session_take(struct session *s, const struct frame *f, int64_t now_ms, struct error *err)
{
	struct message m;
	int rc = count_bytes(s, f, err);

	rc = rc ? rc : message_decode(f->type, f->payload, f->len, &m, err);
	if (rc)
		return rc;
	rc = dispatch(s, &m, now_ms, err);
	message_free(&m);
	return rc;
}

char *session_where(const struct session *s, char *const *object_names)
{
	if (s->current >= 0)
		return xasprintf("while %s ran", object_names[s->current]);
	switch (s->stage) {
	case SESSION_BOOTING:
		return xstrdup("before the agent's hello");
	case SESSION_GREETED:
		return xstrdup("between hello and ready");
	case SESSION_READY:
		return xstrdup("before the job was taken");
	case SESSION_RUNNING:
		return xstrdup("between two objects");
	case SESSION_ENDED:
		break;
	}
	return xstrdup("after the end frame");
}

static void free_cell(struct session_cell *cell)
{
	for (size_t i = 0; i < cell->program_count; i++)
		program_fact_free(&cell->programs[i]);
	for (size_t i = 0; i < cell->relo_count; i++)
		relo_fact_free(&cell->relos[i]);
	for (size_t i = 0; i < cell->truth_count; i++)
		truth_fact_free(&cell->truths[i]);
	for (size_t i = 0; i < cell->subject_count; i++)
		observation_free(&cell->subjects[i]);
	free(cell->subjects);
	free(cell->programs);
	free(cell->relos);
	free(cell->truths);
	buf_free(&cell->log);
	buf_free(&cell->kernel_log);
	message_free(&cell->end);
}

void session_free(struct session *s)
{
	for (size_t i = 0; i < s->cell_count; i++)
		free_cell(&s->cells[i]);
	free(s->cells);
	for (size_t i = 0; i < s->found_count; i++)
		circumstance_fact_free(&s->found[i]);
	free(s->found);
	message_free(&s->hello);
	buf_free(&s->symbols);
	*s = (struct session){.current = -1};
}
