/* Facts as a line and as JSON. */
#include "facts.h"

const char *const flow_proto_names[FLOW_PROTOS] = { "tcp", "udp", "quic", "dtls" };

#define FACTS_TEXT(name, field) { name, offsetof(struct flow_facts, field), sizeof(((struct flow_facts *)0)->field) }
const struct facts_text facts_texts[] = {
	FACTS_TEXT("ja4", ja4), FACTS_TEXT("ja4_raw", ja4_raw), FACTS_TEXT("ja4_original", ja4_original), FACTS_TEXT("ja3", ja3),
	FACTS_TEXT("key", key), FACTS_TEXT("sni", sni), FACTS_TEXT("alpn", alpn), FACTS_TEXT("traits", traits),
	FACTS_TEXT("syn", syn), FACTS_TEXT("quirks", quirks), FACTS_TEXT("http_method", http_method), FACTS_TEXT("http_version", http_version),
	FACTS_TEXT("http_headers", http_headers), FACTS_TEXT("user_agent", user_agent), { NULL, 0, 0 },
};
_Static_assert(ARRAY_LEN(facts_texts) == FACTS_TEXTS + 1, "FACTS_TEXTS counts the rows");

void facts_put(char *to, size_t size, struct bytes s)
{
	size_t n = s.len < size ? s.len : size - 1;
	const char *end = n > 0 ? memchr(s.ptr, '\0', n) : NULL;
	if (end != NULL)
		n = (size_t)(end - s.ptr);
	if (n > 0)
		memcpy(to, s.ptr, n);
	to[n] = '\0';
}

void facts_clear_texts(struct flow_facts *facts)
{
	memset((char *)facts + offsetof(struct flow_facts, ja4), 0, sizeof(*facts) - offsetof(struct flow_facts, ja4));
}

const char *facts_link_of(const struct flow_facts *facts)
{
	/* The payload of an Ethernet frame, less what each way of carrying IP in IP takes. */
	static const struct { uint16_t mtu; const char *name; } links[] = {
		{ 65535, "loopback" }, { 9000, "jumbo-ethernet" }, { 1500, "ethernet" }, { 1492, "pppoe" }, { 1480, "ip-in-ip" },
		{ 1476, "gre" }, { 1450, "vxlan" }, { 1440, "wireguard" }, { 1432, "wireguard" }, { 1420, "wireguard" },
		{ 1412, "wireguard" }, { 1280, "ipv6-minimum" },
	};
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (links[i].mtu == facts->mtu)
			return links[i].name;
	return NULL;
}

static void add_address(struct text *out, const struct ip *ip, uint16_t port)
{
	char address[IP_TEXT_SIZE];
	text_adds(out, ip_format(ip, address));
	text_addc(out, '\t');
	text_addu(out, port);
	text_addc(out, '\t');
}

static void add_field(struct text *out, const char *s, char behind)
{
	if (*s == '\0')
		text_addc(out, '-');
	else
		text_add_visible(out, bytes_of(s));
	if (behind != '\0')
		text_addc(out, behind);
}

void facts_line(const struct flow_facts *facts, struct text *out)
{
	add_address(out, &facts->client, facts->client_port);
	add_address(out, &facts->server, facts->server_port);
	add_field(out, flow_proto_names[facts->proto], '\t');
	add_field(out, facts->ja4, '\t');
	add_field(out, facts->ja3, '\t');
	add_field(out, facts->sni, '\t');
	add_field(out, facts->syn, '\0');
}

static void json_address(struct text *out, const char *const names[2], const struct ip *ip, uint16_t port)
{
	char address[IP_TEXT_SIZE];
	json_member_string(out, names[0], bytes_of(ip_format(ip, address)));
	json_member_int(out, names[1], port);
}

void facts_json(const struct flow_facts *facts, struct text *out)
{
	const char *link = facts_link_of(facts);
	json_address(out, (const char *const[]){ "src_ip", "src_port" }, &facts->client, facts->client_port);
	json_address(out, (const char *const[]){ "dst_ip", "dst_port" }, &facts->server, facts->server_port);
	json_member_string(out, "proto", bytes_of(flow_proto_names[facts->proto]));
	json_member_time(out, "first", facts->first_us / 1000);
	json_member_time(out, "last", facts->last_us / 1000);
	for (const struct facts_text *row = facts_texts; row->name != NULL; row++) {
		const char *text = (const char *)facts + row->offset;
		if (*text != '\0')
			json_member_string(out, row->name, bytes_of(text));
	}
	if (facts->syn[0] != '\0')
		json_member_int(out, "hops", facts->hops);
	if (facts->mtu == 0)
		return;
	json_member_int(out, "mtu", facts->mtu);
	if (link != NULL)
		json_member_string(out, "mtu_of", bytes_of(link));
}
