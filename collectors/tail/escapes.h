/* What web servers write instead of bytes that would break their log line. */
#ifndef ASSOCD_COLLECTORS_TAIL_ESCAPES_H
#define ASSOCD_COLLECTORS_TAIL_ESCAPES_H

#include "daemon/base/text.h"

/* Appends the text as it was before the server escaped it: \xHH (nginx, Apache), \" and \\ and \n \t \r \b \f \v \a (Apache). A backslash
 * before anything else stays. What comes out is as long as the text at most, and any bytes: UTF-8 is what the client sent or not. */
void decode_backslashes(struct bytes text, struct text *out);

#endif
