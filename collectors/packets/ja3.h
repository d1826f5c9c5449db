/* JA3 of a ClientHello: MD5 over the decimal numbers of version, cipher suites, extensions, groups and point formats in the
 * order of the wire, GREASE left out. Kept for lists that others made: a client that shuffles its extensions has thousands. */
#ifndef ASSOCD_COLLECTORS_PACKETS_JA3_H
#define ASSOCD_COLLECTORS_PACKETS_JA3_H

#include "client_hello.h"

#define JA3_SIZE 33 /* with its NUL */
#define JA3_TEXT_MAX (16 + 6 * (2 * HELLO_LIST_MAX + HELLO_EXTENSIONS_MAX) + 4 * 256)

struct ja3 {
	char hashed[JA3_SIZE];
	size_t length;
	char text[JA3_TEXT_MAX];
};

void ja3_of_hello(const struct client_hello *hello, struct ja3 *j);

#endif
