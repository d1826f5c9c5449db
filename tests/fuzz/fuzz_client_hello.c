/* Any bytes as a ClientHello (the first byte: of which carrier): the views lie inside, and all its names can be made. */
#include <stdlib.h>

#include "collectors/packets/hello_prints.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void check_inside(struct bytes part, struct bytes all)
{
	BUG_ON(part.len > all.len);
	BUG_ON(part.len > 0 && (part.ptr < all.ptr || part.ptr + part.len > all.ptr + all.len));
}

static void check(const struct client_hello *hello, struct bytes message)
{
	const struct bytes *const views[] = { &hello->random, &hello->session_id, &hello->ciphers, &hello->groups, &hello->signatures,
					      &hello->versions, &hello->point_formats, &hello->alpn, &hello->server_name };

	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		check_inside(*views[i], message);
	BUG_ON(hello->random.len != 32 || hello->session_id.len > 32 || hello->n_extensions > HELLO_EXTENSIONS_MAX);
	BUG_ON(hello->ciphers.len % 2 + hello->groups.len % 2 + hello->signatures.len % 2 + hello->versions.len % 2 != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	static struct hello_prints *prints;
	static struct flow_facts facts;
	struct client_hello hello;

	if (n < 1)
		return 0;
	if (prints == NULL)
		prints = hello_prints_new();
	/* A message of its own length, so that a step beyond it is seen. */
	char *copy = xmalloc(n);
	memcpy(copy, in, n);
	struct bytes message = bytes_make(copy + 1, n - 1);
	if (decode_client_hello(message, in[0] % 3, &hello) == ERR_OK) {
		check(&hello, message);
		hello_prints_fill(prints, &hello, &facts);
		BUG_ON(strlen(facts.ja4) != 36 || strlen(facts.ja3) != 32 || strlen(facts.key) != 35);
		BUG_ON(memchr(facts.ja4_raw, 0, sizeof(facts.ja4_raw)) == NULL || memcmp(facts.ja4_raw, facts.ja4, 11) != 0);
		BUG_ON(memchr(facts.traits, 0, sizeof(facts.traits)) == NULL || memchr(facts.alpn, 0, sizeof(facts.alpn)) == NULL);
	}
	free(copy);
	return 0;
}
