/* An evidence dossier about an account, a pair or a cluster: what is held, since when, how much each item weighs, what speaks
 * against, what it would be without. Pure: the same views give the same bytes, so time is the engine's and no clock is read.
 *
 * Three audiences. The analyst reads everything. A third party reads kinds, weights and days; whoever was not asked about is
 * "account 1", and no value, reason, note, group, proof or person is shown; of a mark the word. The subject reads what may be said to it: its own
 * standing, the sentences that rules allow of the evidence, its own declarations and terms; nobody else's account, no value and no score.
 *
 * A dossier is a chain: each section ends with a seal, SHA-256 over the seal before it and every byte between them. A change,
 * an omission or an addition breaks the chain at a section that can be named. The last seal stands for the whole; whoever
 * rewrote everything would have another one, so it is the thing to keep. */
#ifndef ASSOCD_DOSSIER_DOSSIER_H
#define ASSOCD_DOSSIER_DOSSIER_H

#include "daemon/base/arena.h"
#include "daemon/base/text.h"
#include "daemon/model/views.h"

enum dossier_audience { DOSSIER_ANALYST, DOSSIER_SUBJECT, DOSSIER_THIRD_PARTY, DOSSIER_AUDIENCES };
extern const char *const dossier_audience_names[DOSSIER_AUDIENCES]; /* "analyst", "subject", "third-party" */
/* The form for the subject is written in any of them, the others in English. */
enum dossier_language { DOSSIER_ENGLISH, DOSSIER_CHINESE, DOSSIER_LANGUAGES };
extern const char *const dossier_language_names[DOSSIER_LANGUAGES]; /* "en", "zh" */
enum dossier_format { DOSSIER_HTML, DOSSIER_JSON, DOSSIER_MARKDOWN, DOSSIER_FORMATS };
extern const char *const dossier_format_names[DOSSIER_FORMATS]; /* "html", "json", "md" */
extern const char *const dossier_media_types[DOSSIER_FORMATS];

/* What it was made of: the same basis and the same events make the same dossier. */
struct dossier_source { struct bytes name; uint64_t hash; };
struct dossier_basis {
	uint64_t seq;  /* of the last event that was applied */
	int64_t at_ms; /* engine time */
	uint64_t rules_hash, networks_hash;
	unsigned n_rules;
	const struct dossier_source *sources; /* network lists and MMDB files, in the order in which they are read */
	unsigned n_sources;
	const int *bands; /* 3: from which score a link is possible, probable, strong */
};

struct dossier_account {
	struct account_view view;
	struct history_view history;
	struct alert_view *alerts; /* that stand */
	unsigned n_alerts;
};
enum dossier_kind { DOSSIER_OF_ACCOUNT, DOSSIER_OF_PAIR, DOSSIER_OF_CLUSTER };
struct dossier_subject {
	enum dossier_kind kind;
	struct dossier_account accounts[2]; /* of an account one, of a pair two */
	struct why_view *whys;              /* of a pair: its own; else of the strongest links */
	unsigned n_whys;
	struct cluster_view cluster;
	struct history_view cluster_history;
};

struct dossier_reader { enum dossier_audience audience; enum dossier_language language; };

struct dossier;
/* A cluster has no form for the subject, and a language but English no other form: ERR_INPUT. The views are borrowed for the life of the dossier. */
enum err dossier_new(const struct dossier_subject *subject, const struct dossier_basis *basis, struct dossier_reader reader,
		     struct dossier **out, struct errbuf *eb) MUST_CHECK;
void dossier_write(const struct dossier *d, enum dossier_format format, struct text *out);
void dossier_free(struct dossier *d);

/* What a file says of itself. */
#define DOSSIER_SEAL 64 /* hexadecimal digits */
struct dossier_check {
	enum dossier_format format;
	unsigned sections;      /* that are whole, from the beginning */
	unsigned told;          /* that the head says there are */
	const char *trouble;    /* what is wrong behind them; NULL: nothing */
	struct bytes seal;      /* the last that is right, in the file */
};
/* ERR_INPUT: this is no dossier at all. ERR_CORRUPT: it is one, and was changed: check->trouble says where. */
enum err decode_dossier(struct bytes file, struct dossier_check *check) MUST_CHECK;

#endif
