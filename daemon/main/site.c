/* Which events and alerts a site is. */
#include "site.h"

#include "daemon/model/alert_json.h"
#include "daemon/model/event.h"

#define ALERT_MAX (16 << 20)

struct removing {
	struct bytes site;
	struct site_removed *out;
	struct arena *arena;
	struct json_parser *parser;
};

bool site_has_account(struct bytes site, struct bytes account)
{
	struct bytes of = event_account_site(account);
	return bytes_eq(of, site) || (of.len > site.len && bytes_starts(of, site) && of.ptr[site.len] == '-');
}

bool site_has_alert(struct bytes site, const struct alert_view *alert)
{
	for (unsigned i = 0; i < alert->n_accounts; i++)
		if (!site_has_account(site, alert->accounts[i]))
			return false;
	return alert->n_accounts > 0;
}

static bool is_gone(void *arg, const struct store_event *row)
{
	struct removing *r = arg;
	struct event ev = { 0 };
	arena_reset(r->arena);
	if (decode_event(row->payload, r->arena, &ev) != ERR_OK || !site_has_account(r->site, ev.account))
		return false;
	VEC_PUSH(&r->out->ids, row->id_hash);
	return true;
}

static bool is_alert_gone(void *arg, const struct store_alert *row)
{
	struct removing *r = arg;
	struct alert_view alert = { 0 };
	struct json_doc doc;
	arena_reset(r->arena);
	return json_parse(r->parser, row->json, &doc, NULL) == ERR_OK && alert_from_json(&doc, r->arena, &alert) == ERR_OK &&
	       site_has_alert(r->site, &alert);
}

enum err site_remove(const char *dir, struct bytes site, struct site_removed *out, struct errbuf *eb)
{
	struct removing r = { site, out, arena_new(EVENT_LINE_MAX), json_parser_new(ALERT_MAX, EVENT_DEPTH_MAX) };
	struct store_removal what = { is_gone, is_alert_gone, &r };
	enum err err = store_remove(dir, &what, &out->events, eb);
	json_parser_free(r.parser);
	arena_free(r.arena);
	return err;
}
