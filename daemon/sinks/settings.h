/* What the configuration says of one sink: an entry of `sinks:`, read by one table of keys from which the manual page is
 * made too. */
#ifndef ASSOCD_SINKS_SETTINGS_H
#define ASSOCD_SINKS_SETTINGS_H

#include "daemon/base/err.h"
#include "daemon/vendor/yaml.h"

#define SINK_NAME_MAX 32
#define SINK_LIST_MAX 16

struct sink;

enum sink_format { SINK_FORMAT_TEXT, SINK_FORMAT_OWN, SINK_FORMAT_OCSF };

struct sink_settings {
	char *name;               /* of the instance: letters, digits, - and _ */
	const struct sink *type;
	char *url, *address;
	char *secrets, *password_file, *ca_file, *cert_file, *key_file; /* absolute */
	char *user, *from, *link;
	char *to[SINK_LIST_MAX + 1]; unsigned n_to;
	char *level, *format_word, *starttls;
	int64_t group, rate;      /* rows at once; messages a minute, 0: any number */
	int64_t group_wait_ms, resend_ms, timeout_ms;
	int64_t facility;
	bool allow_private;
};

struct sink_key {
	const char *name;
	const char *takes;     /* for the manual page */
	const char *otherwise; /* default as it would be written, or NULL */
	const char *types;     /* of which types, by name with spaces between; NULL: of all */
	const char *help;      /* one sentence */
};
/* Ended by a NULL name. */
extern const struct sink_key sink_keys[];

/* Reads one entry; paths are relative to config_dir. ERR_INPUT with file:line:column. */
enum err sink_settings_read(const struct yaml_doc *doc, const struct yaml_node *entry, const char *config_dir,
			    struct sink_settings **out, struct errbuf *eb) MUST_CHECK;
/* Of an instance without an entry: the defaults. */
struct sink_settings *sink_settings_default(const struct sink *type);
void sink_settings_free(struct sink_settings *s);
/* The format that the words name; `otherwise` where nothing is said. */
enum sink_format sink_settings_format(const struct sink_settings *s, enum sink_format otherwise);
/* Does an alert of this level concern it? */
bool sink_settings_wants(const struct sink_settings *s, struct bytes level);

#endif
