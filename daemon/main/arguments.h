/* The command line of assocd: one row an option, from which parsing, --help and assocd(8) are made. */
#ifndef ASSOCD_MAIN_ARGUMENTS_H
#define ASSOCD_MAIN_ARGUMENTS_H

#include <stdbool.h>

#include "daemon/base/err.h"
#include "daemon/base/reference.h"

enum argument { ARGUMENT_CONFIG, ARGUMENT_STATE, ARGUMENT_LISTEN, ARGUMENT_CHECK, ARGUMENT_DEBUG, ARGUMENT_ROLE, ARGUMENT_INTERFACE, ARGUMENT_HELP, ARGUMENT_VERSION,
		ARGUMENTS };

extern const struct reference_option argument_rows[]; /* ended by a NULL name */

struct arguments {
	const char *value[ARGUMENTS]; /* NULL: not given; "" for one that takes no value */
};

/* ERR_INPUT names the argument, and the nearest one there is. */
enum err arguments_parse(struct arguments *out, int argc, char **argv, struct errbuf *eb) MUST_CHECK;
void arguments_help(struct text *out);

#endif
