/* Lines of one log to intake.
 * I1: at most one group is on its way; its lines are kept until it is answered, and offered again if it failed.
 * I2: the place is taken only while no group is on its way, so that it never says "read" of what is not committed, and
 *     the line counts in it are those of the same moment. */
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/vec.h"

#define RETRY_US INT64_C(1000000)
#define PLACE_EVERY_US INT64_C(500000)

/* Outlives the log if need be: intake answers it then, too. Unless the process ends: what intake drops with itself is not
 * answered, and goes with the process. */
struct on_its_way {
	struct tail_log *log;
};

struct tail_log {
	const struct collector_host *host;
	const struct log_setup *setup;
	struct follow *follow;
	struct line_counts *counts;
	struct text events; /* of the group on its way, or to be offered again */
	struct VEC(uint64_t) numbers; /* of the lines that they are from */
	struct on_its_way *group;
	int64_t retry_at_us; /* 0: nothing to offer again */
	struct text place;
	int64_t place_at_us;
	bool is_place_due, is_place_changed, is_failing, is_restored, is_announced;
	struct log_pace refusals, ignorings; /* who writes the log can have them as often as he likes */
	struct collector_stats stats;
};

struct tail_log *tail_log_new(const struct collector_host *host, const struct log_setup *setup, const char *path)
{
	struct tail_log *log = xcalloc(1, sizeof(*log));

	log->host = host;
	log->setup = setup;
	log->follow = follow_new(path, setup->from_end);
	log->counts = line_counts_new();
	return log;
}

void tail_log_free(struct tail_log *log)
{
	if (!log)
		return;
	if (log->group)
		log->group->log = NULL;
	follow_free(log->follow);
	line_counts_free(log->counts);
	text_free(&log->events);
	VEC_FREE(&log->numbers);
	text_free(&log->place);
	free(log);
}

const char *tail_log_path(const struct tail_log *log)
{
	return follow_path(log->follow);
}

bool tail_log_has(const struct tail_log *log, dev_t dev, ino_t ino)
{
	return follow_has(log->follow, dev, ino);
}

bool tail_log_is_waiting(const struct tail_log *log)
{
	return log->group != NULL;
}

/* The first one at once, then one of many now and then; status and metrics have them all. */
static void say_lines(struct tail_log *log, struct log_pace *pace, uint64_t happened, uint64_t number, const char *why)
{
	char place[24] = "", others[48] = "";
	uint64_t n;

	if (!log_is_due(pace, clock_mono_us(), happened, &n))
		return;
	if (number)
		snprintf(place, sizeof(place), ":%llu", (unsigned long long)number);
	if (n > 1)
		snprintf(others, sizeof(others), " (and %llu more lines)", (unsigned long long)(n - 1));
	log_warn("tail", "%s%s is %s: %s%s", tail_log_path(log), place, pace == &log->refusals ? "refused" : "taken and changes nothing",
		 why, others);
}

static void say_refusal(struct tail_log *log, uint64_t happened, uint64_t number, const char *why)
{
	say_lines(log, &log->refusals, happened, number, why);
}

static void take_line(void *arg, struct bytes line, int64_t file_ms)
{
	struct tail_log *log = arg;
	struct pattern_place place = { .file_ms = file_ms, .site = bytes_of(log->setup->site), .counts = log->counts };
	uint64_t number = follow_line_number(log->follow);
	int n;

	log->stats.lines++;
	if (!log->setup->pattern) {
		text_add(&log->events, line);
		text_addc(&log->events, '\n');
		VEC_PUSH(&log->numbers, number);
		return;
	}
	n = decode_pattern_line(log->setup->pattern, &place, line, &log->events);
	log->stats.skipped += n == 0;
	log->stats.errors += n < 0;
	if (n < 0)
		say_refusal(log, 1, number, "the time cannot be read, there is no account, or an expression of the pattern gave up on it");
	for (int i = 0; i < n; i++)
		VEC_PUSH(&log->numbers, number);
}

static void take_answer(struct tail_log *log, const struct intake_group *g)
{
	log->is_place_due = true;
	log->stats.accepted += g->accepted;
	log->stats.duplicate += g->duplicate;
	log->stats.refused += g->refused;
	if (log->is_failing)
		log_info("tail", "%s: lines are stored again", tail_log_path(log));
	log->is_failing = false;
	if (g->n_refusals)
		say_refusal(log, g->refused, log->numbers.at[g->refusals[0].line - 1], g->refusals[0].detail);
	if (g->n_ignorings)
		say_lines(log, &log->ignorings, g->ignored, log->numbers.at[g->ignorings[0].line - 1], g->ignorings[0].detail);
	text_clear(&log->events);
	log->numbers.n = 0;
}

static void on_done(struct intake_group *g, void *arg)
{
	struct on_its_way *group = arg;
	struct tail_log *log = group->log;

	free(group);
	if (!log)
		return;
	log->group = NULL;
	if (!g->result) {
		take_answer(log, g);
		return;
	}
	log->retry_at_us = clock_mono_us() + RETRY_US;
	if (!log->is_failing)
		log_warn("tail", "%s: lines cannot be stored (%s); offering them again every second", tail_log_path(log), g->error.text);
	log->is_failing = true;
}

static void offer_events(struct tail_log *log)
{
	struct intake_group setup = { .source = SOURCE_TAIL, .first_line = 1, .default_site = bytes_of(log->setup->site),
				      .voice = log->setup->is_trusted ? VOICE_TRUSTED : VOICE_PLAIN, .done = on_done };
	struct bytes rest = text_bytes(&log->events);
	struct intake_group *g;

	log->group = xcalloc(1, sizeof(*log->group));
	log->group->log = log;
	log->retry_at_us = 0;
	setup.arg = log->group;
	g = intake_open(log->host->intake, &setup);
	while (rest.len) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		intake_offer(log->host->intake, g, bytes_slice(rest, 0, (size_t)end));
		rest = bytes_slice(rest, (size_t)end + 1, rest.len);
	}
	intake_seal(log->host->intake, g);
}

static void say_trouble(struct tail_log *log)
{
	const char *trouble = follow_trouble(log->follow);

	if (!trouble)
		return;
	log->stats.errors++;
	log_warn("tail", "%s", trouble);
}

/* I2 */
static void take_place(struct tail_log *log, int64_t now)
{
	struct text counts = { 0 };

	text_clear(&log->place);
	json_open_object(&log->place);
	follow_save(log->follow, &log->place);
	line_counts_save(log->counts, &counts);
	json_member_string(&log->place, "counts", text_bytes(&counts));
	json_close_object(&log->place);
	text_free(&counts);
	log->place_at_us = now;
	log->is_place_due = false;
	log->is_place_changed = true;
}

/* Once: that it is followed, or waited for; what can be neither is a trouble of its own. */
static void announce(struct tail_log *log, bool is_first)
{
	const char *path = tail_log_path(log);
	struct stat st;

	if (stat(path, &st) != 0) {
		if (is_first && errno == ENOENT)
			log_info("tail", "%s is not there yet: waiting for it", path);
		return;
	}
	if (S_ISDIR(st.st_mode))
		return;
	log->is_announced = true;
	log_info("tail", "following %s%s", path, log->is_restored ? " from where it was left" : "");
}

void tail_log_begin(struct tail_log *log)
{
	announce(log, true);
}

bool tail_log_step(struct tail_log *log, char *buffer)
{
	int64_t now = clock_mono_us();
	bool has_more;

	if (!log->is_announced)
		announce(log, false);
	if (log->group || now < log->retry_at_us)
		return false;
	if (log->retry_at_us) {
		offer_events(log);
		return false;
	}
	if (log->is_place_due && now - log->place_at_us >= PLACE_EVERY_US)
		take_place(log, now);
	has_more = follow_read(log->follow, buffer, take_line, log);
	say_trouble(log);
	log->is_place_due |= has_more;
	if (log->events.len)
		offer_events(log);
	return has_more;
}

bool tail_log_place_changed(const struct tail_log *log)
{
	return log->is_place_changed;
}

struct bytes tail_log_place(struct tail_log *log)
{
	if (!log->group && !log->retry_at_us && (log->is_place_due || !log->place.len))
		take_place(log, clock_mono_us());
	log->is_place_changed = false;
	return text_bytes(&log->place);
}

void tail_log_restore(struct tail_log *log, const struct json_doc *doc, const struct json_node *saved)
{
	log->is_restored = true;
	follow_restore(log->follow, doc, saved);
	line_counts_restore(log->counts, json_get_text(doc, saved, "counts"));
}

void tail_log_add_stats(const struct tail_log *log, struct collector_stats *out)
{
	const struct follow_counts *counts = follow_counts(log->follow);

	out->lines += log->stats.lines;
	out->accepted += log->stats.accepted;
	out->duplicate += log->stats.duplicate;
	out->refused += log->stats.refused;
	out->skipped += log->stats.skipped;
	out->truncations += counts->truncations;
	out->errors += log->stats.errors + counts->half_lines;
}
