/* Latencies, memory, space, certificate, what a reload refused, and the limit of memory. */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/metrics.h"

#define MEMORY_LOOK_US 200000
#define MEMORY_LET_GO 95 /* percent of the limit */

enum measure {
	SCORING, COMMIT, READY, STARTED, ENGINE_TIME, STATE_FREE, DATABASE, RESIDENT, MEMORY_LIMIT, MEMORY_PAIRS, MEMORY_ENGINE,
	MEMORY_KNOWN, CERTIFICATE, HANDSHAKES, HANDSHAKES_FAILED, RELOADED, UNAUDITED, MEASURES
};

/* What is read again while the daemon runs, each taken or refused by itself. */
enum reload_part { RELOAD_RULES, RELOAD_TOKENS, RELOAD_CERTIFICATE, RELOAD_SINKS, RELOAD_PARTS };
static const char *const reload_parts[] = { "rules", "tokens", "certificate", "sinks", NULL };

static const struct metric_row rows[MEASURES] = {
	[SCORING] = { "assocd_scoring_seconds", METRIC_HISTOGRAM, "Time to apply one event: index, score, clusters, policies.", NULL, NULL },
	[COMMIT] = { "assocd_journal_commit_seconds", METRIC_HISTOGRAM, "Time of one transaction of the journal, synced.", NULL, NULL },
	[READY] = { "assocd_ready", METRIC_GAUGE, "1 while events are taken; /readyz says why not.", NULL, NULL },
	[STARTED] = { "assocd_start_time_seconds", METRIC_GAUGE, "When the daemon was started, in seconds since 1970.", NULL, NULL },
	[ENGINE_TIME] = { "assocd_engine_time_seconds", METRIC_GAUGE, "Time of the newest event applied, in seconds since 1970.", NULL, NULL },
	[STATE_FREE] = { "assocd_state_free_bytes", METRIC_GAUGE, "Space that is free for the state folder.", NULL, NULL },
	[DATABASE] = { "assocd_database_bytes", METRIC_GAUGE, "The journal on the disk, with what waits to be merged into it.", NULL, NULL },
	[RESIDENT] = { "assocd_memory_resident_bytes", METRIC_GAUGE, "Memory of the process.", NULL, NULL },
	[MEMORY_LIMIT] = { "assocd_memory_limit_bytes", METRIC_GAUGE, "Memory beyond which events are refused; 0: no limit.", NULL, NULL },
	[MEMORY_PAIRS] = { "assocd_memory_pairs_bytes", METRIC_GAUGE, "Memory of the stored pairs.", NULL, NULL },
	[MEMORY_ENGINE] = { "assocd_memory_engine_bytes", METRIC_GAUGE, "Memory of the engine in all.", NULL, NULL },
	[MEMORY_KNOWN] = { "assocd_memory_known_ids_bytes", METRIC_GAUGE, "Memory of the event ids that are remembered.", NULL, NULL },
	[CERTIFICATE] = { "assocd_tls_certificate_expires_seconds", METRIC_GAUGE,
			  "When the certificate in use expires, in seconds since 1970; 0: there is none.", NULL, NULL },
	[HANDSHAKES] = { "assocd_tls_handshakes_total", METRIC_COUNTER, "TLS connections begun.", NULL, NULL },
	[HANDSHAKES_FAILED] = { "assocd_tls_handshakes_failed_total", METRIC_COUNTER, "Connections that came to no TLS.", NULL, NULL },
	[RELOADED] = { "assocd_last_reload_successful", METRIC_GAUGE,
		       "0 while what was read before stays in use, because the files were refused when they were read again.", "part", reload_parts },
	[UNAUDITED] = { "assocd_audit_missing_entries", METRIC_GAUGE,
			"Requests that the audit log misses because it cannot be written; 0 once it can.", NULL, NULL },
};

struct metrics *measures_new(void)
{
	return metrics_new(rows, MEASURES);
}

void measure_scoring(struct daemon *d, size_t n, int64_t took_us)
{
	if (n > 0)
		metrics_observe_many_us(d->measures, SCORING, (uint64_t)took_us / n, n);
}

void measure_commit(struct daemon *d, int64_t took_us)
{
	metrics_observe_us(d->measures, COMMIT, (uint64_t)took_us);
}

/* 0 when the system does not say. */
static uint64_t resident_bytes(void)
{
	unsigned long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%*u %llu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t free_bytes(const char *dir)
{
	struct statvfs fs;
	return statvfs(dir, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize : 0;
}

static uint64_t file_bytes(const char *dir, const char *name)
{
	struct text path = { 0 };
	struct stat st;
	text_addf(&path, "%s/%s", dir, name);
	uint64_t size = stat(path.ptr, &st) == 0 ? (uint64_t)st.st_size : 0;
	text_free(&path);
	return size;
}

static uint64_t database_bytes(const char *dir)
{
	return file_bytes(dir, "assocd.db") + file_bytes(dir, "assocd.db-wal");
}

static uint64_t limit_bytes(const struct daemon *d)
{
	return (uint64_t)d->config->memory_limit << 20;
}

static bool is_ready(struct daemon *d, struct text *reasons)
{
	bool is_fine = report_is_ready(d, reasons);
	if (intake_is_congested(d->intake) && is_fine)
		text_adds(reasons, "more events are waiting than can be kept\n");
	return is_fine && !intake_is_congested(d->intake);
}

static void set(struct daemon *d, enum measure row, uint64_t value)
{
	metrics_set(d->measures, row, 0, (int64_t)value);
}

/* Of each part what was refused; nothing when what was read last is in use. */
static void read_refusals(const struct daemon *d, struct text out[RELOAD_PARTS])
{
	text_adds(&out[RELOAD_RULES], d->rules_refusal.text);
	text_adds(&out[RELOAD_TOKENS], api_tokens_refusal(d->api));
	text_adds(&out[RELOAD_CERTIFICATE], d->certificate_refusal.text);
	sinks_refusals(d->sinks, &out[RELOAD_SINKS]);
}

static void set_reloaded(struct daemon *d)
{
	struct text refusals[RELOAD_PARTS] = { { 0 } };
	read_refusals(d, refusals);
	for (unsigned i = 0; i < RELOAD_PARTS; i++) {
		metrics_set(d->measures, RELOADED, i, refusals[i].len == 0);
		text_free(&refusals[i]);
	}
}

/* Only what was refused, with the reason. */
static void add_refusals(const struct daemon *d, struct text *json)
{
	struct text refusals[RELOAD_PARTS] = { { 0 } };
	read_refusals(d, refusals);
	json_key(json, "reload_refused");
	json_open_object(json);
	for (unsigned i = 0; i < RELOAD_PARTS; i++) {
		if (refusals[i].len > 0)
			json_member_string(json, reload_parts[i], text_bytes(&refusals[i]));
		text_free(&refusals[i]);
	}
	json_close_object(json);
}

static void set_tls(struct daemon *d)
{
	struct tls_counts counts;
	if (d->tls == NULL)
		return;
	tls_server_counts(d->tls, &counts);
	set(d, CERTIFICATE, (uint64_t)tls_server_expires_ms(d->tls) / 1000);
	set(d, HANDSHAKES, counts.handshakes);
	set(d, HANDSHAKES_FAILED, counts.failed);
}

void measures_print(struct daemon *d, struct text *out)
{
	const char *dir = d->config->state_dir;
	struct text reasons = { 0 };
	struct engine_stats engine;
	struct intake_stats intake;
	engine_stats(d->now.engine, &engine);
	intake_stats(d->intake, &intake);
	set(d, READY, is_ready(d, &reasons));
	set(d, STARTED, (uint64_t)(clock_wall_ms() - (clock_mono_us() - d->started_us) / 1000) / 1000);
	set(d, ENGINE_TIME, engine.now_ms > 0 ? (uint64_t)engine.now_ms / 1000 : 0);
	set(d, STATE_FREE, free_bytes(dir));
	set(d, DATABASE, database_bytes(dir));
	set(d, RESIDENT, resident_bytes());
	set(d, MEMORY_LIMIT, limit_bytes(d));
	set(d, MEMORY_PAIRS, engine.memory_pairs);
	set(d, MEMORY_ENGINE, engine.memory_total);
	set(d, MEMORY_KNOWN, intake.known_memory);
	set_tls(d);
	set_reloaded(d);
	set(d, UNAUDITED, api_unaudited(d->api));
	metrics_print(d->measures, out);
	text_free(&reasons);
}

static void add_reasons(struct daemon *d, struct text *json)
{
	struct text reasons = { 0 };
	json_key(json, "not_ready");
	json_open_array(json);
	(void)is_ready(d, &reasons);
	for (struct bytes rest = text_bytes(&reasons); rest.len > 0;) {
		struct bytes line = bytes_slice(rest, 0, (size_t)bytes_find_char(rest, '\n'));
		json_string(json, line);
		rest = bytes_slice(rest, line.len + 1, rest.len);
	}
	json_close_array(json);
	text_free(&reasons);
}

void measures_status(struct daemon *d, struct text *json)
{
	const char *dir = d->config->state_dir;
	struct intake_stats intake;
	intake_stats(d->intake, &intake);
	add_reasons(d, json);
	add_refusals(d, json);
	json_member_int(json, "audit_missing", api_unaudited(d->api));
	json_member_int(json, "memory_resident_bytes", (int64_t)resident_bytes());
	json_member_int(json, "memory_limit_bytes", (int64_t)limit_bytes(d));
	json_member_int(json, "database_bytes", (int64_t)database_bytes(dir));
	json_member_int(json, "state_free_bytes", (int64_t)free_bytes(dir));
	if (intake.last_arrival_ms > 0)
		json_member_int(json, "last_event_s", (clock_wall_ms() - intake.last_arrival_ms) / 1000);
	if (d->tls != NULL)
		json_member_time(json, "certificate_expires", tls_server_expires_ms(d->tls));
}

static void bar(struct daemon *d, uint64_t resident)
{
	struct errbuf why = { { 0 } };
	errbuf_set(&why, ERR_NOMEM, "the daemon holds %llu MiB, more than the `memory_limit` of %lld MiB; nothing is taken until it is "
		   "less: give it more memory, or let the journal hold less", (unsigned long long)(resident >> 20),
		   (long long)d->config->memory_limit);
	log_error("main", "%s", why.text);
	intake_bar(d->intake, ERR_NOMEM, why.text);
	d->is_barred = true;
}

int64_t step_memory(struct daemon *d, int64_t mono_us)
{
	uint64_t limit = limit_bytes(d), resident;
	if (limit == 0)
		return -1;
	if (mono_us < d->memory_look_us)
		return d->memory_look_us - mono_us;
	d->memory_look_us = mono_us + MEMORY_LOOK_US;
	resident = resident_bytes();
	if (!d->is_barred && resident > limit) {
		memory_give_back(); /* what a burst needed may be all there is to it */
		resident = resident_bytes();
	}
	if (!d->is_barred && resident > limit) {
		bar(d, resident);
	} else if (d->is_barred && resident <= limit / 100 * MEMORY_LET_GO) {
		log_info("main", "the daemon holds %llu MiB and takes events again", (unsigned long long)(resident >> 20));
		intake_bar(d->intake, ERR_OK, "");
		d->is_barred = false;
	}
	return MEMORY_LOOK_US;
}
