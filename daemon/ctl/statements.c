/* assocctl ack, resolve, declare, verdict: what people state, each with an actor and a reason. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "print.h"

extern const struct ctl_command ctl_ack, ctl_resolve, ctl_declare, ctl_verdict;

static const char *user_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? user->pw_name : getenv("USER");
}

static void add_optional(struct text *body, const char *key, const char *value)
{
	if (value && *value)
		json_member_string(body, key, bytes_of(value));
}

/* Closes the body, sends it, says what became of it. */
static int send_statement(struct ctl *ctl, const char *path, struct text *body)
{
	struct text reply = { 0 };
	int status, result = 0;

	json_close_object(body);
	status = ctl_request(ctl, "POST", path, text_bytes(body), &reply);
	if (status < 0)
		result = 1;
	else if (status >= 300)
		result = ctl_problem(ctl, status, text_bytes(&reply));
	else if (ctl->as_json)
		fwrite(reply.ptr, 1, reply.len, stdout);
	else
		printf("recorded\n");
	text_free(&reply);
	return result;
}

struct statement_options {
	const char *actor, *reason, *value, *group, *with, *proof;
};

static void take_options(struct statement_options *o, int *argc, char **argv)
{
	o->actor = ctl_option(argc, argv, "--actor");
	if (!o->actor)
		o->actor = user_name();
	o->reason = ctl_option(argc, argv, "--reason");
	o->value = ctl_option(argc, argv, "--value");
	o->group = ctl_option(argc, argv, "--group");
	o->with = ctl_option(argc, argv, "--with");
	o->proof = ctl_option(argc, argv, "--proof");
}

static int on_alert(struct ctl *ctl, const struct ctl_command *command, int argc, char **argv)
{
	struct statement_options o;
	struct text path = { 0 }, body = { 0 };
	int status;

	take_options(&o, &argc, argv);
	status = ctl_no_more_options(command, &argc, argv);
	if (status)
		return status;
	if (argc != 2 || !o.reason)
		return ctl_usage(command, "name one alert, and a reason");
	text_adds(&path, "/v1/alerts/");
	ctl_escape(&path, bytes_of(argv[1]));
	text_addf(&path, "/%s", command->name);
	json_open_object(&body);
	add_optional(&body, "actor", o.actor);
	add_optional(&body, "reason", o.reason);
	add_optional(&body, "value", o.value);
	status = send_statement(ctl, path.ptr, &body);
	text_free(&path);
	text_free(&body);
	return status;
}

static int ack_run(struct ctl *ctl, int argc, char **argv)
{
	return on_alert(ctl, &ctl_ack, argc, argv);
}

static int resolve_run(struct ctl *ctl, int argc, char **argv)
{
	return on_alert(ctl, &ctl_resolve, argc, argv);
}

static int declare_run(struct ctl *ctl, int argc, char **argv)
{
	struct statement_options o;
	struct text body = { 0 };
	int status;

	take_options(&o, &argc, argv);
	status = ctl_no_more_options(&ctl_declare, &argc, argv);
	if (status)
		return status;
	if (argc != 3 || !o.group == !o.with)
		return ctl_usage(&ctl_declare, "name an account, the kind of relation, and either --group or --with");
	json_open_object(&body);
	json_member_string(&body, "account", bytes_of(argv[1]));
	json_key(&body, "relation");
	json_open_object(&body);
	json_member_string(&body, "kind", bytes_of(argv[2]));
	add_optional(&body, "group", o.group);
	add_optional(&body, "with", o.with);
	add_optional(&body, "proof", o.proof);
	json_close_object(&body);
	add_optional(&body, "actor", o.actor);
	add_optional(&body, "reason", o.reason);
	status = send_statement(ctl, "/v1/relations", &body);
	text_free(&body);
	if (status == 0 && o.with && !ctl->as_json)
		printf("it counts once %s declares the same with %s\n", o.with, argv[1]);
	return status;
}

static int verdict_run(struct ctl *ctl, int argc, char **argv)
{
	struct statement_options o;
	struct text body = { 0 };
	int status;

	take_options(&o, &argc, argv);
	status = ctl_no_more_options(&ctl_verdict, &argc, argv);
	if (status)
		return status;
	if (argc < 3 || argc > 4 || !o.reason)
		return ctl_usage(&ctl_verdict, "say clean, confirmed or not_same, the account, the other account, and a reason");
	json_open_object(&body);
	json_member_string(&body, "value", bytes_of(argv[1]));
	json_member_string(&body, "account", bytes_of(argv[2]));
	add_optional(&body, "with", argc == 4 ? argv[3] : NULL);
	add_optional(&body, "actor", o.actor);
	add_optional(&body, "reason", o.reason);
	status = send_statement(ctl, "/v1/verdicts", &body);
	text_free(&body);
	return status;
}

#define REASON { "--reason", "TEXT", "Why; the journal keeps it.", NULL }
#define ACTOR { "--actor", "NAME", "Who says it; without it the name of the user.", NULL }
#define NO_MORE { NULL, NULL, NULL, NULL }
static const struct reference_option ack_options[] = { REASON, ACTOR, NO_MORE };
static const struct reference_option resolve_options[] = {
	REASON, ACTOR, { "--value", "WORD", "How it was settled, in a word; without it: resolved.", NULL }, NO_MORE,
};
static const struct reference_option declare_options[] = {
	{ "--group", "ID", "The account joins a group: all accounts that declare it are related.", NULL },
	{ "--with", "ACCOUNT", "The other account; it counts once that one declares the same.", NULL },
	{ "--proof", "TEXT", "What shows it: the number of a contract, a link.", NULL },
	REASON, ACTOR, NO_MORE,
};
static const struct reference_option verdict_options[] = { REASON, ACTOR, NO_MORE };

const struct ctl_command ctl_ack = {
	.name = "ack", .arguments = "ALERT --reason=TEXT [OPTION]...", .options = ack_options, .run = ack_run,
	.help = "States that someone has taken the alert on.",
	.example = "assocctl ack 5d1f8c0a9b3e7712 --reason 'looking at it'",
};
const struct ctl_command ctl_resolve = {
	.name = "resolve", .arguments = "ALERT --reason=TEXT [OPTION]...", .options = resolve_options, .run = resolve_run,
	.help = "States that the alert is settled.",
	.example = "assocctl resolve 5d1f8c0a9b3e7712 --value confirmed --reason 'one owner by his own words'",
};
const struct ctl_command ctl_declare = {
	.name = "declare", .arguments = "ACCOUNT KIND --group=ID|--with=ACCOUNT [OPTION]...", .options = declare_options,
	.run = declare_run,
	.help = "Declares a relation of an account.",
	.more = "KIND is one of scoring.yaml (joint, household, agency, employee, service) or a word of your own, which is kept and "
		"explains nothing. An account has 64 relations at most, a joint group 64 accounts: what goes beyond is ignored, and "
		"`assocctl history` says so.",
	.example = "assocctl declare shop/anna agency --group north --proof 'contract 118'",
};
const struct ctl_command ctl_verdict = {
	.name = "verdict", .arguments = "clean|confirmed|not_same ACCOUNT [ACCOUNT] --reason=TEXT [OPTION]...",
	.options = verdict_options, .run = verdict_run,
	.help = "States what a person found about one account or two.",
	.more = "Of two accounts it decides their link: confirmed makes it so; clean clears it until there is new evidence worth the "
		"bits that scoring.yaml says (verdicts.reopen); not_same clears it for good and keeps the two out of one cluster. "
		"Of one account: clean clears the links that it has now in the same way, confirmed counts it as known to be bad. "
		"The last verdict counts; `assocctl history` has all.",
	.example = "assocctl verdict not_same shop/anna shop/bela --reason 'sisters, documents seen'",
};
