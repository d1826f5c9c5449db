/* Rules, networks and the engine over them. */
#include "daemon.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/log.h"

enum err judgement_enrich(const struct config *c, struct enrich **out, struct errbuf *eb)
{
	const char *networks[2 * CONFIG_LIST_MAX], *mmdb[2 * CONFIG_LIST_MAX];
	struct enrich_setup setup = { .networks_files = networks, .mmdb_files = mmdb, .asn_kinds_file = c->asn_kinds };
	struct enrich_files files = { 0 };
	struct text folder = { 0 };
	text_addf(&folder, "%s/db", c->state_dir);
	enum err err = enrich_folder_files(folder.ptr, &files, eb);
	for (unsigned i = 0; i < c->n_networks; i++)
		networks[setup.n_networks++] = c->networks[i];
	for (unsigned i = 0; i < files.n_networks && i < CONFIG_LIST_MAX; i++)
		networks[setup.n_networks++] = files.networks[i];
	for (unsigned i = 0; i < c->n_mmdb; i++)
		mmdb[setup.n_mmdb++] = c->mmdb[i];
	for (unsigned i = 0; i < files.n_mmdb && i < CONFIG_LIST_MAX; i++)
		mmdb[setup.n_mmdb++] = files.mmdb[i];
	if (err == ERR_OK)
		err = enrich_new(&setup, out, eb);
	enrich_files_free(&files);
	text_free(&folder);
	return err;
}

static void log_report(enum log_level level, struct bytes rest)
{
	while (rest.len > 0) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		size_t len = end < 0 ? rest.len : (size_t)end;
		log_line(level, "rules", "%.*s", (int)len, rest.ptr);
		rest = bytes_slice(rest, len + 1, rest.len);
	}
}

/* The first line is what went wrong; the caller says it. The others are for the log alone. */
static void refuse_rules(const char *dir, enum err err, struct bytes report, struct errbuf *eb)
{
	size_t first = bytes_find_char(report, '\n') < 0 ? report.len : (size_t)bytes_find_char(report, '\n');
	log_report(LOG_LEVEL_ERROR, bytes_slice(report, first + 1, report.len));
	errbuf_clear(eb);
	errbuf_set(eb, err, "%.*s; `assocctl rules check %s` says all that is wrong", (int)(first < 600 ? first : 600), report.ptr, dir);
}

struct engine *judgement_engine(const struct judgement *j)
{
	struct engine *e = engine_new(j->rules, j->enrich);
	engine_try_rules(e);
	return e;
}

enum err judgement_load(const struct config *c, struct judgement *out, struct errbuf *eb)
{
	struct text report = { 0 };
	*out = (struct judgement){ 0 };
	enum err err = ruleset_load(c->rules_dir, true, &out->rules, &report, eb);
	if (err != ERR_OK && report.len > 0)
		refuse_rules(c->rules_dir, err, text_bytes(&report), eb);
	text_free(&report);
	if (err == ERR_OK)
		log_report(LOG_LEVEL_WARN, out->rules->warnings);
	if (err == ERR_OK)
		err = judgement_enrich(c, &out->enrich, eb);
	if (err == ERR_OK)
		out->engine = judgement_engine(out);
	else
		judgement_free(out);
	return err;
}

void judgement_free(struct judgement *j)
{
	engine_free(j->engine);
	enrich_free(j->enrich);
	ruleset_free(j->rules);
	*j = (struct judgement){ 0 };
}

uint64_t judgement_binding(const struct judgement *j, uint64_t key_fingerprint)
{
	uint64_t parts[4] = { j->rules->hash, enrich_hash(j->enrich), j->rules->kinds.version, key_fingerprint };
	return bytes_hash(bytes_make((const char *)parts, sizeof(parts)), 1);
}
