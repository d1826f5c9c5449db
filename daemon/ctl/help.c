/* help: made from the table of commands. */
#include <stdio.h>

#include "run.h"

extern const struct ctl_command ctl_help;

const struct reference_option ctl_global_options[] = {
	{ "--config", "FILE", "The configuration that names the daemon's address and state folder; without it $ASSOCD_CONFIG, else that "
	  "of the build tree, else /etc/assocd/assocd.yaml.", "-c" },
	{ "--url", "URL", "The daemon's address instead of the configured one; no token is sent then, unless --token-file names one.", NULL },
	{ "--token-file", "FILE", "A file that holds a token, instead of admin.token in the state folder.", NULL },
	{ "--ca", "FILE", "With an https URL: the authorities to trust, in PEM form, instead of those of the system.", NULL },
	{ "--json", NULL, "The daemon's answer as it is.", NULL },
	{ "--csv", NULL, "Lists as CSV (RFC 4180) with a head line; times are RFC 3339.", NULL },
	{ "--help", NULL, "Says what there is, or how the command is used.", "-h" },
	{ "--version", NULL, "Prints the version.", NULL },
	{ NULL, NULL, NULL, NULL },
};

static bool is_of(const struct ctl_command *command, const char *first)
{
	size_t n = strcspn(command->name, " ");

	return !first || (strlen(first) == n && strncmp(command->name, first, n) == 0);
}

bool ctl_begins_commands(const char *word)
{
	for (const struct ctl_command *const *c = ctl_commands; *c; c++)
		if (is_of(*c, word) && strchr((*c)->name, ' '))
			return true;
	return false;
}

static const char *heading_of(const struct ctl_command *command)
{
	for (const struct ctl_group *group = ctl_groups; group->title; group++)
		if (group->first == command)
			return group->title;
	return NULL;
}

void ctl_list_commands(FILE *to, const char *first)
{
	struct text out = { 0 };

	for (const struct ctl_command *const *c = ctl_commands; *c; c++) {
		const char *heading = first ? NULL : heading_of(*c);

		if (!is_of(*c, first))
			continue;
		if (heading)
			text_addf(&out, "\n%s\n", heading);
		text_addf(&out, "  %s%s%s\n      ", (*c)->name, *(*c)->arguments ? " " : "", (*c)->arguments);
		text_add_wrapped(&out, (*c)->help, 6, REFERENCE_WIDTH);
		text_addc(&out, '\n');
	}
	fputs(out.ptr ? out.ptr : "", to);
	text_free(&out);
}

/* Of one command the global options are named only. */
static void add_global_options(struct text *out)
{
	struct text line = { 0 };

	text_adds(&line, "Options of every command:");
	for (const struct reference_option *row = ctl_global_options; row->name; row++)
		text_addf(&line, " %s%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "", row[1].name ? "," : "");
	text_adds(&line, "; `assocctl help` explains them.");
	text_add_wrapped(out, line.ptr, 0, REFERENCE_WIDTH);
	text_free(&line);
}

static void print_command(const struct ctl_command *command)
{
	struct text out = { 0 };

	text_addf(&out, "usage: assocctl %s%s%s\n\n", command->name, *command->arguments ? " " : "", command->arguments);
	text_add_wrapped(&out, command->help, 0, REFERENCE_WIDTH);
	text_add_wrapped(&out, command->more ? command->more : "", 0, REFERENCE_WIDTH);
	text_adds(&out, command->options ? "\n\n" : "\n");
	reference_options(&out, REFERENCE_TERMINAL, command->options);
	if (command->example)
		text_addf(&out, "\nexample: %s\n", command->example);
	text_addc(&out, '\n');
	add_global_options(&out);
	printf("%s\n", out.ptr);
	text_free(&out);
}

void ctl_print_help(const struct ctl_command *command)
{
	struct text out = { 0 };

	if (command) {
		print_command(command);
		return;
	}
	printf("assocctl asks assocd which accounts are run by the same people, and why.\n\nusage: assocctl COMMAND ...\n");
	ctl_list_commands(stdout, NULL);
	reference_options(&out, REFERENCE_TERMINAL, ctl_global_options);
	printf("\nOptions of every command\n%s\n`assocctl help COMMAND` says more of one; the manual page is assocctl(1).\n", out.ptr);
	text_free(&out);
}

static int help_run(struct ctl *ctl, int argc, char **argv)
{
	int words = 0;
	const struct ctl_command *command = argc > 1 ? ctl_find(argc - 1, argv + 1, &words) : NULL;

	if (argc > 1 && !command && ctl_begins_commands(argv[1]) && argc == 2) {
		ctl_list_commands(stdout, argv[1]);
		return 0;
	}
	if (argc > 1 && !command)
		return ctl_unknown_command(argc - 1, argv + 1);
	ctl_print_help(command);
	return 0;
}

const struct ctl_command ctl_help = {
	.name = "help", .arguments = "[COMMAND]", .run = help_run,
	.help = "Lists the commands, or explains one.",
};
