/* What the other side of a transfer has said so far, as far as it is kept. Whatever it says, it is bounded: of a body 4 KiB are
 * kept and 64 KiB read, of a head a line of 200 bytes is kept and 64 KiB are read. */
#ifndef ASSOCD_VENDOR_HEARD_H
#define ASSOCD_VENDOR_HEARD_H

#include "daemon/base/text.h"

struct heard {
	struct text body; /* its start */
	struct text line; /* of the head, or of what a mail server says: the last that is no goodbye */
	bool has_head;    /* all of it, and no further head follows */
	size_t body_len, head_len; /* read */
};

/* False: it says more than is read. */
bool heard_body(struct heard *h, struct bytes part);
/* A line of an HTTP head, of which the status is known, or one that a mail server says. False: it says more than is read. */
bool heard_line(struct heard *h, struct bytes line, long status);
/* The three digits that the line of a mail server begins with; 0: there are none. */
int heard_reply_code(const struct heard *h);
void heard_fini(struct heard *h);

#endif
