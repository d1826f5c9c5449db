#include "base_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/err.h"
#include "daemon/base/log.h"
#include "daemon/base/metrics.h"

static void first_error_text_wins(void **state)
{
	struct errbuf eb = { 0 };
	assert_int_equal(errbuf_set(&eb, ERR_IO, "cannot open %s", "x.yaml"), ERR_IO);
	assert_int_equal(errbuf_set(&eb, ERR_INPUT, "later"), ERR_INPUT);
	assert_string_equal(eb.text, "cannot open x.yaml");
	errbuf_prefix(&eb, "line %d", 7);
	assert_string_equal(eb.text, "line 7: cannot open x.yaml");
	errbuf_clear(&eb);
	assert_string_equal(eb.text, "");
	assert_int_equal(errbuf_set(NULL, ERR_BUSY, "nobody listens"), ERR_BUSY);
}

static void error_text_that_is_too_long_is_cut(void **state)
{
	struct errbuf eb = { 0 };
	char big[1000];
	memset(big, 'e', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	errbuf_set(&eb, ERR_INPUT, "%s", big);
	assert_int_equal(strlen(eb.text), sizeof(eb.text) - 1);
	errbuf_prefix(&eb, "file.yaml:1:2");
	assert_int_equal(strlen(eb.text), sizeof(eb.text) - 1);
	assert_memory_equal(eb.text, "file.yaml:1:2: eee", 18);
	errbuf_prefix(&eb, "%s", big);
	assert_int_equal(strlen(eb.text), sizeof(eb.text) - 1);
}

static void every_code_has_a_word(void **state)
{
	assert_string_equal(err_word(ERR_OK), "ok");
	assert_string_equal(err_word(ERR_INPUT), "input");
	assert_string_equal(err_word(ERR_BUSY), "busy");
	assert_string_equal(err_word((enum err)-100), "unknown");
	assert_string_equal(err_word((enum err)5), "unknown");
}

/* What fn writes to standard error, and its wait status. */
static int capture(void (*fn)(void), char *out, size_t size)
{
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(fds[1], STDERR_FILENO);
		fn();
		_exit(0);
	}
	close(fds[1]);
	size_t n = 0;
	for (ssize_t got = 1; got > 0; n += got > 0 ? (size_t)got : 0)
		got = read(fds[0], out + n, size - 1 - n);
	out[n] = '\0';
	close(fds[0]);
	int status;
	waitpid(child, &status, 0);
	return status;
}

static void meet_a_bug(void)
{
	BUG_ON(1 + 1 == 2);
}

static void bug_names_the_place_and_aborts(void **state)
{
	char out[4096];
	int status = capture(meet_a_bug, out, sizeof(out));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(out, "test_reporting.c"));
	assert_non_null(strstr(out, "1 + 1 == 2"));
}

static void log_some_lines(void)
{
	log_debug("tail", "not at this level");
	errno = ENOENT;
	log_warn("tail", "cannot open %s: %m", "a\nb\x1b[31m");
	log_set_level(LOG_LEVEL_ERROR);
	log_warn("tail", "not any more");
	log_error("store", "%01500d", 7);
}

static void log_where_the_journal_reads(void)
{
	struct stat st;
	char name[64];
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(name, sizeof(name), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", name, 1);
	log_some_lines();
}

static void log_where_only_a_parent_had_the_journal(void)
{
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_warn("tail", "a file rotated");
}

static void priority_is_only_where_the_journal_reads(void **state)
{
	char out[8192];
	int at = 0;
	assert_int_equal(capture(log_where_only_a_parent_had_the_journal, out, sizeof(out)), 0);
	assert_int_equal(sscanf(out, "%*4d-%*2d-%*2d %*2d:%*2d:%*2d warn  tail: a file rotated\n%n", &at), 0);
	assert_int_equal(at, strlen(out));
}

static void log_line_is_one_line_with_priority_and_topic(void **state)
{
	char out[8192];
	assert_int_equal(capture(log_where_the_journal_reads, out, sizeof(out)), 0);
	assert_memory_equal(out, "<4>tail: cannot open a\\x0ab\\x1b[31m: No such file or directory\n<3>store: 000", 74);
	assert_null(strstr(out, "not a"));
	size_t lines = 0;
	for (const char *p = out; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 2);
}

static void what_happens_often_is_told_at_once_and_then_once_a_while(void **state)
{
	struct log_pace pace = { 0 };
	uint64_t n = 0;
	assert_false(log_is_due(&pace, 5, 0, &n));
	assert_true(log_is_due(&pace, 5, 1, &n));
	assert_int_equal(n, 1);
	assert_false(log_is_due(&pace, 6, 3, &n));
	assert_false(log_is_due(&pace, 4 + LOG_PACE_US, 4, &n));
	assert_true(log_is_due(&pace, 5 + LOG_PACE_US, 0, &n));
	assert_int_equal(n, 7);
	assert_false(log_is_due(&pace, 5 + 2 * LOG_PACE_US, 0, &n));
}

static const char *const reasons[] = { "too_long", "not_\"json\"", NULL };
static const struct metric_row rows[] = {
	{ "assocd_events_total", METRIC_COUNTER, "Events accepted.", NULL, NULL },
	{ "assocd_refused_total", METRIC_COUNTER, "Lines refused,\nby reason.", "reason", reasons },
	{ "assocd_skew_seconds", METRIC_GAUGE, "Skew.", NULL, NULL },
	{ "assocd_commit_seconds", METRIC_HISTOGRAM, "Commit time.", NULL, NULL },
};

static void metrics_print_in_the_prometheus_format(void **state)
{
	struct metrics *m = metrics_new(rows, 3);
	struct text out = { 0 };
	metrics_add(m, 0, 0, UINT64_MAX);
	metrics_add(m, 1, 1, 2);
	metrics_add(m, 1, 1, 3);
	metrics_set(m, 2, 0, -5);
	metrics_print(m, &out);
	assert_string_equal(out.ptr,
		"# HELP assocd_events_total Events accepted.\n# TYPE assocd_events_total counter\n"
		"assocd_events_total 18446744073709551615\n"
		"# HELP assocd_refused_total Lines refused,\\nby reason.\n# TYPE assocd_refused_total counter\n"
		"assocd_refused_total{reason=\"too_long\"} 0\nassocd_refused_total{reason=\"not_\\\"json\\\"\"} 5\n"
		"# HELP assocd_skew_seconds Skew.\n# TYPE assocd_skew_seconds gauge\nassocd_skew_seconds -5\n");
	text_free(&out);
	metrics_free(m);
	metrics_free(NULL);
}

static void histogram_buckets_are_cumulative(void **state)
{
	struct metrics *m = metrics_new(rows, ARRAY_LEN(rows));
	struct text out = { 0 };
	metrics_observe_us(m, 3, 0);
	metrics_observe_us(m, 3, 10);
	metrics_observe_us(m, 3, 11);
	metrics_observe_us(m, 3, 20000000);
	metrics_print(m, &out);
	assert_non_null(strstr(out.ptr, "assocd_commit_seconds_bucket{le=\"1e-05\"} 2\n"));
	assert_non_null(strstr(out.ptr, "assocd_commit_seconds_bucket{le=\"3e-05\"} 3\n"));
	assert_non_null(strstr(out.ptr, "assocd_commit_seconds_bucket{le=\"10\"} 3\n"));
	assert_non_null(strstr(out.ptr, "assocd_commit_seconds_bucket{le=\"+Inf\"} 4\n"));
	assert_non_null(strstr(out.ptr, "assocd_commit_seconds_sum 20.000021\nassocd_commit_seconds_count 4\n"));
	text_free(&out);
	metrics_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_error_text_wins),
		cmocka_unit_test(error_text_that_is_too_long_is_cut),
		cmocka_unit_test(every_code_has_a_word),
		cmocka_unit_test(bug_names_the_place_and_aborts),
		cmocka_unit_test(priority_is_only_where_the_journal_reads),
		cmocka_unit_test(log_line_is_one_line_with_priority_and_topic),
		cmocka_unit_test(what_happens_often_is_told_at_once_and_then_once_a_while),
		cmocka_unit_test(metrics_print_in_the_prometheus_format),
		cmocka_unit_test(histogram_buckets_are_cumulative),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
