/* What reading one JSON event shares between its files: event_json.c reads keys, event_objects.c the objects in them,
 * event_attrs.c makes attributes of what was found, event_statements.c checks what is stated. Private to model. */
#ifndef ASSOCD_MODEL_EVENT_READER_H
#define ASSOCD_MODEL_EVENT_READER_H

#include "event.h"
#include "event_keys.h"

/* Slots of kind_fixed_paths. */
enum { SLOT_IP, SLOT_PORT, SLOT_USER_AGENT, SLOT_LANGUAGE, SLOT_TIMEZONE, SLOT_SCREEN, SLOT_SESSION, SLOT_JA4, SLOT_TCP,
       SLOT_ITEMS, SLOT_SITE, SLOT_TLS_KEY, SLOT_TLS_TRAITS };

#define EVENT_ITEMS_MAX 64
#define EVENT_IDENTITY_VALUES_MAX 16 /* of one kind in one event */
#define EVENT_WORD_MAX 32
#define EVENT_ACTOR_MAX 256
#define EVENT_PROOF_MAX 1024
#define EVENT_REASON_MAX 4096
#define EVENT_SESSION_MAX 256
#define EVENT_VALUE_MAX 256
#define EVENT_ROUND_MAX 99

struct event_reader {
	const struct event_context *ctx;
	const struct json_doc *doc;
	struct arena *arena, *scratch;
	struct event *out;
	struct event_refusal *why;
	struct bytes site, account, with, relation_with;
	const struct json_node *relation, *mark;
	struct json_node site_node; /* the event's or the default site, as a slot */
	struct json_node ip_node, port_node; /* the address without what stood around it, and its port, as slots */
	int ip_port; /* behind the address, -1 without one */
	struct json_node network[4]; /* what packets said, as slots */
	bool has_ts;
	const struct json_node *slot[KIND_SLOTS_MAX]; /* by kinds.slots; the first kinds.slots.n are set */
};

/* No text of it is a NULL pointer. */
extern const struct event event_empty;

/* Notes the reason and its text; returns ERR_INPUT. */
enum err event_refuse(struct event_reader *r, const char *reason, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* "a string is wanted", unless it is one of at most max bytes; copies it into the arena. */
enum err event_read_text(struct event_reader *r, const struct json_node *node, size_t max, struct bytes *out) MUST_CHECK;
/* Lower-case word of [a-z0-9_.-]{1,32}. */
bool event_is_word(struct bytes s);
bool event_has_control(struct bytes s);
/* EVENT_ACTIVITY for a word that is none of the types. */
enum event_type event_type_of(struct bytes word);
enum err event_unknown_key(struct event_reader *r, const char *object, struct bytes key, const char *const *known, size_t n);

/* The value of a key or of a member of `relation`, by its row. */
enum err event_read_by(const struct event_key *row, struct event_reader *r, const struct json_node *node) MUST_CHECK;
enum err event_read_device(struct event_reader *r, const struct json_node *node) MUST_CHECK;
enum err event_read_identity(struct event_reader *r, const struct json_node *node) MUST_CHECK;
enum err event_read_items(struct event_reader *r, const struct json_node *node) MUST_CHECK;
event_key_fn event_read_value, event_read_kind, event_read_round;
/* What the type needs beside the three keys that every event has, and the kind where it was not said. */
enum err event_check_statement(struct event_reader *r) MUST_CHECK;
/* After account and site are known: `with` may name an account of the event's own site. */
enum err event_read_relation(struct event_reader *r) MUST_CHECK;

/* A mark on: its values into out->attrs, or its range. */
enum err event_read_mark(struct event_reader *r) MUST_CHECK;

/* What packets said of the event's connection, into slots that the sender left empty. */
void event_ask_network(struct event_reader *r);
/* Fills slots that the sender left empty with what is known of the session. */
void event_ask_session(struct event_reader *r);
/* Attributes of the slots that were filled, into out->attrs. */
void event_make_attrs(struct event_reader *r);
/* Into out->attrs what the kind makes of one text, and nothing else. */
void event_make_attrs_of(struct event_reader *r, unsigned kind, struct bytes text);

/* Hash of any value, the same for every order of object keys. */
uint64_t event_value_hash(const struct json_doc *doc, const struct json_node *node, uint64_t seed);
bool event_parse_time(const struct json_node *node, int64_t *ms);

#endif
