/* The command line of assocctl: global flags are taken from anywhere, then the command's words, then its own arguments. */
#include "ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client.h"
#include "daemon/base/clock.h"
#include "daemon/main/config.h"
#include "run.h"

#define COMMANDS_MAX 128
#define OPTIONS_MAX 32
#define PROGRESS_EVERY_US 200000

int ctl_fail(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("assocctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return 1;
}

int ctl_usage(const struct ctl_command *command, const char *fmt, ...)
{
	va_list ap;

	fputs("assocctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: assocctl %s%s%s\n", command->name, *command->arguments ? " " : "", command->arguments);
	return 2;
}

void ctl_progress(struct ctl *ctl, const char *what, uint64_t at, uint64_t of, bool done)
{
	int64_t now = clock_mono_us();

	if (!isatty(STDERR_FILENO) || (!done && now - ctl->progress_us < PROGRESS_EVERY_US))
		return;
	ctl->progress_us = done ? 0 : now; /* what comes next is said at once */
	if (done)
		fputs("\r\033[K", stderr);
	else if (of > 0)
		fprintf(stderr, "\r%s %3u %%", what, (unsigned)(at * 100 / of));
	else
		fprintf(stderr, "\r%s %llu", what, (unsigned long long)at);
	fflush(stderr);
}

const char *ctl_option(int *argc, char **argv, const char *name)
{
	size_t n = strlen(name);

	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		bool is_joined = strncmp(argv[i], name, n) == 0 && argv[i][n] == '=';
		int taken = is_joined ? 1 : 2;
		const char *value;

		if (!is_joined && (strcmp(argv[i], name) != 0 || i + 1 >= *argc))
			continue;
		value = is_joined ? argv[i] + n + 1 : argv[i + 1];
		memmove(argv + i, argv + i + taken, sizeof(*argv) * (size_t)(*argc - i - taken + 1));
		*argc -= taken;
		return value;
	}
	return NULL;
}

bool ctl_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], name) != 0)
			continue;
		memmove(argv + i, argv + i + 1, sizeof(*argv) * (size_t)(*argc - i));
		(*argc)--;
		return true;
	}
	return false;
}

bool ctl_is_choice(const char *words, const char *word)
{
	for (size_t n; *words; words += n + (words[n] == '|')) {
		n = strcspn(words, "|");
		if (bytes_is(bytes_make(words, n), word))
			return true;
	}
	return false;
}

static size_t add_option_names(const struct reference_option *rows, const char **names, size_t n)
{
	for (; rows && rows->name && n < OPTIONS_MAX; rows++)
		names[n++] = rows->name;
	return n;
}

static const struct reference_option *option_row(const struct reference_option *rows, struct bytes name)
{
	for (; rows && rows->name; rows++)
		if (bytes_is(name, rows->name) || (rows->brief && bytes_is(name, rows->brief)))
			return rows;
	return NULL;
}

/* Of an option that there is, and that is left over all the same. */
static const char *what_is_wrong(const struct reference_option *row, const char *given, const char *behind)
{
	bool has_value = strchr(given, '=') != NULL;

	if (row->value == NULL)
		return has_value ? "takes no value" : "is given twice";
	return has_value || behind ? "is given twice" : "needs a value";
}

/* An option that nobody has taken: unknown, without its value, or a second one. behind: the argument after it, or NULL. */
static int refuse_option(const struct ctl_command *command, const char *given, const char *behind)
{
	struct bytes name = bytes_slice(bytes_of(given), 0, strcspn(given, "="));
	const char *names[OPTIONS_MAX], *near;
	const struct reference_option *row = option_row(command->options, name);
	size_t n = add_option_names(command->options, names, 0);

	if (!row)
		row = option_row(ctl_global_options, name);
	if (row)
		return ctl_usage(command, "%.*s %s", BYTES_ARG(name), what_is_wrong(row, given, behind));

	n = add_option_names(ctl_global_options, names, n);
	near = bytes_nearest(name, names, n);
	if (!near)
		return ctl_usage(command, "there is no option %s; `assocctl help %s` lists them", given, command->name);
	return ctl_usage(command, "there is no option %s; did you mean %s?", given, near);
}

int ctl_no_more_options(const struct ctl_command *command, int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++)
		if (argv[i][0] == '\0') /* of a script, whose variable was never set */
			return ctl_usage(command, "argument %d is empty", i);
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			memmove(argv + i, argv + i + 1, sizeof(*argv) * (size_t)(*argc - i));
			(*argc)--;
			return 0;
		}
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			return refuse_option(command, argv[i], argv[i + 1]);
	}
	return 0;
}

int ctl_no_arguments(const struct ctl_command *command, int argc, char **argv)
{
	int status = ctl_no_more_options(command, &argc, argv);

	return status || argc == 1 ? status : ctl_usage(command, "it takes no arguments");
}

/* Keys may lie beside it, so not everybody may read there. */
static void say_closed(const char *path, struct errbuf *eb)
{
	errbuf_clear(eb);
	errbuf_set(eb, ERR_DENIED, "%s: permission denied; members of the daemon's group may read it, and with --url and --token-file "
		   "none is needed", path);
}

const struct config *ctl_config(struct ctl *ctl)
{
	struct errbuf eb = { 0 };
	char *path;

	if (ctl->config)
		return ctl->config;
	path = ctl->config_path ? xstrdup(ctl->config_path) : config_default_path();
	if (!path)
		errbuf_set(&eb, ERR_NOTFOUND, "there is no configuration file; name one with -c FILE");
	else if (config_load(path, &ctl->config, &eb) == ERR_DENIED && ctl->config == NULL)
		say_closed(path, &eb);
	if (!ctl->config) {
		text_clear(&ctl->why);
		text_adds(&ctl->why, eb.text);
		ctl_fail("%s", eb.text);
	}
	free(path);
	return ctl->config;
}

/* Does the command's name, word by word, start the arguments? The number of its words, or 0. */
static int words_matched(const char *name, int argc, char **argv)
{
	int words = 0;

	while (*name) {
		size_t n = strcspn(name, " ");

		if (words == argc || strlen(argv[words]) != n || strncmp(argv[words], name, n) != 0)
			return 0;
		words++;
		name += n + (name[n] == ' ');
	}
	return words;
}

const struct ctl_command *ctl_find(int argc, char **argv, int *words)
{
	const struct ctl_command *best = NULL;

	*words = 0;
	for (const struct ctl_command *const *c = ctl_commands; *c; c++) {
		int n = words_matched((*c)->name, argc, argv);

		if (n > *words) {
			*words = n;
			best = *c;
		}
	}
	return best;
}

/* An option in front of the command that nobody has taken: unknown, without its value, a second one, or a command's own. */
static int refuse_leading_option(const char *given, const char *behind)
{
	struct bytes name = bytes_slice(bytes_of(given), 0, strcspn(given, "="));
	const struct reference_option *row = option_row(ctl_global_options, name);
	const char *names[OPTIONS_MAX], *near;
	size_t n = add_option_names(ctl_global_options, names, 0);

	near = bytes_nearest(name, names, n);
	if (row)
		ctl_fail("%.*s %s", BYTES_ARG(name), what_is_wrong(row, given, behind));
	else if (near)
		ctl_fail("there is no option %s; did you mean %s?", given, near);
	else
		ctl_fail("%s is no option of every command; a command's own stand behind it, and `assocctl help COMMAND` lists them", given);
	return 2;
}

/* "rules chek": the nearest of those that begin with the first word, which there is. */
static int unknown_second_word(int argc, char **argv)
{
	const char *names[COMMANDS_MAX], *near = NULL;
	struct text typed = { 0 };
	size_t n = 0, first = strlen(argv[0]);

	for (const struct ctl_command *const *c = ctl_commands; *c && n < COMMANDS_MAX; c++)
		if (strncmp((*c)->name, argv[0], first) == 0 && (*c)->name[first] == ' ')
			names[n++] = (*c)->name;
	if (argc > 1) {
		text_addf(&typed, "%s %s", argv[0], argv[1]);
		near = bytes_nearest(text_bytes(&typed), names, n);
	}
	if (near)
		ctl_fail("there is no command \"%s\"; did you mean \"%s\"?", typed.ptr, near);
	else if (argc > 1)
		ctl_fail("there is no command \"%s\"; with \"%s\" begin:", typed.ptr, argv[0]);
	else
		ctl_fail("\"%s\" wants another word:", argv[0]);
	if (!near)
		ctl_list_commands(stderr, argv[0]);
	text_free(&typed);
	return 2;
}

int ctl_unknown_command(int argc, char **argv)
{
	const char *names[COMMANDS_MAX], *near;
	struct text typed = { 0 };
	size_t n = 0;

	if (argv[0][0] == '-' && strcmp(argv[0], "--") != 0)
		return refuse_leading_option(argv[0], argc > 1 ? argv[1] : NULL);
	if (ctl_begins_commands(argv[0]))
		return unknown_second_word(argc, argv);
	for (const struct ctl_command *const *c = ctl_commands; *c && n < COMMANDS_MAX; c++)
		names[n++] = (*c)->name;
	text_adds(&typed, argv[0]);
	near = bytes_nearest(text_bytes(&typed), names, n);
	if (!near && argc > 1) {
		text_addf(&typed, " %s", argv[1]);
		near = bytes_nearest(text_bytes(&typed), names, n);
	}
	if (near)
		ctl_fail("there is no command \"%s\"; did you mean \"%s\"?", argv[0], near);
	else
		ctl_fail("there is no command \"%s\"; `assocctl help` lists them", argv[0]);
	text_free(&typed);
	return 2;
}

/* The last of several counts, as with most programs. */
static void take_last(int *argc, char **argv, const char *name, const char **out)
{
	for (const char *value; (value = ctl_option(argc, argv, name)) != NULL;)
		*out = value;
}

void ctl_take_global_options(struct ctl *ctl, int *argc, char **argv)
{
	take_last(argc, argv, "--config", &ctl->config_path);
	take_last(argc, argv, "-c", &ctl->config_path);
	take_last(argc, argv, "--url", &ctl->url);
	take_last(argc, argv, "--token-file", &ctl->token_file);
	take_last(argc, argv, "--ca", &ctl->ca);
	ctl->as_json = ctl_flag(argc, argv, "--json");
	ctl->as_csv = ctl_flag(argc, argv, "--csv");
}

static int run_command(struct ctl *ctl, int argc, char **argv)
{
	bool wants_help = ctl_flag(&argc, argv, "--help") || ctl_flag(&argc, argv, "-h");
	const struct ctl_command *command;
	int words;

	if (ctl_flag(&argc, argv, "--version")) {
		printf("assocctl %s\n", ASSOCD_VERSION);
		return 0;
	}
	if (argc < 2) {
		ctl_print_help(NULL);
		return wants_help ? 0 : 2;
	}
	command = ctl_find(argc - 1, argv + 1, &words);
	if (!command && wants_help && ctl_begins_commands(argv[1])) {
		ctl_list_commands(stdout, argv[1]);
		return 0;
	}
	if (!command)
		return ctl_unknown_command(argc - 1, argv + 1);
	if (wants_help) {
		ctl_print_help(command);
		return 0;
	}
	return command->run(ctl, argc - words, argv + words);
}

int ctl_run(int argc, char **argv)
{
	struct ctl ctl = { .program = argc > 0 ? argv[0] : "assocctl" };
	int status;

	ctl_take_global_options(&ctl, &argc, argv);
	ctl.is_terminal = isatty(STDOUT_FILENO);
	status = run_command(&ctl, argc, argv);
	ctl_client_free(ctl.client);
	text_free(&ctl.why);
	if (ctl.config)
		config_free(ctl.config);
	errno = 0;
	if (fflush(stdout) != 0 || ferror(stdout))
		status = ctl_fail("not all of the output could be written%s%s", errno ? ": " : "", errno ? strerror(errno) : "");
	return status;
}
