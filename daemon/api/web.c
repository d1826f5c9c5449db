/* The dashboard: its page, its files, and who is looking. What the page may load, and where it may be shown, is said by the
 * content policy of its answer: nothing inline, nothing from elsewhere, in no frame. */
#include "web.h"

#include "call.h"

static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const struct web_file *find_file(struct bytes path)
{
	for (const struct web_file *file = web_files; file->path; file++)
		if (bytes_is(path, file->path))
			return file;
	return NULL;
}

/* "gzip" as a coding of its own, not refused by a weight of zero. */
static bool takes_gzip(struct bytes header)
{
	while (header.len > 0) {
		ptrdiff_t comma = bytes_find_char(header, ',');
		struct bytes coding = bytes_trim(bytes_slice(header, 0, comma < 0 ? header.len : (size_t)comma));

		if (bytes_is(coding, "gzip") || (bytes_starts(coding, BYTES_LIT("gzip;")) && bytes_find(coding, BYTES_LIT("q=0")) < 0))
			return true;
		header = comma < 0 ? BYTES_NONE : bytes_slice(header, (size_t)comma + 1, header.len);
	}
	return false;
}

static void reply_file(struct api_call *call, const struct web_file *file, bool is_for_good)
{
	bool is_packed = takes_gzip(http_header(call->http, "Accept-Encoding"));

	http_reply_header(call->http, "Content-Security-Policy", policy);
	http_reply_header(call->http, "Referrer-Policy", "no-referrer");
	http_reply_header(call->http, "Cross-Origin-Opener-Policy", "same-origin");
	http_reply_header(call->http, "Cross-Origin-Resource-Policy", "same-origin");
	http_reply_header(call->http, "Vary", "Accept-Encoding");
	if (is_packed)
		http_reply_header(call->http, "Content-Encoding", "gzip");
	api_reply_kept(call, &(struct api_content){ file->type, file->tag, is_packed ? file->gzip : file->plain, is_for_good });
}

void get_index(struct api_call *call)
{
	const struct web_file *file = find_file(BYTES_LIT("index.html"));

	BUG_ON(!file);
	reply_file(call, file, false);
}

/* A page of another version, that was open while the daemon was changed, is given the file of now. */
void get_web_file(struct api_call *call)
{
	bool has_version = bytes_starts(call->params[0], BYTES_LIT("v-")), is_for_good = bytes_is(call->params[0], web_version);
	const struct bytes *part = &call->params[has_version];
	const struct web_file *file;
	struct bytes path = part[0];

	if (part[1].len > 0)
		path = bytes_of(arena_printf(call->arena, "%.*s/%.*s", BYTES_ARG(part[0]), BYTES_ARG(part[1])));
	file = has_version || call->params[2].len == 0 ? find_file(path) : NULL;
	if (file)
		reply_file(call, file, is_for_good);
	else
		api_not_found(call, "file of the dashboard", path);
}

void get_me(struct api_call *call)
{
	json_open_object(call->out);
	json_member_string(call->out, "name", bytes_of(call->grant.name));
	json_key(call->out, "roles");
	json_open_array(call->out);
	for (unsigned bit = 1; bit <= ROLE_TRUSTED; bit <<= 1)
		if (call->grant.roles & bit)
			json_string(call->out, bytes_of(role_name(bit)));
	json_close_array(call->out);
	json_close_object(call->out);
	api_reply_json(call, 200);
}
