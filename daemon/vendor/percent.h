/* Percent-encoding of URI text (RFC 3986, 2.1). */
#ifndef ASSOCD_VENDOR_PERCENT_H
#define ASSOCD_VENDOR_PERCENT_H

#include "daemon/base/text.h"

/* Decodes into `out`, which has room for in.len bytes; '+' is a space where plus_is_space (query values). Any byte may
 * come out, NUL too. False on a broken escape. */
bool decode_percent(struct bytes in, bool plus_is_space, char *out, size_t *n);
/* Everything but unreserved characters is escaped: safe as one path segment and as a query value. */
void percent_encode(struct text *out, struct bytes in);

#endif
