/* Sites, their keys and origins. A key is looked for in a handful of rows. */
#include "settings.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/vendor/fetch.h"
#include "daemon/vendor/yaml.h"

#define RATE_DEFAULT 6000
#define RATE_ADDRESS_DEFAULT 60
#define SESSIONS_DEFAULT 20000
#define KEEP_DEFAULT_MS (12 * 3600 * 1000LL)
#define ORIGIN_MAX 270 /* bytes: the longest host and the rest */

const struct collector_key browser_keys[] = {
	{ "sites[].key", "text", NULL, "Stands in the page; at least 8 of letters, digits, - and _. It is public: it says whose page it is, and no more. Required." },
	{ "sites[].origins", "list of origins", NULL, "Pages of these may send, \"https://shop.example\" each, as a browser writes it; a page of another origin is refused. Required." },
	{ "sites[].site", "text", "of any site", "Only events of accounts of this site are joined with what its pages say." },
	{ "rate", "1 to 1000000", "6000", "Requests of one key a minute; more are refused." },
	{ "rate_address", "1 to 1000000", "60", "Requests of one address a minute. Behind a proxy on this machine it is the last of X-Forwarded-For." },
	{ "sessions", "1 to 1000000", "20000", "Sessions that are remembered; the oldest are forgotten." },
	{ "keep", "duration", "12h", "How long a session is remembered after it was last spoken of." },
	{ NULL, NULL, NULL, NULL },
};

void browser_settings_free(struct browser_settings *s)
{
	for (unsigned i = 0; i < s->n_sites; i++) {
		free(s->sites[i].key);
		free(s->sites[i].site);
		for (unsigned k = 0; k < s->sites[i].n_origins; k++)
			free(s->sites[i].origins[k]);
	}
	*s = (struct browser_settings){ 0 };
}

static char *copy(struct bytes s)
{
	char *text = xcalloc(1, s.len + 1);

	memcpy(text, s.ptr, s.len);
	return text;
}

static bool is_key(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = byte_lower(s.ptr[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return s.len >= 8 && s.len <= 128;
}

static bool is_ascii(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] > 0x7f)
			return false;
	return true;
}

/* SCHEME://HOST[:PORT] to the byte, as a browser writes it (RFC 6454, 6.2): any other form would be no page's. */
static bool is_origin(struct bytes s)
{
	bool is_https = bytes_starts(s, BYTES_LIT("https://"));
	const char *scheme = is_https ? "https" : "http";
	struct text url = { 0 }, written = { 0 };
	struct fetch_place place;
	bool is_same = false;

	text_add(&url, s);
	if ((is_https || bytes_starts(s, BYTES_LIT("http://"))) && s.len < ORIGIN_MAX && is_ascii(s) && bytes_find_char(s, '*') < 0 &&
	    fetch_read_url(url.ptr, &place, NULL) == ERR_OK && place.port != 0 && place.port != (is_https ? 443 : 80)) {
		text_addf(&written, "%s://%s", scheme, place.host);
		if (place.port > 0)
			text_addf(&written, ":%d", place.port);
		is_same = bytes_eq_nocase(text_bytes(&written), s);
	}
	text_free(&url);
	text_free(&written);
	return is_same;
}

static enum err read_origins(const struct yaml_doc *doc, const struct yaml_node *list, struct browser_site *site, struct errbuf *eb)
{
	if (list->type != YAML_SEQUENCE || !list->child)
		return yaml_error(doc, list, eb, "a list of origins is expected here");
	for (const struct yaml_node *node = list->child; node; node = node->next) {
		if (node->type != YAML_SCALAR || !is_origin(node->text))
			return yaml_error(doc, node, eb, "an origin is as a browser writes it: http:// or https://, a host in ASCII, "
					  "and perhaps a port, but neither 80 of http nor 443 of https: \"https://shop.example\"");
		if (site->n_origins == BROWSER_ORIGINS_MAX)
			return yaml_error(doc, node, eb, "a site has at most %d origins", BROWSER_ORIGINS_MAX);
		site->origins[site->n_origins++] = copy(node->text);
	}
	return ERR_OK;
}

static enum err read_site_key(const struct yaml_doc *doc, const struct yaml_node *node, struct browser_settings *s, struct errbuf *eb)
{
	static const char *const known[] = { "key", "site", "origins" };
	struct browser_site *site = &s->sites[s->n_sites - 1];

	if (bytes_is(node->key, "origins"))
		return read_origins(doc, node, site, eb);
	if (!bytes_is(node->key, "key") && !bytes_is(node->key, "site"))
		return yaml_unknown_key(doc, node, known, ARRAY_LEN(known), eb);
	if (node->type != YAML_SCALAR || node->text.len > 128)
		return yaml_error(doc, node, eb, "a text of at most 128 bytes is expected here");
	if (bytes_is(node->key, "site")) {
		free(site->site);
		site->site = copy(node->text);
		return ERR_OK;
	}
	if (!is_key(node->text))
		return yaml_error(doc, node, eb, "a key has 8 to 128 letters, digits, - and _");
	if (browser_site_of(s, node->text))
		return yaml_error(doc, node, eb, "another site has this key");
	site->key = copy(node->text);
	return ERR_OK;
}

static enum err read_site(const struct yaml_doc *doc, const struct yaml_node *mapping, struct browser_settings *s, struct errbuf *eb)
{
	struct browser_site *site = &s->sites[s->n_sites];
	enum err err = ERR_OK;

	if (s->n_sites == BROWSER_SITES_MAX)
		return yaml_error(doc, mapping, eb, "there are at most %d sites", BROWSER_SITES_MAX);
	s->n_sites++;
	if (mapping->type != YAML_MAPPING)
		return yaml_error(doc, mapping, eb, "a mapping of key, origins and site is expected here");
	for (const struct yaml_node *node = mapping->child; node && err == ERR_OK; node = node->next)
		err = read_site_key(doc, node, s, eb);
	if (err == ERR_OK && (!site->key || site->n_origins == 0))
		return yaml_error(doc, mapping, eb, "a site needs a key and origins");
	if (err == ERR_OK && !site->site)
		site->site = copy(BYTES_NONE);
	return err;
}

static enum err read_sites(const struct yaml_doc *doc, const struct yaml_node *list, struct browser_settings *s, struct errbuf *eb)
{
	enum err err = ERR_OK;

	if (list->type != YAML_SEQUENCE)
		return yaml_error(doc, list, eb, "a list of sites is expected here");
	for (const struct yaml_node *node = list->child; node && err == ERR_OK; node = node->next)
		err = read_site(doc, node, s, eb);
	return err;
}

static enum err read_number(const struct yaml_doc *doc, const struct yaml_node *node, uint32_t *out, struct errbuf *eb)
{
	uint64_t n;

	if (node->type != YAML_SCALAR || !bytes_to_u64(node->text, &n) || n < 1 || n > 1000000)
		return yaml_error(doc, node, eb, "a number from 1 to 1000000 is expected here");
	*out = (uint32_t)n;
	return ERR_OK;
}

static enum err read_key(const struct yaml_doc *doc, const struct yaml_node *node, struct browser_settings *s, struct errbuf *eb)
{
	static const char *const known[] = { "sites", "rate", "rate_address", "sessions", "keep" };

	if (bytes_is(node->key, "sites"))
		return read_sites(doc, node, s, eb);
	if (bytes_is(node->key, "rate"))
		return read_number(doc, node, &s->rate, eb);
	if (bytes_is(node->key, "rate_address"))
		return read_number(doc, node, &s->rate_address, eb);
	if (bytes_is(node->key, "sessions"))
		return read_number(doc, node, &s->sessions, eb);
	if (!bytes_is(node->key, "keep"))
		return yaml_unknown_key(doc, node, known, ARRAY_LEN(known), eb);
	if (node->type != YAML_SCALAR || !time_parse_duration(node->text, &s->keep_ms) || s->keep_ms < 1000)
		return yaml_error(doc, node, eb, "a duration of a second or more is expected here: 12h");
	return ERR_OK;
}

enum err browser_settings_read(const struct yaml_doc *doc, const struct yaml_node *config, struct browser_settings *out, struct errbuf *eb)
{
	enum err err = ERR_OK;

	*out = (struct browser_settings){ .rate = RATE_DEFAULT, .rate_address = RATE_ADDRESS_DEFAULT, .sessions = SESSIONS_DEFAULT,
					  .keep_ms = KEEP_DEFAULT_MS };
	if (!config || (config->type == YAML_SCALAR && config->text.len == 0))
		return ERR_OK;
	if (config->type != YAML_MAPPING)
		return yaml_error(doc, config, eb, "'browser' is a mapping");
	for (const struct yaml_node *node = config->child; node && err == ERR_OK; node = node->next)
		err = read_key(doc, node, out, eb);
	if (err != ERR_OK)
		browser_settings_free(out);
	return err;
}

const struct browser_site *browser_site_of(const struct browser_settings *s, struct bytes key)
{
	for (unsigned i = 0; i < s->n_sites; i++)
		if (s->sites[i].key && bytes_is(key, s->sites[i].key))
			return &s->sites[i];
	return NULL;
}

bool browser_site_allows(const struct browser_site *site, struct bytes origin)
{
	for (unsigned i = 0; i < site->n_origins; i++)
		if (bytes_eq_nocase(origin, bytes_of(site->origins[i])))
			return true;
	return false;
}
