/* One table of what is counted, for status and metrics alike. */
#include "report.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct wire_numbers, member)

static const struct number_row {
	const char *name;   /* in the status */
	const char *metric; /* NULL: another row has given its head */
	const char *label;
	size_t at;
	bool is_gauge;
	const char *help;
} rows[] = {
	{ "packets", "assocd_capture_packets_total", "", AT(received), false, "Packets that the kernel handed over." },
	{ "dropped", "assocd_capture_dropped_total", ",by=\"kernel\"", AT(dropped), false, "Packets lost before they were read, and facts lost after it." },
	{ "dropped_by_interface", NULL, ",by=\"interface\"", AT(dropped_by_interface), false, NULL },
	{ "facts_dropped", NULL, ",by=\"socket\"", AT(facts_dropped), false, NULL },
	{ "hellos", "assocd_capture_read_total", ",what=\"hello\"", AT(flows.hellos), false, "What was read of connections." },
	{ "requests", NULL, ",what=\"request\"", AT(flows.requests), false, NULL },
	{ "syns", NULL, ",what=\"syn\"", AT(flows.syns), false, NULL },
	{ "not_hellos", NULL, ",what=\"none\"", AT(flows.not_hellos), false, NULL },
	{ "initials_refused", NULL, ",what=\"sealed\"", AT(flows.initials_refused), false, NULL },
	{ "packets_other", "assocd_capture_unread_total", ",why=\"other\"", AT(flows.ends[PACKET_OTHER]), false,
	  "Packets in which no segment or datagram could be read." },
	{ "packets_cut", NULL, ",why=\"cut\"", AT(flows.ends[PACKET_CUT]), false, NULL },
	{ "packets_malformed", NULL, ",why=\"malformed\"", AT(flows.ends[PACKET_MALFORMED]), false, NULL },
	{ "flows", "assocd_capture_flows_total", "", AT(flows.flows), false, "Connections seen." },
	{ "flows_open", "assocd_capture_flows", "", AT(open), true, "Connections in the table now." },
	{ "flows_evicted", "assocd_capture_limits_total", ",limit=\"flows\"", AT(flows.evicted), false, "Times that a bound of memory was reached." },
	{ "streams_evicted", NULL, ",limit=\"streams\"", AT(flows.streams_evicted), false, NULL },
	{ "streams_over", NULL, ",limit=\"stream\"", AT(flows.streams_over), false, NULL },
	{ "fragments_dropped", NULL, ",limit=\"fragments\"", AT(flows.fragments_dropped), false, NULL },
	{ "packets_deep", NULL, ",limit=\"headers\"", AT(flows.ends[PACKET_DEEP]), false, NULL },
	{ "initials_untried", NULL, ",limit=\"tries\"", AT(flows.initials_untried), false, NULL },
	{ "initials_over", NULL, ",limit=\"initial\"", AT(flows.initials_over), false, NULL },
	{ "memory", "assocd_capture_memory_bytes", "", AT(memory), true, "Most memory that the process has had resident." },
};

static const struct join_row {
	const char *name, *outcome; /* outcome NULL: a gauge or counter of its own */
	size_t at;
} join_rows[] = {
	{ "joined", "joined", offsetof(struct join_counts, joined) },
	{ "joined_late", "late", offsetof(struct join_counts, joined_late) },
	{ "ambiguous", "ambiguous", offsetof(struct join_counts, ambiguous) },
	{ "unknown", "unknown", offsetof(struct join_counts, unknown) },
	{ "waiting_evicted", "evicted", offsetof(struct join_counts, waiting_evicted) },
};

static uint64_t join_count(const struct join_counts *counts, size_t at)
{
	uint64_t value;

	memcpy(&value, (const char *)counts + at, sizeof(value));
	return value;
}

static uint64_t number_of(const struct source *source, const struct number_row *row)
{
	uint64_t now;

	memcpy(&now, (const char *)&source->now + row->at, sizeof(now));
	return row->is_gauge ? now : source_sum(source, row->at);
}

static uint64_t restarts(const struct source *source)
{
	return source->starts > 0 ? source->starts - 1 : 0;
}

static void add_source(const struct source *source, struct text *json)
{
	json_key(json, source->interface);
	json_open_object(json);
	json_member_string(json, "state", bytes_of(source->is_open ? "open" : "closed"));
	json_member_string(json, "detail", bytes_of(source->said));
	json_member_int(json, "restarts", (int64_t)restarts(source));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		json_member_int(json, rows[i].name, (int64_t)number_of(source, &rows[i]));
	json_close_object(json);
}

void packets_status(const struct sources *sources, const struct join *join, struct text *json)
{
	const struct source *source;
	struct join_counts counts;

	json_key(json, "capture");
	json_open_object(json);
	for (unsigned i = 0; (source = sources_at(sources, i)) != NULL; i++)
		add_source(source, json);
	json_close_object(json);
	join_counts(join, &counts);
	json_key(json, "join");
	json_open_object(json);
	for (size_t i = 0; i < ARRAY_LEN(join_rows); i++)
		json_member_int(json, join_rows[i].name, (int64_t)join_count(&counts, join_rows[i].at));
	json_member_int(json, "waiting", counts.waiting);
	json_member_int(json, "connections", counts.remembered);
	json_member_int(json, "connections_evicted", (int64_t)counts.evicted);
	json_member_int(json, "proxied", (int64_t)counts.proxied);
	json_close_object(json);
}

static void add_head(struct text *out, const char *name, bool is_gauge, const char *help)
{
	text_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, is_gauge ? "gauge" : "counter");
}

/* An interface's name may hold anything but a slash and white space. */
static void add_label(struct text *out, const char *interface)
{
	for (; *interface; interface++) {
		if (*interface == '"' || *interface == '\\')
			text_addc(out, '\\');
		text_addc(out, *interface == '\n' ? ' ' : *interface);
	}
}

static void add_sample(struct text *out, const char *metric, const struct source *source, const char *label, uint64_t value)
{
	text_addf(out, "%s{interface=\"", metric);
	add_label(out, source->interface);
	text_addf(out, "\"%s} %llu\n", label, (unsigned long long)value);
}

static void add_join(struct text *out, const struct join *join)
{
	struct join_counts counts;

	join_counts(join, &counts);
	add_head(out, "assocd_join_events_total", false, "Events that asked for their packets, by what became of it.");
	for (size_t i = 0; i < ARRAY_LEN(join_rows); i++)
		text_addf(out, "assocd_join_events_total{outcome=\"%s\"} %llu\n", join_rows[i].outcome,
			  (unsigned long long)join_count(&counts, join_rows[i].at));
	add_head(out, "assocd_join_connections", true, "Connections that are remembered for events to come.");
	text_addf(out, "assocd_join_connections %u\n", counts.remembered);
	add_head(out, "assocd_join_connections_evicted_total", false, "Connections forgotten because as many as `flows` were remembered.");
	text_addf(out, "assocd_join_connections_evicted_total %llu\n", (unsigned long long)counts.evicted);
	add_head(out, "assocd_join_waiting", true, "Events that wait for their packets.");
	text_addf(out, "assocd_join_waiting %u\n", counts.waiting);
}

void packets_metrics(const struct sources *sources, const struct join *join, struct text *out)
{
	const struct source *source;
	const char *metric = NULL;

	add_head(out, "assocd_capture_up", true, "1 while the interface is captured.");
	for (unsigned k = 0; (source = sources_at(sources, k)) != NULL; k++)
		add_sample(out, "assocd_capture_up", source, "", source->is_open);
	add_head(out, "assocd_capture_restarts_total", false, "Times that the capturing process was started again.");
	for (unsigned k = 0; (source = sources_at(sources, k)) != NULL; k++)
		add_sample(out, "assocd_capture_restarts_total", source, "", restarts(source));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].metric) {
			metric = rows[i].metric;
			add_head(out, metric, rows[i].is_gauge, rows[i].help);
		}
		for (unsigned k = 0; (source = sources_at(sources, k)) != NULL; k++)
			add_sample(out, metric, source, rows[i].label, number_of(source, &rows[i]));
	}
	add_join(out, join);
}
