/* HTTP requests as a client, over libcurl's easy interface. */
#include "fetch.h"

#include <curl/curl.h>
#include <stdlib.h>

#define REPLY_MAX (256UL * 1024 * 1024)
#define TIMEOUT_S 60

struct fetch {
	CURL *curl;
};

struct fetch *fetch_new(void)
{
	struct fetch *f = xcalloc(1, sizeof(*f));

	f->curl = curl_easy_init();
	BUG_ON(!f->curl);
	return f;
}

void fetch_free(struct fetch *f)
{
	if (!f)
		return;
	curl_easy_cleanup(f->curl);
	free(f);
}

static size_t on_reply(char *p, size_t size, size_t n, void *arg)
{
	struct text *reply = arg;

	if (reply->len + size * n > REPLY_MAX)
		return 0;
	text_add(reply, bytes_make(p, size * n));
	return size * n;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
	struct text line = { 0 };

	text_addf(&line, "%s%s", name, value);
	list = curl_slist_append(list, line.ptr);
	text_free(&line);
	return list;
}

static struct curl_slist *request_headers(const struct fetch_request *rq)
{
	struct curl_slist *list = add_header(NULL, "Expect:", ""); /* no round trip before a large body */

	if (rq->bearer)
		list = add_header(list, "Authorization: Bearer ", rq->bearer);
	if (rq->content_type)
		list = add_header(list, "Content-Type: ", rq->content_type);
	return list;
}

static void set_options(CURL *c, const struct fetch_request *rq, struct curl_slist *headers, struct text *reply)
{
	bool has_body = rq->body.len > 0 || strcmp(rq->method, "POST") == 0;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, rq->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)(rq->timeout_s ? rq->timeout_s : TIMEOUT_S));
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_reply);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, reply);
	if (rq->socket)
		curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, rq->socket);
	if (rq->ca)
		curl_easy_setopt(c, CURLOPT_CAINFO, rq->ca);
	if (rq->is_pinned)
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	if (has_body) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.len);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, rq->body.len ? rq->body.ptr : "");
	}
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, rq->method);
}

static enum err fetch_failed(CURLcode code, const char *url, struct errbuf *eb)
{
	enum err err = ERR_IO;

	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
		err = ERR_NOTFOUND;
	else if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		err = ERR_INPUT;
	else if (code == CURLE_OPERATION_TIMEDOUT)
		err = ERR_LIMIT;
	else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		err = ERR_DENIED;
	return errbuf_set(eb, err, "%s: %s", url, curl_easy_strerror(code));
}

enum err fetch_run(struct fetch *f, const struct fetch_request *rq, int *status, struct text *reply, struct errbuf *eb)
{
	struct curl_slist *headers = request_headers(rq);
	long code = 0;
	CURLcode result;

	set_options(f->curl, rq, headers, reply);
	result = curl_easy_perform(f->curl);
	curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &code);
	curl_slist_free_all(headers);
	if (result != CURLE_OK)
		return fetch_failed(result, rq->url, eb);
	*status = (int)code;
	return ERR_OK;
}
