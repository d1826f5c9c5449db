/* Attributes of an event: each kind takes the texts of its slots through its normaliser chain and hashes what comes out.
 * I1: attrs are sorted by kind, because kinds are taken in their order; no (kind, key) stands twice.
 * I2: a kind that yields many values leaves a place for every later kind. */
#include "event_reader.h"

#include "attr_memo.h"
#include "daemon/vendor/crypto.h"
#include "normalise.h"

struct attr_list {
	struct attr at[EVENT_ATTRS_MAX];
	unsigned n;
	unsigned first; /* of the kind at work */
	unsigned limit; /* for the kind at work */
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
static struct attr *place_for(struct attr_list *list, unsigned index, uint64_t key)
{
	struct attr *attr = &list->at[list->n];

	if (list->n >= list->limit)
		return NULL;
	for (unsigned i = list->first; i < list->n; i++)
		if (list->at[i].key == key)
			return NULL;
	attr->kind = (uint16_t)index;
	attr->key = key;
	attr->next = 0;
	list->n++;
	return attr;
}

static void add_remembered(struct event_reader *r, struct attr_list *list, unsigned index, const struct attr_memo_entry *entry)
{
	for (unsigned i = 0; i < entry->n; i++) {
		struct attr *attr = place_for(list, index, entry->values[i].key);

		if (attr)
			attr->shown = arena_bytes(r->arena, bytes_make(entry->text + entry->values[i].shown_at, entry->values[i].shown_len));
	}
}

static void add_normalised(struct event_reader *r, struct attr_list *list, unsigned index, struct bytes raw,
			   const struct attr_memo_place *place)
{
	const struct kind *kind = &r->ctx->kinds->rows[index];
	unsigned before = list->n;
	struct normalised normal;

	normal.n = 0;
	kind_normalise(kind, r->scratch, raw, &normal);
	for (unsigned i = 0; i < normal.n; i++) {
		struct attr *attr = place_for(list, index, key_of(r, kind, normal.text[i]));

		if (!attr)
			continue;
		attr->shown = kind_shown(kind, r->arena, normal.text[i]);
		if (kind->privacy == PRIVACY_HASH && r->ctx->next_key)
			attr->next = private_key(r->ctx->next_key, kind, normal.text[i]);
	}
	/* All of them are in the list: none was left out for another text's or for want of a place. */
	if (place->slot && list->n - before == normal.n)
		attr_memo_put(place, raw, list->at + before, normal.n);
}

static void add_raw(struct event_reader *r, struct attr_list *list, unsigned index, struct bytes raw)
{
	const struct attr_memo_entry *entry = NULL;
	struct attr_memo_place place = { NULL, 0 };

	if (raw.len == 0)
		return;
	if (r->ctx->memo)
		entry = attr_memo_find(r->ctx->memo, index, raw, &place);
	if (entry)
		add_remembered(r, list, index, entry);
	else
		add_normalised(r, list, index, raw, &place);
}

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

/* The texts of all paths with '|' between them; empty when a required one or all of them are. */
static struct bytes joined_text(struct event_reader *r, const struct kind *kind)
{
	struct bytes part[KIND_PATHS_MAX];
	size_t len = kind->n_paths, used = 0;
	bool any = false;
	char *out;

	for (unsigned p = 0; p < kind->n_paths; p++) {
		part[p] = bytes_trim(node_text(r, r->slot[kind->slots[p]]));
		if (part[p].len == 0 && kind->required[p])
			return BYTES_NONE;
		any |= part[p].len > 0;
		len += part[p].len;
	}
	if (!any)
		return BYTES_NONE;
	out = arena_alloc(r->scratch, len);
	for (unsigned p = 0; p < kind->n_paths; p++) {
		if (p > 0)
			out[used++] = '|';
		memcpy(out + used, part[p].ptr, part[p].len);
		used += part[p].len;
	}
	return bytes_make(out, used);
}

static struct bytes joined_pair(struct arena *a, struct bytes left, struct bytes right)
{
	char *text = arena_alloc(a, left.len + 1 + right.len);

	memcpy(text, left.ptr, left.len);
	text[left.len] = '|';
	memcpy(text + left.len + 1, right.ptr, right.len);
	return bytes_make(text, left.len + 1 + right.len);
}

/* Every text of left with every one of right. */
static void join_values(struct arena *a, const struct normalised *left, const struct normalised *right, struct normalised *out)
{
	out->n = 0;
	for (unsigned i = 0; i < left->n; i++)
		for (unsigned k = 0; k < right->n; k++)
			normalised_add(out, joined_pair(a, left->text[i], right->text[k]));
}

static void part_values(struct event_reader *r, const struct kind *part, struct normalised *out)
{
	kind_normalise(part, r->scratch, part->n_paths > 1 ? joined_text(r, part) : node_text(r, r->slot[part->slots[0]]), out);
}

/* A kind of other kinds: none when a required one has no value or none of them has. */
static void add_joined(struct event_reader *r, struct attr_list *list, unsigned index)
{
	const struct kind *kind = &r->ctx->kinds->rows[index];
	struct normalised left = { .n = 0 }, part, joined;
	bool any = false;

	for (unsigned p = 0; p < kind->n_parts; p++) {
		part_values(r, &r->ctx->kinds->rows[kind->parts[p]], &part);
		if (part.n == 0 && kind->required[p])
			return;
		any |= part.n > 0;
		if (part.n == 0)
			part.text[part.n++] = BYTES_NONE;
		if (p > 0)
			join_values(r->scratch, &left, &part, &joined);
		left = p > 0 ? joined : part;
	}
	for (unsigned i = 0; any && i < left.n; i++)
		add_raw(r, list, index, left.text[i]);
}

static void add_array(struct event_reader *r, struct attr_list *list, unsigned index, const struct json_node *array)
{
	const struct json_node *end = r->doc->nodes + array->next;

	for (const struct json_node *node = array + 1; node < end; node = r->doc->nodes + node->next)
		add_raw(r, list, index, node->text);
}

static void add_kind(struct event_reader *r, struct attr_list *list, unsigned index)
{
	const struct kind *kind = &r->ctx->kinds->rows[index];
	const struct json_node *node;

	if (kind->privacy == PRIVACY_DROP || kind->is_port_block || kind->n_paths + kind->n_parts == 0)
		return;
	if (r->ctx->used_only && !kind->is_indexed && !kind->is_fact)
		return;
	list->first = list->n;
	if (kind->n_parts > 0) {
		add_joined(r, list, index);
		return;
	}
	if (kind->n_paths > 1) {
		add_raw(r, list, index, joined_text(r, kind));
		return;
	}
	node = r->slot[kind->slots[0]];
	if (node == NULL)
		return;
	if (node->type == JSON_ARRAY)
		add_array(r, list, index, node);
	else
		add_raw(r, list, index, node_text(r, node));
}

static void keep_attrs(struct event_reader *r, const struct attr_list *list)
{
	struct attr *kept = arena_alloc(r->arena, list->n * sizeof *kept + 1);

	memcpy(kept, list->at, list->n * sizeof *kept);
	r->out->attrs = kept;
	r->out->n_attrs = list->n;
}

void event_make_attrs_of(struct event_reader *r, unsigned kind, struct bytes text)
{
	struct attr_list list = { .n = 0, .first = 0, .limit = EVENT_ATTRS_MAX };

	add_raw(r, &list, kind, text);
	keep_attrs(r, &list);
}

void event_make_attrs(struct event_reader *r)
{
	unsigned kinds = r->ctx->kinds->n;
	struct attr_list list;

	list.n = 0;
	for (unsigned i = 0; i < kinds; i++) {
		unsigned later = kinds - i - 1 < EVENT_ATTRS_MAX / 2 ? kinds - i - 1 : EVENT_ATTRS_MAX / 2;

		list.limit = EVENT_ATTRS_MAX - later; /* I2 */
		add_kind(r, &list, i);
	}
	keep_attrs(r, &list);
}
