/* The sink that takes everything and keeps nothing: the contract at its shortest, and what a test stands on. */
#include "sink.h"

static enum err null_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	*out = NULL;
	return ERR_OK;
}

static enum err null_deliver(void *self, const struct sink_row *rows, size_t n, struct errbuf *eb)
{
	return ERR_OK;
}

static void null_nothing(void *self)
{
}

const struct sink sink_null = {
	.name = "null", .help = "Takes alerts and drops them.", .audience = AUDIENCE_ALL, .open = null_open, .deliver = null_deliver,
	.close = null_nothing, .is_blind = true,
};
