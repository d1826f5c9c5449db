/* The mapping `browser` of the configuration. */
#ifndef ASSOCD_COLLECTORS_BROWSER_SETTINGS_H
#define ASSOCD_COLLECTORS_BROWSER_SETTINGS_H

#include "collectors/collector.h"

#define BROWSER_SITES_MAX 64
#define BROWSER_ORIGINS_MAX 32

struct browser_site {
	char *key;  /* public: it stands in the page */
	char *site; /* of the accounts whose sessions its pages speak of; "": of any */
	char *origins[BROWSER_ORIGINS_MAX];
	unsigned n_origins;
};

struct browser_settings {
	struct browser_site sites[BROWSER_SITES_MAX];
	unsigned n_sites;
	uint32_t rate, rate_address; /* a minute: of one key, of one address */
	uint32_t sessions;
	int64_t keep_ms;
};

extern const struct collector_key browser_keys[];
/* config NULL: no site, so that the door is shut. Errors have file:line:column. */
enum err browser_settings_read(const struct yaml_doc *doc, const struct yaml_node *config, struct browser_settings *out, struct errbuf *eb) MUST_CHECK;
void browser_settings_free(struct browser_settings *s);
/* NULL: no site has that key. */
const struct browser_site *browser_site_of(const struct browser_settings *s, struct bytes key);
bool browser_site_allows(const struct browser_site *site, struct bytes origin);

#endif
