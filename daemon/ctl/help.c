/* help and completion, both made from the table of commands. */
#include <stdio.h>

#include "run.h"

extern const struct ctl_command ctl_help, ctl_completion;

static const char *const global_flags =
	"  -c FILE            configuration (else $ASSOCD_CONFIG, the build tree's, /etc/assocd/assocd.yaml)\n"
	"  --url URL          address of the daemon instead of the configured one\n"
	"  --token-file FILE  file with a token instead of STATE/admin.token\n"
	"  --json, --csv      for programs: JSON everywhere, CSV for lists\n"
	"  --help, --version\n";

void ctl_print_help(const struct ctl_command *command)
{
	if (command) {
		printf("usage: assocctl [flags] %s %s\n\n%s\n\n%s", command->name, command->arguments, command->help, global_flags);
		return;
	}
	printf("assocctl asks assocd which accounts are run by the same people, and why.\n\nusage: assocctl [flags] COMMAND ...\n\n");
	for (const struct ctl_command *const *c = ctl_commands; *c; c++)
		printf("  %s %s\n      %s\n", (*c)->name, (*c)->arguments, (*c)->help);
	printf("\n%s", global_flags);
}

static int help_run(struct ctl *ctl, int argc, char **argv)
{
	int words = 0;
	const struct ctl_command *command = argc > 1 ? ctl_find(argc - 1, argv + 1, &words) : NULL;

	if (argc > 1 && !command)
		return ctl_usage(&ctl_help, "there is no command \"%s\"", argv[1]);
	ctl_print_help(command);
	return 0;
}

/* The words at a place of the line: first words, or second words behind a given first one. */
static void print_words(const char *first)
{
	for (const struct ctl_command *const *c = ctl_commands; *c; c++) {
		const char *name = (*c)->name;
		size_t n = strcspn(name, " ");
		bool is_repeat = c != ctl_commands && strcspn(c[-1]->name, " ") == n && strncmp(c[-1]->name, name, n) == 0;

		if (!first && !is_repeat)
			printf(" %.*s", (int)n, name);
		else if (first && name[n] && strlen(first) == n && strncmp(first, name, n) == 0)
			printf(" %s", name + n + 1);
	}
}

static void print_second_words(void)
{
	for (const struct ctl_command *const *c = ctl_commands; *c; c++) {
		const char *name = (*c)->name;
		size_t n = strcspn(name, " ");
		char first[64];
		bool is_repeat = c != ctl_commands && strncmp(c[-1]->name, name, n + 1) == 0;

		if (!name[n] || is_repeat)
			continue;
		snprintf(first, sizeof(first), "%.*s", (int)n, name);
		printf("\t%s) words=\"", first);
		print_words(first);
		printf("\";;\n");
	}
}

static int completion_run(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "bash") != 0)
		return ctl_usage(&ctl_completion, "bash is the shell that is known");
	printf("# bash completion of assocctl: eval \"$(assocctl completion bash)\"\n"
	       "_assocctl()\n{\n\tlocal current=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" words=\"\"\n"
	       "\tcase \"$before\" in\n\tassocctl) words=\"");
	print_words(NULL);
	printf("\";;\n");
	print_second_words();
	printf("\tesac\n\tcase \"$current\" in\n\t-*) words=\"-c --url --token-file --json --csv --help --version\";;\n\tesac\n"
	       "\tif [ -n \"$words\" ]; then\n\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	       "\telse\n\t\tCOMPREPLY=($(compgen -f -- \"$current\"))\n\tfi\n}\ncomplete -F _assocctl assocctl\n");
	return 0;
}

const struct ctl_command ctl_help = { "help", "[COMMAND]", "What there is, or one command with its flags.", help_run };
const struct ctl_command ctl_completion = { "completion", "bash", "Prints the completion of the shell.", completion_run };
