/* IEEE 802.11 data frames in the clear, and the headers that radios put in front of them. */
#include "packet_layers.h"

#define WIFI_DATA 2u
#define TO_DS 1u
#define FROM_DS 2u
#define PROTECTED 0x40u
#define ORDER 0x80u

enum layer layer_wifi(struct walk *w)
{
	struct cursor *c = &w->c;
	uint8_t control = cur_u8(c);
	uint8_t flags = cur_u8(c);
	bool has_qos = control & 0x80;
	size_t header = 22; /* duration, three addresses, sequence */

	/* Data, version 0; its subtypes with bit 2 have no payload. */
	if ((control & 0x0f) != WIFI_DATA << 2 || (control & 0x40) || (flags & PROTECTED))
		return walk_end(w, PACKET_OTHER);
	if ((flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS))
		header += 6;
	cur_skip(c, header);
	if (has_qos && (cur_u16le(c) & 0x80)) /* several in one frame */
		return walk_end(w, PACKET_OTHER);
	if (has_qos && (flags & ORDER))
		cur_skip(c, 4);
	return LAYER_LLC;
}

/* The length of all its fields stands in front. */
enum layer layer_radiotap(struct walk *w)
{
	cur_skip(&w->c, 2);
	size_t length = cur_u16le(&w->c);

	if (length < 8)
		return walk_end(w, PACKET_MALFORMED);
	cur_skip(&w->c, length - 4);
	return LAYER_WIFI;
}

/* Some drivers write the other header under this number. */
enum layer layer_prism(struct walk *w)
{
	if (cur_left(&w->c) >= 4 && w->c.at[0] == 0x80 && w->c.at[1] == 0x21)
		return LAYER_AVS;
	cur_skip(&w->c, 4);
	uint32_t length = cur_u32le(&w->c);
	if (length != 144)
		return walk_end(w, PACKET_MALFORMED);
	cur_skip(&w->c, 136);
	return LAYER_WIFI;
}

enum layer layer_avs(struct walk *w)
{
	cur_skip(&w->c, 4);
	uint32_t length = cur_u32(&w->c);

	if (length < 8)
		return walk_end(w, PACKET_MALFORMED);
	cur_skip(&w->c, length - 8);
	return LAYER_WIFI;
}
