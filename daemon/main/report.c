/* What the daemon says of itself: status, metrics, readiness. */
#include "daemon.h"

#include <stddef.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "erasure.h"

#define SINKS_TOLD SINKS_MAX

/* What each collector counts, in status and metrics. */
static const struct {
	const char *name;
	size_t at;
	const char *help;
} collector_rows[] = {
	{ "lines", offsetof(struct collector_stats, lines), "Lines read by a collector." },
	{ "accepted", offsetof(struct collector_stats, accepted), "Events of a collector that were accepted." },
	{ "duplicate", offsetof(struct collector_stats, duplicate), "Events of a collector that were known already." },
	{ "refused", offsetof(struct collector_stats, refused), "Events of a collector that were refused." },
	{ "skipped", offsetof(struct collector_stats, skipped), "Lines that are no events of their pattern, facts of packets that found no room to wait." },
	{ "truncations", offsetof(struct collector_stats, truncations), "Files that were cut while they were followed." },
	{ "errors", offsetof(struct collector_stats, errors),
	  "Files that could not be read, lines without a time or account, connections turned away." },
};

static uint64_t collector_count(const struct collector_stats *stats, unsigned row)
{
	return *(const uint64_t *)((const char *)stats + collector_rows[row].at);
}

/* Those that did anything. */
static void add_collectors_json(const struct daemon *d, struct text *json)
{
	static const struct collector_stats none;
	json_key(json, "collectors");
	json_open_object(json);
	for (unsigned i = 0; i < d->n_collectors; i++) {
		struct collector_stats stats = none;
		d->collectors[i].row->stats(d->collectors[i].self, &stats);
		if (memcmp(&stats, &none, sizeof(none)) == 0)
			continue;
		json_key(json, d->collectors[i].row->name);
		json_open_object(json);
		for (unsigned r = 0; r < ARRAY_LEN(collector_rows); r++)
			json_member_int(json, collector_rows[r].name, (int64_t)collector_count(&stats, r));
		json_close_object(json);
	}
	json_close_object(json);
	for (unsigned i = 0; i < d->n_collectors; i++)
		if (d->collectors[i].row->status != NULL)
			d->collectors[i].row->status(d->collectors[i].self, json);
}

static void add_sinks_json(const struct daemon *d, struct text *json)
{
	struct sink_stats stats[SINKS_TOLD];
	unsigned n = sinks_stats(d->sinks, stats, SINKS_TOLD);
	json_key(json, "sinks");
	json_open_object(json);
	for (unsigned i = 0; i < n; i++) {
		json_key(json, stats[i].name);
		json_open_object(json);
		sink_stats_members(json, &stats[i]);
		json_close_object(json);
	}
	json_close_object(json);
}

void report_status(void *arg, struct text *json)
{
	struct daemon *d = arg;
	struct intake_stats in;
	const char *why;
	enum err failure = intake_failure(d->intake, &why);
	intake_stats(d->intake, &in);
	json_member_int(json, "uptime_s", (clock_mono_us() - d->started_us) / 1000000);
	json_member_string(json, "state_dir", bytes_of(d->config->state_dir));
	json_member_int(json, "accepted", (int64_t)in.accepted);
	json_member_int(json, "duplicate", (int64_t)in.duplicate);
	json_key(json, "refused");
	json_open_object(json);
	for (unsigned i = 0; i < INTAKE_REASONS; i++)
		if (in.refused[i] > 0)
			json_member_int(json, intake_reasons[i], (int64_t)in.refused[i]);
	json_close_object(json);
	json_key(json, "ignored");
	json_open_object(json);
	for (unsigned i = 0; i < IGNORED_WORDS; i++)
		if (in.ignored[i] > 0)
			json_member_int(json, ignored_words[i], (int64_t)in.ignored[i]);
	json_close_object(json);
	json_member_int(json, "addressless", (int64_t)in.addressless);
	json_member_int(json, "journal_seq", (int64_t)in.last_seq);
	json_member_int(json, "last_commit_us", in.last_commit_us);
	json_member_bool(json, "is_failing", failure != ERR_OK);
	if (failure != ERR_OK)
		json_member_string(json, "failure", bytes_of(why));
	json_member_int(json, "reloads", d->reloads);
	json_member_int(json, "reloads_failed", d->reloads_failed);
	json_member_bool(json, "is_rebuilding", d->rebuild != NULL);
	report_erasure(d, json);
	report_keys(d, json);
	json_member_int(json, "snapshot_seq", (int64_t)d->snapshot_seq);
	json_key(json, "confinement");
	json_open_object(json);
	json_member_bool(json, "seccomp", d->confinement.seccomp);
	json_member_int(json, "landlock", d->confinement.landlock);
	json_close_object(json);
	measures_status(d, json);
	add_collectors_json(d, json);
	add_sinks_json(d, json);
}

void report_series(void *arg, struct text *json)
{
	series_render(&((struct daemon *)arg)->series, json);
}

static void add_head(struct text *out, const char *name, const char *type, const char *help)
{
	text_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_one(struct text *out, const char *name, const char *type, const char *help, uint64_t value)
{
	add_head(out, name, type, help);
	text_addf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void add_collectors(struct text *out, const struct daemon *d)
{
	struct text name = { 0 };
	for (unsigned r = 0; r < ARRAY_LEN(collector_rows); r++) {
		text_clear(&name);
		text_addf(&name, "assocd_collector_%s_total", collector_rows[r].name);
		add_head(out, name.ptr, "counter", collector_rows[r].help);
		for (unsigned i = 0; i < d->n_collectors; i++) {
			struct collector_stats stats = { 0 };
			d->collectors[i].row->stats(d->collectors[i].self, &stats);
			text_addf(out, "%s{collector=\"%s\"} %llu\n", name.ptr, d->collectors[i].row->name,
				  (unsigned long long)collector_count(&stats, r));
		}
	}
	text_free(&name);
	for (unsigned i = 0; i < d->n_collectors; i++)
		if (d->collectors[i].row->metrics != NULL)
			d->collectors[i].row->metrics(d->collectors[i].self, out);
}

static void add_sinks(struct text *out, const struct daemon *d)
{
	struct sink_stats stats[SINKS_TOLD];
	unsigned n = sinks_stats(d->sinks, stats, SINKS_TOLD);
	add_head(out, "assocd_sink_delivered_total", "counter", "Changes of alerts that a sink has taken.");
	for (unsigned i = 0; i < n; i++)
		text_addf(out, "assocd_sink_delivered_total{sink=\"%s\"} %llu\n", stats[i].name, (unsigned long long)stats[i].delivered);
	add_head(out, "assocd_sink_failures_total", "counter", "Deliveries that failed; they are tried again.");
	for (unsigned i = 0; i < n; i++)
		text_addf(out, "assocd_sink_failures_total{sink=\"%s\"} %llu\n", stats[i].name, (unsigned long long)stats[i].failures);
	add_head(out, "assocd_sink_dead_letters_total", "counter", "Changes of alerts that a sink refused or did not take for a day.");
	for (unsigned i = 0; i < n; i++)
		text_addf(out, "assocd_sink_dead_letters_total{sink=\"%s\"} %llu\n", stats[i].name, (unsigned long long)stats[i].died);
	add_head(out, "assocd_sink_dead_letters", "gauge", "Dead letters that are kept: `assocctl sink dead` shows them.");
	for (unsigned i = 0; i < n; i++)
		text_addf(out, "assocd_sink_dead_letters{sink=\"%s\"} %llu\n", stats[i].name, (unsigned long long)stats[i].dead);
	add_head(out, "assocd_sink_waiting", "gauge", "Changes of alerts in the outbox behind the sink's place.");
	for (unsigned i = 0; i < n; i++)
		text_addf(out, "assocd_sink_waiting{sink=\"%s\"} %llu\n", stats[i].name, (unsigned long long)stats[i].waiting);
	add_head(out, "assocd_sink_failing", "gauge", "1 while a sink takes nothing and alerts wait.");
	for (unsigned i = 0; i < n; i++)
		text_addf(out, "assocd_sink_failing{sink=\"%s\"} %d\n", stats[i].name, stats[i].is_failing);
}

static void add_engine(struct text *out, const struct engine *e)
{
	struct engine_stats st;
	engine_stats(e, &st);
	add_one(out, "assocd_accounts", "gauge", "Accounts seen.", st.accounts);
	add_one(out, "assocd_values", "gauge", "Attribute values in the index.", st.values);
	add_one(out, "assocd_postings", "gauge", "Uses of a value by an account in the index.", st.postings);
	add_one(out, "assocd_pairs", "gauge", "Stored pairs of accounts.", st.pairs);
	add_one(out, "assocd_clusters", "gauge", "Clusters of two and more accounts.", st.clusters);
	add_one(out, "assocd_hubs", "gauge", "Values over their hub cap.", st.hubs);
	add_one(out, "assocd_memory_index_bytes", "gauge", "Memory of the index.", st.memory_index);
	add_one(out, "assocd_pairs_read_total", "counter", "Pairs whose evidence was read.", st.rescored);
	add_one(out, "assocd_accounts_waiting", "gauge", "Accounts whose pairs are read anew in turn, since their neighbours changed.", st.waiting);
	add_one(out, "assocd_limits_hit_total", "counter", "Times a bound of memory or work was reached.", st.limits_hit);
	add_head(out, "assocd_links", "gauge", "Links by band.");
	for (unsigned i = BAND_POSSIBLE; i < BANDS; i++)
		text_addf(out, "assocd_links{band=\"%s\"} %llu\n", band_names[i], (unsigned long long)st.links[i]);
	add_one(out, "assocd_alerts_merged", "gauge", "Alerts that stand merged into another, which alone is shown and told.", st.alerts_merged);
	add_one(out, "assocd_alerts_overdue", "gauge", "Alerts that stand behind their deadline, each group as one.", st.alerts_overdue);
	add_head(out, "assocd_alerts", "gauge", "Alerts by state, each group as one.");
	for (unsigned i = 0; i < ALERT_STATES; i++)
		text_addf(out, "assocd_alerts{state=\"%s\"} %llu\n", alert_state_names[i], (unsigned long long)st.alerts[i]);
}

/* In quotes, as the text format wants it. */
static void add_label(struct text *out, struct bytes value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		if (c == '"' || c == '\\')
			text_addc(out, '\\');
		text_addc(out, c == '\n' ? ' ' : c);
	}
}

static void add_policies(struct text *out, const struct judgement *now)
{
	add_head(out, "assocd_policy_hits_total", "counter",
		 "Times that the condition of a policy came true; experimental ones raised no alert for it.");
	for (unsigned i = 0; i < now->rules->n_policies; i++) {
		const struct rule_head *head = &now->rules->policies[i].head;
		text_adds(out, "assocd_policy_hits_total{rule=\"");
		add_label(out, head->id);
		text_addf(out, "\",status=\"%s\"} %llu\n", head->status == RULE_STABLE ? "stable" : "experimental",
			  (unsigned long long)engine_policy_hits(now->engine, i));
	}
}

void report_metrics(void *arg, struct text *out)
{
	struct daemon *d = arg;
	struct intake_stats in;
	intake_stats(d->intake, &in);
	add_head(out, "assocd_build_info", "gauge", "Version of the program.");
	text_addf(out, "assocd_build_info{version=\"%s\"} 1\n", ASSOCD_VERSION);
	add_one(out, "assocd_events_accepted_total", "counter", "Events accepted.", in.accepted);
	add_one(out, "assocd_events_duplicate_total", "counter", "Events that were known already.", in.duplicate);
	add_head(out, "assocd_events_refused_total", "counter", "Events refused, by reason.");
	for (unsigned i = 0; i < INTAKE_REASONS; i++)
		text_addf(out, "assocd_events_refused_total{reason=\"%s\"} %llu\n", intake_reasons[i],
			  (unsigned long long)in.refused[i]);
	add_head(out, "assocd_statements_ignored_total", "counter", "Statements accepted that changed nothing, by reason.");
	for (unsigned i = 0; i < IGNORED_WORDS; i++)
		text_addf(out, "assocd_statements_ignored_total{reason=\"%s\"} %llu\n", ignored_words[i],
			  (unsigned long long)in.ignored[i]);
	add_one(out, "assocd_events_addressless_total", "counter", "Events accepted whose address was a placeholder: -, unknown.",
		in.addressless);
	add_one(out, "assocd_ticks_total", "counter", "Deadlines that came without an event and went into the journal.", in.ticks);
	add_one(out, "assocd_journal_batches_total", "counter", "Transactions committed.", in.batches);
	add_one(out, "assocd_journal_batches_failed_total", "counter", "Transactions that failed.", in.failed_batches);
	add_one(out, "assocd_journal_failing", "gauge", "1 while nothing can be kept: the disk is full or broken.",
		intake_failure(d->intake, NULL) != ERR_OK && !d->is_barred);
	add_one(out, "assocd_rules_reloads_total", "counter", "Reloads of the rules.", d->reloads);
	add_one(out, "assocd_rules_reloads_failed_total", "counter", "Reloads refused because the rules were wrong.", d->reloads_failed);
	add_collectors(out, d);
	add_sinks(out, d);
	add_engine(out, d->now.engine);
	add_policies(out, &d->now);
	measures_print(d, out);
}

bool report_is_ready(void *arg, struct text *reasons)
{
	struct daemon *d = arg;
	enum err failure = intake_failure(d->intake, NULL);
	if (failure == ERR_NOMEM)
		text_addf(reasons, "the daemon holds more memory than `memory_limit` allows\n");
	else if (failure != ERR_OK)
		text_addf(reasons, "the journal cannot be written (%s); the log and `assocctl status` say more\n", err_word(failure));
	if (d->wants_stop)
		text_adds(reasons, "the daemon is stopping\n");
	return failure == ERR_OK && !d->wants_stop;
}
