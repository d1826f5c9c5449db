/* assocctl subject export, erase: all that is stored about an account, in one document; and taking it out.
 * The daemon gives events page by page; the pages end with "events":[...]}, where they are strung together. */
#include <stdio.h>

#include "print.h"

extern const struct ctl_command ctl_subject_export, ctl_subject_erase;

#define PAGE_MAX (64 << 20)
#define EVENTS_BEGIN BYTES_LIT("\"events\":[")
#define NEXT_BEGIN BYTES_LIT("\"next\":")
#define PAGE_END 2 /* the closing brackets */

static void add_path(struct text *path, const char *account, int64_t before)
{
	text_adds(path, "/v1/subjects/");
	ctl_escape(path, bytes_of(account));
	if (before > 0)
		text_addf(path, "?before=%lld", (long long)before);
}

/* Of the page that begins with head: what comes before "next", and the events without their closing brackets. A quote inside
 * of a string has a backslash before it, so neither is found in one. */
static bool cut_page(struct bytes page, struct bytes *head, struct bytes *events)
{
	ptrdiff_t events_at = bytes_find(page, EVENTS_BEGIN), next_at = bytes_find(page, NEXT_BEGIN);
	size_t from = (size_t)events_at + EVENTS_BEGIN.len;

	while (page.len > 0 && page.ptr[page.len - 1] == '\n')
		page.len--;
	if (events_at < 0 || next_at < 0 || page.len < from + PAGE_END)
		return false;
	*head = bytes_slice(page, 0, (size_t)next_at);
	*events = bytes_slice(page, from, page.len - from - PAGE_END);
	return true;
}

struct export {
	struct ctl *ctl;
	const char *account;
	struct json_parser *parser;
	int64_t before; /* of the next page; 0: there is none */
	uint64_t pages;
	bool has_events;
};

static int print_page(struct export *x, struct bytes page)
{
	struct bytes head, events;
	struct json_doc doc;

	if (json_parse(x->parser, page, &doc, NULL) != ERR_OK || !cut_page(page, &head, &events))
		return ctl_fail("the daemon's answer is not what is expected; what was written is not whole");
	if (x->pages++ == 0)
		printf("%.*s\"events\":[", BYTES_ARG(head));
	if (events.len > 0)
		printf("%s%.*s", x->has_events ? "," : "", BYTES_ARG(events));
	x->has_events = x->has_events || events.len > 0;
	x->before = json_get_int(&doc, doc.nodes, "next", 0);
	return ferror(stdout) ? ctl_fail("standard output: %m; what was written is not whole") : 0;
}

static int fetch_page(struct export *x)
{
	struct text path = { 0 }, reply = { 0 };
	int result = 1;

	add_path(&path, x->account, x->before);
	if (ctl_ask(x->ctl, "GET", path.ptr, BYTES_NONE, &reply))
		result = print_page(x, text_bytes(&reply));
	text_free(&path);
	text_free(&reply);
	return result;
}

static int export_run(struct ctl *ctl, int argc, char **argv)
{
	struct export x = { .ctl = ctl };
	int status = ctl_no_more_options(&ctl_subject_export, &argc, argv);

	if (status)
		return status;
	if (argc != 2)
		return ctl_usage(&ctl_subject_export, "name one account");
	x.account = argv[1];
	x.parser = json_parser_new(PAGE_MAX, 16);
	do
		status = fetch_page(&x);
	while (status == 0 && x.before > 0);
	if (status == 0)
		puts("]}");
	json_parser_free(x.parser);
	return status;
}

const struct ctl_command ctl_subject_export = {
	.name = "subject export", .arguments = "ACCOUNT", .run = export_run,
	.help = "Writes all that is stored about an account as one JSON document: what is made of it, and every event, newest first.",
	.more = "It is for whoever answers a person's request, and needs the role admin. It names other accounts, too: what the owner "
		"may be told of them is `assocctl report ACCOUNT --audience subject`.",
	.example = "assocctl subject export shop-17 >shop-17.json",
};

#define ERASE_TIMEOUT_S 86400 /* a journal is long, and it is read twice */

static void say_erased(const char *account, const struct json_doc *doc)
{
	int64_t left = json_get_int(doc, doc->nodes, "left", 0), compressed = json_get_int(doc, doc->nodes, "compressed_logs", 0);
	int64_t searched = json_get_int(doc, doc->nodes, "searched_bytes", 0), unread = json_get_int(doc, doc->nodes, "unread_lines", 0);
	int64_t unsearched = json_get_int(doc, doc->nodes, "unsearched_files", 0);
	struct text out = { 0 };

	text_add_visible(&out, bytes_of(account));
	text_addf(&out, ": erased; %lld events, %lld alerts and messages, %lld lines of logs\n",
		  (long long)json_get_int(doc, doc->nodes, "events", 0), (long long)json_get_int(doc, doc->nodes, "told", 0),
		  (long long)json_get_int(doc, doc->nodes, "log_lines", 0));
	if (searched == 0 && unsearched == 0)
		text_adds(&out, "the files were not searched: so short a name is found in anything\n");
	else if (searched > 0 && left == 0)
		text_addf(&out, "searched %lld KiB of files: the name is not there\n", (long long)searched / 1024);
	if (left > 0) {
		text_addf(&out, "the name is still there %lld times: ", (long long)left);
		text_add_visible(&out, json_get_text(doc, doc->nodes, "left_in"));
		text_addc(&out, '\n');
	}
	if (unsearched > 0) {
		text_addf(&out, "%lld file%s could not be searched, the first is ", (long long)unsearched, unsearched == 1 ? "" : "s");
		text_add_visible(&out, json_get_text(doc, doc->nodes, "unsearched_at"));
		text_addc(&out, '\n');
	}
	if (compressed > 0)
		text_addf(&out, "%lld compressed logs were not looked into: they go with their rotation\n", (long long)compressed);
	if (unread > 0) {
		text_addf(&out, "%lld line%s of logs, of more than 16 MiB, could not be read, the first is ", (long long)unread, unread == 1 ? "" : "s");
		text_add_visible(&out, json_get_text(doc, doc->nodes, "unread_at"));
		text_adds(&out, ": where one names the account, take it out by hand\n");
	}
	print_out(&out);
	text_free(&out);
}

/* What is still there, or may be, is a finding, in whatever form it is told. */
static bool is_rest_left(const struct json_doc *doc)
{
	return json_get_int(doc, doc->nodes, "left", 0) > 0 || json_get_int(doc, doc->nodes, "unread_lines", 0) > 0 ||
	       json_get_int(doc, doc->nodes, "unsearched_files", 0) > 0;
}

static int tell_erased(const struct ctl *ctl, const char *account, struct bytes reply)
{
	struct json_parser *parser = json_parser_new(64 * 1024, 8);
	struct json_doc doc;
	int status;

	if (json_parse(parser, reply, &doc, NULL) != ERR_OK) {
		json_parser_free(parser);
		return ctl_fail("the daemon's answer is no JSON");
	}
	if (ctl->as_json)
		fwrite(reply.ptr, 1, reply.len, stdout);
	else
		say_erased(account, &doc);
	status = is_rest_left(&doc);
	json_parser_free(parser);
	return status;
}

static int erase_run(struct ctl *ctl, int argc, char **argv)
{
	bool may_be_unknown = ctl_flag(&argc, argv, "--unknown");
	int status = ctl_no_more_options(&ctl_subject_erase, &argc, argv);
	struct text path = { 0 }, reply = { 0 };

	if (status)
		return status;
	if (argc != 2)
		return ctl_usage(&ctl_subject_erase, "name one account");
	add_path(&path, argv[1], 0);
	text_adds(&path, may_be_unknown ? "/erase?unknown=1" : "/erase");
	ctl->timeout_s = ERASE_TIMEOUT_S;
	if (!ctl_ask(ctl, "POST", path.ptr, BYTES_LIT("{}"), &reply))
		status = 1;
	else
		status = tell_erased(ctl, argv[1], text_bytes(&reply));
	text_free(&path);
	text_free(&reply);
	return status;
}

static const struct reference_option erase_options[] = {
	{ "--unknown", NULL, "Also an account of which nothing is there: what is sent of it later is refused.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_subject_erase = {
	.name = "subject erase", .arguments = "ACCOUNT [OPTION]...", .options = erase_options, .run = erase_run,
	.help = "Takes everything about an account out: events, values, links, alerts, lines of the alert and audit logs; and keeps it from coming back.",
	.more = "It goes in small steps while the daemon runs, returns when all is done, and searches the bytes of all files for the "
		"name; 1 when it is still there, or a line of a log is too long to be read. Events that name the account are refused from "
		"then on, also when history is imported again. It cannot be taken back. Backups are not touched, but a daemon that is started on an older one "
		"erases again, where `erased` and `erased.key` of the state folder were kept. Needs the role admin.",
	.example = "assocctl subject erase shop-17",
};
