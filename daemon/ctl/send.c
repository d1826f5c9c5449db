/* `assocctl send`: files, standard input or growing logs to a running daemon.
 * I1: a line is let go only when the daemon has acknowledged it. */
#include "send.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "collectors/tail/follow.h"
#include "collectors/tail/pattern.h"
#include "daemon/main/config.h"
#include "daemon/model/event.h"
#include "lines.h"
#include "print.h"

extern const struct ctl_command ctl_send;

#define WAITING_LINES 20000 /* sent and not acknowledged */
#define POLL_MS 200

struct sending {
	struct ctl *ctl;
	struct pattern *pattern;
	const char *site;
	struct line_counts *seen; /* of the file that is being read */
	struct csv_header *header; /* the same */
	struct send_queue queue;
	struct send_counts counts;
	struct send_stop stop;
	struct send_wire *wire;
	struct text events; /* of one line, from the pattern */
	struct line_source source;
	uint64_t bytes_read, bytes_all;
	bool has_failed; /* a file could not be read; the others were */
	bool skips_file; /* the rest of this one is left alone */
};

static void push_events(struct sending *s)
{
	struct bytes rest = text_bytes(&s->events);

	while (rest.len) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		send_queue_push(&s->queue, bytes_slice(rest, 0, (size_t)end), s->source);
		s->counts.events++;
		rest = bytes_slice(rest, (size_t)end + 1, rest.len);
	}
}

/* The first line of a CSV file was read: a file without the columns that are asked for is left alone. */
static void check_header(struct sending *s)
{
	struct errbuf eb = { "" };

	if (!csv_header_is_read(s->header))
		errbuf_set(&eb, ERR_INPUT, "the first line does not name columns, each once");
	else if (pattern_check_header(s->pattern, s->header, &eb) == ERR_OK)
		return;
	s->skips_file = true;
	s->has_failed = ctl_fail("%s:%llu: %s", s->source.file, (unsigned long long)s->source.line, eb.text);
}

static void take_line(struct sending *s, struct bytes line, int64_t file_ms)
{
	struct pattern_place place = { file_ms, s->site ? bytes_of(s->site) : BYTES_NONE, s->seen, s->header };
	bool had_header = s->header && csv_header_is_read(s->header);
	int n;

	if (!bytes_trim(line).len || s->skips_file)
		return;
	s->counts.lines++;
	if (line.len > EVENT_LINE_MAX) {
		refusals_add(&s->counts.refused, s->source, BYTES_LIT("size"), BYTES_LIT("the line is longer than 64 KiB"));
		return;
	}
	if (!s->pattern) {
		send_queue_push(&s->queue, line, s->source);
		s->counts.events++;
		return;
	}
	text_clear(&s->events);
	n = decode_pattern_line(s->pattern, &place, line, &s->events);
	if (s->header && !had_header) {
		check_header(s);
		return;
	}
	s->counts.skipped += n == 0;
	if (n < 0 && s->counts.unreadable++ == 0)
		s->counts.first_unreadable = s->source;
	push_events(s);
}

/* -- a file from its beginning to its end, or standard input -- */

struct sent_file {
	struct sending *s;
	struct lines lines;
};

static void take_file_line(void *arg, struct bytes line)
{
	struct sent_file *file = arg;

	file->s->source = (struct line_source){ file->lines.name, file->lines.number };
	take_line(file->s, line, file->lines.modified_ms);
}

/* A pipe that has nothing more now lets what was read go out. False: a signal asked to stop, or *status. */
static bool wait_for_input(struct sending *s, int fd, int *status)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (int wait_ms = 0; !*status && !send_stop_wait(&s->stop, 0); wait_ms = POLL_MS) {
		if (poll(&p, 1, wait_ms) != 0)
			return true;
		*status = send_wire_listen(s->wire);
	}
	return false;
}

static int send_lines(struct sending *s, struct sent_file *file)
{
	struct lines *l = &file->lines;
	struct errbuf eb = { "" };
	int status = 0;
	size_t n = 1;

	while (n > 0 && wait_for_input(s, l->fd, &status)) {
		if (lines_read(l, take_file_line, file, &n, &eb)) {
			s->has_failed = ctl_fail("%s", eb.text);
			return 0;
		}
		s->bytes_read += n;
		status = send_wire_pump(s->wire, WAITING_LINES);
		ctl_progress(s->ctl, s->bytes_all ? "sending" : "lines sent", s->bytes_all ? s->bytes_read : s->counts.lines, s->bytes_all, false);
	}
	return status;
}

static void begin_file(struct sending *s)
{
	line_counts_free(s->seen);
	csv_header_free(s->header);
	s->seen = line_counts_new();
	s->header = s->pattern && pattern_wants_header(s->pattern) ? csv_header_new() : NULL;
	s->skips_file = false;
}

/* What cannot be read is named; the other files are sent all the same. */
static int send_file(struct sending *s, const char *path)
{
	struct sent_file file = { .s = s };
	struct errbuf eb = { "" };
	int status;

	if (lines_open(&file.lines, path, &eb)) {
		s->has_failed = ctl_fail("%s", eb.text);
		return 0;
	}
	begin_file(s);
	status = send_lines(s, &file);
	lines_close(&file.lines);
	return status;
}

/* -- growing files -- */

struct followed_file {
	struct sending *s;
	struct follow *follow;
	const char *path; /* as it was given: it outlives the following */
	struct line_counts *seen;
};

static void take_followed_line(void *arg, struct bytes line, int64_t file_ms)
{
	struct followed_file *file = arg;

	file->s->source = (struct line_source){ file->path, follow_line_number(file->follow) };
	take_line(file->s, line, file_ms);
}

static bool read_followed(struct followed_file *file, char *buffer)
{
	const char *trouble;
	bool has_more;

	file->s->seen = file->seen;
	has_more = follow_read(file->follow, buffer, take_followed_line, file);
	file->s->seen = NULL;
	trouble = follow_trouble(file->follow);
	if (trouble)
		ctl_fail("%s", trouble);
	return has_more;
}

/* Until a signal asks to stop. */
static int follow_all(struct sending *s, struct followed_file *files, int n)
{
	char *buffer = xmalloc(FOLLOW_BUFFER);
	bool has_more = false;
	int status = 0;

	while (!status && !send_stop_wait(&s->stop, has_more ? 0 : POLL_MS)) {
		has_more = false;
		for (int i = 0; i < n; i++)
			has_more |= read_followed(&files[i], buffer);
		status = send_wire_pump(s->wire, has_more ? WAITING_LINES : 0);
		ctl_progress(s->ctl, "lines sent", s->counts.lines, 0, false);
	}
	free(buffer);
	return status;
}

static int send_growing(struct sending *s, int n, char **paths)
{
	struct followed_file *files = xcalloc((size_t)n, sizeof(*files));
	int status;

	for (int i = 0; i < n; i++)
		files[i] = (struct followed_file){ s, follow_new(paths[i], false), paths[i], line_counts_new() };
	status = follow_all(s, files, n);
	for (int i = 0; i < n; i++) {
		follow_free(files[i].follow);
		line_counts_free(files[i].seen);
	}
	free(files);
	return status;
}

/* -- what became of it -- */

static void print_json(const struct sending *s)
{
	const struct send_counts *c = &s->counts;
	struct text t = { 0 };

	json_open_object(&t);
	json_member_int(&t, "lines", (int64_t)c->lines);
	json_member_int(&t, "skipped", (int64_t)c->skipped);
	json_member_int(&t, "unreadable", (int64_t)c->unreadable);
	json_member_int(&t, "events", (int64_t)c->events);
	json_member_int(&t, "accepted", (int64_t)c->accepted);
	json_member_int(&t, "duplicate", (int64_t)c->duplicate);
	json_member_int(&t, "refused", (int64_t)c->refused.n);
	refusals_json(&c->refused, "reasons", &t);
	json_member_int(&t, "ignored", (int64_t)c->ignored.n);
	refusals_json(&c->ignored, "ignored_reasons", &t);
	json_member_int(&t, "unacknowledged", (int64_t)send_queue_count(&s->queue));
	json_close_object(&t);
	text_addc(&t, '\n');
	print_out(&t);
	text_free(&t);
}

static void add_count(struct text *t, uint64_t n, const char *what)
{
	print_count(t, (int64_t)n);
	text_addf(t, " %s", what);
}

static void print_summary(const struct sending *s)
{
	const struct send_counts *c = &s->counts;
	struct text t = { 0 };

	if (s->ctl->as_json) {
		print_json(s);
		return;
	}
	add_count(&t, c->lines, c->lines == 1 ? "line read: " : "lines read: ");
	add_count(&t, c->accepted, "accepted, ");
	add_count(&t, c->duplicate, "duplicate, ");
	add_count(&t, c->refused.n, "refused");
	if (c->skipped) {
		text_adds(&t, "; ");
		add_count(&t, c->skipped, c->skipped == 1 ? "line is no event" : "lines are no events");
		text_adds(&t, " of the pattern");
	}
	if (c->unreadable) {
		text_adds(&t, "; ");
		add_count(&t, c->unreadable, c->unreadable == 1 ? "line has" : "lines have");
		text_addf(&t, " a time that cannot be read, no account, or too much for an expression of the pattern, the first %s:%llu",
			  c->first_unreadable.file, (unsigned long long)c->first_unreadable.line);
	}
	text_addc(&t, '\n');
	refusals_print(&c->refused, "refused", &t);
	if (!s->pattern && c->refused.n > 0 && c->accepted + c->duplicate == 0)
		text_adds(&t, "  an event is one JSON object on one line (assocd-events(5)); lines of a log or a table need a --pattern\n");
	refusals_print(&c->ignored, "taken and without effect", &t);
	print_out(&t);
	text_free(&t);
}

static uint64_t size_of_all(int n, char **paths)
{
	uint64_t all = 0;
	struct stat st;

	for (int i = 0; i < n; i++) {
		if (!strcmp(paths[i], "-") || stat(paths[i], &st) || !S_ISREG(st.st_mode))
			return 0;
		all += (uint64_t)st.st_size;
	}
	return all;
}

static int map_columns(struct sending *s, const char *map)
{
	struct errbuf eb = { "" };

	if (!map || !s->pattern)
		return map ? ctl_usage(&ctl_send, "--map goes with --pattern") : 0;
	return pattern_map(s->pattern, bytes_of(map), &eb) == ERR_OK ? 0 : ctl_fail("--map: %s", eb.text);
}

static int find_pattern(struct sending *s, const char *name)
{
	const struct config *config;
	struct errbuf eb = { "" };
	char *shipped = NULL;
	const char *dir;
	enum err e;

	if (!name)
		return 0;
	/* With --url there may be no configuration here at all. */
	config = s->ctl->url && !s->ctl->config_path ? NULL : ctl_config(s->ctl);
	if (!config && !s->ctl->url)
		return 1;
	dir = config ? config->patterns_dir : (shipped = config_shipped_path("config/patterns"));
	e = pattern_load(dir ? dir : ".", name, &s->pattern, &eb);
	free(shipped);
	return e ? ctl_fail("%s", eb.text) : 0;
}

/* Where to go on, when not everything was acknowledged. */
static void say_what_is_open(const struct sending *s, bool is_endless)
{
	size_t n = send_queue_count(&s->queue);
	struct line_source first = send_queue_source(&s->queue, s->queue.first);

	if (n)
		ctl_fail("%zu events were not acknowledged, the first is %s:%llu; send the same again: what arrived is recognised", n,
			 first.file, (unsigned long long)first.line);
	else if (s->stop.signal && s->source.file && !is_endless)
		ctl_fail("stopped behind %s:%llu; everything up to there is acknowledged", s->source.file, (unsigned long long)s->source.line);
}

/* Where no file could be read, the errors say all; a program still gets its object. */
static bool has_summary(const struct sending *s, int status)
{
	return s->counts.lines > 0 || (!status && (!s->has_failed || s->ctl->as_json));
}

static int send_all(struct sending *s, const struct send_setup *setup, int n, char **paths)
{
	int status = send_wire_pump(s->wire, 0); /* says at once when nobody listens */

	if (status)
		return status;
	if (setup->is_patient)
		status = send_growing(s, n, paths);
	for (int i = 0; i < n && !status && !setup->is_patient && !s->stop.signal; i++)
		status = send_file(s, paths[i]);
	if (!status)
		status = send_wire_pump(s->wire, 0);
	ctl_progress(s->ctl, "sending", 0, 0, true);
	if (has_summary(s, status))
		print_summary(s);
	say_what_is_open(s, setup->is_patient);
	return status;
}

static int run_send(struct sending *s, const struct send_setup *setup, int n, char **paths)
{
	int status;

	if (!s->ctl->url && !ctl_config(s->ctl))
		return 1;
	s->bytes_all = size_of_all(n, paths);
	s->wire = send_wire_new(setup);
	send_stop_begin(&s->stop);
	status = send_all(s, setup, n, paths);
	send_stop_end(&s->stop);
	send_wire_free(s->wire);
	if (!status && s->stop.signal && (!setup->is_patient || send_queue_count(&s->queue)))
		return 128 + s->stop.signal;
	return status ? status : s->has_failed || s->counts.refused.n ? 1 : 0;
}

static int send_run(struct ctl *ctl, int argc, char **argv);
static const struct reference_option send_options[] = {
	{ "--pattern", "PATTERN", "The lines are a log's, and the pattern says what is an event: a name in the folder of patterns, or a path.", NULL },
	{ "--map", "NAME=COLUMN,...", "With a pattern of csv, form or json: what the pattern calls NAME is called COLUMN in the lines.", NULL },
	{ "--tail", NULL, "Follows the files through rotations until Ctrl-C, and waits for a daemon that is gone.", NULL },
	{ "--backfill", NULL, "History: sinks are not told, and this machine's clock is no limit.", NULL },
	{ "--site", "NAME", "Site of accounts whose event names none; with a pattern, of all of them.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_send = {
	.name = "send",
	.arguments = "[OPTION]... FILE...",
	.options = send_options,
	.help = "Feeds events or log lines to the running daemon, with progress, and sums up; - is standard input.",
	.more = "Sending the same again is safe: what arrived is recognised. While the daemon's disk is full it waits, and says so. "
		"Ended by Ctrl-C or SIGTERM it says what is acknowledged and where to go on. The status is 1 when a line was refused. Statements that "
		"changed nothing (of an alert that there is not, say) are counted and named, too.",
	.example = "journalctl -fo json | assocctl send --pattern sshd-journal -",
	.run = send_run,
};

static int send_run(struct ctl *ctl, int argc, char **argv)
{
	struct sending s = { .ctl = ctl };
	const char *pattern = ctl_option(&argc, argv, "--pattern"), *map = ctl_option(&argc, argv, "--map");
	struct send_setup setup = { .ctl = ctl, .queue = &s.queue, .counts = &s.counts, .stop = &s.stop, .site = ctl_option(&argc, argv, "--site"),
				    .is_backfill = ctl_flag(&argc, argv, "--backfill"), .is_patient = ctl_flag(&argc, argv, "--tail") };
	int status = ctl_no_more_options(&ctl_send, &argc, argv);

	if (status)
		return status;
	if (argc < 2)
		return ctl_usage(&ctl_send, "no file is named; - is standard input");
	if (setup.site && !event_site_is_valid(bytes_of(setup.site)))
		return ctl_usage(&ctl_send, "--site: " EVENT_SITE_RULE);
	for (int i = 1; i < argc && setup.is_patient; i++)
		if (!strcmp(argv[i], "-"))
			return ctl_usage(&ctl_send, "standard input cannot be followed by --tail: it is read until it ends anyway");
	s.site = setup.site;
	status = find_pattern(&s, pattern);
	if (!status)
		status = map_columns(&s, map);
	if (!status && setup.is_patient && s.pattern && pattern_wants_header(s.pattern))
		status = ctl_usage(&ctl_send, "--tail may begin in the middle of a file: the pattern must name the columns itself");
	if (!status)
		status = run_send(&s, &setup, argc - 1, argv + 1);
	pattern_free(s.pattern);
	line_counts_free(s.seen);
	csv_header_free(s.header);
	send_queue_free(&s.queue);
	text_free(&s.events);
	return status;
}
