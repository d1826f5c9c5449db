/* Rows of `networks` files and of the AS-number list, checked field by field. */
#include "networks.h"

#include "mmdb.h"

enum { CIDR, FROM, TO, ASN, ORG, KIND, BLOCK, COUNTRY, NETWORK_COLUMNS };
static const struct csv_column network_columns[NETWORK_COLUMNS] = {
	[CIDR] = { "cidr|network|prefix|range", false },
	[FROM] = { "start_ip|ip_start|range_start|ip_range_start", false },
	[TO] = { "end_ip|ip_end|range_end|ip_range_end", false },
	[ASN] = { "asn|autonomous_system_number|as_number", false },
	[ORG] = { "org|autonomous_system_organization|as_organization|as_name|organization|name", false },
	[KIND] = { "kind|network_kind|type|as_type|usage_type", false },
	[BLOCK] = { "cgnat_block", false },
	[COUNTRY] = { "country_code|country_iso_code|country", false }, /* beside a code, "country" is a name */
};

enum { LIST_ASN, LIST_KIND, LIST_ORG, LIST_COLUMNS };
static const struct csv_column list_columns[LIST_COLUMNS] = {
	[LIST_ASN] = { "asn", true },
	[LIST_KIND] = { "kind", true },
	[LIST_ORG] = { "org", false },
};

#define SHOWN(b) (int)((b).len > 80 ? 80 : (b).len), (b).ptr

static enum err read_asn(struct bytes text, uint32_t *out, struct errbuf *eb)
{
	struct bytes digits = text;
	uint64_t n = 0;

	*out = 0;
	if (!text.len)
		return ERR_OK;
	if (text.len > 2 && bytes_eq_nocase(bytes_slice(text, 0, 2), BYTES_LIT("AS")))
		digits = bytes_slice(text, 2, text.len);
	if (!bytes_to_u64(digits, &n) || n > UINT32_MAX)
		return errbuf_set(eb, ERR_INPUT, "asn '%.*s' is not a number from 0 to 4294967295", SHOWN(text));
	*out = (uint32_t)n;
	return ERR_OK;
}

static enum err read_kind(struct bytes text, enum network_kind *out, struct errbuf *eb)
{
	int kind = network_kind_of(text);
	const char *near;

	if (kind < 0)
		kind = (int)mmdb_kind_of_word(text);
	*out = (enum network_kind)kind;
	if (kind != NET_UNKNOWN || !text.len || bytes_is(text, network_kind_names[NET_UNKNOWN]))
		return ERR_OK;
	near = bytes_nearest(text, network_kind_names, NET_KINDS);
	return errbuf_set(eb, ERR_INPUT, "kind '%.*s' is none of isp, mobile, business, education, hosting, vpn, tor, relay, public%s%s%s",
			  SHOWN(text), near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static enum err read_block(struct bytes text, uint16_t *out, struct errbuf *eb)
{
	uint64_t n = 0;

	*out = 0;
	if (text.len && (!bytes_to_u64(text, &n) || n > 32768))
		return errbuf_set(eb, ERR_INPUT, "cgnat_block '%.*s' is not a number of ports from 0 to 32768", SHOWN(text));
	*out = (uint16_t)n;
	return ERR_OK;
}

static enum err read_country(struct bytes text, char out[3], struct errbuf *eb)
{
	memset(out, 0, 3);
	if (!text.len)
		return ERR_OK;
	if (text.len != 2 || text.ptr[0] < 'A' || text.ptr[0] > 'Z' || text.ptr[1] < 'A' || text.ptr[1] > 'Z')
		return errbuf_set(eb, ERR_INPUT, "country '%.*s' is not a two-letter code like DE", SHOWN(text));
	memcpy(out, text.ptr, 2);
	return ERR_OK;
}

/* -- a range of addresses as the prefixes that cover it -- */

static bool ip_step(struct ip *ip, unsigned bits)
{
	unsigned at = bits ? (bits - 1) / 8 : 0;
	unsigned carry = bits ? 1u << (7 - (bits - 1) % 8) : 256;

	for (;; at--) {
		carry += ip->b[at];
		ip->b[at] = (uint8_t)carry;
		carry >>= 8;
		if (!carry)
			return true;
		if (!at)
			return false;
	}
}

static struct ip ip_last(const struct ip *base, unsigned bits)
{
	struct ip last = *base;

	for (unsigned i = bits; i < 128; i++)
		last.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return last;
}

struct range_rows {
	const struct networks_reader *reader;
	struct networks_row row;
};

static enum err give_range(struct range_rows *r, struct ip from, const struct ip *to, struct errbuf *eb)
{
	bool has_more = true;
	enum err e = ERR_OK;

	while (has_more && !e && ip_cmp(&from, to) <= 0) {
		unsigned bits = 128;
		while (bits > 0) {
			struct ip base = ip_prefix(&from, bits - 1), last = ip_last(&base, bits - 1);
			if (ip_cmp(&base, &from) || ip_cmp(&last, to) > 0)
				break;
			bits--;
		}
		r->row.base = from;
		r->row.bits = bits;
		e = r->reader->row(r->reader->arg, &r->row, eb);
		has_more = ip_step(&from, bits);
	}
	return e;
}

static enum err take_addresses(struct range_rows *r, const struct bytes *f, struct errbuf *eb)
{
	struct ip from, to;

	if (f[CIDR].len) {
		if (!decode_cidr(f[CIDR], &r->row.base, &r->row.bits))
			return errbuf_set(eb, ERR_INPUT, "cidr '%.*s' is not an address block like 192.0.2.0/24 (bits behind the prefix are zero)",
					  SHOWN(f[CIDR]));
		return r->reader->row(r->reader->arg, &r->row, eb);
	}
	if (!f[FROM].len || !f[TO].len)
		return errbuf_set(eb, ERR_INPUT, "there is no cidr, nor start_ip and end_ip; the first line names the columns, with commas between");
	if (!decode_ip_as_written(f[FROM], &from) || !decode_ip_as_written(f[TO], &to) || ip_cmp(&from, &to) > 0 || ip_is_v4(&from) != ip_is_v4(&to))
		return errbuf_set(eb, ERR_INPUT, "'%.*s' to '%.*s' is no range of addresses", SHOWN(f[FROM]), SHOWN(f[TO]));
	return give_range(r, from, &to, eb);
}

static enum err take_network(void *arg, const struct bytes *f, struct errbuf *eb)
{
	struct range_rows r = { .reader = arg };
	struct network *n = &r.row.network;
	enum err e;

	n->is_known = true;
	n->org = f[ORG];
	if ((e = read_asn(f[ASN], &n->asn, eb)) || (e = read_kind(f[KIND], &n->kind, eb)) ||
	    (e = read_block(f[BLOCK], &n->block_size, eb)) || (e = read_country(f[COUNTRY], n->country, eb)))
		return e;
	return take_addresses(&r, f, eb);
}

static void pass_unknown(void *arg, struct bytes name)
{
	const struct networks_reader *reader = arg;

	reader->unknown(reader->arg, name);
}

/* Some vendors leave the column names out. */
static bool begins_with_address(struct bytes content)
{
	size_t n = 0;
	struct ip base;
	unsigned bits;

	while (n < content.len && n < 64 && strchr(",;\t\r\n", content.ptr[n]) == NULL)
		n++;
	struct bytes first = bytes_trim(bytes_slice(content, 0, n));
	if (first.len >= 2 && first.ptr[0] == '"' && first.ptr[first.len - 1] == '"')
		first = bytes_slice(first, 1, first.len - 2);
	return decode_ip_as_written(first, &base) || decode_cidr(first, &base, &bits);
}

enum err networks_read(struct bytes content, const char *name, const struct networks_reader *reader, struct errbuf *eb)
{
	if (begins_with_address(content))
		return errbuf_set(eb, ERR_INPUT, "%s:1: begins with an address, column names are expected there: put a line like "
				  "start_ip,end_ip,asn,org or cidr,asn,org in front", name);
	struct networks_reader copy = *reader;
	struct csv_reader csv = { network_columns, NETWORK_COLUMNS, take_network, reader->unknown ? pass_unknown : NULL, &copy };

	return csv_read(content, name, &csv, eb);
}

/* -- AS numbers -- */

struct list_arg {
	asn_row_fn *row;
	void *arg;
};

static enum err take_asn(void *arg, const struct bytes *f, struct errbuf *eb)
{
	const struct list_arg *list = arg;
	struct asn_row row = { .org = f[LIST_ORG] };
	enum err e = read_asn(f[LIST_ASN], &row.asn, eb);

	if (!e && !row.asn)
		e = errbuf_set(eb, ERR_INPUT, "there is no asn");
	if (!e)
		e = read_kind(f[LIST_KIND], &row.kind, eb);
	if (!e && row.kind == NET_UNKNOWN)
		e = errbuf_set(eb, ERR_INPUT, "there is no kind");
	if (!e)
		list->row(list->arg, &row);
	return e;
}

enum err asn_kinds_read(struct bytes content, const char *name, asn_row_fn *row, void *arg, struct errbuf *eb)
{
	struct list_arg list = { row, arg };
	struct csv_reader csv = { list_columns, LIST_COLUMNS, take_asn, NULL, &list };

	return csv_read(content, name, &csv, eb);
}
