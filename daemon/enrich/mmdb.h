/* One MMDB file of any schema: MaxMind's nested records, and flat ones (IPinfo, DB-IP, IP2Location). */
#ifndef ASSOCD_ENRICH_MMDB_H
#define ASSOCD_ENRICH_MMDB_H

#include "enrich.h"

struct mmdb;

/* What the file says of itself. */
struct mmdb_about {
	char type[128]; /* "GeoLite2-ASN" */
	int64_t built_ms;
	uint32_t nodes;
	int ip_version;
	bool has_asn, has_org, has_country, has_kind; /* some record among the first thousand has it */
};

enum err mmdb_open(const char *path, struct mmdb **out, struct errbuf *eb) MUST_CHECK;
void mmdb_close(struct mmdb *m);
/* What the record of the address says; unset fields are zero. False when there is none. Strings live as long as m.
 * Remembers decoded records: one thread at a time. */
bool mmdb_find(struct mmdb *m, const struct ip *ip, struct network *out);
uint64_t mmdb_hash(const struct mmdb *m);
void mmdb_about(struct mmdb *m, struct mmdb_about *out);
/* Kind of a network from the word of some provider: "isp", "hosting", "cellular", "MOB", "DCH" ...; NET_UNKNOWN. */
enum network_kind mmdb_kind_of_word(struct bytes word);

#endif
