/* JA4 of a ClientHello, after its published description: the hashed form and both raw forms. */
#ifndef ASSOCD_COLLECTORS_PACKETS_JA4_H
#define ASSOCD_COLLECTORS_PACKETS_JA4_H

#include "client_hello.h"

#define JA4_SIZE 37 /* with its NUL */
#define JA4_RAW_MAX (32 + 5 * (2 * HELLO_LIST_MAX + HELLO_EXTENSIONS_MAX))

struct ja4 {
	char hashed[JA4_SIZE];
	size_t raw_length, original_length;
	char raw[JA4_RAW_MAX];      /* lists sorted, as `hashed` has them under its hashes */
	char original[JA4_RAW_MAX]; /* lists in the order of the wire, the names of server and protocol among the extensions */
	uint16_t sorted[HELLO_LIST_MAX]; /* room to sort in */
};

/* `j` is large, and what was in it does not matter: one serves for all hellos. */
void ja4_of_hello(const struct client_hello *hello, struct ja4 *j);
/* The newest version that the hello offers: of supported_versions where it is there, GREASE left out, else the legacy one. */
uint16_t hello_version(const struct client_hello *hello);

#endif
