/* assocctl search, correlate, hubs: values and who holds them. */
#include <stdio.h>

#include "print.h"

extern const struct ctl_command ctl_search, ctl_correlate, ctl_hubs;

/* "anna, bert and 10 more" of the holders in the answer; as CSV all that it names. */
static struct text holders_text(const struct ctl *ctl, const struct json_doc *doc, const struct json_node *value)
{
	const struct json_node *list = json_get(doc, value, "accounts"), *holder = json_first(doc, list);
	int64_t all = json_get_int(doc, value, "holders", 0), n = 0;
	struct text out = { 0 };

	for (; holder && (n < 8 || ctl->as_csv); holder = json_after(doc, list, holder), n++) {
		text_adds(&out, n ? ", " : "");
		text_add(&out, json_get_text(doc, holder, "account"));
	}
	if (all > n && !ctl->as_csv)
		text_addf(&out, "%s%lld more", n ? " and " : "", (long long)(all - n));
	return out;
}

static void print_values(struct ctl *ctl, const struct json_doc *doc, const char *none)
{
	const struct json_node *values = json_get(doc, doc->nodes, "values"), *value = json_first(doc, values);
	const char *const heads[] = { "kind", "value", ">holders", "network", "held by", table_said_head(ctl, doc, values), NULL };
	struct table *t = table_new(ctl, heads);

	for (; value; value = json_after(doc, values, value)) {
		struct text holders = holders_text(ctl, doc, value);

		table_text(t, json_get_text(doc, value, "kind"));
		table_text(t, json_get_text(doc, value, "shown"));
		table_int(t, json_get_int(doc, value, "holders", 0));
		table_text(t, json_get_text(doc, value, "network"));
		table_text(t, text_bytes(&holders));
		if (heads[5])
			table_said(t, doc, value);
		text_free(&holders);
	}
	table_end(t, none);
}

/* Whoever has half of a value in hand is told what a whole one is. */
static const char *nothing_found(const struct json_doc *doc)
{
	const struct json_node *accounts = json_get(doc, doc->nodes, "accounts");
	bool is_found = json_first(doc, accounts) || json_get_text(doc, json_get(doc, doc->nodes, "alert"), "id").len > 0 ||
			json_get_text(doc, json_get(doc, doc->nodes, "cluster"), "cluster").len > 0;

	return is_found ? "nobody holds it as a value"
			: "nothing fits: accounts are found by their beginning, values (address, e-mail, telephone, card, device) whole";
}

static void print_found(struct ctl *ctl, const struct json_doc *doc)
{
	const struct json_node *list = json_get(doc, doc->nodes, "accounts"), *name = json_first(doc, list);
	const struct json_node *alert = json_get(doc, doc->nodes, "alert"), *cluster = json_get(doc, doc->nodes, "cluster");
	struct text out = { 0 };

	for (; name; name = json_after(doc, list, name)) {
		text_adds(&out, "account  ");
		print_styled(ctl, &out, STYLE_BOLD, name->text);
		text_addc(&out, '\n');
	}
	if (json_get_true(doc, doc->nodes, "more_accounts"))
		text_adds(&out, "account  ... more begin so: give more of the name\n");
	if (alert && alert->type == JSON_OBJECT) {
		text_adds(&out, "alert    ");
		text_add_visible(&out, json_get_text(doc, alert, "summary"));
		text_addc(&out, '\n');
	}
	if (cluster && cluster->type == JSON_OBJECT)
		text_addf(&out, "cluster  %.*s\n", BYTES_ARG(json_get_text(doc, cluster, "cluster")));
	if (out.len > 0) {
		text_addc(&out, '\n');
		print_out(&out);
	}
	text_free(&out);
}

static int search_run(struct ctl *ctl, int argc, char **argv)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	int status = ctl_no_more_options(&ctl_search, &argc, argv);

	if (status)
		return status;
	if (argc != 2 || bytes_trim(bytes_of(argv[1])).len == 0)
		return ctl_usage(&ctl_search, "say what to search for: an account or its beginning, an address, an e-mail address, a device, an alert");
	text_adds(&path, "/v1/search?q=");
	ctl_escape(&path, bytes_of(argv[1]));
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (!doc)
		return status;
	if (!ctl->as_csv)
		print_found(ctl, doc);
	print_values(ctl, doc, nothing_found(doc));
	return 0;
}

static int correlate_run(struct ctl *ctl, int argc, char **argv)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	int status = ctl_no_more_options(&ctl_correlate, &argc, argv);

	if (status)
		return status;
	if (argc < 3)
		return ctl_usage(&ctl_correlate, "name two accounts or more");
	text_adds(&path, "/v1/correlate");
	for (int i = 1; i < argc; i++) {
		text_adds(&path, i == 1 ? "?account=" : "&account=");
		ctl_escape(&path, bytes_of(argv[i]));
	}
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (doc)
		print_values(ctl, doc, "they share nothing");
	return status;
}

static int hubs_run(struct ctl *ctl, int argc, char **argv)
{
	const char *limit = ctl_option(&argc, argv, "--limit");
	struct text path = { 0 };
	const struct json_doc *doc;
	int status = ctl_no_arguments(&ctl_hubs, argc, argv);

	if (status)
		return status;
	text_adds(&path, "/v1/hubs?limit=");
	ctl_escape(&path, bytes_of(limit ? limit : "50"));
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (doc)
		print_values(ctl, doc, "no value is held by so many that it means nothing");
	return status;
}

const struct ctl_command ctl_search = {
	.name = "search", .arguments = "VALUE", .run = search_run,
	.help = "Finds an account by the beginning of its name, an alert, a cluster, or a value and who holds it.",
	.more = "A value is an address, e-mail address, phone number, card, device or whatever kind is searched; it is brought to "
		"normal form first, as in an event. As CSV all holders are named that the daemon keeps, the latest of each value first.",
	.example = "assocctl search anna@example.org",
};
const struct ctl_command ctl_correlate = {
	.name = "correlate", .arguments = "ACCOUNT ACCOUNT...", .run = correlate_run,
	.help = "Lists the values that at least two of the accounts share.",
	.example = "assocctl correlate shop/anna shop/bela market/carl",
};
static const struct reference_option hubs_options[] = {
	{ "--limit", "N", "At most so many, 1 to 1000; without it 50.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_hubs = {
	.name = "hubs", .arguments = "[OPTION]...", .options = hubs_options, .run = hubs_run,
	.help = "Lists the values that so many accounts hold that they mean nothing.",
	.more = "From how many holders on is the hub_cap of the value's kind, in attributes.yaml.",
};
