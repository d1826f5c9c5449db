/* What the hardware and the libraries allow: parses the lines and appends them to a journal like the daemon's, and does
 * nothing else. --bare leaves the parsing out too. Prints one JSON object: events, seconds, CPU seconds. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/bytes.h"
#include "daemon/base/clock.h"
#include "daemon/vendor/json.h"
#include "lines.h"

#define LINE_MAX_BYTES (64 * 1024)

struct yardstick {
	sqlite3 *db;
	sqlite3_stmt *insert;
	struct json_parser *parser; /* NULL: bare */
	size_t batch;
	size_t rows;
};

static void check(struct yardstick *y, int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE)
		return;
	fprintf(stderr, "yardstick: %s\n", sqlite3_errmsg(y->db));
	exit(1);
}

static void run_sql(struct yardstick *y, const char *sql)
{
	check(y, sqlite3_exec(y->db, sql, NULL, NULL, NULL));
}

static void open_journal(struct yardstick *y, const char *path)
{
	check(y, sqlite3_open(path, &y->db));
	run_sql(y, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		   "CREATE TABLE journal(seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, id_hash INTEGER NOT NULL,"
		   " flags INTEGER NOT NULL, payload BLOB NOT NULL)");
	check(y, sqlite3_prepare_v2(y->db, "INSERT INTO journal VALUES(?,?,?,0,?)", -1, &y->insert, NULL));
}

static int64_t time_of(struct yardstick *y, struct bytes line)
{
	struct errbuf eb = { "" };
	struct json_doc doc;

	if (!y->parser)
		return (int64_t)y->rows;
	if (json_parse(y->parser, line, &doc, &eb) != ERR_OK) {
		fprintf(stderr, "yardstick: line %zu: %s\n", y->rows + 1, eb.text);
		exit(1);
	}
	return json_get_int(&doc, doc.nodes, "ts", 0);
}

static void append(struct yardstick *y, struct bytes line)
{
	if (y->rows % y->batch == 0)
		run_sql(y, "BEGIN");
	sqlite3_bind_int64(y->insert, 2, time_of(y, line));
	y->rows++;
	sqlite3_bind_int64(y->insert, 1, (int64_t)y->rows);
	sqlite3_bind_int64(y->insert, 3, (int64_t)bytes_hash(line, 0));
	sqlite3_bind_blob(y->insert, 4, line.ptr, (int)line.len, SQLITE_STATIC);
	check(y, sqlite3_step(y->insert));
	sqlite3_reset(y->insert);
	if (y->rows % y->batch == 0)
		run_sql(y, "COMMIT");
}

static void report(const struct yardstick *y, int64_t wall_us, int64_t cpu_us)
{
	double rows = y->rows ? (double)y->rows : 1;

	printf("{\"events\":%zu,\"batch\":%zu,\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"per_second\":%.0f,\"cpu_us\":%.3f}\n",
	       y->rows, y->batch, (double)wall_us / 1e6, (double)cpu_us / 1e6, rows / ((double)wall_us / 1e6),
	       (double)cpu_us / rows);
}

int main(int argc, char **argv)
{
	struct yardstick y = { .batch = 1000 };
	size_t limit = SIZE_MAX;
	bool is_bare = false;
	int option;

	while ((option = getopt(argc, argv, "b:n:B")) != -1) {
		if (option == 'b')
			y.batch = strtoul(optarg, NULL, 10);
		else if (option == 'n')
			limit = strtoul(optarg, NULL, 10);
		else if (option == 'B')
			is_bare = true;
	}
	if (argc - optind != 2 || y.batch == 0) {
		fprintf(stderr, "usage: yardstick [-b ROWS_A_COMMIT] [-n EVENTS] [-B] DATABASE EVENTS.ndjson\n");
		return 2;
	}
	struct lines lines;
	lines_open(&lines, argv[optind + 1]);
	y.parser = is_bare ? NULL : json_parser_new(LINE_MAX_BYTES, 16);
	open_journal(&y, argv[optind]);
	int64_t wall = clock_mono_us(), cpu = clock_cpu_us();
	for (struct bytes line; y.rows < limit && (line = lines_take(&lines, 1)).len;)
		append(&y, line);
	if (y.rows % y.batch)
		run_sql(&y, "COMMIT");
	report(&y, clock_mono_us() - wall, clock_cpu_us() - cpu);
	sqlite3_finalize(y.insert);
	sqlite3_close(y.db);
	json_parser_free(y.parser);
	return 0;
}
