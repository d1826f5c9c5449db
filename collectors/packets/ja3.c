/* JA3: version,ciphers,extensions,groups,formats; numbers of one list with "-" between. */
#include "ja3.h"

#include "daemon/vendor/crypto.h"

static char *put_number(char *to, uint16_t v)
{
	char text[5];
	unsigned n = 0;

	do
		text[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (n > 0)
		*to++ = text[--n];
	return to;
}

/* Behind the comma of the last list, or the hyphen of the last number. */
static char *put_next(char *to, uint16_t v)
{
	if (hello_is_grease(v))
		return to;
	if (to[-1] != ',')
		*to++ = '-';
	return put_number(to, v);
}

static char *put_list(char *to, struct bytes list)
{
	*to++ = ',';
	for (size_t i = 0; i < list.len / 2; i++)
		to = put_next(to, hello_number(list, i));
	return to;
}

void ja3_of_hello(const struct client_hello *hello, struct ja3 *j)
{
	uint8_t hash[CRYPTO_MD5_SIZE];
	char *to = put_list(put_number(j->text, hello->legacy_version), hello->ciphers);

	*to++ = ',';
	for (size_t i = 0; i < hello->n_extensions; i++)
		to = put_next(to, hello->extensions[i]);
	to = put_list(to, hello->groups);
	*to++ = ',';
	for (size_t i = 0; i < hello->point_formats.len; i++)
		to = put_next(to, (uint8_t)hello->point_formats.ptr[i]);
	j->length = (size_t)(to - j->text);
	crypto_md5(bytes_make(j->text, j->length), hash);
	crypto_hex(hash, sizeof hash, j->hashed);
}
