/* The sections of the manual pages that come from tables: keys, fields, options, commands, routes. A page in docs/ has each
 * between two lines that scdoc takes for comments:
 *
 *   ; [config keys]
 *   ...
 *   ; [end]
 *
 * `cmake --build build --target manual` writes them; a test compares. */
#ifndef ASSOCD_CTL_MANUAL_H
#define ASSOCD_CTL_MANUAL_H

#include "daemon/base/err.h"
#include "daemon/base/text.h"

/* The page with every section as the tables have it now. rules_dir: the shipped rules, of which some sections tell.
 * ERR_INPUT names a section that there is not, or one that does not end. */
enum err manual_weave(const char *rules_dir, struct bytes page, struct text *out, struct errbuf *eb) MUST_CHECK;

#endif
