/* The systemd journal, over its native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): a datagram of fields,
 *   NAME=VALUE\n              a value without line feeds
 *   NAME\n LENGTH VALUE \n    any value; LENGTH in 8 bytes, little endian
 * libsystemd speaks it too, but waits while the journal does not keep up, and says nothing when there is none.
 * I1: MESSAGE_ID says what kind of message it is: one for each rule and event, the first half of SHA-256 over
 *     "assocd:RULE:EVENT" with the version and variant bits of a random UUID, so that it is the same everywhere. */
#include "sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/text.h"
#include "daemon/vendor/crypto.h"
#include "datagram.h"
#include "outcome.h"
#include "shape.h"

#define DEFAULT_ADDRESS "unix:/run/systemd/journal/socket"
#define JSON_MAX 60000 /* of a datagram: without it goes what is larger */
#define ACCOUNTS_MAX 64

struct journald {
	const struct sink_settings *settings;
	const char *path;
	int fd;
};

static enum err journald_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	const char *address = setup->settings->address ? setup->settings->address : DEFAULT_ADDRESS;
	struct journald *j;

	if (strncmp(address, "unix:", 5) != 0)
		return errbuf_set(eb, ERR_INPUT, "%s: the address of a journal is unix:PATH", address);
	j = xcalloc(1, sizeof(*j));
	*j = (struct journald){ setup->settings, address + 5, -1 };
	*out = j;
	return ERR_OK;
}

static void journald_close(void *self)
{
	struct journald *j = self;

	if (j->fd >= 0)
		close(j->fd);
	free(j);
}

static void add_field(struct text *out, const char *name, struct bytes value)
{
	uint64_t n = value.len;

	if (value.len == 0)
		return;
	if (bytes_find_char(value, '\n') < 0) {
		text_addf(out, "%s=", name);
	} else {
		text_addf(out, "%s\n", name);
		for (int i = 0; i < 8; i++, n >>= 8)
			text_addc(out, (char)(n & 0xff));
	}
	text_add(out, value);
	text_addc(out, '\n');
}

static void add_shown(struct text *out, const char *name, struct bytes value)
{
	struct text shown = { 0 };

	shape_line(&shown, value, 4096);
	add_field(out, name, text_bytes(&shown));
	text_free(&shown);
}

static void add_message_id(struct text *out, const struct sink_row *row) /* I1 */
{
	struct text name = { 0 };
	uint8_t hash[CRYPTO_HASH_SIZE];
	char hex[33];

	text_addf(&name, "assocd:%.*s:%.*s", BYTES_ARG(row->alert->rule), BYTES_ARG(row->event));
	crypto_sha256(text_bytes(&name), hash);
	hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x40);
	hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
	crypto_hex(hash, 16, hex);
	add_field(out, "MESSAGE_ID", bytes_of(hex));
	text_free(&name);
}

static void add_entry(const struct journald *j, struct text *out, const struct sink_row *row)
{
	const struct alert_view *al = row->alert;
	struct text message = { 0 };
	char number[24];

	shape_row(&message, row, sink_settings_format(j->settings, SINK_FORMAT_TEXT));
	add_field(out, "MESSAGE", bytes_slice(text_bytes(&message), 0, JSON_MAX));
	text_free(&message);
	add_message_id(out, row);
	snprintf(number, sizeof(number), "%d", shape_severity(al->level));
	add_field(out, "PRIORITY", bytes_of(number));
	add_field(out, "SYSLOG_IDENTIFIER", BYTES_LIT("assocd"));
	add_shown(out, "ASSOCD_ALERT", al->id);
	add_shown(out, "ASSOCD_EVENT", row->event);
	add_shown(out, "ASSOCD_RULE", al->rule);
	add_shown(out, "ASSOCD_LEVEL", al->level);
	add_shown(out, "ASSOCD_STATE", bytes_of(alert_state_names[al->state]));
	snprintf(number, sizeof(number), "%d", al->score);
	add_field(out, "ASSOCD_SCORE", bytes_of(number));
	add_shown(out, "ASSOCD_CLUSTER", al->cluster);
	for (unsigned i = 0; i < al->n_accounts && i < ACCOUNTS_MAX; i++)
		add_shown(out, "ASSOCD_ACCOUNT", al->accounts[i]);
	if (row->json.len <= JSON_MAX)
		add_field(out, "ASSOCD_JSON", row->json);
}

static void journald_send(void *self, struct sink_call *call)
{
	struct journald *j = self;
	struct errbuf eb = { "" };
	enum err err = j->fd >= 0 ? ERR_OK : datagram_connect_unix(j->path, &j->fd, &eb);

	size_t sent = 0;

	while (sent < call->n && !err) {
		struct text entry = { 0 };

		add_entry(j, &entry, &call->rows[sent]);
		err = datagram_send(j->fd, text_bytes(&entry), &eb);
		sent += !err;
		text_free(&entry);
	}
	if (!err) {
		outcome_taken(call);
		return;
	}
	if (j->fd >= 0 && err != ERR_BUSY) {
		close(j->fd); /* a restarted journal has another socket */
		j->fd = -1;
	}
	outcome_failed_behind(call, sent, "%s: %s", j->path, eb.text);
}

static void journald_nothing(void *self)
{
}

const struct sink sink_journald = {
	.name = "journald", .help = "Writes alerts to the systemd journal, with fields to search by.", .audience = AUDIENCE_ALL,
	.open = journald_open, .close = journald_close, .send = journald_send, .cancel = journald_nothing,
	.group = 100,
};
