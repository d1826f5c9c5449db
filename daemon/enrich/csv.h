/* CSV (RFC 4180) with a header: columns found by name in any order. Blank lines and lines that begin with # are skipped. */
#ifndef ASSOCD_ENRICH_CSV_H
#define ASSOCD_ENRICH_CSV_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define CSV_FIELDS_MAX 64
#define CSV_RECORD_MAX 8192 /* bytes of one record, unquoted */
#define CSV_FILE_MAX INT32_MAX

struct csv_record {
	struct bytes field[CSV_FIELDS_MAX]; /* into text */
	unsigned n;
	unsigned skipped; /* lines before it, empty or of a comment */
	unsigned lines;   /* that it spans, so far as it was read where that failed */
	char text[CSV_RECORD_MAX];
};

/* The next record of *rest, which moves on. ERR_NOTFOUND at the end, ERR_LIMIT: too long or too many fields,
 * ERR_INPUT: a quote that does not end, or bytes after one. */
enum err decode_csv_record(struct bytes *rest, struct csv_record *out) MUST_CHECK;

struct csv_column {
	const char *names; /* "cidr|network|prefix": the first that a file has counts */
	bool is_required;
};

struct csv_reader {
	const struct csv_column *columns;
	unsigned n_columns; /* at most CSV_FIELDS_MAX */
	/* fields in the order of columns, BYTES_NONE where the file has none. An error ends the reading. */
	enum err (*row)(void *arg, const struct bytes *fields, struct errbuf *eb);
	/* A column of no known name, or a further name of one that is there: NULL refuses it, with a did-you-mean. */
	void (*unknown)(void *arg, struct bytes name);
	void *arg;
};

/* Errors begin with name:line. */
enum err csv_read(struct bytes content, const char *name, const struct csv_reader *reader, struct errbuf *eb) MUST_CHECK;

#endif
