/* Handing lines to intake on behalf of a call; the answer follows when they are committed and applied. */
#ifndef ASSOCD_API_INGEST_H
#define ASSOCD_API_INGEST_H

#include "call.h"

enum ingest_answer {
	ANSWER_ASSESSMENT, /* one object: the account's assessment, or a problem */
	ANSWER_COUNTS,     /* a line each: counts and refusals */
	ANSWER_STATEMENT,  /* one object of a person: counts and seq, or a problem; may state relations and the like,
			    * and names its accounts whole */
	ANSWER_STATEMENTS, /* the same, a line each: counts and refusals */
};
/* Ends the call, now or later. body is copied by intake as far as it is needed. */
void ingest_offer(struct api_call *call, struct bytes body, enum ingest_answer answer);

/* Requests that wait until intake is less congested: the callback of their timer, and what ends them with the api. */
void ingest_retry(void *api);
void ingest_send_all_away(struct api *api);

#endif
