/* The packets collector: takes facts of connections from the capturing processes and joins them to events. It reads no
 * packet itself.
 * I1: an event line is offered after what brought it about has returned: offering asks the join again.
 * I2: while paused, or while intake takes nothing, lines wait, LINES_MAX bytes of them; beyond that they are dropped and counted.
 * I3: at most one group is on its way; its lines are kept until it is answered, and offered again if it failed. */
#include "collectors/collector.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "keeper.h"
#include "report.h"

#define TICK_MS 250
#define WAITING_MAX 16384
#define LINES_MAX (1 << 20)

struct packets {
	struct collector_host host;
	struct packets_settings settings;
	struct join *join;
	struct sources *sources;
	struct loop_timer *timer;
	struct network_source network;
	struct text lines, offered; /* each ended by a newline; offered: on their way, or to be offered again (I3) */
	struct collector_stats stats;
	bool is_paused, is_on_its_way;
};

/* I3 */
static void on_answered(struct intake_group *g, void *arg)
{
	struct packets *p = arg;

	p->is_on_its_way = false;
	if (g->result != ERR_OK)
		return;
	p->stats.accepted += g->accepted;
	p->stats.duplicate += g->duplicate;
	p->stats.refused += g->refused;
	text_clear(&p->offered);
}

static void take_what_waits(struct packets *p)
{
	struct text empty = p->offered;

	if (p->offered.len > 0)
		return;
	p->offered = p->lines;
	p->lines = empty;
}

static void offer_lines(void *arg)
{
	struct packets *p = arg;
	const struct intake_group setup = { .source = SOURCE_INTERNAL, .done = on_answered, .arg = p };
	struct intake_group *g;
	struct bytes rest;

	if (p->is_paused || p->is_on_its_way || intake_is_congested(p->host.intake))
		return;
	take_what_waits(p);
	rest = text_bytes(&p->offered);
	if (rest.len == 0)
		return;
	p->is_on_its_way = true;
	g = intake_open(p->host.intake, &setup);
	while (rest.len > 0) {
		size_t end = (size_t)bytes_find_char(rest, '\n');

		(void)intake_offer(p->host.intake, g, bytes_slice(rest, 0, end));
		rest = bytes_slice(rest, end + 1, rest.len);
	}
	intake_seal(p->host.intake, g);
}

static void on_late(void *arg, struct bytes line)
{
	struct packets *p = arg;

	p->stats.lines++;
	if (p->lines.len + p->offered.len + line.len >= LINES_MAX) { /* I2 */
		p->stats.skipped++;
		return;
	}
	text_add(&p->lines, line); /* I1 */
	text_addc(&p->lines, '\n');
}

static void on_facts(void *arg, unsigned source, const struct flow_facts *facts, enum flow_moment moment)
{
	join_flow(((struct packets *)arg)->join, source, facts, moment);
}

static void on_stopped(void *arg, unsigned source)
{
	join_stopped(((struct packets *)arg)->join, source);
}

static void on_timer(void *arg)
{
	struct packets *p = arg;

	join_tick(p->join, clock_wall_ms());
	offer_lines(p);
	loop_timer_set(p->timer, TICK_MS);
}

static enum err packets_check(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config,
			      struct errbuf *eb)
{
	struct packets_settings settings;

	return packets_settings_read(host, doc, config, &settings, eb);
}

static enum err packets_prepare(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, int *fd,
				struct errbuf *eb)
{
	struct packets_settings settings;
	const struct keeper_setup setup = { .settings = &settings, .config_file = host->config_file, .state_dir = host->state_dir };
	enum err err = packets_settings_read(host, doc, config, &settings, eb);

	if (err != ERR_OK || settings.n_interfaces == 0 || settings.starter != CAPTURE_CHILD)
		return err;
	return keeper_fork(&setup, fd, eb);
}

static void packets_stop(void *self)
{
	struct packets *p = self;

	sources_free(p->sources);
	join_free(p->join);
	loop_timer_free(p->timer);
	text_free(&p->lines);
	text_free(&p->offered);
	free(p);
}

static enum err listen_for_facts(struct packets *p, struct errbuf *eb)
{
	const struct join_setup join = { .flows = (uint32_t)p->settings.flows, .waiting = WAITING_MAX, .window_ms = p->settings.window_ms,
					 .proxies = p->settings.proxies, .n_proxies = p->settings.n_proxies, .late = on_late, .arg = p };
	const struct sources_setup sources = { .loop = p->host.loop, .settings = &p->settings, .facts = on_facts, .stopped = on_stopped,
					       .idle = offer_lines, .arg = p };
	enum err err = sources_new(&sources, &p->sources, eb);

	p->join = join_new(&join);
	p->network = (struct network_source){ p->join, join_find, join_accepted };
	on_timer(p);
	if (err == ERR_OK && p->host.prepared_fd >= 0 && write(p->host.prepared_fd, "", 1) != 1) /* the keeper may begin */
		err = errbuf_set(eb, ERR_IO, "the process that starts capturing ones is gone");
	return err;
}

static enum err packets_start(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, void **out,
			      struct errbuf *eb)
{
	struct packets *p = xcalloc(1, sizeof(*p));
	enum err err = packets_settings_read(host, doc, config, &p->settings, eb);

	p->host = *host;
	p->timer = loop_timer_new(host->loop, on_timer, p);
	if (err == ERR_OK && p->settings.n_interfaces > 0)
		err = listen_for_facts(p, eb);
	if (err == ERR_OK)
		*out = p;
	else
		packets_stop(p);
	return err;
}

static void packets_pause(void *self)
{
	((struct packets *)self)->is_paused = true;
}

static void packets_resume(void *self)
{
	((struct packets *)self)->is_paused = false;
}

static void packets_stats(const void *self, struct collector_stats *out)
{
	*out = ((const struct packets *)self)->stats;
}

static const struct network_source *packets_network(const void *self)
{
	const struct packets *p = self;

	return p->sources ? &p->network : NULL;
}

static void packets_tell_status(const void *self, struct text *json)
{
	const struct packets *p = self;

	if (p->sources)
		packets_status(p->sources, p->join, json);
}

static void packets_tell_metrics(const void *self, struct text *out)
{
	const struct packets *p = self;

	if (p->sources)
		packets_metrics(p->sources, p->join, out);
}

COLLECTOR(packets) = {
	.name = "packets",
	.help = "Looks at the packets of connections, and joins what they say of the client to its events.",
	.keys = packets_keys,
	.check = packets_check,
	.prepare = packets_prepare,
	.start = packets_start,
	.pause = packets_pause,
	.resume = packets_resume,
	.stop = packets_stop,
	.stats = packets_stats,
	.network = packets_network,
	.status = packets_tell_status,
	.metrics = packets_tell_metrics,
};
