/* Reasons are few words of the daemon's; what comes after the last place is counted in the sum only. */
#include "refusals.h"

#include <stdio.h>

#include "print.h"

static struct refusal_reason *reason_of(struct refusals *r, struct bytes word)
{
	unsigned i = 0;

	while (i < r->n_reasons && !bytes_is(word, r->reasons[i].word))
		i++;
	return i < REFUSAL_REASONS ? &r->reasons[i] : NULL;
}

void refusals_add(struct refusals *r, struct line_source source, struct bytes word, struct bytes detail)
{
	struct refusal_reason *reason;

	word = bytes_slice(word, 0, sizeof(reason->word) - 1);
	reason = reason_of(r, word);
	r->n++;
	if (!reason || reason->n++ > 0)
		return;
	r->n_reasons++;
	reason->first = source;
	snprintf(reason->word, sizeof(reason->word), "%.*s", BYTES_ARG(word));
	snprintf(reason->detail, sizeof(reason->detail), "%.*s", BYTES_ARG(detail));
}

void refusals_print(const struct refusals *r, const char *what, struct text *out)
{
	for (unsigned i = 0; i < r->n_reasons; i++) {
		const struct refusal_reason *reason = &r->reasons[i];

		text_adds(out, "  ");
		print_count(out, (int64_t)reason->n);
		text_addf(out, " %s for %s, %s%s:%llu: ", what, reason->word, reason->n > 1 ? "the first " : "", reason->first.file,
			  (unsigned long long)reason->first.line);
		text_add_visible(out, bytes_of(reason->detail));
		text_addc(out, '\n');
	}
}

void refusals_json(const struct refusals *r, const char *key, struct text *out)
{
	json_key(out, key);
	json_open_object(out);
	for (unsigned i = 0; i < r->n_reasons; i++)
		json_member_int(out, r->reasons[i].word, (int64_t)r->reasons[i].n);
	json_close_object(out);
}
