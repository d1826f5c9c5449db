#include "ignored.h"

#include <stdarg.h>
#include <stdio.h>

#define WHY_SIZE 160

void statement_ignored(struct engine *e, enum ignored_word word, const char *why, ...)
{
	struct effects *out = e->effects;
	char text[WHY_SIZE];
	va_list args;
	if (out == NULL)
		return;
	va_start(args, why);
	vsnprintf(text, sizeof(text), why, args);
	va_end(args);
	out->at = vec_reserve(out->at, &out->cap, out->n + 1, sizeof(*out->at));
	out->at[out->n++] = (struct effect){
		.type = EFFECT_STATEMENT_IGNORED, .seq = e->seq, .ts_ms = e->event->ts_ms, .ignored = word,
		.what = arena_bytes(out->arena, bytes_of(text)),
	};
}
