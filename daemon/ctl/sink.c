/* assocctl sink list, dead, retry, test: where alerts go, and what became of them. */
#include <stdio.h>

#include "print.h"

extern const struct ctl_command ctl_sink_list, ctl_sink_dead, ctl_sink_retry, ctl_sink_test;

static void print_sink(const struct json_doc *doc, const struct json_node *sink)
{
	struct text out = { 0 };

	text_add_visible(&out, json_get_text(doc, sink, "sink"));
	text_addf(&out, " (%.*s): ", BYTES_ARG(json_get_text(doc, sink, "type")));
	print_count(&out, json_get_int(doc, sink, "delivered", 0));
	text_adds(&out, " delivered, ");
	print_count(&out, json_get_int(doc, sink, "waiting", 0));
	text_adds(&out, " waiting, ");
	print_count(&out, json_get_int(doc, sink, "dead", 0));
	text_adds(&out, " dead\n");
	if (json_get_text(doc, sink, "why").len > 0) {
		text_addf(&out, "  fails, next attempt in %lld s: ", (long long)json_get_int(doc, sink, "retry_in_seconds", 0));
		text_add_visible(&out, json_get_text(doc, sink, "why"));
		text_addc(&out, '\n');
	}
	print_out(&out);
	text_free(&out);
}

static void list_csv(struct ctl *ctl, const struct json_doc *doc, const struct json_node *all)
{
	static const char *const heads[] = { "sink", "type", ">delivered", ">waiting", ">dead", "why", NULL };
	struct table *t = table_new(ctl, heads);

	for (const struct json_node *at = json_first(doc, all); at; at = json_after(doc, all, at)) {
		table_text(t, json_get_text(doc, at, "sink"));
		table_text(t, json_get_text(doc, at, "type"));
		table_int(t, json_get_int(doc, at, "delivered", 0));
		table_int(t, json_get_int(doc, at, "waiting", 0));
		table_int(t, json_get_int(doc, at, "dead", 0));
		table_text(t, json_get_text(doc, at, "why"));
	}
	table_end(t, "");
}

static int list_run(struct ctl *ctl, int argc, char **argv)
{
	const struct json_doc *doc;
	const struct json_node *all;
	int status = ctl_no_arguments(&ctl_sink_list, argc, argv);

	if (status)
		return status;
	doc = ctl_show(ctl, "/v1/sinks", &status);
	all = doc ? json_get(doc, doc->nodes, "sinks") : NULL;
	if (all && ctl->as_csv) {
		list_csv(ctl, doc, all);
		return status;
	}
	for (const struct json_node *at = all ? json_first(doc, all) : NULL; at; at = json_after(doc, all, at))
		print_sink(doc, at);
	return status;
}

static void add_path(struct text *path, const char *name, const char *what)
{
	text_adds(path, "/v1/sinks/");
	ctl_escape(path, bytes_of(name));
	text_addf(path, "/%s", what);
}

static void print_letter(const struct json_doc *doc, const struct json_node *letter)
{
	const struct json_node *change = json_get(doc, letter, "change");
	struct text out = { 0 };

	text_addf(&out, "%.*s  alert %.*s %.*s\n  ", BYTES_ARG(json_get_text(doc, letter, "died")),
		  BYTES_ARG(json_get_text(doc, letter, "alert")), BYTES_ARG(change ? json_get_text(doc, change, "event") : BYTES_NONE));
	text_add_visible(&out, change ? json_get_text(doc, change, "summary") : BYTES_NONE);
	text_adds(&out, "\n  ");
	text_add_visible(&out, json_get_text(doc, letter, "reason"));
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
}

static int names_one(const struct ctl_command *command, int *argc, char **argv)
{
	int status = ctl_no_more_options(command, argc, argv);

	return status || *argc == 2 ? status : ctl_usage(command, "name one sink; `assocctl sink list` knows them");
}

static int dead_run(struct ctl *ctl, int argc, char **argv)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	const struct json_node *all;
	int status;
	int wrong = names_one(&ctl_sink_dead, &argc, argv);

	if (wrong)
		return wrong;
	add_path(&path, argv[1], "dead");
	doc = ctl_show(ctl, path.ptr, &status);
	all = doc ? json_get(doc, doc->nodes, "letters") : NULL;
	if (all && all->num == 0)
		puts("no dead letters");
	for (const struct json_node *at = all ? json_first(doc, all) : NULL; at; at = json_after(doc, all, at))
		print_letter(doc, at);
	text_free(&path);
	return status;
}

/* The answer, when it is one; else it was printed what is wrong. */
static bool post(struct ctl *ctl, const char *name, const char *what, struct text *reply)
{
	struct text path = { 0 };
	bool is_done;

	add_path(&path, name, what);
	is_done = ctl_ask(ctl, "POST", path.ptr, BYTES_NONE, reply);
	text_free(&path);
	if (is_done && ctl->as_json)
		printf("%.*s\n", BYTES_ARG(text_bytes(reply)));
	return is_done;
}

static int retry_run(struct ctl *ctl, int argc, char **argv)
{
	struct text reply = { 0 };
	bool is_done;
	int wrong = names_one(&ctl_sink_retry, &argc, argv);

	if (wrong)
		return wrong;
	is_done = post(ctl, argv[1], "retry", &reply);
	if (is_done && !ctl->as_json)
		puts("its dead letters wait for delivery again");
	text_free(&reply);
	return is_done ? 0 : 1;
}

static int print_test(struct ctl *ctl, const char *name, struct bytes reply)
{
	struct json_parser *parser = json_parser_new(64 * 1024, 8);
	struct json_doc doc;
	struct text why = { 0 };
	int status = 0;

	if (json_parse(parser, reply, &doc, NULL)) {
		status = ctl_fail("the daemon's answer is no JSON");
	} else if (json_get_true(&doc, doc.nodes, "delivered")) {
		if (!ctl->as_json)
			printf("%s took the test\n", name);
	} else {
		text_add_visible(&why, json_get_text(&doc, doc.nodes, "why"));
		status = ctl_fail("%s did not take the test: %s", name, why.len ? why.ptr : "it does not say why");
	}
	json_parser_free(parser);
	text_free(&why);
	return status;
}

static int test_run(struct ctl *ctl, int argc, char **argv)
{
	struct text reply = { 0 };
	int status = 1;
	int wrong = names_one(&ctl_sink_test, &argc, argv);

	if (wrong)
		return wrong;
	ctl->timeout_s = 150; /* longer than a sink may take */
	if (post(ctl, argv[1], "test", &reply))
		status = print_test(ctl, argv[1], text_bytes(&reply));
	text_free(&reply);
	return status;
}

const struct ctl_command ctl_sink_list = {
	.name = "sink list", .arguments = "", .run = list_run,
	.help = "Lists where alerts go: what was delivered since the start, what waits, and what fails and why.",
};
const struct ctl_command ctl_sink_dead = {
	.name = "sink dead", .arguments = "SINK", .run = dead_run,
	.help = "Shows the alerts that a sink refused, or did not take for a day.",
};
const struct ctl_command ctl_sink_retry = {
	.name = "sink retry", .arguments = "SINK", .run = retry_run,
	.help = "Puts a sink's dead letters into its queue again.",
};
const struct ctl_command ctl_sink_test = {
	.name = "sink test", .arguments = "SINK", .run = test_run,
	.help = "Sends an alert that says it is a test to a sink, and says what became of it; 1 when it was not taken.",
	.example = "assocctl sink test pager",
};
