/* `assocctl tour`: what a newcomer should see first. The strongest links with their reasons, the open alerts, the
 * clusters behind them, and what to type next; everything from the daemon's own interface. */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/arena.h"
#include "daemon/base/vec.h"
#include "print.h"

#define LINKS_SHOWN 6
#define REASONS_SHOWN 2
#define ALERTS_SHOWN 6
#define WIDTH 80
#define LINKS_PATH "/v1/links?min=500&limit=100"
#define ALERTS_PATH "/v1/alerts?state=open&limit=1000"

extern const struct ctl_command ctl_tour;

struct pair {
	struct bytes a, b;
	int64_t score;
	bool is_told;
};

struct tour {
	struct ctl *ctl;
	struct arena *arena; /* names outlive the answer they came in */
	struct text out;
	struct VEC(struct pair) pairs; /* strongest first */
};

/* count: how many there are, or NULL. */
static void heading(struct tour *t, const char *title, const char *count)
{
	struct text line = { 0 };

	text_adds(&line, title);
	if (count)
		text_addf(&line, " (%s)", count);
	text_addc(&t->out, '\n');
	print_styled(t->ctl, &t->out, STYLE_BOLD, text_bytes(&line));
	text_addc(&t->out, '\n');
	text_free(&line);
}

/* Words of s, no line wider than the terminal form allows, every line but the first behind `indent` blanks. */
static void add_wrapped(struct tour *t, struct bytes s, size_t used, unsigned indent)
{
	while (s.len) {
		ptrdiff_t end = bytes_find_char(s, ' ');
		struct bytes word = end < 0 ? s : bytes_slice(s, 0, (size_t)end);
		bool fits = used + word.len + 1 <= WIDTH || used <= indent;
		if (!fits) {
			text_addf(&t->out, "\n%*s", (int)indent, "");
			used = indent;
		} else if (used > indent) {
			text_addc(&t->out, ' ');
			used++;
		}
		text_add_visible(&t->out, word);
		used += word.len;
		s = bytes_slice(s, word.len + 1, SIZE_MAX);
	}
	text_addc(&t->out, '\n');
}

static bool tour_opens(struct tour *t, bool *is_empty)
{
	const struct json_doc *doc = ctl_get(t->ctl, "/v1/status");
	const struct json_node *links;

	if (!doc)
		return false;
	links = json_get(doc, doc->nodes, "links");
	print_count(&t->out, json_get_int(doc, doc->nodes, "events", 0));
	text_adds(&t->out, " events of ");
	print_count(&t->out, json_get_int(doc, doc->nodes, "accounts", 0));
	text_adds(&t->out, " accounts: ");
	for (unsigned i = 0; links && i < 3; i++) {
		static const char *const bands[] = { "strong", "probable", "possible" };
		print_count(&t->out, json_get_int(doc, links, bands[i], 0));
		text_addf(&t->out, " %s%s", bands[i], i < 2 ? ", " : " links, ");
	}
	print_count(&t->out, json_get_int(doc, doc->nodes, "clusters", 0));
	text_adds(&t->out, " clusters\n");
	*is_empty = json_get_int(doc, doc->nodes, "events", 0) == 0;
	return true;
}

static void note_pair(struct tour *t, const struct json_doc *doc, const struct json_node *link)
{
	struct pair p = {
		.a = arena_bytes(t->arena, json_get_text(doc, link, "a")),
		.b = arena_bytes(t->arena, json_get_text(doc, link, "b")),
		.score = json_get_int(doc, link, "score", 0),
	};

	VEC_PUSH(&t->pairs, p);
}

static bool read_links(struct tour *t)
{
	const struct json_doc *doc = ctl_get(t->ctl, LINKS_PATH);
	const struct json_node *links;

	if (!doc)
		return false;
	links = json_get(doc, doc->nodes, "links");
	if (!links)
		return true;
	for (const struct json_node *link = json_first(doc, links); link; link = json_after(doc, links, link))
		note_pair(t, doc, link);
	return true;
}

static bool is_positive(const struct json_doc *doc, const struct json_node *item)
{
	return print_real(doc, item, "bits") > 0;
}

/* "+8.61 bits  bank account ...1265 (3 accounts, isp)": the names stand above. */
static void show_reason(struct tour *t, const struct json_doc *doc, const struct json_node *item)
{
	struct bytes shown = json_get_text(doc, item, "shown"), network = json_get_text(doc, item, "network");
	int64_t holders = json_get_int(doc, item, "holders", 0);
	struct text reason = { 0 };

	text_add(&reason, json_get_text(doc, item, holders > 0 ? "title" : "rule_title")); /* what is about no value has holders 0 */
	if (shown.len && !bytes_is(shown, "...") && shown.len < 48)
		text_addf(&reason, " %.*s", BYTES_ARG(shown));
	if (holders > 0)
		text_addf(&reason, " (%lld accounts%s%.*s)", (long long)holders, network.len ? ", " : "", BYTES_ARG(network));
	text_adds(&t->out, "                  ");
	print_bits(&t->out, doc, item, "bits");
	text_adds(&t->out, " bits  ");
	add_wrapped(t, text_bytes(&reason), 33, 33);
	text_free(&reason);
}

static void show_reasons(struct tour *t, const struct json_doc *doc)
{
	const struct json_node *items = json_get(doc, doc->nodes, "evidence");
	unsigned shown = 0;

	if (!items)
		return;
	for (const struct json_node *item = json_first(doc, items); item && shown < REASONS_SHOWN;
	     item = json_after(doc, items, item)) {
		if (!is_positive(doc, item))
			continue;
		show_reason(t, doc, item);
		shown++;
	}
}

static void show_names(struct tour *t, const struct json_doc *doc, const struct pair *p)
{
	const struct json_node *link = json_get(doc, doc->nodes, "link");
	struct bytes state = link ? json_get_text(doc, link, "state") : BYTES_NONE;
	struct bytes by = link ? json_get_text(doc, link, "explained_by") : BYTES_NONE;

	text_addf(&t->out, "%5lld  ", (long long)p->score);
	print_styled(t->ctl, &t->out, style_of_word(state), state);
	text_addf(&t->out, "%*s", state.len < 11 ? (int)(11 - state.len) : 1, "");
	print_styled(t->ctl, &t->out, STYLE_BOLD, p->a);
	text_adds(&t->out, " = ");
	print_styled(t->ctl, &t->out, STYLE_BOLD, p->b);
	text_addc(&t->out, '\n');
	if (by.len && bytes_is(state, "explained"))
		text_addf(&t->out, "%18sdeclared: %.*s\n", "", BYTES_ARG(by));
}

static bool show_link(struct tour *t, const struct pair *p)
{
	struct text path = { 0 };
	const struct json_doc *doc;

	text_adds(&path, "/v1/links/");
	ctl_escape(&path, p->a);
	text_addc(&path, '/');
	ctl_escape(&path, p->b);
	doc = ctl_get(t->ctl, path.ptr);
	text_free(&path);
	if (!doc)
		return false;
	show_names(t, doc, p);
	show_reasons(t, doc);
	return true;
}

static bool shares_account(const struct pair *p, const struct pair *q)
{
	return bytes_eq(p->a, q->a) || bytes_eq(p->a, q->b) || bytes_eq(p->b, q->a) || bytes_eq(p->b, q->b);
}

static bool touches_told(const struct tour *t, const struct pair *p)
{
	for (size_t i = 0; i < t->pairs.n; i++)
		if (t->pairs.at[i].is_told && shares_account(&t->pairs.at[i], p))
			return true;
	return false;
}

/* Of accounts that hang together the strongest link is enough for a first look: the others count as told. */
static void mark_told(struct tour *t, struct pair *p)
{
	bool has_grown = true;

	p->is_told = true;
	while (has_grown) {
		has_grown = false;
		for (size_t i = 0; i < t->pairs.n; i++) {
			struct pair *other = &t->pairs.at[i];
			bool joins = !other->is_told && touches_told(t, other);
			other->is_told |= joins;
			has_grown |= joins;
		}
	}
}

static bool show_links(struct tour *t)
{
	unsigned shown = 0;

	heading(t, "Strongest links", NULL);
	if (!t->pairs.n)
		text_adds(&t->out, "  none so far\n");
	for (size_t i = 0; i < t->pairs.n && shown < LINKS_SHOWN; i++) {
		struct pair *p = &t->pairs.at[i];
		if (p->is_told)
			continue;
		mark_told(t, p);
		shown++;
		if (!show_link(t, p))
			return false;
	}
	return true;
}

static void show_alert(struct tour *t, const struct json_doc *doc, const struct json_node *alert)
{
	struct bytes level = json_get_text(doc, alert, "level");

	text_adds(&t->out, "  ");
	print_styled(t->ctl, &t->out, style_of_word(level), level);
	text_addf(&t->out, "%*s", level.len < 9 ? (int)(9 - level.len) : 1, "");
	add_wrapped(t, json_get_text(doc, alert, "summary"), 11, 11);
}

static bool show_alerts(struct tour *t)
{
	const struct json_doc *doc = ctl_get(t->ctl, ALERTS_PATH);
	const struct json_node *alerts = doc ? json_get(doc, doc->nodes, "alerts") : NULL;
	bool is_cut = doc && json_get_text(doc, doc->nodes, "next").len > 0; /* there are more than one answer has */
	unsigned n = 0, shown = 0;
	char count[32];

	if (!alerts)
		return false;
	for (const struct json_node *a = json_first(doc, alerts); a; a = json_after(doc, alerts, a))
		n++;
	snprintf(count, sizeof(count), "%s%u", is_cut ? "more than " : "", n);
	heading(t, "Open alerts", count);
	for (const struct json_node *a = json_first(doc, alerts); a && shown < ALERTS_SHOWN; a = json_after(doc, alerts, a), shown++)
		show_alert(t, doc, a);
	if (n > shown)
		text_addf(&t->out, "  and %s%u more: %s alerts\n", is_cut ? "more than " : "", n - shown, t->ctl->program);
	return true;
}

static bool is_plain_word(struct bytes name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./@:+-";

	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == '\0' || strchr(plain, name.ptr[i]) == NULL)
			return false;
	return true;
}

/* A name as it can be typed to a shell: quoted where it is more than a plain word. */
static void add_typed(struct text *out, struct bytes name)
{
	text_addc(out, ' ');
	if (is_plain_word(name)) {
		text_add(out, name);
		return;
	}
	text_addc(out, '\'');
	for (ptrdiff_t quote; (quote = bytes_find_char(name, '\'')) >= 0; name = bytes_slice(name, (size_t)quote + 1, name.len)) {
		text_add_visible(out, bytes_slice(name, 0, (size_t)quote));
		text_adds(out, "'\\''");
	}
	text_add_visible(out, name);
	text_addc(out, '\'');
}

static void say_command(struct tour *t, const char *words, const char *shows)
{
	text_addf(&t->out, "  %s %-13s %s\n", t->ctl->program, words, shows);
}

static void say_next(struct tour *t)
{
	const struct pair *p = t->pairs.n ? &t->pairs.at[0] : NULL;

	heading(t, "Ask on", NULL);
	if (p) {
		text_addf(&t->out, "  %s why", t->ctl->program);
		add_typed(&t->out, p->a);
		add_typed(&t->out, p->b);
		text_addf(&t->out, "\n  %s account", t->ctl->program);
		add_typed(&t->out, p->a);
		text_addc(&t->out, '\n');
	}
	say_command(t, "alerts", "what is open, and what was resolved");
	say_command(t, "hubs", "values that too many share to mean anything");
	say_command(t, "search TEXT", "accounts, addresses, cards, alerts");
	say_command(t, "help", "all commands");
}

static bool tell(struct tour *t)
{
	bool is_empty = false;

	if (!tour_opens(t, &is_empty))
		return false;
	if (is_empty) {
		text_adds(&t->out, "Nothing has come in yet.\n");
		say_command(t, "sample load", "the bundled sample");
		say_command(t, "send FILE", "events of your own");
		return true;
	}
	if (!read_links(t) || !show_links(t) || !show_alerts(t))
		return false;
	say_next(t);
	return true;
}

/* The answers that the tour is made of, under their names. */
static int run_json(struct ctl *ctl)
{
	static const struct { const char *name, *path; } parts[] = {
		{ "status", "/v1/status" }, { "links", LINKS_PATH }, { "alerts", ALERTS_PATH } };
	struct text out = { 0 }, reply = { 0 };
	bool is_told = true;

	json_open_object(&out);
	for (size_t i = 0; i < ARRAY_LEN(parts) && is_told; i++) {
		text_clear(&reply);
		is_told = ctl_ask(ctl, "GET", parts[i].path, BYTES_NONE, &reply);
		json_key(&out, parts[i].name);
		json_raw(&out, bytes_trim(text_bytes(&reply)));
	}
	json_close_object(&out);
	text_addc(&out, '\n');
	if (is_told)
		print_out(&out);
	text_free(&reply);
	text_free(&out);
	return is_told ? 0 : 1;
}

static int run(struct ctl *ctl, int argc, char **argv)
{
	struct tour t = { .ctl = ctl };
	int status = ctl_no_arguments(&ctl_tour, argc, argv);
	bool is_told;

	if (status)
		return status;
	if (ctl->as_json)
		return run_json(ctl);
	t.arena = arena_new(16 * 1024);
	is_told = tell(&t);
	print_out(&t.out);
	text_free(&t.out);
	VEC_FREE(&t.pairs);
	arena_free(t.arena);
	return is_told ? 0 : 1;
}

const struct ctl_command ctl_tour = {
	.name = "tour",
	.arguments = "",
	.help = "Gives a first look: the strongest links with their reasons, the open alerts, and what to ask next.",
	.run = run,
};
