/* Every table as a section of a manual page. */
#include "manual_sections.h"

#include "collectors/collector.h"
#include "collectors/tail/pattern_keys.h"
#include "daemon/sinks/settings.h"
#include "ctl.h"
#include "daemon/api/call.h"
#include "daemon/main/arguments.h"
#include "daemon/main/config.h"
#include "daemon/model/event.h"
#include "daemon/model/event_keys.h"
#include "rules/reference.h"
#include "rules/ruleset.h"

static void add_entry(struct text *out, const struct reference_entry *e)
{
	reference_entry(out, REFERENCE_MANUAL, e);
}

/* -- command lines -- */

static enum err write_daemon_options(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	reference_options(out, REFERENCE_MANUAL, argument_rows);
	return ERR_OK;
}

static enum err write_global_options(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	reference_options(out, REFERENCE_MANUAL, ctl_global_options);
	return ERR_OK;
}

/* A level deeper: every line that is not empty gets a tab. */
static void add_indented(struct text *out, struct bytes lines)
{
	while (lines.len > 0) {
		ptrdiff_t end = bytes_find_char(lines, '\n');
		struct bytes line = bytes_slice(lines, 0, end < 0 ? lines.len : (size_t)end + 1);

		if (line.ptr[0] != '\n')
			text_addc(out, '\t');
		text_add(out, line);
		lines = bytes_slice(lines, line.len, lines.len);
	}
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Words in capitals stand for something: underlined. */
static void add_arguments(struct text *out, const char *arguments)
{
	for (const char *at = arguments; *at; at++) {
		bool is_in = at > arguments && is_capital(at[-1]);

		if (is_in != is_capital(*at))
			text_addc(out, '_');
		text_addc(out, *at);
		if (is_capital(*at) && !at[1])
			text_addc(out, '_');
	}
}

static void add_command(struct text *out, const struct ctl_command *command)
{
	struct text options = { 0 }, help = { 0 };

	text_addf(out, "*%s*%s", command->name, *command->arguments ? " " : "");
	add_arguments(out, command->arguments);
	text_addc(out, '\n');
	text_addf(&help, "%s%s%s", command->help, command->more ? " " : "", command->more ? command->more : "");
	reference_paragraph(out, REFERENCE_MANUAL, help.ptr);
	text_free(&help);
	reference_options(&options, REFERENCE_MANUAL, command->options);
	add_indented(out, text_bytes(&options));
	text_free(&options);
	if (!command->example)
		return;
	text_adds(out, "\tExample: *");
	reference_words(out, REFERENCE_MANUAL, command->example);
	text_adds(out, "*\n\n");
}

static enum err write_commands(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	const struct ctl_group *group = ctl_groups;

	for (const struct ctl_command *const *c = ctl_commands; *c; c++) {
		if (group->first == *c)
			text_addf(out, "## %s\n\n", (group++)->title);
		add_command(out, *c);
	}
	return ERR_OK;
}

static enum err write_routes(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	for (const struct route *route = api_routes; route->method; route++) {
		struct text name = { 0 }, roles = { 0 };

		text_addf(&name, "%s %s", route->method, route->pattern);
		for (unsigned bit = 1; bit <= ROLE_TRUSTED; bit <<= 1)
			if (route->roles & bit)
				reference_note(&roles, "%s", role_name(bit));
		add_entry(out, &(struct reference_entry){ NULL, name.ptr, NULL, roles.len ? roles.ptr : "open", route->summary });
		text_free(&name);
		text_free(&roles);
	}
	return ERR_OK;
}

/* -- configuration -- */

static enum err write_config_keys(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	for (const struct config_key *key = config_keys; key->name; key++) {
		struct text notes = { 0 };

		config_key_notes(key, &notes);
		add_entry(out, &(struct reference_entry){ NULL, key->name, config_key_takes(key), notes.ptr, key->help });
		text_free(&notes);
	}
	return ERR_OK;
}

static void add_collector(struct text *out, const struct collector *row)
{
	text_addf(out, "## %s\n\n", row->name);
	reference_words(out, REFERENCE_MANUAL, row->help);
	text_adds(out, "\n\n");
	for (const struct collector_key *key = row->keys; key && key->name; key++) {
		struct text notes = { 0 };

		if (key->otherwise)
			reference_note(&notes, "default %s", key->otherwise);
		add_entry(out, &(struct reference_entry){ NULL, key->name, key->takes, notes.ptr, key->help });
		text_free(&notes);
	}
}

static enum err write_collector_keys(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	for (const struct collector *const *row = collectors; *row; row++)
		add_collector(out, *row);
	return ERR_OK;
}

static enum err write_sink_keys(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	for (const struct sink_key *key = sink_keys; key->name; key++) {
		struct text notes = { 0 }, help = { 0 };

		if (key->types)
			text_addf(&help, "(%s) ", key->types);
		text_adds(&help, key->help);
		if (key->otherwise)
			reference_note(&notes, "default %s", key->otherwise);
		add_entry(out, &(struct reference_entry){ NULL, key->name, key->takes, notes.ptr, help.ptr });
		text_free(&notes);
		text_free(&help);
	}
	return ERR_OK;
}

static void add_pattern_keys(struct text *out, const struct pattern_key *rows)
{
	for (; rows->name; rows++)
		add_entry(out, &(struct reference_entry){ NULL, rows->name, rows->takes, NULL, rows->help });
}

static enum err write_pattern_file_keys(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	add_pattern_keys(out, pattern_file_keys);
	return ERR_OK;
}

static enum err write_pattern_time_keys(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	add_pattern_keys(out, pattern_time_keys);
	return ERR_OK;
}

static enum err write_pattern_rule_keys(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	add_pattern_keys(out, pattern_rule_keys);
	return ERR_OK;
}

/* -- events -- */

static const char *const value_words[EVENT_VALUES] = {
	[TAKES_TEXT] = "text", [TAKES_TIME] = "time", [TAKES_BOOL] = "true|false", [TAKES_PORT] = "number",
	[TAKES_ROUND] = "number", [TAKES_TEXT_OR_NUMBER] = "text or number", [TAKES_TEXTS] = "list of texts", [TAKES_DEVICE] = "object",
	[TAKES_IDENTITY] = "object", [TAKES_RELATION] = "object", [TAKES_MARK] = "object",
};

static void add_event_keys(struct text *out, const char *prefix, const struct event_key *rows)
{
	for (; rows->name.len > 0; rows++) {
		struct text notes = { 0 };

		if (rows->is_required)
			reference_note(&notes, "required");
		if (rows->max > 0)
			reference_note(&notes, "at most %u bytes", rows->max);
		if (rows->takes == TAKES_PORT)
			reference_note(&notes, "0 to 65535");
		if (rows->takes == TAKES_ROUND)
			reference_note(&notes, "1 to 99");
		add_entry(out, &(struct reference_entry){ prefix, rows->name.ptr, value_words[rows->takes], notes.ptr, rows->help });
		if (rows->takes == TAKES_RELATION)
			add_event_keys(out, "relation.", event_relation_keys);
		if (rows->takes == TAKES_MARK)
			add_event_keys(out, "mark.", event_mark_keys);
		text_free(&notes);
	}
}

static enum err write_event_keys(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	add_event_keys(out, NULL, event_keys);
	return ERR_OK;
}

static const char *const voices[] = { NULL, "trusted", "analyst" };

static enum err write_event_types(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	for (int t = 0; t < EVENT_TYPES; t++)
		add_entry(out, &(struct reference_entry){ NULL, event_types[t].name, NULL, voices[event_types[t].needs],
							  event_types[t].help });
	return ERR_OK;
}

/* -- the shipped rules -- */

static void add_places(struct text *notes, const struct kinds *kinds, const struct kind *kind)
{
	for (unsigned i = 0; i < kind->n_parts; i++)
		reference_note(notes, "%.*s%s", BYTES_ARG(kinds->rows[kind->parts[i]].name), kind->required[i] ? "" : "?");
	for (unsigned i = 0; i < kind->n_paths; i++)
		reference_note(notes, "%.*s%s", BYTES_ARG(kind->paths[i]), kind->required[i] || kind->n_paths == 1 ? "" : "?");
}

static void add_kind(struct text *out, const struct kinds *kinds, const struct kind *kind)
{
	static const char *const classes[] = { [PRIVACY_PLAIN] = "plain", [PRIVACY_HASH] = "hash", [PRIVACY_DROP] = "drop" };
	struct text name = { 0 }, places = { 0 }, help = { 0 };

	text_addf(&name, "%.*s", BYTES_ARG(kind->name));
	add_places(&places, kinds, kind);
	text_addf(&help, "The %.*s, %s", BYTES_ARG(kind->title), classes[kind->privacy]);
	text_addf(&help, kind->hub_cap ? "; means nothing with more than %u holders." : ".", kind->hub_cap);
	add_entry(out, &(struct reference_entry){ NULL, name.ptr, NULL, places.len ? places.ptr : "ip, port", help.ptr });
	text_free(&name);
	text_free(&places);
	text_free(&help);
}

static void add_head(struct text *out, const struct rule_head *head, const char *kind)
{
	struct text id = { 0 }, title = { 0 };

	text_addf(&id, "%.*s", BYTES_ARG(head->id));
	text_addf(&title, "%.*s.", BYTES_ARG(head->title));
	add_entry(out, &(struct reference_entry){ NULL, id.ptr, NULL, kind, title.ptr });
	text_free(&id);
	text_free(&title);
}

static enum err write_kinds(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	struct ruleset *rules = NULL;
	enum err err = ruleset_load(tables->rules_dir, false, &rules, NULL, eb);

	for (unsigned i = 0; !err && i < rules->kinds.n; i++)
		add_kind(out, &rules->kinds, &rules->kinds.rows[i]);
	ruleset_free(rules);
	return err;
}

static enum err write_rules(const struct manual_tables *tables, struct text *out, struct errbuf *eb)
{
	struct ruleset *rules = NULL;
	enum err err = ruleset_load(tables->rules_dir, false, &rules, NULL, eb);

	for (unsigned i = 0; !err && i < rules->n_signals; i++)
		add_head(out, &rules->signals[i].head, "signal");
	for (unsigned i = 0; !err && i < rules->n_compares; i++)
		add_head(out, &rules->compares[i].head, "compare");
	for (unsigned i = 0; !err && i < rules->n_limits; i++)
		add_head(out, &rules->limits[i].head, "limit");
	for (unsigned i = 0; !err && i < rules->n_policies; i++)
		add_head(out, &rules->policies[i].head, "policy");
	ruleset_free(rules);
	return err;
}

const struct manual_section manual_sections[] = {
	{ "assocd options", write_daemon_options }, { "assocctl options", write_global_options },
	{ "assocctl commands", write_commands }, { "routes", write_routes }, { "config keys", write_config_keys },
	{ "collector keys", write_collector_keys }, { "sink keys", write_sink_keys }, { "pattern file keys", write_pattern_file_keys },
	{ "pattern time keys", write_pattern_time_keys }, { "pattern rule keys", write_pattern_rule_keys },
	{ "event keys", write_event_keys }, { "event types", write_event_types }, { "shipped kinds", write_kinds },
	{ "shipped rules", write_rules }, { NULL, NULL },
};

bool manual_rules_part(struct bytes name, struct text *out)
{
	for (const struct rules_part *part = rules_parts; part->name; part++) {
		if (!bytes_is(name, part->name))
			continue;
		rules_part_write(out, REFERENCE_MANUAL, part);
		return true;
	}
	return false;
}
