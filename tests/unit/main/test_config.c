/* assocd.yaml: defaults, ranges, what is wrong and where. */
#include "daemon/main/daemon.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <setjmp.h>
#include <cmocka.h>

static char path[64];

static int path_make(void **state)
{
	int fd;

	strcpy(path, "/tmp/assocd-config-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int path_remove(void **state)
{
	return unlink(path);
}

static enum err load(const char *yaml, struct config **out, struct errbuf *eb)
{
	FILE *f = fopen(path, "w");

	fputs(yaml, f);
	fclose(f);
	*out = NULL;
	return config_load(path, out, eb);
}

static void expect_error(const char *yaml, const char *place, const char *word)
{
	struct errbuf eb = { "" };
	struct config *c;
	char where[96];

	snprintf(where, sizeof(where), "%s%s", path, place);
	assert_int_equal(load(yaml, &c, &eb), ERR_INPUT);
	if (!strstr(eb.text, where) || !strstr(eb.text, word))
		fail_msg("\"%s\" names neither %s nor %s", eb.text, where, word);
}

static void empty_file_has_every_default(void **state)
{
	struct config *c;

	assert_int_equal(load("", &c, NULL), ERR_OK);
	assert_string_equal(c->listen, "127.0.0.1:8787");
	assert_int_equal(c->snapshot_every_ms, 300000);
	assert_int_equal(c->future_limit_ms, 600000);
	assert_int_equal(c->known_ids, 10000000);
	assert_string_equal(c->default_site, "");
	assert_string_equal(c->rules_dir, SOURCE_DIR "/rules/default");
	assert_string_equal(c->state_dir, "/tmp/var");
	assert_string_equal(c->alert_log, "/tmp/var/alerts.jsonl");
	config_free(c);
}

static void paths_start_at_the_folder_of_the_file(void **state)
{
	struct config *c;

	assert_int_equal(load("state: s\nrules: /abs/rules\nnetworks: [a.csv, /b.csv]\n", &c, NULL), ERR_OK);
	assert_string_equal(c->state_dir, "/tmp/s");
	assert_string_equal(c->rules_dir, "/abs/rules");
	assert_int_equal(c->n_networks, 2);
	assert_string_equal(c->networks[0], "/tmp/a.csv");
	assert_string_equal(c->networks[1], "/b.csv");
	config_free(c);
}

static void expect_state(const char *yaml, const char *shown)
{
	struct config *c;

	assert_int_equal(load(yaml, &c, NULL), ERR_OK);
	assert_string_equal(c->state_dir, shown);
	config_free(c);
}

static void paths_are_without_detours_unless_a_link_is_on_the_way(void **state)
{
	char link[96], yaml[160], shown[160];

	expect_state("state: a/../b/./c//d/\n", "/tmp/b/c/d");
	expect_state("state: ../../..\n", "/");
	expect_state("state: /var/lib/assocd\n", "/var/lib/assocd");
	snprintf(link, sizeof(link), "%s.link", path);
	assert_int_equal(symlink("/usr/bin", link), 0);
	snprintf(yaml, sizeof(yaml), "state: %s/../x/../y\n", link);
	snprintf(shown, sizeof(shown), "%s/../y", link);
	expect_state(yaml, shown);
	unlink(link);
}

static void command_line_wins_and_takes_the_alert_log_along(void **state)
{
	struct text shown = { 0 };
	struct config *c;

	assert_int_equal(load("listen: 127.0.0.1:1\n", &c, NULL), ERR_OK);
	config_set_state_dir(c, "/other");
	config_set_listen(c, "127.0.0.1:2");
	assert_string_equal(c->alert_log, "/other/alerts.jsonl");
	config_show(c, false, &shown);
	assert_non_null(strstr(shown.ptr, "listen: \"127.0.0.1:2\"   # command line"));
	assert_non_null(strstr(shown.ptr, "batch_events: 1000   # default"));
	text_free(&shown);
	config_free(c);
}

static void named_alert_log_stays_where_it_is(void **state)
{
	struct config *c;

	assert_int_equal(load("alert_log: /var/log/a.jsonl\n", &c, NULL), ERR_OK);
	config_set_state_dir(c, "/other");
	assert_string_equal(c->alert_log, "/var/log/a.jsonl");
	config_free(c);
}

static void wrong_values_are_named_with_their_place(void **state)
{
	expect_error("lissten: a\n", ":1:1", "did you mean `listen`");
	expect_error("listen: a\nzzz: b\n", ":2:1", "unknown key `zzz`");
	expect_error("snapshot_every: 5\n", ":1:17", "duration with a unit");
	expect_error("snapshot_every: 1ms\n", ":1:17", "1s to 1d");
	expect_error("batch_events: many\n", ":1:15", "whole number");
	expect_error("batch_events: 0\n", ":1:15", "1 to 1000000");
	expect_error("known_ids: -1\n", ":1:12", "whole number");
	expect_error("networks: a.csv\n", ":1:11", "must be a list");
	expect_error("networks: [{a: b}]\n", ":1:12", "lists texts");
	expect_error("listen: [a]\n", ":1:9", "takes one value");
	expect_error("state: ''\n", ":1:8", "must not be empty");
	expect_error("collectors: [tail]\n", ":1:13", "must be a mapping");
	expect_error("- a\n", ":1:1", "mapping of keys");
}

static void shown_configuration_loads_again_with_the_same_values(void **state)
{
	struct text first = { 0 }, second = { 0 };
	struct config *c;

	assert_int_equal(load("listen: \"[::1]:99\"\nnetworks: [x.csv]\nsnapshot_every: 90s\nsite: 'a: b'\n", &c, NULL), ERR_OK);
	config_show(c, true, &first);
	assert_non_null(strstr(first.ptr, "\"snapshot_every\":{\"value\":\"90s\""));
	text_clear(&first);
	config_show(c, false, &first);
	config_free(c);
	assert_int_equal(load(first.ptr, &c, NULL), ERR_OK);
	assert_string_equal(c->listen, "[::1]:99");
	assert_string_equal(c->networks[0], "/tmp/x.csv");
	assert_string_equal(c->default_site, "a: b");
	assert_int_equal(c->snapshot_every_ms, 90000);
	text_free(&first);
	text_free(&second);
	config_free(c);
}

static void missing_file_and_folder_are_named(void **state)
{
	struct errbuf eb = { "" };
	struct config *c;

	assert_int_not_equal(config_load("/nonexistent/a.yaml", &c, &eb), ERR_OK);
	assert_non_null(strstr(eb.text, "/nonexistent/a.yaml"));
	errbuf_clear(&eb);
	assert_int_not_equal(config_load("/tmp", &c, &eb), ERR_OK);
	assert_non_null(strstr(eb.text, "/tmp"));
}

static void shipped_configuration_is_fine(void **state)
{
	struct errbuf eb = { "" };
	struct config *c;

	if (config_load(SOURCE_DIR "/config/assocd.yaml", &c, &eb))
		fail_msg("%s", eb.text);
	assert_string_equal(c->state_dir, SOURCE_DIR "/var");
	for (unsigned i = 0; i < c->n_networks; i++)
		assert_int_equal(access(c->networks[i], R_OK), 0);
	assert_int_equal(access(c->asn_kinds, R_OK), 0);
	assert_int_equal(access(c->patterns_dir, R_OK), 0);
	config_free(c);
}

/* `assocd -n` promises that what it lets pass starts. */
static void keys_of_collectors_are_checked_without_starting_them(void **state)
{
	static const struct { const char *yaml, *place, *word; } cases[] = {
		{ "collectors:\n  tial: {}\n", ":2:3", "did you mean 'tail'" },
		{ "collectors:\n  tail: {file: []}\n", ":2:10", "did you mean 'files'" },
		{ "collectors:\n  tail: {files: [{path: a, pattern: sshd}]}\n", ":2:19", "unknown key 'path'" },
		{ "collectors:\n  tail: {files: [{file: a, pattern: shsd}]}\n", ":2:37", "did you mean 'sshd'" },
		{ "collectors:\n  stream: {max_connections: 0}\n", ":2:29", "1 to 100000" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct errbuf eb = { "" };
		struct config *c;

		assert_int_equal(load(cases[i].yaml, &c, &eb), ERR_OK);
		assert_int_equal(settings_check(c, &eb), ERR_INPUT);
		if (!strstr(eb.text, cases[i].place) || !strstr(eb.text, cases[i].word))
			fail_msg("\"%s\" names neither %s nor %s", eb.text, cases[i].place, cases[i].word);
		config_free(c);
	}
}

static void collectors_that_are_fine_pass_the_check(void **state)
{
	struct errbuf eb = { "" };
	struct config *c;

	assert_int_equal(load("collectors:\n  tail: {files: [{file: '/nowhere/*.log', pattern: sshd, from: end}]}\n"
			      "  stream: {tcp: '127.0.0.1:9', unix_trusted: false}\n  null:\n", &c, &eb), ERR_OK);
	if (settings_check(c, &eb))
		fail_msg("%s", eb.text);
	config_free(c);
}

static void every_key_has_its_sentence(void **state)
{
	for (const struct config_key *key = config_keys; key->name; key++)
		assert_true(strlen(key->help) > 10 && key->help[strlen(key->help) - 1] == '.');
}

#define T(f) cmocka_unit_test_setup_teardown(f, path_make, path_remove)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(empty_file_has_every_default), T(paths_start_at_the_folder_of_the_file),
		T(paths_are_without_detours_unless_a_link_is_on_the_way),
		T(command_line_wins_and_takes_the_alert_log_along), T(named_alert_log_stays_where_it_is),
		T(wrong_values_are_named_with_their_place), T(shown_configuration_loads_again_with_the_same_values),
		T(missing_file_and_folder_are_named), T(shipped_configuration_is_fine), T(every_key_has_its_sentence),
		T(keys_of_collectors_are_checked_without_starting_them), T(collectors_that_are_fine_pass_the_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
