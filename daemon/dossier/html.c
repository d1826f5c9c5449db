/* One HTML file that needs nothing else: no script, no outside address, its style inside; made for A4 and for the screen.
 * I1: whatever is not of this file goes through add_escaped. */
#include "parts.h"

#include "daemon/base/clock.h"

#define PICTURE_WIDTH 240

static const char style[] =
	":root{color-scheme:light dark;--ink:#1b1f24;--dim:#5b6470;--line:#d5dae0;--up:#b3402a;--down:#1f7a54;--paper:#fff}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--dim:#9aa4b0;--line:#39414b;--up:#f08a70;--down:#6ccf9f;--paper:#14181d}}"
	"body{font:14px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0}"
	"main,header{max-width:60rem;margin:0 auto;padding:0 1rem}"
	"h1{font-size:1.5rem;margin:1.2rem 0 .2rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:1.6rem 0 .4rem;overflow-wrap:anywhere}"
	"p{margin:.3rem 0;overflow-wrap:anywhere}header p{color:var(--dim)}"
	"table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.86rem}"
	"th,td{text-align:left;vertical-align:top;padding:.25rem .5rem .25rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}"
	"th{color:var(--dim);font-weight:600;overflow-wrap:normal}.n{text-align:right;font-variant-numeric:tabular-nums}"
	"td.n,.d{white-space:nowrap}.t{min-width:7em}.k{overflow-wrap:break-word;min-width:5em}.w{overflow-x:auto}svg{display:block;width:9rem;height:.8rem}.up{fill:var(--up)}.down{fill:var(--down)}"
	".zero{stroke:var(--dim);stroke-width:1}"
	".seal{color:var(--dim);font:.68rem/1.3 ui-monospace,monospace;margin-top:.4rem}"
	"@page{size:A4;margin:16mm 14mm}"
	"@media print{:root{--ink:#000;--dim:#444;--line:#bbb;--up:#8a2a18;--down:#11603f;--paper:#fff}body{font-size:9.5pt}"
	"main,header{max-width:none;padding:0}h2,h2+p{break-after:avoid}tr,p{break-inside:avoid}thead{display:table-header-group}.w{overflow:visible}"
	".seal{font-size:6.5pt}svg{width:34mm;height:3mm}*{print-color-adjust:exact}}";

static void add_escaped(struct text *out, struct bytes s)
{
	struct text visible = { 0 };

	text_add_visible(&visible, s);
	for (size_t i = 0; i < visible.len; i++) {
		char c = visible.ptr[i];

		if (c == '&')
			text_adds(out, "&amp;");
		else if (c == '<')
			text_adds(out, "&lt;");
		else if (c == '>')
			text_adds(out, "&gt;");
		else if (c == '"')
			text_adds(out, "&quot;");
		else if (c == '\'')
			text_adds(out, "&#39;");
		else
			text_addc(out, c);
	}
	text_free(&visible);
}

static void add_number(struct text *out, enum column_type type, int64_t n)
{
	char time[TIME_TEXT_SIZE];
	int64_t hundredths = ((n < 0 ? -n : n) + 5) / 10;

	if (type == COLUMN_NUMBER) {
		text_addi(out, n);
	} else if (type == COLUMN_BITS) {
		text_addf(out, "%s%lld.%02lld", n < 0 ? "&minus;" : "+", (long long)(hundredths / 100), (long long)(hundredths % 100));
	} else {
		time_format(n, time);
		text_addf(out, type == COLUMN_DAY ? "%.10s" : "%.10s %.5s&nbsp;UTC", time, time + 11);
	}
}

static void add_cell(struct text *out, const struct column *column, const struct cell *cell)
{
	static const char *const classes[] = {
		[COLUMN_TEXT] = "<td class=\"t\">", [COLUMN_WORD] = "<td class=\"k\">", [COLUMN_NUMBER] = "<td class=\"n\">", [COLUMN_BITS] = "<td class=\"n\">",
		[COLUMN_TIME] = "<td class=\"d\">", [COLUMN_DAY] = "<td class=\"d\">",
	};

	text_adds(out, classes[column->type]);
	if (column->type == COLUMN_TEXT || column->type == COLUMN_WORD) {
		text_adds(out, "<bdi>");
		add_escaped(out, cell->text);
		text_adds(out, "</bdi>");
	} else if (!cell->is_empty) {
		add_number(out, column->type, cell->number);
	}
	text_adds(out, "</td>");
}

/* -- the waterfall as a picture: each row's bits from where the sum before it stood -- */

struct picture { int64_t least, most; };

static const struct cell *cell_of(const struct section *s, unsigned row, const char *key)
{
	for (unsigned i = 0; i < s->n_columns; i++)
		if (strcmp(s->columns[i].key, key) == 0)
			return &s->cells.at[row * s->n_columns + i];
	BUG_ON(true);
}

static struct picture picture_of(const struct section *s)
{
	struct picture p = { 0, 0 };

	for (unsigned row = 0; row < section_rows(s); row++) {
		int64_t sum = cell_of(s, row, "sum")->number;

		p.least = sum < p.least ? sum : p.least;
		p.most = sum > p.most ? sum : p.most;
	}
	p.most += p.most == p.least;
	return p;
}

static int64_t place(const struct picture *p, int64_t mb)
{
	return (mb - p->least) * PICTURE_WIDTH / (p->most - p->least);
}

static void add_bar(struct text *out, const struct section *s, unsigned row, const struct picture *p)
{
	int64_t bits = cell_of(s, row, "bits")->number, sum = cell_of(s, row, "sum")->number;
	int64_t from = place(p, sum - bits), to = place(p, sum), left = from < to ? from : to;
	int64_t width = from < to ? to - from : from - to;

	text_addf(out, "<td><svg viewBox=\"0 0 %d 12\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\">"
		  "<line class=\"zero\" x1=\"%lld\" y1=\"0\" x2=\"%lld\" y2=\"12\"/><rect class=\"%s\" x=\"%lld\" y=\"2\" width=\"%lld\" height=\"8\"/></svg></td>",
		  PICTURE_WIDTH, bits < 0 ? "against" : "for", (long long)place(p, 0), (long long)place(p, 0), bits < 0 ? "down" : "up",
		  (long long)left, (long long)(width > 0 ? width : 1));
}

static void add_table(struct text *out, const struct section *s)
{
	struct picture p = s->is_waterfall ? picture_of(s) : (struct picture){ 0 };

	text_adds(out, "<div class=\"w\"><table><thead><tr>");
	for (unsigned i = 0; i < s->n_columns; i++)
		text_addf(out, "<th scope=\"col\"%s>%s</th>",
			  s->columns[i].type == COLUMN_NUMBER || s->columns[i].type == COLUMN_BITS ? " class=\"n\"" : "", phrase_of(s->phrases, s->columns[i].title));
	text_adds(out, s->is_waterfall ? "<th scope=\"col\">Picture</th></tr></thead><tbody>\n" : "</tr></thead><tbody>\n");
	for (unsigned row = 0; row < section_rows(s); row++) {
		text_adds(out, "<tr>");
		for (unsigned i = 0; i < s->n_columns; i++)
			add_cell(out, &s->columns[i], &s->cells.at[row * s->n_columns + i]);
		if (s->is_waterfall)
			add_bar(out, s, row, &p);
		text_adds(out, "</tr>\n");
	}
	text_adds(out, "</tbody></table></div>\n");
}

static void add_section(struct text *out, const struct section *s, struct chain *chain)
{
	const struct dossier_marks *marks = &dossier_marks[DOSSIER_HTML];

	text_addf(out, "<section class=\"%s\">\n<h2>", s->key);
	add_escaped(out, s->title);
	text_adds(out, "</h2>\n");
	for (size_t i = 0; i < s->sentences.n; i++) {
		text_adds(out, "<p><bdi>");
		add_escaped(out, s->sentences.at[i]);
		text_adds(out, "</bdi></p>\n");
	}
	if (section_rows(s) > 0)
		add_table(out, s);
	chain_seal(chain);
	text_adds(out, marks->before);
	text_adds(out, chain->seal);
	text_adds(out, marks->after);
}

static void add_head(struct text *out, const struct dossier *d)
{
	static const char *const tags[DOSSIER_LANGUAGES] = { "en", "zh-Hans" };

	text_addf(out, "<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
		  "<meta name=\"referrer\" content=\"no-referrer\">\n<meta http-equiv=\"Content-Security-Policy\" "
		  "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>", tags[d->language]);
	add_escaped(out, d->title);
	text_addf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<header>\n<h1><bdi>", style);
	add_escaped(out, d->title);
	text_adds(out, "</bdi></h1>\n<p>");
	dossier_add_moment(d, out);
	text_adds(out, "</p>\n</header>\n<main>\n");
}

void dossier_write_html(const struct dossier *d, struct text *out)
{
	const struct dossier_marks *marks = &dossier_marks[DOSSIER_HTML];
	struct chain chain;

	chain_begin(&chain, out);
	text_addf(out, "%s%zu%s", marks->head, d->sections.n, marks->head_end);
	add_head(out, d);
	for (size_t i = 0; i < d->sections.n; i++)
		add_section(out, d->sections.at[i], &chain);
	text_adds(out, marks->tail);
}
