/* Any bytes as a line of events, with a kind for every normaliser step: what is accepted survives the journal's form,
 * what is refused has a reason. */
#include <stdlib.h>

#include "daemon/base/text.h"
#include "daemon/model/event.h"
#include "daemon/model/normalise.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static struct bytes path_of(const char *step)
{
	static const char *const paths[][2] = {
		{ "ip", "ip" }, { "ip64", "ip" }, { "ip24", "ip" }, { "tcp", "tcp" }, { "tcp_stack", "tcp" }, { "tls_stack", "ja4" }, { "claim", "user_agent" }, { "tcp_claim", "tcp" }, { "screen", "screen" },
		{ "language", "accept_language" }, { "user_agent", "user_agent" }, { "user_agent_os", "user_agent" },
	};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (strcmp(step, paths[i][0]) == 0)
			return bytes_of(paths[i][1]);
	return BYTES_LIT("identity.name"); /* one text through all the others */
}

/* Every form of a line that a step takes, for the steps that ask for words. */
static const struct words *words_for(const struct normaliser_step *step, struct arena *arena)
{
	static const struct bytes lines[] = {
		BYTES_LIT("a = b"), BYTES_LIT("b c d"), BYTES_LIT("x"), BYTES_LIT("*z"), BYTES_LIT("y*"), BYTES_LIT("*aa = *b"), BYTES_LIT("o = in front"),
		BYTES_LIT("and = &"), BYTES_LIT("b.c = d.c"), BYTES_LIT("d.c = ignores ."), BYTES_LIT("e.c = tag -"), BYTES_LIT("f.c = host user"),
		BYTES_LIT("g.c = equates .-"), BYTES_LIT(".con = .com"),
	};
	struct bytes taken[ARRAY_LEN(lines)];
	size_t n = 0;

	if (step->form == NULL)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (words_make(arena, step->form, &lines[i], 1, NULL))
			taken[n++] = lines[i];
	return words_make(arena, step->form, taken, n, NULL);
}

static struct kinds *make_kinds(struct arena *arena)
{
	struct kinds *k = xcalloc(1, sizeof *k);
	struct errbuf eb = { "" };

	for (const struct normaliser_step *s = normaliser_steps; s->name; s++)
		k->rows[k->n++] = (struct kind){ .name = bytes_of(s->name), .paths = { path_of(s->name) }, .n_paths = 1,
						 .steps = { s }, .n_steps = 1, .mask_tail = 4, .words = words_for(s, arena),
						 .privacy = k->n % 2 ? PRIVACY_HASH : PRIVACY_PLAIN };
	k->rows[k->n++] = (struct kind){ .name = BYTES_LIT("print"), .n_paths = 3, .required = { true },
					 .paths = { BYTES_LIT("device.model"), BYTES_LIT("device.dpr"), BYTES_LIT("items") } };
	k->rows[k->n++] = (struct kind){ .name = BYTES_LIT("joined"), .n_parts = 3, .required = { true }, .parts = {
					 (uint8_t)kinds_find(k, BYTES_LIT("tokens")), (uint8_t)kinds_find(k, BYTES_LIT("deletions")),
					 (uint8_t)kinds_find(k, BYTES_LIT("print")) } };
	BUG_ON(kinds_prepare(k, &eb) != ERR_OK);
	return k;
}

static void check_round_trip(const struct event *e, struct arena *arena)
{
	struct text once = { 0 }, twice = { 0 };
	struct event back;

	event_encode(e, &once);
	BUG_ON(decode_event(text_bytes(&once), arena, &back) != ERR_OK);
	event_encode(&back, &twice);
	BUG_ON(!bytes_eq(text_bytes(&once), text_bytes(&twice)));
	text_free(&once);
	text_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct json_parser *parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	struct arena *arena = arena_new(4096);
	static struct kinds *kinds; /* made once, in memory of their own: the words take longer than an event */
	static struct arena *lasting;
	struct event_context context = { .default_site = BYTES_LIT("s") };
	struct errbuf eb = { "" };
	struct event_refusal why = { .eb = &eb };
	struct json_doc doc;
	struct event e;

	if (kinds == NULL)
		kinds = make_kinds(lasting = arena_new(4096));
	context.kinds = kinds;
	if (json_parse(parser, bytes_make((const char *)in, n), &doc, &eb) == ERR_OK) {
		if (event_from_json(&context, &doc, arena, &e, &why) == ERR_OK)
			check_round_trip(&e, arena);
		else
			BUG_ON(why.reason == NULL || eb.text[0] == '\0');
	}
	json_parser_free(parser);
	arena_free(arena);
	return 0;
}
