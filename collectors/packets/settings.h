/* The mapping `packets` under `collectors:`: what is captured, and how it is joined to events. Read by the daemon and by the
 * capturing role alike. */
#ifndef ASSOCD_COLLECTORS_PACKETS_SETTINGS_H
#define ASSOCD_COLLECTORS_PACKETS_SETTINGS_H

#include "collectors/collector.h"
#include "join.h"

#define INTERFACES_MAX 8
#define INTERFACE_NAME_SIZE 64
#define FILTER_SIZE 1024

enum capture_starter { CAPTURE_CHILD, CAPTURE_SERVICE };

struct packets_settings {
	char interfaces[INTERFACES_MAX][INTERFACE_NAME_SIZE];
	unsigned n_interfaces; /* 0: nothing is captured */
	enum capture_starter starter;
	char filter[FILTER_SIZE];
	char socket[108];      /* where facts come in, as sun_path has it */
	int64_t snaplen, buffer_mib, window_ms, flows;
	bool is_promiscuous;
	struct join_network proxies[JOIN_PROXIES_MAX];
	unsigned n_proxies;
};

extern const struct collector_key packets_keys[];

/* config NULL: absent. Opens nothing. */
enum err packets_settings_read(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config,
			       struct packets_settings *out, struct errbuf *eb) MUST_CHECK;

#endif
