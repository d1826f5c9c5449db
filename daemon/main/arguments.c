/* The command line of assocd. The last one of an option that is given twice wins. */
#include "arguments.h"

#include <string.h>

#include "daemon/base/bytes.h"

const struct reference_option argument_rows[] = {
	[ARGUMENT_CONFIG] = { "--config", "FILE", "The configuration. Without it $ASSOCD_CONFIG, else config/assocd.yaml of the build tree, "
			      "else /etc/assocd/assocd.yaml.", "-c" },
	[ARGUMENT_STATE] = { "--state", "DIR", "The state folder, instead of the configured one; all that is written lies there.", NULL },
	[ARGUMENT_LISTEN] = { "--listen", "ADDRESS", "The HTTP address, instead of the configured one.", NULL },
	[ARGUMENT_CHECK] = { "--check", NULL, "Checks configuration, rules and networks, says what there is, and ends.", "-n" },
	[ARGUMENT_DEBUG] = { "--debug", NULL, "Logs more.", "-d" },
	[ARGUMENT_ROLE] = { "--role", "ROLE", "Another process than the daemon: capture opens the interfaces of the configuration and hands what "
			    "packets say to the daemon; capture-check says whether its confinement holds here.", NULL },
	[ARGUMENT_INTERFACE] = { "--interface", "NAME", "Of the role capture: this interface alone, in this very process.", NULL },
	[ARGUMENT_HELP] = { "--help", NULL, "Prints how it is used.", "-h" },
	[ARGUMENT_VERSION] = { "--version", NULL, "Prints the version.", NULL },
	[ARGUMENTS] = { NULL, NULL, NULL, NULL },
};

static bool is_named(const struct reference_option *row, struct bytes name)
{
	return bytes_is(name, row->name) || (row->brief != NULL && bytes_is(name, row->brief));
}

static enum err unknown(struct bytes name, struct errbuf *eb)
{
	const char *names[ARGUMENTS], *near;

	for (int i = 0; i < ARGUMENTS; i++)
		names[i] = argument_rows[i].name;
	if (!bytes_starts(name, BYTES_LIT("-")))
		return errbuf_set(eb, ERR_INPUT, "it takes no argument %.*s; a configuration stands behind -c", BYTES_ARG(name));
	near = bytes_nearest(name, names, ARGUMENTS);
	if (near != NULL)
		return errbuf_set(eb, ERR_INPUT, "there is no option %.*s; did you mean %s?", BYTES_ARG(name), near);
	return errbuf_set(eb, ERR_INPUT, "there is no option %.*s; assocd --help lists them", BYTES_ARG(name));
}

/* One argument, "--name=value" too; *at moves on when its value is the next one. */
static enum err take(struct arguments *out, int argc, char **argv, int *at, struct errbuf *eb)
{
	const char *word = argv[*at], *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
	struct bytes name = bytes_slice(bytes_of(word), 0, equals != NULL ? (size_t)(equals - word) : strlen(word));
	int i = 0;

	while (i < ARGUMENTS && !is_named(&argument_rows[i], name))
		i++;
	if (i == ARGUMENTS)
		return unknown(name, eb);
	if (argument_rows[i].value == NULL && equals != NULL)
		return errbuf_set(eb, ERR_INPUT, "%s takes no value", argument_rows[i].name);
	if (argument_rows[i].value != NULL && equals == NULL && *at + 1 == argc)
		return errbuf_set(eb, ERR_INPUT, "%s needs a value: %s", word, argument_rows[i].value);
	if (argument_rows[i].value == NULL)
		out->value[i] = "";
	else
		out->value[i] = equals != NULL ? equals + 1 : argv[++*at];
	return ERR_OK;
}

enum err arguments_parse(struct arguments *out, int argc, char **argv, struct errbuf *eb)
{
	enum err err = ERR_OK;

	memset(out, 0, sizeof(*out));
	for (int i = 1; i < argc && err == ERR_OK; i++)
		err = take(out, argc, argv, &i, eb);
	return err;
}

void arguments_help(struct text *out)
{
	text_adds(out, "assocd finds accounts that are run by the same people; it runs in the foreground.\n\nusage: assocd [OPTION]...\n\n");
	reference_options(out, REFERENCE_TERMINAL, argument_rows);
	text_adds(out, "\nSIGHUP reads rules, networks, tokens, certificate and secrets again and opens the alert log anew; SIGTERM ends it.\n"
		       "Manual pages: assocd(8), assocd.yaml(5). `assocctl` asks it.\n");
}
