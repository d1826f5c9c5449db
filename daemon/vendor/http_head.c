/* The head of an HTTP/1.1 request and the frames of a chunked body, by hand: evhttp answers in HTML, reads 4 KiB at a
 * time, has no connection cap and no deadline for a head. No allocation, no state.
 *
 *   METHOD SP target SP HTTP/1.x CRLF *( name ":" OWS value OWS CRLF ) CRLF
 *   1*hex [ ";" extension ] CRLF payload CRLF ... "0" CRLF *( trailer CRLF ) CRLF
 */
#include "http_head.h"

#define CHUNK_LINE_MAX 256
#define TRAILER_MAX 4096

static enum err refuse(struct http_fault *fault, int status, const char *why)
{
	*fault = (struct http_fault){ status, why };
	return ERR_INPUT;
}

/* Letters, digits and !#$%&'*+-.^_`|~, a bit each. */
static bool is_token_char(unsigned char c)
{
	static const uint64_t bits[2] = { UINT64_C(0x03ff6cfa00000000), UINT64_C(0x57ffffffc7fffffe) };

	return c < 0x80 && (bits[c >> 6] >> (c & 63) & 1);
}

static bool is_token(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (!is_token_char((unsigned char)b.ptr[i]))
			return false;
	return b.len > 0;
}

/* Visible bytes, with tab and space only where allowed. */
static bool is_clean(struct bytes b, bool spaces)
{
	for (size_t i = 0; i < b.len; i++) {
		unsigned char c = (unsigned char)b.ptr[i];

		if (c < 0x20 ? c != '\t' || !spaces : c == 0x7f || (c == ' ' && !spaces))
			return false;
	}
	return true;
}

/* Where the next CRLF begins, or -1. */
static ptrdiff_t find_line_end(struct bytes in)
{
	size_t from = 0;
	ptrdiff_t feed;

	while ((feed = bytes_find_char(bytes_slice(in, from, in.len), '\n')) >= 0) {
		from += (size_t)feed + 1;
		if (from >= 2 && in.ptr[from - 2] == '\r')
			return (ptrdiff_t)from - 2;
	}
	return -1;
}

/* Where the empty line behind the head begins: from the CRLF before it; -1 when it is not there yet. */
static ptrdiff_t find_head_end(struct bytes in)
{
	size_t from = 0;
	ptrdiff_t end;

	while ((end = find_line_end(bytes_slice(in, from, in.len))) >= 0) {
		from += (size_t)end + 2;
		if (bytes_starts(bytes_slice(in, from, 2), BYTES_LIT("\r\n")))
			return (ptrdiff_t)from - 2;
	}
	return -1;
}

/* Cuts the next line off `rest`, which ends in CRLF. */
static struct bytes take_line(struct bytes *rest)
{
	ptrdiff_t at = find_line_end(*rest);
	struct bytes line = bytes_slice(*rest, 0, at < 0 ? rest->len : (size_t)at);

	*rest = bytes_slice(*rest, line.len + 2, rest->len);
	return line;
}

static enum err take_target(struct bytes target, struct http_head *out, struct http_fault *fault)
{
	ptrdiff_t mark;

	if (bytes_starts(target, BYTES_LIT("http://"))) {
		struct bytes rest = bytes_slice(target, 7, target.len);
		ptrdiff_t slash = bytes_find_char(rest, '/');

		out->host = bytes_slice(rest, 0, slash < 0 ? rest.len : (size_t)slash);
		target = slash < 0 ? BYTES_LIT("/") : bytes_slice(rest, (size_t)slash, rest.len);
	}
	if (!is_clean(target, false) || target.len == 0 || (target.ptr[0] != '/' && !bytes_is(target, "*")))
		return refuse(fault, 400, "the request target is no path");
	mark = bytes_find_char(target, '?');
	out->has_query = mark >= 0;
	out->path = bytes_slice(target, 0, mark < 0 ? target.len : (size_t)mark);
	out->query = mark < 0 ? BYTES_NONE : bytes_slice(target, (size_t)mark + 1, target.len);
	return ERR_OK;
}

static enum err take_request_line(struct bytes line, struct http_head *out, struct http_fault *fault)
{
	ptrdiff_t space = bytes_find_char(line, ' ');
	struct bytes rest, version;

	if (space <= 0)
		return refuse(fault, 400, "this is no HTTP request line");
	out->method = bytes_slice(line, 0, (size_t)space);
	rest = bytes_slice(line, (size_t)space + 1, line.len);
	space = bytes_find_char(rest, ' ');
	if (space <= 0 || !is_token(out->method))
		return refuse(fault, 400, "this is no HTTP request line");
	version = bytes_slice(rest, (size_t)space + 1, rest.len);
	if (!bytes_is(version, "HTTP/1.1") && !bytes_is(version, "HTTP/1.0"))
		return refuse(fault, bytes_starts(version, BYTES_LIT("HTTP/")) ? 505 : 400, "only HTTP/1.1 and HTTP/1.0 are spoken here");
	out->is_http10 = bytes_is(version, "HTTP/1.0");
	return take_target(bytes_slice(rest, 0, (size_t)space), out, fault);
}

static enum err take_field(struct bytes line, struct http_head *out, struct http_fault *fault)
{
	ptrdiff_t colon = bytes_find_char(line, ':');
	struct http_field field;

	if (colon <= 0)
		return refuse(fault, 400, "a header line has no name");
	field.name = bytes_slice(line, 0, (size_t)colon);
	field.value = bytes_trim(bytes_slice(line, (size_t)colon + 1, line.len));
	if (!is_token(field.name) || !is_clean(field.value, true))
		return refuse(fault, 400, "a header line holds forbidden characters");
	if (out->n_fields == HTTP_FIELDS_MAX)
		return refuse(fault, 431, "more than 64 header lines");
	out->fields[out->n_fields++] = field;
	return ERR_OK;
}

static bool is_field(const struct http_field *f, const char *name)
{
	return bytes_eq_nocase(f->name, bytes_of(name));
}

static unsigned count_fields(const struct http_head *head, const char *name)
{
	unsigned n = 0;

	for (unsigned i = 0; i < head->n_fields; i++)
		n += is_field(&head->fields[i], name);
	return n;
}

struct bytes http_head_field(const struct http_head *head, const char *name)
{
	for (unsigned i = 0; i < head->n_fields; i++)
		if (is_field(&head->fields[i], name))
			return head->fields[i].value;
	return BYTES_NONE;
}

static enum err take_framing(struct http_head *out, struct http_fault *fault)
{
	unsigned lengths = count_fields(out, "content-length"), codings = count_fields(out, "transfer-encoding");
	struct bytes coding = http_head_field(out, "transfer-encoding");

	if (lengths > 1 || codings > 1 || (lengths && codings) || (codings && out->is_http10))
		return refuse(fault, 400, "the length of the body is given twice");
	if (lengths && !bytes_to_u64(http_head_field(out, "content-length"), &out->content_length))
		return refuse(fault, 400, "Content-Length is no number");
	if (codings && !bytes_eq_nocase(coding, BYTES_LIT("chunked")))
		return refuse(fault, 501, "the only transfer coding understood is chunked");
	out->is_chunked = codings > 0;
	return ERR_OK;
}

static enum err take_meaning(struct http_head *out, struct http_fault *fault)
{
	struct bytes connection = http_head_field(out, "connection");
	unsigned hosts = count_fields(out, "host");

	if (hosts > 1 || (hosts == 0 && !out->is_http10))
		return refuse(fault, 400, "a request needs exactly one Host header");
	if (out->host.len == 0)
		out->host = http_head_field(out, "host");
	out->keeps_alive = out->is_http10 ? bytes_eq_nocase(connection, BYTES_LIT("keep-alive"))
					  : !bytes_eq_nocase(connection, BYTES_LIT("close"));
	out->expects_continue = bytes_eq_nocase(http_head_field(out, "expect"), BYTES_LIT("100-continue"));
	return take_framing(out, fault);
}

enum err decode_http_head(struct bytes in, struct http_head *out, struct http_fault *fault)
{
	ptrdiff_t end = find_head_end(in);
	struct bytes rest;
	enum err err;

	if (end < 0)
		return bytes_find(in, BYTES_LIT("\n\n")) < 0 ? ERR_BUSY : refuse(fault, 400, "lines must end in CR LF");
	out->n_fields = 0;
	out->host = BYTES_NONE;
	out->content_length = 0;
	out->length = (size_t)end + 4;
	rest = bytes_slice(in, 0, (size_t)end + 2);
	err = take_request_line(take_line(&rest), out, fault);
	while (err == ERR_OK && rest.len > 0)
		err = take_field(take_line(&rest), out, fault);
	return err == ERR_OK ? take_meaning(out, fault) : err;
}

/* Hexadecimal size at the start of a chunk line; at most 8 digits. */
static bool chunk_size(struct bytes line, size_t *size)
{
	size_t i = 0, n = 0;

	for (; i < line.len && line.ptr[i] != ';' && line.ptr[i] != ' ' && line.ptr[i] != '\t'; i++) {
		char c = line.ptr[i], low = (char)(c | 0x20);

		if (i == 8 || !((c >= '0' && c <= '9') || (low >= 'a' && low <= 'f')))
			return false;
		n = n << 4 | (size_t)(c <= '9' ? c - '0' : low - 'a' + 10);
	}
	*size = n;
	return i > 0 && is_clean(line, true);
}

/* The last chunk ends with trailer lines, which are skipped, and an empty line. */
static enum err take_trailers(struct bytes in, size_t from, struct http_chunk *out, struct http_fault *fault)
{
	struct bytes rest = bytes_slice(in, from, in.len);
	ptrdiff_t end = bytes_starts(rest, BYTES_LIT("\r\n")) ? -2 : bytes_find(rest, BYTES_LIT("\r\n\r\n"));

	if (end == -1)
		return rest.len > TRAILER_MAX ? refuse(fault, 431, "the trailer is too long") : ERR_BUSY;
	*out = (struct http_chunk){ .payload = BYTES_NONE, .length = from + (size_t)(end + 4), .is_last = true };
	return ERR_OK;
}

enum err decode_http_chunk(struct bytes in, struct http_chunk *out, struct http_fault *fault)
{
	struct bytes first = bytes_slice(in, 0, CHUNK_LINE_MAX);
	ptrdiff_t end = bytes_find(first, BYTES_LIT("\r\n"));
	size_t size, from;

	if (end < 0)
		return first.len == CHUNK_LINE_MAX ? refuse(fault, 400, "a chunk has no size line") : ERR_BUSY;
	if (!chunk_size(bytes_slice(first, 0, (size_t)end), &size))
		return refuse(fault, 400, "the size of a chunk is no number");
	from = (size_t)end + 2;
	if (size == 0)
		return take_trailers(in, from, out, fault);
	if (in.len - from < size + 2)
		return ERR_BUSY;
	if (in.ptr[from + size] != '\r' || in.ptr[from + size + 1] != '\n')
		return refuse(fault, 400, "a chunk is longer than its size");
	*out = (struct http_chunk){ .payload = bytes_slice(in, from, size), .length = from + size + 2 };
	return ERR_OK;
}
