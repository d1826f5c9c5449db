/* Requests as a client, over libcurl: its easy interface for a fetch, its multi interface for a fetcher.
 * F1: libcurl is told of sockets and time by the loop and never waits itself; names are resolved in a thread of its own.
 * F2: an address is judged where the socket is made, after the name was resolved, so that no second answer of a name
 *     server gets past it.
 * F3: a transfer is answered from a deferred call, when libcurl is no longer at work: the answer may start and cancel. */
#include "fetch.h"

#include "loop.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

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

/* ---- on the loop ---- */

#define ANSWER_MAX 4096
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
	struct text answer;
	struct bytes body; /* what mail has not read yet */
	char error[CURL_ERROR_SIZE];
	transfer_fn *fn;
	void *arg;
	bool refuses_private, was_refused, is_stream;
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

/* This machine, private and link-local networks, and what is none at all (RFC 6890, RFC 4193, RFC 4291). */
static bool is_private_v4(uint32_t a)
{
	static const struct { uint32_t net; unsigned bits; } nets[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 },
		{ 0xc0000000, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xe0000000, 3 },
	};

	for (size_t i = 0; i < ARRAY_LEN(nets); i++)
		if (((a ^ nets[i].net) >> (32 - nets[i].bits)) == 0)
			return true;
	return false;
}

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_private_v6(const uint8_t *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }, nat64[12] = { 0, 0x64, 0xff, 0x9b }, none[12] = { 0 };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0 || memcmp(a, none, 12) == 0)
		return memcmp(a, none, 12) == 0 || is_private_v4(read_u32(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02)
		return is_private_v4(read_u32(a + 2)); /* 6to4 */
	return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && a[1] >= 0x80) || a[0] == 0xff;
}

static bool is_private(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return is_private_v4(ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr));
	return sa->sa_family != AF_INET6 || is_private_v6(((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr);
}

/* F2 */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;

	if (t->refuses_private && is_private(&to->addr)) {
		t->was_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t on_answer(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	if (t->answer.len < ANSWER_MAX)
		text_add(&t->answer, bytes_slice(bytes_make(p, size * n), 0, ANSWER_MAX - t->answer.len));
	return size * n;
}

static size_t on_mail_body(char *out, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct bytes part = bytes_slice(t->body, 0, size * n);

	memcpy(out, part.ptr, part.len);
	t->body = bytes_slice(t->body, part.len, t->body.len);
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
	if (rq->refuses_private)
		curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L); /* a kept connection would pass by F2 */
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
				.is_stream = rq->is_stream };
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
	text_free(&t->answer);
	t->fetcher->running--;
	free(t);
}

static void answer_transfer(struct transfer *t, CURLcode code)
{
	struct transfer_answer answer = { .result = ERR_OK, .body = text_bytes(&t->answer) };
	curl_off_t retry_after = 0;
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &retry_after);
	answer.status = (int)status;
	answer.retry_after_s = retry_after > 0 && retry_after < 86400 ? (int)retry_after : 0;
	answer.error = t->error[0] ? t->error : curl_easy_strerror(code);
	if (code != CURLE_OK)
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
