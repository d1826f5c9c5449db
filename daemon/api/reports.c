/* Reports: the views that a dossier is made of, fetched in one go so that all of it is of one moment. */
#include "daemon/dossier/dossier.h"

#include "call.h"

#define SUMS_SHOWN 5 /* links of an account or a cluster whose sums are written out, strongest first */

struct report {
	struct dossier_subject subject;
	struct dossier_basis basis;
	struct dossier_reader reader;
	enum dossier_format format;
};

/* One of the words; absence is the first. False: answered 400. */
static bool query_word(struct api_call *call, const char *name, const char *const *words, unsigned n, unsigned *out)
{
	struct bytes given = http_query(call->http, name);
	struct text all = { 0 };

	*out = 0;
	if (given.len == 0)
		return true;
	for (unsigned i = 0; i < n; i++)
		if (bytes_is(given, words[i])) {
			*out = i;
			return true;
		}
	for (unsigned i = 0; i < n; i++)
		text_addf(&all, "%s%s", i > 0 ? ", " : "", words[i]);
	api_problem(call, 400, "query", "%s is one of %s", name, all.ptr);
	text_free(&all);
	return false;
}

static bool query_form(struct api_call *call, struct report *report)
{
	unsigned audience, format, language;

	if (!query_word(call, "audience", dossier_audience_names, DOSSIER_AUDIENCES, &audience) ||
	    !query_word(call, "format", dossier_format_names, DOSSIER_FORMATS, &format) ||
	    !query_word(call, "language", dossier_language_names, DOSSIER_LANGUAGES, &language))
		return false;
	report->reader = (struct dossier_reader){ (enum dossier_audience)audience, (enum dossier_language)language };
	report->format = (enum dossier_format)format;
	return true;
}

static void fetch_basis(struct api_call *call, struct dossier_basis *basis)
{
	const struct ruleset *rules = call->api->setup.ports.rules(call->api->setup.ports.arg);
	const struct enrich *enrich = engine_enrich(call->engine);
	unsigned n = enrich_source_count(enrich);
	struct dossier_source *sources = ARENA_ARRAY(call->arena, struct dossier_source, n + 1);
	struct engine_stats stats;

	engine_stats(call->engine, &stats);
	for (unsigned i = 0; i < n; i++)
		sources[i].name = enrich_source(enrich, i, &sources[i].hash);
	*basis = (struct dossier_basis){
		.seq = stats.seq, .at_ms = stats.now_ms, .rules_hash = rules->hash, .networks_hash = enrich_hash(enrich),
		.n_rules = rules->n_files, .sources = sources, .n_sources = n, .bands = rules->scoring.score_bands,
	};
}

/* The account, what happened to it and its alerts. False: not known, and answered. */
static bool fetch_account(struct api_call *call, struct bytes given, struct dossier_account *out)
{
	struct bytes name;

	if (!api_resolve_account(call, given, &name) || engine_account(call->engine, name, call->arena, &out->view) != ERR_OK ||
	    engine_account_history(call->engine, name, call->arena, &out->history) != ERR_OK) {
		api_not_found(call, "account", given);
		return false;
	}
	out->alerts = ARENA_ARRAY(call->arena, struct alert_view, out->view.n_alerts + 1);
	for (unsigned i = 0; i < out->view.n_alerts; i++)
		if (engine_alert(call->engine, out->view.alerts[i], call->arena, &out->alerts[out->n_alerts]) == ERR_OK)
			out->n_alerts++;
	return true;
}

static void fetch_sums(struct api_call *call, const struct link_view *links, unsigned n, struct dossier_subject *out)
{
	out->whys = ARENA_ARRAY(call->arena, struct why_view, SUMS_SHOWN);
	for (unsigned i = 0; i < n && out->n_whys < SUMS_SHOWN; i++)
		if (links[i].band > BAND_NONE &&
		    engine_why(call->engine, links[i].a, links[i].b, call->arena, &out->whys[out->n_whys]) == ERR_OK)
			out->n_whys++;
}

static void reply_dossier(struct api_call *call, const struct report *report)
{
	struct errbuf eb = { 0 };
	struct dossier *d;

	if (dossier_new(&report->subject, &report->basis, report->reader, &d, &eb) != ERR_OK) {
		api_problem(call, 422, "audience", "%s", eb.text);
		return;
	}
	dossier_write(d, report->format, call->out);
	dossier_free(d);
	http_reply_header(call->http, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
	api_reply(call, 200, dossier_media_types[report->format], text_bytes(call->out));
}

void get_report(struct api_call *call)
{
	struct report report = { 0 };
	struct dossier_subject *subject = &report.subject;
	struct bytes id = call->params[0];

	if (!query_form(call, &report))
		return;
	fetch_basis(call, &report.basis);
	if (engine_cluster(call->engine, id, call->arena, &subject->cluster) == ERR_OK) {
		subject->kind = DOSSIER_OF_CLUSTER;
		if (engine_cluster_history(call->engine, id, call->arena, &subject->cluster_history) != ERR_OK) {
			api_not_found(call, "cluster", id);
			return;
		}
		fetch_sums(call, subject->cluster.links, subject->cluster.n_links, subject);
	} else {
		subject->kind = DOSSIER_OF_ACCOUNT;
		if (!fetch_account(call, id, &subject->accounts[0]))
			return;
		fetch_sums(call, subject->accounts[0].view.links, subject->accounts[0].view.n_links, subject);
	}
	reply_dossier(call, &report);
}

void get_pair_report(struct api_call *call)
{
	struct report report = { .subject.kind = DOSSIER_OF_PAIR };
	struct dossier_subject *subject = &report.subject;

	if (!query_form(call, &report))
		return;
	fetch_basis(call, &report.basis);
	if (!fetch_account(call, call->params[0], &subject->accounts[0]) || !fetch_account(call, call->params[1], &subject->accounts[1]))
		return;
	subject->whys = ARENA_NEW(call->arena, struct why_view);
	subject->n_whys = 1;
	if (engine_why(call->engine, subject->accounts[0].view.name, subject->accounts[1].view.name, call->arena, subject->whys) != ERR_OK) {
		api_problem(call, 422, "pair", "a report of a pair is about two different accounts");
		return;
	}
	reply_dossier(call, &report);
}
