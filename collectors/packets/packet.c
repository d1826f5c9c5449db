/* The walk through the headers, and the numbers of link types. */
#include "packet_layers.h"

const char *const packet_end_names[PACKET_ENDS] = { "whole", "fragment", "other", "cut", "malformed", "deep" };

/* Numbers of https://www.tcpdump.org/linktypes.html; LAYER_END: its name is known, and that is all. */
static const struct { uint8_t layer; const char *name; } links[] = {
	[0] = { LAYER_NULL, "null" },
	[1] = { LAYER_ETHERNET, "ethernet" },
	[6] = { LAYER_TOKEN_RING, "token-ring" },
	[8] = { LAYER_END, "slip" },
	[9] = { LAYER_PPP, "ppp" },
	[10] = { LAYER_FDDI, "fddi" },
	[11] = { LAYER_LLC, "atm-rfc1483" },
	[12] = { LAYER_RAW, "raw" }, /* DLT_RAW on most systems */
	[14] = { LAYER_RAW, "raw" }, /* DLT_RAW on OpenBSD */
	[50] = { LAYER_PPP, "ppp-hdlc" },
	[51] = { LAYER_PPPOE, "ppp-ether" },
	[100] = { LAYER_LLC, "atm-rfc1483" },
	[101] = { LAYER_RAW, "raw" },
	[104] = { LAYER_HDLC, "c-hdlc" },
	[105] = { LAYER_WIFI, "ieee802.11" },
	[107] = { LAYER_FRAME_RELAY, "frame-relay" },
	[108] = { LAYER_NULL, "loop" },
	[109] = { LAYER_ENC, "enc" },
	[112] = { LAYER_HDLC, "c-hdlc" },
	[113] = { LAYER_SLL, "linux-sll" },
	[117] = { LAYER_PFLOG, "pflog" },
	[119] = { LAYER_PRISM, "ieee802.11-prism" },
	[127] = { LAYER_RADIOTAP, "ieee802.11-radiotap" },
	[138] = { LAYER_FIREWIRE, "apple-ip-over-ieee1394" },
	[143] = { LAYER_END, "docsis" },
	[147] = { LAYER_END, "user0" }, { LAYER_END, "user1" }, { LAYER_END, "user2" }, { LAYER_END, "user3" },
	[151] = { LAYER_END, "user4" }, { LAYER_END, "user5" }, { LAYER_END, "user6" }, { LAYER_END, "user7" },
	[155] = { LAYER_END, "user8" }, { LAYER_END, "user9" }, { LAYER_END, "user10" }, { LAYER_END, "user11" },
	[159] = { LAYER_END, "user12" }, { LAYER_END, "user13" }, { LAYER_END, "user14" }, { LAYER_END, "user15" },
	[163] = { LAYER_AVS, "ieee802.11-avs" },
	[166] = { LAYER_PPP_DIRECTION, "ppp-pppd" },
	[187] = { LAYER_END, "bluetooth-hci-h4" },
	[189] = { LAYER_END, "usb-linux" },
	[192] = { LAYER_PPI, "ppi" },
	[195] = { LAYER_END, "ieee802.15.4" },
	[201] = { LAYER_END, "bluetooth-hci-h4-with-phdr" },
	[204] = { LAYER_PPP_DIRECTION, "ppp-with-direction" },
	[219] = { LAYER_MPLS, "mpls" },
	[220] = { LAYER_END, "usb-linux-mmapped" },
	[226] = { LAYER_IPNET, "ipnet" },
	[227] = { LAYER_END, "can-socketcan" },
	[228] = { LAYER_IPV4, "ipv4" },
	[229] = { LAYER_IPV6, "ipv6" },
	[230] = { LAYER_END, "ieee802.15.4-nofcs" },
	[231] = { LAYER_END, "dbus" },
	[239] = { LAYER_NFLOG, "nflog" },
	[240] = { LAYER_NETANALYZER, "netanalyzer" },
	[249] = { LAYER_END, "usbpcap" },
	[252] = { LAYER_END, "wireshark-upper-pdu" },
	[253] = { LAYER_END, "netlink" },
	[258] = { LAYER_PKTAP, "pktap" },
	[276] = { LAYER_SLL2, "linux-sll2" },
};

static layer_fn *const steps[LAYERS] = {
	[LAYER_ETHERNET] = layer_ethernet, [LAYER_ETHERTYPE] = layer_ethertype, [LAYER_VLAN] = layer_vlan, [LAYER_LLC] = layer_llc,
	[LAYER_SLL] = layer_sll, [LAYER_SLL2] = layer_sll2, [LAYER_NULL] = layer_null, [LAYER_RAW] = layer_ip, [LAYER_PPP] = layer_ppp,
	[LAYER_PPPOE] = layer_pppoe, [LAYER_HDLC] = layer_hdlc, [LAYER_MPLS] = layer_mpls, [LAYER_FRAME_RELAY] = layer_frame_relay,
	[LAYER_FDDI] = layer_fddi, [LAYER_TOKEN_RING] = layer_token_ring, [LAYER_FIREWIRE] = layer_firewire,
	[LAYER_PFLOG] = layer_pflog, [LAYER_ENC] = layer_enc, [LAYER_NFLOG] = layer_nflog, [LAYER_IPNET] = layer_ipnet,
	[LAYER_PPI] = layer_ppi, [LAYER_PKTAP] = layer_pktap, [LAYER_PPP_DIRECTION] = layer_ppp_direction,
	[LAYER_NETANALYZER] = layer_netanalyzer, [LAYER_PBB] = layer_pbb, [LAYER_VNTAG] = layer_vntag, [LAYER_ETAG] = layer_etag,
	[LAYER_METADATA] = layer_metadata, [LAYER_WIFI] = layer_wifi, [LAYER_RADIOTAP] = layer_radiotap, [LAYER_PRISM] = layer_prism,
	[LAYER_AVS] = layer_avs, [LAYER_IP] = layer_ip, [LAYER_IPV4] = layer_ipv4, [LAYER_IPV6] = layer_ipv6,
	[LAYER_PROTOCOL] = layer_protocol, [LAYER_EXTENSION] = layer_extension, [LAYER_V6_FRAGMENT] = layer_v6_fragment,
	[LAYER_AUTHENTICATION] = layer_authentication, [LAYER_TCP] = layer_tcp, [LAYER_UDP] = layer_udp, [LAYER_DATAGRAM] = layer_datagram,
	[LAYER_GRE] = layer_gre, [LAYER_ERSPAN_2] = layer_erspan_2, [LAYER_ERSPAN_3] = layer_erspan_3, [LAYER_WCCP] = layer_wccp,
	[LAYER_ETHERIP] = layer_etherip, [LAYER_NSH] = layer_nsh, [LAYER_VXLAN] = layer_vxlan, [LAYER_VXLAN_GPE] = layer_vxlan_gpe,
	[LAYER_GENEVE] = layer_geneve, [LAYER_GTP] = layer_gtp, [LAYER_TEREDO] = layer_teredo, [LAYER_L2TP] = layer_l2tp,
	[LAYER_TZSP] = layer_tzsp, [LAYER_LISP] = layer_lisp,
};

enum layer layer_of_link(unsigned link)
{
	return link < ARRAY_LEN(links) ? (enum layer)links[link].layer : LAYER_END;
}

bool packet_link_is_known(unsigned link)
{
	return layer_of_link(link) != LAYER_END;
}

const char *packet_link_name(unsigned link)
{
	return link < ARRAY_LEN(links) ? links[link].name : NULL;
}

/* A datagram on a tunnel's port is the tunnel's only if a whole packet or a fragment is in it. */
static void walk_from(struct walk *w, enum layer layer)
{
	struct packet outer;
	bool is_carrier = false;

	for (unsigned n = 0; layer != LAYER_END; n++) {
		if (n == PACKET_LAYERS_MAX) {
			w->p->end = PACKET_DEEP;
			break;
		}
		if (layer == LAYER_DATAGRAM && layer_of_port(w->p->destination_port) + layer_of_port(w->p->source_port) != LAYER_END) {
			layer_datagram(w);
			outer = *w->p;
			is_carrier = true;
			layer = layer_of_port(w->p->destination_port);
			layer = layer != LAYER_END ? layer : layer_of_port(w->p->source_port);
		} else {
			layer = steps[layer](w);
		}
		if (w->c.err) {
			w->p->end = PACKET_CUT;
			break;
		}
	}
	if (is_carrier && w->p->end > PACKET_FRAGMENT)
		*w->p = outer;
}

enum packet_end decode_packet(const struct captured *captured, struct packet *p)
{
	struct bytes bytes = captured->bytes;
	struct walk w = { .c = cursor_of(bytes.ptr, bytes.len), .p = p,
			  .beyond = captured->wire_length > bytes.len ? captured->wire_length - bytes.len : 0 };

	memset(p, 0, sizeof(*p));
	p->end = PACKET_OTHER;
	walk_from(&w, layer_of_link(captured->link));
	return (enum packet_end)p->end;
}

enum packet_end decode_datagram(struct bytes whole, struct packet *p)
{
	struct walk w = { .c = cursor_of(whole.ptr, whole.len), .p = p, .next = p->protocol };

	p->end = PACKET_OTHER;
	walk_from(&w, LAYER_PROTOCOL);
	return (enum packet_end)p->end;
}
