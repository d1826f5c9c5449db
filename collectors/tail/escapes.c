/* nginx (ngx_http_log_escape) writes '"', '\' and what is no printable ASCII as \xHH. Apache (ap_escape_logitem) writes '"' and
 * '\' behind a backslash, white space as C does, and the rest as \xhh. None of the two writes what the other reads otherwise. */
#include "escapes.h"

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that stands behind a backslash; -1: that is no escape. *used: how many bytes it took. */
static int escaped_byte(struct bytes rest, size_t *used)
{
	static const char letters[] = "\"\\ntrbfva", bytes[] = "\"\\\n\t\r\b\f\v\a";
	const char *letter = rest.len > 0 && rest.ptr[0] != '\0' ? strchr(letters, rest.ptr[0]) : NULL;
	int high = rest.len >= 3 && rest.ptr[0] == 'x' ? hex_value((uint8_t)rest.ptr[1]) : -1;
	int low = high >= 0 ? hex_value((uint8_t)rest.ptr[2]) : -1;

	*used = low >= 0 ? 3 : letter != NULL;
	if (low >= 0)
		return high << 4 | low;
	return letter != NULL ? (uint8_t)bytes[letter - letters] : -1;
}

void decode_backslashes(struct bytes text, struct text *out)
{
	while (text.len > 0) {
		ptrdiff_t at = bytes_find_char(text, '\\');
		size_t plain = at < 0 ? text.len : (size_t)at, used;
		int byte;

		text_add(out, bytes_slice(text, 0, plain));
		if (at < 0)
			return;
		text = bytes_slice(text, plain + 1, text.len);
		byte = escaped_byte(text, &used);
		text_addc(out, (char)(byte >= 0 ? byte : '\\'));
		text = bytes_slice(text, used, text.len);
	}
}
