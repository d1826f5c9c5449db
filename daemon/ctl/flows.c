/* assocctl flows: recorded captures through a flow table of their own each, a line a flow. */
#include <stdio.h>
#include <stdlib.h>

#include "collectors/packets/flows.h"
#include "collectors/packets/recording.h"
#include "ctl.h"
#include "daemon/vendor/crypto.h"

extern const struct ctl_command ctl_flows;

#define LINES_BUFFER 65536
#define LINKS_MAX 16 /* unknown link types that are named, of one file */

struct unknown_link { unsigned link; uint64_t packets; };

struct reading {
	const char *file;
	bool as_json;
	struct flows *flows;
	struct text out;
	struct unknown_link links[LINKS_MAX];
	unsigned n_links;
};

static void write_out(struct text *out)
{
	if (out->len > 0)
		fwrite(out->ptr, 1, out->len, stdout);
	text_clear(out);
}

static void print_flow(void *arg, const struct flow_facts *facts, enum flow_moment moment)
{
	struct reading *r = arg;

	if (moment != FLOW_ENDED)
		return;
	if (r->as_json) {
		json_open_object(&r->out);
		json_member_string(&r->out, "file", bytes_of(r->file));
		facts_json(facts, &r->out);
		json_close_object(&r->out);
	} else {
		text_add_visible(&r->out, bytes_of(r->file));
		text_addc(&r->out, '\t');
		facts_line(facts, &r->out);
	}
	text_addc(&r->out, '\n');
	if (r->out.len > LINES_BUFFER)
		write_out(&r->out);
}

static void note_link(struct reading *r, unsigned link)
{
	unsigned i = 0;

	while (i < r->n_links && r->links[i].link != link)
		i++;
	if (i == LINKS_MAX)
		return;
	if (i == r->n_links)
		r->links[r->n_links++] = (struct unknown_link){ .link = link };
	r->links[i].packets++;
}

static void take_packets(void *arg, const struct captured *packets, size_t n)
{
	struct reading *r = arg;

	for (size_t i = 0; i < n; i++)
		if (!packet_link_is_known(packets[i].link))
			note_link(r, packets[i].link);
	flows_packets(r->flows, packets, n);
}

static void print_notes(const struct reading *r)
{
	const struct flows_counts *counts = flows_counts(r->flows);

	for (unsigned i = 0; i < r->n_links; i++) {
		const char *name = packet_link_name(r->links[i].link);
		fprintf(stderr, "assocctl: %s: %llu packets of link type %u (%s) passed over\n", r->file,
			(unsigned long long)r->links[i].packets, r->links[i].link, name != NULL ? name : "no name");
	}
	if (counts->evicted > 0)
		fprintf(stderr, "assocctl: %s: %llu flows ended early, the table of flows was full\n", r->file,
			(unsigned long long)counts->evicted);
	if (counts->streams_evicted > 0)
		fprintf(stderr, "assocctl: %s: %llu beginnings of connections were given up, too many at once were incomplete\n", r->file,
			(unsigned long long)counts->streams_evicted);
}

/* 0, or 1 with the reason said. */
static int read_one(struct ctl *ctl, const char *file, uint64_t seed)
{
	struct reading *r = xcalloc(1, sizeof(*r));
	struct flows_limits limits = { .seed = seed };
	struct errbuf eb = { "" };
	enum err err;

	r->file = file;
	r->as_json = ctl->as_json;
	r->flows = flows_new(&limits, print_flow, r);
	err = recording_read(file, take_packets, r, &eb);
	flows_end(r->flows);
	write_out(&r->out);
	fflush(stdout);
	print_notes(r);
	flows_free(r->flows);
	text_free(&r->out);
	free(r);
	return err == ERR_OK ? 0 : ctl_fail("%s", eb.text);
}

static int run_flows(struct ctl *ctl, int argc, char **argv)
{
	int status = ctl_no_more_options(&ctl_flows, &argc, argv);
	uint64_t seed = 0;

	if (status != 0)
		return status;
	if (argc < 2)
		return ctl_usage(&ctl_flows, "name at least one capture, - for standard input");
	if (crypto_random(&seed, sizeof(seed)) != ERR_OK)
		return ctl_fail("the system gives no random bytes");
	for (int i = 1; i < argc; i++)
		status |= read_one(ctl, argv[i], seed);
	if (ferror(stdout))
		return ctl_fail("cannot write standard output: %m");
	return status;
}

const struct ctl_command ctl_flows = {
	.name = "flows",
	.arguments = "FILE...",
	.help = "Prints what the packets of recorded captures say about who connects: a line a flow.",
	.more = "pcap and pcapng, - for standard input. A line is file, source address and port, destination address and port, protocol (tcp, "
		"quic, dtls, udp), JA4, JA3, server name, SYN, with tabs between and - for what was not seen; the source is the client. The "
		"SYN is `ttl:mss:window:options`. Flows come in the order in which they end, those that are open at the end of a file "
		"in the order in which they began. A capture that is damaged is named on standard error with the place, what is in front of "
		"it counts, the other files go on, and the exit status is 1. Packets of a link type that is not known are counted and "
		"passed over. With --json each line is an object with all that was seen: also the forms of JA4 in the clear, the key "
		"that stays when a session is resumed, ALPN, quirks of the SYN, routers passed, the MTU and what it is usual for, the "
		"order of HTTP headers and the user agent.",
	.example = "assocctl flows --json capture.pcapng",
	.run = run_flows,
};
