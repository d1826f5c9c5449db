/* One page of the log, newest first, within a bound of what is read: whoever wants more asks again with the cursor, which names
 * the file by its inode, so that it holds over a rotation.
 * I1: the clock may have been set meanwhile: what is older than asked for ends the search only by a wide margin.
 * I2: what is no JSON object is left out; audit_verify says of it. */
#include <inttypes.h>
#include <stdio.h>

#include "daemon/base/clock.h"
#include "daemon/vendor/json.h"
#include "parts.h"

#define READ_MAX (8u << 20) /* bytes of one page */
#define CLOCK_MARGIN_MS (INT64_C(2) * 86400 * 1000)
#define DEPTH_MAX 8

struct search {
	const struct audit_query *q;
	struct json_parser *parser;
	struct text entries;
	unsigned n;
	uint64_t read;
	uint64_t file; /* where it ended; 0: nowhere, all was seen */
	off_t at;
	bool is_past;
};

bool audit_read_cursor(struct bytes text, struct audit_query *q)
{
	ptrdiff_t dash = bytes_find_char(text, '-');

	return dash > 0 && bytes_to_u64(bytes_slice(text, 0, (size_t)dash), &q->file) && q->file > 0 &&
	       bytes_to_u64(bytes_slice(text, (size_t)dash + 1, text.len), &q->before) && q->before <= INT64_MAX;
}

static bool names(const struct json_doc *doc, struct bytes whom)
{
	const struct json_node *accounts = json_get(doc, doc->nodes, "accounts");

	if (bytes_eq(json_get_text(doc, doc->nodes, "id"), whom))
		return true;
	if (!accounts || accounts->type != JSON_ARRAY)
		return false;
	for (const struct json_node *at = json_first(doc, accounts); at; at = json_after(doc, accounts, at))
		if (at->type == JSON_STRING && bytes_eq(at->text, whom))
			return true;
	return false;
}

static bool is_about(const struct json_doc *doc, const struct audit_query *q)
{
	if (q->about[0].len == 0 && q->about[1].len == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(q->about); i++)
		if (q->about[i].len > 0 && names(doc, q->about[i]))
			return true;
	return false;
}

static bool is_in_time(struct search *s, const struct json_doc *doc)
{
	const struct audit_query *q = s->q;
	int64_t at;

	if (q->since_ms == 0 && q->until_ms == 0)
		return true;
	if (!time_parse_rfc3339(json_get_text(doc, doc->nodes, "at"), &at))
		return false;
	s->is_past = q->since_ms > 0 && at < q->since_ms - CLOCK_MARGIN_MS; /* I1 */
	return at >= q->since_ms && (q->until_ms == 0 || at < q->until_ms);
}

static bool fits(struct search *s, struct bytes line)
{
	const struct audit_query *q = s->q;
	struct json_doc doc;

	if (json_parse(s->parser, line, &doc, NULL) != ERR_OK || doc.nodes->type != JSON_OBJECT) /* I2 */
		return false;
	return is_in_time(s, &doc) && (q->actor.len == 0 || bytes_eq(json_get_text(&doc, doc.nodes, "actor"), q->actor)) &&
	       (q->action.len == 0 || bytes_find(json_get_text(&doc, doc.nodes, "did"), q->action) >= 0) && is_about(&doc, q);
}

/* False: the page is full. */
static bool search_file(struct search *s, const struct audit_file *file, off_t end, struct errbuf *eb)
{
	struct bytes line;
	struct back b;
	bool is_full = false;

	back_begin(&b, file->fd, end);
	while (!is_full && !s->is_past && back_line(&b, &line)) {
		if (fits(s, line)) {
			json_raw(&s->entries, line);
			s->n++;
		}
		is_full = s->n == s->q->max || s->read + b.read >= READ_MAX;
	}
	s->file = file->inode;
	s->at = back_at(&b);
	s->read += b.read;
	if (b.is_broken)
		errbuf_set(eb, ERR_IO, "%s: cannot be read", file->path);
	back_end(&b);
	return !is_full;
}

static enum err search_files(struct search *s, const struct audit_files *files, struct errbuf *eb)
{
	const struct audit_query *q = s->q;
	size_t i = 0;

	while (q->file > 0 && i < files->list.n && files->list.at[i].inode != q->file)
		i++;
	if (q->file > 0 && i == files->list.n)
		return errbuf_set(eb, ERR_NOTFOUND, "the file that this goes on in was rotated away");
	eb->text[0] = '\0';
	for (size_t first = i; i < files->list.n; i++) {
		const struct audit_file *file = &files->list.at[i];
		off_t end = q->file > 0 && i == first && (off_t)q->before < file->size ? (off_t)q->before : file->size;
		bool goes_on = search_file(s, file, end, eb);

		if (eb->text[0] != '\0')
			return ERR_IO;
		if (!goes_on)
			break;
		s->file = 0;
		if (s->is_past)
			break;
	}
	if (s->file > 0 && s->at == 0 && i + 1 == files->list.n)
		s->file = 0; /* it was full with the oldest line there is */
	return ERR_OK;
}

static void render(const struct search *s, unsigned n_compressed, struct text *json)
{
	char next[48];

	json_open_object(json);
	json_key(json, "next");
	snprintf(next, sizeof(next), "%" PRIu64 "-%lld", s->file, (long long)s->at);
	if (s->file > 0)
		json_string(json, bytes_of(next));
	else
		json_null(json);
	json_member_int(json, "compressed", n_compressed);
	json_key(json, "entries");
	json_raw(json, s->n > 0 ? text_bytes(&s->entries) : BYTES_LIT("[]"));
	json_close_object(json);
}

enum err audit_page(const char *state_dir, const struct audit_query *q, struct text *json, struct errbuf *eb)
{
	struct search s = { .q = q };
	struct audit_files files;
	enum err err = audit_files_open_all(state_dir, &files, eb);

	if (err != ERR_OK)
		return err;
	s.parser = json_parser_new(AUDIT_LINE_MAX * 2, DEPTH_MAX);
	json_open_array(&s.entries);
	err = search_files(&s, &files, eb);
	json_close_array(&s.entries);
	if (err == ERR_OK)
		render(&s, files.compressed, json);
	audit_files_close(&files);
	json_parser_free(s.parser);
	text_free(&s.entries);
	return err;
}
