/* E-mail by SMTP: one message a delivery, plain text (RFC 5322, RFC 2045, RFC 2047).
 * I1: everything that senders wrote is in base64, in the header too: no line of ours can be broken by it.
 * I2: Message-ID is that of the alerts, so that a repeated message can be told from a new one.
 * I3: one recipient whom the server does not know keeps the message from no other: it goes to each by itself then. Who has it
 *     is remembered, so that another attempt at the same alerts leaves them out. */
#include "sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/base/file.h"
#include "daemon/vendor/crypto.h"
#include "daemon/vendor/fetch.h"
#include "outcome.h"
#include "shape.h"

#define PASSWORD_MAX 1024
#define LINE_IN 54   /* bytes of a line of base64: 72 characters */
#define WORD_IN 42   /* of an encoded word, which may have 75 */
#define SUBJECT_MAX 160
#define WHY_SIZE 400

struct mail {
	const struct sink_settings *settings;
	struct fetcher *fetcher;
	struct transfer *transfer;
	struct sink_call *call;
	char *password;
	struct text message;
	/* I3 */
	bool is_one_by_one;
	unsigned at;            /* of the recipients: to whom it is on its way */
	unsigned had, unknown, said; /* bits of recipients: who has it; for whom the server takes nothing; of whom that was said */
	bool is_refused;             /* the message itself */
	char key[SHAPE_KEY_SIZE]; /* of the alerts that `had` speaks of */
	char failure[WHY_SIZE], refusal[WHY_SIZE]; /* the last of each: may do later; 5yz */
};

static enum err read_password(struct mail *m, struct errbuf *eb)
{
	struct text file = { 0 };
	struct bytes word;
	enum err err = file_read(m->settings->password_file, PASSWORD_MAX, &file, eb);

	word = bytes_trim(text_bytes(&file));
	if (!err && (word.len == 0 || memchr(word.ptr, '\0', word.len)))
		err = errbuf_set(eb, ERR_INPUT, "%s holds no password", m->settings->password_file);
	if (!err) {
		free(m->password);
		m->password = strndup(word.ptr, word.len);
	}
	text_free(&file);
	return err;
}

static void mail_close(void *self)
{
	struct mail *m = self;

	free(m->password);
	text_free(&m->message);
	free(m);
}

static enum err mail_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	struct mail *m = xcalloc(1, sizeof(*m));
	enum err err = ERR_OK;

	*m = (struct mail){ .settings = setup->settings, .fetcher = setup->fetcher };
	if (m->settings->password_file)
		err = read_password(m, eb);
	if (err)
		mail_close(m);
	else
		*out = m;
	return err;
}

static enum err mail_reopen(void *self, struct errbuf *eb)
{
	struct mail *m = self;

	return m->settings->password_file ? read_password(m, eb) : ERR_OK;
}

/* I1; never cut within a character. */
static void add_subject(struct text *out, struct bytes s)
{
	char word[CRYPTO_BASE64_SIZE(WORD_IN)];

	text_adds(out, "Subject:");
	for (size_t n; s.len > 0; s = bytes_slice(s, n, s.len)) {
		n = s.len < WORD_IN ? s.len : WORD_IN;
		while (n < s.len && n > 1 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
			n--;
		crypto_base64(s.ptr, n, word);
		text_addf(out, " =?UTF-8?B?%s?=\r\n", word);
	}
}

static void add_body(struct text *out, struct bytes s)
{
	char line[CRYPTO_BASE64_SIZE(LINE_IN)];

	for (size_t at = 0; at < s.len; at += LINE_IN) {
		struct bytes part = bytes_slice(s, at, LINE_IN);

		crypto_base64(part.ptr, part.len, line);
		text_addf(out, "%s\r\n", line);
	}
}

static void add_date(struct text *out, int64_t now_ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t s = (time_t)(now_ms / 1000);
	struct tm tm;

	gmtime_r(&s, &tm); /* strftime would write the words of a locale */
	text_addf(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		  tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_one(const struct mail *m, struct text *body, const struct sink_row *row)
{
	const struct alert_view *al = row->alert;
	struct bytes advice = alert_told_advice(al);
	enum sink_format format = sink_settings_format(m->settings, SINK_FORMAT_TEXT);

	shape_row(body, row, format);
	text_addc(body, '\n');
	if (format != SINK_FORMAT_TEXT)
		return;
	if (advice.len > 0) {
		text_adds(body, "  ");
		shape_line(body, advice, 1000);
		text_addc(body, '\n');
	}
	text_addf(body, "  score %d, rule %.*s\n", al->score, BYTES_ARG(al->rule));
	if (m->settings->link)
		text_addf(body, "  %s#/alerts/%.*s\n", m->settings->link, BYTES_ARG(al->id));
	text_addc(body, '\n');
}

static void subject_of(const struct sink_call *call, struct text *out)
{
	const struct sink_row *first = &call->rows[0];
	struct bytes title = alert_told_title(first->alert);

	if (call->n > 1)
		text_addf(out, "[assocd] %zu changes of alerts", call->n);
	else
		text_addf(out, "[assocd] %.*s, %.*s: %.*s", BYTES_ARG(first->alert->level), BYTES_ARG(first->event), BYTES_ARG(title));
}

static void write_message(struct mail *m, const struct sink_call *call)
{
	struct text body = { 0 }, subject = { 0 }, shown = { 0 };
	const char *host = strchr(m->settings->from, '@');
	char key[SHAPE_KEY_SIZE];

	shape_key(call->rows, call->n, key);
	subject_of(call, &subject);
	shape_line(&shown, text_bytes(&subject), SUBJECT_MAX);
	text_clear(&m->message);
	add_date(&m->message, call->now_ms);
	text_addf(&m->message, "From: %s\r\nTo: ", m->settings->from);
	for (unsigned i = 0; i < m->settings->n_to; i++)
		text_addf(&m->message, "%s%s", i ? ",\r\n " : "", m->settings->to[i]);
	text_addf(&m->message, "\r\nMessage-ID: <%s%s>\r\n", key, host ? host : "@localhost");
	add_subject(&m->message, text_bytes(&shown));
	text_adds(&m->message, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
			       "Content-Transfer-Encoding: base64\r\n\r\n");
	for (size_t i = 0; i < call->n; i++)
		add_one(m, &body, &call->rows[i]);
	add_body(&m->message, text_bytes(&body));
	text_free(&body);
	text_free(&subject);
	text_free(&shown);
}

static void send_to(struct mail *m, const char *const *to);

/* Once of each, and only where others get it: else the sink says that it fails. */
static void say_who_is_unknown(struct mail *m)
{
	for (unsigned i = 0; m->had && i < m->settings->n_to; i++)
		if (m->unknown & ~m->said & 1u << i)
			outcome_warn(m->settings->name, "%s gets no mail, whoever else is in `to` does: %s", m->settings->to[i], m->refusal);
	m->said = m->had ? m->unknown : m->said & m->unknown;
}

/* Nobody is left. */
static void answer_for_all(struct mail *m)
{
	struct sink_call *call = m->call;

	m->call = NULL;
	say_who_is_unknown(m);
	if (!m->failure[0] && m->had)
		outcome_taken(call);
	else if (!m->failure[0] && m->is_refused)
		call->answer(call, &(struct sink_outcome){ .result = SINK_REFUSED, .why = m->refusal });
	else if (m->had)
		outcome_failed(call, "%d of %u recipients have it: %s", __builtin_popcount(m->had), m->settings->n_to, m->failure);
	else
		outcome_failed(call, "%s", m->failure[0] ? m->failure : m->refusal);
}

static void send_to_next(struct mail *m)
{
	while (m->at < m->settings->n_to && (m->had & 1u << m->at))
		m->at++;
	if (m->at < m->settings->n_to)
		send_to(m, (const char *[]){ m->settings->to[m->at], NULL });
	else
		answer_for_all(m);
}

static void say_why(const struct mail *m, const struct transfer_answer *answer, char out[WHY_SIZE])
{
	struct text line = { 0 };
	struct bytes place = outcome_place(m->settings->url);

	shape_line(&line, answer->line, 160);
	if (answer->status >= 400 && line.len > 0)
		snprintf(out, WHY_SIZE, "%.*s: the mail server answered %s (%s)", BYTES_ARG(place), line.ptr, answer->error);
	else
		snprintf(out, WHY_SIZE, "%.*s: %s", BYTES_ARG(place), answer->error);
	text_free(&line);
}

/* I3 */
static void answered_for_one(struct mail *m, const struct transfer_answer *answer)
{
	unsigned bit = 1u << m->at;
	bool is_final = answer->result && answer->status >= 500;
	bool is_unknown = is_final && answer->stage != MAIL_SESSION; /* or has no room: it gets nothing either */

	if (answer->result)
		say_why(m, answer, is_final && answer->stage != MAIL_SESSION ? m->refusal : m->failure);
	else
		m->had |= bit;
	m->is_refused |= is_final && answer->stage == MAIL_MESSAGE;
	m->unknown = is_unknown ? m->unknown | bit : m->unknown & ~bit;
	m->at++;
	send_to_next(m);
}

/* 5yz to a whole message says that it never will be taken, to anything before it what a person can put right: that is tried
 * again, a day long. */
static void answered(void *arg, const struct transfer_answer *answer)
{
	struct mail *m = arg;
	bool is_final = answer->result && answer->status >= 500;

	m->transfer = NULL;
	if (m->is_one_by_one) {
		answered_for_one(m, answer);
	} else if (is_final && answer->stage == MAIL_ENVELOPE && m->settings->n_to > 1) {
		m->is_one_by_one = true;
		send_to_next(m);
	} else {
		struct sink_call *call = m->call;

		m->call = NULL;
		if (answer->result)
			say_why(m, answer, m->failure);
		call->answer(call, &(struct sink_outcome){ .result = !answer->result ? SINK_TAKEN : is_final && answer->stage == MAIL_MESSAGE ?
							   SINK_REFUSED : SINK_FAILED, .why = m->failure });
	}
}

static void send_to(struct mail *m, const char *const *to)
{
	struct transfer_request rq = {
		.url = m->settings->url, .body = text_bytes(&m->message), .mail_from = m->settings->from,
		.mail_to = to, .user = m->settings->user, .password = m->password,
		.ca_file = m->settings->ca_file, .cert_file = m->settings->cert_file, .key_file = m->settings->key_file,
		.timeout_ms = (int)m->settings->timeout_ms, .wants_tls = strcmp(m->settings->starttls, "always") == 0,
	};

	m->transfer = fetcher_start(m->fetcher, &rq, answered, m);
}

static void mail_send(void *self, struct sink_call *call)
{
	struct mail *m = self;
	char key[SHAPE_KEY_SIZE];

	write_message(m, call);
	shape_key(call->rows, call->n, key);
	if (strcmp(key, m->key) != 0)
		m->had = 0;
	memcpy(m->key, key, sizeof(key));
	m->call = call;
	m->at = 0;
	m->failure[0] = m->refusal[0] = '\0';
	m->is_refused = false;
	m->is_one_by_one = m->had > 0;
	if (m->is_one_by_one)
		send_to_next(m);
	else
		send_to(m, (const char *const *)m->settings->to);
}

static void mail_cancel(void *self)
{
	struct mail *m = self;

	transfer_cancel(m->transfer);
	m->transfer = NULL;
	m->call = NULL;
}

const struct sink sink_mail = {
	.name = "mail", .help = "Sends alerts by e-mail, several in one where they come together.", .audience = AUDIENCE_ALL,
	.open = mail_open, .reopen = mail_reopen, .close = mail_close, .send = mail_send, .cancel = mail_cancel, .group = 50,
};
