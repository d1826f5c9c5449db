/* Sinks that do as they are told. */
#ifndef ASSOCD_TESTS_FAR_SINK_H
#define ASSOCD_TESTS_FAR_SINK_H

#include "daemon/sinks/sinks.h"

/* What the sink that is sent to shall answer, and what it was told. */
static struct {
	enum sink_result answer;
	bool hangs;
	int64_t not_before_ms;
	size_t takes; /* of what it fails: so many rows first */
	unsigned calls, rows, resent, largest, opened, cancelled, reopened;
	unsigned reopened_before; /* the last call */
	uint64_t refused; /* this row, however it comes */
	uint64_t last;
	struct sink_call *hanging;
} far;
static unsigned file_rows;
static bool file_is_full;

static inline enum err far_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	far.opened++;
	*out = &far;
	return ERR_OK;
}

static inline bool holds_refused(const struct sink_call *call)
{
	for (size_t i = 0; i < call->n; i++)
		if (call->rows[i].number == far.refused && far.refused)
			return true;
	return false;
}

static inline void far_send(void *self, struct sink_call *call)
{
	enum sink_result result = holds_refused(call) ? SINK_REFUSED : far.answer;

	far.calls++;
	far.reopened_before = far.reopened;
	far.largest = call->n > far.largest ? (unsigned)call->n : far.largest;
	if (far.hangs) {
		far.hanging = call;
		return;
	}
	if (result == SINK_TAKEN) {
		far.rows += (unsigned)call->n;
		far.resent += call->rows[0].event.len == 0 ? (unsigned)call->n : 0;
		far.last = call->rows[call->n - 1].number;
	}
	size_t n_taken = result == SINK_FAILED && far.takes < call->n ? far.takes : 0;
	far.rows += (unsigned)n_taken;
	call->answer(call, &(struct sink_outcome){ result, far.not_before_ms, "as it was told", n_taken });
}

static inline enum err far_reopen(void *self, struct errbuf *eb)
{
	far.reopened++;
	return ERR_OK;
}

static inline void far_cancel(void *self)
{
	far.cancelled++;
}

static inline enum err file_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	*out = NULL;
	return ERR_OK;
}

static inline enum err file_deliver(void *self, const struct sink_row *rows, size_t n, struct errbuf *eb)
{
	if (file_is_full)
		return errbuf_set(eb, ERR_FULL, "no room");
	file_rows += (unsigned)n;
	return ERR_OK;
}

static inline void nothing(void *self)
{
}

static const struct sink sink_far = {
	.name = "far", .help = "Does as it is told.", .audience = AUDIENCE_ALL, .open = far_open, .close = nothing,
	.reopen = far_reopen, .send = far_send, .cancel = far_cancel, .group = 4,
};
static const struct sink sink_keeping = {
	.name = "keeping", .help = "Is told again of what stands.", .audience = AUDIENCE_ALL, .open = far_open,
	.close = nothing, .send = far_send, .cancel = far_cancel, .group = 4, .keeps_told = true,
};
static const struct sink sink_file = {
	.name = "file", .help = "Takes rows.", .audience = AUDIENCE_ALL, .open = file_open, .deliver = file_deliver,
	.close = nothing, .is_blind = true,
};

#endif
