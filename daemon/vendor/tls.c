/* TLS for accepted connections.
 * I1: a set of files is taken whole or not at all: a fresh context is filled and checked, then it takes the old one's place.
 * I2: a session holds its own reference to the context it began with, and to the counts of its server. */
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/base/log.h"

/* For TLS 1.2; all suites of 1.3 are fine. Forward secrecy and authenticated encryption only. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

/* Lives until the last session is gone. */
struct shared {
	struct tls_counts counts;
	unsigned holders;
};

struct tls_server {
	SSL_CTX *context;
	char *certificate, *key, *client_ca;
	struct shared *shared;
};

struct tls_session {
	SSL *ssl;
	struct shared *shared;
	bool wants_write, waits_for_peer, is_greeted, is_broken;
};

static void shared_release(struct shared *shared)
{
	if (--shared->holders == 0)
		free(shared);
}

/* What OpenSSL has to say, without its own file names. */
static const char *reason(void)
{
	unsigned long code = ERR_peek_error();
	const char *text = code ? ERR_reason_error_string(code) : NULL;

	return text ? text : "unknown reason";
}

/* A key under a passphrase would make OpenSSL ask the terminal. */
static int no_passphrase(char *out, int size, int writing, void *arg)
{
	return 0;
}

static void restrict_context(SSL_CTX *context)
{
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_cipher_list(context, CIPHERS);
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	SSL_CTX_set_session_id_context(context, (const unsigned char *)"assocd", 6);
}

static enum err file_fault(const char *path, const char *what, struct errbuf *eb)
{
	if (access(path, R_OK) != 0)
		return errbuf_set(eb, errno == ENOENT ? ERR_NOTFOUND : ERR_DENIED, "%s: %m%s", path, file_remedy(errno));
	return errbuf_set(eb, ERR_INPUT, "%s: %s (%s)", path, what, reason());
}

static enum err load_pair(SSL_CTX *context, const struct tls_files *files, struct errbuf *eb)
{
	if (SSL_CTX_use_certificate_chain_file(context, files->certificate) != 1)
		return file_fault(files->certificate, "holds no whole certificate chain in PEM form", eb);
	if (SSL_CTX_use_PrivateKey_file(context, files->key, SSL_FILETYPE_PEM) == 1)
		return ERR_OK;
	if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH)
		return errbuf_set(eb, ERR_INPUT, "%s is not the key of the certificate in %s", files->key, files->certificate);
	return file_fault(files->key, "holds no whole private key in PEM form without a passphrase", eb);
}

static enum err load_clients(SSL_CTX *context, const char *path, struct errbuf *eb)
{
	STACK_OF(X509_NAME) *names;

	if (!path)
		return ERR_OK;
	names = SSL_load_client_CA_file(path);
	if (!names || SSL_CTX_load_verify_locations(context, path, NULL) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return file_fault(path, "holds no whole certificates in PEM form", eb);
	}
	SSL_CTX_set_client_CA_list(context, names);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return ERR_OK;
}

static enum err load(const struct tls_files *files, SSL_CTX **out, struct errbuf *eb)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	enum err err;

	BUG_ON(!context);
	ERR_clear_error();
	restrict_context(context);
	err = load_pair(context, files, eb);
	if (err == ERR_OK)
		err = load_clients(context, files->client_ca, eb);
	ERR_clear_error();
	if (err != ERR_OK)
		SSL_CTX_free(context);
	else
		*out = context;
	return err;
}

static enum err check_dates(SSL_CTX *context, const char *path, struct errbuf *eb)
{
	const X509 *leaf = SSL_CTX_get0_certificate(context);

	if (X509_cmp_current_time(X509_get0_notAfter(leaf)) < 0)
		return errbuf_set(eb, ERR_INPUT, "%s: the certificate has expired", path);
	if (X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0)
		return errbuf_set(eb, ERR_INPUT, "%s: the certificate is not valid yet; is the clock right?", path);
	return ERR_OK;
}

static bool is_self_signed(SSL_CTX *context)
{
	return X509_self_signed(SSL_CTX_get0_certificate(context), 0) == 1;
}

static char *copied(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

enum err tls_server_new(const struct tls_files *files, struct tls_server **out, struct errbuf *eb)
{
	struct errbuf dates = { { 0 } };
	struct tls_server *s;
	SSL_CTX *context;
	enum err err = load(files, &context, eb);

	if (err != ERR_OK)
		return err;
	if (check_dates(context, files->certificate, &dates) != ERR_OK)
		log_warn("tls", "%s; clients will refuse it: put a valid one there and reload", dates.text);
	s = xcalloc(1, sizeof(*s));
	s->context = context;
	s->certificate = copied(files->certificate);
	s->key = copied(files->key);
	s->client_ca = copied(files->client_ca);
	s->shared = xcalloc(1, sizeof(*s->shared));
	s->shared->holders = 1;
	*out = s;
	return ERR_OK;
}

enum err tls_server_reload(struct tls_server *s, struct errbuf *eb)
{
	const struct tls_files files = { s->certificate, s->key, s->client_ca };
	SSL_CTX *fresh;
	enum err err = load(&files, &fresh, eb);

	if (err != ERR_OK)
		return err;
	err = check_dates(fresh, s->certificate, eb);
	if (err == ERR_OK && is_self_signed(fresh) && !is_self_signed(s->context))
		err = errbuf_set(eb, ERR_INPUT, "%s: the certificate has signed itself, and the one in use was issued by an authority; "
				 "if that is meant, restart", s->certificate);
	if (err != ERR_OK) {
		SSL_CTX_free(fresh);
		return err;
	}
	SSL_CTX_free(s->context); /* I1 */
	s->context = fresh;
	return ERR_OK;
}

void tls_server_free(struct tls_server *s)
{
	if (!s)
		return;
	SSL_CTX_free(s->context);
	free(s->certificate);
	free(s->key);
	free(s->client_ca);
	shared_release(s->shared);
	free(s);
}

int64_t tls_server_expires_ms(const struct tls_server *s)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(s->context)), &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * 1000;
}

void tls_server_counts(const struct tls_server *s, struct tls_counts *out)
{
	*out = s->shared->counts;
}

struct tls_session *tls_session_new(struct tls_server *s, int fd)
{
	struct tls_session *t = xcalloc(1, sizeof(*t));

	t->ssl = SSL_new(s->context); /* I2 */
	BUG_ON(!t->ssl || SSL_set_fd(t->ssl, fd) != 1);
	SSL_set_accept_state(t->ssl);
	t->shared = s->shared;
	t->shared->holders++;
	return t;
}

void tls_session_free(struct tls_session *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	shared_release(t->shared);
	free(t);
}

static void note_greeting(struct tls_session *t)
{
	if (t->is_greeted || !SSL_is_init_finished(t->ssl))
		return;
	t->is_greeted = true;
	t->shared->counts.handshakes++;
}

/* errno for a call that gave no bytes. */
static ssize_t no_bytes(struct tls_session *t, int result)
{
	int why = SSL_get_error(t->ssl, result);

	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
		t->wants_write = why == SSL_ERROR_WANT_WRITE;
		errno = EAGAIN;
		return -1;
	}
	if (why == SSL_ERROR_ZERO_RETURN)
		return 0;
	if (!t->is_greeted && !t->is_broken)
		t->shared->counts.failed++;
	t->is_broken = true; /* nothing more may be done with it, not even an end */
	ERR_clear_error();
	errno = EPROTO;
	return -1;
}

ssize_t tls_session_read(struct tls_session *t, void *into, size_t n)
{
	size_t got = 0;
	int result;

	t->wants_write = t->waits_for_peer = false;
	ERR_clear_error();
	result = SSL_read_ex(t->ssl, into, n, &got);
	note_greeting(t);
	return result == 1 ? (ssize_t)got : no_bytes(t, result);
}

ssize_t tls_session_write(struct tls_session *t, const void *from, size_t n)
{
	size_t sent = 0;
	int result;
	ssize_t none;

	t->waits_for_peer = false;
	ERR_clear_error();
	result = SSL_write_ex(t->ssl, from, n, &sent);
	if (result == 1)
		return (ssize_t)sent;
	none = no_bytes(t, result);
	t->waits_for_peer = none < 0 && errno == EAGAIN && !t->wants_write;
	if (none == 0)
		errno = EPIPE;
	return -1;
}

bool tls_session_has_pending(const struct tls_session *t)
{
	return SSL_has_pending(t->ssl) == 1;
}

bool tls_session_wants_write(const struct tls_session *t)
{
	return t->wants_write;
}

bool tls_session_waits_for_peer(const struct tls_session *t)
{
	return t->waits_for_peer;
}

void tls_session_end(struct tls_session *t)
{
	if (t->is_broken || !t->is_greeted)
		return;
	ERR_clear_error();
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}
