/* The reference of rule files: every key, field and normaliser step from the table that the loader uses. */
#ifndef ASSOCD_RULES_REFERENCE_H
#define ASSOCD_RULES_REFERENCE_H

#include "daemon/base/reference.h"

struct key_row;

struct rules_part {
	const char *name;           /* "rule keys" */
	const char *title;
	const struct key_row *rows; /* or NULL: `write` */
	void (*write)(struct text *out, enum reference_form form);
};
/* Ended by a NULL name. */
extern const struct rules_part rules_parts[];
void rules_part_write(struct text *out, enum reference_form form, const struct rules_part *part);

#endif
