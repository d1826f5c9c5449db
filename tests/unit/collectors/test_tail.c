/* The tail collector with a loop and real files: what reaches intake, and what is kept for the next start. */
#include "collector_row.h"
#include "intake_double.h"

#include <fcntl.h>
#include <unistd.h>

#include "collectors/tail/places.h"
#include "daemon/vendor/yaml.h"

struct world {
	struct intake in;
	struct loop *loop;
	struct loop_timer *timer;
	struct collector_host host;
	const struct collector *row;
	void *self;
	char dir[64], state[80];
	int turns;
	bool is_held;
};

static void on_turn(void *arg)
{
	struct world *w = arg;

	if (!w->is_held)
		double_answer(&w->in);
	if (--w->turns <= 0)
		loop_stop(w->loop);
	loop_timer_set(w->timer, 5);
}

static void nothing(void *arg)
{
}

/* Some turns of 5 ms: more than a poll interval. */
static void turn(struct world *w)
{
	w->turns = 60;
	loop_timer_set(w->timer, 0);
	loop_run(w->loop, on_turn, w);
}

static void start(struct world *w, const char *config)
{
	struct yaml_doc *doc = NULL;
	struct errbuf eb = { "" };

	assert_int_equal(yaml_parse(bytes_of(config), "c", &doc, &eb), ERR_OK);
	if (w->row->start(&w->host, doc, yaml_root(doc), &w->self, &eb))
		fail_msg("%s", eb.text);
	yaml_doc_free(doc);
}

static void begin(struct world *w, const char *config)
{
	memset(w, 0, sizeof(*w));
	strcpy(w->dir, "/tmp/tail-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->loop = loop_new();
	w->timer = loop_timer_new(w->loop, nothing, w);
	w->host = (struct collector_host){ .loop = w->loop, .intake = &w->in, .state_dir = w->dir, .config_dir = w->dir,
					   .patterns_dir = SOURCE_DIR "/config/patterns" };
	w->row = row_named("tail");
	text_adds(&w->in.lines, "");
	start(w, config);
}

static void end(struct world *w)
{
	char command[100];

	w->row->stop(w->self);
	w->in.result = ERR_OK;
	double_answer(&w->in);
	loop_timer_free(w->timer);
	loop_free(w->loop);
	double_free(&w->in);
	snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
}

static char *in_dir(struct world *w, const char *name)
{
	snprintf(w->state, sizeof(w->state), "%s/%s", w->dir, name);
	return w->state;
}

static void write_to(struct world *w, const char *name, const char *text)
{
	int fd = open(in_dir(w, name), O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static unsigned count_of(struct world *w, const char *what)
{
	unsigned n = 0;

	for (const char *at = w->in.lines.len ? w->in.lines.ptr : ""; (at = strstr(at, what)); at++)
		n++;
	return n;
}

#define FAILED(n) "Dec 10 06:55:4" n " h sshd[2]: Failed password for root from 192.0.2.1 port 3 ssh2\n"

static void lines_become_events_of_the_pattern(void **state)
{
	struct collector_stats stats;
	struct world w;

	begin(&w, "files:\n  - {file: auth.log, pattern: sshd, site: prod}\n");
	write_to(&w, "auth.log", FAILED("1") "Dec 10 06:55:42 h sshd[2]: Connection closed\n" FAILED("3"));
	turn(&w);
	assert_int_equal(count_of(&w, "\"site\":\"prod\",\"type\":\"login\",\"account\":\"root\",\"ok\":false"), 2);
	w.row->stats(w.self, &stats);
	assert_int_equal(stats.lines, 3);
	assert_int_equal(stats.skipped, 1);
	assert_int_equal(stats.accepted, 2);
	end(&w);
}

static void a_restart_repeats_nothing_and_counts_on(void **state)
{
	char first[80], third[80];
	struct world w;

	begin(&w, "files:\n  - {file: auth.log, pattern: sshd}\n");
	write_to(&w, "auth.log", FAILED("1") FAILED("1"));
	turn(&w);
	assert_int_equal(count_of(&w, "\"id\""), 2);
	snprintf(first, sizeof(first), "%.40s", w.in.lines.ptr);
	w.row->stop(w.self);
	text_clear(&w.in.lines);
	start(&w, "files:\n  - {file: auth.log, pattern: sshd}\n");
	write_to(&w, "auth.log", FAILED("1"));
	turn(&w);
	assert_int_equal(count_of(&w, "\"id\""), 1);
	snprintf(third, sizeof(third), "%.40s", w.in.lines.ptr);
	assert_string_not_equal(first, third); /* the third of its second, not the first again */
	end(&w);
}

static void what_was_not_committed_is_read_again_after_a_crash(void **state)
{
	struct world w;

	begin(&w, "files:\n  - {file: a.log}\n");
	write_to(&w, "a.log", "{\"a\":1}\n");
	w.is_held = true;
	turn(&w);
	assert_int_equal(w.in.n_offered, 1);
	w.row->stop(w.self); /* unanswered */
	w.in.result = ERR_IO;
	double_answer(&w.in);
	w.in.result = ERR_OK;
	w.is_held = false;
	start(&w, "files:\n  - {file: a.log}\n");
	turn(&w);
	assert_string_equal(w.in.lines.ptr, "{\"a\":1}\n");
	end(&w);
}

static void a_failed_commit_is_offered_again(void **state)
{
	struct world w;

	begin(&w, "files:\n  - {file: a.log}\n");
	write_to(&w, "a.log", "{\"a\":1}\n");
	w.in.result = ERR_FULL;
	turn(&w);
	assert_int_equal(w.in.lines.len, 0);
	write_to(&w, "a.log", "{\"a\":2}\n");
	w.in.result = ERR_OK;
	for (int i = 0; i < 6; i++)
		turn(&w);
	assert_string_equal(w.in.lines.ptr, "{\"a\":1}\n{\"a\":2}\n");
	end(&w);
}

static void a_glob_finds_new_files_and_reads_a_rotated_one_once(void **state)
{
	char to[100];
	struct world w;

	begin(&w, "files:\n  - {file: '*.log*'}\n");
	write_to(&w, "a.log", "{\"a\":1}\n");
	for (int i = 0; i < 8; i++)
		turn(&w);
	snprintf(to, sizeof(to), "%s/a.log.1", w.dir);
	assert_int_equal(rename(in_dir(&w, "a.log"), to), 0);
	write_to(&w, "a.log", "{\"a\":2}\n");
	write_to(&w, "b.log", "{\"b\":1}\n");
	for (int i = 0; i < 8; i++)
		turn(&w);
	assert_int_equal(count_of(&w, "{\"a\":1}"), 1);
	assert_int_equal(count_of(&w, "{\"a\":2}"), 1);
	assert_int_equal(count_of(&w, "{\"b\":1}"), 1);
	end(&w);
}

static void a_log_that_rotates_all_the_time_loses_nothing(void **state)
{
	char from[100], to[100], line[40];
	struct world w;

	begin(&w, "files:\n  - {file: r.log}\n");
	for (int i = 0; i < 300; i++) {
		snprintf(line, sizeof(line), "{\"n\":%d}\n", i);
		write_to(&w, "r.log", line);
		w.turns = 5;
		loop_timer_set(w.timer, 0);
		loop_run(w.loop, on_turn, &w);
		if (i % 10)
			continue;
		for (int k = 4; k > 0; k--) {
			snprintf(from, sizeof(from), k == 1 ? "%s/r.log" : "%s/r.log.%d", w.dir, k - 1);
			snprintf(to, sizeof(to), "%s/r.log.%d", w.dir, k);
			rename(from, to);
		}
	}
	turn(&w);
	turn(&w);
	for (int i = 0; i < 300; i++) {
		snprintf(line, sizeof(line), "{\"n\":%d}\n", i);
		if (count_of(&w, line) != 1)
			fail_msg("line %d arrived %u times", i, count_of(&w, line));
	}
	end(&w);
}

static void nothing_is_read_while_paused(void **state)
{
	struct world w;

	begin(&w, "files:\n  - {file: a.log}\n");
	w.row->pause(w.self);
	write_to(&w, "a.log", "{\"a\":1}\n");
	turn(&w);
	assert_int_equal(w.in.n_offered, 0);
	w.row->resume(w.self);
	turn(&w);
	assert_int_equal(w.in.n_offered, 1);
	end(&w);
}

static void wrong_entries_are_refused_with_their_place(void **state)
{
	static const struct { const char *config, *says; } cases[] = {
		{ "file: []\n", "c:1:" },
		{ "files:\n  - {fil: x}\n", "did you mean 'file'?" },
		{ "files:\n  - {site: x}\n", "each entry is" },
		{ "files:\n  - {file: x, patern: sshd}\n", "did you mean 'pattern'?" },
		{ "files:\n  - {file: x, pattern: ssdh}\n", "c:2:24: there is no pattern 'ssdh' in " },
		{ "files:\n  - {file: x, pattern: ssdh}\n", "(did you mean 'sshd'?); there are: apache, combined, " },
		{ "files:\n  - {file: x, from: middle}\n", "'from' is start or end" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct collector_host host = { .state_dir = "/tmp", .config_dir = "/tmp", .loop = loop_new(),
					       .patterns_dir = SOURCE_DIR "/config/patterns" };
		struct yaml_doc *doc;
		struct errbuf eb = { "" };
		void *self;

		assert_int_equal(yaml_parse(bytes_of(cases[i].config), "c", &doc, &eb), ERR_OK);
		assert_int_not_equal(row_named("tail")->check(&host, doc, yaml_root(doc), &eb), ERR_OK);
		errbuf_clear(&eb);
		assert_int_not_equal(row_named("tail")->start(&host, doc, yaml_root(doc), &self, &eb), ERR_OK);
		if (!strstr(eb.text, cases[i].says))
			fail_msg("'%s' lacks '%s'", eb.text, cases[i].says);
		yaml_doc_free(doc);
		loop_free(host.loop);
	}
}

/* The lowest number that is free. */
static int next_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

/* It is tried every second, for as long as the disk is full. */
static void a_place_file_that_cannot_be_written_leaves_no_descriptor_open(void **state)
{
	char dir[] = "/tmp/test-tail-XXXXXX", path[64], fresh[80];
	int before = next_descriptor();

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/tail.places", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	assert_int_equal(symlink("/dev/full", fresh), 0);
	for (int i = 0; i < 3; i++) {
		struct errbuf eb = { "" };

		assert_int_equal(places_write(path, BYTES_LIT("{}\n"), &eb), ERR_IO);
		assert_non_null(strstr(eb.text, "tail.places: No space left"));
	}
	assert_int_equal(next_descriptor(), before);
	assert_int_equal(unlink(fresh), 0);
	assert_int_equal(places_write(path, BYTES_LIT("{}\n"), NULL), ERR_OK);
	assert_int_equal(next_descriptor(), before);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* What an operator gets who takes the comment signs off. */
static void the_example_of_the_shipped_configuration_is_accepted(void **state)
{
	struct text yaml = { 0 };
	char line[1000];
	FILE *file = fopen(SOURCE_DIR "/config/assocd.yaml", "re");
	bool is_example = false;
	struct yaml_doc *doc;
	struct errbuf eb = { "" };
	char dir[] = "/tmp/test-tail-XXXXXX";
	void *self;

	assert_non_null(file);
	assert_non_null(mkdtemp(dir));
	while (fgets(line, sizeof(line), file)) {
		is_example |= !strncmp(line, "# collectors:", 13);
		if (is_example && !strncmp(line, "# ", 2))
			text_adds(&yaml, line + 2);
	}
	fclose(file);
	assert_int_equal(yaml_parse(text_bytes(&yaml), "c", &doc, &eb), ERR_OK);
	const struct yaml_node *tail = yaml_get(yaml_get(yaml_root(doc), "collectors"), "tail");
	struct collector_host host = { .state_dir = dir, .config_dir = dir, .loop = loop_new(), .patterns_dir = SOURCE_DIR "/config/patterns" };
	if (row_named("tail")->start(&host, doc, tail, &self, &eb))
		fail_msg("%s", eb.text);
	row_named("tail")->stop(self);
	loop_free(host.loop);
	yaml_doc_free(doc);
	text_free(&yaml);
	snprintf(line, sizeof(line), "rm -rf %s", dir);
	assert_int_equal(system(line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_events_of_the_pattern),
		cmocka_unit_test(a_restart_repeats_nothing_and_counts_on),
		cmocka_unit_test(what_was_not_committed_is_read_again_after_a_crash),
		cmocka_unit_test(a_failed_commit_is_offered_again),
		cmocka_unit_test(a_glob_finds_new_files_and_reads_a_rotated_one_once),
		cmocka_unit_test(a_log_that_rotates_all_the_time_loses_nothing),
		cmocka_unit_test(nothing_is_read_while_paused),
		cmocka_unit_test(wrong_entries_are_refused_with_their_place),
		cmocka_unit_test(a_place_file_that_cannot_be_written_leaves_no_descriptor_open),
		cmocka_unit_test(the_example_of_the_shipped_configuration_is_accepted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
