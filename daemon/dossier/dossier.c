/* The dossier as sections, and who may know whom by name.
 * I1: every account that is written went through dossier_name; a dossier for the subject writes its own account alone. */
#include "parts.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/base/clock.h"

const char *const dossier_audience_names[DOSSIER_AUDIENCES] = { "analyst", "subject", "third-party" };
const char *const dossier_language_names[DOSSIER_LANGUAGES] = { "en", "zh" };
const char *const dossier_format_names[DOSSIER_FORMATS] = { "html", "json", "md" };
const char *const dossier_media_types[DOSSIER_FORMATS] = {
	"text/html; charset=utf-8", "application/json", "text/markdown; charset=utf-8",
};

struct section *section_new(struct dossier *d, const char *key, struct bytes title)
{
	struct section *s = ARENA_NEW(d->arena, struct section);

	*s = (struct section){ .key = key, .title = phrase_of_bytes(d->phrases, title), .phrases = d->phrases };
	VEC_PUSH(&d->sections, s);
	return s;
}

void section_say(struct dossier *d, struct section *s, const char *fmt, ...)
{
	struct text t = { 0 };
	va_list ap, again;
	int n;

	fmt = phrase_of(d->phrases, fmt);
	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	BUG_ON(n < 0);
	vsnprintf(text_room(&t, (size_t)n + 1), (size_t)n + 1, fmt, again);
	text_take_room(&t, (size_t)n);
	va_end(again);
	va_end(ap);
	VEC_PUSH(&s->sentences, arena_bytes(d->arena, text_bytes(&t)));
	text_free(&t);
}

static void push_cell(struct section *s, struct bytes text, int64_t number, bool is_empty)
{
	struct cell cell = { text, number, is_empty };

	VEC_PUSH(&s->cells, cell);
}

void section_text(struct section *s, struct bytes text)
{
	push_cell(s, text, 0, text.len == 0);
}

void section_word(struct section *s, const char *word)
{
	section_text(s, bytes_of(phrase_of(s->phrases, word)));
}

void section_number(struct section *s, int64_t number)
{
	push_cell(s, BYTES_NONE, number, false);
}

void section_time(struct section *s, int64_t ms)
{
	push_cell(s, BYTES_NONE, ms, ms == 0);
}

void section_none(struct section *s)
{
	push_cell(s, BYTES_NONE, 0, true);
}

unsigned section_rows(const struct section *s)
{
	return s->n_columns ? (unsigned)(s->cells.n / s->n_columns) : 0;
}

bool dossier_is_subject(const struct dossier *d, struct bytes account)
{
	unsigned n = d->subject->kind == DOSSIER_OF_PAIR ? 2 : d->subject->kind == DOSSIER_OF_ACCOUNT;

	for (unsigned i = 0; i < n; i++)
		if (bytes_eq(d->subject->accounts[i].view.name, account))
			return true;
	return false;
}

struct bytes dossier_name(struct dossier *d, struct bytes account)
{
	size_t i = 0;

	if (account.len == 0 || dossier_is_open(d) || dossier_is_subject(d, account))
		return account;
	BUG_ON(d->audience == DOSSIER_SUBJECT);
	while (i < d->aliases.n && !bytes_eq(d->aliases.at[i], account))
		i++;
	if (i == d->aliases.n)
		VEC_PUSH(&d->aliases, account);
	return bytes_of(arena_printf(d->arena, "account %zu", i + 1));
}

enum band dossier_band(const struct dossier *d, int score)
{
	unsigned band = BAND_NONE;

	while (band < BAND_STRONG && score >= d->basis->bands[band])
		band++;
	return (enum band)band;
}

struct bytes dossier_day(struct dossier *d, int64_t ms)
{
	char time[TIME_TEXT_SIZE];

	if (ms == 0)
		return bytes_of(phrase_of(d->phrases, "an unknown day"));
	time_format(ms, time);
	return bytes_of(arena_printf(d->arena, "%.10s", time));
}

void dossier_add_moment(const struct dossier *d, struct text *out)
{
	char time[TIME_TEXT_SIZE];

	time_format(d->basis->at_ms, time);
	text_addf(out, phrase_of(d->phrases, "As of %.10s %.5s UTC, event %llu. Audience: %s."), time, time + 11, (unsigned long long)d->basis->seq,
		  phrase_of(d->phrases, dossier_audience_names[d->audience]));
}

enum err dossier_new(const struct dossier_subject *subject, const struct dossier_basis *basis, struct dossier_reader reader,
		     struct dossier **out, struct errbuf *eb)
{
	static void (*const makers[])(struct dossier *d) = {
		[DOSSIER_OF_ACCOUNT] = dossier_of_account, [DOSSIER_OF_PAIR] = dossier_of_pair, [DOSSIER_OF_CLUSTER] = dossier_of_cluster,
	};
	struct dossier *d;

	if (reader.language != DOSSIER_ENGLISH && reader.audience != DOSSIER_SUBJECT)
		return errbuf_set(eb, ERR_INPUT, "a report for the %s is in English; only that for the subject is written in other languages",
				  dossier_audience_names[reader.audience]);
	if (reader.audience == DOSSIER_SUBJECT && subject->kind == DOSSIER_OF_CLUSTER)
		return errbuf_set(eb, ERR_INPUT, "a cluster is many subjects: a report for the subject is about one account");
	d = xcalloc(1, sizeof(*d));
	d->subject = subject;
	d->basis = basis;
	d->audience = reader.audience;
	d->language = reader.language;
	d->phrases = reader.language == DOSSIER_CHINESE ? dossier_chinese : NULL;
	d->arena = arena_new(16 * 1024);
	if (reader.audience == DOSSIER_SUBJECT)
		dossier_for_subject(d);
	else
		makers[subject->kind](d);
	dossier_basis_section(d);
	*out = d;
	return ERR_OK;
}

void dossier_write(const struct dossier *d, enum dossier_format format, struct text *out)
{
	static void (*const writers[DOSSIER_FORMATS])(const struct dossier *d, struct text *out) = {
		[DOSSIER_HTML] = dossier_write_html, [DOSSIER_JSON] = dossier_write_json, [DOSSIER_MARKDOWN] = dossier_write_markdown,
	};

	writers[format](d, out);
}

void dossier_free(struct dossier *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->sections.n; i++) {
		VEC_FREE(&d->sections.at[i]->sentences);
		VEC_FREE(&d->sections.at[i]->cells);
	}
	VEC_FREE(&d->sections);
	VEC_FREE(&d->aliases);
	arena_free(d->arena);
	free(d);
}
