/* Percent-encoding of URI text. Output never exceeds input when decoding. */
#include "percent.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool decode_percent(struct bytes in, bool plus_is_space, char *out, size_t *n)
{
	size_t to = 0;

	for (size_t i = 0; i < in.len; i++) {
		char c = in.ptr[i];

		if (c == '%') {
			int high = in.len - i > 2 ? hex_digit(in.ptr[i + 1]) : -1;
			int low = high >= 0 ? hex_digit(in.ptr[i + 2]) : -1;

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		out[to++] = c;
	}
	*n = to;
	return true;
}

static bool is_unreserved(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
}

void percent_encode(struct text *out, struct bytes in)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < in.len; i++) {
		unsigned char c = (unsigned char)in.ptr[i];

		if (is_unreserved(c)) {
			text_addc(out, (char)c);
			continue;
		}
		text_addc(out, '%');
		text_addc(out, digits[c >> 4]);
		text_addc(out, digits[c & 15]);
	}
}
