/* Attributes of an event: each kind takes the text of its source through its normaliser chain and hashes what comes out.
 * I1: attrs are sorted by kind, because kinds are taken in their order; no (kind, key) stands twice.
 * I2: a kind that yields many values leaves a place for every later kind.
 * I3: the text of a path, and of a source, is made when the first kind asks for it. */
#include "event_reader.h"

#include "attr_memo.h"
#include "daemon/vendor/crypto.h"
#include "normalise.h"
#include "text_hash.h"

/* Of a path, without white space around it; ptr NULL: nobody has asked yet. */
struct slot_text {
	struct bytes text;
	uint64_t hash;
};

struct source_text {
	struct bytes text; /* empty: there is none, or an entry stands for it */
	const struct attr_memo_entry *entry;
	bool is_asked;
};

static bool is_asked_for(const struct kind *kind, bool used_only)
{
	return kind->privacy != PRIVACY_DROP && !kind->is_port_block && kind->n_paths + kind->n_parts > 0 &&
	       (!used_only || kind->is_indexed || kind->is_fact);
}

/* I2 */
static unsigned values_up_to(const struct kinds *kinds, unsigned row)
{
	unsigned later = kinds->n - row - 1;

	return EVENT_ATTRS_MAX - (later < EVENT_ATTRS_MAX / 2 ? later : EVENT_ATTRS_MAX / 2);
}

void attr_asked_for(const struct kinds *kinds, bool used_only, struct attr_asked *out)
{
	out->used_only = used_only;
	out->n = 0;
	for (unsigned i = 0; i < kinds->n; i++) {
		const struct kind *kind = &kinds->rows[i];

		if (!is_asked_for(kind, used_only))
			continue;
		out->kinds[out->n].row = (uint8_t)i;
		out->kinds[out->n].source = kind->source;
		out->kinds[out->n].limit = (uint8_t)values_up_to(kinds, i);
		out->kinds[out->n++].is_joined = kind->n_parts > 0;
	}
}

struct maker {
	struct event_reader *r;
	const struct kinds *kinds;
	unsigned n;
	unsigned first; /* of the kind at work */
	unsigned limit; /* for the kind at work */
	struct attr at[EVENT_ATTRS_MAX];
	struct slot_text slots[KIND_SLOTS_MAX];    /* the first kinds->slots.n are set */
	struct source_text sources[KINDS_MAX]; /* the first kinds->n_sources are set */
};

static uint64_t private_key(struct hmac_key *key, const struct kind *kind, struct bytes normal)
{
	char message[NORMALISE_IN_MAX + 256];
	uint8_t mac[CRYPTO_HASH_SIZE];
	uint64_t out = 0;
	size_t name = kind->name.len < 255 ? kind->name.len : 255;

	BUG_ON(normal.len > NORMALISE_IN_MAX);
	memcpy(message, kind->name.ptr, name);
	message[name] = '\0';
	memcpy(message + name + 1, normal.ptr, normal.len);
	hmac_sign(key, bytes_make(message, name + 1 + normal.len), mac);
	for (unsigned i = 0; i < 8; i++)
		out = out << 8 | mac[i];
	return out;
}

static uint64_t key_of(struct event_reader *r, const struct kind *kind, struct bytes normal)
{
	if (kind->privacy == PRIVACY_HASH && r->ctx->hash_key)
		return private_key(r->ctx->hash_key, kind, normal);
	return bytes_hash(normal, kind->seed);
}

/* The place for one more value of the kind at work, or NULL when there is none or the value stands there already. */
static struct attr *place_for(struct maker *m, unsigned index, uint64_t key)
{
	struct attr *attr = &m->at[m->n];

	if (m->n >= m->limit)
		return NULL;
	for (unsigned i = m->first; i < m->n; i++)
		if (m->at[i].key == key)
			return NULL;
	attr->kind = (uint16_t)index;
	attr->key = key;
	attr->next = 0;
	m->n++;
	return attr;
}

static void add_normalised(struct maker *m, unsigned index, struct bytes text)
{
	struct event_reader *r = m->r;
	const struct kind *kind = &m->kinds->rows[index];
	struct normalised normal;

	normal.n = 0;
	kind_normalise(kind, r->scratch, text, &normal);
	for (unsigned i = 0; i < normal.n; i++) {
		struct attr *attr = place_for(m, index, key_of(r, kind, normal.text[i]));

		if (!attr)
			continue;
		attr->shown = kind_shown(kind, r->arena, normal.text[i]);
		if (kind->privacy == PRIVACY_HASH && r->ctx->next_key)
			attr->next = private_key(r->ctx->next_key, kind, normal.text[i]);
	}
}

/* -- texts of paths -- */

static struct bytes whole_text(struct arena *a, int64_t num)
{
	enum { SIZE = 20 };
	char *text = arena_alloc(a, SIZE);
	uint64_t left = num < 0 ? 0 - (uint64_t)num : (uint64_t)num;
	size_t at = SIZE;

	do {
		text[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (num < 0)
		text[--at] = '-';
	return bytes_make(text + at, SIZE - at);
}

static struct bytes node_text(struct event_reader *r, const struct json_node *node);

static struct bytes other_text(struct event_reader *r, const struct json_node *node)
{
	char text[JSON_REAL_TEXT];

	switch (node->type) {
	case JSON_INT:
		return whole_text(r->scratch, node->num);
	case JSON_DOUBLE:
		return arena_bytes(r->scratch, bytes_make(text, json_real_text(node->real, text)));
	case JSON_BOOL:
		return bytes_of(node->num ? "true" : "false");
	case JSON_ARRAY:
		return node->num > 0 ? node_text(r, node + 1) : BYTES_NONE;
	default:
		return BYTES_NONE;
	}
}

/* Text of a scalar, most of which are texts; of an array its first entry. */
static struct bytes node_text(struct event_reader *r, const struct json_node *node)
{
	if (node == NULL)
		return BYTES_NONE;
	return node->type == JSON_STRING ? node->text : other_text(r, node);
}

static const struct slot_text *text_of_slot(struct maker *m, unsigned slot)
{
	struct slot_text *s = &m->slots[slot];

	if (s->text.ptr == NULL) {
		s->text = bytes_trim(node_text(m->r, m->r->slot[slot]));
		s->hash = text_hash(s->text, 0);
	}
	return s;
}

/* -- texts of sources -- */

/* False: there is no text, because all parts are empty or a required one is. */
static bool read_parts(struct maker *m, const struct kind_source *source, struct bytes parts[KIND_PATHS_MAX], uint64_t *hash)
{
	bool any = false;

	*hash = 0;
	for (unsigned p = 0; p < source->n; p++) {
		const struct slot_text *part = text_of_slot(m, source->slots[p]);

		if (part->text.len == 0 && source->required[p])
			return false;
		any |= part->text.len > 0;
		parts[p] = part->text;
		*hash = hash_mix(*hash, part->hash);
	}
	return any;
}

static struct bytes joined_text(struct arena *a, const struct bytes *parts, unsigned n)
{
	size_t len = n - 1, used = 0;
	char *out;

	if (n == 1)
		return parts[0];
	for (unsigned p = 0; p < n; p++)
		len += parts[p].len;
	out = arena_alloc(a, len);
	for (unsigned p = 0; p < n; p++) {
		if (p > 0)
			out[used++] = '|';
		memcpy(out + used, parts[p].ptr, parts[p].len);
		used += parts[p].len;
	}
	return bytes_make(out, used);
}

/* The parts joined, without those that are placeholders of the kind: none when a required one is. A single part is looked at
 * in its normal form. */
static struct bytes text_of_parts(struct arena *a, const struct kind *kind, const struct kind_source *source, struct bytes parts[KIND_PATHS_MAX])
{
	bool any = source->n == 1;

	for (unsigned p = 0; p < source->n && source->n > 1; p++) {
		if (kind_is_placeholder(kind, parts[p])) {
			parts[p] = BYTES_NONE;
			if (source->required[p])
				return BYTES_NONE;
		}
		any |= parts[p].len > 0;
	}
	return any ? joined_text(a, parts, source->n) : BYTES_NONE;
}

/* Makes the values of all kinds of the source from its text, which is empty when there are none, and remembers them with the parts
 * as they came; NULL when they are more than is remembered. */
static const struct attr_memo_entry *remember(struct maker *m, const struct kind_source *source, struct bytes raw, struct bytes text,
					      const struct attr_memo_place *place)
{
	struct attr values[ATTR_MEMO_VALUES];
	struct normalised normal;
	unsigned n = 0;

	for (unsigned row = source->first + 1u; row != 0; row = m->kinds->rows[row - 1].next_alike) {
		const struct kind *kind = &m->kinds->rows[row - 1];

		normal.n = 0;
		if (text.len > 0 && is_asked_for(kind, m->r->ctx->used_only))
			kind_normalise(kind, m->r->scratch, text, &normal);
		if (n + normal.n > ATTR_MEMO_VALUES)
			return NULL;
		for (unsigned i = 0; i < normal.n; i++)
			values[n++] = (struct attr){ .kind = (uint16_t)(row - 1), .key = bytes_hash(normal.text[i], kind->seed),
						     .shown = kind_shown(kind, m->r->scratch, normal.text[i]) };
	}
	return attr_memo_put(place, raw, values, n);
}

static const struct source_text *text_of_source(struct maker *m, unsigned index)
{
	const struct kind_source *source = &m->kinds->sources[index];
	struct source_text *s = &m->sources[index];
	struct bytes parts[KIND_PATHS_MAX];
	struct attr_memo_text text = { parts, source->n, 0 };
	struct attr_memo_place place = { NULL, 0 };
	struct bytes raw = BYTES_NONE;

	if (s->is_asked)
		return s;
	*s = (struct source_text){ BYTES_NONE, NULL, true };
	if (!read_parts(m, source, parts, &text.hash))
		return s;
	if (m->r->ctx->memo)
		s->entry = attr_memo_find(m->r->ctx->memo, index, &text, &place);
	if (s->entry)
		return s;
	if (place.slot)
		raw = joined_text(m->r->scratch, parts, source->n);
	s->text = text_of_parts(m->r->scratch, &m->kinds->rows[source->first], source, parts);
	if (place.slot)
		s->entry = remember(m, source, raw, s->text, &place);
	return s;
}

static void add_remembered(struct maker *m, unsigned index, const struct attr_memo_entry *entry)
{
	for (unsigned i = 0; i < entry->n; i++) {
		const struct attr_memo_value *value = &entry->values[i];
		struct attr *attr = value->kind == index ? place_for(m, index, value->key) : NULL;

		if (attr)
			attr->shown = arena_bytes(m->r->arena, bytes_make(entry->text + value->shown_at, value->shown_len));
	}
}

static void add_source(struct maker *m, unsigned index, unsigned source)
{
	const struct source_text *s = text_of_source(m, source);

	if (s->entry)
		add_remembered(m, index, s->entry);
	else if (s->text.len > 0)
		add_normalised(m, index, s->text);
}

/* -- kinds of other kinds -- */

static struct bytes joined_pair(struct arena *a, struct bytes left, struct bytes right)
{
	const struct bytes parts[] = { left, right };

	return joined_text(a, parts, ARRAY_LEN(parts));
}

/* Every text of left with every one of right. */
static void join_values(struct arena *a, const struct normalised *left, const struct normalised *right, struct normalised *out)
{
	out->n = 0;
	for (unsigned i = 0; i < left->n; i++)
		for (unsigned k = 0; k < right->n; k++)
			normalised_add(out, joined_pair(a, left->text[i], right->text[k]));
}

/* Of a list every entry has values of its own. */
static void part_values_of_list(struct maker *m, const struct kind *part, const struct json_node *array, struct normalised *out)
{
	const struct json_node *end = m->r->doc->nodes + array->next;
	struct normalised one;

	for (const struct json_node *node = array + 1; node < end; node = m->r->doc->nodes + node->next) {
		kind_normalise(part, m->r->scratch, node->text, &one);
		for (unsigned i = 0; i < one.n; i++)
			normalised_add(out, one.text[i]);
	}
}

static void part_values(struct maker *m, const struct kind *part, struct normalised *out)
{
	const struct kind_source *source = &m->kinds->sources[part->source];
	const struct json_node *only = source->n == 1 ? m->r->slot[source->slots[0]] : NULL;
	struct bytes parts[KIND_PATHS_MAX];
	uint64_t hash;

	out->n = 0;
	if (only != NULL && only->type == JSON_ARRAY)
		part_values_of_list(m, part, only, out);
	else if (read_parts(m, source, parts, &hash))
		kind_normalise(part, m->r->scratch, text_of_parts(m->r->scratch, part, source, parts), out);
}

/* A kind of other kinds: none when a required one has no value or none of them has. */
static void add_joined(struct maker *m, unsigned index)
{
	const struct kind *kind = &m->kinds->rows[index];
	struct normalised left, part, joined;
	bool any = false;

	left.n = 0; /* the texts are not set: most events have none of them */
	for (unsigned p = 0; p < kind->n_parts; p++) {
		part_values(m, &m->kinds->rows[kind->parts[p]], &part);
		if (part.n == 0 && kind->required[p])
			return;
		any |= part.n > 0;
		if (part.n == 0)
			part.text[part.n++] = BYTES_NONE;
		if (p > 0)
			join_values(m->r->scratch, &left, &part, &joined);
		left = p > 0 ? joined : part;
	}
	for (unsigned i = 0; any && i < left.n; i++)
		add_normalised(m, index, left.text[i]);
}

static void add_array(struct maker *m, unsigned index, const struct json_node *array)
{
	const struct json_node *end = m->r->doc->nodes + array->next;

	for (const struct json_node *node = array + 1; node < end; node = m->r->doc->nodes + node->next)
		add_normalised(m, index, node->text);
}

static void add_plain(struct maker *m, unsigned index, unsigned source_index)
{
	const struct kind_source *source = &m->kinds->sources[source_index];
	const struct json_node *only = source->n == 1 ? m->r->slot[source->slots[0]] : NULL;

	if (source->n > 1 || (only != NULL && only->type != JSON_ARRAY))
		add_source(m, index, source_index);
	else if (only != NULL)
		add_array(m, index, only);
}

static void keep_attrs(const struct maker *m)
{
	struct attr *kept = arena_alloc(m->r->arena, m->n * sizeof *kept + 1);

	memcpy(kept, m->at, m->n * sizeof *kept);
	m->r->out->attrs = kept;
	m->r->out->n_attrs = m->n;
}

void event_make_attrs_of(struct event_reader *r, unsigned kind, struct bytes text)
{
	struct maker m;

	m.r = r;
	m.kinds = r->ctx->kinds;
	m.n = m.first = 0;
	m.limit = EVENT_ATTRS_MAX;
	if (text.len > 0)
		add_normalised(&m, kind, text);
	keep_attrs(&m);
}

void event_make_attrs(struct event_reader *r)
{
	const struct kinds *kinds = r->ctx->kinds;
	const struct attr_asked *asked;
	struct attr_asked here;
	struct maker m;

	m.r = r;
	m.kinds = kinds;
	m.n = 0;
	memset(m.slots, 0, kinds->slots.n * sizeof m.slots[0]);
	memset(m.sources, 0, kinds->n_sources * sizeof m.sources[0]);
	if (r->ctx->memo == NULL)
		attr_asked_for(kinds, r->ctx->used_only, &here);
	asked = r->ctx->memo ? attr_memo_bind(r->ctx->memo, kinds, r->ctx->used_only) : &here;
	for (unsigned i = 0; i < asked->n; i++) {
		m.first = m.n;
		m.limit = asked->kinds[i].limit;
		if (asked->kinds[i].is_joined)
			add_joined(&m, asked->kinds[i].row);
		else
			add_plain(&m, asked->kinds[i].row, asked->kinds[i].source);
	}
	keep_attrs(&m);
}
