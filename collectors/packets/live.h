/* An interface whose packets are handed over: the one file that knows libpcap. */
#ifndef ASSOCD_COLLECTORS_PACKETS_LIVE_H
#define ASSOCD_COLLECTORS_PACKETS_LIVE_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

struct live;
struct live_setup {
	const char *interface, *filter;
	int snaplen, buffer_bytes;
	bool is_promiscuous;
};
struct live_numbers { uint64_t received, dropped, dropped_by_interface; };
typedef void live_fn(void *arg, struct bytes packet, size_t wire_length, int64_t at_us);

/* ERR_DENIED names the capability and how it is given; ERR_NOTFOUND: there is no such interface, or it is down; ERR_INPUT:
 * the filter is wrong. */
enum err live_open(const struct live_setup *setup, struct live **out, struct errbuf *eb) MUST_CHECK;
int live_fd(const struct live *l);
unsigned live_link(const struct live *l);
/* Up to max packets that are there; ERR_IO: the interface is gone or down. */
enum err live_read(struct live *l, int max, live_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;
/* Since the opening. */
void live_numbers(struct live *l, struct live_numbers *out);

#endif
