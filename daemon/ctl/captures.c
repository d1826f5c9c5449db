/* Captures through one flow table into the join. */
#include "captures.h"

#include <stdio.h>
#include <stdlib.h>

#include "collectors/packets/recording.h"
#include "daemon/base/clock.h"
#include "daemon/vendor/crypto.h"

#define WINDOW_MS 30000
#define WINDOW_LEAST_MS 100
#define WINDOW_MOST_MS 600000

struct captures {
	struct flows *flows;
	struct join *join;
	struct network_source network;
	bool is_damaged;
};

static int take_proxies(const struct ctl_command *command, struct captures_wanted *out, int *argc, char **argv)
{
	const char *text;

	while ((text = ctl_option(argc, argv, "--proxy")) != NULL) {
		struct join_network *to = &out->proxies[out->n_proxies];
		if (out->n_proxies == JOIN_PROXIES_MAX)
			return ctl_usage(command, "at most %d proxies; a network stands for all of its addresses", JOIN_PROXIES_MAX);
		if (!decode_cidr(bytes_of(text), &to->base, &to->bits))
			return ctl_usage(command, "--proxy takes an address, or a network without host bits such as 10.0.0.0/8, not '%s'", text);
		out->n_proxies++;
	}
	return 0;
}

int captures_take_options(const struct ctl_command *command, struct captures_wanted *out, int *argc, char **argv)
{
	const char *path, *window = ctl_option(argc, argv, "--window");

	*out = (struct captures_wanted){ .window_ms = WINDOW_MS };
	while ((path = ctl_option(argc, argv, "--capture")) != NULL) {
		if (out->n_files == CAPTURES_FILES_MAX)
			return ctl_usage(command, "at most %d captures", CAPTURES_FILES_MAX);
		out->files[out->n_files++] = path;
	}
	if (window != NULL && (!time_parse_duration(bytes_of(window), &out->window_ms) || out->window_ms < WINDOW_LEAST_MS ||
			       out->window_ms > WINDOW_MOST_MS))
		return ctl_usage(command, "--window takes a duration of 100ms to 10m, not '%s'", window);
	int status = take_proxies(command, out, argc, argv);
	if (status == 0 && out->n_files == 0 && (window != NULL || out->n_proxies > 0))
		return ctl_usage(command, "%s says something about captures; name one with --capture", window != NULL ? "--window" : "--proxy");
	return status;
}

static void take_packets(void *arg, const struct captured *packets, size_t n)
{
	flows_packets(((struct captures *)arg)->flows, packets, n);
}

static void take_flow(void *arg, const struct flow_facts *facts, enum flow_moment moment)
{
	join_flow(((struct captures *)arg)->join, 0, facts, moment);
}

/* Nobody waits: every connection is known before the first event. */
static void take_late(void *arg, struct bytes line)
{
	BUG_ON(line.len > 0);
}

static enum err read_one(struct captures *c, const char *file, struct errbuf *eb)
{
	struct errbuf why = { "" };
	enum err err = recording_read(file, take_packets, c, &why);

	if (err != ERR_CORRUPT)
		return err == ERR_OK ? err : errbuf_set(eb, err, "%s", why.text);
	c->is_damaged = true;
	fprintf(stderr, "assocctl: %s; what is in front of the place counts\n", why.text);
	return ERR_OK;
}

enum err captures_read(const struct captures_wanted *wanted, struct captures **out, struct errbuf *eb)
{
	const struct join_setup setup = { .flows = CAPTURES_FLOWS_MAX, .window_ms = wanted->window_ms, .proxies = wanted->proxies,
					  .n_proxies = wanted->n_proxies, .late = take_late };
	struct flows_limits limits = { 0 };
	enum err err = ERR_OK;

	*out = NULL;
	if (wanted->n_files == 0)
		return ERR_OK;
	if (crypto_random(&limits.seed, sizeof(limits.seed)) != ERR_OK)
		return errbuf_set(eb, ERR_IO, "the system gives no random bytes");
	struct captures *c = *out = xcalloc(1, sizeof(*c));
	c->join = join_new(&setup);
	c->flows = flows_new(&limits, take_flow, c);
	c->network = (struct network_source){ .arg = c->join, .find = join_find };
	for (unsigned i = 0; i < wanted->n_files && err == ERR_OK; i++)
		err = read_one(c, wanted->files[i], eb);
	flows_end(c->flows);
	return err;
}

void captures_free(struct captures *c)
{
	if (c == NULL)
		return;
	flows_free(c->flows);
	join_free(c->join);
	free(c);
}

const struct network_source *captures_network(const struct captures *c)
{
	return c != NULL ? &c->network : NULL;
}

enum err captures_sum_up(const struct captures *c, struct errbuf *eb)
{
	struct join_counts counts;

	if (c == NULL)
		return ERR_OK;
	join_counts(c->join, &counts);
	fprintf(stderr,
		"assocctl: %llu packets, %u connections remembered, %llu of proxies left out, %llu forgotten; "
		"events: %llu joined, %llu of several connections, %llu of none that was seen\n",
		(unsigned long long)flows_counts(c->flows)->packets, counts.remembered, (unsigned long long)counts.proxied,
		(unsigned long long)counts.evicted, (unsigned long long)counts.joined, (unsigned long long)counts.ambiguous,
		(unsigned long long)counts.unknown);
	return c->is_damaged ? errbuf_set(eb, ERR_CORRUPT, "a capture is damaged (above)") : ERR_OK;
}
