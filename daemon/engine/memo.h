/* What the engine works out once from the rules, and the networks of recently seen addresses. Results never depend on
 * what the memo holds. */
#ifndef ASSOCD_ENGINE_MEMO_H
#define ASSOCD_ENGINE_MEMO_H

#include "daemon/enrich/enrich.h"
#include "daemon/model/event.h"
#include "rules/ruleset.h"

struct network_memo;

struct network_memo *memo_new(const struct ruleset *rules);
void memo_free(struct network_memo *m);
/* Borrowed until the next call. */
const struct network *memo_network(struct network_memo *m, const struct enrich *enrich, const struct ip *ip);
/* The kind that is made from address and port, -1 when there is none. */
int memo_port_block_kind(const struct network_memo *m);
unsigned memo_port_block_size(const struct network_memo *m);
/* What tells one session's address from another: from the key of the event's first network kind, never 0 when there is one. */
uint64_t memo_session_key(const struct network_memo *m, const struct event *ev);
/* "203.0.113.9 ports 1024-1535" in text; borrowed from it. */
struct bytes memo_block_text(const struct ip *ip, unsigned from, unsigned size, char *text, size_t room);

#endif
