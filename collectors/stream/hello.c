/* First lines of stream connections. */
#include "hello.h"

#include <stdio.h>

static bool is_event_key(struct bytes key)
{
	return bytes_is(key, "ts") || bytes_is(key, "type") || bytes_is(key, "account") || bytes_is(key, "id");
}

static enum err take_member(const struct json_node *node, struct hello *out, struct errbuf *eb)
{
	if (bytes_is(node->key, "token") && node->type == JSON_STRING)
		out->token = node->text;
	else if (bytes_is(node->key, "backfill") && node->type == JSON_BOOL)
		out->is_backfill = node->num;
	else if (bytes_is(node->key, "site") && node->type == JSON_STRING && !event_site_is_valid(node->text))
		return errbuf_set(eb, ERR_INPUT, "\"site\": " EVENT_SITE_RULE);
	else if (bytes_is(node->key, "site") && node->type == JSON_STRING)
		snprintf(out->site, sizeof(out->site), "%.*s", BYTES_ARG(node->text));
	else
		return errbuf_set(eb, ERR_INPUT, "the first line may say \"token\" (text), \"backfill\" (true or false) and \"site\" (text), "
				  "not '%.*s'", (int)(node->key.len > 40 ? 40 : node->key.len), node->key.ptr);
	return ERR_OK;
}

enum err decode_hello(struct json_parser *parser, struct bytes line, struct hello *out, struct errbuf *eb)
{
	const struct json_node *node;
	struct json_doc doc;
	enum err e = ERR_OK;

	memset(out, 0, sizeof(*out));
	out->token = BYTES_NONE;
	if (json_parse(parser, line, &doc, NULL) || doc.nodes->type != JSON_OBJECT)
		return ERR_OK;
	for (node = json_first(&doc, doc.nodes); node; node = json_after(&doc, doc.nodes, node))
		if (is_event_key(node->key))
			return ERR_OK;
	out->is_hello = json_get(&doc, doc.nodes, "token") || json_get(&doc, doc.nodes, "backfill") || json_get(&doc, doc.nodes, "site");
	for (node = json_first(&doc, doc.nodes); node && out->is_hello && !e; node = json_after(&doc, doc.nodes, node))
		e = take_member(node, out, eb);
	return e;
}
