/* What an address is: network kind, AS number, organisation, country, port-block size. From `networks` files
 * (cidr,asn,org,kind[,cgnat_block]), any MMDB (nested or flat), and the AS-number-to-kind list. Immutable once loaded. */
#ifndef ASSOCD_ENRICH_ENRICH_H
#define ASSOCD_ENRICH_ENRICH_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/model/ip.h"

struct network {
	enum network_kind kind;
	uint32_t asn;         /* 0 unknown */
	uint16_t block_size;  /* ports per subscriber behind CGNAT; 0 = default of the rule files */
	struct bytes org;     /* borrowed for the life of enrich */
	char country[3];      /* "" unknown */
	bool is_known;
};

struct enrich;

struct enrich_setup {
	const char *const *networks_files; unsigned n_networks;
	const char *const *mmdb_files; unsigned n_mmdb;
	const char *asn_kinds_file; /* "asn,kind,org" CSV, or NULL */
};

/* The files of a folder (STATE/db, filled by `assocctl db import`) in name order: *.csv and *.mmdb; other names are left
 * alone. A folder that does not exist has none. */
struct enrich_files {
	char **networks; unsigned n_networks;
	char **mmdb; unsigned n_mmdb;
};
enum err enrich_folder_files(const char *dir, struct enrich_files *out, struct errbuf *eb) MUST_CHECK;
void enrich_files_free(struct enrich_files *files);

/* Longest prefix wins; later files win over earlier at the same prefix; networks files win over MMDB. */
enum err enrich_new(const struct enrich_setup *setup, struct enrich **out, struct errbuf *eb) MUST_CHECK;
void enrich_free(struct enrich *e);
/* Unset fields are 0 and empty. One thread at a time: decoded MMDB records are remembered inside. */
void enrich_lookup(const struct enrich *e, const struct ip *ip, struct network *out);
uint64_t enrich_hash(const struct enrich *e); /* of the files' content */
/* The files that it was made of, in the order in which they were read: name without folder, hash of the content. */
unsigned enrich_source_count(const struct enrich *e);
struct bytes enrich_source(const struct enrich *e, unsigned i, uint64_t *hash);
size_t enrich_count(const struct enrich *e);

#endif
