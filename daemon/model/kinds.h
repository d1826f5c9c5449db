/* Attribute kinds: what is taken from an event, how it is brought to normal form, how private it is, how many holders
 * make it a hub. Rows come from attributes.yaml (compiled by rules/); C knows no kind by name. */
#ifndef ASSOCD_MODEL_KINDS_H
#define ASSOCD_MODEL_KINDS_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

enum privacy_class { PRIVACY_PLAIN, PRIVACY_HASH, PRIVACY_DROP };

#define KIND_STEPS_MAX 8
#define KIND_PATHS_MAX 12
#define KINDS_MAX 128

struct normaliser_step; /* model/normalise.h */
struct words;           /* model/words.h */

struct kind {
	struct bytes name;  /* "identity.email" */
	struct bytes title; /* for people: "e-mail address" */
	/* Where its text comes from: paths in the event ("ip", "device.id", "identity.email"). More than one: joined
	 * with '|'; the kind is absent when a path marked required is absent or empty. */
	struct bytes paths[KIND_PATHS_MAX];
	bool required[KIND_PATHS_MAX]; /* of paths or parts */
	unsigned n_paths;
	/* Or from other kinds, which have paths: every choice of one value of each, joined with '|'. */
	uint8_t parts[KIND_PATHS_MAX]; /* their rows; required[] holds for them */
	unsigned n_parts;
	const struct normaliser_step *steps[KIND_STEPS_MAX];
	unsigned n_steps;
	const struct words *words; /* what its steps replace or leave out, or NULL */
	enum privacy_class privacy;
	unsigned hub_cap;      /* holders above which a value means nothing; 0 = never evidence (facts for compare only) */
	bool is_network;       /* value is an address: evidence carries the network kind */
	bool is_fact;          /* kept as the account's latest values for compare rules */
	bool is_indexed;       /* some rule or search needs value -> accounts */
	bool is_port_block;    /* made by the engine from address, port and the network's block size */
	bool is_counted;       /* a stack and who claims it: its text is kept from the first holder on, and it is listed */
	bool is_set;           /* an account's values of one event form one set (name tokens, items) */
	unsigned mask_tail;    /* characters shown of a hashed value: card ...4821 */
	uint64_t seed;         /* of its key space: bytes_hash(name, 0) */
	/* Normalised values that never match (placeholders), in lower case and sorted, compared without case; with '*' in
	 * front a suffix; "local@*" a mailbox at any domain. */
	const struct bytes *placeholders;
	unsigned n_placeholders;
	uint64_t placeholder_bits[4];   /* of kind_placeholder_bit, by kinds_prepare, as what follows */
	uint16_t first_suffix, n_suffixes; /* those with '*' in front */
	bool has_mailboxes;                /* some end in "@*" */
	uint8_t source;    /* of its text where it has paths, by kinds_prepare */
	uint8_t next_alike; /* row + 1 of the next kind with the same source, 0: none; by kinds_prepare */
};
/* By length and both ends, without case: most texts have a bit of their own. */
static inline unsigned kind_placeholder_bit(struct bytes s)
{
	return s.len == 0 ? 0 : ((unsigned)s.len * 5u + (unsigned)byte_lower(s.ptr[0]) * 3u + (unsigned)byte_lower(s.ptr[s.len - 1]) * 17u) & 255u;
}
static inline bool kind_may_list(const struct kind *kind, struct bytes text)
{
	unsigned bit = kind_placeholder_bit(text);

	return kind->placeholder_bits[bit >> 6] >> (bit & 63) & 1;
}

/* Every path that some kind names is a slot, so that an event is read without comparing paths: first the fixed ones
 * (kind_fixed_paths, in their order), then the members of device and of identity. */
#define KIND_FIXED_PATHS 13
#define KIND_SLOTS_MAX 256
#define KIND_BUCKETS 1024
struct kind_slots {
	struct bytes name[KIND_SLOTS_MAX]; /* path, borrowed from the rows */
	uint16_t bucket[KIND_BUCKETS];     /* slot + 1 by hash of (member, parent), open addressing */
	unsigned n;
};

/* Where a text comes from. Kinds whose paths are alike share a source, so that the text is put together once an event, and
 * remembered once with all that becomes of it. */
struct kind_source {
	uint16_t slots[KIND_PATHS_MAX]; /* of each path */
	bool required[KIND_PATHS_MAX];
	uint8_t n;
	uint8_t first; /* row of its first kind */
};

struct kinds {
	struct kind rows[KINDS_MAX];
	unsigned n;
	struct kind_source sources[KINDS_MAX];
	unsigned n_sources;
	uint64_t version; /* hash of everything that changes canonical values: names, paths, steps, words, privacy, placeholders */
	struct kind_slots slots;
};

/* ip, port, user_agent, accept_language, timezone, screen, session, ja4, tcp, items, site, tls_key, tls_traits. */
extern const char *const kind_fixed_paths[KIND_FIXED_PATHS];
/* A fixed path, or "device." or "identity." and one member name of [A-Za-z0-9_-]{1,64}. */
bool kind_path_exists(struct bytes path);
/* Called once by whoever fills the rows, after the last change: sets slots, sources, seeds and version. ERR_INPUT names the kind
 * and the path that does not exist; ERR_LIMIT when there are too many paths. */
enum err kinds_prepare(struct kinds *k, struct errbuf *eb) MUST_CHECK;
enum kind_parent { KIND_DEVICE, KIND_IDENTITY };
/* Slot of a member of device or identity, or -1 when no kind asks for it. */
int kinds_member_slot(const struct kinds *k, enum kind_parent parent, struct bytes member);

/* Index of the kind, or -1. */
int kinds_find(const struct kinds *k, struct bytes name);

#endif
