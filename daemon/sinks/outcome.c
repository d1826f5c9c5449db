/* Answers judged. */
#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/base/text.h"
#include "shape.h"

#define WHY_SIZE 400
#define BODY_SHOWN 120

void outcome_taken(struct sink_call *call)
{
	call->answer(call, &(struct sink_outcome){ .result = SINK_TAKEN });
}

void outcome_failed(struct sink_call *call, const char *fmt, ...)
{
	char why[WHY_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	call->answer(call, &(struct sink_outcome){ .result = SINK_FAILED, .why = why });
}

void outcome_failed_behind(struct sink_call *call, size_t n_taken, const char *fmt, ...)
{
	char why[WHY_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	call->answer(call, &(struct sink_outcome){ .result = SINK_FAILED, .why = why, .n_taken = n_taken });
}

static bool is_refusal(int status)
{
	return status == 400 || status == 410 || status == 413 || status == 422;
}

struct bytes outcome_place(const char *url)
{
	const char *host = strstr(url, "://"), *end, *at;

	host = host ? host + 3 : url;
	end = host + strcspn(host, "/?#");
	at = memrchr(host, '@', (size_t)(end - host)); /* a name and a password before it */
	return at ? bytes_make(at + 1, (size_t)(end - at - 1)) : bytes_make(url, (size_t)(end - url));
}

/* What a status hangs on, where the text of the answer may not say. */
static const char *cause_of(int status)
{
	static const struct { int from, to; const char *cause; } causes[] = {
		{ 300, 399, "; redirects are not followed, so name the place itself" },
		{ 401, 401, "; it wants to know who asks: `url` may have to name a key, and `secrets` must be those that it knows" },
		{ 403, 403, "; it forbids this: `url` may have to name a key, and `secrets` must be those that it knows" },
		{ 404, 405, "; `url` names another place than the one that takes alerts" },
		{ 413, 413, "; a smaller `group` makes smaller messages" },
		{ 429, 429, "; a lower `rate` sends less often" },
	};

	for (size_t i = 0; i < ARRAY_LEN(causes); i++)
		if (status >= causes[i].from && status <= causes[i].to)
			return causes[i].cause;
	return "";
}

void outcome_of_http(struct sink_call *call, const char *url, const struct transfer_answer *answer)
{
	struct text shown = { 0 }, why = { 0 };
	struct bytes place = outcome_place(url);

	if (answer->result == ERR_OK && answer->status >= 200 && answer->status < 300) {
		outcome_taken(call);
		return;
	}
	if (answer->result != ERR_OK) {
		outcome_failed(call, "%.*s: %s", BYTES_ARG(place), answer->error);
		return;
	}
	shape_line(&shown, bytes_trim(answer->body), BODY_SHOWN);
	text_addf(&why, "%.*s: it answered with status %d%s%s%s", BYTES_ARG(place), answer->status, cause_of(answer->status),
		  shown.len ? ": " : "", shown.len ? shown.ptr : "");
	call->answer(call, &(struct sink_outcome){ .result = is_refusal(answer->status) ? SINK_REFUSED : SINK_FAILED,
						   .not_before_ms = (int64_t)answer->retry_after_s * 1000, .why = why.ptr });
	text_free(&shown);
	text_free(&why);
}

void outcome_warn(const char *sink, const char *fmt, ...)
{
	char text[WHY_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	log_warn("sinks", "sink %s: %s", sink, text);
}
