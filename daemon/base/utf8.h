/* One code point of UTF-8 at a time (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). */
#ifndef ASSOCD_BASE_UTF8_H
#define ASSOCD_BASE_UTF8_H

#include "bytes.h"

/* Length of the code point at the front of s, 1 to 4, and the code point; 0 when the first byte starts no valid one. */
size_t utf8_next(struct bytes s, uint32_t *code_point);
bool utf8_is_valid(struct bytes s);
/* Without the byte order mark that some editors put in front of a text. */
struct bytes utf8_skip_mark(struct bytes s);

#endif
