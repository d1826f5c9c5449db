/* Writing a reply: status line, header, body. */
#include "daemon/base/clock.h"
#include "http_connection.h"

const char *http_status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} texts[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 408, "Request Timeout" }, { 409, "Conflict" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" }, { 421, "Misdirected Request" }, { 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "Status";
}

static const char *date_now(struct http_server *s)
{
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm tm;

	if (now != s->date_of) {
		s->date_of = now;
		gmtime_r(&now, &tm);
		strftime(s->date, sizeof(s->date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	}
	return s->date;
}

void http_write_head(struct http_request *c, int status)
{
	struct text *t = &c->server->reply;

	text_clear(t);
	text_adds(t, "HTTP/1.1 ");
	text_addu(t, (uint64_t)status);
	text_addc(t, ' ');
	text_adds(t, http_status_text(status));
	text_adds(t, "\r\nDate: ");
	text_adds(t, date_now(c->server));
}

void http_write_reply(struct http_request *c, int status, const char *content_type, struct bytes body)
{
	struct text *t = &c->server->reply;
	bool is_head = strcmp(c->method, "HEAD") == 0;

	http_write_head(c, status);
	text_adds(t, "\r\nContent-Length: ");
	text_addu(t, body.len);
	if (content_type) {
		text_adds(t, "\r\nContent-Type: ");
		text_adds(t, content_type);
	}
	text_adds(t, "\r\n");
	if (!c->head.keeps_alive)
		text_adds(t, "Connection: close\r\n");
	else if (c->head.is_http10)
		text_adds(t, "Connection: keep-alive\r\n");
	text_add(t, text_bytes(&c->headers));
	text_adds(t, "\r\n");
	if (!is_head)
		text_add(t, body);
	loop_stream_write(c->stream, text_bytes(t));
}
