/* assocd.yaml: one table of keys (type, range, default, unit, help) from which loading, checking, `config show`, the
 * manual page and completion are made. Relative paths in the file are relative to the file's folder. */
#ifndef ASSOCD_MAIN_CONFIG_H
#define ASSOCD_MAIN_CONFIG_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/base/text.h"
#include "daemon/vendor/yaml.h"

#define CONFIG_LIST_MAX 32
#define CONFIG_KEYS_MAX 64

struct config {
	char *file;       /* absolute */
	char *dir;        /* folder of file */
	char *state_dir;  /* `state`, default "var" beside the config in a build tree, /var/lib/assocd when installed */
	char *listen;     /* HTTP address, "127.0.0.1:8787" */
	char *http_socket; /* HTTP on a Unix socket too; NULL: none */
	char *tls_certificate, *tls_key, *tls_client_ca; /* NULL: plain; without client_ca clients need none */
	char *peers[CONFIG_LIST_MAX + 1]; unsigned n_peers; /* "USER=role[,role...]" of the Unix socket */
	int64_t token_rate, address_rate; /* requests a second; 0: no limit */
	char *rules_dir;  /* default found from the executable: build tree, else PREFIX/share/assocd/rules/default */
	char *patterns_dir;
	char *networks[CONFIG_LIST_MAX + 1]; unsigned n_networks;
	char *mmdb[CONFIG_LIST_MAX + 1]; unsigned n_mmdb;
	char *asn_kinds;  /* shipped list, or own */
	char *default_site;
	char *alert_log;  /* JSON lines; default STATE/alerts.jsonl */
	char *allowed_hosts[CONFIG_LIST_MAX + 1]; unsigned n_allowed_hosts; /* Host header beyond loopback names */
	int64_t snapshot_every_ms;
	int64_t future_limit_ms;    /* 10 min */
	int64_t max_connections;
	int64_t memory_limit;       /* MiB; 0: none */
	int64_t batch_events;       /* largest group commit */
	int64_t known_ids;          /* at least this many event ids are remembered (10 M) */
	int64_t retain_events_ms, retain_plain_ms, retain_hash_ms, truncate_addresses_ms; /* 0: for ever */
	bool seccomp, landlock;     /* the daemon confines itself */
	struct yaml_doc *doc;       /* the `collectors:` mapping is handed to each collector */
	int64_t written_ns;         /* when the file was, as it was read */
	int sources[CONFIG_KEYS_MAX]; /* of each key: its line, 0 default, CONFIG_FROM_COMMAND_LINE */
};
#define CONFIG_FROM_COMMAND_LINE -1

/* The table of keys, ended by a NULL name: assocd.yaml(5) and completion are made from it. */
enum config_type { CONFIG_PATH, CONFIG_INPUT /* a path that is read; so are those of lists */, CONFIG_TEXT, CONFIG_PATHS, CONFIG_TEXTS, CONFIG_DURATION, CONFIG_NUMBER, CONFIG_SWITCH,
		   CONFIG_MAPPING };
struct config_key {
	const char *name;
	enum config_type type;
	size_t at, count_at; /* offsets in struct config; count_at of lists */
	int64_t min, max;    /* of numbers; milliseconds of durations */
	const char *otherwise; /* default as text; NULL: found, as `help` says */
	const char *help;      /* one sentence */
};
extern const struct config_key config_keys[];
static inline bool config_is_path(const struct config_key *key) { return key->type == CONFIG_PATH || key->type == CONFIG_INPUT; }
/* For the manual page: what a key takes ("duration"), and its range and default as the file would have them. */
const char *config_key_takes(const struct config_key *key);
void config_key_notes(const struct config_key *key, struct text *notes);

enum err config_load(const char *path, struct config **out, struct errbuf *eb) MUST_CHECK;
/* Is `listen` an address, and can what is to be read be read? Errors name file, line and key. */
enum err config_check(const struct config *c, struct errbuf *eb) MUST_CHECK;
/* Puts the key, and file and line where it was said, in front of what is wrong with it. */
void config_name_key(const struct config *c, const char *key, struct errbuf *eb);
/* Was the file written since it was read? False when it cannot be looked at. */
bool config_is_outdated(const struct config *c);
void config_free(struct config *c);
/* Overrides from the command line: --state, --listen. */
void config_set_state_dir(struct config *c, const char *dir);
void config_set_listen(struct config *c, const char *address);
/* Effective values with where each came from; YAML, or JSON. */
void config_show(const struct config *c, bool as_json, struct text *out);
/* $ASSOCD_CONFIG, else the build tree's config/assocd.yaml (found from the executable), else /etc/assocd/assocd.yaml. */
char *config_default_path(void);
/* A shipped file by its path in the tree ("rules/default"): build tree first, else PREFIX/share/assocd. malloc'd. */
char *config_shipped_path(const char *relative);
/* A mapping at the top of the file (`collectors`, `sinks`), or NULL. */
const struct yaml_node *config_mapping(const struct config *c, const char *key);
/* The `collectors:` mapping's member of that name, or NULL. */
const struct yaml_node *config_collector(const struct config *c, const char *name);

#endif
