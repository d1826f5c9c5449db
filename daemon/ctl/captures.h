/* Recorded captures beside event files: what packets said of the connections that events came over, joined as the daemon does.
 * All captures are read before the first event, so an event gets at once what the daemon may have to wait for, and two runs
 * give the same bytes. */
#ifndef ASSOCD_CTL_CAPTURES_H
#define ASSOCD_CTL_CAPTURES_H

#include "collectors/packets/join.h"
#include "ctl.h"

#define CAPTURES_FILES_MAX 32
#define CAPTURES_FLOWS_MAX 4000000u /* connections that are remembered, half of them over TCP */

/* --capture, --proxy and --window as given. */
struct captures_wanted {
	const char *files[CAPTURES_FILES_MAX];
	unsigned n_files, n_proxies;
	struct join_network proxies[JOIN_PROXIES_MAX];
	int64_t window_ms;
};
#define CAPTURES_OPTIONS \
	{ "--capture", "FILE", "A recorded capture, pcap or pcapng, whose connections are joined to the events; may be given several times.", NULL }, \
	{ "--proxy", "NETWORK", "With --capture: addresses of load balancers and proxies in front, never clients; may be given several times.", NULL }, \
	{ "--window", "DURATION", \
	  "With --capture: how long before a connection's first packet or after its last an event still belongs to it; without it 30s.", NULL }

/* Takes the options out of the arguments. 0, or the exit status with the reason said. */
int captures_take_options(const struct ctl_command *command, struct captures_wanted *out, int *argc, char **argv);

struct captures;
/* Reads them all, as one recording in the order given. *out NULL: none was wanted. What is damaged is said on standard error, and
 * what stands in front of the place counts. */
enum err captures_read(const struct captures_wanted *wanted, struct captures **out, struct errbuf *eb) MUST_CHECK;
void captures_free(struct captures *c);
/* NULL: there are none. The captures' own. */
const struct network_source *captures_network(const struct captures *c);
/* What was read and what was joined, a line on standard error; nothing without captures. ERR_CORRUPT: one of them is damaged. */
enum err captures_sum_up(const struct captures *c, struct errbuf *eb) MUST_CHECK;

#endif
