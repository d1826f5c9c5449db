/* assocctl status, config show: what the daemon holds and how it was told to run. */
#include <stdio.h>

#include "daemon/main/config.h"
#include "print.h"

extern const struct ctl_command ctl_status, ctl_config_show;

static void add_scalar(struct text *out, const struct json_doc *doc, const struct json_node *node)
{
	if (node->type == JSON_STRING)
		text_add_visible(out, node->text);
	else if (node->type == JSON_INT)
		print_count(out, node->num);
	else if (node->type == JSON_BOOL)
		text_adds(out, node->num ? "yes" : "no");
	else if (node->type == JSON_DOUBLE)
		text_addf(out, "%.3f", node->real);
	else
		text_addc(out, '-');
}

/* "links" of an object as "possible 3, probable 1". */
static void add_inner(struct text *out, const struct json_doc *doc, const struct json_node *node)
{
	const struct json_node *child = json_first(doc, node);

	for (const char *comma = ""; child; child = json_after(doc, node, child), comma = ", ") {
		text_adds(out, comma);
		if (child->key.len > 0) {
			text_add_visible(out, child->key);
			text_addc(out, ' ');
		}
		if (child->type == JSON_OBJECT || child->type == JSON_ARRAY)
			text_addf(out, "(%lld)", (long long)child->num);
		else
			add_scalar(out, doc, child);
	}
}

static void add_row(struct text *out, struct bytes name, const struct json_doc *doc, const struct json_node *node)
{
	struct text shown = { 0 };

	text_add_visible(&shown, name);
	for (char *c = shown.ptr; c && *c; c++)
		*c = *c == '_' ? ' ' : *c;
	text_addf(out, "%-22s ", shown.len ? shown.ptr : "");
	if (node->type == JSON_OBJECT || node->type == JSON_ARRAY)
		add_inner(out, doc, node);
	else
		add_scalar(out, doc, node);
	text_addc(out, '\n');
	text_free(&shown);
}

static bool holds_objects(const struct json_doc *doc, const struct json_node *node)
{
	const struct json_node *child = node->type == JSON_OBJECT ? json_first(doc, node) : NULL;

	return child && child->type == JSON_OBJECT;
}

/* Members as the daemon gives them, so that a new one needs nothing here; an object of objects has a row each. */
static void print_status(struct ctl *ctl, const struct json_doc *doc)
{
	struct text out = { 0 }, name = { 0 };

	for (const struct json_node *node = json_first(doc, doc->nodes); node; node = json_after(doc, doc->nodes, node)) {
		if (!holds_objects(doc, node)) {
			add_row(&out, node->key, doc, node);
			continue;
		}
		for (const struct json_node *child = json_first(doc, node); child; child = json_after(doc, node, child)) {
			text_clear(&name);
			text_addf(&name, "%.*s %.*s", BYTES_ARG(node->key), BYTES_ARG(child->key));
			add_row(&out, text_bytes(&name), doc, child);
		}
	}
	print_out(&out);
	text_free(&out);
	text_free(&name);
}

static int status_run(struct ctl *ctl, int argc, char **argv)
{
	const struct json_doc *doc;
	int status = ctl_no_arguments(&ctl_status, argc, argv);

	if (status)
		return status;
	doc = ctl_show(ctl, "/v1/status", &status);
	if (doc)
		print_status(ctl, doc);
	return status;
}

static int config_show_run(struct ctl *ctl, int argc, char **argv)
{
	const struct config *config;
	struct text out = { 0 };
	int status = ctl_no_arguments(&ctl_config_show, argc, argv);

	if (status)
		return status;
	config = ctl_config(ctl);
	if (!config)
		return 1;
	config_show(config, ctl->as_json, &out);
	print_out(&out);
	text_free(&out);
	return 0;
}

const struct ctl_command ctl_status = {
	.name = "status", .arguments = "", .run = status_run,
	.help = "Says what the daemon holds and how it does.",
};
const struct ctl_command ctl_config_show = {
	.name = "config show", .arguments = "", .run = config_show_run,
	.help = "Prints the configuration in effect, and where each value comes from.",
};
