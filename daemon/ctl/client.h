/* The connection to the daemon: address and token from flags or the configuration. */
#ifndef ASSOCD_CTL_CLIENT_H
#define ASSOCD_CTL_CLIENT_H

#include "ctl.h"

void ctl_client_free(struct ctl_client *client); /* NULL is fine */
/* "http://127.0.0.1:8787" for what the daemon listens on, https when it speaks TLS; a wildcard becomes the loopback address. */
void client_url_of_listen(struct text *out, const char *listen, bool is_tls);

#endif
