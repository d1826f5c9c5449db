/* Requests as a client, over libcurl: its easy interface for a fetch, its multi interface for a fetcher.
 * F1: libcurl is told of sockets and time by the loop and never waits itself; names are resolved in a thread of its own.
 * F2: an address is judged where the socket is made, after the name was resolved, so that no second answer of a name
 *     server gets past it.
 * F3: a transfer is answered from a deferred call, when libcurl is no longer at work: the answer may start and cancel.
 * F4: what an HTTP server thinks is its status and the end of its head. The body only says why, so that one that breaks off,
 *     never ends or lies about its length takes nothing back. */
#include "fetch.h"

#include "heard.h"
#include "loop.h"
#include "private_address.h"
#include "tcp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define REPLY_MAX (256UL * 1024 * 1024)
#define TIMEOUT_S 60

struct fetch {
	CURL *curl;
	char said[CURL_ERROR_SIZE]; /* of the last failure, what the code alone does not say */
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

static void set_options(struct fetch *f, const struct fetch_request *rq, struct curl_slist *headers, struct text *reply)
{
	bool has_body = rq->body.len > 0 || strcmp(rq->method, "POST") == 0;
	CURL *c = f->curl;

	curl_easy_reset(c);
	f->said[0] = '\0';
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->said);
	curl_easy_setopt(c, CURLOPT_URL, rq->url);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L); /* ".." is the name of an account, not the way up */
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

static enum err fetch_failed(const struct fetch *f, CURLcode code, const char *url, struct errbuf *eb)
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
	return errbuf_set(eb, err, "%s: %s", url, f->said[0] ? f->said : curl_easy_strerror(code));
}

enum err fetch_run(struct fetch *f, const struct fetch_request *rq, int *status, struct text *reply, struct errbuf *eb)
{
	struct curl_slist *headers = request_headers(rq);
	long code = 0;
	CURLcode result;

	set_options(f, rq, headers, reply);
	result = curl_easy_perform(f->curl);
	curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &code);
	curl_slist_free_all(headers);
	if (result != CURLE_OK)
		return fetch_failed(f, result, rq->url, eb);
	*status = (int)code;
	return ERR_OK;
}

static void take_part(CURLU *url, CURLUPart part, char *out, size_t size)
{
	char *text = NULL;

	out[0] = '\0';
	if (curl_url_get(url, part, &text, 0) == CURLUE_OK)
		snprintf(out, size, "%s", text);
	curl_free(text);
}

enum err fetch_read_url(const char *url, struct fetch_place *out, struct errbuf *eb)
{
	CURLU *parts = curl_url();
	CURLUcode code;
	char port[8];

	BUG_ON(!parts);
	code = curl_url_set(parts, CURLUPART_URL, url, 0);
	take_part(parts, CURLUPART_HOST, out->host, sizeof(out->host));
	take_part(parts, CURLUPART_PORT, port, sizeof(port));
	out->port = port[0] ? atoi(port) : -1;
	curl_url_cleanup(parts);
	return code == CURLUE_OK ? ERR_OK : errbuf_set(eb, ERR_INPUT, "%s", curl_url_strerror(code));
}

/* ---- on the loop ---- */

#define RETRY_AFTER_MAX_S 3600
#define CONNECT_TIMEOUT_MS 10000L

struct fetcher {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	bool is_reaping; /* reap is deferred */
	unsigned running;
};

struct transfer {
	struct fetcher *fetcher;
	CURL *curl;
	struct curl_slist *headers, *mail_to;
	struct heard heard;
	struct bytes body; /* what mail has not read yet */
	char error[CURL_ERROR_SIZE], why[CURL_ERROR_SIZE + 160];
	transfer_fn *fn;
	void *arg;
	bool refuses_private, was_refused, is_stream, is_mail, has_read_body;
};

static void reap(void *arg);

/* F3 */
static void reap_later(struct fetcher *f)
{
	if (f->is_reaping)
		return;
	f->is_reaping = true;
	loop_defer(f->loop, reap, f);
}

static void act(struct fetcher *f, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(f->multi, fd, what, &running);
	reap_later(f);
}

static void on_io(void *arg, int fd, unsigned io)
{
	act(arg, fd, (io & LOOP_READ ? CURL_CSELECT_IN : 0) | (io & LOOP_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_time(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int on_want_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct fetcher *f = arg;

	loop_timer_set(f->timer, timeout_ms);
	return 0;
}

static int on_want_socket(CURL *curl, curl_socket_t fd, int what, void *arg, void *watch)
{
	struct fetcher *f = arg;
	unsigned io = what == CURL_POLL_IN ? LOOP_READ : what == CURL_POLL_OUT ? LOOP_WRITE : LOOP_READ | LOOP_WRITE;

	loop_watch_free(watch);
	curl_multi_assign(f->multi, fd, what == CURL_POLL_REMOVE ? NULL : loop_io_new(f->loop, fd, io, on_io, f));
	return 0;
}

struct fetcher *fetcher_new(struct loop *l)
{
	struct fetcher *f = xcalloc(1, sizeof(*f));

	f->loop = l;
	f->multi = curl_multi_init();
	BUG_ON(!f->multi);
	f->timer = loop_timer_new(l, on_time, f);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_want_socket);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_want_timer);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	return f;
}

static void fetcher_destroy(void *arg)
{
	free(arg);
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	BUG_ON(f->running > 0);
	curl_multi_cleanup(f->multi);
	loop_timer_free(f->timer);
	f->multi = NULL;
	loop_defer(f->loop, fetcher_destroy, f);
}

/* F2 */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;

	if (t->refuses_private && address_is_private(&to->addr)) {
		t->was_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t on_answer(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	return heard_body(&t->heard, bytes_make(p, size * n)) ? size * n : 0;
}

static size_t on_line(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	return heard_line(&t->heard, bytes_make(p, size * n), status) ? size * n : 0;
}

static size_t on_mail_body(char *out, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct bytes part = bytes_slice(t->body, 0, size * n);

	memcpy(out, part.ptr, part.len);
	t->body = bytes_slice(t->body, part.len, t->body.len);
	t->has_read_body = t->body.len == 0;
	return part.len;
}

static void set_http(struct transfer *t, const struct transfer_request *rq)
{
	t->headers = curl_slist_append(NULL, "Expect:");
	for (const char *const *h = rq->headers; h && *h; h++)
		t->headers = curl_slist_append(t->headers, *h);
	curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(t->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(t->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.len);
	curl_easy_setopt(t->curl, CURLOPT_POSTFIELDS, rq->body.len ? rq->body.ptr : "");
}

static void set_mail(struct transfer *t, const struct transfer_request *rq)
{
	for (const char *const *to = rq->mail_to; *to; to++)
		t->mail_to = curl_slist_append(t->mail_to, *to);
	curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(t->curl, CURLOPT_MAIL_FROM, rq->mail_from);
	curl_easy_setopt(t->curl, CURLOPT_MAIL_RCPT, t->mail_to);
	curl_easy_setopt(t->curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(t->curl, CURLOPT_READFUNCTION, on_mail_body);
	curl_easy_setopt(t->curl, CURLOPT_READDATA, t);
	curl_easy_setopt(t->curl, CURLOPT_USE_SSL, (long)(rq->wants_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (rq->user)
		curl_easy_setopt(t->curl, CURLOPT_USERNAME, rq->user);
	if (rq->password)
		curl_easy_setopt(t->curl, CURLOPT_PASSWORD, rq->password);
}

static void set_stream(struct transfer *t)
{
	curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(t->curl, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(t->curl, CURLOPT_FRESH_CONNECT, 1L);
}

static void set_common(struct transfer *t, const struct transfer_request *rq)
{
	CURL *c = t->curl;

	curl_easy_setopt(c, CURLOPT_PRIVATE, t);
	curl_easy_setopt(c, CURLOPT_URL, rq->url);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)rq->timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_line);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	if (rq->refuses_private) { /* a connection that was kept, by whomever, would pass by F2 */
		curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	}
	if (rq->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, rq->ca_file);
	if (rq->cert_file)
		curl_easy_setopt(c, CURLOPT_SSLCERT, rq->cert_file);
	if (rq->key_file)
		curl_easy_setopt(c, CURLOPT_SSLKEY, rq->key_file);
}

struct transfer *fetcher_start(struct fetcher *f, const struct transfer_request *rq, transfer_fn *fn, void *arg)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	*t = (struct transfer){ .fetcher = f, .fn = fn, .arg = arg, .body = rq->body, .refuses_private = rq->refuses_private,
				.is_stream = rq->is_stream, .is_mail = rq->mail_to != NULL };
	t->curl = curl_easy_init();
	BUG_ON(!t->curl);
	set_common(t, rq);
	if (rq->is_stream)
		set_stream(t);
	else if (rq->mail_to)
		set_mail(t, rq);
	else
		set_http(t, rq);
	f->running++;
	BUG_ON(curl_multi_add_handle(f->multi, t->curl) != CURLM_OK);
	return t;
}

void transfer_cancel(struct transfer *t)
{
	if (!t)
		return;
	curl_multi_remove_handle(t->fetcher->multi, t->curl);
	curl_easy_cleanup(t->curl);
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->mail_to);
	heard_fini(&t->heard);
	t->fetcher->running--;
	free(t);
}

/* What went wrong between here and there, and what it hangs on. */
static const char *why_of(struct transfer *t, CURLcode code)
{
	static const struct { CURLcode code; const char *cause; } causes[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, "the name may be misspelt, or no name server answers this machine" },
		{ CURLE_COULDNT_CONNECT, "nothing listens there, or a firewall is between" },
		{ CURLE_OPERATION_TIMEDOUT, "`timeout` gives it longer" },
		{ CURLE_PEER_FAILED_VERIFICATION, "its certificate must be in date, of this name, and of an authority in `ca_file`" },
		{ CURLE_SSL_CONNECT_ERROR, "it must speak TLS 1.2 or later on this port" },
		{ CURLE_USE_SSL_FAILED, "it offers no TLS, without which `starttls: always` sends nothing" },
		{ CURLE_LOGIN_DENIED, "it does not know `user` with what `password_file` holds" },
		{ CURLE_WRITE_ERROR, "its answer does not end" },
	};
	const char *error = t->error[0] ? t->error : curl_easy_strerror(code);

	for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
		if (causes[i].code != code)
			continue;
		snprintf(t->why, sizeof(t->why), "%s; %s", error, causes[i].cause);
		return t->why;
	}
	return error;
}

static void answer_transfer(struct transfer *t, CURLcode code)
{
	struct transfer_answer answer = { .result = ERR_OK, .body = text_bytes(&t->heard.body), .line = text_bytes(&t->heard.line) };
	curl_off_t retry_after = 0;
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &retry_after);
	answer.status = t->is_mail ? heard_reply_code(&t->heard) : (int)status; /* libcurl's may be of a goodbye */
	answer.retry_after_s = retry_after <= 0 ? 0 : retry_after < RETRY_AFTER_MAX_S ? (int)retry_after : RETRY_AFTER_MAX_S;
	answer.error = why_of(t, code);
	answer.stage = t->has_read_body ? MAIL_MESSAGE : code == CURLE_SEND_ERROR ? MAIL_ENVELOPE : MAIL_SESSION;
	if (code != CURLE_OK && (t->is_mail || !t->heard.has_head)) /* F4 */
		answer.result = ERR_IO;
	if (code != CURLE_OK && t->was_refused) {
		answer.result = ERR_DENIED;
		answer.error = "it is an address of this machine or of a private network, which `allow_private` must permit";
	}
	bool stays = t->is_stream && code == CURLE_OK; /* and is the owner's, who may cancel it at once */
	t->fn(t->arg, &answer);
	if (!stays)
		transfer_cancel(t);
}

static void reap(void *arg)
{
	struct fetcher *f = arg;
	CURLMsg *message;
	int left;

	f->is_reaping = false;
	while (f->multi && (message = curl_multi_info_read(f->multi, &left))) {
		struct transfer *t = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		answer_transfer(t, message->data.result);
	}
}

enum err transfer_write(struct transfer *t, struct bytes b, size_t *n)
{
	CURLcode code = curl_easy_send(t->curl, b.ptr, b.len, n);

	if (code == CURLE_AGAIN)
		*n = 0;
	return code == CURLE_OK || code == CURLE_AGAIN ? ERR_OK : ERR_IO;
}

bool transfer_is_over(struct transfer *t)
{
	char block[256];
	size_t n = 0;
	CURLcode code = curl_easy_recv(t->curl, block, sizeof(block), &n);

	return code != CURLE_AGAIN && (code != CURLE_OK || n == 0);
}

bool transfer_is_received(struct transfer *t)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(t->curl, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK)
		return true; /* it is over, which transfer_is_over sees */
	return tcp_is_received(fd);
}
