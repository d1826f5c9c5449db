/* Completion: what may follow a begun command line, from the table of commands; names of accounts and alerts from the
 * daemon, if it answers within a second; rules and patterns from their folders.
 * I1: nothing but candidates is printed, one a line; who may have no answer has none, and no message. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/tokens.h"
#include "daemon/main/config.h"
#include "rules/heads.h"
#include "run.h"

extern const struct ctl_command ctl_completion, ctl_complete_words, ctl_help;

#define FILE_WANTED 3 /* exit status: no word, a file name belongs there */

struct completion {
	struct ctl *ctl;
	struct bytes kept;  /* of the begun word: what every candidate has in front ("--state=") */
	struct bytes begun; /* and what it must begin with behind that */
	const char *given;  /* the argument in front of it, or NULL */
	struct text *out;
};

static void offer(struct completion *c, struct bytes word)
{
	if (!bytes_starts(word, c->begun))
		return;
	text_add(c->out, c->kept);
	text_add(c->out, word);
	text_addc(c->out, '\n');
}

/* -- words of a kind -- */

/* Whoever names one account and then none is offered those that are linked to it, strongest first. */
static void offer_linked(struct completion *c)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	const struct json_node *list, *link;

	if (!c->given)
		return;
	text_adds(&path, "/v1/accounts/");
	ctl_escape(&path, bytes_of(c->given));
	text_adds(&path, "/links");
	doc = ctl_get(c->ctl, path.ptr);
	list = doc ? json_get(doc, doc->nodes, "links") : NULL;
	for (link = doc ? json_first(doc, list) : NULL; link; link = json_after(doc, list, link))
		offer(c, json_get_text(doc, link, "b"));
	text_free(&path);
}

static void offer_accounts(struct completion *c)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	const struct json_node *list, *name;

	if (c->begun.len == 0) {
		offer_linked(c);
		return;
	}
	text_adds(&path, "/v1/search?q=");
	ctl_escape(&path, c->begun);
	doc = ctl_get(c->ctl, path.ptr);
	list = doc ? json_get(doc, doc->nodes, "accounts") : NULL;
	for (name = doc ? json_first(doc, list) : NULL; name; name = json_after(doc, list, name))
		offer(c, name->text);
	text_free(&path);
}

static void offer_alerts(struct completion *c)
{
	const struct json_doc *doc = ctl_get(c->ctl, "/v1/alerts?state=open&limit=1000");
	const struct json_node *list = doc ? json_get(doc, doc->nodes, "alerts") : NULL;
	const struct json_node *alert = doc ? json_first(doc, list) : NULL;

	for (; alert; alert = json_after(doc, list, alert))
		offer(c, json_get_text(doc, alert, "id"));
}

static void offer_sinks(struct completion *c)
{
	const struct json_doc *doc = ctl_get(c->ctl, "/v1/sinks");
	const struct json_node *list = doc ? json_get(doc, doc->nodes, "sinks") : NULL;
	const struct json_node *sink = doc ? json_first(doc, list) : NULL;

	for (; sink; sink = json_after(doc, list, sink))
		offer(c, json_get_text(doc, sink, "sink"));
}

static struct ruleset *load_rules(struct completion *c)
{
	const struct config *config = ctl_config(c->ctl);
	struct ruleset *rules = NULL;

	if (config && ruleset_load(config->rules_dir, false, &rules, NULL, NULL) != ERR_OK)
		return NULL;
	return rules;
}

static void offer_rules(struct completion *c)
{
	struct ruleset *rules = load_rules(c);

	for (unsigned i = 0; rules && i < heads_count(rules); i++)
		offer(c, heads_at(rules, i)->id);
	ruleset_free(rules);
}

static void offer_relations(struct completion *c)
{
	struct ruleset *rules = load_rules(c);

	for (unsigned i = 0; rules && i < rules->n_relations; i++)
		offer(c, rules->relations[i].name);
	ruleset_free(rules);
}

static void offer_attributes(struct completion *c)
{
	struct ruleset *rules = load_rules(c);

	for (unsigned i = 0; rules && i < rules->kinds.n; i++)
		if (rules->kinds.rows[i].is_indexed || rules->kinds.rows[i].is_fact)
			offer(c, rules->kinds.rows[i].name);
	ruleset_free(rules);
}

static void offer_patterns(struct completion *c)
{
	const struct config *config = ctl_config(c->ctl);
	struct dirent **entries = NULL;
	int n = config ? scandir(config->patterns_dir, &entries, NULL, alphasort) : 0;

	for (int i = 0; i < n; i++) {
		struct bytes name = bytes_of(entries[i]->d_name);

		if (bytes_ends(name, BYTES_LIT(".yaml")))
			offer(c, bytes_slice(name, 0, name.len - strlen(".yaml")));
		free(entries[i]);
	}
	free(entries);
}

static void offer_choices(struct completion *c, struct bytes words)
{
	while (words.len > 0) {
		ptrdiff_t bar = bytes_find_char(words, '|');
		struct bytes word = bytes_slice(words, 0, bar < 0 ? words.len : (size_t)bar);

		offer(c, word);
		words = bytes_slice(words, word.len + 1, words.len);
	}
}

/* Several may stand in one word: those in front of the last comma are chosen already. */
static void offer_roles(struct completion *c)
{
	struct completion last = *c;
	size_t chosen = c->begun.len;

	while (chosen > 0 && c->begun.ptr[chosen - 1] != ',')
		chosen--;
	last.begun = bytes_slice(c->begun, chosen, c->begun.len);
	last.kept = bytes_make(c->begun.ptr - c->kept.len, c->kept.len + chosen);
	for (unsigned role = ROLE_INGEST; role <= ROLE_ADMIN; role *= 2)
		offer(&last, bytes_of(role_name(role)));
}

/* Do the first bytes of the command's name, whole words, begin one in front of it? */
static bool begins_earlier(const struct ctl_command *const *row, size_t len)
{
	for (const struct ctl_command *const *earlier = ctl_commands; earlier < row; earlier++)
		if (strncmp((*earlier)->name, (*row)->name, len) == 0 && strchr(" ", (*earlier)->name[len]))
			return true;
	return false;
}

/* The next words of the commands that begin with the given ones. */
static void offer_commands(struct completion *c, int argc, char **argv)
{
	struct text given = { 0 };

	text_adds(&given, "");
	for (int i = 0; i < argc; i++)
		text_addf(&given, "%s ", argv[i]);
	for (const struct ctl_command *const *row = ctl_commands; *row; row++) {
		struct bytes name = bytes_of((*row)->name);
		size_t end = given.len;

		if (!bytes_starts(name, text_bytes(&given)))
			continue;
		end += strcspn((*row)->name + given.len, " ");
		if (!begins_earlier(row, end))
			offer(c, bytes_slice(name, given.len, end));
	}
	text_free(&given);
}

static const struct {
	const char *word; /* as `arguments` and the options have it */
	void (*offer)(struct completion *c);
} words_of[] = {
	{ "ACCOUNT", offer_accounts }, { "ALERT", offer_alerts }, { "SINK", offer_sinks }, { "RULE", offer_rules }, { "KIND", offer_relations },
	{ "ATTRIBUTE", offer_attributes }, { "PATTERN", offer_patterns }, { "ROLE,...", offer_roles },
};

static bool is_file_word(struct bytes word)
{
	static const char *const words[] = { "FILE", "DIR", "DIR|FILE", "EVENTS" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (bytes_is(word, words[i]))
			return true;
	return false;
}

/* False: a file name belongs there. */
static bool offer_word(struct completion *c, struct bytes word)
{
	if (is_file_word(word))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words_of); i++) {
		if (!bytes_is(word, words_of[i].word))
			continue;
		words_of[i].offer(c);
		return true;
	}
	if (bytes_find_char(word, '|') >= 0 || bytes_is(word, "bash"))
		offer_choices(c, word);
	return true;
}

/* -- places of the line -- */

static void offer_options(struct completion *c, const struct reference_option *rows)
{
	for (; rows && rows->name; rows++)
		offer(c, bytes_of(rows->name));
}

static const struct reference_option *find_option(const struct reference_option *rows, struct bytes name)
{
	for (; rows && rows->name; rows++)
		if (bytes_is(name, rows->name) || (rows->brief && bytes_is(name, rows->brief)))
			return rows;
	return NULL;
}

static const struct reference_option *option_of(const struct ctl_command *command, struct bytes name)
{
	const struct reference_option *row = find_option(command ? command->options : NULL, name);

	return row ? row : find_option(ctl_global_options, name);
}

/* The word of `arguments` for the n-th argument; the last one goes on when dots follow it. */
static struct bytes argument_word(const char *arguments, unsigned n)
{
	struct bytes rest = bytes_of(arguments), last = BYTES_NONE;

	while ((rest = bytes_trim(rest)).len > 0) {
		ptrdiff_t blank = bytes_find_char(rest, ' ');
		struct bytes word = bytes_slice(rest, 0, blank < 0 ? rest.len : (size_t)blank);
		bool is_repeated = bytes_ends(word, BYTES_LIT("..."));

		rest = bytes_slice(rest, word.len, rest.len);
		if (bytes_starts(word, BYTES_LIT("--")) || bytes_starts(word, BYTES_LIT("[OPTION]")))
			continue;
		word.len -= is_repeated ? 3 : 0;
		if (word.len > 2 && word.ptr[0] == '[')
			word = bytes_slice(word, 1, word.len - 2);
		last = is_repeated || n == 0 ? word : BYTES_NONE;
		if (n-- == 0)
			return word;
	}
	return last;
}

/* Arguments among the words behind the command's name: neither options nor their values. The last one is the given one. */
static unsigned take_arguments(struct completion *c, const struct ctl_command *command, int argc, char **argv)
{
	unsigned n = 0;

	for (int i = 0; i < argc; i++) {
		const struct reference_option *row = argv[i][0] == '-' ? option_of(command, bytes_of(argv[i])) : NULL;

		if (row && row->value) {
			i++;
		} else if (argv[i][0] != '-' || argv[i][1] == '\0') {
			c->given = argv[i];
			n++;
		}
	}
	return n;
}

/* "--state=op": the value of an option in the same word. */
static bool offer_joined(struct completion *c, const struct ctl_command *command)
{
	ptrdiff_t equals = bytes_find_char(c->begun, '=');
	const struct reference_option *row = equals > 0 ? option_of(command, bytes_slice(c->begun, 0, (size_t)equals)) : NULL;

	if (!row || !row->value)
		return true;
	c->kept = bytes_slice(c->begun, 0, (size_t)equals + 1);
	c->begun = bytes_slice(c->begun, c->kept.len, c->begun.len);
	return offer_word(c, bytes_of(row->value));
}

/* argv: argc words that are whole; the begun one is in c. */
static bool complete(struct completion *c, int argc, char **argv)
{
	int words = 0;
	const struct ctl_command *command = argc > 0 ? ctl_find(argc, argv, &words) : NULL;
	const struct reference_option *waiting = argc > 0 ? option_of(command, bytes_of(argv[argc - 1])) : NULL;

	if (waiting && waiting->value)
		return offer_word(c, bytes_of(waiting->value));
	if (bytes_starts(c->begun, BYTES_LIT("-")) && bytes_find_char(c->begun, '=') >= 0)
		return offer_joined(c, command);
	if (bytes_starts(c->begun, BYTES_LIT("-"))) {
		offer_options(c, command ? command->options : NULL);
		offer_options(c, ctl_global_options);
		return true;
	}
	if (command == &ctl_help)
		offer_commands(c, argc - words, argv + words);
	else if (command)
		return offer_word(c, argument_word(command->arguments, take_arguments(c, command, argc - words, argv + words)));
	else
		offer_commands(c, argc, argv);
	return true;
}

bool ctl_complete(struct ctl *ctl, int argc, char **argv, struct text *out)
{
	struct completion c = { .ctl = ctl, .kept = BYTES_NONE, .begun = bytes_of(argc > 0 ? argv[argc - 1] : ""), .out = out };

	return complete(&c, argc > 0 ? argc - 1 : 0, argv);
}

/* The words stand behind a "--"; what is whole among them and holds for every command is heeded. */
static int complete_run(struct ctl *ctl, int argc, char **argv)
{
	struct text out = { 0 };
	bool is_word;
	int whole;

	if (argc < 3 || strcmp(argv[1], "--") != 0)
		return ctl_usage(&ctl_complete_words, "the words of the line follow a --");
	ctl->timeout_s = 1;
	whole = argc - 2; /* argv[1] stands where a command's own name would; the begun word stays as it is */
	char *begun = argv[argc - 1];
	ctl_take_global_options(ctl, &whole, argv + 1);
	argv[1 + whole] = begun;
	is_word = ctl_complete(ctl, whole, argv + 2, &out);
	if (out.len > 0)
		fwrite(out.ptr, 1, out.len, stdout);
	text_free(&out);
	return is_word ? 0 : FILE_WANTED;
}

static const char script[] =
	"# bash completion of assocctl: eval \"$(assocctl completion bash)\"\n"
	"_assocctl()\n"
	"{\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} words begun kept i\n"
	"\tread -a words <<<\"$line\"\n"
	"\t[[ $line == *[[:space:]] ]] && words+=('')\n"
	"\tmapfile -t COMPREPLY < <(\"$1\" complete -- \"${words[@]:1}\" 2>/dev/null; echo $?)\n"
	"\ti=$((${#COMPREPLY[@]} - 1))\n"
	"\t[[ ${COMPREPLY[i]} == 3 ]] && compopt -o default\n"
	"\tunset 'COMPREPLY[i]'\n"
	"\t# bash ends a word at these and replaces what follows them only.\n"
	"\tbegun=${words[-1]}\n"
	"\tkept=${begun%\"${begun##*[:=@]}\"}\n"
	"\tfor i in \"${!COMPREPLY[@]}\"; do\n"
	"\t\tprintf -v 'COMPREPLY[i]' %q \"${COMPREPLY[i]#\"$kept\"}\"\n"
	"\tdone\n"
	"}\n"
	"complete -F _assocctl assocctl\n";

static int completion_run(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "bash") != 0)
		return ctl_usage(&ctl_completion, "bash is the shell that is known");
	fputs(script, stdout);
	return 0;
}

const struct ctl_command ctl_completion = {
	.name = "completion", .arguments = "bash", .run = completion_run,
	.help = "Prints the shell's completion of commands, options, accounts, alerts, rules and patterns.",
	.more = "An installed assocctl has it in place already (share/bash-completion); names come from the daemon, if it answers. Behind one "
		"account those that are linked to it are offered first.",
	.example = "eval \"$(build/assocctl completion bash)\"",
};

const struct ctl_command ctl_complete_words = {
	.name = "complete", .arguments = "-- WORD...", .run = complete_run,
	.help = "Prints what may follow the words, the last of which is only begun: the shell's completion asks it.",
	.more = "The status is 3 when a file name belongs there.",
};
