/* MMDB records of any schema to one struct network: the first of several known paths that holds something wins.
 * I1: facts are a function of the record's offset, so they are decoded once and remembered by it.
 * I2: strings point into the bytes of the file, which stay in place until mmdb_close.
 * I3: the bytes are a copy. Many bring a new file by writing over the old one: a mapped file would change under whoever reads it,
 *     and end the process where it is shorter for a moment. */
#include "mmdb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "daemon/base/map.h"
#include "daemon/base/vec.h"

#define REMEMBERED_MAX (1u << 20) /* records; then all are forgotten */
#define PATH_MAX_PARTS 4
#define SAMPLED_RECORDS 1000

struct mmdb {
	MMDB_s file;
	struct u64map *by_offset;
	struct VEC(struct network) facts;
};

typedef const char *const mmdb_path[PATH_MAX_PARTS];

static mmdb_path asn_paths[] = {
	{ "autonomous_system_number" }, { "traits", "autonomous_system_number" }, { "asn" }, { "as_number" },
	{ "asn", "asn" }, { "as", "asn" }, { "as", "number" },
};
static mmdb_path org_paths[] = {
	{ "autonomous_system_organization" }, { "traits", "autonomous_system_organization" }, { "as_name" },
	{ "as_organization" }, { "as_org" }, { "organization" }, { "org" }, { "traits", "organization" }, { "asn", "name" },
	{ "as", "name" }, { "company", "name" }, { "isp" }, { "traits", "isp" }, { "name" },
};
static mmdb_path country_paths[] = {
	{ "country", "iso_code" }, { "country_code" }, { "country" }, { "country_iso_code" }, { "geo", "country_code" },
	{ "registered_country", "iso_code" },
};
static mmdb_path word_paths[] = {
	{ "traits", "user_type" }, { "user_type" }, { "as_type" }, { "usage_type" }, { "type" }, { "company", "type" },
	{ "asn", "type" }, { "as", "type" }, { "traits", "connection_type" }, { "connection_type" },
};

/* Strongest statement first: an exit of Tor in a hosting network is Tor. */
static const struct {
	const char *name;
	enum network_kind kind;
} flags[] = {
	{ "is_tor_exit_node", NET_TOR }, { "is_tor", NET_TOR }, { "tor", NET_TOR },
	{ "is_relay", NET_RELAY }, { "relay", NET_RELAY },
	{ "is_anonymous_vpn", NET_VPN }, { "is_vpn", NET_VPN }, { "vpn", NET_VPN },
	{ "is_public_proxy", NET_VPN }, { "is_residential_proxy", NET_VPN }, { "is_proxy", NET_VPN }, { "proxy", NET_VPN },
	{ "is_hosting_provider", NET_HOSTING }, { "is_hosting", NET_HOSTING }, { "is_datacenter", NET_HOSTING },
	{ "hosting", NET_HOSTING }, { "is_mobile", NET_MOBILE }, { "mobile", NET_MOBILE },
};
static const char *const flag_parents[] = { NULL, "traits", "privacy", "anonymous" };

static const struct {
	const char *word;
	enum network_kind kind;
} words[] = {
	{ "isp", NET_ISP }, { "residential", NET_ISP }, { "ISP/MOB", NET_MOBILE }, { "fixed line ISP", NET_ISP },
	{ "mobile", NET_MOBILE }, { "cellular", NET_MOBILE }, { "MOB", NET_MOBILE }, { "wireless", NET_MOBILE },
	{ "business", NET_BUSINESS }, { "corporate", NET_BUSINESS }, { "COM", NET_BUSINESS }, { "ORG", NET_BUSINESS },
	{ "government", NET_BUSINESS }, { "GOV", NET_BUSINESS }, { "military", NET_BUSINESS }, { "MIL", NET_BUSINESS },
	{ "education", NET_EDUCATION }, { "college", NET_EDUCATION }, { "school", NET_EDUCATION }, { "EDU", NET_EDUCATION },
	{ "hosting", NET_HOSTING }, { "datacenter", NET_HOSTING }, { "DCH", NET_HOSTING }, { "CDN", NET_HOSTING },
	{ "content_delivery_network", NET_HOSTING }, { "search_engine_spider", NET_HOSTING }, { "SES", NET_HOSTING },
	{ "consumer_privacy_network", NET_RELAY }, { "relay", NET_RELAY }, { "vpn", NET_VPN }, { "tor", NET_TOR },
	{ "library", NET_PUBLIC }, { "LIB", NET_PUBLIC }, { "cafe", NET_PUBLIC }, { "traveler", NET_PUBLIC },
	{ "public", NET_PUBLIC },
};

enum network_kind mmdb_kind_of_word(struct bytes word)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (bytes_eq_nocase(word, bytes_of(words[i].word)))
			return words[i].kind;
	return NET_UNKNOWN;
}

static bool value_at(MMDB_entry_s *entry, mmdb_path path, MMDB_entry_data_s *out)
{
	return MMDB_aget_value(entry, out, path) == MMDB_SUCCESS && out->has_data;
}

static struct bytes text_at(MMDB_entry_s *entry, const mmdb_path *paths, size_t n)
{
	MMDB_entry_data_s value;

	for (size_t i = 0; i < n; i++)
		if (value_at(entry, paths[i], &value) && value.type == MMDB_DATA_TYPE_UTF8_STRING && value.data_size)
			return bytes_make(value.utf8_string, value.data_size);
	return BYTES_NONE;
}

static uint32_t number_of(const MMDB_entry_data_s *value)
{
	struct bytes text;
	uint64_t n = 0;

	switch (value->type) {
	case MMDB_DATA_TYPE_UINT16:
		return value->uint16;
	case MMDB_DATA_TYPE_UINT32:
		return value->uint32;
	case MMDB_DATA_TYPE_INT32:
		return value->int32 > 0 ? (uint32_t)value->int32 : 0;
	case MMDB_DATA_TYPE_UINT64:
		return value->uint64 <= UINT32_MAX ? (uint32_t)value->uint64 : 0;
	case MMDB_DATA_TYPE_UTF8_STRING:
		text = bytes_make(value->utf8_string, value->data_size);
		if (text.len > 2 && bytes_eq_nocase(bytes_slice(text, 0, 2), BYTES_LIT("AS")))
			text = bytes_slice(text, 2, text.len);
		return bytes_to_u64(text, &n) && n <= UINT32_MAX ? (uint32_t)n : 0;
	default:
		return 0;
	}
}

static uint32_t asn_at(MMDB_entry_s *entry)
{
	MMDB_entry_data_s value;
	uint32_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(asn_paths) && !n; i++)
		if (value_at(entry, asn_paths[i], &value))
			n = number_of(&value);
	return n;
}

static bool is_true(const MMDB_entry_data_s *value)
{
	if (value->type == MMDB_DATA_TYPE_BOOLEAN)
		return value->boolean;
	if (value->type == MMDB_DATA_TYPE_UTF8_STRING) {
		struct bytes text = bytes_make(value->utf8_string, value->data_size);
		return bytes_eq_nocase(text, BYTES_LIT("true")) || bytes_is(text, "1");
	}
	return number_of(value) == 1;
}

static bool flag_at(MMDB_entry_s *entry, const char *parent, const char *name)
{
	mmdb_path nested = { parent, name }, flat = { name };
	MMDB_entry_data_s value;

	return value_at(entry, parent ? nested : flat, &value) && is_true(&value);
}

static enum network_kind kind_at(MMDB_entry_s *entry)
{
	enum network_kind kind = NET_UNKNOWN;
	MMDB_entry_data_s value;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		for (size_t p = 0; p < ARRAY_LEN(flag_parents); p++)
			if (flag_at(entry, flag_parents[p], flags[i].name))
				return flags[i].kind;
	for (size_t i = 0; i < ARRAY_LEN(word_paths) && !kind; i++)
		if (value_at(entry, word_paths[i], &value) && value.type == MMDB_DATA_TYPE_UTF8_STRING)
			kind = mmdb_kind_of_word(bytes_make(value.utf8_string, value.data_size));
	return kind;
}

static void take_country(MMDB_entry_s *entry, char out[3])
{
	for (size_t i = 0; i < ARRAY_LEN(country_paths); i++) {
		struct bytes code = text_at(entry, &country_paths[i], 1);
		if (code.len == 2 && code.ptr[0] >= 'A' && code.ptr[0] <= 'Z' && code.ptr[1] >= 'A' && code.ptr[1] <= 'Z') {
			memcpy(out, code.ptr, 2);
			return;
		}
	}
}

static const struct network *facts_of(struct mmdb *m, MMDB_entry_s *entry)
{
	uint32_t at = u64map_get(m->by_offset, entry->offset);
	struct network n = { .kind = NET_UNKNOWN };

	if (at != U64MAP_NONE)
		return &m->facts.at[at];
	if (m->facts.n >= REMEMBERED_MAX) {
		u64map_free(m->by_offset);
		m->by_offset = u64map_new();
		m->facts.n = 0;
	}
	n.is_known = true;
	n.kind = kind_at(entry);
	n.asn = asn_at(entry);
	n.org = text_at(entry, org_paths, ARRAY_LEN(org_paths));
	take_country(entry, n.country);
	u64map_put(m->by_offset, entry->offset, (uint32_t)m->facts.n);
	VEC_PUSH(&m->facts, n);
	return &m->facts.at[m->facts.n - 1];
}

bool mmdb_find(struct mmdb *m, const struct ip *ip, struct network *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	MMDB_lookup_result_s found;
	int error = 0;

	if (ip_is_v4(ip)) {
		v4.sin_addr.s_addr = htonl(ip_v4(ip));
		found = MMDB_lookup_sockaddr(&m->file, (const struct sockaddr *)&v4, &error);
	} else {
		memcpy(&v6.sin6_addr, ip->b, sizeof(ip->b));
		found = MMDB_lookup_sockaddr(&m->file, (const struct sockaddr *)&v6, &error);
	}
	if (error != MMDB_SUCCESS || !found.found_entry)
		return false;
	*out = *facts_of(m, &found.entry);
	return true;
}

static enum err refuse(const char *path, int status, struct errbuf *eb)
{
	int why = errno;
	struct stat st;

	if (status == MMDB_FILE_OPEN_ERROR)
		return errbuf_set(eb, why == ENOENT ? ERR_NOTFOUND : ERR_IO, "%s: %s", path, strerror(why));
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return errbuf_set(eb, ERR_INPUT, "%s: is %s, a file is expected here", path, S_ISDIR(st.st_mode) ? "a directory" : "no file");
	return errbuf_set(eb, ERR_CORRUPT, "%s: is no whole MMDB file (%s); bring it here again", path, MMDB_strerror(status));
}

/* I3. The copy takes the place of the mapped file, address by address, so that libmaxminddb finds and releases it. */
static bool keep_copy(const MMDB_s *file)
{
	size_t n = (size_t)file->file_size;
	void *at = (void *)(uintptr_t)file->file_content;
	void *copy = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return false;
	memcpy(copy, at, n);
	(void)mprotect(copy, n, PROT_READ); /* a trial's limit counts what may be written to */
	if (mremap(copy, n, n, MREMAP_MAYMOVE | MREMAP_FIXED, at) == at)
		return true;
	munmap(copy, n);
	return false;
}

enum err mmdb_open(const char *path, struct mmdb **out, struct errbuf *eb)
{
	struct mmdb *m = xcalloc(1, sizeof(*m));
	int status = MMDB_open(path, MMDB_MODE_MMAP, &m->file);

	if (status != MMDB_SUCCESS) {
		free(m);
		return refuse(path, status, eb);
	}
	if (!keep_copy(&m->file)) {
		MMDB_close(&m->file);
		free(m);
		return errbuf_set(eb, ERR_NOMEM, "%s: no memory for a copy of it: %s", path, strerror(errno));
	}
	m->by_offset = u64map_new();
	*out = m;
	return ERR_OK;
}

void mmdb_close(struct mmdb *m)
{
	if (!m)
		return;
	MMDB_close(&m->file);
	u64map_free(m->by_offset);
	VEC_FREE(&m->facts);
	free(m);
}

uint64_t mmdb_hash(const struct mmdb *m)
{
	return bytes_hash(bytes_make((const char *)m->file.file_content, (size_t)m->file.file_size), 0);
}

/* Follows the tree from node 0, always the same way, to look at some records. */
static void sample_records(struct mmdb *m, struct mmdb_about *about)
{
	MMDB_search_node_s node;
	unsigned seen = 0;

	for (uint32_t i = 0; i < m->file.metadata.node_count && seen < SAMPLED_RECORDS; i++) {
		if (MMDB_read_node(&m->file, i, &node) != MMDB_SUCCESS)
			return;
		for (int side = 0; side < 2; side++) {
			MMDB_entry_s *entry = side ? &node.right_record_entry : &node.left_record_entry;
			if ((side ? node.right_record_type : node.left_record_type) != MMDB_RECORD_TYPE_DATA)
				continue;
			const struct network *n = facts_of(m, entry);
			seen++;
			about->has_asn |= n->asn != 0;
			about->has_org |= n->org.len != 0;
			about->has_country |= n->country[0] != '\0';
			about->has_kind |= n->kind != NET_UNKNOWN;
		}
	}
}

void mmdb_about(struct mmdb *m, struct mmdb_about *out)
{
	const MMDB_metadata_s *meta = &m->file.metadata;

	memset(out, 0, sizeof(*out));
	snprintf(out->type, sizeof(out->type), "%s", meta->database_type ? meta->database_type : "");
	out->built_ms = (int64_t)meta->build_epoch * 1000;
	out->nodes = meta->node_count;
	out->ip_version = meta->ip_version;
	sample_records(m, out);
}
