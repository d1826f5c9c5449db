/* Rule files: reading one, and trying an edited one on the stored events. */
#include "call.h"
#include "daemon/base/file.h"
#include "daemon/vendor/json.h"

#define RULE_FILE_MAX (48u * 1024)

static struct bytes file_name(struct bytes path)
{
	while (bytes_find_char(path, '/') >= 0)
		path = bytes_slice(path, (size_t)bytes_find_char(path, '/') + 1, path.len);
	return path;
}

void get_rule(struct api_call *call)
{
	struct text content = { 0 };
	struct errbuf eb = { 0 };
	struct bytes path;

	if (!engine_rule_file(call->engine, call->params[0], &path)) {
		api_not_found(call, "rule", call->params[0]);
		return;
	}
	if (file_read(arena_str(call->arena, path), RULE_FILE_MAX, &content, &eb) != ERR_OK) {
		api_problem(call, 404, "unknown", "%s", eb.text);
	} else {
		json_open_object(call->out);
		json_member_string(call->out, "rule", call->params[0]);
		json_member_string(call->out, "file", file_name(path));
		json_member_string(call->out, "text", text_bytes(&content));
		json_close_object(call->out);
		api_reply_json(call, 200);
	}
	text_free(&content);
}

static void reply_backtest(struct api_call *call, int status)
{
	struct api_ports *ports = &call->api->setup.ports;

	ports->trial_render(ports->arg, call->out);
	api_reply_json(call, status);
}

static bool has_trials(struct api_call *call)
{
	if (call->api->setup.ports.trial_begin)
		return true;
	api_problem(call, 409, "journal", "there are no stored events to try rules on");
	return false;
}

void get_backtest(struct api_call *call)
{
	if (has_trials(call))
		reply_backtest(call, 200);
}

void post_backtest_cancel(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;

	if (!has_trials(call))
		return;
	ports->trial_cancel(ports->arg);
	reply_backtest(call, 200);
}

void post_backtest(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct errbuf eb = { 0 };
	struct json_doc doc;
	enum err err;

	if (!has_trials(call))
		return;
	if (http_body(call->http).len > RULE_FILE_MAX) {
		api_problem(call, 413, "size", "a rule file to be tried has at most %u bytes", RULE_FILE_MAX);
		return;
	}
	if (json_parse(call->api->parser, http_body(call->http), &doc, &eb) != ERR_OK || doc.nodes[0].type != JSON_OBJECT) {
		api_problem(call, 400, "json", "the body is one JSON object with \"file\" and \"text\"%s%s", eb.text[0] ? ": " : "", eb.text);
		return;
	}
	err = ports->trial_begin(ports->arg, json_get_text(&doc, doc.nodes, "file"), json_get_text(&doc, doc.nodes, "text"), &eb);
	if (err == ERR_OK)
		reply_backtest(call, 202);
	else if (err == ERR_INPUT)
		api_problem(call, 422, "file", "%s", eb.text);
	else
		api_busy(call, eb.text);
}
