/* The networks of recently seen addresses, direct-mapped by a hash of the address. */
#include "memo.h"

#include <stdlib.h>

#define MEMO_SLOTS 8192

struct memo_slot {
	struct ip ip;
	bool is_filled;
	struct network network;
};

struct network_memo {
	struct memo_slot slots[MEMO_SLOTS];
};

struct network_memo *memo_new(void)
{
	return xcalloc(1, sizeof(struct network_memo));
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
