/* Ending a call: JSON, problem documents (RFC 9457), and what every answer carries. */
#include <stdarg.h>
#include <stdio.h>

#include "call.h"

static void send_reply(struct api_call *call, int status, const char *type, struct bytes body)
{
	unsigned class = status < 300 ? CLASS_2XX : status < 400 ? CLASS_3XX : status < 500 ? CLASS_4XX : CLASS_5XX;

	metrics_add(call->api->metrics, API_REQUESTS, class, 1);
	http_reply_header(call->http, "X-Content-Type-Options", "nosniff");
	http_reply(call->http, status, type, body);
}

struct api_call api_later_begin(const struct api_later *later)
{
	text_clear(&later->api->out);
	return (struct api_call){ .api = later->api, .http = later->http, .arena = later->api->arena, .out = &later->api->out };
}

void api_later_end(struct api_call *call)
{
	arena_reset(call->arena);
}

void api_reply(struct api_call *call, int status, const char *type, struct bytes body)
{
	http_reply_header(call->http, "Cache-Control", "no-store");
	send_reply(call, status, type, body);
}

void api_reply_kept(struct api_call *call, const struct api_content *content)
{
	http_reply_header(call->http, "Cache-Control", content->is_for_good ? "public, max-age=31536000, immutable" : "no-cache");
	http_reply_header(call->http, "ETag", content->tag);
	if (bytes_is(http_header(call->http, "If-None-Match"), content->tag))
		send_reply(call, 304, NULL, BYTES_NONE);
	else
		send_reply(call, 200, content->type, content->body);
}

void api_reply_json(struct api_call *call, int status)
{
	text_addc(call->out, '\n');
	api_reply(call, status, "application/json", text_bytes(call->out));
}

static const char *title_of(int status)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = {
		{ 400, "The request is malformed" }, { 401, "A token is needed" }, { 403, "Not allowed" },
		{ 404, "Not found" }, { 405, "Wrong method" }, { 413, "Too large" }, { 415, "Wrong content type" },
		{ 409, "Not now" }, { 421, "Wrong host" }, { 422, "The content is refused" }, { 429, "Too many requests" }, { 503, "Try again later" },
	};

	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "The request failed";
}

static void answer_problem(struct api_call *call, int status, const char *error, struct bytes detail)
{
	text_clear(call->out);
	json_open_object(call->out);
	json_member_string(call->out, "type", BYTES_LIT("about:blank"));
	json_member_string(call->out, "title", bytes_of(title_of(status)));
	json_member_int(call->out, "status", status);
	json_member_string(call->out, "detail", detail);
	json_member_string(call->out, "instance", bytes_slice(http_path(call->http), 0, 512));
	if (error)
		json_member_string(call->out, "error", bytes_of(error));
	json_close_object(call->out);
	text_addc(call->out, '\n');
	api_reply(call, status, "application/problem+json", text_bytes(call->out));
}

void api_problem(struct api_call *call, int status, const char *error, const char *fmt, ...)
{
	char detail[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	answer_problem(call, status, error, bytes_of(detail));
}

void api_busy(struct api_call *call, const char *why)
{
	http_reply_header(call->http, "Retry-After", "2");
	api_problem(call, 503, "busy", "%s", why);
}

void api_not_found(struct api_call *call, const char *what, struct bytes name)
{
	struct text detail = { 0 };

	text_addf(&detail, "%s \"", what);
	text_add(&detail, bytes_slice(name, 0, 256)); /* a NUL is part of it */
	text_adds(&detail, "\" is not known");
	answer_problem(call, 404, "unknown", text_bytes(&detail));
	text_free(&detail);
}

bool api_query_number(struct api_call *call, const char *name, uint64_t otherwise, uint64_t max, uint64_t *out)
{
	*out = otherwise;
	if (!http_has_query(call->http, name))
		return true;
	if (bytes_to_u64(http_query(call->http, name), out) && *out >= 1 && *out <= max)
		return true;
	api_problem(call, 400, "query", "%s must be a number from 1 to %llu", name, (unsigned long long)max);
	return false;
}
