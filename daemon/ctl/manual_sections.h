/* The tables that manual pages show, each under the name by which a page asks for it. Private to the manual. */
#ifndef ASSOCD_CTL_MANUAL_SECTIONS_H
#define ASSOCD_CTL_MANUAL_SECTIONS_H

#include "daemon/base/err.h"
#include "daemon/base/text.h"

struct manual_tables {
	const char *rules_dir;
};

struct manual_section {
	const char *name;
	enum err (*write)(const struct manual_tables *tables, struct text *out, struct errbuf *eb);
};
/* Ended by a NULL name. */
extern const struct manual_section manual_sections[];
/* A part of the reference of rule files; false: there is none of that name. */
bool manual_rules_part(struct bytes name, struct text *out);

#endif
