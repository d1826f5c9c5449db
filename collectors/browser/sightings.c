/* A ring of sessions under the hash of their names.
 * I1: a slot in use is in `places` under its session's hash; its texts are its own.
 * I2: the next slot to be used is the one that was given to its session longest ago; that the session speaks again changes nothing. */
#include "sightings.h"

#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/model/event.h"

struct session {
	uint64_t name;       /* hash */
	uint64_t said;       /* hash of what the browser said; 0: nothing yet */
	int64_t spoken_ms;
	struct text account; /* that an event named last; empty: none did */
	struct text site, device;
	struct text room;    /* of the members */
	struct session_member *members;
	unsigned n_members;
	bool is_used;
};

struct sightings {
	struct session *ring;
	unsigned max, next, n;
	int64_t keep_ms;
	uint64_t evicted;
	struct u64map *places;
	uint64_t asked;            /* session of the latest find, 0: none */
	struct text asked_account;
};

struct sightings *sightings_new(unsigned max, int64_t keep_ms)
{
	struct sightings *s = xcalloc(1, sizeof(*s));

	s->ring = xcalloc(max, sizeof(*s->ring));
	s->max = max;
	s->keep_ms = keep_ms;
	s->places = u64map_new();
	return s;
}

static void session_clear(struct session *session)
{
	text_free(&session->account);
	text_free(&session->site);
	text_free(&session->device);
	text_free(&session->room);
	free(session->members);
	*session = (struct session){ .is_used = false };
}

void sightings_free(struct sightings *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->max; i++)
		session_clear(&s->ring[i]);
	free(s->ring);
	u64map_free(s->places);
	text_free(&s->asked_account);
	free(s);
}

/* 0 stands for none. */
static uint64_t name_of(struct bytes session)
{
	uint64_t hash = bytes_hash(session, 0);

	return hash ? hash : 1;
}

static void forget(struct sightings *s, struct session *session)
{
	u64map_del(s->places, session->name);
	session_clear(session);
	s->n--;
}

static struct session *find(struct sightings *s, uint64_t name, int64_t now_ms)
{
	uint32_t at = u64map_get(s->places, name);

	if (at == U64MAP_NONE)
		return NULL;
	if (now_ms - s->ring[at].spoken_ms <= s->keep_ms)
		return &s->ring[at];
	forget(s, &s->ring[at]);
	return NULL;
}

static struct session *find_or_make(struct sightings *s, uint64_t name, int64_t now_ms)
{
	struct session *session = find(s, name, now_ms);

	if (session)
		return session;
	session = &s->ring[s->next]; /* I2 */
	if (session->is_used) {
		s->evicted += now_ms - session->spoken_ms <= s->keep_ms;
		forget(s, session);
	}
	*session = (struct session){ .name = name, .is_used = true };
	u64map_put(s->places, name, s->next);
	s->next = (s->next + 1) % s->max;
	s->n++;
	return session;
}

static void set(struct text *t, struct bytes to)
{
	text_clear(t);
	text_add(t, to);
}

static void keep_members(struct session *session, const struct observation *o)
{
	size_t at = 0;

	text_clear(&session->room);
	for (unsigned i = 0; i < o->n; i++)
		text_add(&session->room, o->at[i].text);
	free(session->members);
	session->members = xcalloc(o->n + 1u, sizeof(*session->members));
	session->n_members = o->n;
	for (unsigned i = 0; i < o->n; i++) {
		/* Names are those of a table. */
		session->members[i] = (struct session_member){ o->at[i].name, bytes_slice(text_bytes(&session->room), at, o->at[i].text.len) };
		at += o->at[i].text.len;
	}
}

enum sighting sightings_see(struct sightings *s, const struct observation *o, struct bytes site, int64_t now_ms, struct bytes *account)
{
	struct session *session = find_or_make(s, name_of(o->session), now_ms);
	uint64_t said = observation_hash(o) | 1;

	if (session->said && (!bytes_eq(text_bytes(&session->device), o->device) || !bytes_eq(text_bytes(&session->site), site)))
		return SIGHTING_FOREIGN;
	*account = text_bytes(&session->account);
	if (!session->said && account->len > 0 && site.len > 0 && !bytes_eq(event_account_site(*account), site))
		return SIGHTING_FOREIGN;
	session->spoken_ms = now_ms;
	if (session->said == said)
		return SIGHTING_KNOWN;
	session->said = said;
	set(&session->device, o->device);
	set(&session->site, site);
	keep_members(session, o);
	return account->len > 0 ? SIGHTING_LATE : SIGHTING_KEPT;
}

unsigned sightings_find(struct sightings *s, const struct session_ask *ask, int64_t now_ms, const struct session_member **out)
{
	struct session *session;

	s->asked = 0;
	if (ask->session.len == 0)
		return 0;
	s->asked = name_of(ask->session);
	set(&s->asked_account, ask->account);
	session = find(s, s->asked, now_ms);
	if (!session || !session->said)
		return 0;
	if (session->site.len > 0 && !bytes_eq(event_account_site(ask->account), text_bytes(&session->site))) {
		s->asked = 0;
		return 0;
	}
	*out = session->members;
	return session->n_members;
}

bool sightings_accepted(struct sightings *s, int64_t now_ms)
{
	struct session *session;

	if (!s->asked)
		return false;
	session = find_or_make(s, s->asked, now_ms);
	session->spoken_ms = now_ms;
	set(&session->account, text_bytes(&s->asked_account));
	s->asked = 0;
	return session->said != 0;
}

unsigned sightings_count(const struct sightings *s)
{
	return s->n;
}

uint64_t sightings_evicted(const struct sightings *s)
{
	return s->evicted;
}
