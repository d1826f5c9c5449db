/* The index: (attribute value) <-> (account), with first and last use, days of use, exact holder counts and the latest
 * holders of each value. It observes and answers; it never scores, joins or decides. Ids are dense and count up in order
 * of arrival, so that no order depends on the hashing key. Owned by one engine.
 * Memory: 24 bytes a value, 16 a posting, 5 a slot, plus holder lists of shared values. */
#ifndef ASSOCD_INDEX_INDEX_H
#define ASSOCD_INDEX_INDEX_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define INDEX_HOLDERS_MAX 64     /* holders of a value that are remembered by name */
#define INDEX_POSTINGS_MAX 4096  /* values of one account; beyond, the longest unused gives way */

struct index;

/* One account's use of one value. An account's postings are sorted by value. Packed into 14 bytes: half of what the index takes
 * is postings. */
struct posting {
	uint32_t value;
	uint32_t first_s, last_s; /* seconds since 1970 */
	uint16_t days;            /* on how many days (UTC) */
} __attribute__((packed, aligned(2)));

struct index_value {
	uint64_t key;
	uint32_t holders;  /* distinct accounts ever */
	uint32_t list;     /* the holder itself while there is one; else the place of the list */
	uint32_t shown;    /* place of the text in the pool, 0 = none: shared values have one, and those of uses that keep it */
	uint8_t kind, network, kept;
	uint8_t is_hub : 1, is_marked : 1; /* marked: people said that it means nothing (index_set_marked) */
};
/* It is evidence for nothing. */
static inline bool index_value_is_mute(const struct index_value *value)
{
	return value->is_hub | value->is_marked;
}

struct index *index_new(void);
void index_free(struct index *ix);

/* A use, as the engine saw it. */
struct index_use {
	uint64_t key;
	uint32_t value; /* of the key where it was found before, UINT32_MAX otherwise: then it is looked up */
	uint8_t kind, network;
	uint32_t at_s;
	bool keeps_shown; /* its text is kept though one account alone holds it */
	uint32_t hub_cap;
	struct bytes shown;
};
struct index_seen {
	uint32_t value;
	bool is_new;      /* the account did not hold it before */
	bool became_hub;  /* holders just passed hub_cap */
	bool is_new_day;  /* its days just rose */
	bool wants_shown; /* shared, and no text is kept yet: index_set_shown */
	uint8_t depth;    /* younger holders that stood before the account in the list; INDEX_HOLDERS_MAX when it was not there */
};
/* Ask for the cache lines that index_observe will touch, in stages: slots, then the record, then the list of holders. */
void index_prefetch(const struct index *ix, uint64_t key);
void index_prefetch_record(const struct index *ix, uint64_t key);
/* index_find, and asks for the value's holders. */
uint32_t index_find_for_use(const struct index *ix, uint64_t key);
/* Two steps for a run of accounts whose postings are about to be read. */
void index_prefetch_account(const struct index *ix, uint32_t account);
void index_prefetch_postings(const struct index *ix, uint32_t account);
void index_observe(struct index *ix, uint32_t account, const struct index_use *use, struct index_seen *seen);

/* UINT32_MAX when nobody holds it. */
uint32_t index_find(const struct index *ix, uint64_t key);
const struct index_value *index_value(const struct index *ix, uint32_t value);
/* The text of a value whose user did not give it at once because most values never need one. */
void index_set_shown(struct index *ix, uint32_t value, struct bytes text);
struct bytes index_shown(const struct index *ix, uint32_t value);
/* Its holders go on being counted and remembered. */
void index_set_marked(struct index *ix, uint32_t value, bool is_marked);
/* Remembered holders, longest unused first; borrowed until the next observe. */
unsigned index_holders(const struct index *ix, uint32_t value, const uint32_t **accounts);
/* Borrowed until the next observe of that account. */
unsigned index_postings(const struct index *ix, uint32_t account, const struct posting **postings);
const struct posting *index_posting(const struct index *ix, uint32_t account, uint32_t value);

/* Values both accounts hold, by value id; at most max. */
struct index_shared {
	uint32_t value;
	const struct posting *a, *b;
};
unsigned index_intersect(const struct index *ix, uint32_t a, uint32_t b, struct index_shared *out, unsigned max);

/* One account's values, to be compared with those of many others. Good until its next observe. */
#define INDEX_READER_BITS 4096
struct index_reader {
	uint32_t account;
	uint64_t bits[INDEX_READER_BITS / 64]; /* one for all values that are equal modulo INDEX_READER_BITS */
};
void index_read(const struct index *ix, uint32_t account, struct index_reader *out);
/* As index_intersect of the two, the smaller id first. */
unsigned index_intersect_with(const struct index *ix, const struct index_reader *reader, uint32_t other,
			      struct index_shared *out, unsigned max);

struct index_counts {
	uint64_t values, postings, hubs, limits_hit;
	size_t memory;
};
void index_counts(const struct index *ix, struct index_counts *out);

/* Snapshot. */
typedef enum err index_write_fn(void *arg, const void *p, size_t n);
typedef enum err index_read_fn(void *arg, void *p, size_t n);
enum err index_save(const struct index *ix, index_write_fn *write, void *arg) MUST_CHECK;
/* Into a new index; checks every reference. */
enum err index_load(struct index *ix, index_read_fn *read, void *arg) MUST_CHECK;

#endif
