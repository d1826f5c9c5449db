/* The networks of recently seen addresses, direct-mapped by a hash of the address. */
#include "memo.h"

#include <stdio.h>
#include <stdlib.h>

#define MEMO_SLOTS 8192
#define PORT_BLOCK_DEFAULT 512

struct memo_slot {
	struct ip ip;
	bool is_filled;
	struct network network;
};

struct network_memo {
	const struct kinds *kinds;
	int port_block_kind, session_kind;
	struct memo_slot slots[MEMO_SLOTS];
};

struct network_memo *memo_new(const struct ruleset *rules)
{
	struct network_memo *m = xcalloc(1, sizeof(*m));
	m->kinds = &rules->kinds;
	m->port_block_kind = m->session_kind = -1;
	for (unsigned i = 0; i < rules->kinds.n; i++) {
		const struct kind *kind = &rules->kinds.rows[i];
		if (kind->is_port_block && kind->is_indexed && m->port_block_kind < 0)
			m->port_block_kind = (int)i;
		if (kind->is_network && !kind->is_port_block && m->session_kind < 0)
			m->session_kind = (int)i;
	}
	return m;
}

void memo_free(struct network_memo *m)
{
	free(m);
}

const struct network *memo_network(struct network_memo *m, const struct enrich *enrich, const struct ip *ip)
{
	uint64_t hash = bytes_hash(bytes_make((const char *)ip->b, sizeof(ip->b)), 0);
	struct memo_slot *slot = &m->slots[hash % MEMO_SLOTS];
	if (!slot->is_filled || ip_cmp(&slot->ip, ip) != 0) {
		slot->ip = *ip;
		slot->is_filled = true;
		slot->network = (struct network){ .kind = NET_UNKNOWN };
		if (enrich != NULL)
			enrich_lookup(enrich, ip, &slot->network);
	}
	return &slot->network;
}

int memo_port_block_kind(const struct network_memo *m)
{
	return m->port_block_kind;
}

unsigned memo_port_block_size(const struct network_memo *m)
{
	return PORT_BLOCK_DEFAULT;
}

uint64_t memo_session_key(const struct network_memo *m, const struct event *ev)
{
	for (unsigned i = 0; i < ev->n_attrs && (int)ev->attrs[i].kind <= m->session_kind; i++)
		if ((int)ev->attrs[i].kind == m->session_kind)
			return (ev->attrs[i].key >> 33) + 1;
	return 0;
}

struct bytes memo_block_text(const struct ip *ip, unsigned from, unsigned size, char *text, size_t room)
{
	char address[IP_TEXT_SIZE];
	int n = snprintf(text, room, "%s ports %u-%u", ip_format(ip, address), from, from + size - 1);
	return bytes_make(text, n > 0 && (size_t)n < room ? (size_t)n : 0);
}
