/* The two formats of recorded packets, pcap and pcapng, a record at a time. libpcap is not asked: it refuses a file whose
 * interfaces differ in link type or snap length. */
#ifndef ASSOCD_COLLECTORS_PACKETS_CAPTURE_FILE_H
#define ASSOCD_COLLECTORS_PACKETS_CAPTURE_FILE_H

#include "packet.h"

#define CAPTURE_INTERFACES_MAX 1024
#define CAPTURE_PACKET_MAX 262144     /* bytes of one packet, as libpcap bounds it */
#define CAPTURE_RECORD_MAX (1u << 20) /* bytes of a record that has to be in memory whole */

struct capture_interface {
	uint32_t link, snap_length;
	int64_t offset_s;
	uint64_t per_second; /* units of its times */
};

/* What is known so far; begins zeroed. */
struct capture_file {
	bool is_begun, is_ng, is_big_endian, has_swapped_lengths;
	uint8_t record_header;  /* pcap: bytes in front of a packet */
	int64_t last_us;        /* of a pcapng packet that has no time */
	uint32_t n_interfaces;  /* of the section */
	struct capture_interface interfaces[CAPTURE_INTERFACES_MAX];
};

enum capture_step {
	CAPTURE_PACKET,
	CAPTURE_PASSED, /* a header, or a block that holds no packet */
	CAPTURE_MORE,   /* the record is not whole */
	CAPTURE_BROKEN, /* no such format, or lengths that cannot be: eb says what */
};

/* One record from the front of `in`. *used: its bytes, which with CAPTURE_PASSED may be more than there are (they are passed over
 * unread); with CAPTURE_MORE as many as are needed at least, at most CAPTURE_RECORD_MAX. */
enum capture_step decode_capture_record(struct capture_file *file, struct bytes in, size_t *used, struct captured *out,
					struct errbuf *eb);

#endif
