/* The options of a SYN, read once and kept as their kinds. */
#include "syn.h"

#include "daemon/base/cursor.h"

enum { OPT_EOL = 0, OPT_NOP = 1, OPT_MSS = 2, OPT_SCALE = 3, OPT_SACK_OK = 4, OPT_SACK = 5, OPT_TIMES = 8 };

static const char *const quirk_names[SYN_QUIRKS] = { "df", "id+", "id-", "ecn", "0+", "flow", "seq-", "ack+", "uptr+", "urgf+", "pushf+",
						     "ts1-", "ts2+", "opt+", "exws", "bad", "ipopt", "data" };

static void note(struct syn *s, enum syn_quirk quirk, bool is_so)
{
	s->quirks |= is_so ? 1u << quirk : 0;
}

static void read_value(struct syn *s, uint8_t kind, struct bytes value)
{
	struct cursor c = cursor_of(value.ptr, value.len);

	if (kind == OPT_MSS && value.len == 2) {
		s->mss = cur_u16(&c);
	} else if (kind == OPT_SCALE && value.len == 1) {
		s->window_scale = cur_u8(&c);
		note(s, SYN_WIDE_SCALE, s->window_scale > 14);
	} else if (kind == OPT_TIMES && value.len == 8) {
		note(s, SYN_OWN_ZERO, cur_u32(&c) == 0);
		note(s, SYN_PEER_SET, cur_u32(&c) != 0);
	} else {
		note(s, SYN_BAD, kind == OPT_MSS || kind == OPT_SCALE || kind == OPT_TIMES || (kind == OPT_SACK_OK && value.len != 0));
	}
}

static void read_options(struct syn *s, struct bytes options)
{
	struct cursor c = cursor_of(options.ptr, options.len);

	while (cur_left(&c) > 0 && s->n_options < SYN_OPTIONS_MAX) {
		uint8_t kind = cur_u8(&c);
		s->options[s->n_options++] = kind;
		if (kind == OPT_EOL)
			break;
		if (kind == OPT_NOP)
			continue;
		uint8_t length = cur_u8(&c);
		struct bytes value = cur_bytes(&c, length >= 2 ? length - 2u : SIZE_MAX);
		note(s, SYN_BAD, c.err);
		if (c.err)
			return;
		read_value(s, kind, value);
	}
	while (cur_left(&c) > 0)
		note(s, SYN_TRAILING, cur_u8(&c) != 0);
}

void decode_syn(const struct packet *p, struct syn *out)
{
	memset(out, 0, sizeof(*out));
	out->ttl = p->ttl;
	out->is_v6 = p->is_v6;
	out->window = p->window;
	note(out, SYN_DF, p->has_df);
	note(out, SYN_ID_SET, p->has_df && p->id != 0);
	note(out, SYN_ID_ZERO, !p->is_v6 && !p->has_df && p->id == 0);
	note(out, SYN_ECN, (p->traffic_class & 3) || (p->flags & (TCP_ECE | TCP_CWR | 256)));
	note(out, SYN_MBZ, p->has_mbz);
	note(out, SYN_FLOW, p->flow_label != 0);
	note(out, SYN_SEQ_ZERO, p->seq == 0);
	note(out, SYN_ACK_SET, p->ack != 0);
	note(out, SYN_URGENT_SET, p->urgent != 0 && !(p->flags & TCP_URG));
	note(out, SYN_URGENT_FLAG, p->flags & TCP_URG);
	note(out, SYN_PUSH_FLAG, p->flags & TCP_PSH);
	note(out, SYN_IP_OPTIONS, p->ip_options != 0);
	note(out, SYN_PAYLOAD, p->payload_length != 0);
	read_options(out, p->options);
}

unsigned syn_initial_ttl(uint8_t ttl)
{
	return ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

uint16_t syn_mtu(const struct syn *syn)
{
	unsigned mtu = syn->mss + (syn->is_v6 ? 60u : 40u);

	return syn->mss == 0 ? 0 : mtu < 65535 ? (uint16_t)mtu : 65535;
}

static void add_option(struct text *out, const struct syn *syn, uint8_t kind)
{
	switch (kind) {
	case OPT_EOL: text_adds(out, "eol"); break;
	case OPT_NOP: text_adds(out, "nop"); break;
	case OPT_MSS: text_adds(out, "mss"); break;
	case OPT_SCALE: text_addf(out, "ws%u", syn->window_scale); break;
	case OPT_SACK_OK: text_adds(out, "sok"); break;
	case OPT_SACK: text_adds(out, "sack"); break;
	case OPT_TIMES: text_adds(out, "ts"); break;
	default: text_addf(out, "?%u", kind); break;
	}
}

void syn_text(const struct syn *syn, struct text *out)
{
	text_addf(out, "%u:%u:%u:", syn_initial_ttl(syn->ttl), syn->mss, syn->window);
	for (unsigned i = 0; i < syn->n_options; i++) {
		if (i > 0)
			text_addc(out, ',');
		add_option(out, syn, syn->options[i]);
	}
}

void syn_quirks_text(const struct syn *syn, struct text *out)
{
	bool is_first = true;

	for (unsigned i = 0; i < SYN_QUIRKS; i++) {
		if (!(syn->quirks & 1u << i))
			continue;
		if (!is_first)
			text_addc(out, ',');
		text_adds(out, quirk_names[i]);
		is_first = false;
	}
}
