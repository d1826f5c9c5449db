/* TLS 1.2 and later for accepted connections (OpenSSL). The server holds certificate and key, and can read them again;
 * a session is one connection over a non-blocking descriptor that somebody else owns. */
#ifndef ASSOCD_VENDOR_TLS_H
#define ASSOCD_VENDOR_TLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/base/err.h"

struct tls_server;
struct tls_session;

struct tls_files {
	const char *certificate; /* PEM, the chain behind it */
	const char *key;         /* PEM, without a passphrase */
	const char *client_ca;   /* PEM; NULL: clients need no certificate, else one that these have issued */
};

/* Errors name the file. An expired certificate is taken, and the log says so: all but its clients go on. */
enum err tls_server_new(const struct tls_files *files, struct tls_server **out, struct errbuf *eb) MUST_CHECK;
void tls_server_free(struct tls_server *s); /* sessions may outlive it */
/* The files are read again; sessions that are there keep what they have. On an error the old ones stay in use: a file that
 * is missing or half written, a key of another certificate, a certificate that is expired or not valid yet, or one that
 * has signed itself in place of one that an authority has issued. */
enum err tls_server_reload(struct tls_server *s, struct errbuf *eb) MUST_CHECK;
int64_t tls_server_expires_ms(const struct tls_server *s); /* of the certificate in use */
struct tls_counts {
	uint64_t handshakes, failed;
};
void tls_server_counts(const struct tls_server *s, struct tls_counts *out);

struct tls_session *tls_session_new(struct tls_server *s, int fd);
void tls_session_free(struct tls_session *t);
/* As recv and send: bytes, 0 at the end, -1 with EAGAIN, or -1 with EPROTO when the connection is of no more use. The
 * handshake is done by the first reads. */
ssize_t tls_session_read(struct tls_session *t, void *into, size_t n);
ssize_t tls_session_write(struct tls_session *t, const void *from, size_t n);
/* Decrypted bytes wait, of which the descriptor says nothing. */
bool tls_session_has_pending(const struct tls_session *t);
/* The last read gave EAGAIN because something has to be written first. */
bool tls_session_wants_write(const struct tls_session *t);
/* The last write gave EAGAIN because the peer has to say something first, however writable the descriptor is; nothing was read since. */
bool tls_session_waits_for_peer(const struct tls_session *t);
/* Tells the peer that nothing more comes. */
void tls_session_end(struct tls_session *t);

#endif
