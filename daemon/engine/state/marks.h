/* What people said of values and of ranges of addresses: that many share one by right (an office, a school, a router), that one
 * says nothing (a placeholder, a default device), and notes. A value that is marked is evidence for nothing, as a hub is; a
 * range marks the addresses in it that are known and those that come.
 *   shared, generic   the mark; the last one counts
 *   none              no longer
 *   note              to be remembered; changes nothing */
#ifndef ASSOCD_ENGINE_STATE_MARKS_H
#define ASSOCD_ENGINE_STATE_MARKS_H

#include "state.h"

#define MARKS_MAX 65536    /* values and ranges with a mark or a note; what goes beyond is counted and not kept */
#define MARK_NOTES_MAX 64  /* of one of them: the latest */
#define MARK_ROWS_ON_MAX 130 /* a value's own, and one per length of a prefix */
#define MARK_OF_RANGE UINT16_MAX

enum mark_word { MARK_NONE, MARK_SHARED, MARK_GENERIC, MARK_WORDS };

struct mark {
	uint64_t key;    /* of the value; of a range its hash */
	int64_t ts_ms;   /* of the last mark, 0: there are only notes */
	uint32_t said;   /* the last mark (changes.h), NONE: there are only notes */
	uint32_t shown;  /* in said: what people see of the value; the range */
	uint16_t kind;   /* or MARK_OF_RANGE */
	uint8_t word;    /* enum mark_word */
	uint8_t bits;    /* of the range, in the 128-bit space; 128 for a value that is one address, else 0 */
	struct ip base;
};
struct mark_note { int64_t ts_ms; uint32_t mark, said; };

struct marks *marks_new(void);
void marks_free(struct marks *m);

/* A value of the index, with the text that is kept of it. */
struct attr mark_attr(const struct engine *e, uint32_t value);
/* The mark that counts for the value, its own or that of the narrowest range, or NULL. */
const struct mark *mark_of(const struct engine *e, const struct attr *attr);
/* The same; place: of the address that was used, where the value's text does not say it, or NULL. */
const struct mark *mark_on(const struct engine *e, const struct attr *attr, const struct ip *place);
/* Rows that speak of the value, marked or not: its own and those of ranges over it, the narrowest first; how many. */
unsigned mark_rows_on(const struct engine *e, const struct attr *attr, const struct mark *rows[MARK_ROWS_ON_MAX]);
/* Is a value of that key marked, whether or not the index has it? */
bool mark_is_on(const struct engine *e, uint64_t key);
/* Rows with a mark or notes, in order of their first; NULL: there are no more. */
const struct mark *mark_at(const struct engine *e, uint32_t i);
/* The row of that value or range, or NULL. */
const struct mark *mark_by_key(const struct engine *e, uint64_t key);
uint64_t mark_range_key(const struct ip *base, unsigned bits);
/* The value is one address: with it is marked what else is of that address, such as its blocks of ports. */
bool mark_place(const struct engine *e, unsigned kind, struct bytes shown, struct ip *base);
/* Values of the index that the range holds and whose text is known; false from fn ends it. */
typedef bool mark_value_fn(void *arg, uint32_t value);
void mark_each_in_range(const struct engine *e, const struct ip *base, unsigned bits, mark_value_fn *fn, void *arg);
/* Notes of all rows in the order of their coming. */
void marks_notes(const struct engine *e, const struct mark_note **at, uint32_t *n);

/* The row of the blank's key, made where there is none; NULL: there are MARKS_MAX. */
struct mark *marks_row(struct marks *m, const struct mark *blank);
/* A note on the row; of MARK_NOTES_MAX the oldest gives way. */
void marks_note(struct marks *m, const struct mark *row, const struct mark_note *note);

/* Snapshot: as verdicts.h. */
void marks_restore(struct marks *m, const struct mark *row);
void marks_restore_note(struct marks *m, const struct mark_note *note);

#endif
