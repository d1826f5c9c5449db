/* The objects and arrays inside an event: device, identity, items, relation. Members that some kind asks for land in
 * their slot; the rest is checked and left alone (it stays in the hash that tells duplicates). */
#include "event_reader.h"

#define MEMBER_NAME_MAX 64

/* Always known, so that a small attribute file does not refuse what the event format names. */
const char *const event_identity_members[] = {
	"email", "phone", "card", "bank", "tax_id", "name", "company", "address", "beneficiary", "document", "dob", NULL,
};
enum { IDENTITY_MEMBERS = ARRAY_LEN(event_identity_members) - 1 };

static enum err check_object(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_OBJECT)
		return event_refuse(r, "value", "\"%.*s\" must be an object", BYTES_ARG(node->key));
	if (node->num > EVENT_KEYS_MAX)
		return event_refuse(r, "size", "\"%.*s\" has more than %d keys", BYTES_ARG(node->key), EVENT_KEYS_MAX);
	return ERR_OK;
}

static enum err check_device_member(struct event_reader *r, const struct json_node *node)
{
	if (node->key.len == 0 || node->key.len > MEMBER_NAME_MAX)
		return event_refuse(r, "size", "a key of \"device\" has %zu bytes, not 1 to %d", node->key.len, MEMBER_NAME_MAX);
	if (node->type == JSON_OBJECT || node->type == JSON_ARRAY)
		return event_refuse(r, "value", "\"device.%.*s\" must be a string, a number, true or false", BYTES_ARG(node->key));
	return ERR_OK;
}

enum err event_read_device(struct event_reader *r, const struct json_node *object)
{
	const struct json_node *end = r->doc->nodes + object->next;
	enum err err = check_object(r, object);

	if (err)
		return err;
	for (const struct json_node *node = object + 1; node < end; node = r->doc->nodes + node->next) {
		int slot;

		if ((err = check_device_member(r, node)))
			return err;
		slot = kinds_member_slot(r->ctx->kinds, KIND_DEVICE, node->key);
		if (slot >= 0)
			r->slot[slot] = node;
	}
	return ERR_OK;
}

static enum err check_texts(struct event_reader *r, const struct json_node *array, int max)
{
	const struct json_node *end = r->doc->nodes + array->next;

	if (array->num > max)
		return event_refuse(r, "size", "\"%.*s\" has more than %d entries", BYTES_ARG(array->key), max);
	for (const struct json_node *node = array + 1; node < end; node = r->doc->nodes + node->next)
		if (node->type != JSON_STRING)
			return event_refuse(r, "value", "\"%.*s\" may hold strings only", BYTES_ARG(array->key));
	return ERR_OK;
}

static enum err unknown_identity(struct event_reader *r, struct bytes member)
{
	const struct kind_slots *slots = &r->ctx->kinds->slots;
	const char *known[IDENTITY_MEMBERS + KIND_SLOTS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < IDENTITY_MEMBERS; i++) {
		if (bytes_is(member, event_identity_members[i]))
			return ERR_OK;
		known[n++] = event_identity_members[i];
	}
	if (bytes_starts(member, BYTES_LIT("x_")))
		return ERR_OK;
	for (unsigned i = KIND_FIXED_PATHS; i < slots->n; i++)
		if (bytes_starts(slots->name[i], BYTES_LIT("identity.")))
			known[n++] = arena_str(r->arena, bytes_slice(slots->name[i], 9, MEMBER_NAME_MAX));
	return event_unknown_key(r, "identity.", member, known, n);
}

enum err event_read_identity(struct event_reader *r, const struct json_node *object)
{
	const struct json_node *end = r->doc->nodes + object->next;
	enum err err = check_object(r, object);

	for (const struct json_node *node = object + 1; !err && node < end; node = r->doc->nodes + node->next) {
		int slot = kinds_member_slot(r->ctx->kinds, KIND_IDENTITY, node->key);

		if (slot >= 0)
			r->slot[slot] = node;
		else if ((err = unknown_identity(r, node->key)))
			return err;
		if (node->type == JSON_ARRAY)
			err = check_texts(r, node, EVENT_IDENTITY_VALUES_MAX);
		else if (node->type != JSON_STRING && node->type != JSON_NULL)
			err = event_refuse(r, "value", "\"identity.%.*s\" must be a string or an array of strings",
					   node->key.len > MEMBER_NAME_MAX ? MEMBER_NAME_MAX : (int)node->key.len, node->key.ptr);
	}
	return err;
}

enum err event_read_items(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_ARRAY)
		return event_refuse(r, "value", "\"items\" must be an array of strings");
	return check_texts(r, node, EVENT_ITEMS_MAX);
}

static enum err read_relation_with(struct event_reader *r, const struct json_node *node)
{
	return event_read_text(r, node, EVENT_ACCOUNT_MAX, &r->relation_with);
}

#define MEMBER(name, at, max, is_required, help) \
	{ { name, sizeof(name) - 1 }, KEY_FIELD, offsetof(struct event, at), max, NULL, TAKES_TEXT, is_required, help }
const struct event_key event_relation_keys[] = {
	MEMBER("kind", relation_kind, EVENT_WORD_MAX, true, "joint, household, agency, employee, service, or a word of your own."),
	MEMBER("group", relation_group, EVENT_ACCOUNT_MAX, false, "Id of a group that the account joins: all of its members are related."),
	{ { "with", 4 }, KEY_CALL, 0, EVENT_ACCOUNT_MAX, read_relation_with, TAKES_TEXT, false,
	  "The other account; it counts once that one declares the same. Either group or with." },
	MEMBER("proof", relation_proof, EVENT_PROOF_MAX, false, "What shows it: the number of a contract, a link."),
	{ { NULL, 0 }, KEY_CALL, 0, 0, NULL, TAKES_TEXT, false, NULL },
};
enum { RELATION_KEYS = ARRAY_LEN(event_relation_keys) - 1 };

static enum err read_relation_member(struct event_reader *r, const struct json_node *node)
{
	const char *known[RELATION_KEYS];

	for (size_t i = 0; i < RELATION_KEYS; i++) {
		if (bytes_eq(node->key, event_relation_keys[i].name))
			return event_read_by(&event_relation_keys[i], r, node);
		known[i] = event_relation_keys[i].name.ptr;
	}
	if (bytes_starts(node->key, BYTES_LIT("x_")))
		return ERR_OK;
	return event_unknown_key(r, "relation.", node->key, known, RELATION_KEYS);
}

enum err event_read_relation(struct event_reader *r)
{
	const struct json_node *end = r->doc->nodes + r->relation->next;
	struct bytes with;
	struct event *e = r->out;
	enum err err = check_object(r, r->relation);

	for (const struct json_node *node = r->relation + 1; !err && node < end; node = r->doc->nodes + node->next)
		err = read_relation_member(r, node);
	if (err)
		return err;
	with = r->relation_with;
	if (!event_is_word(e->relation_kind))
		return event_refuse(r, "relation", "\"relation.kind\" must be a word of a-z, 0-9, _ . -");
	if ((e->relation_group.len > 0) == (with.len > 0))
		return event_refuse(r, "relation", "a relation has either \"group\" or \"with\"");
	if (event_has_control(e->relation_group) || event_has_control(with))
		return event_refuse(r, "relation", "\"group\" and \"with\" may not hold control characters");
	if (with.len > 0)
		e->relation_with = memchr(with.ptr, '/', with.len) ? with : event_account_name(r->arena, r->site, with);
	if (bytes_eq(e->relation_with, e->account))
		return event_refuse(r, "relation", "\"relation.with\" names the account itself");
	return ERR_OK;
}
