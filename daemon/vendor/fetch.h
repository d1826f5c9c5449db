/* Requests as a client, over libcurl. A fetch is for assocctl, which may wait, and keeps its connection between requests;
 * a fetcher is for the daemon, which may not: HTTP, mail and plain or TLS streams on the loop. */
#ifndef ASSOCD_VENDOR_FETCH_H
#define ASSOCD_VENDOR_FETCH_H

#include "daemon/base/text.h"

struct fetch;
struct loop;

struct fetch_request {
	const char *method; /* "GET" ... */
	const char *url;
	const char *bearer;       /* token, or NULL */
	const char *content_type; /* of the body, or NULL */
	struct bytes body;
	const char *socket;       /* path of a Unix socket to ask over, or NULL */
	const char *ca;           /* PEM file of whom to trust; NULL: those of the system */
	bool is_pinned;           /* ca holds the peer's own certificate: whatever name it is reached by, it is that one */
	int timeout_s;            /* 0: 60 */
};

struct fetch *fetch_new(void);
void fetch_free(struct fetch *f);
/* Appends the body of the answer to reply (at most 256 MiB). ERR_NOTFOUND: nobody listens there; ERR_INPUT: no URL;
 * ERR_LIMIT: it took too long; ERR_DENIED: its certificate is not one that is trusted; ERR_IO: anything else between here
 * and there. Proxies of the environment are not used. */
enum err fetch_run(struct fetch *f, const struct fetch_request *rq, int *status, struct text *reply, struct errbuf *eb) MUST_CHECK;

#define FETCH_HOST_MAX 255

struct fetch_place {
	char host[FETCH_HOST_MAX + 1]; /* an IPv6 address in its brackets; what is longer is cut off */
	int port;                      /* -1: none is named */
};

/* Whom libcurl would ask if it were given the URL. ERR_INPUT: nobody; eb says why, in its words. */
enum err fetch_read_url(const char *url, struct fetch_place *out, struct errbuf *eb) MUST_CHECK;

/* ---- on the loop ---- */
struct fetcher;
struct transfer;

struct fetcher *fetcher_new(struct loop *l);
/* Everything under way was cancelled before. */
void fetcher_free(struct fetcher *f);

/* What a transfer is: borrowed during the call that starts it, but `body` until it is answered. */
struct transfer_request {
	const char *url; /* http(s)://, smtp(s)://; of a stream http:// or https://, where only host and port count */
	const char *const *headers; /* "Name: value", NULL-ended; or NULL */
	struct bytes body;          /* of an HTTP POST; of mail: the message with its header, lines ended by CR LF */
	const char *mail_from;      /* mail */
	const char *const *mail_to; /* NULL-ended; set: it is mail */
	const char *user, *password; /* of the mail server, or NULL */
	const char *ca_file, *cert_file, *key_file; /* PEM, or NULL: the system's authorities, no certificate of ours */
	int timeout_ms;
	bool refuses_private; /* addresses of this machine and of private networks, as they are after name resolution */
	bool wants_tls;       /* mail: no plain text, even when the server offers no STARTTLS */
	bool is_stream;       /* connects (and shakes hands) only; then transfer_write */
};
/* What a mail server speaks of that answers with 4yz or 5yz. */
enum mail_stage { MAIL_SESSION, MAIL_ENVELOPE /* sender and recipients */, MAIL_MESSAGE /* it had all of it */ };
struct transfer_answer {
	enum err result;    /* ERR_OK: `status` says what the other side thinks, of HTTP even where its body breaks off or does
			     * not end; ERR_DENIED: a private address, or no such user */
	int status;         /* of HTTP and SMTP */
	int retry_after_s;  /* of HTTP, at most an hour; 0: nothing was said */
	struct bytes body;  /* the first 4 KiB */
	struct bytes line;  /* of mail: the last that the server said */
	enum mail_stage stage;
	const char *error;  /* and what it hangs on, in the words of the configuration */
};
typedef void transfer_fn(void *arg, const struct transfer_answer *answer);
/* Answered once, on the loop, never from inside this call; then it is gone, unless it is a stream that came to be. Redirects
 * are not followed, proxies of the environment not used. */
struct transfer *fetcher_start(struct fetcher *f, const struct transfer_request *rq, transfer_fn *fn, void *arg);
/* At any time before its answer (which then never comes), and for a stream at any time after. */
void transfer_cancel(struct transfer *t);
/* Streams: writes what the socket takes, *n bytes of it. ERR_IO: it is broken. */
enum err transfer_write(struct transfer *t, struct bytes b, size_t *n) MUST_CHECK;
/* Does the other side's system have all that was written? Its program may not. */
bool transfer_is_received(struct transfer *t);
/* Has the other side closed it, or said something that nobody expects? */
bool transfer_is_over(struct transfer *t);

#endif
