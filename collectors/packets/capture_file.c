/* pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng).
 *
 * pcap:   magic u32 | major u16 | minor u16 | 8 bytes | snap length u32 | link type u16 in a u32
 *         then packets: seconds u32 | fraction u32 | captured u32 | on the wire u32 | bytes      (8 more in one old variant)
 * pcapng: blocks: type u32 | length u32 | body | length u32, of which
 *         section    0A0D0D0A: byte order u32 | major u16 | minor u16 | section length u64 | options
 *         interface  1: link type u16 | u16 | snap length u32 | options (9: resolution of times, 14: offset in seconds)
 *         packet     6: interface u32 | time u64, high half first | captured u32 | on the wire u32 | bytes | options
 *         packet     2: the same with a u16 interface and a u16 count of drops
 *         packet     3: on the wire u32 | bytes, of interface 0 */
#include "capture_file.h"

#include "daemon/base/cursor.h"

#define PCAP_HEADER 24
#define BLOCK_HEADER 8
#define BLOCK_LEAST 12
#define SECTION 0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define INT64_US_MAX (INT64_MAX / 4)
enum { BLOCK_INTERFACE = 1, BLOCK_OLD_PACKET = 2, BLOCK_SIMPLE_PACKET = 3, BLOCK_PACKET = 6 };
enum { OPTION_END = 0, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };

static uint16_t take_u16(const struct capture_file *f, struct cursor *c)
{
	return f->is_big_endian ? cur_u16(c) : cur_u16le(c);
}

static uint32_t take_u32(const struct capture_file *f, struct cursor *c)
{
	return f->is_big_endian ? cur_u32(c) : cur_u32le(c);
}

#define BROKEN(eb, ...) (errbuf_set(eb, ERR_CORRUPT, __VA_ARGS__), CAPTURE_BROKEN)

/* Every magic of a packet file as it reads in big endian. */
static const struct pcap_magic { uint32_t magic; uint8_t record_header; uint32_t per_second; } magics[] = {
	{ 0xa1b2c3d4, 16, 1000000 }, { 0xa1b23c4d, 16, 1000000000 },
	{ 0xa1b2cd34, 24, 1000000 }, /* Kuznetzov's patch: interface, protocol and type behind the lengths */
};

static const struct pcap_magic *magic_of(uint32_t value)
{
	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if (magics[i].magic == value)
			return &magics[i];
	return NULL;
}

/* What a compressed file begins with, and who unpacks it. */
static const char *unpacker_of(uint32_t value)
{
	static const struct { uint32_t mask, value; const char *program; } rows[] = {
		{ 0xffff0000, 0x1f8b0000, "zcat" }, { 0xffffffff, 0x28b52ffd, "zstdcat" }, { 0xffffffff, 0xfd377a58, "xzcat" },
		{ 0xffffff00, 0x425a6800, "bzcat" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((value & rows[i].mask) == rows[i].value)
			return rows[i].program;
	return NULL;
}

static enum capture_step no_capture(uint32_t value, struct errbuf *eb)
{
	const char *unpacker = unpacker_of(value);

	if (unpacker == NULL)
		return BROKEN(eb, "neither pcap nor pcapng: it begins with %08x", value);
	return BROKEN(eb, "is compressed: unpack it with %s, and give - to read that", unpacker);
}

static enum capture_step begin_pcap(struct capture_file *f, struct bytes in, size_t *used, struct errbuf *eb)
{
	struct cursor c = cursor_of(in.ptr, in.len);
	uint32_t value = cur_u32(&c);
	const struct pcap_magic *magic = magic_of(value);

	f->is_big_endian = magic != NULL;
	if (magic == NULL)
		magic = magic_of(__builtin_bswap32(value));
	if (magic == NULL)
		return no_capture(value, eb);
	*used = PCAP_HEADER;
	if (in.len < PCAP_HEADER)
		return CAPTURE_MORE;
	unsigned major = take_u16(f, &c), minor = take_u16(f, &c);
	if (major != 2 || minor > 4)
		return BROKEN(eb, "pcap version %u.%u is not known", major, minor);
	cur_skip(&c, 8);
	uint32_t snap_length = take_u32(f, &c), link = take_u32(f, &c) & 0xffff; /* above it: length of a frame's checksum */
	f->interfaces[0] = (struct capture_interface){ .snap_length = snap_length, .link = link, .per_second = magic->per_second };
	f->n_interfaces = 1;
	f->record_header = magic->record_header;
	f->has_swapped_lengths = minor < 3;
	f->is_begun = true;
	return CAPTURE_PASSED;
}

static enum capture_step next_pcap(struct capture_file *f, struct bytes in, size_t *used, struct captured *out, struct errbuf *eb)
{
	struct cursor c = cursor_of(in.ptr, in.len);
	const struct capture_interface *from = &f->interfaces[0];

	*used = f->record_header;
	if (in.len < f->record_header)
		return CAPTURE_MORE;
	uint32_t seconds = take_u32(f, &c), fraction = take_u32(f, &c);
	uint32_t captured = take_u32(f, &c), on_wire = take_u32(f, &c);
	if (f->has_swapped_lengths) {
		uint32_t first = captured;
		captured = on_wire;
		on_wire = first;
	}
	if (captured > CAPTURE_PACKET_MAX)
		return BROKEN(eb, "a packet of %u bytes is larger than %u", captured, CAPTURE_PACKET_MAX);
	*used += captured;
	if (in.len < *used)
		return CAPTURE_MORE;
	cur_skip(&c, f->record_header - 16u);
	*out = (struct captured){ .link = from->link, .bytes = cur_bytes(&c, captured), .wire_length = on_wire < captured ? captured : on_wire,
				  .at_us = (int64_t)seconds * 1000000 + fraction / (from->per_second / 1000000) };
	return CAPTURE_PACKET;
}

static uint64_t units_per_second(uint8_t resolution)
{
	uint64_t n = 1;

	if (resolution & 0x80)
		return (resolution & 0x7f) < 64 ? UINT64_C(1) << (resolution & 0x7f) : 0;
	if (resolution > 19)
		return 0;
	while (resolution-- > 0)
		n *= 10;
	return n;
}

static int64_t time_us(const struct capture_interface *from, uint64_t units)
{
	__extension__ unsigned __int128 us = (unsigned __int128)units * 1000000 / from->per_second;
	int64_t offset = from->offset_s > INT64_US_MAX / 1000000 || from->offset_s < -INT64_US_MAX / 1000000 ? 0 : from->offset_s;

	return (us > INT64_US_MAX ? INT64_US_MAX : (int64_t)us) + offset * 1000000;
}

static void read_interface_option(const struct capture_file *f, struct capture_interface *to, uint16_t code, struct bytes value)
{
	struct cursor c = cursor_of(value.ptr, value.len);

	if (code == OPTION_RESOLUTION && value.len >= 1) {
		uint64_t per_second = units_per_second(cur_u8(&c));
		to->per_second = per_second != 0 ? per_second : to->per_second;
	} else if (code == OPTION_OFFSET && value.len >= 8) {
		to->offset_s = (int64_t)(f->is_big_endian ? cur_u64(&c) : cur_u64le(&c));
	}
}

static enum capture_step read_interface(struct capture_file *f, struct cursor c, struct errbuf *eb)
{
	struct capture_interface *to = &f->interfaces[f->n_interfaces];

	if (f->n_interfaces == CAPTURE_INTERFACES_MAX)
		return BROKEN(eb, "more than %u interfaces in one section", CAPTURE_INTERFACES_MAX);
	uint16_t link = take_u16(f, &c);
	*to = (struct capture_interface){ .link = link, .per_second = 1000000 };
	cur_skip(&c, 2);
	to->snap_length = take_u32(f, &c);
	if (c.err)
		return BROKEN(eb, "an interface's block is too short");
	f->n_interfaces++;
	while (cur_left(&c) >= 4) {
		uint16_t code = take_u16(f, &c);
		size_t length = take_u16(f, &c);
		struct bytes value = cur_bytes(&c, length);
		if (c.err || code == OPTION_END)
			break;
		read_interface_option(f, to, code, value);
		cur_skip(&c, (4 - length % 4) % 4);
	}
	return CAPTURE_PASSED;
}

static enum capture_step read_packet(struct capture_file *f, uint32_t type, struct cursor c, struct captured *out, struct errbuf *eb)
{
	uint32_t at = 0, captured, on_wire;
	uint64_t units = 0;

	if (type == BLOCK_PACKET) {
		at = take_u32(f, &c);
	} else if (type == BLOCK_OLD_PACKET) {
		at = take_u16(f, &c);
		cur_skip(&c, 2);
	}
	if (at >= f->n_interfaces)
		return BROKEN(eb, "a packet of interface %u, of which nothing was said", at);
	if (type != BLOCK_SIMPLE_PACKET) {
		units = (uint64_t)take_u32(f, &c) << 32;
		units |= take_u32(f, &c);
		captured = take_u32(f, &c);
	}
	on_wire = take_u32(f, &c);
	if (type == BLOCK_SIMPLE_PACKET) {
		uint32_t snap = f->interfaces[0].snap_length;
		captured = snap != 0 && snap < on_wire ? snap : on_wire;
		captured = captured < cur_left(&c) ? captured : (uint32_t)cur_left(&c);
	}
	if (c.err || captured > cur_left(&c) || captured > CAPTURE_PACKET_MAX)
		return BROKEN(eb, "a packet of %u bytes in a block of fewer", c.err ? 0 : captured);
	if (type != BLOCK_SIMPLE_PACKET)
		f->last_us = time_us(&f->interfaces[at], units);
	*out = (struct captured){ .link = f->interfaces[at].link, .bytes = cur_bytes(&c, captured), .at_us = f->last_us,
				  .wire_length = on_wire < captured ? captured : on_wire };
	return CAPTURE_PACKET;
}

static enum capture_step read_section(struct capture_file *f, struct bytes in, size_t *used, struct errbuf *eb)
{
	struct cursor c = cursor_of(in.ptr, in.len);

	*used = 16;
	if (in.len < 16)
		return CAPTURE_MORE;
	cur_skip(&c, 8);
	uint32_t order = cur_u32(&c);
	if (order != BYTE_ORDER_MAGIC && __builtin_bswap32(order) != BYTE_ORDER_MAGIC)
		return BROKEN(eb, "a pcapng section of byte order %08x", order);
	f->is_big_endian = order == BYTE_ORDER_MAGIC;
	unsigned major = take_u16(f, &c);
	if (major != 1)
		return BROKEN(eb, "pcapng version %u is not known", major);
	f->is_ng = f->is_begun = true;
	f->n_interfaces = 0;
	c = cursor_of(in.ptr + 4, 4);
	*used = (take_u32(f, &c) + (size_t)3) & ~(size_t)3;
	return *used >= 28 ? CAPTURE_PASSED : BROKEN(eb, "a pcapng section header of %zu bytes", *used);
}

static enum capture_step read_block(struct capture_file *f, uint32_t type, struct bytes block, struct captured *out, struct errbuf *eb)
{
	struct cursor body = cursor_of(block.ptr + BLOCK_HEADER, block.len - BLOCK_LEAST);
	struct cursor both = cursor_of(block.ptr + 4, 4), behind = cursor_of(block.ptr + block.len - 4, 4);

	if (take_u32(f, &both) != take_u32(f, &behind))
		return BROKEN(eb, "the two lengths of a block differ");
	return type == BLOCK_INTERFACE ? read_interface(f, body, eb) : read_packet(f, type, body, out, eb);
}

static enum capture_step next_block(struct capture_file *f, struct bytes in, size_t *used, struct captured *out, struct errbuf *eb)
{
	struct cursor c = cursor_of(in.ptr, in.len);

	*used = BLOCK_LEAST;
	if (in.len < BLOCK_LEAST)
		return CAPTURE_MORE;
	uint32_t type = take_u32(f, &c);
	if (type == SECTION)
		return read_section(f, in, used, eb);
	*used = (take_u32(f, &c) + (size_t)3) & ~(size_t)3;
	if (*used < BLOCK_LEAST)
		return BROKEN(eb, "a block of %zu bytes", *used);
	if (type != BLOCK_INTERFACE && type != BLOCK_OLD_PACKET && type != BLOCK_SIMPLE_PACKET && type != BLOCK_PACKET)
		return CAPTURE_PASSED;
	if (*used > CAPTURE_RECORD_MAX)
		return BROKEN(eb, "a block of %zu bytes is larger than %u", *used, CAPTURE_RECORD_MAX);
	return in.len < *used ? CAPTURE_MORE : read_block(f, type, bytes_slice(in, 0, *used), out, eb);
}

enum capture_step decode_capture_record(struct capture_file *file, struct bytes in, size_t *used, struct captured *out,
					struct errbuf *eb)
{
	struct cursor c = cursor_of(in.ptr, in.len);

	if (file->is_begun)
		return file->is_ng ? next_block(file, in, used, out, eb) : next_pcap(file, in, used, out, eb);
	*used = 4;
	if (in.len < 4)
		return CAPTURE_MORE;
	return cur_u32(&c) == SECTION ? read_section(file, in, used, eb) : begin_pcap(file, in, used, eb);
}
