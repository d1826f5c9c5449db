/* `assocctl send`: files, standard input or growing logs to a running daemon.
 * I1: a line is let go only when the daemon has acknowledged it. */
#include "send.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collectors/tail/pattern.h"
#include "collectors/tail/follow.h"
#include "daemon/base/clock.h"
#include "daemon/main/config.h"
#include "print.h"

#define LINE_MAX_BYTES (64 * 1024)
#define CHUNK (256 * 1024)
#define WAITING_LINES 20000 /* sent and not acknowledged */
#define POLL_MS 200

struct sending {
	struct ctl *ctl;
	struct pattern *pattern;
	const char *site;
	struct line_counts *seen; /* of the file that is being read */
	struct send_queue queue;
	struct send_counts counts;
	struct send_wire *wire;
	struct text events; /* of one line, from the pattern */
	const char *file;
	uint64_t line;
	uint64_t bytes_read, bytes_all;
};

static void push_events(struct sending *s)
{
	struct bytes rest = text_bytes(&s->events);

	while (rest.len) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		send_queue_push(&s->queue, bytes_slice(rest, 0, (size_t)end), (struct send_source){ s->file, s->line });
		s->counts.events++;
		rest = bytes_slice(rest, (size_t)end + 1, rest.len);
	}
}

static void take_line(void *arg, struct bytes line, int64_t file_ms)
{
	struct sending *s = arg;
	struct pattern_place place = { file_ms, s->site ? bytes_of(s->site) : BYTES_NONE, s->seen };
	int n;

	s->line++;
	if (!bytes_trim(line).len)
		return;
	s->counts.lines++;
	if (line.len > LINE_MAX_BYTES) {
		send_count_refusal(&s->counts, (struct send_source){ s->file, s->line }, BYTES_LIT("size"), BYTES_LIT("the line is longer than 64 KiB"));
		return;
	}
	if (!s->pattern) {
		send_queue_push(&s->queue, line, (struct send_source){ s->file, s->line });
		s->counts.events++;
		return;
	}
	text_clear(&s->events);
	n = decode_pattern_line(s->pattern, &place, line, &s->events);
	s->counts.skipped += n == 0;
	s->counts.unreadable += n < 0;
	push_events(s);
}

/* -- a file from its beginning to its end, or standard input -- */

struct chunks {
	int fd;
	char *at;        /* CHUNK bytes and room for what a line began */
	size_t held;
	bool is_skipping; /* inside a line that is too long */
	int64_t file_ms;
};

static void give_lines(struct sending *s, struct chunks *c, bool is_end)
{
	struct bytes rest = bytes_make(c->at, c->held);

	while (rest.len) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		struct bytes line = end < 0 ? rest : bytes_slice(rest, 0, (size_t)end);
		if (end < 0 && !is_end && line.len <= LINE_MAX_BYTES)
			break;
		if (!c->is_skipping)
			take_line(s, line, c->file_ms);
		c->is_skipping = end < 0;
		rest = bytes_slice(rest, line.len + (end >= 0), rest.len);
	}
	memmove(c->at, rest.ptr, rest.len);
	c->held = rest.len;
}

/* Bytes, 0 at the end, -1 on an error. A pipe that has nothing more now lets what was read go out. */
static ssize_t read_chunk(struct sending *s, struct chunks *c, int *status)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	for (int wait_ms = 0; !*status && poll(&p, 1, wait_ms) == 0; wait_ms = POLL_MS)
		*status = send_wire_listen(s->wire);
	if (*status)
		return 0;
	return read(c->fd, c->at + c->held, CHUNK);
}

static int send_all(struct sending *s, struct chunks *c)
{
	int status = 0;
	ssize_t n;

	while ((n = read_chunk(s, c, &status)) > 0) {
		c->held += (size_t)n;
		s->bytes_read += (uint64_t)n;
		give_lines(s, c, false);
		status = send_wire_pump(s->wire, WAITING_LINES);
		if (status)
			return status;
		ctl_progress(s->ctl, s->bytes_all ? "sending" : "lines sent", s->bytes_all ? s->bytes_read : s->counts.lines, s->bytes_all, false);
	}
	if (status)
		return status;
	if (n < 0)
		return ctl_fail("%s: %s", s->file, errno == EISDIR ? "is a directory, a file is expected here" : strerror(errno));
	give_lines(s, c, true);
	return 0;
}

static int send_file(struct sending *s, const char *path)
{
	bool is_input = !strcmp(path, "-");
	struct chunks c = { .fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC) };
	struct stat st;
	int status;

	s->file = is_input ? "standard input" : path;
	s->line = 0;
	if (c.fd < 0)
		return ctl_fail("%s: %s", path, strerror(errno));
	c.at = xmalloc(CHUNK + LINE_MAX_BYTES + 1);
	c.file_ms = !is_input && !fstat(c.fd, &st) ? (int64_t)st.st_mtim.tv_sec * 1000 : clock_wall_ms();
	line_counts_free(s->seen);
	s->seen = line_counts_new();
	status = send_all(s, &c);
	if (!is_input)
		close(c.fd);
	free(c.at);
	return status;
}

/* -- growing files -- */

struct followed_file {
	struct follow *follow;
	struct line_counts *seen;
	uint64_t line;
};

static bool read_followed(struct sending *s, struct followed_file *file, char *buffer)
{
	const char *trouble;
	bool has_more;

	s->file = follow_path(file->follow);
	s->line = file->line;
	s->seen = file->seen;
	has_more = follow_read(file->follow, buffer, take_line, s);
	file->line = s->line;
	s->seen = NULL;
	trouble = follow_trouble(file->follow);
	if (trouble)
		ctl_fail("%s", trouble);
	return has_more;
}

/* Until a signal asks to stop. */
static int follow_all(struct sending *s, struct followed_file *files, int n, int signals)
{
	struct pollfd p = { .fd = signals, .events = POLLIN };
	char *buffer = xmalloc(FOLLOW_BUFFER);
	bool has_more = false;
	int status = 0;

	while (!status && poll(&p, 1, has_more ? 0 : POLL_MS) == 0) {
		has_more = false;
		for (int i = 0; i < n; i++)
			has_more |= read_followed(s, &files[i], buffer);
		status = send_wire_pump(s->wire, has_more ? WAITING_LINES : 0);
		ctl_progress(s->ctl, "lines sent", s->counts.lines, 0, false);
	}
	free(buffer);
	return status;
}

static int send_growing(struct sending *s, int n, char **paths)
{
	struct followed_file *files = xcalloc((size_t)n, sizeof(*files));
	sigset_t stops;
	int status, signals;

	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	sigprocmask(SIG_BLOCK, &stops, NULL);
	signals = signalfd(-1, &stops, SFD_CLOEXEC);
	for (int i = 0; i < n; i++) {
		files[i].follow = follow_new(paths[i], false);
		files[i].seen = line_counts_new();
	}
	status = follow_all(s, files, n, signals);
	for (int i = 0; i < n; i++) {
		follow_free(files[i].follow);
		line_counts_free(files[i].seen);
	}
	close(signals);
	sigprocmask(SIG_UNBLOCK, &stops, NULL);
	free(files);
	return status;
}

/* -- what became of it -- */

static void print_json(const struct send_counts *c)
{
	struct text t = { 0 };

	json_open_object(&t);
	json_member_int(&t, "lines", (int64_t)c->lines);
	json_member_int(&t, "skipped", (int64_t)c->skipped);
	json_member_int(&t, "unreadable", (int64_t)c->unreadable);
	json_member_int(&t, "events", (int64_t)c->events);
	json_member_int(&t, "accepted", (int64_t)c->accepted);
	json_member_int(&t, "duplicate", (int64_t)c->duplicate);
	json_member_int(&t, "refused", (int64_t)c->refused);
	json_key(&t, "reasons");
	json_open_object(&t);
	for (unsigned i = 0; i < c->n_reasons; i++)
		json_member_int(&t, c->reasons[i].word, (int64_t)c->reasons[i].n);
	json_close_object(&t);
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

static void print_summary(struct ctl *ctl, const struct send_counts *c)
{
	struct text t = { 0 };

	if (ctl->as_json) {
		print_json(c);
		return;
	}
	add_count(&t, c->lines, "lines read: ");
	add_count(&t, c->accepted, "accepted, ");
	add_count(&t, c->duplicate, "duplicate, ");
	add_count(&t, c->refused, "refused");
	if (c->skipped) {
		text_adds(&t, "; ");
		add_count(&t, c->skipped, "lines are no events of the pattern");
	}
	if (c->unreadable) {
		text_adds(&t, "; ");
		add_count(&t, c->unreadable, "lines have a time that cannot be read, or no account");
	}
	text_addc(&t, '\n');
	for (unsigned i = 0; i < c->n_reasons; i++) {
		text_adds(&t, "  ");
		add_count(&t, c->reasons[i].n, "refused for ");
		text_addf(&t, "%s\n", c->reasons[i].word);
	}
	for (unsigned i = 0; i < c->n_examples; i++) {
		text_addf(&t, "  %s:%llu: %s: ", c->examples[i].source.file, (unsigned long long)c->examples[i].source.line, c->examples[i].word);
		text_add_visible(&t, bytes_of(c->examples[i].detail));
		text_addc(&t, '\n');
	}
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

static int run_send(struct sending *s, const struct send_setup *setup, int n, char **paths)
{
	int status = 0;

	if (!s->ctl->url && !ctl_config(s->ctl))
		return 1;
	s->wire = send_wire_new(setup);
	s->bytes_all = size_of_all(n, paths);
	status = send_wire_pump(s->wire, 0); /* says at once when nobody listens */
	if (status) {
		send_wire_free(s->wire);
		return status;
	}
	if (setup->is_patient)
		status = send_growing(s, n, paths);
	for (int i = 0; i < n && !status && !setup->is_patient; i++)
		status = send_file(s, paths[i]);
	if (!status)
		status = send_wire_pump(s->wire, 0);
	ctl_progress(s->ctl, "sending", 0, 0, true);
	if (!status || s->counts.lines)
		print_summary(s->ctl, &s->counts);
	if (send_queue_count(&s->queue))
		ctl_fail("%zu events were not acknowledged; send the same again: what arrived is recognised", send_queue_count(&s->queue));
	send_wire_free(s->wire);
	return status ? status : s->counts.refused ? 1 : 0;
}

static int send_run(struct ctl *ctl, int argc, char **argv);
extern const struct ctl_command ctl_send;
static const struct reference_option send_options[] = {
	{ "--pattern", "PATTERN", "The lines are a log's, and the pattern says what is an event: a name in the folder of patterns, or a path.", NULL },
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
	.more = "Sending the same again is safe: what arrived is recognised. The status is 1 when a line was refused.",
	.example = "journalctl -fo json | assocctl send --pattern sshd-journal -",
	.run = send_run,
};

static int send_run(struct ctl *ctl, int argc, char **argv)
{
	struct sending s = { .ctl = ctl };
	const char *pattern = ctl_option(&argc, argv, "--pattern");
	struct send_setup setup = { .ctl = ctl, .queue = &s.queue, .counts = &s.counts, .site = ctl_option(&argc, argv, "--site"),
				    .is_backfill = ctl_flag(&argc, argv, "--backfill"), .is_patient = ctl_flag(&argc, argv, "--tail") };
	int status = ctl_no_more_options(&ctl_send, &argc, argv);

	if (status)
		return status;
	if (argc < 2)
		return ctl_usage(&ctl_send, "no file is named; - is standard input");
	for (int i = 1; i < argc && setup.is_patient; i++)
		if (!strcmp(argv[i], "-"))
			return ctl_usage(&ctl_send, "standard input cannot be followed by --tail: it is read until it ends anyway");
	s.site = setup.site;
	status = find_pattern(&s, pattern);
	if (!status)
		status = run_send(&s, &setup, argc - 1, argv + 1);
	pattern_free(s.pattern);
	line_counts_free(s.seen);
	send_queue_free(&s.queue);
	text_free(&s.events);
	return status;
}
