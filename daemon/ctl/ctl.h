/* assocctl: one row a command. A command parses its own arguments, prints to standard output, errors to standard error
 * with what to do, and returns the exit status (0 fine, 1 failed or a finding, 2 usage). */
#ifndef ASSOCD_CTL_CTL_H
#define ASSOCD_CTL_CTL_H

#include "daemon/base/reference.h"
#include "daemon/vendor/json.h"

struct config;
struct ctl_client;

struct ctl {
	const char *program;     /* as it was called: what it says to type next can be typed */
	const char *config_path; /* -c, or NULL */
	const char *url;         /* --url, or NULL: from the configuration */
	const char *token_file;
	const char *ca;          /* --ca, or NULL */
	struct config *config;   /* loaded when first needed: ctl_config */
	bool as_json, as_csv;    /* --json, --csv anywhere on the line (taken out of argv before run) */
	bool is_terminal;        /* standard output: colour and progress */
	int timeout_s;           /* of a request; 0: the usual one */
	struct ctl_client *client; /* made when first needed */
	int64_t progress_us;     /* when ctl_progress last wrote */
	bool is_unreachable_told; /* by a request, and none has been answered since */
	bool is_misput;          /* the daemon did not know what to make of a parameter of the last question */
	struct text why;         /* why the daemon could not be asked last, as it was said */
};

/* `help`, the manual page, did-you-mean and completion are made from these rows. */
struct ctl_command {
	const char *name;      /* "account", "rules check" */
	const char *arguments; /* "ALERT --reason=TEXT [OPTION]...": what must or may be given in this order */
	const char *help;      /* one sentence */
	const struct reference_option *options; /* NULL: none but the global ones */
	const char *more;      /* what else to know, or NULL */
	const char *example;   /* a command line, or NULL */
	int (*run)(struct ctl *ctl, int argc, char **argv); /* argv[0] is the command's last word */
};
/* All of them, NULL-ended. */
extern const struct ctl_command *const ctl_commands[];
/* What they are about: a heading goes in front of its first command. Ended by a NULL title. */
struct ctl_group {
	const char *title;
	const struct ctl_command *first;
};
extern const struct ctl_group ctl_groups[];
/* Options of every command, ended by a NULL name. */
extern const struct reference_option ctl_global_options[];

/* The configuration, loaded once; prints the error and returns NULL. */
const struct config *ctl_config(struct ctl *ctl);
/* "assocctl: " + text + newline on standard error; returns 1. */
int ctl_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* usage line of the command on standard error; returns 2. */
int ctl_usage(const struct ctl_command *command, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A progress line on standard error, at most 5 a second, only on a terminal; done ends it. */
void ctl_progress(struct ctl *ctl, const char *what, uint64_t at, uint64_t of, bool done);

/* One request to the daemon. body NULL: GET; one that ends with a newline is lines, else an object. *reply is appended to. Status, or -1 with the error printed (daemon not
 * running: says how to start it; unreadable token file: named, with the group that may read it). */
int ctl_request(struct ctl *ctl, const char *method, const char *path, struct bytes body, struct text *reply);
/* As ctl_request for commands that want an answer or nothing: false after a failure or a refusal, which was printed. */
bool ctl_ask(struct ctl *ctl, const char *method, const char *path, struct bytes body, struct text *reply) MUST_CHECK;
/* GET and parse; non-2xx prints the problem's detail. NULL on failure (already printed). doc valid until next call. */
const struct json_doc *ctl_get(struct ctl *ctl, const char *path);
/* The same for commands that show one thing: with --json the answer is printed and NULL comes back; *status is what the
 * command returns in that case, and when it failed. */
const struct json_doc *ctl_show(struct ctl *ctl, const char *path, int *status);
/* Prints the detail of a problem document; returns what the command ends with: 2 where an option's value is none, else 1. */
int ctl_problem(struct ctl *ctl, int status, struct bytes reply);

/* Takes "--name VALUE" or "--name=VALUE" out of the arguments; NULL when absent. A "--" ends options. */
const char *ctl_option(int *argc, char **argv, const char *name);
bool ctl_flag(int *argc, char **argv, const char *name);
/* Takes the "--" out. An argument that is empty, or in front of it still looks like an option, is named, the latter with the
 * nearest one that there is: ctl_usage, 2. 0: none. */
int ctl_no_more_options(const struct ctl_command *command, int *argc, char **argv);
/* The same of a command that takes nothing. */
int ctl_no_arguments(const struct ctl_command *command, int argc, char **argv);
/* Is the word one of "clean|confirmed|not_same"? */
bool ctl_is_choice(const char *words, const char *word);
/* Percent-encodes one path segment into out. */
void ctl_escape(struct text *out, struct bytes segment);

#endif
