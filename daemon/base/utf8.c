/* UTF-8, one code point at a time. */
#include "utf8.h"

static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if ((first & 0xf0) == 0xe0)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

size_t utf8_next(struct bytes s, uint32_t *code_point)
{
	static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	*code_point = 0;
	size_t n = s.len ? sequence_length((unsigned char)s.ptr[0]) : 0;
	if (n == 0 || n > s.len)
		return 0;
	uint32_t c = (unsigned char)s.ptr[0] & first_bits[n];
	for (size_t i = 1; i < n; i++) {
		unsigned char byte = (unsigned char)s.ptr[i];
		if ((byte & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (byte & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code_point = c;
	return n;
}

bool utf8_is_valid(struct bytes s)
{
	uint32_t code_point;
	while (s.len) {
		size_t n = utf8_next(s, &code_point);
		if (n == 0)
			return false;
		s = bytes_slice(s, n, s.len);
	}
	return true;
}

struct bytes utf8_skip_mark(struct bytes s)
{
	return bytes_starts(s, BYTES_LIT("\xef\xbb\xbf")) ? bytes_slice(s, 3, s.len) : s;
}
