/* The ClientHello of RFC 8446 section 4.1.2 (and RFC 5246, 6347, 6101), read once.
 *
 *   type 1 | length 3 | version 2 | random 32 | session id 1+n | [DTLS: cookie 1+n] | ciphers 2+2n | compressions 1+n |
 *   [extensions 2+n: each type 2, length 2, body]
 */
#include "client_hello.h"

#include <stdlib.h>

#include "daemon/base/cursor.h"

#define CLIENT_HELLO 1
#define SHORT_LIST 100

static struct bytes list8(struct cursor *c) { return cur_bytes(c, cur_u8(c)); }
static struct bytes list16(struct cursor *c) { return cur_bytes(c, cur_u16(c)); }

/* A list inside of an extension: what it claims, at most what is there, in whole entries of `size` bytes. */
static struct bytes inner_list(struct bytes body, size_t width, size_t size)
{
	struct cursor c = cursor_of(body.ptr, body.len);
	size_t claimed = width == 1 ? cur_u8(&c) : cur_u16(&c);
	size_t n = claimed < cur_left(&c) ? claimed : cur_left(&c);

	if (n / size > HELLO_LIST_MAX)
		n = size * HELLO_LIST_MAX;
	return cur_bytes(&c, n - n % size);
}

/* The first host name of a list of names: type 0, length 2, name. */
static struct bytes host_name(struct bytes body)
{
	struct cursor c = cursor_of(body.ptr, body.len);

	cur_u16(&c);
	while (cur_left(&c) > 0) {
		uint8_t type = cur_u8(&c);
		struct bytes name = list16(&c);
		if (!c.err && type == 0)
			return name;
	}
	return BYTES_NONE;
}

/* Of an extension that comes twice the first counts. */
static void set_list(struct bytes *list, struct bytes value)
{
	if (list->len == 0)
		*list = value;
}

static void take_extension(struct client_hello *hello, uint16_t type, struct bytes body)
{
	switch (type) {
	case EXTENSION_SERVER_NAME: set_list(&hello->server_name, host_name(body)); break;
	case EXTENSION_GROUPS: set_list(&hello->groups, inner_list(body, 2, 2)); break;
	case EXTENSION_POINT_FORMATS: set_list(&hello->point_formats, inner_list(body, 1, 1)); break;
	case EXTENSION_SIGNATURES: set_list(&hello->signatures, inner_list(body, 2, 2)); break;
	case EXTENSION_ALPN: set_list(&hello->alpn, inner_list(body, 2, 1)); break;
	case EXTENSION_VERSIONS: set_list(&hello->versions, inner_list(body, 1, 2)); break;
	default: break;
	}
}

static enum err take_extensions(struct client_hello *hello, struct bytes block)
{
	struct cursor c = cursor_of(block.ptr, block.len);

	while (cur_left(&c) > 0) {
		uint16_t type = cur_u16(&c);
		struct bytes body = list16(&c);
		if (c.err)
			return ERR_INPUT;
		if (hello->n_extensions == HELLO_EXTENSIONS_MAX)
			return ERR_LIMIT;
		hello->extensions[hello->n_extensions++] = type;
		take_extension(hello, type, body);
	}
	return ERR_OK;
}

static void clear(struct client_hello *hello, enum hello_carrier carrier)
{
	hello->carrier = carrier;
	hello->n_extensions = 0;
	hello->groups = hello->signatures = hello->versions = hello->point_formats = hello->alpn = hello->server_name = BYTES_NONE;
}

enum err decode_client_hello(struct bytes message, enum hello_carrier carrier, struct client_hello *hello)
{
	struct cursor c = cursor_of(message.ptr, message.len);
	uint32_t header = cur_u32(&c);

	clear(hello, carrier);
	if (c.err || header >> 24 != CLIENT_HELLO || (header & 0xffffff) != cur_left(&c))
		return ERR_INPUT;
	hello->legacy_version = cur_u16(&c);
	hello->random = cur_bytes(&c, 32);
	hello->session_id = list8(&c);
	if (carrier == HELLO_DTLS)
		list8(&c);
	hello->ciphers = list16(&c);
	struct bytes compressions = list8(&c);
	if (c.err || hello->session_id.len > 32 || hello->ciphers.len % 2 != 0 || compressions.len == 0)
		return ERR_INPUT;
	if (hello->ciphers.len / 2 > HELLO_LIST_MAX)
		return ERR_LIMIT;
	if (cur_left(&c) == 0)
		return ERR_OK;
	struct bytes block = list16(&c);
	if (c.err || cur_left(&c) > 0)
		return ERR_INPUT;
	return take_extensions(hello, block);
}

static int compare(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* Lists of hellos are short; a long one is a liar's, who shall not have more of our time for it. */
void hello_sort(uint16_t *numbers, size_t n)
{
	if (n > SHORT_LIST) {
		qsort(numbers, n, sizeof(numbers[0]), compare);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		uint16_t v = numbers[i];
		size_t at = i;
		for (; at > 0 && numbers[at - 1] > v; at--)
			numbers[at] = numbers[at - 1];
		numbers[at] = v;
	}
}

uint32_t hello_random_hash(struct bytes random)
{
	return (uint32_t)bytes_hash(random, 0) | 1;
}

bool hello_has_extension(const struct client_hello *hello, uint16_t type)
{
	for (size_t i = 0; i < hello->n_extensions; i++)
		if (hello->extensions[i] == type)
			return true;
	return false;
}

bool hello_next_alpn(const struct client_hello *hello, size_t *at, struct bytes *name)
{
	if (*at >= hello->alpn.len)
		return false;
	*name = bytes_slice(hello->alpn, *at + 1, (uint8_t)hello->alpn.ptr[*at]);
	*at += 1 + name->len;
	return true;
}
