/* Any bytes as a log line of the shipped patterns: whatever comes out is whole lines of JSON. */
#include <stdint.h>
#include <stdlib.h>

#include "collectors/tail/pattern.h"
#include "daemon/vendor/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

#define PATTERNS 8
static const char *const names[PATTERNS] = { "sshd", "sshd-journal", "nginx", "apache", "combined", "jsonlines", "tirreno", "csv" };

static void check_lines(struct json_parser *parser, struct bytes rest, int events)
{
	while (rest.len) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		struct errbuf eb = { "" };
		struct json_doc doc;
		BUG_ON(end < 0);
		BUG_ON(json_parse(parser, bytes_slice(rest, 0, (size_t)end), &doc, &eb) || doc.nodes->type != JSON_OBJECT);
		rest = bytes_slice(rest, (size_t)end + 1, rest.len);
		events--;
	}
	BUG_ON(events);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	static struct pattern *patterns[PATTERNS];
	static struct json_parser *parser;
	struct line_counts *counts = line_counts_new();
	struct csv_header *header = csv_header_new();
	struct pattern_place place = { .file_ms = 1767225600000, .site = BYTES_NONE, .counts = counts, .header = header };

	if (!parser)
		parser = json_parser_new(16 * 1024 * 1024, 16);
	BUG_ON(!decode_csv_header(BYTES_LIT("ts,account,ip,identity.email"), header));
	for (int i = 0; i < PATTERNS; i++) {
		struct errbuf eb = { "" };
		struct text out = { 0 };
		int events;
		if (!patterns[i] && pattern_load(SOURCE_DIR "/config/patterns", names[i], &patterns[i], &eb))
			bug_at(__FILE__, __LINE__, eb.text);
		events = decode_pattern_line(patterns[i], &place, bytes_make((const char *)in, n), &out);
		check_lines(parser, text_bytes(&out), events < 0 ? 0 : events);
		text_free(&out);
	}
	line_counts_free(counts);
	csv_header_free(header);
	return 0;
}
