/* assocctl declare, verdict: what people state of accounts, each with an actor and a reason. */
#include "declared.h"
#include "statements.h"

extern const struct ctl_command ctl_declare, ctl_verdict;

#define VERDICTS "clean|confirmed|not_same"

struct statement_options {
	const char *actor, *reason, *group, *with, *proof;
};

static void take_options(struct statement_options *o, int *argc, char **argv)
{
	o->actor = ctl_option(argc, argv, "--actor");
	if (!o->actor)
		o->actor = statement_user();
	o->reason = ctl_option(argc, argv, "--reason");
	o->group = ctl_option(argc, argv, "--group");
	o->with = ctl_option(argc, argv, "--with");
	o->proof = ctl_option(argc, argv, "--proof");
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
	statement_member(&body, "group", o.group);
	statement_member(&body, "with", o.with);
	statement_member(&body, "proof", o.proof);
	json_close_object(&body);
	statement_member(&body, "actor", o.actor);
	statement_member(&body, "reason", o.reason);
	status = statement_send(ctl, "/v1/relations", &body);
	text_free(&body);
	if (status == 0)
		status = declared_tell(ctl, &(struct declaration_named){ argv[1], argv[2], o.group, o.with });
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
	if (!ctl_is_choice(VERDICTS, argv[1]))
		return ctl_usage(&ctl_verdict, "a verdict is clean, confirmed or not_same, not '%s'", argv[1]);
	json_open_object(&body);
	json_member_string(&body, "value", bytes_of(argv[1]));
	json_member_string(&body, "account", bytes_of(argv[2]));
	statement_member(&body, "with", argc == 4 ? argv[3] : NULL);
	statement_member(&body, "actor", o.actor);
	statement_member(&body, "reason", o.reason);
	status = statement_send(ctl, "/v1/verdicts", &body);
	text_free(&body);
	return status;
}

#define REASON STATEMENT_REASON
#define ACTOR STATEMENT_ACTOR
#define NO_MORE { NULL, NULL, NULL, NULL }
static const struct reference_option declare_options[] = {
	{ "--group", "ID", "The account joins a group: all accounts that declare it are related.", NULL },
	{ "--with", "ACCOUNT", "The other account; it counts once that one declares the same.", NULL },
	{ "--proof", "TEXT", "What shows it: the number of a contract, a link.", NULL },
	REASON, ACTOR, NO_MORE,
};
static const struct reference_option verdict_options[] = { REASON, ACTOR, NO_MORE };

const struct ctl_command ctl_declare = {
	.name = "declare", .arguments = "ACCOUNT KIND --group=ID|--with=ACCOUNT [OPTION]...", .options = declare_options,
	.run = declare_run,
	.help = "Declares a relation of an account.",
	.more = "KIND is one of scoring.yaml (joint, household, agency, employee, service) or a word of your own, which is kept and "
		"explains nothing. An account has 64 relations at most, a joint group 64 accounts: what goes beyond is ignored; this command "
		"then ends with 1, and `assocctl history` says so.",
	.example = "assocctl declare shop/anna agency --group north --proof 'contract 118'",
};
const struct ctl_command ctl_verdict = {
	.name = "verdict", .arguments = VERDICTS " ACCOUNT [ACCOUNT] --reason=TEXT [OPTION]...",
	.options = verdict_options, .run = verdict_run,
	.help = "States what a person found about one account or two.",
	.more = "Of two accounts it decides their link: confirmed makes it so; clean clears it until there is new evidence worth the "
		"bits that scoring.yaml says (verdicts.reopen); not_same clears it for good and keeps the two out of one cluster. "
		"Of one account: clean clears the links that it has now in the same way, confirmed counts it as known to be bad. "
		"The last verdict counts; `assocctl history` has all.",
	.example = "assocctl verdict not_same shop/anna shop/bela --reason 'sisters, documents seen'",
};
