/* The headers of a packet as steps: each step reads its header and names the next one. Nothing calls itself, so that the
 * depth of tunnels is a count (PACKET_LAYERS_MAX) and not a stack. */
#ifndef ASSOCD_COLLECTORS_PACKETS_PACKET_LAYERS_H
#define ASSOCD_COLLECTORS_PACKETS_PACKET_LAYERS_H

#include "daemon/base/cursor.h"
#include "packet.h"

enum layer {
	LAYER_END, /* p->end says how */
	LAYER_ETHERNET, LAYER_ETHERTYPE, LAYER_VLAN, LAYER_LLC, LAYER_SLL, LAYER_SLL2, LAYER_NULL, LAYER_RAW, LAYER_PPP, LAYER_PPPOE,
	LAYER_HDLC, LAYER_MPLS, LAYER_FRAME_RELAY, LAYER_FDDI, LAYER_TOKEN_RING, LAYER_FIREWIRE, LAYER_PFLOG, LAYER_ENC,
	LAYER_NFLOG, LAYER_IPNET, LAYER_PPI, LAYER_PKTAP, LAYER_PPP_DIRECTION, LAYER_NETANALYZER, LAYER_PBB, LAYER_VNTAG,
	LAYER_ETAG, LAYER_METADATA, LAYER_WIFI, LAYER_RADIOTAP, LAYER_PRISM, LAYER_AVS,
	LAYER_IP, LAYER_IPV4, LAYER_IPV6, LAYER_PROTOCOL, LAYER_EXTENSION, LAYER_V6_FRAGMENT, LAYER_AUTHENTICATION,
	LAYER_TCP, LAYER_UDP, LAYER_DATAGRAM,
	LAYER_GRE, LAYER_ERSPAN_2, LAYER_ERSPAN_3, LAYER_WCCP, LAYER_ETHERIP, LAYER_NSH,
	LAYER_VXLAN, LAYER_VXLAN_GPE, LAYER_GENEVE, LAYER_GTP, LAYER_TEREDO, LAYER_L2TP, LAYER_TZSP, LAYER_LISP,
	LAYERS,
};

struct walk {
	struct cursor c;
	struct packet *p;
	size_t beyond;  /* bytes on the wire behind c.end that were not captured */
	uint16_t type;  /* LAYER_ETHERTYPE: its number */
	uint8_t next;   /* LAYER_PROTOCOL: its number */
	uint8_t sequence_seen; /* GRE had a sequence number: ERSPAN II, else I */
};

typedef enum layer layer_fn(struct walk *w);

/* packet_link.c */
enum layer layer_ethernet(struct walk *w);
enum layer layer_ethertype(struct walk *w);
enum layer layer_vlan(struct walk *w);
enum layer layer_llc(struct walk *w);
enum layer layer_pppoe(struct walk *w);
enum layer layer_ppp(struct walk *w);
enum layer layer_ppp_direction(struct walk *w);
enum layer layer_hdlc(struct walk *w);
enum layer layer_mpls(struct walk *w);
enum layer layer_frame_relay(struct walk *w);
enum layer layer_pbb(struct walk *w);
enum layer layer_vntag(struct walk *w);
enum layer layer_etag(struct walk *w);
enum layer layer_metadata(struct walk *w);
/* packet_capture.c: what only capturing puts in front */
enum layer layer_sll(struct walk *w);
enum layer layer_sll2(struct walk *w);
enum layer layer_null(struct walk *w);
enum layer layer_pflog(struct walk *w);
enum layer layer_enc(struct walk *w);
enum layer layer_nflog(struct walk *w);
enum layer layer_ipnet(struct walk *w);
enum layer layer_ppi(struct walk *w);
enum layer layer_pktap(struct walk *w);
enum layer layer_netanalyzer(struct walk *w);
enum layer layer_fddi(struct walk *w);
enum layer layer_token_ring(struct walk *w);
enum layer layer_firewire(struct walk *w);
/* packet_wifi.c */
enum layer layer_wifi(struct walk *w);
enum layer layer_radiotap(struct walk *w);
enum layer layer_prism(struct walk *w);
enum layer layer_avs(struct walk *w);
/* packet_ip.c */
enum layer layer_ip(struct walk *w);
enum layer layer_ipv4(struct walk *w);
enum layer layer_ipv6(struct walk *w);
enum layer layer_protocol(struct walk *w);
enum layer layer_extension(struct walk *w);
enum layer layer_v6_fragment(struct walk *w);
enum layer layer_authentication(struct walk *w);
enum layer layer_tcp(struct walk *w);
enum layer layer_udp(struct walk *w);
enum layer layer_datagram(struct walk *w);
/* packet_tunnel.c */
enum layer layer_gre(struct walk *w);
enum layer layer_erspan_2(struct walk *w);
enum layer layer_erspan_3(struct walk *w);
enum layer layer_wccp(struct walk *w);
enum layer layer_etherip(struct walk *w);
enum layer layer_nsh(struct walk *w);
enum layer layer_vxlan(struct walk *w);
enum layer layer_vxlan_gpe(struct walk *w);
enum layer layer_geneve(struct walk *w);
enum layer layer_gtp(struct walk *w);
enum layer layer_teredo(struct walk *w);
enum layer layer_l2tp(struct walk *w);
enum layer layer_tzsp(struct walk *w);
enum layer layer_lisp(struct walk *w);
/* The layer that a UDP port stands for; LAYER_END: none. */
enum layer layer_of_port(uint16_t port);
/* The layer of a link type; LAYER_END: not supported. packet.c */
enum layer layer_of_link(unsigned link);

static inline enum layer walk_end(struct walk *w, enum packet_end end)
{
	w->p->end = (uint8_t)end;
	return LAYER_END;
}
/* What follows is of that Ethernet type. */
static inline enum layer walk_type(struct walk *w, uint16_t type)
{
	w->type = type;
	return LAYER_ETHERTYPE;
}

#endif
