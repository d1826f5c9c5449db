/* A dossier before it is written: sections of sentences and rows, whatever the format. Strings are borrowed or live in the
 * dossier's arena; they are raw, each format escapes them. */
#ifndef ASSOCD_DOSSIER_PARTS_H
#define ASSOCD_DOSSIER_PARTS_H

#include "daemon/base/vec.h"
#include "dossier.h"
#include "words.h"

enum column_type { COLUMN_TEXT, COLUMN_WORD, COLUMN_NUMBER, COLUMN_BITS, COLUMN_TIME, COLUMN_DAY };
struct column { const char *key, *title; enum column_type type; };
struct cell { struct bytes text; int64_t number; bool is_empty; };

struct section {
	const char *key; /* "summary" */
	struct bytes title;
	struct bytes about[2]; /* the pair that it is about; or empty */
	struct VEC(struct bytes) sentences;
	const struct column *columns;
	unsigned n_columns;
	struct VEC(struct cell) cells; /* n_columns a row */
	const struct dossier_phrase *phrases; /* as of the dossier */
	bool is_waterfall; /* it has columns `bits` and `sum`, which can be drawn */
};

struct dossier {
	const struct dossier_subject *subject;
	const struct dossier_basis *basis;
	enum dossier_audience audience;
	enum dossier_language language;
	const struct dossier_phrase *phrases; /* of the language; NULL: English */
	struct arena *arena;
	struct bytes title;
	struct VEC(struct section *) sections;
	struct VEC(struct bytes) aliases; /* real names of "account 1", "account 2" ... */
};

/* Titles and what is said are looked up in the phrases. */
struct section *section_new(struct dossier *d, const char *key, struct bytes title);
void section_say(struct dossier *d, struct section *s, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* What stands behind the noun of that number. */
static inline const char *dossier_plural(uint64_t n) { return n == 1 ? "" : "s"; }
/* Cells of the row that is begun, in order. */
void section_text(struct section *s, struct bytes text);
/* Words of this program: looked up. */
void section_word(struct section *s, const char *word);
void section_number(struct section *s, int64_t number);
void section_time(struct section *s, int64_t ms); /* 0: empty */
void section_none(struct section *s);
unsigned section_rows(const struct section *s);
#define SECTION_COLUMNS(s, c) ((s)->columns = (c), (s)->n_columns = ARRAY_LEN(c))

/* An account as this audience may know it. */
struct bytes dossier_name(struct dossier *d, struct bytes account);
/* Its own name is the reader's business in any case. */
bool dossier_is_subject(const struct dossier *d, struct bytes account);
static inline bool dossier_is_open(const struct dossier *d) { return d->audience == DOSSIER_ANALYST; }
enum band dossier_band(const struct dossier *d, int score);
/* "2026-06-07" in the arena; "an unknown day" for 0. */
struct bytes dossier_day(struct dossier *d, int64_t ms);

/* "As of 2026-06-07 14:00 UTC, event 42. Audience: subject." */
void dossier_add_moment(const struct dossier *d, struct text *out);

/* account.c, pair.c, cluster.c, subject.c: whole dossiers */
void dossier_of_account(struct dossier *d);
void dossier_of_pair(struct dossier *d);
void dossier_of_cluster(struct dossier *d);
void dossier_for_subject(struct dossier *d);
/* pair.c: the sections of one link. is_whole: also what two accounts have besides it. */
void dossier_link(struct dossier *d, const struct why_view *why);
/* lists.c */
void dossier_links(struct dossier *d, const char *key, const char *title, const struct link_view *links, unsigned n);
void dossier_alerts(struct dossier *d, const struct dossier_account *accounts, unsigned n);
void dossier_relations(struct dossier *d, const struct dossier_account *accounts, unsigned n);
void dossier_basis_section(struct dossier *d);
/* timeline.c: of one history, or of a pair's two */
void dossier_timeline(struct dossier *d, const struct history_view *const *histories, unsigned n);

/* The formats: sections between whose bytes the seals stand (chain.c). */
struct chain { struct text *out; size_t from; char seal[DOSSIER_SEAL + 1]; };
void chain_begin(struct chain *c, struct text *out);
/* Over everything since the last one; the writer puts c->seal behind what marks a seal. */
void chain_seal(struct chain *c);
/* In front of a seal, and what follows the last one, in each format; the head up to the number of sections. */
struct dossier_marks { const char *head, *head_end, *before, *after, *tail; };
extern const struct dossier_marks dossier_marks[DOSSIER_FORMATS];
void dossier_write_html(const struct dossier *d, struct text *out);
void dossier_write_json(const struct dossier *d, struct text *out);
void dossier_write_markdown(const struct dossier *d, struct text *out);

#endif
