/* Answers judged. */
#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/base/log.h"
#include "daemon/base/text.h"
#include "shape.h"

#define WHY_SIZE 400
#define BODY_SHOWN 120

void outcome_taken(struct sink_call *call)
{
	call->answer(call, &(struct sink_outcome){ SINK_TAKEN, 0, NULL });
}

void outcome_failed(struct sink_call *call, const char *fmt, ...)
{
	char why[WHY_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	call->answer(call, &(struct sink_outcome){ SINK_FAILED, 0, why });
}

static bool is_refusal(int status)
{
	return status == 400 || status == 410 || status == 413 || status == 422;
}

void outcome_of_http(struct sink_call *call, const struct transfer_answer *answer)
{
	struct text shown = { 0 }, why = { 0 };

	if (answer->result == ERR_OK && answer->status >= 200 && answer->status < 300) {
		outcome_taken(call);
		return;
	}
	if (answer->result != ERR_OK) {
		outcome_failed(call, "%s", answer->error);
		return;
	}
	shape_line(&shown, bytes_trim(answer->body), BODY_SHOWN);
	text_addf(&why, "it answered with status %d%s%s%s", answer->status,
		  answer->status >= 300 && answer->status < 400 ? "; redirects are not followed, so name the place itself" : "",
		  shown.len ? ": " : "", shown.len ? shown.ptr : "");
	call->answer(call, &(struct sink_outcome){ is_refusal(answer->status) ? SINK_REFUSED : SINK_FAILED,
						   (int64_t)answer->retry_after_s * 1000, why.ptr });
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
