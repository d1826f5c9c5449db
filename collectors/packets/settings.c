/* Keys are rows: name, help and how the value is taken stand together. */
#include "settings.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/vendor/yaml.h"

#define SNAPLEN_MIN 2048
#define SNAPLEN_MAX 262144
#define BUFFER_MIB_MAX 2047 /* libpcap takes bytes as an int, and passes over what is no positive one */
#define FLOWS_MIN 1024
#define FLOWS_MAX 4000000
#define WINDOW_MAX_MS 600000
#define EVERY_INTERFACE "any" /* libpcap's word */
#define SERVICE_FOLDER "/run/assocd" /* RuntimeDirectory of assocd.service */

/* NULL, or what is wrong with the value. */
typedef const char *take_fn(struct packets_settings *s, const struct collector_host *host, struct bytes text);

static const char *put_text(char *to, size_t size, struct bytes text, const char *wrong)
{
	if (text.len == 0 || text.len >= size || memchr(text.ptr, '\0', text.len))
		return wrong;
	memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
	return NULL;
}

static const char *take_number(int64_t *to, struct bytes text, const int64_t range[2], const char *wrong)
{
	uint64_t v;

	if (!bytes_to_u64(text, &v) || v < (uint64_t)range[0] || v > (uint64_t)range[1])
		return wrong;
	*to = (int64_t)v;
	return NULL;
}

static const char *take_interface(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	if (s->n_interfaces == INTERFACES_MAX)
		return "more than 8 interfaces; `any` stands for all of them";
	for (unsigned i = 0; i < s->n_interfaces; i++) {
		if (bytes_is(text, s->interfaces[i]))
			return "this interface is named above: its packets would count twice";
		if (bytes_is(text, EVERY_INTERFACE) || strcmp(s->interfaces[i], EVERY_INTERFACE) == 0)
			return "`any` stands for all interfaces: packets of one beside it would count twice";
	}
	return put_text(s->interfaces[s->n_interfaces++], INTERFACE_NAME_SIZE, text, "an interface is a name such as eth0, or any");
}

static const char *take_filter(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	return put_text(s->filter, sizeof(s->filter), text, "a filter is an expression of pcap-filter(7)");
}

static const char *take_starter(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	s->starter = bytes_is(text, "service") ? CAPTURE_SERVICE : CAPTURE_CHILD;
	return bytes_is(text, "service") || bytes_is(text, "child") ? NULL : "'process' is child or service";
}

static const char *take_socket(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	bool is_absolute = text.len > 0 && text.ptr[0] == '/';
	int n = snprintf(s->socket, sizeof(s->socket), "%s%s%.*s", is_absolute ? "" : host->config_dir, is_absolute ? "" : "/",
			 BYTES_ARG(text));

	return n > 0 && (size_t)n < sizeof(s->socket) && text.len > 0 ? NULL : "a socket's path has 1 to 107 bytes";
}

static const char *take_snaplen(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	return take_number(&s->snaplen, text, (const int64_t[]){ SNAPLEN_MIN, SNAPLEN_MAX }, "'snaplen' is 2048 to 262144 bytes");
}

static const char *take_buffer(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	return take_number(&s->buffer_mib, text, (const int64_t[]){ 1, BUFFER_MIB_MAX }, "'buffer_mib' is 1 to 2047");
}

static const char *take_flows(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	return take_number(&s->flows, text, (const int64_t[]){ FLOWS_MIN, FLOWS_MAX }, "'flows' is 1024 to 4000000");
}

static const char *take_window(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	bool fine = time_parse_duration(text, &s->window_ms) && s->window_ms >= 100 && s->window_ms <= WINDOW_MAX_MS;

	return fine ? NULL : "'window' is a duration of 100ms to 10m";
}

static const char *take_promiscuous(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	s->is_promiscuous = bytes_is(text, "true");
	return bytes_is(text, "true") || bytes_is(text, "false") ? NULL : "'promiscuous' is true or false";
}

static const char *take_proxy(struct packets_settings *s, const struct collector_host *host, struct bytes text)
{
	if (s->n_proxies == JOIN_PROXIES_MAX)
		return "more than 64 proxies; a network stands for all of its addresses";
	if (!decode_cidr(text, &s->proxies[s->n_proxies].base, &s->proxies[s->n_proxies].bits))
		return "a proxy is an address, or a network without host bits: 10.0.0.0/8";
	s->n_proxies++;
	return NULL;
}

const struct collector_key packets_keys[] = {
	{ "interfaces", "list of names", NULL, "What is captured: interfaces by name, or any alone; without it nothing is." },
	{ "filter", "text", "tcp or udp", "What the kernel hands over, as pcap-filter(7) writes it; \"port 443\" spares it the rest." },
	{ "process", "child|service", "child",
	  "Who starts the capturing process: the daemon as its child, or the service manager (assocd-capture.service)." },
	{ "socket", "path", NULL,
	  "Unix socket over which facts come in. Default: facts.sock in the state folder; with the process service in /run/assocd." },
	{ "snaplen", "bytes, 2048 to 262144", "4096", "Bytes of each packet that are handed over; a hello has up to 2 KiB." },
	{ "buffer_mib", "count, 1 to 2047", "32", "Buffer of the kernel for each interface, in MiB." },
	{ "promiscuous", "true|false", "false", "Packets for other machines are taken too." },
	{ "proxies", "list of networks", NULL,
	  "Addresses of load balancers and proxies in front: their stacks are nobody's, and are never taken for a client's." },
	{ "window", "duration, 100ms to 10m", "30s",
	  "How long before a connection's first packet or after its last an event still belongs to it." },
	{ "flows", "count, 1024 to 4000000", "65536", "Connections that are remembered at most; 400 bytes each." },
	{ NULL, NULL, NULL, NULL },
};
static take_fn *const takes[] = { take_interface, take_filter, take_starter, take_socket, take_snaplen, take_buffer, take_promiscuous,
				  take_proxy, take_window, take_flows };
_Static_assert(ARRAY_LEN(takes) == ARRAY_LEN(packets_keys) - 1, "one function a key");

static enum err unknown_key(const struct yaml_doc *doc, const struct yaml_node *node, struct errbuf *eb)
{
	const char *names[ARRAY_LEN(takes)];

	for (size_t i = 0; i < ARRAY_LEN(takes); i++)
		names[i] = packets_keys[i].name;
	return yaml_unknown_key(doc, node, names, ARRAY_LEN(takes), eb);
}

static bool is_list(take_fn *take)
{
	return take == take_interface || take == take_proxy;
}

struct reading {
	struct packets_settings *out;
	const struct collector_host *host;
	const struct yaml_doc *doc;
	struct errbuf *eb;
};

static enum err take_value(const struct reading *r, take_fn *take, const struct yaml_node *node)
{
	const char *wrong = node->type == YAML_SCALAR ? take(r->out, r->host, node->text) : "one value is expected here";

	return wrong ? yaml_error(r->doc, node, r->eb, "%s", wrong) : ERR_OK;
}

static enum err take_key(const struct reading *r, const struct yaml_node *node)
{
	enum err err = ERR_OK;
	size_t i = 0;

	while (i < ARRAY_LEN(takes) && !bytes_is(node->key, packets_keys[i].name))
		i++;
	if (i == ARRAY_LEN(takes))
		return unknown_key(r->doc, node, r->eb);
	if (!is_list(takes[i]))
		return take_value(r, takes[i], node);
	if (node->type != YAML_SEQUENCE)
		return yaml_error(r->doc, node, r->eb, "'%s' is a list", packets_keys[i].name);
	for (const struct yaml_node *item = node->child; item && !err; item = item->next)
		err = take_value(r, takes[i], item);
	return err;
}

static void set_defaults(const struct reading *r)
{
	r->out->snaplen = 4096;
	r->out->buffer_mib = 32;
	r->out->window_ms = 30000;
	r->out->flows = 65536;
	strcpy(r->out->filter, "tcp or udp");
}

/* A service of its own does not see the state folder. */
static enum err set_socket(const struct reading *r, const struct yaml_node *config)
{
	bool is_service = r->out->starter == CAPTURE_SERVICE;
	int n = snprintf(r->out->socket, sizeof(r->out->socket), "%s/facts.sock", is_service ? SERVICE_FOLDER : r->host->state_dir);

	if (n > 0 && (size_t)n < sizeof(r->out->socket))
		return ERR_OK;
	r->out->socket[0] = '\0';
	if (r->out->n_interfaces == 0)
		return ERR_OK;
	return yaml_error(r->doc, config, r->eb, "the state folder's path is too long for a socket; name one with 'socket'");
}

enum err packets_settings_read(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config,
			       struct packets_settings *out, struct errbuf *eb)
{
	const struct reading r = { out, host, doc, eb };
	enum err err = ERR_OK;

	*out = (struct packets_settings){ .n_interfaces = 0 };
	set_defaults(&r);
	if (!config || (config->type == YAML_SCALAR && config->text.len == 0))
		return err;
	if (config->type != YAML_MAPPING)
		return yaml_error(doc, config, eb, "'packets' is {interfaces: [NAME]}");
	for (const struct yaml_node *node = config->child; node && !err; node = node->next)
		err = take_key(&r, node);
	return err || out->socket[0] ? err : set_socket(&r, config);
}
