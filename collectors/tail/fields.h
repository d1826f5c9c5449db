/* Lines that name their parts: a urlencoded form body, and a record of CSV under the names of its file's first line. */
#ifndef ASSOCD_COLLECTORS_TAIL_FIELDS_H
#define ASSOCD_COLLECTORS_TAIL_FIELDS_H

#include "daemon/base/text.h"

#define FIELDS_MAX 256

/* Of one line; valid until the next is decoded. */
struct fields {
	struct field { struct bytes name, value; } at[FIELDS_MAX];
	unsigned n;
	struct text room;
};
void fields_free(struct fields *f);
/* Empty when there is none of that name; of several the first. */
struct bytes fields_get(const struct fields *f, struct bytes name);

/* The columns of one CSV file. */
struct csv_header;
struct csv_header *csv_header_new(void);
void csv_header_free(struct csv_header *h);
bool csv_header_is_read(const struct csv_header *h);
bool csv_header_has(const struct csv_header *h, struct bytes column);
/* "account, ts, ip", at most 256 bytes. */
void csv_header_list(const struct csv_header *h, struct text *out);

/* "a=1&b=x%20y". False: broken escapes, or more than FIELDS_MAX. */
bool decode_form_fields(struct bytes line, struct fields *out);
/* The first line of a file; the separator is the one of comma, semicolon and tab that parts it most. False: no names, a name twice,
 * broken quotes, more than FIELDS_MAX. */
bool decode_csv_header(struct bytes line, struct csv_header *out);
/* RFC 4180, on one line: a field that is quoted may hold the separator and doubled quotes, not a new line. False: broken quotes, or
 * more fields than columns. Missing ones are empty. */
bool decode_csv_fields(struct bytes line, const struct csv_header *header, struct fields *out);

#endif
