/* What an address is, from several sources.
 * I1: a networks file says what it says; what it leaves open comes from the MMDBs, the last one first, and a kind that
 *     is still open from the list of AS numbers.
 * I2: equal networks are stored once. */
#include "enrich.h"

#include <stdlib.h>

#include "daemon/base/arena.h"
#include "daemon/base/file.h"
#include "daemon/base/map.h"
#include "daemon/base/vec.h"
#include "mmdb.h"
#include "networks.h"
#include "ranges.h"

struct asn_entry {
	enum network_kind kind;
	struct bytes org;
};

struct enrich {
	struct arena *arena;
	struct VEC(struct network) networks;
	struct u64map *network_ids; /* hash -> index in networks, while loading */
	struct ranges_builder *builder;
	struct ranges *ranges;
	struct VEC(struct asn_entry) asns;
	struct u64map *asn_ids;
	struct VEC(struct mmdb *) mmdbs;
	struct VEC(struct source { struct bytes name; uint64_t hash; }) sources;
	uint64_t hash;
};

static uint64_t network_hash(const struct network *n)
{
	uint64_t key[2] = { (uint64_t)n->asn << 32 | (uint64_t)n->kind << 16 | n->block_size,
			    (uint64_t)(uint8_t)n->country[0] << 8 | (uint8_t)n->country[1] };

	return bytes_hash(n->org, bytes_hash(bytes_make((const char *)key, sizeof(key)), 0));
}

static bool network_eq(const struct network *a, const struct network *b)
{
	return a->asn == b->asn && a->kind == b->kind && a->block_size == b->block_size && bytes_eq(a->org, b->org) &&
	       !memcmp(a->country, b->country, sizeof(a->country));
}

static uint32_t network_id(struct enrich *e, const struct network *n)
{
	uint64_t hash = network_hash(n);
	uint32_t id = u64map_get(e->network_ids, hash);
	struct network kept = *n;

	if (id != U64MAP_NONE && network_eq(&e->networks.at[id], n))
		return id;
	kept.org = arena_bytes(e->arena, n->org);
	id = (uint32_t)e->networks.n;
	VEC_PUSH(&e->networks, kept);
	u64map_put(e->network_ids, hash, id);
	return id;
}

static enum err add_network(void *arg, const struct networks_row *row, struct errbuf *eb)
{
	struct enrich *e = arg;

	ranges_add(e->builder, &row->base, row->bits, network_id(e, &row->network));
	return ERR_OK;
}

static void add_asn(void *arg, const struct asn_row *row)
{
	struct enrich *e = arg;
	struct asn_entry entry = { row->kind, arena_bytes(e->arena, row->org) };

	u64map_put(e->asn_ids, row->asn, (uint32_t)e->asns.n);
	VEC_PUSH(&e->asns, entry);
}

/* The whole changes with each part, and with their order. */
static void add_source(struct enrich *e, const char *path, uint64_t hash, uint64_t salt)
{
	const char *slash = strrchr(path, '/');
	struct source source = { arena_bytes(e->arena, bytes_of(slash ? slash + 1 : path)), hash };

	VEC_PUSH(&e->sources, source);
	e->hash = bytes_hash(bytes_make((const char *)&hash, sizeof(hash)), e->hash + salt);
}

static enum err load_networks(struct enrich *e, const char *path, struct errbuf *eb)
{
	struct networks_reader reader = { add_network, NULL, e };
	struct text content = { 0 };
	enum err err = file_read(path, CSV_FILE_MAX, &content, eb);

	if (!err)
		err = networks_read(text_bytes(&content), path, &reader, eb);
	add_source(e, path, bytes_hash(text_bytes(&content), 0), 1);
	text_free(&content);
	return err;
}

static enum err load_asn_kinds(struct enrich *e, const char *path, struct errbuf *eb)
{
	struct text content = { 0 };
	enum err err = file_read(path, CSV_FILE_MAX, &content, eb);

	if (!err)
		err = asn_kinds_read(text_bytes(&content), path, add_asn, e, eb);
	add_source(e, path, bytes_hash(text_bytes(&content), 0), 2);
	text_free(&content);
	return err;
}

static enum err load_mmdb(struct enrich *e, const char *path, struct errbuf *eb)
{
	struct mmdb *m = NULL;
	enum err err = mmdb_open(path, &m, eb);

	if (err)
		return err;
	VEC_PUSH(&e->mmdbs, m);
	add_source(e, path, mmdb_hash(m), 3);
	return ERR_OK;
}

static enum err load_all(struct enrich *e, const struct enrich_setup *setup, struct errbuf *eb)
{
	enum err err = ERR_OK;

	if (setup->asn_kinds_file)
		err = load_asn_kinds(e, setup->asn_kinds_file, eb);
	for (unsigned i = 0; i < setup->n_networks && !err; i++)
		err = load_networks(e, setup->networks_files[i], eb);
	for (unsigned i = 0; i < setup->n_mmdb && !err; i++)
		err = load_mmdb(e, setup->mmdb_files[i], eb);
	return err;
}

enum err enrich_new(const struct enrich_setup *setup, struct enrich **out, struct errbuf *eb)
{
	struct enrich *e = xcalloc(1, sizeof(*e));
	enum err err;

	e->arena = arena_new(64 * 1024);
	e->network_ids = u64map_new();
	e->asn_ids = u64map_new();
	e->builder = ranges_builder_new();
	err = load_all(e, setup, eb);
	if (err) {
		enrich_free(e);
		return err;
	}
	e->ranges = ranges_build(e->builder);
	e->builder = NULL;
	u64map_free(e->network_ids);
	e->network_ids = NULL;
	*out = e;
	return ERR_OK;
}

void enrich_free(struct enrich *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->mmdbs.n; i++)
		mmdb_close(e->mmdbs.at[i]);
	VEC_FREE(&e->mmdbs);
	VEC_FREE(&e->networks);
	VEC_FREE(&e->asns);
	VEC_FREE(&e->sources);
	ranges_builder_free(e->builder);
	ranges_free(e->ranges);
	u64map_free(e->network_ids);
	u64map_free(e->asn_ids);
	arena_free(e->arena);
	free(e);
}

static void fill_open(struct network *n, const struct network *from)
{
	n->is_known = true;
	if (!n->kind)
		n->kind = from->kind;
	if (!n->asn)
		n->asn = from->asn;
	if (!n->org.len)
		n->org = from->org;
	if (!n->country[0])
		memcpy(n->country, from->country, sizeof(n->country));
}

static void fill_by_asn(const struct enrich *e, struct network *n)
{
	uint32_t at = u64map_get(e->asn_ids, n->asn);

	if (at == U64MAP_NONE)
		return;
	if (!n->kind)
		n->kind = e->asns.at[at].kind;
	if (!n->org.len)
		n->org = e->asns.at[at].org;
}

void enrich_lookup(const struct enrich *e, const struct ip *ip, struct network *out)
{
	uint32_t id = ranges_find(e->ranges, ip);
	struct network found;

	*out = id == RANGE_NONE ? (struct network){ .org = BYTES_NONE } : e->networks.at[id];
	for (size_t i = e->mmdbs.n; i > 0; i--)
		if (mmdb_find(e->mmdbs.at[i - 1], ip, &found))
			fill_open(out, &found);
	if (out->asn && (!out->kind || !out->org.len))
		fill_by_asn(e, out);
}

uint64_t enrich_hash(const struct enrich *e)
{
	return e->hash;
}

unsigned enrich_source_count(const struct enrich *e)
{
	return (unsigned)e->sources.n;
}

struct bytes enrich_source(const struct enrich *e, unsigned i, uint64_t *hash)
{
	*hash = e->sources.at[i].hash;
	return e->sources.at[i].name;
}

size_t enrich_count(const struct enrich *e)
{
	return ranges_count(e->ranges);
}
