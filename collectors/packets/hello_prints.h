/* What a ClientHello tells of the stack that sent it, as texts of a flow's facts.
 *
 * key: "t1-" (d1-, q1-: carrier and number of this recipe) and 32 hexadecimal digits, equal for one stack whether it resumes a
 * session or not, wherever it goes and whatever protocol it asks for. It is SHA-256, cut, over
 *   offered versions; cipher suites in their order; groups in their order; signature algorithms in their order; point formats;
 *   extensions sorted
 * without GREASE, without the fallback signal 5600 and without the extensions that come and go: server name, ALPN and what goes
 * with it (NPN, ALPS), padding, ticket, pre-shared key, early data, cookie, key exchange modes.
 *
 * traits: words in this order, each for something that families of stacks have or lack whatever their version:
 *   grease  GREASE numbers                      alps      application settings          ech       encrypted ClientHello
 *   certcomp  compressed certificates           delegated delegated credentials         rsl       record size limit
 *   etm     encrypt-then-MAC                    scsv      renegotiation as a suite      ffdhe     groups of finite fields
 *   pq      post-quantum groups                 tls13     offers TLS 1.3                h1, h2, h3  offered by ALPN */
#ifndef ASSOCD_COLLECTORS_PACKETS_HELLO_PRINTS_H
#define ASSOCD_COLLECTORS_PACKETS_HELLO_PRINTS_H

#include "client_hello.h"
#include "facts.h"

/* Room to work in; one serves for all hellos of a thread. */
struct hello_prints;
struct hello_prints *hello_prints_new(void);
void hello_prints_free(struct hello_prints *prints);
/* Fills ja4, ja4_raw, ja4_original, ja3, key, sni, alpn and traits; leaves the rest alone. */
void hello_prints_fill(struct hello_prints *prints, const struct client_hello *hello, struct flow_facts *facts);

#endif
