/* Regular expressions with named groups, over PCRE2, with match and depth limits: for patterns of log files only,
 * never on the hot path. */
#ifndef ASSOCD_VENDOR_REGEX_H
#define ASSOCD_VENDOR_REGEX_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

struct regex;
enum err regex_new(struct bytes pattern, struct regex **out, struct errbuf *eb) MUST_CHECK;
void regex_free(struct regex *r);
/* YES, NO, or UNKNOWN when a limit stopped it. */
enum tri regex_match(struct regex *r, struct bytes subject);
/* Of the last match; BYTES_NONE when the group took no part. Borrowed from the subject. */
struct bytes regex_group(const struct regex *r, const char *name);

#endif
