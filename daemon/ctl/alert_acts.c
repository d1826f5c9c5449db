/* assocctl ack, assign, note, snooze, wake, resolve, reopen: what people do with alerts, with one or with many at once. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "print.h"
#include "statements.h"

#define ANSWER_DEPTH 8
#define RESOLUTIONS "confirmed|false_positive|explained|withdrawn|expired"

extern const struct ctl_command ctl_ack, ctl_assign, ctl_note, ctl_snooze, ctl_wake, ctl_resolve, ctl_reopen;

const char *statement_user(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? user->pw_name : getenv("USER");
}

void statement_member(struct text *body, const char *key, const char *value)
{
	if (value && *value)
		json_member_string(body, key, bytes_of(value));
}

static void say_recorded(struct bytes reply)
{
	struct json_parser *parser = json_parser_new(reply.len, ANSWER_DEPTH);
	struct json_doc doc;
	const struct json_node *ignored;
	struct text out = { 0 };

	text_adds(&out, "recorded");
	if (json_parse(parser, reply, &doc, NULL) == ERR_OK && (ignored = json_get(&doc, doc.nodes, "ignored")) && ignored->type == JSON_OBJECT) {
		text_adds(&out, "; it changes nothing: ");
		text_add_visible(&out, json_get_text(&doc, ignored, "detail"));
	}
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
	json_parser_free(parser);
}

int statement_send(struct ctl *ctl, const char *path, struct text *body)
{
	struct text reply = { 0 };
	bool is_done;

	json_close_object(body);
	is_done = ctl_ask(ctl, "POST", path, text_bytes(body), &reply);
	if (is_done && ctl->as_json)
		fwrite(reply.ptr, 1, reply.len, stdout);
	else if (is_done)
		say_recorded(text_bytes(&reply));
	text_free(&reply);
	return is_done ? 0 : 1;
}

static void add_alerts(struct text *body, const char *act, int n, char **alerts)
{
	json_member_string(body, "act", bytes_of(act));
	json_key(body, "alerts");
	json_open_array(body);
	for (int i = 0; i < n; i++)
		json_string(body, bytes_of(alerts[i]));
	json_close_array(body);
}

/* key: what the act takes beside a reason, with its value; or NULL. */
static int act(struct ctl *ctl, const struct ctl_command *command, int argc, char **argv, const char *const given[2])
{
	const char *reason = ctl_option(&argc, argv, "--reason"), *actor = ctl_option(&argc, argv, "--actor");
	struct text path = { 0 }, body = { 0 };
	int status = ctl_no_more_options(command, &argc, argv);

	if (status)
		return status;
	if (argc < 2 || (given[0] && !given[1]) || (!reason && command != &ctl_note))
		return ctl_usage(command, "name one alert or several, and %s", command == &ctl_note ? "the text" : "a reason");
	json_open_object(&body);
	text_adds(&path, "/v1/alerts/");
	if (argc == 2) {
		ctl_escape(&path, bytes_of(argv[1]));
		text_addf(&path, "/%s", command->name);
	} else {
		text_adds(&path, "acts");
		add_alerts(&body, command->name, argc - 1, argv + 1);
	}
	statement_member(&body, "actor", actor ? actor : statement_user());
	statement_member(&body, "reason", reason);
	if (given[0])
		json_member_string(&body, given[0], bytes_of(given[1]));
	status = statement_send(ctl, path.ptr, &body);
	text_free(&path);
	text_free(&body);
	return status;
}

static const char *const nothing[2] = { NULL, NULL };

static int ack_run(struct ctl *ctl, int argc, char **argv)
{
	return act(ctl, &ctl_ack, argc, argv, nothing);
}

static int wake_run(struct ctl *ctl, int argc, char **argv)
{
	return act(ctl, &ctl_wake, argc, argv, nothing);
}

static int reopen_run(struct ctl *ctl, int argc, char **argv)
{
	return act(ctl, &ctl_reopen, argc, argv, nothing);
}

static int assign_run(struct ctl *ctl, int argc, char **argv)
{
	bool is_nobody = ctl_flag(&argc, argv, "--nobody");
	const char *given[2] = { "owner", ctl_option(&argc, argv, "--to") };

	if (is_nobody == (given[1] != NULL))
		return ctl_usage(&ctl_assign, "say --to or --nobody");
	if (given[1] && given[1][0] == '\0')
		return ctl_usage(&ctl_assign, "the name behind --to is empty; --nobody takes the owner away");
	given[1] = is_nobody ? "" : given[1];
	return act(ctl, &ctl_assign, argc, argv, given);
}

static int note_run(struct ctl *ctl, int argc, char **argv)
{
	const char *given[2] = { "text", ctl_option(&argc, argv, "--text") };

	return act(ctl, &ctl_note, argc, argv, given);
}

static int resolve_run(struct ctl *ctl, int argc, char **argv)
{
	const char *given[2] = { "value", ctl_option(&argc, argv, "--value") };

	if (!given[1] || !ctl_is_choice(RESOLUTIONS, given[1]))
		return ctl_usage(&ctl_resolve, "say how it was settled: --value=confirmed, false_positive, explained, withdrawn or expired");
	return act(ctl, &ctl_resolve, argc, argv, given);
}

static int snooze_run(struct ctl *ctl, int argc, char **argv)
{
	const char *given[2] = { "until", ctl_option(&argc, argv, "--until") }, *span = ctl_option(&argc, argv, "--for");
	char until[TIME_TEXT_SIZE];
	int64_t ms;

	if (!span == !given[1])
		return ctl_usage(&ctl_snooze, "say --until or --for");
	if (span && (!time_parse_duration(bytes_of(span), &ms) || ms <= 0))
		return ctl_usage(&ctl_snooze, "--for takes a time like 8h or 3d");
	if (span) {
		time_format(clock_wall_ms() + ms, until);
		given[1] = until;
	}
	return act(ctl, &ctl_snooze, argc, argv, given);
}

#define NO_MORE { NULL, NULL, NULL, NULL }
static const struct reference_option act_options[] = { STATEMENT_REASON, STATEMENT_ACTOR, NO_MORE };
static const struct reference_option assign_options[] = {
	{ "--to", "NAME", "Who is to deal with it.", NULL }, { "--nobody", NULL, "Nobody is.", NULL }, STATEMENT_REASON, STATEMENT_ACTOR, NO_MORE,
};
static const struct reference_option note_options[] = {
	{ "--text", "TEXT", "What is to be remembered.", NULL }, STATEMENT_ACTOR, NO_MORE,
};
static const struct reference_option snooze_options[] = {
	{ "--for", "TIME", "How long: 8h, 3d; 366 days at most.", NULL },
	{ "--until", "TIME", "Until when, as 2026-03-01T08:00:00Z.", NULL }, STATEMENT_REASON, STATEMENT_ACTOR, NO_MORE,
};
static const struct reference_option resolve_options[] = {
	{ "--value", RESOLUTIONS, "How it was settled.", NULL }, STATEMENT_REASON, STATEMENT_ACTOR, NO_MORE,
};

const struct ctl_command ctl_ack = {
	.name = "ack", .arguments = "ALERT... --reason=TEXT [OPTION]...", .options = act_options, .run = ack_run,
	.help = "States that someone has taken alerts on; who does is the owner of those that have none.",
	.more = "This and the commands that follow take up to 1000 alerts at once: when one of them is unknown, or in a state that the "
		"command does not fit, it is named and nothing is done to any. `assocctl alerts ALERT` lists what was done with one.",
	.example = "assocctl ack 5d1f8c0a9b3e7712 --reason 'looking at it'",
};
const struct ctl_command ctl_assign = {
	.name = "assign", .arguments = "ALERT... --to=NAME|--nobody --reason=TEXT [OPTION]...", .options = assign_options, .run = assign_run,
	.help = "Gives alerts another owner.",
	.example = "assocctl assign 5d1f8c0a9b3e7712 --to jo --reason 'knows the seller'",
};
const struct ctl_command ctl_note = {
	.name = "note", .arguments = "ALERT... --text=TEXT [OPTION]...", .options = note_options, .run = note_run,
	.help = "Writes something down beside alerts, also beside resolved ones; sinks are not told.",
	.example = "assocctl note 5d1f8c0a9b3e7712 --text 'wrote to the owner on Monday'",
};
const struct ctl_command ctl_snooze = {
	.name = "snooze", .arguments = "ALERT... --for=TIME|--until=TIME --reason=TEXT [OPTION]...", .options = snooze_options, .run = snooze_run,
	.help = "Puts alerts off for a time.",
	.more = "Until then sinks are told of its end and of what people do with it, and of nothing else; Alertmanager lets it end and "
		"fires it again afterwards. A step of its policy (a deadline, an escalation) and an appeal bring it back at once.",
	.example = "assocctl snooze 5d1f8c0a9b3e7712 --for 3d --reason 'documents are on their way'",
};
const struct ctl_command ctl_wake = {
	.name = "wake", .arguments = "ALERT... --reason=TEXT [OPTION]...", .options = act_options, .run = wake_run,
	.help = "Brings snoozed alerts back before their time.",
};
const struct ctl_command ctl_resolve = {
	.name = "resolve", .arguments = "ALERT... --value=WORD --reason=TEXT [OPTION]...", .options = resolve_options, .run = resolve_run,
	.help = "States that alerts are settled, and how.",
	.example = "assocctl resolve 5d1f8c0a9b3e7712 --value confirmed --reason 'one owner by his own words'",
};
const struct ctl_command ctl_reopen = {
	.name = "reopen", .arguments = "ALERT... --reason=TEXT [OPTION]...", .options = act_options, .run = reopen_run,
	.help = "Opens resolved alerts again.",
};
