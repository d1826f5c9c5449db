/* Patterns of log files, over PCRE2, interpreted: its limits hold there exactly, and no page is writable and executable.
 * I1: a match visits at most MATCH_LIMIT steps, DEPTH_LIMIT backtracking points and HEAP_LIMIT_KIB of heap. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex.h"

#include <pcre2.h>
#include <stdlib.h>

#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 10000
#define HEAP_LIMIT_KIB 1024
#define PATTERN_MAX 4096

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	struct bytes subject;
	int groups; /* of the last match, 0 when it failed */
};

static enum err compile_error(int code, size_t offset, struct errbuf *eb)
{
	PCRE2_UCHAR text[128] = "";

	pcre2_get_error_message(code, text, sizeof text);
	return errbuf_set(eb, ERR_INPUT, "pattern, character %zu: %s", offset + 1, (const char *)text);
}

enum err regex_new(struct bytes pattern, struct regex **out, struct errbuf *eb)
{
	PCRE2_SIZE offset = 0;
	struct regex *r;
	pcre2_code *code;
	int error = 0;

	if (pattern.len > PATTERN_MAX)
		return errbuf_set(eb, ERR_INPUT, "pattern of %zu bytes is over the limit of %d", pattern.len, PATTERN_MAX);
	code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, PCRE2_NEVER_BACKSLASH_C, &error, &offset, NULL);
	if (code == NULL)
		return compile_error(error, offset, eb);
	r = xcalloc(1, sizeof *r);
	r->code = code;
	r->match = pcre2_match_data_create_from_pattern(code, NULL);
	r->limits = pcre2_match_context_create(NULL);
	BUG_ON(r->match == NULL || r->limits == NULL);
	pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(r->limits, HEAP_LIMIT_KIB);
	*out = r;
	return ERR_OK;
}

void regex_free(struct regex *r)
{
	if (r == NULL)
		return;
	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->match);
	pcre2_code_free(r->code);
	free(r);
}

enum tri regex_match(struct regex *r, struct bytes subject)
{
	int n = pcre2_match(r->code, (PCRE2_SPTR)subject.ptr, subject.len, 0, 0, r->match, r->limits);

	r->subject = subject;
	r->groups = n > 0 ? n : 0;
	if (n == PCRE2_ERROR_NOMATCH)
		return NO;
	return n > 0 ? YES : UNKNOWN;
}

struct bytes regex_group(const struct regex *r, const char *name)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(r->match);
	int group = pcre2_substring_number_from_name(r->code, (PCRE2_SPTR)name);

	if (group < 0 || group >= r->groups || ends[2 * group] == PCRE2_UNSET)
		return BYTES_NONE;
	return bytes_slice(r->subject, ends[2 * group], ends[2 * group + 1] - ends[2 * group]);
}
