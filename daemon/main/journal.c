/* Journal rows as events.
 * I1: a kind that is gone takes its attributes with it; attributes stay sorted by kind, those of one kind in their order.
 * I2: an event says by its number under which of two keys its values count (keys.h). */
#include "journal.h"

#include "keys.h"

#include "daemon/base/text.h"
#include "daemon/base/vec.h"
#include "daemon/store/names.h"

#include <stdlib.h>

struct epoch {
	uint64_t from_seq;
	bool is_same;
	unsigned n;
	int16_t to[KINDS_MAX]; /* -1: gone */
};

struct journal_map {
	const struct kinds *kinds;
	uint64_t retired_through; /* I2 */
	struct VEC(struct epoch) epochs;
};

static enum err note_names(void *arg, uint64_t from_seq, struct bytes names)
{
	struct journal_map *m = arg;
	struct epoch e = { .from_seq = from_seq };

	e.is_same = true;
	while (names.len > 0 && e.n < KINDS_MAX) {
		ptrdiff_t end = bytes_find_char(names, '\n');
		size_t len = end < 0 ? names.len : (size_t)end;

		e.to[e.n] = (int16_t)kinds_find(m->kinds, bytes_make(names.ptr, len));
		e.is_same = e.is_same && e.to[e.n] == (int16_t)e.n;
		e.n++;
		names = bytes_slice(names, len + 1, names.len);
	}
	e.is_same = e.is_same && e.n == m->kinds->n;
	VEC_PUSH(&m->epochs, e);
	return ERR_OK;
}

static enum err read_retired(struct journal_map *m, const char *dir, struct errbuf *eb)
{
	struct errbuf why = { "" };
	enum err err = store_fact(dir, KEYS_FACT_THROUGH, &m->retired_through, &why);

	return err == ERR_NOTFOUND && why.text[0] == '\0' ? ERR_OK : err ? errbuf_set(eb, err, "%s", why.text) : ERR_OK;
}

enum err journal_map_new(const char *dir, const struct kinds *kinds, struct journal_map **out, struct errbuf *eb)
{
	struct journal_map *m = xcalloc(1, sizeof(*m));
	enum err err;

	m->kinds = kinds;
	err = store_read_names(dir, note_names, m, eb);
	if (!err)
		err = read_retired(m, dir, eb);
	if (err) {
		journal_map_free(m);
		return err;
	}
	*out = m;
	return ERR_OK;
}

void journal_map_free(struct journal_map *m)
{
	if (!m)
		return;
	VEC_FREE(&m->epochs);
	free(m);
}

bool journal_map_is_stale(const struct journal_map *m)
{
	return m->epochs.n == 0 || !m->epochs.at[m->epochs.n - 1].is_same;
}

enum err journal_note_kinds(const char *dir, const struct kinds *kinds, uint64_t from_seq, struct errbuf *eb)
{
	struct text names = { 0 };
	enum err err;

	for (unsigned i = 0; i < kinds->n; i++) {
		text_add(&names, kinds->rows[i].name);
		text_addc(&names, '\n');
	}
	err = store_add_names(dir, from_seq, text_bytes(&names), eb);
	text_free(&names);
	return err;
}

static const struct epoch *epoch_of(const struct journal_map *m, uint64_t seq)
{
	for (size_t i = m->epochs.n; i-- > 0;)
		if (m->epochs.at[i].from_seq <= seq)
			return &m->epochs.at[i];
	return NULL;
}

/* I1: insertion keeps the order of equals; a dozen attributes, nearly sorted. */
static void translate(const struct epoch *ep, struct arena *a, struct event *ev)
{
	struct attr *out = ARENA_ARRAY(a, struct attr, ev->n_attrs + 1);
	unsigned n = 0;

	for (unsigned i = 0; i < ev->n_attrs; i++) {
		struct attr at = ev->attrs[i];
		unsigned k = n;

		if (at.kind >= ep->n || ep->to[at.kind] < 0)
			continue;
		at.kind = (uint16_t)ep->to[at.kind];
		for (; k > 0 && out[k - 1].kind > at.kind; k--)
			out[k] = out[k - 1];
		out[k] = at;
		n++;
	}
	ev->attrs = out;
	ev->n_attrs = n;
}

void journal_map_retire(struct journal_map *m, uint64_t through)
{
	m->retired_through = through;
}

/* I2. Kinds are today's. */
static void count_by_second_key(const struct journal_map *m, struct event *ev)
{
	struct attr *kept = (struct attr *)ev->attrs;
	unsigned n = 0;

	for (unsigned i = 0; i < ev->n_attrs; i++) {
		struct attr at = ev->attrs[i];
		bool is_hashed = at.kind < m->kinds->n && m->kinds->rows[at.kind].privacy == PRIVACY_HASH;

		if (at.next != 0) {
			at.key = at.next;
			at.next = 0;
		} else if (is_hashed) {
			continue;
		}
		kept[n++] = at;
	}
	ev->n_attrs = n;
}

enum err journal_event(const struct journal_map *m, const struct store_event *row, struct arena *a, struct event *out,
		       struct errbuf *eb)
{
	const struct epoch *ep = epoch_of(m, row->seq);

	if (!ep || decode_event(row->payload, a, out) != ERR_OK)
		return errbuf_set(eb, ERR_CORRUPT, "event %llu of the journal cannot be read; restore a backup",
				  (unsigned long long)row->seq);
	out->seq = row->seq;
	out->audience = row->audience;
	if (!ep->is_same)
		translate(ep, a, out);
	if (row->seq <= m->retired_through)
		count_by_second_key(m, out);
	return ERR_OK;
}
