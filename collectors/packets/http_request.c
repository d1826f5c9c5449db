/* RFC 9112, sections 2 to 5, read leniently where senders are: a bare line feed ends a line, folded lines belong to the one
 * before. */
#include "http_request.h"

static bool is_token(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* "PROPFIND ": capital letters, then a blank. What is there may be only the beginning. */
static enum http_step take_method(struct bytes in, struct bytes *method)
{
	size_t n = 0;

	while (n < in.len && n <= HTTP_METHOD_MAX && ((in.ptr[n] >= 'A' && in.ptr[n] <= 'Z') || (n > 0 && (in.ptr[n] == '-' || in.ptr[n] == '_'))))
		n++;
	if (n == in.len)
		return n <= HTTP_METHOD_MAX ? HTTP_MORE : HTTP_NONE;
	*method = bytes_slice(in, 0, n);
	return n >= 3 && n <= HTTP_METHOD_MAX && in.ptr[n] == ' ' ? HTTP_WHOLE : HTTP_NONE;
}

/* Without its end; false: it is not whole. */
static bool take_line(struct bytes *in, struct bytes *line)
{
	ptrdiff_t end = bytes_find_char(*in, '\n');

	if (end < 0)
		return false;
	*line = bytes_slice(*in, 0, (size_t)end);
	*in = bytes_slice(*in, (size_t)end + 1, in->len);
	if (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

static bool take_version(struct bytes line, struct bytes *version)
{
	struct bytes tail = line.len > 9 ? bytes_slice(line, line.len - 9, 9) : BYTES_NONE;

	if (!bytes_starts(tail, BYTES_LIT(" HTTP/1.")) || tail.ptr[8] < '0' || tail.ptr[8] > '9')
		return false;
	*version = bytes_slice(tail, 6, 3);
	return true;
}

static bool is_name(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_token((unsigned char)name.ptr[i]))
			return false;
	return name.len > 0;
}

/* False: it does not fit. */
static bool add_name(struct http_request *out, size_t *at, struct bytes name)
{
	if (*at + name.len + 2 > HTTP_NAMES_SIZE)
		return false;
	if (*at > 0)
		out->names[(*at)++] = ',';
	memcpy(out->names + *at, name.ptr, name.len);
	*at += name.len;
	return true;
}

static enum http_step take_headers(struct bytes in, struct http_request *out)
{
	struct bytes line;
	size_t at = 0;
	bool is_cut = false; /* nothing is put behind what did not fit: it would be another order */

	while (take_line(&in, &line)) {
		if (line.len == 0) {
			out->names[at] = '\0';
			return HTTP_WHOLE;
		}
		if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
			continue;
		ptrdiff_t colon = bytes_find_char(line, ':');
		struct bytes name = bytes_slice(line, 0, colon < 0 ? 0 : (size_t)colon);
		if (!is_name(name))
			return HTTP_NONE;
		is_cut = is_cut || !add_name(out, &at, name);
		if (out->user_agent.len == 0 && bytes_eq_nocase(name, BYTES_LIT("user-agent")))
			out->user_agent = bytes_trim(bytes_slice(line, (size_t)colon + 1, line.len));
	}
	return HTTP_MORE;
}

enum http_step decode_http_request(struct bytes in, struct http_request *out)
{
	enum http_step step;
	struct bytes line;

	while (bytes_starts(in, BYTES_LIT("\r\n"))) /* an empty line in front is passed over: 2.2 */
		in = bytes_slice(in, 2, in.len);
	if (bytes_eq(in, BYTES_LIT("\r")))
		return HTTP_MORE;
	step = take_method(in, &out->method);
	if (step != HTTP_WHOLE)
		return step;
	out->user_agent = BYTES_NONE;
	if (!take_line(&in, &line))
		return in.len < HTTP_HEAD_MAX ? HTTP_MORE : HTTP_NONE;
	if (!take_version(line, &out->version))
		return HTTP_NONE;
	step = take_headers(in, out);
	return step == HTTP_MORE && in.len >= HTTP_HEAD_MAX ? HTTP_NONE : step;
}
