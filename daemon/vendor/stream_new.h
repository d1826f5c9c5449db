/* What a listener and its streams share. */
#ifndef ASSOCD_VENDOR_STREAM_NEW_H
#define ASSOCD_VENDOR_STREAM_NEW_H

#include <sys/socket.h>

#include "loop.h"
#include "tls.h"

/* Over an accepted descriptor, which it owns. tls: or NULL; a local peer is spoken to without. */
struct loop_stream *stream_new(struct loop *l, int fd, const struct sockaddr_storage *ss, struct tls_server *tls);

#endif
