/* assocctl rules check and rules test: work on rule files without a daemon. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ctl.h"
#include "daemon/main/config.h"
#include "rule_runner.h"
#include "rules/heads.h"
#include "rules/shadow.h"

extern const struct ctl_command ctl_rules_check, ctl_rules_test;

/* What a command works on: a folder of rules and, when one file was named, that file as the loader names it. */
struct target {
	char *dir;
	char *file; /* or NULL: all of the folder */
};

static void target_free(struct target *t)
{
	free(t->dir);
	free(t->file);
	*t = (struct target){0};
}

/* Lists lie in a folder of their own below that of the rules. */
static bool target_file(struct target *t, const char *path)
{
	struct bytes whole = bytes_of(path);
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct bytes dir = slash ? bytes_slice(whole, 0, (size_t)(slash - path)) : BYTES_LIT(".");
	bool is_list = bytes_is(dir, "lists") || bytes_ends(dir, BYTES_LIT("/lists"));
	if (!bytes_ends(whole, BYTES_LIT(".yaml")) && !(is_list && bytes_ends(whole, BYTES_LIT(".txt"))))
		return ctl_fail("%s: is no rule file; rules and their tests are NAME.yaml, lists are lists/NAME.txt", path), false;
	if (is_list)
		dir = dir.len > 6 ? bytes_slice(dir, 0, dir.len - 6) : BYTES_LIT(".");
	BUG_ON(asprintf(&t->dir, "%.*s", BYTES_ARG(dir)) < 0 ||
	       asprintf(&t->file, "%s%s/%s", t->dir, is_list ? "/lists" : "", name) < 0);
	return true;
}

static bool target_of(struct ctl *ctl, const char *argument, struct target *t)
{
	struct stat st;
	*t = (struct target){0};
	if (!argument) {
		const struct config *config = ctl_config(ctl);
		t->dir = config ? xstrdup(config->rules_dir) : NULL;
		return t->dir != NULL;
	}
	if (stat(argument, &st)) {
		ctl_fail("%s: %m", argument);
		return false;
	}
	if (!S_ISDIR(st.st_mode))
		return target_file(t, argument);
	t->dir = xstrdup(argument);
	size_t n = strlen(t->dir);
	if (n > 1 && t->dir[n - 1] == '/')
		t->dir[n - 1] = 0;
	return true;
}

/* NULL with the report printed when the folder does not load. */
static struct ruleset *load(const struct target *t)
{
	struct text report = {0};
	struct errbuf eb = {0};
	struct ruleset *rules = NULL;
	if (ruleset_load(t->dir, false, &rules, &report, &eb))
		fprintf(stderr, "%.*s", BYTES_ARG(text_bytes(&report)));
	text_free(&report);
	return rules;
}

static unsigned print_problems(const struct target *t, struct bytes report)
{
	unsigned n = 0;
	while (report.len) {
		ptrdiff_t end = bytes_find_char(report, '\n');
		struct bytes line = bytes_slice(report, 0, end < 0 ? report.len : (size_t)end);
		report = bytes_slice(report, line.len + 1, report.len);
		if (t->file && !bytes_starts(line, bytes_of(t->file)))
			continue;
		fprintf(stderr, "%.*s\n", BYTES_ARG(line));
		n++;
	}
	return n;
}

static void print_counts(struct ctl *ctl, const struct ruleset *rules, unsigned warnings)
{
	if (ctl->as_json) {
		struct text t = {0};
		json_open_object(&t);
		json_member_int(&t, "files", rules->n_files);
		json_member_int(&t, "kinds", rules->kinds.n);
		json_member_int(&t, "signals", rules->n_signals);
		json_member_int(&t, "compares", rules->n_compares);
		json_member_int(&t, "limits", rules->n_limits);
		json_member_int(&t, "timings", rules->n_timings);
		json_member_int(&t, "interactions", rules->interactions_end[PASS_OWN]);
		json_member_int(&t, "supports", rules->n_interactions - rules->interactions_end[PASS_OWN]);
		json_member_int(&t, "policies", rules->n_policies);
		json_member_int(&t, "experimental", heads_experimental(rules));
		json_member_int(&t, "tests", rules->n_tests);
		json_member_int(&t, "warnings", warnings);
		json_close_object(&t);
		printf("%.*s\n", BYTES_ARG(text_bytes(&t)));
		text_free(&t);
		return;
	}
	printf("%u files: %u attribute kinds, %u signals, %u comparisons, %u limits, %u timings, %u interactions, %u of support, %u policies",
	       rules->n_files, rules->kinds.n, rules->n_signals, rules->n_compares, rules->n_limits, rules->n_timings,
	       rules->interactions_end[PASS_OWN], rules->n_interactions - rules->interactions_end[PASS_OWN], rules->n_policies);
	if (heads_experimental(rules))
		printf(" (%u of them experimental)", heads_experimental(rules));
	printf(", %u tests; no error", rules->n_tests);
	if (warnings > 0)
		printf(", %u %s (above)", warnings, warnings == 1 ? "warning" : "warnings");
	printf("\n");
}

static int run_check(struct ctl *ctl, int argc, char **argv)
{
	struct target t;
	struct text report = {0};
	struct errbuf eb = {0};
	struct ruleset *rules = NULL;
	int status = ctl_no_more_options(&ctl_rules_check, &argc, argv);
	if (status)
		return status;
	if (argc > 2)
		return ctl_usage(&ctl_rules_check, "one folder or file at most");
	if (!target_of(ctl, argc > 1 ? argv[1] : NULL, &t))
		return 1;
	enum err err = ruleset_load(t.dir, true, &rules, &report, &eb);
	unsigned shown = err ? print_problems(&t, text_bytes(&report)) : 0;
	if (!err)
		print_counts(ctl, rules, print_problems(&t, rules->warnings));
	else if (shown)
		fprintf(stderr, "%u %s\n", shown, shown == 1 ? "error" : "errors");
	else if (bytes_find(text_bytes(&report), BYTES_LIT("\n... and ")) >= 0)
		shown = (unsigned)ctl_fail("%s: the other files have too many errors to tell; `assocctl rules check %s` shows them", t.file, t.dir);
	else
		printf("%s: no error (other files of the folder have some)\n", t.file);
	text_free(&report);
	ruleset_free(rules);
	target_free(&t);
	return shown ? 1 : 0;
}

struct tally { unsigned passed, failed; struct text failures; };

/* What the tests of a file run on. Beside an experimental rule they say what it does once it judges: with that rule alone
 * promoted. NULL: the rules as they are. */
static struct ruleset *promoted_for(const struct ruleset *rules, const char *path)
{
	struct bytes stem = bytes_slice(bytes_of(path), 0, strlen(path) - strlen(".test.yaml"));
	for (unsigned i = 0; i < heads_count(rules); i++) {
		const struct rule_head *head = heads_at(rules, i);
		if (bytes_eq(bytes_slice(head->file, 0, head->file.len - strlen(".yaml")), stem))
			return ruleset_promoted(rules, head->id);
	}
	return NULL;
}

static void test_file(const struct ruleset *rules, const char *path, struct tally *tally)
{
	struct problems problems = { .report = &tally->failures };
	struct arena *a = arena_new(64 * 1024);
	struct rule_tests tests;
	struct ruleset *promoted = promoted_for(rules, path);
	if (!rule_tests_load(rules, path, a, &tests, &problems)) {
		tally->failed++;
		tests.n = 0;
	}
	for (unsigned i = 0; i < tests.n; i++) {
		if (rule_test_run(promoted ? promoted : rules, path, &tests.at[i], &tally->failures))
			tally->passed++;
		else
			tally->failed++;
	}
	ruleset_free(promoted);
	arena_free(a);
}

static int is_test_name(const struct dirent *entry)
{
	return bytes_ends(bytes_of(entry->d_name), BYTES_LIT(".test.yaml"));
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool test_folder(const struct ruleset *rules, const char *dir, struct tally *tally)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_test_name, compare_entries);
	if (n < 0) {
		ctl_fail("%s: %m", dir);
		return false;
	}
	for (int i = 0; i < n; i++) {
		struct text path = {0};
		text_addf(&path, "%s/%s", dir, entries[i]->d_name);
		test_file(rules, path.ptr, tally);
		text_free(&path);
		free(entries[i]);
	}
	free(entries);
	return true;
}

/* The tests of a named rule file are beside it. */
static void test_named(const struct ruleset *rules, const char *file, struct tally *tally)
{
	struct text path = {0};
	struct bytes name = bytes_of(file);
	if (bytes_ends(name, BYTES_LIT(".test.yaml")))
		text_add(&path, name);
	else
		text_addf(&path, "%.*s.test.yaml", BYTES_ARG(bytes_slice(name, 0, name.len - strlen(".yaml"))));
	test_file(rules, path.ptr, tally);
	text_free(&path);
}

static void print_tally(struct ctl *ctl, const struct tally *tally)
{
	struct bytes failures = text_bytes(&tally->failures);
	if (!ctl->as_json) {
		fprintf(stderr, "%.*s", BYTES_ARG(failures));
		printf("%u passed, %u failed\n", tally->passed, tally->failed);
		return;
	}
	struct text t = {0};
	json_open_object(&t);
	json_member_int(&t, "passed", tally->passed);
	json_member_int(&t, "failed", tally->failed);
	json_member_string(&t, "failures", failures);
	json_close_object(&t);
	printf("%.*s\n", BYTES_ARG(text_bytes(&t)));
	text_free(&t);
}

static int run_test(struct ctl *ctl, int argc, char **argv)
{
	struct tally tally = {0};
	struct target t;
	int status = ctl_no_more_options(&ctl_rules_test, &argc, argv);
	if (status)
		return status;
	if (argc > 2)
		return ctl_usage(&ctl_rules_test, "one folder or file at most");
	if (!target_of(ctl, argc > 1 ? argv[1] : NULL, &t))
		return 1;
	if (t.file && bytes_ends(bytes_of(t.file), BYTES_LIT(".txt"))) {
		status = ctl_fail("%s: a list has no tests; those of the rules that ask it are NAME.test.yaml beside them", t.file);
		target_free(&t);
		return status;
	}
	struct ruleset *rules = load(&t);
	bool is_run = rules != NULL;
	if (is_run && t.file)
		test_named(rules, t.file, &tally);
	else if (is_run)
		is_run = test_folder(rules, t.dir, &tally);
	if (is_run)
		print_tally(ctl, &tally);
	text_free(&tally.failures);
	ruleset_free(rules);
	target_free(&t);
	return is_run && !tally.failed ? 0 : 1;
}

const struct ctl_command ctl_rules_check = {
	.name = "rules check", .arguments = "[DIR|FILE]", .run = run_check,
	.help = "Compiles the rule files of a folder and prints every error with its place.",
	.more = "A window that no condition asks and a list that nothing names load and do nothing: that is a warning, which the daemon's log "
		"has too. Without an argument it is the configured folder.",
};

const struct ctl_command ctl_rules_test = {
	.name = "rules test", .arguments = "[DIR|FILE]", .run = run_test,
	.help = "Runs the tests beside the rules (NAME.test.yaml) on the real engine.",
	.more = "Those of an experimental rule run with that rule made stable. Without an argument it is the configured folder.",
};
