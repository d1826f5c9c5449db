/* The one typed, canonical event that everything becomes. Values are normalised and privacy-transformed. */
#ifndef ASSOCD_MODEL_EVENT_H
#define ASSOCD_MODEL_EVENT_H

#include "daemon/base/arena.h"
#include "daemon/vendor/json.h"
#include "audience.h"
#include "ip.h"
#include "kinds.h"

#define EVENT_ATTRS_MAX 96
#define EVENT_ID_MAX 64
#define EVENT_ACCOUNT_MAX 256 /* bytes of site/account */
#define EVENT_LINE_MAX (64 * 1024)
#define EVENT_DEPTH_MAX 16
#define EVENT_KEYS_MAX 256

enum event_type {
	EVENT_ACTIVITY, /* any other word; the word is kept */
	EVENT_LOGIN, EVENT_SIGNUP, EVENT_SESSION, EVENT_PAYMENT, EVENT_ORDER, EVENT_PROFILE, EVENT_LOGOUT,
	EVENT_RELATION, EVENT_CLOSED, EVENT_REINSTATED, EVENT_VERDICT, EVENT_HEALTH, EVENT_CONTACT, EVENT_APPEAL,
	EVENT_ACK, EVENT_RESOLVE, EVENT_SNOOZE, /* what people did with an alert */
	EVENT_TICK, /* journalled by the daemon: carries the due time of a deadline */
	EVENT_NETWORK, /* what packets said of an earlier event's connection */
	EVENT_ASSIGN, EVENT_NOTE, EVENT_REOPEN, /* likewise what people did with an alert */
	EVENT_MARK, /* what a value, or a range of addresses, is worth; it is of no account */
	EVENT_TYPES
};
/* What a sender may state beyond what accounts do themselves; each may what those before it may. */
enum event_voice {
	VOICE_PLAIN,
	VOICE_TRUSTED, /* relation, closed, reinstated, health */
	VOICE_ANALYST, /* verdict and what is done with alerts: it speaks for a person */
};

struct event_type_row {
	const char *name;
	enum event_voice needs; /* who may state it */
	const char *help; /* one sentence */
};
extern const struct event_type_row event_types[EVENT_TYPES];
/* Something that a person does with an alert: ack, resolve, snooze, assign, note, reopen. */
bool event_is_act(enum event_type type);
/* What a mark may say, ended by NULL: shared, generic, none, note. */
extern const char *const event_mark_words[];
#define EVENT_SNOOZE_MAX_MS (INT64_C(366) * 86400000)

struct attr {
	uint64_t key; /* hash of (kind, normal text); for hashed kinds of the HMAC under the key file */
	struct bytes shown; /* what people may see */
	uint16_t kind;
	uint64_t next; /* `key` under the key file that follows, while two are in use; else 0 */
};

struct event {
	uint64_t seq; /* journal sequence number, 0 before it has one */
	int64_t ts_ms;
	struct bytes id;      /* sender's, or empty */
	uint64_t id_hash;     /* of the site and the id, or of the site and the key-sorted input: what makes a duplicate */
	struct bytes account; /* "site/account" or "account" */
	struct bytes word;    /* the type as sent */
	enum event_type type;
	enum audience audience; /* the sender's; beside the binary form, not in it */
	bool lacks_address;     /* its "ip" said that there was none; not in the binary form either */
	bool asked_network;     /* network.h: packets were looked for; nor this */
	bool is_failed;       /* ok: false */
	bool has_ip, has_port;
	bool is_ip_cut; /* then has_ip is not set: ip is only the network, /24 or /48, of an address that was forgotten */
	struct ip ip;
	uint16_t port;
	const struct attr *attrs; /* sorted by kind; those of one kind in normaliser order */
	unsigned n_attrs;
	struct bytes session;
	/* statements */
	struct bytes relation_kind, relation_group, relation_with, relation_proof;
	struct bytes actor, with, alert, reason, value, kind, round;
	struct bytes range; /* mark: "10.0.0.0/8"; else it is about the values in attrs */
	int64_t until_ms; /* snooze: end, 0 when absent */
};

/* Everything decoding needs; borrowed. hash_key NULL: hashed kinds are hashed without a key (offline work, nothing stored). */
struct hmac_key;
struct session_source;
struct erased;
struct event_context {
	const struct kinds *kinds;
	struct hmac_key *hash_key;
	struct hmac_key *next_key; /* the one that follows: hashed kinds are hashed under both; NULL: there is but one */
	struct bytes default_site;
	struct arena *scratch; /* for what normalising leaves behind; emptied by the next event. NULL: the event's own arena */
	struct attr_memo *memo; /* attr_memo.h; NULL: every text is normalised anew */
	const struct network_source *network; /* network.h; NULL: nobody looks at packets */
	const struct session_source *sessions; /* session.h: what browsers said; NULL: nobody listens to them */
	const struct erased *erased; /* erased.h: whose events are refused; NULL: nobody's */
	bool used_only; /* leave out kinds that no rule and no search asks for: offline work, where nothing is kept */
};

/* Why an event was refused: a stable word ("json", "key", "type", "ts", "account", "value", "size", "relation"), and in
 * the caller's eb (NULL is allowed) a sentence that names the key. */
struct event_refusal {
	const char *reason;
	struct errbuf *eb;
};

/* One parsed JSON object (doc root) to an event in the arena. Checks keys, types, lengths, ts syntax; unknown keys are
 * refused with a did-you-mean (x_... is free). ERR_INPUT fills why. Time limits against the wall clock are intake's. */
enum err event_from_json(const struct event_context *ctx, const struct json_doc *doc, struct arena *a, struct event *out,
			 struct event_refusal *why) MUST_CHECK;

/* The daemon's own: nothing else happened up to then. It has no account, and no id yet. */
struct event event_tick(int64_t at_ms);

/* ERR_INPUT outside the years 2000 to 2099: a clock that was never set, or another unit. */
enum err event_check_ts(int64_t ts_ms, struct errbuf *eb) MUST_CHECK;

/* Canonical binary form (the journal's), version 1 or 2; drawn in event_codec.c. encode appends to `out`. */
struct text;
void event_encode(const struct event *e, struct text *out);
enum err decode_event(struct bytes in, struct arena *a, struct event *out) MUST_CHECK;

/* The address loses what is behind its network, and the port goes. */
void event_cut_ip(struct event *e);
/* A mark on a range that is narrower than such a network: it tells more of an address than may be kept. */
bool event_has_narrow_range(const struct event *e);

/* What a site may be called, EVENT_SITE_RULE says so to people: the account's name is made of it. Empty: none. */
#define EVENT_SITE_RULE "a site has at most 256 bytes and neither '/' nor control characters"
bool event_site_is_valid(struct bytes site);

/* Account name from its parts: "account" or "site/account"; an account with '/' and no site gets an empty site ("/a/b"). */
struct bytes event_account_name(struct arena *a, struct bytes site, struct bytes account);
/* It is the account's own event, or states something about it. */
bool event_names(const struct event *e, struct bytes account);
/* Site part of a name, empty when there is none. */
struct bytes event_account_site(struct bytes name);

#endif
