/* The keys of an event, version 1: one row each. Decoding, did-you-mean, the manual page assocd-events(5) and the OpenAPI
 * document are made from these rows. */
#ifndef ASSOCD_MODEL_EVENT_KEYS_H
#define ASSOCD_MODEL_EVENT_KEYS_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

struct event_reader;
struct json_node;

/* What a sender writes there. */
enum event_value { TAKES_TEXT, TAKES_TIME, TAKES_BOOL, TAKES_PORT, TAKES_ROUND, TAKES_TEXT_OR_NUMBER, TAKES_TEXTS, TAKES_DEVICE, TAKES_IDENTITY,
		   TAKES_RELATION, TAKES_MARK, EVENT_VALUES };

/* How it is read: by a function, into a slot for the attribute kinds, or as a text into struct event. */
enum event_key_form { KEY_CALL, KEY_SLOT, KEY_FIELD };
typedef enum err event_key_fn(struct event_reader *r, const struct json_node *node);

struct event_key {
	struct bytes name;
	enum event_key_form form;
	uint16_t at;  /* slot, or offset in struct event */
	uint16_t max; /* bytes of a text, 0: those of a line */
	event_key_fn *fn;
	enum event_value takes;
	bool is_required;
	const char *help; /* one sentence */
};

/* Ended by an empty name. */
extern const struct event_key event_keys[];
/* Members of `relation`. */
extern const struct event_key event_relation_keys[];
/* Members of `mark`. */
extern const struct event_key event_mark_keys[];
/* Members of `identity` that are taken whether or not an attribute kind asks for them; NULL-ended. */
extern const char *const event_identity_members[];

#endif
