/* Shapes of alerts. I1: nothing here writes a control character, whatever an account calls itself. */
#include "shape.h"

#include <stdio.h>

#include "daemon/base/utf8.h"

/* As text_add_visible judges: what it would not show as it is. */
static bool is_hidden(struct bytes one)
{
	struct text shown = { 0 };
	bool is = false;

	text_add_visible(&shown, one);
	is = !bytes_eq(text_bytes(&shown), one);
	text_free(&shown);
	return is;
}

void shape_json(struct text *out, struct bytes json)
{
	for (size_t at = 0, n; at < json.len; at += n) {
		uint32_t code;

		for (n = 0; at + n < json.len && (unsigned char)json.ptr[at + n] < 0x7f; n++)
			continue;
		text_add(out, bytes_slice(json, at, n));
		if (n > 0)
			continue;
		n = utf8_next(bytes_slice(json, at, 4), &code);
		if (n == 0 || !is_hidden(bytes_slice(json, at, n)))
			text_add(out, n ? bytes_slice(json, at, n) : BYTES_LIT("\\ufffd"));
		else if (code < 0x10000)
			text_addf(out, "\\u%04x", code);
		else
			text_addf(out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
		n = n ? n : 1;
	}
}

void shape_line(struct text *out, struct bytes s, size_t max)
{
	struct text shown = { 0 };
	struct bytes cut;

	text_add_visible(&shown, s);
	cut = bytes_slice(text_bytes(&shown), 0, max);
	while (cut.len < shown.len && cut.len > 0 && ((unsigned char)cut.ptr[cut.len] & 0xc0) == 0x80)
		cut.len--;
	text_add(out, cut);
	text_free(&shown);
}

void shape_sentence(struct text *out, const struct sink_row *row)
{
	const struct alert_view *al = row->alert;
	struct text line = { 0 };

	text_addf(&line, "%.*s, %.*s: %.*s", BYTES_ARG(al->level), BYTES_ARG(row->event.len ? row->event : bytes_of(alert_state_names[al->state])),
		  BYTES_ARG(al->summary.len ? al->summary : al->title));
	if (al->state == ALERT_RESOLVED && al->resolution.len > 0)
		text_addf(&line, " (%.*s%s%.*s)", BYTES_ARG(al->resolution), al->reason.len ? ": " : "", BYTES_ARG(al->reason));
	if (al->lead.len > 0)
		text_addf(&line, " (merged into %.*s)", BYTES_ARG(al->lead));
	text_addf(&line, " [%.*s]", BYTES_ARG(al->id));
	shape_line(out, text_bytes(&line), 4096);
	text_free(&line);
}

void shape_row(struct text *out, const struct sink_row *row, enum sink_format format)
{
	if (format == SINK_FORMAT_OCSF)
		shape_ocsf(out, row);
	else if (format == SINK_FORMAT_OWN)
		text_add(out, row->json);
	else
		shape_sentence(out, row);
}

void shape_key(const struct sink_row *rows, size_t n, char out[SHAPE_KEY_SIZE])
{
	struct text all = { 0 };

	for (size_t i = 0; i < n; i++)
		text_addf(&all, "%.*s.%llu.%.*s\n", BYTES_ARG(rows[i].alert->id), (unsigned long long)rows[i].alert->updated_seq,
			  BYTES_ARG(rows[i].event));
	snprintf(out, SHAPE_KEY_SIZE, "msg_%016llx%016llx", (unsigned long long)bytes_hash(text_bytes(&all), 1),
		 (unsigned long long)bytes_hash(text_bytes(&all), 2));
	text_free(&all);
}

int shape_severity(struct bytes level)
{
	static const struct { const char *level; int severity; } rows[] = {
		{ "critical", 2 }, { "high", 3 }, { "medium", 4 }, { "low", 5 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (bytes_is(level, rows[i].level))
			return rows[i].severity;
	return 6;
}
