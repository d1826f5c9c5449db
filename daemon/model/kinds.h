/* Attribute kinds: what is taken from an event, how it is brought to normal form, how private it is, how many holders
 * make it a hub. Rows come from attributes.yaml (compiled by rules/); C knows no kind by name. */
#ifndef ASSOCD_MODEL_KINDS_H
#define ASSOCD_MODEL_KINDS_H

#include "daemon/base/bytes.h"

enum privacy_class { PRIVACY_PLAIN, PRIVACY_HASH, PRIVACY_DROP };

#define KIND_STEPS_MAX 8
#define KIND_PATHS_MAX 12
#define KINDS_MAX 128

struct normaliser_step; /* model/normalise.h */

struct kind {
	struct bytes name;  /* "identity.email" */
	struct bytes title; /* for people: "e-mail address" */
	/* Where its text comes from: paths in the event ("ip", "device.id", "identity.email"). More than one: joined
	 * with '|'; the kind is absent when a path marked required is absent or empty. */
	struct bytes paths[KIND_PATHS_MAX];
	bool required[KIND_PATHS_MAX];
	unsigned n_paths;
	const struct normaliser_step *steps[KIND_STEPS_MAX];
	unsigned n_steps;
	enum privacy_class privacy;
	unsigned hub_cap;      /* holders above which a value means nothing; 0 = never evidence (facts for compare only) */
	bool is_network;       /* value is an address: evidence carries the network kind */
	bool is_fact;          /* kept as the account's latest values for compare rules */
	bool is_indexed;       /* some rule or search needs value -> accounts */
	bool is_port_block;    /* made by the engine from address, port and the network's block size */
	bool is_set;           /* an account's values of one event form one set (name tokens, items) */
	unsigned mask_tail;    /* characters shown of a hashed value: card ...4821 */
	uint64_t seed;         /* of its key space: bytes_hash(name, 0) */
	/* Normalised values that never match (placeholders), sorted; exact text or, with prefix '*', a suffix. */
	const struct bytes *placeholders;
	unsigned n_placeholders;
};

struct kinds {
	struct kind rows[KINDS_MAX];
	unsigned n;
	uint64_t version; /* hash of everything that changes canonical values: names, paths, steps, privacy, placeholders */
};

/* Index of the kind, or -1. */
int kinds_find(const struct kinds *k, struct bytes name);

#endif
