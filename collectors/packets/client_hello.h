/* A ClientHello of TLS (SSL 3.0 to TLS 1.3 and its drafts, TLCP), of DTLS or out of QUIC, as borrowed views of its bytes.
 * The outer structure must fit to the byte (lengths of the message, the lists, the block of extensions and each extension),
 * so that no hello is made out of garbage. What stands inside an extension is the client's own affair: a list that is longer
 * than its extension is read as far as it goes. Hellos in the form of SSL 2.0 are none. */
#ifndef ASSOCD_COLLECTORS_PACKETS_CLIENT_HELLO_H
#define ASSOCD_COLLECTORS_PACKETS_CLIENT_HELLO_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define HELLO_LENGTH_MAX 65536u    /* of the message */
#define HELLO_LIST_MAX 2048u       /* cipher suites, signature algorithms, groups or versions */
#define HELLO_EXTENSIONS_MAX 512u

enum hello_carrier { HELLO_TLS, HELLO_DTLS, HELLO_QUIC };

/* Numbers of extensions as IANA assigns them. */
enum {
	EXTENSION_SERVER_NAME = 0, EXTENSION_GROUPS = 10, EXTENSION_POINT_FORMATS = 11, EXTENSION_SIGNATURES = 13,
	EXTENSION_ALPN = 16, EXTENSION_PADDING = 21, EXTENSION_ENCRYPT_THEN_MAC = 22, EXTENSION_CERTIFICATE_COMPRESSION = 27,
	EXTENSION_RECORD_SIZE_LIMIT = 28, EXTENSION_DELEGATED_CREDENTIALS = 34, EXTENSION_TICKET = 35,
	EXTENSION_PRE_SHARED_KEY = 41, EXTENSION_EARLY_DATA = 42, EXTENSION_VERSIONS = 43, EXTENSION_COOKIE = 44,
	EXTENSION_KEY_EXCHANGE_MODES = 45, EXTENSION_NPN = 13172, EXTENSION_ALPS_OLD = 17513, EXTENSION_ALPS = 17613,
	EXTENSION_ECH = 65037,
};

struct client_hello {
	enum hello_carrier carrier;
	uint16_t legacy_version;
	uint16_t n_extensions;
	struct bytes random, session_id;
	/* Lists of big-endian 16-bit numbers, GREASE among them. */
	struct bytes ciphers, groups, signatures, versions;
	struct bytes point_formats; /* a byte each */
	struct bytes alpn;          /* each name behind a byte with its length */
	struct bytes server_name;   /* the first host name */
	uint16_t extensions[HELLO_EXTENSIONS_MAX]; /* in the order of the wire, GREASE among them */
};

/* message: the handshake message whole, its header of four bytes (type and length) included; of DTLS in the same form. */
enum err decode_client_hello(struct bytes message, enum hello_carrier carrier, struct client_hello *hello) MUST_CHECK;

/* Of the random bytes, never 0: the same for copies of a hello, and for the second one that a HelloRetryRequest asks for. */
uint32_t hello_random_hash(struct bytes random);
bool hello_has_extension(const struct client_hello *hello, uint16_t type);
/* The number at index i of a list; GREASE numbers (RFC 8701) stand for nothing. */
static inline uint16_t hello_number(struct bytes list, size_t i)
{
	return (uint16_t)((uint8_t)list.ptr[2 * i] << 8 | (uint8_t)list.ptr[2 * i + 1]);
}
static inline bool hello_is_grease(uint16_t v) { return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff); }
void hello_sort(uint16_t *numbers, size_t n);
/* The name of ALPN behind *at, which moves on; false at the end. */
bool hello_next_alpn(const struct client_hello *hello, size_t *at, struct bytes *name);

#endif
