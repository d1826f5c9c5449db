/* Reads an entry of `sinks:`.
 * I1: rows of sink_keys and of places stand in the same order.
 * I2: what is not in the file has the default of the table, and a sink's own group. */
#include "settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "address.h"
#include "sink.h"

#define REMOTE "webhook alertmanager syslog mail"
#define ADDRESS_TAKES "unix:PATH, udp:IP:PORT, tcp:HOST:PORT or tls:HOST:PORT"

const struct sink_key sink_keys[] = {
	{ "type", "webhook|alertmanager|syslog|journald|mail", NULL, NULL, "What it is; required." },
	{ "level", "info|low|medium|high|critical", "info", NULL, "Alerts below this level do not concern it." },
	{ "format", "text|own|ocsf", NULL, "syslog journald webhook mail",
	  "A sentence, the alert as assocd.alert/1, or an OCSF 1.3 Detection Finding (2004). Default: own of a webhook, else text." },
	{ "group", "1 to 1000", NULL, NULL,
	  "Most alerts in one delivery. Default: 1 of a webhook, 50 of mail, 64 of Alertmanager, 100 of the others." },
	{ "group_wait", "duration", "100ms", NULL, "How long a first alert waits for others, 0 to 1h." },
	{ "rate", "0 to 6000", "0", NULL, "Most deliveries a minute; what is more waits, and goes out in groups. 0: any number." },
	{ "url", "URL", NULL, "webhook alertmanager mail",
	  "Where to: http or https; of Alertmanager its root, as http://127.0.0.1:9093; of mail smtp://HOST:PORT or smtps://HOST:PORT." },
	{ "secrets", "path", NULL, "webhook",
	  "File of one or two signing secrets, a line each, `whsec_` and base64 of 24 to 64 bytes; each signs, so that one can follow the other." },
	{ "allow_private", "on|off", "off", "webhook",
	  "The target may have an address of this machine or of a private network." },
	{ "address", ADDRESS_TAKES, NULL, "syslog journald",
	  "Where to. Default: unix:/dev/log of syslog, unix:/run/systemd/journal/socket of journald, which knows no other kind." },
	{ "facility", "0 to 23", "16", "syslog", "Syslog facility; 16 is local0." },
	{ "resend", "duration", "1m", "alertmanager", "How often alerts that stand are told again, 30s to 3m." },
	{ "link", "URL", NULL, "alertmanager mail", "Address of the dashboard; an alert links to its place there." },
	{ "from", "name@host", NULL, "mail", "Sender; required." },
	{ "to", "list of name@host", NULL, "mail", "Recipients, at most 16; required." },
	{ "user", "text", NULL, "mail", "Name at the mail server." },
	{ "password_file", "path", NULL, "mail", "File that holds the password." },
	{ "starttls", "try|always", NULL, "mail",
	  "always: nothing goes out in the clear; try: where the server offers no TLS, it does. Default: always with a `user`, else try." },
	{ "ca_file", "path", NULL, REMOTE, "PEM file of the authorities that vouch for the other side. Default: those of the system." },
	{ "cert_file", "path", NULL, REMOTE, "PEM file of a certificate to show to the other side." },
	{ "key_file", "path", NULL, REMOTE, "PEM file of its key." },
	{ "timeout", "duration", "10s", "webhook alertmanager syslog mail", "How long the other side may take, 1s to 2m." },
	{ NULL, NULL, NULL, NULL, NULL },
};

enum value_kind { IS_TYPE, IS_WORD, IS_TEXT, IS_PATH, IS_LIST, IS_NUMBER, IS_DURATION, IS_SWITCH };
struct place { enum value_kind kind; size_t at; int64_t min, max; };
#define AT(member) offsetof(struct sink_settings, member)

static const struct place places[] = { /* I1 */
	{ IS_TYPE, 0, 0, 0 }, { IS_WORD, AT(level), 0, 0 }, { IS_WORD, AT(format_word), 0, 0 }, { IS_NUMBER, AT(group), 1, 1000 },
	{ IS_DURATION, AT(group_wait_ms), 0, 3600000 }, { IS_NUMBER, AT(rate), 0, 6000 }, { IS_TEXT, AT(url), 0, 0 },
	{ IS_PATH, AT(secrets), 0, 0 }, { IS_SWITCH, AT(allow_private), 0, 0 }, { IS_TEXT, AT(address), 0, 0 },
	{ IS_NUMBER, AT(facility), 0, 23 }, { IS_DURATION, AT(resend_ms), 30000, 180000 }, { IS_TEXT, AT(link), 0, 0 },
	{ IS_TEXT, AT(from), 0, 0 }, { IS_LIST, AT(to), 0, 0 }, { IS_TEXT, AT(user), 0, 0 }, { IS_PATH, AT(password_file), 0, 0 },
	{ IS_WORD, AT(starttls), 0, 0 }, { IS_PATH, AT(ca_file), 0, 0 }, { IS_PATH, AT(cert_file), 0, 0 },
	{ IS_PATH, AT(key_file), 0, 0 }, { IS_DURATION, AT(timeout_ms), 1000, 120000 },
};
#define KEYS ARRAY_LEN(places)
_Static_assert(ARRAY_LEN(sink_keys) == KEYS + 1, "I1");

struct reading {
	struct sink_settings *s;
	const struct yaml_doc *doc;
	const char *dir;
	struct errbuf *eb;
};

static void *member(const struct reading *r, const struct place *p)
{
	return (char *)r->s + p->at;
}

/* Is the word one of those that `list` has between separators? */
static bool is_among(struct bytes word, const char *list, const char *separators)
{
	for (const char *at = list; *at; at += strspn(at, separators)) {
		size_t n = strcspn(at, separators);

		if (bytes_eq(word, bytes_make(at, n)))
			return true;
		at += n;
	}
	return false;
}

static char *copy(struct bytes b)
{
	char *out = xmalloc(b.len + 1);

	memcpy(out, b.ptr, b.len);
	out[b.len] = '\0';
	return out;
}

static void set_text(char **to, char *value)
{
	free(*to);
	*to = value;
}

static enum err take_type(const struct reading *r, const struct yaml_node *node)
{
	for (const struct sink *const *type = sink_types; *type; type++)
		if (bytes_is(node->text, (*type)->name)) {
			r->s->type = *type;
			return ERR_OK;
		}
	return yaml_error(r->doc, node, r->eb, "there is no sink of type `%.*s`; `type` is one of %s", BYTES_ARG(node->text), sink_keys[0].takes);
}

static enum err take_number(const struct reading *r, const struct sink_key *key, const struct place *p, struct bytes text,
			    const struct yaml_node *node)
{
	int64_t *out = member(r, p);
	uint64_t n = 0;
	bool is_fine = p->kind == IS_DURATION ? time_parse_duration(text, out) : bytes_to_u64(text, &n) && n <= INT32_MAX;

	if (p->kind == IS_NUMBER)
		*out = (int64_t)n;
	if (is_fine && *out >= p->min && *out <= p->max)
		return ERR_OK;
	BUG_ON(!node); /* I2: a default is within its range */
	if (p->kind == IS_NUMBER)
		return yaml_error(r->doc, node, r->eb, "`%s` must be a whole number, %s", key->name, key->takes);
	char low[32], high[32];
	time_duration_written(p->min, low, sizeof(low));
	time_duration_written(p->max, high, sizeof(high));
	return yaml_error(r->doc, node, r->eb, "`%s` must be a duration with a unit, %s to %s", key->name, low, high);
}

/* They end up in a protocol whose lines end with these: a second line would be a second command, or a header. */
static bool has_control(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return true;
	return false;
}

static enum err take_list(const struct reading *r, const struct sink_key *key, const struct yaml_node *node)
{
	if (node->type != YAML_SEQUENCE)
		return yaml_error(r->doc, node, r->eb, "`%s` must be a list: [ONE, TWO]", key->name);
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		if (item->type != YAML_SCALAR || item->text.len == 0)
			return yaml_error(r->doc, item, r->eb, "`%s` lists texts", key->name);
		if (has_control(item->text))
			return yaml_error(r->doc, item, r->eb, "`%s` holds a control character; an entry is one line", key->name);
		if (r->s->n_to == SINK_LIST_MAX)
			return yaml_error(r->doc, item, r->eb, "`%s` has more than %d entries", key->name, SINK_LIST_MAX);
		r->s->to[r->s->n_to++] = copy(item->text);
	}
	return ERR_OK;
}

static enum err take_switch(const struct reading *r, const struct sink_key *key, const struct place *p, const struct yaml_node *node)
{
	bool *out = member(r, p);

	*out = is_among(node->text, "on true", " ");
	return *out || is_among(node->text, "off false", " ") ? ERR_OK : yaml_error(r->doc, node, r->eb, "`%s` is on or off", key->name);
}

/* What is missing at the start is said then, with its line, and not when the first alert goes out. */
static enum err take_path(const struct reading *r, const struct sink_key *key, const struct place *p, const struct yaml_node *node,
			  char *text)
{
	char *path = text;

	if (text[0] != '/') {
		BUG_ON(asprintf(&path, "%s/%s", r->dir, text) < 0);
		free(text);
	}
	set_text(member(r, p), path);
	return access(path, R_OK) == 0 ? ERR_OK : yaml_error(r->doc, node, r->eb, "`%s`: %s: %m%s", key->name, path, file_remedy(errno));
}

static enum err take_text(const struct reading *r, const struct sink_key *key, const struct place *p, const struct yaml_node *node)
{
	char *text;

	if (has_control(node->text))
		return yaml_error(r->doc, node, r->eb, "`%s` holds a control character", key->name);
	text = copy(node->text);
	if (p->kind == IS_PATH)
		return take_path(r, key, p, node, text);
	set_text(member(r, p), text);
	return ERR_OK;
}

static enum err take_value(const struct reading *r, size_t i, const struct yaml_node *node)
{
	const struct sink_key *key = &sink_keys[i];
	const struct place *p = &places[i];

	if (key->types && !is_among(bytes_of(r->s->type->name), key->types, " "))
		return yaml_error(r->doc, node, r->eb, "a sink of type %s has no `%s`", r->s->type->name, key->name);
	if (p->kind == IS_LIST)
		return take_list(r, key, node);
	if (node->type != YAML_SCALAR || node->text.len == 0 || memchr(node->text.ptr, '\0', node->text.len))
		return yaml_error(r->doc, node, r->eb, "`%s` takes one value", key->name);
	if (p->kind == IS_NUMBER || p->kind == IS_DURATION)
		return take_number(r, key, p, node->text, node);
	if (p->kind == IS_SWITCH)
		return take_switch(r, key, p, node);
	if (p->kind == IS_WORD && !is_among(node->text, key->takes, "|"))
		return yaml_error(r->doc, node, r->eb, "`%s` is one of %s", key->name, key->takes);
	return p->kind == IS_TYPE ? ERR_OK : take_text(r, key, p, node);
}

static enum err take_key(const struct reading *r, const struct yaml_node *node)
{
	const char *names[KEYS];
	size_t i = 0;

	for (size_t k = 0; k < KEYS; k++)
		names[k] = sink_keys[k].name;
	while (i < KEYS && !bytes_is(node->key, names[i]))
		i++;
	return i < KEYS ? take_value(r, i, node) : yaml_unknown_key(r->doc, node, names, KEYS, r->eb);
}

static bool is_name(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = byte_lower(name.ptr[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return name.len > 0 && name.len <= SINK_NAME_MAX;
}

static void set_defaults(const struct reading *r) /* I2 */
{
	for (size_t i = 0; i < KEYS; i++) {
		const char *otherwise = sink_keys[i].otherwise;

		if (places[i].kind == IS_NUMBER || places[i].kind == IS_DURATION)
			BUG_ON(otherwise && take_number(r, &sink_keys[i], &places[i], bytes_of(otherwise), NULL));
		else if (otherwise && places[i].kind == IS_WORD)
			set_text(member(r, &places[i]), xstrdup(otherwise));
	}
	r->s->group = r->s->type->group ? r->s->type->group : 1000;
}

static enum err check_scheme(const struct reading *r, const struct yaml_node *entry, const char *one, const char *two)
{
	const char *url = r->s->url;
	struct errbuf why = { 0 };

	if (!url)
		return yaml_error(r->doc, entry, r->eb, "a sink of type %s needs a `url`", r->s->type->name);
	if (strncmp(url, one, strlen(one)) != 0 && strncmp(url, two, strlen(two)) != 0)
		return yaml_error(r->doc, yaml_get(entry, "url"), r->eb, "`url` of %s begins with %s or %s", r->s->type->name, one, two);
	if (address_check_url(url, &why) == ERR_OK)
		return ERR_OK;
	return yaml_error(r->doc, yaml_get(entry, "url"), r->eb, "`url` names no host, or no port of 1 to 65535 (%s); it is %sHOST:PORT, "
			  "where the port may be left out", why.text, one);
}

static enum err check_address(const struct reading *r, const struct yaml_node *entry)
{
	const char *address = r->s->address;

	if (!address || (r->s->type == &sink_syslog ? address_is_syslog(bytes_of(address)) : strncmp(address, "unix:/", 6) == 0))
		return ERR_OK;
	return yaml_error(r->doc, yaml_get(entry, "address"), r->eb, "`address` of %s is %s, not %s", r->s->type->name,
			  r->s->type == &sink_syslog ? ADDRESS_TAKES : "unix:PATH", address);
}

/* local@domain alone: in angle brackets, with a name or with blanks it would be another thing in each place where it is written. */
static bool is_address(const char *s)
{
	const char *at = strchr(s, '@');

	return at && at > s && at[1] != '\0' && !strpbrk(s, " <>,;\"") && !strchr(at + 1, '@') && strlen(s) <= 254;
}

static enum err check_addresses(const struct reading *r, const struct yaml_node *entry)
{
	const char *wrong = is_address(r->s->from) ? NULL : r->s->from, *key = wrong ? "from" : "to";

	for (unsigned i = 0; i < r->s->n_to && !wrong; i++)
		wrong = is_address(r->s->to[i]) ? NULL : r->s->to[i];
	if (!wrong)
		return ERR_OK;
	return yaml_error(r->doc, yaml_get(entry, key), r->eb, "`%s`: %s is no address of the form name@host", key, wrong);
}

/* What one key wants of others. */
static enum err check_whole(const struct reading *r, const struct yaml_node *entry)
{
	struct sink_settings *s = r->s;

	if (s->type == &sink_webhook || s->type == &sink_alertmanager)
		return check_scheme(r, entry, "http://", "https://");
	if (s->type != &sink_mail)
		return check_address(r, entry);
	if (!s->from || s->n_to == 0)
		return yaml_error(r->doc, entry, r->eb, "a sink of type mail needs `from` and `to`");
	if ((s->user == NULL) != (s->password_file == NULL))
		return yaml_error(r->doc, entry, r->eb, "a sink of type mail needs both, `user` and `password_file`, or neither");
	if (!s->starttls)
		s->starttls = xstrdup(s->user ? "always" : "try");
	enum err err = check_scheme(r, entry, "smtp://", "smtps://");
	return err ? err : check_addresses(r, entry);
}

static enum err read_entry(const struct reading *r, const struct yaml_node *entry)
{
	const struct yaml_node *type = entry->type == YAML_MAPPING ? yaml_get(entry, "type") : NULL;
	enum err err;

	if (!is_name(entry->key) || bytes_is(entry->key, sink_log.name))
		return yaml_error(r->doc, entry, r->eb, "`%.*s` is no name of a sink: letters, digits, - and _, at most %d, and not %s",
				  BYTES_ARG(entry->key), SINK_NAME_MAX, sink_log.name);
	if (!type || type->type != YAML_SCALAR)
		return yaml_error(r->doc, entry, r->eb, "the sink `%.*s` needs a `type`: one of %s", BYTES_ARG(entry->key), sink_keys[0].takes);
	r->s->name = copy(entry->key);
	err = take_type(r, type);
	if (err)
		return err;
	set_defaults(r);
	for (const struct yaml_node *node = entry->child; node && !err; node = node->next)
		err = take_key(r, node);
	return err ? err : check_whole(r, entry);
}

enum err sink_settings_read(const struct yaml_doc *doc, const struct yaml_node *entry, const char *config_dir,
			    struct sink_settings **out, struct errbuf *eb)
{
	struct reading r = { xcalloc(1, sizeof(*r.s)), doc, config_dir, eb };
	enum err err = read_entry(&r, entry);

	if (err)
		sink_settings_free(r.s);
	else
		*out = r.s;
	return err;
}

struct sink_settings *sink_settings_default(const struct sink *type)
{
	struct reading r = { xcalloc(1, sizeof(*r.s)), NULL, NULL, NULL };

	r.s->name = xstrdup(type->name);
	r.s->type = type;
	set_defaults(&r);
	return r.s;
}

void sink_settings_free(struct sink_settings *s)
{
	const struct reading r = { s, NULL, NULL, NULL };

	if (!s)
		return;
	for (size_t i = 0; i < KEYS; i++)
		if (places[i].kind == IS_WORD || places[i].kind == IS_TEXT || places[i].kind == IS_PATH)
			set_text(member(&r, &places[i]), NULL);
	for (unsigned i = 0; i < s->n_to; i++)
		free(s->to[i]);
	free(s->name);
	free(s);
}

enum sink_format sink_settings_format(const struct sink_settings *s, enum sink_format otherwise)
{
	if (!s->format_word)
		return otherwise;
	return strcmp(s->format_word, "own") == 0 ? SINK_FORMAT_OWN : strcmp(s->format_word, "ocsf") == 0 ? SINK_FORMAT_OCSF : SINK_FORMAT_TEXT;
}

static int level_of(struct bytes word)
{
	static const char *const levels[] = { "info", "low", "medium", "high", "critical" };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (bytes_is(word, levels[i]))
			return (int)i;
	return (int)ARRAY_LEN(levels); /* a word that is not known concerns everybody */
}

bool sink_settings_wants(const struct sink_settings *s, struct bytes level)
{
	return level_of(level) >= level_of(bytes_of(s->level));
}
