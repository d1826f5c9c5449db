/* What reads for a trial, on a thread of its own.
 * I1: it touches the parts of struct trial that are its own, and of the daemon what never changes: the configuration.
 * I2: is_back is set last; the loop thread joins before it looks.
 * I3: the journal is read chunk by chunk: one long read would keep the log from being folded into the database. */
#include "trial_parts.h"

#include <errno.h>
#include <unistd.h>

#define CHUNK_EVENTS 4000
#define PIECE_BYTES (64u * 1024)
#define DIFFERENCE_MAX (8u << 20)

void *trial_load(void *arg)
{
	struct trial *t = arg;
	const struct ruleset_change change = { text_bytes(&t->file), text_bytes(&t->content) };

	t->err = ruleset_load_changed(t->config->rules_dir, &change, &t->rules, &t->report, &t->error);
	if (t->err == ERR_OK)
		t->err = judgement_enrich(t->config, &t->enrich, &t->error);
	if (t->err == ERR_OK)
		t->err = journal_map_new(t->config->state_dir, &t->rules->kinds, &t->journal, &t->error);
	atomic_store(&t->is_back, true);
	return NULL;
}

struct feed {
	struct trial *t;
	struct text pending; /* rows that are not written yet */
	uint64_t seq;        /* read so far */
	bool is_child_gone;  /* how it ended says why */
};

static void flush(struct feed *f)
{
	size_t done = 0;

	while (done < f->pending.len && !f->is_child_gone) {
		ssize_t n = write(f->t->to_child, f->pending.ptr + done, f->pending.len - done);
		f->is_child_gone = n < 0 && errno != EINTR;
		done += n > 0 ? (size_t)n : 0;
	}
	text_clear(&f->pending);
	atomic_store(&f->t->seq, f->seq);
}

static enum err hand_over(void *arg, const struct store_event *ev)
{
	struct feed *f = arg;
	struct trial_row row = { ev->seq, ev->ts_ms, ev->id_hash, (uint32_t)ev->audience, (uint32_t)ev->payload.len };

	if (ev->seq > f->t->until)
		return ERR_LIMIT;
	f->seq = ev->seq;
	text_add(&f->pending, bytes_make((const char *)&row, sizeof(row)));
	text_add(&f->pending, ev->payload);
	if (f->pending.len >= PIECE_BYTES)
		flush(f);
	return f->is_child_gone ? ERR_LIMIT : ERR_OK;
}

static enum err feed_journal(struct feed *f)
{
	uint64_t after;
	enum err err;

	do {
		after = f->seq;
		err = store_read(f->t->config->state_dir, (struct store_range){ after, CHUNK_EVENTS }, hand_over, f, &f->t->error);
	} while (err == ERR_OK && f->seq > after);
	flush(f);
	return err == ERR_LIMIT ? ERR_OK : err;
}

static void take_difference(struct trial *t)
{
	while (t->difference.len < DIFFERENCE_MAX) {
		ssize_t n = read(t->from_child, text_room(&t->difference, PIECE_BYTES), PIECE_BYTES);
		if (n == 0 || (n < 0 && errno != EINTR))
			return;
		if (n > 0)
			text_take_room(&t->difference, (size_t)n);
	}
}

void *trial_feed(void *arg)
{
	struct trial *t = arg;
	struct feed f = { .t = t };

	t->err = feed_journal(&f);
	text_free(&f.pending);
	close(t->to_child); /* the child's end of events */
	t->to_child = -1;
	if (t->err == ERR_OK)
		take_difference(t);
	atomic_store(&t->is_back, true);
	return NULL;
}
