/* `networks` files: cidr,asn,org,kind[,cgnat_block][,country], columns by name in any order; the column names of
 * GeoLite and others are known too. And the list of AS numbers: asn,kind,org. */
#ifndef ASSOCD_ENRICH_NETWORKS_H
#define ASSOCD_ENRICH_NETWORKS_H

#include "csv.h"
#include "enrich.h"

struct networks_row {
	struct ip base;
	unsigned bits; /* of 128 */
	struct network network; /* org is borrowed for the call */
};

struct networks_reader {
	enum err (*row)(void *arg, const struct networks_row *row, struct errbuf *eb);
	void (*unknown)(void *arg, struct bytes column); /* NULL: an unknown column is an error */
	void *arg;
};

enum err networks_read(struct bytes content, const char *name, const struct networks_reader *reader, struct errbuf *eb) MUST_CHECK;

struct asn_row {
	uint32_t asn;
	enum network_kind kind;
	struct bytes org;
};

typedef void asn_row_fn(void *arg, const struct asn_row *row);
enum err asn_kinds_read(struct bytes content, const char *name, asn_row_fn *row, void *arg, struct errbuf *eb) MUST_CHECK;

#endif
