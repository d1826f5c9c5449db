/* Webhooks, signed as Standard Webhooks say (https://www.standardwebhooks.com, version 1):
 *   webhook-id         the same for each attempt at the same alerts: the receiver drops what it has
 *   webhook-timestamp  seconds since 1970, of the attempt
 *   webhook-signature  "v1," and base64 of HMAC-SHA-256 over "ID.TIMESTAMP.BODY"; one a secret, with spaces between
 * The body is {"type":"alert.opened","timestamp":...,"data":ALERT}, of several {"type":"alerts","timestamp":...,
 * "data":[ALERT, ...]}; in the format ocsf `data` holds Detection Findings.
 * I1: a redirect is a failure: what it points to was never allowed. */
#include "sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "daemon/vendor/crypto.h"
#include "daemon/vendor/fetch.h"
#include "outcome.h"
#include "shape.h"

#define SECRETS_MAX 2
#define SECRETS_FILE_MAX 4096
#define SECRET_MIN 24
#define SECRET_MAX 64

struct webhook {
	const struct sink_settings *settings;
	struct fetcher *fetcher;
	struct hmac_key *keys[SECRETS_MAX];
	unsigned n_keys;
	struct transfer *transfer;
	struct sink_call *call;
	struct text body;
};

static void forget_keys(struct webhook *w)
{
	for (unsigned i = 0; i < w->n_keys; i++)
		hmac_key_free(w->keys[i]);
	w->n_keys = 0;
}

static enum err read_key(struct webhook *w, struct bytes line, unsigned number, struct errbuf *eb)
{
	uint8_t secret[SECRET_MAX];
	size_t n = sizeof(secret);

	if (w->n_keys == SECRETS_MAX)
		return errbuf_set(eb, ERR_INPUT, "%s:%u: at most %d secrets", w->settings->secrets, number, SECRETS_MAX);
	if (!bytes_starts(line, BYTES_LIT("whsec_")) || !crypto_from_base64(bytes_slice(line, 6, line.len), secret, &n) || n < SECRET_MIN)
		return errbuf_set(eb, ERR_INPUT, "%s:%u: a secret is whsec_ and base64 of %d to %d bytes: echo whsec_$(openssl rand -base64 32)",
				  w->settings->secrets, number, SECRET_MIN, SECRET_MAX);
	w->keys[w->n_keys++] = hmac_key_new(bytes_make((const char *)secret, n));
	return ERR_OK;
}

static enum err read_keys(struct webhook *w, struct errbuf *eb)
{
	struct text file = { 0 };
	struct bytes rest;
	enum err err = file_read(w->settings->secrets, SECRETS_FILE_MAX, &file, eb);

	rest = text_bytes(&file);
	for (unsigned number = 1; rest.len > 0 && !err; number++) {
		ptrdiff_t at = bytes_find_char(rest, '\n');
		size_t n = at < 0 ? rest.len : (size_t)at;
		struct bytes line = bytes_trim(bytes_slice(rest, 0, n));

		if (line.len > 0 && line.ptr[0] != '#')
			err = read_key(w, line, number, eb);
		rest = bytes_slice(rest, n + 1, rest.len);
	}
	text_free(&file);
	if (!err && w->n_keys == 0)
		err = errbuf_set(eb, ERR_INPUT, "%s holds no secret; make one: echo whsec_$(openssl rand -base64 32)", w->settings->secrets);
	return err;
}

static void webhook_close(void *self)
{
	struct webhook *w = self;

	forget_keys(w);
	text_free(&w->body);
	free(w);
}

static enum err webhook_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	struct webhook *w = xcalloc(1, sizeof(*w));
	enum err err = ERR_OK;

	w->settings = setup->settings;
	w->fetcher = setup->fetcher;
	if (w->settings->secrets)
		err = read_keys(w, eb);
	if (err)
		webhook_close(w);
	else
		*out = w;
	return err;
}

static enum err webhook_reopen(void *self, struct errbuf *eb)
{
	struct webhook *w = self, fresh = { .settings = w->settings };
	enum err err = w->settings->secrets ? read_keys(&fresh, eb) : ERR_OK;

	if (err) {
		forget_keys(&fresh);
		return err;
	}
	forget_keys(w);
	memcpy(w->keys, fresh.keys, sizeof(w->keys));
	w->n_keys = fresh.n_keys;
	return ERR_OK;
}

static void write_body(struct webhook *w, const struct sink_call *call)
{
	enum sink_format format = sink_settings_format(w->settings, SINK_FORMAT_OWN);
	struct text data = { 0 };
	char type[32] = "alerts";

	if (call->n == 1)
		snprintf(type, sizeof(type), "alert.%.*s", BYTES_ARG(call->rows[0].event));
	text_clear(&w->body);
	json_open_object(&w->body);
	json_member_string(&w->body, "type", bytes_of(type));
	json_member_time(&w->body, "timestamp", call->now_ms);
	json_key(&w->body, "data");
	for (size_t i = 0; i < call->n; i++) {
		text_adds(&data, i ? "," : call->n > 1 ? "[" : "");
		if (format == SINK_FORMAT_TEXT) {
			struct text sentence = { 0 };
			shape_sentence(&sentence, &call->rows[i]);
			json_string(&data, text_bytes(&sentence));
			data.comma = 0;
			text_free(&sentence);
		} else {
			shape_row(&data, &call->rows[i], format);
		}
	}
	text_adds(&data, call->n > 1 ? "]" : "");
	json_raw(&w->body, text_bytes(&data));
	json_close_object(&w->body);
	text_free(&data);
}

static void sign(const struct webhook *w, const char *id, int64_t at_s, struct text *out)
{
	struct text message = { 0 };
	uint8_t hash[CRYPTO_HASH_SIZE];
	char text[CRYPTO_BASE64_SIZE(CRYPTO_HASH_SIZE)];

	text_addf(&message, "%s.%lld.", id, (long long)at_s);
	text_add(&message, text_bytes(&w->body));
	for (unsigned i = 0; i < w->n_keys; i++) {
		hmac_sign(w->keys[i], text_bytes(&message), hash);
		crypto_base64(hash, sizeof(hash), text);
		text_addf(out, "%sv1,%s", i ? " " : "", text);
	}
	text_free(&message);
}

static void answered(void *arg, const struct transfer_answer *answer)
{
	struct webhook *w = arg;
	struct sink_call *call = w->call;

	w->transfer = NULL;
	w->call = NULL;
	outcome_of_http(call, w->settings->url, answer);
}

static void webhook_send(void *self, struct sink_call *call)
{
	struct webhook *w = self;
	struct text signature = { 0 }, id_line = { 0 }, time_line = { 0 };
	char id[SHAPE_KEY_SIZE];

	shape_key(call->rows, call->n, id);
	write_body(w, call);
	text_addf(&id_line, "webhook-id: %s", id);
	text_addf(&time_line, "webhook-timestamp: %lld", (long long)(call->now_ms / 1000));
	text_adds(&signature, "webhook-signature: ");
	sign(w, id, call->now_ms / 1000, &signature);
	const char *const headers[] = { "Content-Type: application/json", "User-Agent: assocd/" ASSOCD_VERSION, id_line.ptr, time_line.ptr,
					w->n_keys ? signature.ptr : NULL, NULL };
	struct transfer_request rq = {
		.url = w->settings->url, .headers = headers, .body = text_bytes(&w->body), .ca_file = w->settings->ca_file,
		.cert_file = w->settings->cert_file, .key_file = w->settings->key_file, .timeout_ms = (int)w->settings->timeout_ms,
		.refuses_private = !w->settings->allow_private,
	};
	w->call = call;
	w->transfer = fetcher_start(w->fetcher, &rq, answered, w);
	text_free(&id_line);
	text_free(&time_line);
	text_free(&signature);
}

static void webhook_cancel(void *self)
{
	struct webhook *w = self;

	transfer_cancel(w->transfer);
	w->transfer = NULL;
	w->call = NULL;
}

const struct sink sink_webhook = {
	.name = "webhook", .help = "POSTs alerts to a URL, signed as Standard Webhooks say.", .audience = AUDIENCE_ALL,
	.open = webhook_open, .reopen = webhook_reopen, .close = webhook_close, .send = webhook_send, .cancel = webhook_cancel,
	.group = 1,
};
