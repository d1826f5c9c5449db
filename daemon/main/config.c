/* assocd.yaml, read by the table of keys.
 * I1: what is not in the file has the default of the table, or the one that set_found gives.
 * I2: every path in struct config is absolute, or starts at the folder of the file. */
#include "config_internal.h"

#include "daemon/base/clock.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) offsetof(struct config, member)
#define RETAIN_MAX_MS (100 * 366 * INT64_C(86400000))

const struct config_key config_keys[] = {
	{ "state", CONFIG_PATH, AT(state_dir), 0, 0, 0, NULL,
	  "Folder of everything that assocd writes: journal, snapshot, keys, tokens. Default: $STATE_DIRECTORY, else `var` "
	  "beside this file in a build tree, else /var/lib/assocd." },
	{ "listen", CONFIG_TEXT, AT(listen), 0, 0, 0, "127.0.0.1:8787",
	  "Address of the HTTP interface: HOST:PORT, [IPV6]:PORT, unix:PATH, or fd:N from socket activation." },
	{ "http_socket", CONFIG_PATH, AT(http_socket), 0, 0, 0, NULL,
	  "Unix socket on which HTTP is spoken too, mode 0660; its users need no token, see peers. Default: none." },
	{ "peers", CONFIG_TEXTS, AT(peers), AT(n_peers), 0, 0, "",
	  "Who needs no token on the Unix socket: USER=ROLE[,ROLE...]. The daemon's own user and root are administrators." },
	{ "tls_certificate", CONFIG_INPUT, AT(tls_certificate), 0, 0, 0, NULL,
	  "PEM file of the certificate and its chain; listen then speaks TLS 1.2 and later, and the stream collector over TCP. Default: "
	  "none, plain HTTP." },
	{ "tls_key", CONFIG_INPUT, AT(tls_key), 0, 0, 0, NULL, "PEM file of the certificate's key. Default: none." },
	{ "tls_client_ca", CONFIG_INPUT, AT(tls_client_ca), 0, 0, 0, NULL,
	  "PEM file of authorities; a client must then show a certificate of theirs, beside its token. Default: none." },
	{ "token_rate", CONFIG_NUMBER, AT(token_rate), 0, 0, 1000000, "0",
	  "Requests a second with one token, a second's worth at once, beyond which 429 is answered; 0 is no limit. A token may have its own." },
	{ "address_rate", CONFIG_NUMBER, AT(address_rate), 0, 0, 1000000, "0",
	  "The same of one address (of IPv6, one /64), whatever it asks for." },
	{ "rules", CONFIG_INPUT, AT(rules_dir), 0, 0, 0, NULL, "Folder of rule files. Default: the shipped set." },
	{ "patterns", CONFIG_INPUT, AT(patterns_dir), 0, 0, 0, NULL, "Folder of log patterns. Default: the shipped set." },
	{ "networks", CONFIG_PATHS, AT(networks), AT(n_networks), 0, 0, "",
	  "CSV files that say what an address is; later files win. See NETWORKS FILES." },
	{ "mmdb", CONFIG_PATHS, AT(mmdb), AT(n_mmdb), 0, 0, "", "MMDB files (MaxMind, DB-IP, IPinfo; nested or flat)." },
	{ "asn_kinds", CONFIG_INPUT, AT(asn_kinds), 0, 0, 0, NULL,
	  "CSV file asn,kind,org of AS numbers whose kind is known. Default: the shipped list." },
	{ "site", CONFIG_TEXT, AT(default_site), 0, 0, 0, "", "Site of events that name none." },
	{ "alert_log", CONFIG_PATH, AT(alert_log), 0, 0, 0, NULL,
	  "JSON-lines file of alerts, reopened on SIGHUP. Default: alerts.jsonl in the state folder. It may be a pipe: while nobody reads it alerts wait." },
	{ "allowed_hosts", CONFIG_TEXTS, AT(allowed_hosts), AT(n_allowed_hosts), 0, 0, "",
	  "Names that the Host header may carry beside those of loopback." },
	{ "snapshot_every", CONFIG_DURATION, AT(snapshot_every_ms), 0, 1000, 86400000, "5m",
	  "Time between snapshots while something changes; a start reads the snapshot and the events after it." },
	{ "future_limit", CONFIG_DURATION, AT(future_limit_ms), 0, 0, 86400000, "10m",
	  "How far ahead of this machine's clock an event may lie." },
	{ "max_connections", CONFIG_NUMBER, AT(max_connections), 0, 1, 100000, "4096", "Open HTTP connections at once." },
	{ "memory_limit", CONFIG_NUMBER, AT(memory_limit), 0, 0, 16777216, "0",
	  "MiB of memory beyond which no event is taken (503) until the daemon holds less; 0 is no limit." },
	{ "batch_events", CONFIG_NUMBER, AT(batch_events), 0, 1, 1000000, "1000",
	  "Events of one transaction, about: a batch of this size goes out beside another one." },
	{ "known_ids", CONFIG_NUMBER, AT(known_ids), 0, 0, 1000000000, "10000000",
	  "Event ids that are remembered at least, beyond those of the last 30 days (10 to 13 bytes each)." },
	{ "retain_events", CONFIG_DURATION, AT(retain_events_ms), 0, 0, RETAIN_MAX_MS, "0",
	  "Events older than this go, with what rests on them; 0 keeps them for ever. See RETENTION." },
	{ "retain_plain", CONFIG_DURATION, AT(retain_plain_ms), 0, 0, RETAIN_MAX_MS, "0",
	  "Values of the class plain go out of events that are older; 0 keeps them." },
	{ "retain_hash", CONFIG_DURATION, AT(retain_hash_ms), 0, 0, RETAIN_MAX_MS, "0",
	  "Values of the class hash go out of events that are older; 0 keeps them." },
	{ "truncate_addresses", CONFIG_DURATION, AT(truncate_addresses_ms), 0, 0, RETAIN_MAX_MS, "0",
	  "Of events that are older the address is cut to its network (/24, /48), and values made of it go; 0 keeps it." },
	{ "seccomp", CONFIG_SWITCH, AT(seccomp), 0, 0, 0, "on",
	  "System calls that the daemon never needs fail: it cannot start programs, trace or mount. See CONFINEMENT." },
	{ "landlock", CONFIG_SWITCH, AT(landlock), 0, 0, 0, "on",
	  "Files outside of those that this file names cannot be opened, and only the state folder be written. See CONFINEMENT." },
	{ "collectors", CONFIG_MAPPING, 0, 0, 0, 0, "", "Ways in, each under its name; see COLLECTORS." },
	{ "sinks", CONFIG_MAPPING, 0, 0, 0, 0, "", "Where alerts go beside the alert log, each under a name of your own; see SINKS." },
	{ NULL, CONFIG_TEXT, 0, 0, 0, 0, NULL, NULL },
};
_Static_assert(ARRAY_LEN(config_keys) <= CONFIG_KEYS_MAX, "one source a key");

unsigned config_key_index(const char *name)
{
	unsigned i = 0;

	while (config_keys[i].name && strcmp(config_keys[i].name, name) != 0)
		i++;
	BUG_ON(!config_keys[i].name);
	return i;
}

static void *member(struct config *c, size_t at)
{
	return (char *)c + at;
}

static void set_text(struct config *c, const struct config_key *key, char *value)
{
	char **text = member(c, key->at);

	free(*text);
	*text = value;
}

void config_bounds(const struct config_key *key, char low[CONFIG_BOUND_SIZE], char high[CONFIG_BOUND_SIZE])
{
	if (key->type == CONFIG_DURATION) {
		time_duration_written(key->min, low, CONFIG_BOUND_SIZE);
		time_duration_written(key->max, high, CONFIG_BOUND_SIZE);
		return;
	}
	snprintf(low, CONFIG_BOUND_SIZE, "%lld", (long long)key->min);
	snprintf(high, CONFIG_BOUND_SIZE, "%lld", (long long)key->max);
}

static enum err read_number(struct config *c, const struct config_key *key, const struct yaml_node *node, struct bytes text,
			    struct errbuf *eb)
{
	int64_t *out = member(c, key->at);
	uint64_t v = 0;
	bool is_duration = key->type == CONFIG_DURATION;
	bool fine = is_duration ? time_parse_duration(text, out) : bytes_to_u64(text, &v) && v <= INT64_MAX;

	if (!is_duration)
		*out = (int64_t)v;
	if (fine && *out >= key->min && *out <= key->max)
		return ERR_OK;
	BUG_ON(!node); /* a default is within its range */
	char low[CONFIG_BOUND_SIZE], high[CONFIG_BOUND_SIZE];
	config_bounds(key, low, high);
	if (is_duration)
		return yaml_error(c->doc, node, eb, "`%s` must be a duration with a unit (90s, 15m, 2h), %s to %s", key->name, low, high);
	return yaml_error(c->doc, node, eb, "`%s` must be a whole number of %s to %s without a unit: %s", key->name, low, high, key->help);
}

static enum err read_switch(struct config *c, const struct config_key *key, const struct yaml_node *node, struct bytes text,
			    struct errbuf *eb)
{
	bool *out = member(c, key->at);

	*out = bytes_is(text, "on") || bytes_is(text, "true");
	if (*out || bytes_is(text, "off") || bytes_is(text, "false"))
		return ERR_OK;
	BUG_ON(!node);
	return yaml_error(c->doc, node, eb, "`%s` is on or off", key->name);
}

static enum err read_list(struct config *c, const struct config_key *key, const struct yaml_node *node, struct errbuf *eb)
{
	char **list = member(c, key->at);
	unsigned *n = member(c, key->count_at);

	if (node->type != YAML_SEQUENCE)
		return yaml_error(c->doc, node, eb, "`%s` must be a list: [ONE, TWO]", key->name);
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		if (item->type != YAML_SCALAR || item->text.len == 0)
			return yaml_error(c->doc, item, eb, "`%s` lists texts", key->name);
		if (*n == CONFIG_LIST_MAX)
			return yaml_error(c->doc, item, eb, "`%s` has more than %d entries", key->name, CONFIG_LIST_MAX);
		list[(*n)++] = key->type == CONFIG_PATHS ? config_absolute(c->dir, item->text)
							 : strndup(item->text.ptr, item->text.len);
	}
	return ERR_OK;
}

static bool is_empty(const struct yaml_node *node)
{
	return node->type == YAML_SCALAR && node->text.len == 0;
}

static enum err read_value(struct config *c, const struct config_key *key, const struct yaml_node *node, struct errbuf *eb)
{
	if (key->type == CONFIG_PATHS || key->type == CONFIG_TEXTS)
		return read_list(c, key, node, eb);
	if (key->type == CONFIG_MAPPING)
		return node->type == YAML_MAPPING || is_empty(node) ? ERR_OK
								    : yaml_error(c->doc, node, eb, "`%s` must be a mapping", key->name);
	if (node->type != YAML_SCALAR)
		return yaml_error(c->doc, node, eb, "`%s` takes one value", key->name);
	if (key->type == CONFIG_DURATION || key->type == CONFIG_NUMBER)
		return read_number(c, key, node, node->text, eb);
	if (key->type == CONFIG_SWITCH)
		return read_switch(c, key, node, node->text, eb);
	if (memchr(node->text.ptr, '\0', node->text.len) || (config_is_path(key) && node->text.len == 0))
		return yaml_error(c->doc, node, eb, "`%s` must not be empty", key->name);
	set_text(c, key, config_is_path(key) ? config_path(c->dir, node->text) : strndup(node->text.ptr, node->text.len));
	return ERR_OK;
}

static enum err unknown_key(struct config *c, const struct yaml_node *node, struct errbuf *eb)
{
	const char *names[CONFIG_KEYS_MAX], *near;
	unsigned n = 0;
	struct yaml_node at = *node;

	while (config_keys[n].name) {
		names[n] = config_keys[n].name;
		n++;
	}
	at.line = node->key_line;
	at.column = node->key_column;
	near = bytes_nearest(node->key, names, n);
	if (near)
		return yaml_error(c->doc, &at, eb, "unknown key `%.*s`; did you mean `%s`?", BYTES_ARG(node->key), near);
	return yaml_error(c->doc, &at, eb, "unknown key `%.*s`; assocd.yaml(5) lists them all", BYTES_ARG(node->key));
}

static enum err read_keys(struct config *c, struct errbuf *eb)
{
	const struct yaml_node *root = yaml_root(c->doc);

	if (!root)
		return ERR_OK;
	if (root->type != YAML_MAPPING && !is_empty(root))
		return yaml_error(c->doc, root, eb, "the file must be a mapping of keys");
	for (const struct yaml_node *node = root->child; node; node = node->next) {
		unsigned i = 0;
		enum err err;

		while (config_keys[i].name && !bytes_is(node->key, config_keys[i].name))
			i++;
		err = config_keys[i].name ? read_value(c, &config_keys[i], node, eb) : unknown_key(c, node, eb);
		if (err)
			return err;
		c->sources[i] = (int)node->line;
	}
	return ERR_OK;
}

static void set_defaults(struct config *c)
{
	for (const struct config_key *key = config_keys; key->name; key++) {
		struct bytes text = key->otherwise ? bytes_of(key->otherwise) : BYTES_NONE;

		if (key->type == CONFIG_DURATION || key->type == CONFIG_NUMBER)
			BUG_ON(read_number(c, key, NULL, text, NULL));
		else if (key->type == CONFIG_SWITCH)
			BUG_ON(read_switch(c, key, NULL, text, NULL));
		else if (key->type == CONFIG_TEXT)
			set_text(c, key, xstrdup(key->otherwise));
	}
}

/* I1: defaults that depend on where things lie. */
static void set_found(struct config *c)
{
	if (!c->state_dir)
		c->state_dir = config_default_state_dir(c->dir);
	if (!c->rules_dir)
		c->rules_dir = config_shipped_path("rules/default");
	if (!c->patterns_dir)
		c->patterns_dir = config_shipped_path("config/patterns");
	if (!c->asn_kinds)
		c->asn_kinds = config_shipped_path("config/asn-kinds.csv");
	if (!c->alert_log)
		c->alert_log = config_absolute(c->state_dir, BYTES_LIT("alerts.jsonl"));
}

enum err config_load(const char *path, struct config **out, struct errbuf *eb)
{
	struct config *c = xcalloc(1, sizeof(*c));
	enum err err;
	char *slash;

	c->file = realpath(path, NULL);
	if (!c->file)
		c->file = xstrdup(path);
	c->dir = xstrdup(c->file);
	slash = strrchr(c->dir, '/');
	if (slash)
		slash[slash == c->dir] = '\0';
	set_defaults(c);
	c->written_ns = config_written_ns(c->file);
	err = yaml_load(path, &c->doc, eb);
	if (err == ERR_NOTFOUND) {
		errbuf_clear(eb);
		errbuf_set(eb, err, "%s: there is no such configuration file; name one with -c FILE or in $ASSOCD_CONFIG", path);
	}
	if (!err)
		err = read_keys(c, eb);
	if (err) {
		config_free(c);
		return err;
	}
	set_found(c);
	*out = c;
	return ERR_OK;
}

static void free_key(struct config *c, const struct config_key *key)
{
	char **list = member(c, key->at);
	bool is_list = key->type == CONFIG_PATHS || key->type == CONFIG_TEXTS;

	if (config_is_path(key) || key->type == CONFIG_TEXT)
		free(*list);
	for (unsigned i = 0; is_list && i < CONFIG_LIST_MAX && list[i]; i++)
		free(list[i]);
}

void config_free(struct config *c)
{
	if (!c)
		return;
	for (const struct config_key *key = config_keys; key->name; key++)
		free_key(c, key);
	yaml_doc_free(c->doc);
	free(c->file);
	free(c->dir);
	free(c);
}

void config_set_state_dir(struct config *c, const char *dir)
{
	bool follows = c->sources[config_key_index("alert_log")] == 0;
	char *cwd = getcwd(NULL, 0);

	free(c->state_dir);
	c->state_dir = config_absolute(cwd ? cwd : ".", bytes_of(dir));
	free(cwd);
	c->sources[config_key_index("state")] = CONFIG_FROM_COMMAND_LINE;
	if (!follows)
		return;
	free(c->alert_log);
	c->alert_log = config_absolute(c->state_dir, BYTES_LIT("alerts.jsonl"));
}

void config_set_listen(struct config *c, const char *address)
{
	free(c->listen);
	c->listen = xstrdup(address);
	c->sources[config_key_index("listen")] = CONFIG_FROM_COMMAND_LINE;
}

const struct yaml_node *config_mapping(const struct config *c, const char *key)
{
	const struct yaml_node *root = yaml_root(c->doc);
	const struct yaml_node *all = root && root->type == YAML_MAPPING ? yaml_get(root, key) : NULL;

	return all && all->type == YAML_MAPPING ? all : NULL;
}

const struct yaml_node *config_collector(const struct config *c, const char *name)
{
	const struct yaml_node *all = config_mapping(c, "collectors");

	return all ? yaml_get(all, name) : NULL;
}
