/* assocctl audit: who asked about whom, and who changed what.
 * Pages come from the daemon, newest first. They end with "entries":[..]}, where they are strung together. */
#include <stdio.h>

#include "daemon/base/clock.h"
#include "audit_verify.h"
#include "print.h"

extern const struct ctl_command ctl_audit;

#define PAGE_MAX (64 << 20)
#define ENTRIES_BEGIN BYTES_LIT("\"entries\":[")
#define LIMIT_USUAL 100
#define LIMIT_OF_PAGE 1000

struct listing {
	struct ctl *ctl;
	struct text query; /* "&actor=anna" */
	struct text next;  /* of the next page; empty: there is none */
	struct text entries;
	struct json_parser *parser;
	struct table *table;
	uint64_t left;     /* entries that are still wanted */
	int64_t compressed;
};

static void add_query(struct text *query, const char *key, const char *value)
{
	if (!value)
		return;
	text_addf(query, "&%s=", key);
	ctl_escape(query, bytes_of(value));
}

/* A time as it is, or how long ago. False: it is neither. */
static bool add_time(struct text *query, const char *key, const char *value)
{
	char at[TIME_TEXT_SIZE];
	int64_t ms;

	if (value && time_parse_duration(bytes_of(value), &ms)) {
		time_format(clock_wall_ms() - ms, at);
		value = at;
	}
	add_query(query, key, value);
	return !value || time_parse_rfc3339(bytes_of(value), &ms);
}

static struct text about_text(const struct json_doc *doc, const struct json_node *entry)
{
	const struct json_node *accounts = json_get(doc, entry, "accounts");
	struct text out = { 0 };

	text_add(&out, json_get_text(doc, entry, "id"));
	for (const struct json_node *at = accounts ? json_first(doc, accounts) : NULL; at; at = json_after(doc, accounts, at)) {
		text_adds(&out, out.len ? ", " : "");
		text_add(&out, at->text);
	}
	return out;
}

static void add_row(struct listing *l, const struct json_doc *doc, const struct json_node *entry)
{
	int64_t missing = json_get_int(doc, entry, "missing", 0);
	struct bytes did = json_get_text(doc, entry, "did");
	struct text about = about_text(doc, entry), what = { 0 };

	if (missing > 0)
		text_addf(&what, "%lld entries could not be written", (long long)missing);
	else if (did.len == 0)
		text_adds(&what, "(erased)");
	else
		text_add(&what, did);
	table_int(l->table, json_get_int(doc, entry, "n", 0));
	table_time(l->table, doc, entry, "at");
	table_text(l->table, json_get_text(doc, entry, "actor"));
	table_text(l->table, json_get_text(doc, entry, "from"));
	table_text(l->table, text_bytes(&what));
	table_text(l->table, text_bytes(&about));
	table_word(l->table, json_get_true(doc, entry, "refused") ? BYTES_LIT("refused") : BYTES_NONE);
	text_free(&about);
	text_free(&what);
}

/* What stands between the brackets; a quote inside of a string has a backslash before it, so the key is found in none. */
static void keep_entries(struct listing *l, struct bytes page)
{
	ptrdiff_t at = bytes_find(page, ENTRIES_BEGIN);
	struct bytes entries;

	page = bytes_trim(page);
	if (at < 0 || page.len < (size_t)at + ENTRIES_BEGIN.len + 2)
		return;
	entries = bytes_slice(page, (size_t)at + ENTRIES_BEGIN.len, page.len - (size_t)at - ENTRIES_BEGIN.len - 2);
	if (entries.len > 0 && l->entries.len > 0)
		text_addc(&l->entries, ',');
	text_add(&l->entries, entries);
}

static int take_page(struct listing *l, struct bytes page)
{
	const struct json_node *entries;
	struct json_doc doc;

	if (json_parse(l->parser, page, &doc, NULL) != ERR_OK)
		return ctl_fail("the daemon's answer is no JSON");
	entries = json_get(&doc, doc.nodes, "entries");
	text_clear(&l->next);
	text_add(&l->next, json_get_text(&doc, doc.nodes, "next"));
	l->compressed = json_get_int(&doc, doc.nodes, "compressed", 0);
	l->left -= entries && (uint64_t)entries->num <= l->left ? (uint64_t)entries->num : l->left;
	if (l->ctl->as_json)
		keep_entries(l, page);
	else
		for (const struct json_node *at = entries ? json_first(&doc, entries) : NULL; at; at = json_after(&doc, entries, at))
			add_row(l, &doc, at);
	return 0;
}

static int fetch_page(struct listing *l)
{
	struct text path = { 0 }, reply = { 0 };
	int result = 1;

	text_addf(&path, "/v1/audit?limit=%llu", (unsigned long long)(l->left < LIMIT_OF_PAGE ? l->left : LIMIT_OF_PAGE));
	text_add(&path, text_bytes(&l->query));
	if (l->next.len > 0)
		add_query(&path, "after", l->next.ptr);
	if (ctl_ask(l->ctl, "GET", path.ptr, BYTES_NONE, &reply))
		result = take_page(l, text_bytes(&reply));
	text_free(&path);
	text_free(&reply);
	return result;
}

static void print_json(struct listing *l)
{
	struct text out = { 0 };

	json_open_object(&out);
	json_key(&out, "next");
	if (l->next.len > 0)
		json_string(&out, text_bytes(&l->next));
	else
		json_null(&out);
	json_member_int(&out, "compressed", l->compressed);
	text_adds(&out, ",\"entries\":[");
	text_add(&out, text_bytes(&l->entries));
	text_adds(&out, "]}\n");
	print_out(&out);
	text_free(&out);
}

static void print_rest(const struct listing *l)
{
	if (l->ctl->as_csv)
		return;
	if (l->next.len > 0)
		puts("there are more: --limit or --until");
	if (l->compressed > 0)
		printf("compressed files of the log that were not looked into: %lld; gunzip them in the state folder\n", (long long)l->compressed);
}

static int list(struct listing *l)
{
	static const char *const heads[] = { ">n", "at", "actor", "from", "did", "about", "outcome", NULL };
	int status;

	l->parser = json_parser_new(PAGE_MAX, 8);
	l->table = l->ctl->as_json ? NULL : table_new(l->ctl, heads);
	do
		status = fetch_page(l);
	while (status == 0 && l->left > 0 && l->next.len > 0);
	if (l->table)
		table_end(l->table, status ? NULL : "no entries");
	if (status == 0 && l->ctl->as_json)
		print_json(l);
	else if (status == 0)
		print_rest(l);
	json_parser_free(l->parser);
	return status;
}

static int list_run(struct ctl *ctl, int argc, char **argv)
{
	struct listing l = { .ctl = ctl, .left = LIMIT_USUAL };
	const char *limit = ctl_option(&argc, argv, "--limit"), *since = ctl_option(&argc, argv, "--since"),
		   *until = ctl_option(&argc, argv, "--until");
	int status;

	add_query(&l.query, "actor", ctl_option(&argc, argv, "--actor"));
	add_query(&l.query, "action", ctl_option(&argc, argv, "--action"));
	add_query(&l.query, "about", ctl_option(&argc, argv, "--about"));
	status = ctl_no_more_options(&ctl_audit, &argc, argv);
	if (status == 0 && argc != 1)
		status = ctl_usage(&ctl_audit, "\"%s\" stands alone: --about names an account, and a folder goes with --verify", argv[1]);
	if (status == 0 && (!add_time(&l.query, "since", since) || !add_time(&l.query, "until", until)))
		status = ctl_usage(&ctl_audit, "--since and --until take a time, as 2026-01-31T08:00:00Z, or how long ago, as 7d");
	if (status == 0 && limit && (!bytes_to_u64(bytes_of(limit), &l.left) || l.left == 0))
		status = ctl_usage(&ctl_audit, "--limit takes a number from 1");
	if (status == 0)
		status = list(&l);
	text_free(&l.query);
	text_free(&l.next);
	text_free(&l.entries);
	return status;
}

static int audit_run(struct ctl *ctl, int argc, char **argv)
{
	const char *noted;
	int status;

	if (!ctl_flag(&argc, argv, "--verify"))
		return list_run(ctl, argc, argv);
	noted = ctl_option(&argc, argv, "--seal");
	status = ctl_no_more_options(&ctl_audit, &argc, argv);
	if (status == 0 && argc > 2)
		status = ctl_usage(&ctl_audit, "name one folder");
	if (status == 0 && noted && !audit_is_seal(noted))
		status = ctl_usage(&ctl_audit, "--seal takes the %d digits that --verify ends with", AUDIT_SEAL);
	if (status == 0 && ctl->as_csv)
		status = ctl_usage(&ctl_audit, "--verify has no CSV; --json has all of it");
	return status ? status : audit_verify_files(ctl, argc == 2 ? argv[1] : NULL, noted);
}

static const struct reference_option audit_options[] = {
	{ "--actor", "NAME", "Only what was asked with that token, or by that user.", NULL },
	{ "--action", "TEXT", "Only requests whose line holds that, as POST or /v1/alerts.", NULL },
	{ "--about", "ACCOUNT", "Only what is about that account; or about an alert or a cluster, by its id.", NULL },
	{ "--since", "TIME", "Not older: 2026-01-31T08:00:00Z, or how long ago, as 7d.", NULL },
	{ "--until", "TIME", "Only older ones.", NULL },
	{ "--limit", "N", "At most so many; without it 100.", NULL },
	{ "--verify", NULL, "Reads the log and what rotation made of it in the state folder, or in FOLDER, and says whether every entry stands where and as it was written.", NULL },
	{ "--seal", "SEAL", "With --verify: that seal, noted earlier, must still be in it.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_audit = {
	.name = "audit", .arguments = "[OPTION]... [--verify [FOLDER]]", .options = audit_options, .run = audit_run,
	.help = "Shows the audit log, newest entry first: who asked about whom, and who changed what; or verifies that it is as it was written.",
	.more = "It needs the role admin, and that it was asked for stands in the log, too. --verify reads the files without the daemon and ends "
		"with 1 where an entry was changed, removed or put in, and says where. Entries that an erasure took keep their place in the chain "
		"and are counted. Whoever may write the files can write all of them anew: note the last seal elsewhere, once a day, and ask "
		"for it later with --seal.",
	.example = "assocctl audit --about shop-17 --since 30d",
};
