/* Patterns: times, the shipped files, ids, messages about wrong files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collectors/tail/escapes.h"
#include "collectors/tail/pattern.h"
#include "daemon/base/clock.h"

static int64_t at(const char *rfc3339)
{
	int64_t ms;

	assert_true(time_parse_rfc3339(bytes_of(rfc3339), &ms));
	return ms;
}

static void times_of_every_form_are_read(void **state)
{
	static const struct { const char *text; enum time_form form; int zone_minutes; const char *is; } cases[] = {
		{ "2026-01-02T03:04:05.678Z", TIME_RFC3339, 0, "2026-01-02T03:04:05.678Z" },
		{ "2026-01-02T03:04:05+0100", TIME_RFC3339, 0, "2026-01-02T02:04:05Z" },
		{ "10/Oct/2000:13:55:36 -0700", TIME_CLF, 0, "2000-10-10T20:55:36Z" },
		{ "2026-01-02 03:04:05", TIME_DATETIME, 60, "2026-01-02T02:04:05Z" },
		{ "2026/01/02 03:04:05.5", TIME_DATETIME, 0, "2026-01-02T03:04:05.500Z" },
		{ "1767225600", TIME_EPOCH_S, 0, "2026-01-01T00:00:00Z" },
		{ "1767225600.25", TIME_EPOCH_S, 0, "2026-01-01T00:00:00.250Z" },
		{ "1767225600001", TIME_EPOCH_MS, 0, "2026-01-01T00:00:00.001Z" },
		{ "1767225600001999", TIME_EPOCH_US, 0, "2026-01-01T00:00:00.001Z" },
		{ "1767225600", TIME_AUTO, 0, "2026-01-01T00:00:00Z" },
		{ "1767225600001", TIME_AUTO, 0, "2026-01-01T00:00:00.001Z" },
		{ "1767225600001000", TIME_AUTO, 0, "2026-01-01T00:00:00.001Z" },
		{ "10/Oct/2000:13:55:36 +0000", TIME_AUTO, 0, "2000-10-10T13:55:36Z" },
	};
	int64_t ms;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct time_basis basis = { .file_ms = at("2026-01-01T00:00:00Z"), .offset_minutes = cases[i].zone_minutes };
		if (!decode_log_time(bytes_of(cases[i].text), cases[i].form, &basis, &ms))
			fail_msg("'%s' is not read", cases[i].text);
		if (ms != at(cases[i].is))
			fail_msg("'%s' is read as %lld", cases[i].text, (long long)ms);
	}
}

static void a_time_without_year_takes_the_latest_that_is_not_after_the_file(void **state)
{
	static const struct { const char *text, *file, *is; } cases[] = {
		{ "Dec 10 06:55:46", "2026-01-01T00:00:00Z", "2025-12-10T06:55:46Z" },
		{ "Dec 31 23:59:59", "2026-01-01T00:00:10Z", "2025-12-31T23:59:59Z" },
		{ "Jan  1 00:00:05", "2026-01-01T00:00:10Z", "2026-01-01T00:00:05Z" },
		{ "Jan  1 12:00:00", "2025-12-31T18:00:00Z", "2026-01-01T12:00:00Z" }, /* within the day that clocks may differ */
		{ "Jan  2 12:00:00", "2025-12-31T18:00:00Z", "2025-01-02T12:00:00Z" },
		{ "Feb 29 10:00:00", "2026-06-01T00:00:00Z", "2024-02-29T10:00:00Z" },
		{ "Jun  1 10:00:00.250", "2026-06-01T10:00:01Z", "2026-06-01T10:00:00.250Z" },
		{ "Jun 1 10:00:00", "2026-06-01T10:00:01Z", "2026-06-01T10:00:00Z" },
	};
	int64_t ms;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct time_basis basis = { .file_ms = at(cases[i].file) };
		assert_true(decode_log_time(bytes_of(cases[i].text), TIME_SYSLOG, &basis, &ms));
		if (ms != at(cases[i].is))
			fail_msg("'%s' in a file of %s is read as %lld", cases[i].text, cases[i].file, (long long)ms);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = { "", "Dec", "Dec 32 00:00:00", "Feb 30 00:00:00", "Dec 10 24:00:00", "10/Oct/2000:13:55:36",
					     "99/Oct/2000:13:55:36 +0000", "12x", "-1", "2026-13-01 00:00:00", "1.", "Dec 10 00:00:00 x" };
	struct time_basis basis = { .file_ms = 0 };
	int64_t ms;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (decode_log_time(bytes_of(texts[i]), TIME_AUTO, &basis, &ms))
			fail_msg("'%s' is read as %lld", texts[i], (long long)ms);
}

/* -- shipped patterns -- */

struct reader {
	struct pattern *p;
	struct pattern_place place;
	struct text out;
};

static void reader_init(struct reader *r, const char *name)
{
	struct errbuf eb = { "" };

	memset(r, 0, sizeof(*r));
	if (pattern_load(SOURCE_DIR "/config/patterns", name, &r->p, &eb))
		fail_msg("%s", eb.text);
	r->place = (struct pattern_place){ at("2026-01-01T00:00:00Z"), BYTES_NONE, line_counts_new(), csv_header_new() };
}

static void reader_fini(struct reader *r)
{
	pattern_free(r->p);
	line_counts_free(r->place.counts);
	csv_header_free(r->place.header);
	text_free(&r->out);
}

static int read_line(struct reader *r, const char *line)
{
	text_clear(&r->out);
	return decode_pattern_line(r->p, &r->place, bytes_of(line), &r->out);
}

/* Without its id. */
static const char *event_of(struct reader *r)
{
	const char *comma = r->out.len ? strchr(r->out.ptr, ',') : NULL;

	return comma ? comma + 1 : "";
}

struct shipped_case { const char *pattern, *line, *event; };

static void check_shipped(const struct shipped_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct reader r;
		reader_init(&r, cases[i].pattern);
		assert_int_equal(read_line(&r, cases[i].line), cases[i].event[0] ? 1 : 0);
		assert_string_equal(event_of(&r), cases[i].event);
		reader_fini(&r);
	}
}

static void shipped_patterns_read_their_logs(void **state)
{
	static const struct shipped_case cases[] = {
		{ "sshd", "2025-12-10T06:55:48.5+00:00 h sshd[2]: Failed password for invalid user web master from 192.0.2.1 port 38926 ssh2",
		  "\"ts\":1765349748500,\"site\":\"ssh\",\"type\":\"login\",\"account\":\"web master\",\"ok\":false,\"ip\":\"192.0.2.1\","
		  "\"port\":38926,\"x_method\":\"password\"}\n" },
		{ "sshd", "2025-12-10T06:55:48Z h sshd-session[2]: Accepted publickey for ada from 2001:db8::1 port 50000 ssh2: ED25519 SHA256:a",
		  "\"ts\":1765349748000,\"site\":\"ssh\",\"type\":\"login\",\"account\":\"ada\",\"ok\":true,\"ip\":\"2001:db8::1\",\"port\":50000,"
		  "\"x_method\":\"publickey\"}\n" },
		{ "sshd", "2025-12-10T06:55:48Z h sshd[2]: Failed password for x from 9.9.9.9 port 1 ssh2 from 192.0.2.1 port 2 ssh2",
		  "\"ts\":1765349748000,\"site\":\"ssh\",\"type\":\"login\",\"account\":\"x from 9.9.9.9 port 1 ssh2\",\"ok\":false,"
		  "\"ip\":\"192.0.2.1\",\"port\":2,\"x_method\":\"password\"}\n" },
		{ "sshd", "2025-12-10T06:55:48Z h sshd[2]: Connection closed by 192.0.2.1 [preauth]", "" },
		{ "sshd", "2025-12-10T06:55:48Z h cron[2]: Accepted password for a from 192.0.2.1 port 2 ssh2", "" },
		{ "sshd-journal", "{\"__REALTIME_TIMESTAMP\":\"1765349748000999\",\"SYSLOG_IDENTIFIER\":\"sshd\","
		  "\"MESSAGE\":\"Accepted password for ada from 192.0.2.1 port 22 ssh2\"}",
		  "\"ts\":1765349748000,\"site\":\"ssh\",\"type\":\"login\",\"account\":\"ada\",\"ok\":true,\"ip\":\"192.0.2.1\",\"port\":22,"
		  "\"x_method\":\"password\"}\n" },
		{ "sshd-journal", "{\"__REALTIME_TIMESTAMP\":\"1\",\"SYSLOG_IDENTIFIER\":\"cron\",\"MESSAGE\":\"Accepted password for ada from "
		  "192.0.2.1 port 22 ssh2\"}", "" },
		{ "jsonlines", "{\"time\":1765349748,\"event\":\"signup\",\"success\":true,\"user\":{\"name\":\"ada\",\"email\":\"a@b.c\"},"
		  "\"client\":{\"ip\":\"192.0.2.1\",\"port\":7}}",
		  "\"ts\":1765349748000,\"site\":\"app\",\"type\":\"signup\",\"account\":\"ada\",\"ok\":true,\"ip\":\"192.0.2.1\",\"port\":7,"
		  "\"identity\":{\"email\":\"a@b.c\"}}\n" },
		{ "jsonlines", "{not json", "" },
		{ "tirreno", "userName=ada&eventTime=2025-12-10+06%3A55%3A48.500&ipAddress=192.0.2.1&userAgent=Mozilla%2F5.0+%28X11%29&eventType=account_login"
		  "&emailAddress=ada%40example.org&browserLanguage=en-GB&url=%2Flogin&httpCode=",
		  "\"ts\":1765349748500,\"site\":\"app\",\"type\":\"login\",\"account\":\"ada\",\"ok\":true,\"ip\":\"192.0.2.1\","
		  "\"user_agent\":\"Mozilla/5.0 (X11)\",\"accept_language\":\"en-GB\",\"identity\":{\"email\":\"ada@example.org\"}}\n" },
		{ "tirreno", "userName=ada&eventTime=2025-12-10 06:55:48&ipAddress=192.0.2.1&eventType=account_login_fail",
		  "\"ts\":1765349748000,\"site\":\"app\",\"type\":\"login\",\"account\":\"ada\",\"ok\":false,\"ip\":\"192.0.2.1\"}\n" },
		{ "tirreno", "userName=ada&eventTime=2025-12-10 06:55:48&ipAddress=192.0.2.1&eventType=page_search",
		  "\"ts\":1765349748000,\"site\":\"app\",\"type\":\"session\",\"account\":\"ada\",\"ip\":\"192.0.2.1\"}\n" },
	};

	check_shipped(cases, ARRAY_LEN(cases));
}

static void logs_of_web_servers_are_read_and_their_escapes_undone(void **state)
{
	static const struct shipped_case cases[] = {
		{ "nginx", "192.0.2.1 - ada [10/Oct/2025:13:55:36 -0700] \"GET /?a=\\x22 HTTP/1.1\" 200 1 \"-\" \"Mozilla/5.0\" \"10.0.0.1\"",
		  "\"ts\":1760129736000,\"site\":\"web\",\"type\":\"session\",\"account\":\"ada\",\"ok\":true,\"ip\":\"192.0.2.1\","
		  "\"user_agent\":\"Mozilla/5.0\"}\n" },
		{ "combined", "192.0.2.1 - ada b [10/Oct/2025:13:55:36 -0700] \"GET / HTTP/1.1\" 401 - \"-\" \"x\"",
		  "\"ts\":1760129736000,\"site\":\"web\",\"type\":\"login\",\"account\":\"ada b\",\"ok\":false,\"ip\":\"192.0.2.1\","
		  "\"user_agent\":\"x\"}\n" },
		{ "combined", "192.0.2.1 - - [10/Oct/2025:13:55:36 -0700] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\"", "" },
		{ "apache", "www.example.org:443 192.0.2.1 - ada [10/Oct/2025:13:55:36 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"a \\\"b\\\"\"",
		  "\"ts\":1760104536000,\"site\":\"web\",\"type\":\"session\",\"account\":\"ada\",\"ok\":true,\"ip\":\"192.0.2.1\","
		  "\"user_agent\":\"a \\\"b\\\"\"}\n" },
		{ "apache", "192.0.2.1 - a\\\"b\\\\c\\xc3\\xa4 [10/Oct/2025:13:55:36 +0000] \"GET / HTTP/1.1\" 401 1 \"-\" \"x\\ty\\q\"",
		  "\"ts\":1760104536000,\"site\":\"web\",\"type\":\"login\",\"account\":\"a\\\"b\\\\c\xc3\xa4\",\"ok\":false,\"ip\":\"192.0.2.1\","
		  "\"user_agent\":\"x\\ty\\\\q\"}\n" },
		{ "nginx", "192.0.2.1 - a\\x22b\\x5Cx22 [10/Oct/2025:13:55:36 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"it\\xE2\\x80\\x99s\"",
		  "\"ts\":1760104536000,\"site\":\"web\",\"type\":\"session\",\"account\":\"a\\\"b\\\\x22\",\"ok\":true,\"ip\":\"192.0.2.1\","
		  "\"user_agent\":\"it\xe2\x80\x99s\"}\n" },
		{ "combined", "192.0.2.1 - a\\x22b [10/Oct/2025:13:55:36 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\"",
		  "\"ts\":1760104536000,\"site\":\"web\",\"type\":\"session\",\"account\":\"a\\\"b\",\"ok\":true,\"ip\":\"192.0.2.1\","
		  "\"user_agent\":\"x\"}\n" },
		{ "sshd", "2025-12-10T06:55:48Z h sshd[2]: Failed password for a\\x22b from 192.0.2.1 port 2 ssh2",
		  "\"ts\":1765349748000,\"site\":\"ssh\",\"type\":\"login\",\"account\":\"a\\\\x22b\",\"ok\":false,\"ip\":\"192.0.2.1\",\"port\":2,"
		  "\"x_method\":\"password\"}\n" },
	};

	check_shipped(cases, ARRAY_LEN(cases));
}

static void escapes_are_undone_once_and_what_is_none_stays(void **state)
{
	static const struct { const char *text, *is; } cases[] = {
		{ "", "" }, { "plain", "plain" }, { "\\x41\\x6a\\x6A", "Ajj" }, { "\\x5Cx41", "\\x41" }, { "\\\\x41", "\\x41" },
		{ "\\", "\\" }, { "a\\", "a\\" }, { "\\x", "\\x" }, { "\\x4", "\\x4" }, { "\\xg1", "\\xg1" }, { "\\x4g", "\\x4g" }, { "\\q", "\\q" },
		{ "\\n\\t\\r\\b\\f\\v\\a", "\n\t\r\b\f\v\a" }, { "\\\"", "\"" }, { "\\xFF", "\xff" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text out = { 0 };
		decode_backslashes(bytes_of(cases[i].text), &out);
		if (!bytes_is(text_bytes(&out), cases[i].is))
			fail_msg("'%s' becomes '%.*s'", cases[i].text, BYTES_ARG(text_bytes(&out)));
		text_free(&out);
	}
}

static void the_first_line_of_csv_names_its_columns(void **state)
{
	struct errbuf eb = { "" };
	struct reader r;

	reader_init(&r, "csv");
	assert_int_equal(pattern_map(r.p, BYTES_LIT("account=user id, ts=created,identity.email=mail"), &eb), ERR_OK);
	assert_int_equal(read_line(&r, "\xef\xbb\xbf" "created;\"user id\";mail;ip\r"), 0);
	assert_int_equal(pattern_check_header(r.p, r.place.header, &eb), ERR_OK);
	assert_int_equal(read_line(&r, "2025-12-10T06:55:48Z;\"ada; \"\"b\"\"\";ada@example.org;192.0.2.1\r"), 1);
	assert_string_equal(event_of(&r), "\"ts\":1765349748000,\"type\":\"login\",\"account\":\"ada; \\\"b\\\"\",\"ip\":\"192.0.2.1\","
			    "\"identity\":{\"email\":\"ada@example.org\"}}\n");
	assert_int_equal(read_line(&r, "2025-12-10;\"ada"), -1);       /* a quote that does not end */
	assert_int_equal(read_line(&r, "1;2;3;4;5"), -1);             /* more fields than columns */
	assert_int_equal(read_line(&r, "2025-12-10T06:55:48Z;;x"), -1); /* nobody's */
	reader_fini(&r);
}

static void a_map_that_does_not_fit_is_named(void **state)
{
	struct errbuf eb = { "" };
	struct reader r;

	reader_init(&r, "csv");
	assert_int_equal(pattern_map(r.p, BYTES_LIT("acount=user"), &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "did you mean account?"));
	errbuf_clear(&eb);
	assert_int_equal(pattern_map(r.p, BYTES_LIT("account"), &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "NAME=COLUMN"));
	errbuf_clear(&eb);
	assert_int_equal(read_line(&r, "ts,user,ip"), 0);
	assert_int_equal(pattern_check_header(r.p, r.place.header, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "there is no column \"account\"; there are: ts, user, ip"));
	reader_fini(&r);
	reader_init(&r, "csv");
	assert_int_equal(read_line(&r, "ts,ts"), -1);
	reader_fini(&r);
}

static void a_repeated_message_stands_for_its_attempts(void **state)
{
	struct reader r;
	char *second;

	reader_init(&r, "sshd");
	assert_int_equal(read_line(&r, "Dec 10 06:55:48 h sshd[2]: message repeated 2 times: [ Failed password for root from 192.0.2.1 port 3 ssh2]"), 2);
	second = strchr(r.out.ptr, '\n') + 1;
	assert_true(strncmp(r.out.ptr, second, 40) != 0); /* ids differ */
	assert_non_null(strstr(second, "\"account\":\"root\",\"ok\":false"));
	assert_int_equal(read_line(&r, "Dec 10 06:55:48 h sshd[2]: message repeated 99999 times: [ Failed password for root from 192.0.2.1 port 3 ssh2]"),
			 PATTERN_REPEAT_MAX);
	reader_fini(&r);
}

static void add_run(struct text *t, const char *what, unsigned times)
{
	while (times-- > 0)
		text_adds(t, what);
}

/* What servers take of a request at most: nobody is out of sight who sends as much. */
static void requests_of_any_length_are_read(void **state)
{
	static const char *const names[] = { "nginx", "apache", "combined" }, *const fills[] = { "a", "\\x22", "\\xE2\\x80 " };
	struct text line = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(names) * ARRAY_LEN(fills); i++) {
		const char *fill = fills[i % ARRAY_LEN(fills)];
		unsigned times = (unsigned)(16000 / strlen(fill));
		struct reader r;

		text_clear(&line);
		text_adds(&line, "192.0.2.1 - ada [10/Oct/2025:13:55:36 +0000] \"POST /login?");
		add_run(&line, fill, times);
		text_adds(&line, " HTTP/1.1\" 200 1 \"https://");
		add_run(&line, fill, times);
		text_adds(&line, "\" \"Mozilla/5.0 ");
		add_run(&line, fill, times);
		text_adds(&line, "\"");
		reader_init(&r, names[i / ARRAY_LEN(fills)]);
		assert_int_equal(read_line(&r, line.ptr), 1);
		assert_non_null(strstr(r.out.ptr, "\"account\":\"ada\",\"ok\":true,\"ip\":\"192.0.2.1\",\"user_agent\":\"Mozilla/5.0 "));
		reader_fini(&r);
	}
	text_free(&line);
}

/* A line on which an expression gives up is counted and named: it may be an event. */
static void a_line_that_takes_too_long_is_no_line_without_event(void **state)
{
	static const char *const patterns[] = {
		"line: '^(?<account>(?:a|aa)+)(?<time>\\d+)$'\n"
		"time: {from: '{time}'}\nrules:\n  - event: {type: login, account: '{account}'}\n",
		"line: '^(?<account>\\w+)(?<time>\\d)$'\n"
		"time: {from: '{time}'}\nrules:\n  - match: '^(?:a|aa)+[bc]$'\n    event: {type: login, account: '{account}'}\n"
		"  - event: {type: session, account: '{account}'}\n",
	};
	char path[] = "/tmp/pattern-XXXXXX", line[42];
	struct errbuf eb = { "" };
	int fd = mkstemp(path);

	memset(line, 'a', sizeof(line) - 2);
	strcpy(line + sizeof(line) - 2, "x");
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct reader r = { .place = { at("2026-01-01T00:00:00Z"), BYTES_NONE, line_counts_new(), NULL } };

		assert_int_equal(pwrite(fd, patterns[i], strlen(patterns[i]) + 1, 0), strlen(patterns[i]) + 1);
		assert_int_equal(ftruncate(fd, (off_t)strlen(patterns[i])), 0);
		if (pattern_load("", path, &r.p, &eb))
			fail_msg("%s", eb.text);
		line[sizeof(line) - 2] = i == 0 ? 'x' : '1';
		assert_int_equal(read_line(&r, line), -1);
		reader_fini(&r);
	}
	close(fd);
	unlink(path);
}

static void groups_of_a_number_stay_what_they_are(void **state)
{
	static const char pattern[] =
		"format: json\ntime: {from: '{ts}'}\nsubject: status\nrules:\n"
		"  - match: '^(?<class>\\d)(?<rest>\\d\\d)$'\n    event: {type: login, port: '{port}', account: '{class}-{user}-{rest}'}\n";
	char path[] = "/tmp/pattern-XXXXXX";
	struct errbuf eb = { "" };
	struct reader r = { .place = { at("2026-01-01T00:00:00Z"), BYTES_NONE, line_counts_new(), NULL } };
	int fd = mkstemp(path);

	assert_int_equal(pwrite(fd, pattern, strlen(pattern), 0), strlen(pattern));
	if (pattern_load("", path, &r.p, &eb))
		fail_msg("%s", eb.text);
	assert_int_equal(read_line(&r, "{\"ts\":1765349748,\"status\":403,\"port\":65530,\"user\":99}"), 1);
	assert_string_equal(event_of(&r), "\"ts\":1765349748000,\"type\":\"login\",\"port\":65530,\"account\":\"4-99-03\"}\n");
	reader_fini(&r);
	close(fd);
	unlink(path);
}

static void identical_lines_of_a_second_count_apart_and_again_the_same(void **state)
{
	static const char line[] = "Dec 10 06:55:48 h sshd[2]: Failed password for root from 192.0.2.1 port 3 ssh2";
	char first[2][60], second[2][60];
	struct reader r;

	for (int round = 0; round < 2; round++) {
		reader_init(&r, "sshd");
		assert_int_equal(read_line(&r, line), 1);
		snprintf(first[round], 60, "%s", r.out.ptr);
		assert_int_equal(read_line(&r, line), 1);
		snprintf(second[round], 60, "%s", r.out.ptr);
		reader_fini(&r);
	}
	assert_string_equal(first[0], first[1]);
	assert_string_equal(second[0], second[1]);
	assert_string_not_equal(first[0], second[0]);
}

static void line_counts_survive_a_restart(void **state)
{
	struct line_counts *a = line_counts_new(), *b = line_counts_new();
	struct text saved = { 0 };

	assert_int_equal(line_counts_next(a, 100000, 7), 1);
	assert_int_equal(line_counts_next(a, 100999, 7), 2);
	assert_int_equal(line_counts_next(a, 101000, 7), 1);
	assert_int_equal(line_counts_next(a, 105000, 9), 1);
	line_counts_save(a, &saved);
	line_counts_restore(b, text_bytes(&saved));
	assert_int_equal(line_counts_next(b, 100500, 7), 3);
	assert_int_equal(line_counts_next(b, 105000, 9), 2);
	assert_int_equal(line_counts_next(b, 200000, 9), 1);
	assert_int_equal(line_counts_next(b, 105000, 9), 1); /* forgotten */
	line_counts_restore(b, BYTES_LIT("zz"));
	line_counts_restore(b, BYTES_LIT("10 5 5 5"));
	text_free(&saved);
	line_counts_free(a);
	line_counts_free(b);
}

static void the_callers_site_wins_and_a_line_without_account_is_an_error(void **state)
{
	struct reader r;

	reader_init(&r, "jsonlines");
	r.place.site = BYTES_LIT("mine");
	assert_int_equal(read_line(&r, "{\"time\":1765349748,\"event\":\"login\",\"user\":{\"name\":\"ada\"}}"), 1);
	assert_non_null(strstr(r.out.ptr, "\"site\":\"mine\""));
	assert_int_equal(read_line(&r, "{\"time\":1765349748,\"event\":\"login\",\"user\":{}}"), -1);
	assert_int_equal(read_line(&r, "{\"time\":\"soon\",\"event\":\"login\",\"user\":{\"name\":\"ada\"}}"), -1);
	reader_fini(&r);
}

static void wrong_pattern_files_are_refused_with_file_and_line(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "rulez: []\n", "unknown key 'rulez' (did you mean 'rules'?)" },
		{ "time: {from: '{t}'}\nrules: []\n", "{t} is named by no group" },
		{ "line: '(?<t>\\d+)'\ntime: {from: '{t}'}\nrules:\n  - event: {type: login, account: '{u}'}\n", "4:" },
		{ "line: '(?<t>\\d+'\ntime: {from: '{t}'}\nrules: []\n", "1:" },
		{ "line: '(?<t>\\d+)'\ntime: {from: '{t}', form: unix}\nrules: []\n", "'unix' is none of" },
		{ "line: '(?<t>\\d+)'\ntime: {from: '{t}', zone: CET}\nrules: []\n", "'CET' is none of" },
		{ "line: '(?<t>\\d+)'\ntime: {from: '{t}'}\nrules: []\n", "a pattern needs" },
		{ "line: '(?<t>\\d+)'\ntime: {from: '{t}'}\nrules:\n  - event: {type: login}\n", "an event needs 'account' and 'type'" },
		{ "line: '(?<t>\\d+)'\ntime: {from: '{t}'}\nrules:\n  - event: {type: login, account: a, ts: b}\n", "the time comes from 'time'" },
		{ "format: xml\n", "none of text, json, form, csv" },
	};
	char path[] = "/tmp/pattern-XXXXXX.yaml";
	int fd = mkstemps(path, 5);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct errbuf eb = { "" };
		struct pattern *p = NULL;
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, cases[i].text, strlen(cases[i].text), 0), strlen(cases[i].text));
		assert_int_equal(pattern_load(".", path, &p, &eb), ERR_INPUT);
		if (!strstr(eb.text, cases[i].says) || !strstr(eb.text, path))
			fail_msg("'%s' lacks '%s'", eb.text, cases[i].says);
	}
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_of_every_form_are_read),
		cmocka_unit_test(a_time_without_year_takes_the_latest_that_is_not_after_the_file),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(shipped_patterns_read_their_logs),
		cmocka_unit_test(logs_of_web_servers_are_read_and_their_escapes_undone),
		cmocka_unit_test(escapes_are_undone_once_and_what_is_none_stays),
		cmocka_unit_test(the_first_line_of_csv_names_its_columns),
		cmocka_unit_test(a_map_that_does_not_fit_is_named),
		cmocka_unit_test(a_repeated_message_stands_for_its_attempts),
		cmocka_unit_test(requests_of_any_length_are_read),
		cmocka_unit_test(a_line_that_takes_too_long_is_no_line_without_event),
		cmocka_unit_test(groups_of_a_number_stay_what_they_are),
		cmocka_unit_test(identical_lines_of_a_second_count_apart_and_again_the_same),
		cmocka_unit_test(line_counts_survive_a_restart),
		cmocka_unit_test(the_callers_site_wins_and_a_line_without_account_is_an_error),
		cmocka_unit_test(wrong_pattern_files_are_refused_with_file_and_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
