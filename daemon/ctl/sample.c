/* The bundled sample: fed to a running daemon as site `sample`, and taken out whole again.
 * I1: every account of the sample is of site "sample" or of a site that starts with "sample-": what `load` makes,
 *     `remove` finds, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl.h"
#include "daemon/base/file.h"
#include "daemon/main/config.h"
#include "daemon/main/site.h"
#include "daemon/model/event.h"

#define SAMPLE_FILE "config/sample.ndjson"
#define SAMPLE_NETWORKS "config/sample-networks.csv"
#define SCHOOL_PATH "/v1/search?q=10.236.4.20" /* of its school, which the networks call education */
#define SAMPLE_SITE "sample"
#define INGEST_PATH "/v1/events?backfill=log"
#define REMOVE_PATH "/v1/sites/" SAMPLE_SITE "/remove"
#define SAMPLE_MAX (8 * 1024 * 1024)

extern const struct ctl_command ctl_sample;

/* The lines, each with the site put in front where it names none. */
static unsigned place_on_site(struct bytes file, struct text *out)
{
	unsigned n = 0;

	while (file.len) {
		ptrdiff_t end = bytes_find_char(file, '\n');
		struct bytes line = end < 0 ? file : bytes_slice(file, 0, (size_t)end);
		file = bytes_slice(file, line.len + 1, SIZE_MAX);
		if (!bytes_starts(line, BYTES_LIT("{")))
			continue;
		text_addc(out, '{');
		if (bytes_find(line, BYTES_LIT("\"site\":")) < 0)
			text_adds(out, "\"site\":\"" SAMPLE_SITE "\",");
		text_add(out, bytes_slice(line, 1, SIZE_MAX));
		text_addc(out, '\n');
		n++;
	}
	return n;
}

static void say_loaded(unsigned lines, long long accepted, long long duplicate)
{
	printf("sample: %u events read, %lld accepted", lines, accepted);
	if (duplicate)
		printf(", %lld were there already", duplicate);
	if (accepted + duplicate < (long long)lines)
		printf(", %lld refused", (long long)lines - accepted - duplicate);
	printf("\n");
}

static int sum_up(struct ctl *ctl, struct bytes reply, unsigned lines)
{
	struct json_parser *parser = json_parser_new(SAMPLE_MAX, EVENT_DEPTH_MAX);
	struct errbuf eb = { "" };
	struct json_doc doc;
	int status = 0;

	if (json_parse(parser, reply, &doc, &eb)) {
		status = ctl_fail("the daemon's answer is no JSON: %s", eb.text);
	} else {
		long long accepted = json_get_int(&doc, doc.nodes, "accepted", 0);
		long long duplicate = json_get_int(&doc, doc.nodes, "duplicate", 0);
		if (ctl->as_json)
			printf("%.*s\n", BYTES_ARG(bytes_trim(reply)));
		else
			say_loaded(lines, accepted, duplicate);
		status = accepted + duplicate < (long long)lines;
	}
	json_parser_free(parser);
	return status;
}

static bool are_networks_known(struct ctl *ctl)
{
	const struct json_doc *doc = ctl_get(ctl, SCHOOL_PATH);
	const struct json_node *value = doc ? json_first(doc, json_get(doc, doc->nodes, "values")) : NULL;

	return !value || bytes_is(json_get_text(doc, value, "network"), "education");
}

/* Where an address is just an address, many at one look like one person. */
static void say_networks(struct ctl *ctl)
{
	char *path = config_shipped_path(SAMPLE_NETWORKS);

	printf("The daemon does not know the sample's networks: its school and its shared addresses look like rings of accounts.\n"
	       "So that it judges them as what they are, on its machine:\n"
	       "  %s%s%s db import %s\n"
	       "  then `systemctl reload assocd`, or SIGHUP to its process\n",
	       ctl->program, ctl->config_path ? " -c " : "", ctl->config_path ? ctl->config_path : "", path);
	free(path);
}

static int load(struct ctl *ctl)
{
	struct text file = { 0 }, body = { 0 }, reply = { 0 };
	char *path = config_shipped_path(SAMPLE_FILE);
	struct errbuf eb = { "" };
	int result = 1;

	if (file_read(path, SAMPLE_MAX, &file, &eb)) {
		result = ctl_fail("the sample cannot be read: %s", eb.text);
	} else {
		unsigned lines = place_on_site(text_bytes(&file), &body);
		if (ctl_ask(ctl, "POST", INGEST_PATH, text_bytes(&body), &reply))
			result = sum_up(ctl, text_bytes(&reply), lines);
		if (result == 0 && !ctl->as_json && !are_networks_known(ctl))
			say_networks(ctl);
	}
	free(path);
	text_free(&file);
	text_free(&body);
	text_free(&reply);
	return result;
}

/* They may serve somebody's own events meanwhile, so they are left to people. */
static void say_networks_left(struct ctl *ctl)
{
	const struct config *config = ctl->url ? NULL : ctl_config(ctl);
	char *path = NULL;

	if (!config)
		return;
	BUG_ON(asprintf(&path, "%s/db/sample-networks.csv", config->state_dir) < 0);
	if (access(path, F_OK) == 0)
		printf("its networks are still in %s; remove the file, and the next reload forgets them\n", path);
	free(path);
}

static int say_removed(struct ctl *ctl, uint64_t removed)
{
	if (ctl->as_json)
		printf("{\"removed\":%llu}\n", (unsigned long long)removed);
	else if (removed)
		printf("sample: %llu events taken out, with their links and alerts\n", (unsigned long long)removed);
	else
		printf("sample: there was none\n");
	if (!ctl->as_json)
		say_networks_left(ctl);
	return 0;
}

static int remove_through_daemon(struct ctl *ctl)
{
	struct text reply = { 0 };
	struct json_parser *parser;
	struct json_doc doc;
	struct errbuf eb = { "" };

	if (!ctl_ask(ctl, "POST", REMOVE_PATH, BYTES_LIT("{}"), &reply)) {
		text_free(&reply);
		return 1;
	}
	parser = json_parser_new(SAMPLE_MAX, EVENT_DEPTH_MAX);
	bool is_told = json_parse(parser, text_bytes(&reply), &doc, &eb) == ERR_OK;
	int result = say_removed(ctl, is_told ? (uint64_t)json_get_int(&doc, doc.nodes, "removed", 0) : 0);
	json_parser_free(parser);
	text_free(&reply);
	return result;
}

/* Without a daemon the journal is edited in place; the next start builds its state from what is left. */
static int take_out(struct ctl *ctl)
{
	const struct config *config = ctl->url ? NULL : ctl_config(ctl);
	struct errbuf eb = { "" };
	struct site_removed removed = { 0 };

	if (ctl->url)
		return remove_through_daemon(ctl);
	if (!config)
		return 1;
	enum err err = site_remove(config->state_dir, BYTES_LIT(SAMPLE_SITE), &removed, &eb);
	VEC_FREE(&removed.ids);
	if (err == ERR_BUSY)
		return remove_through_daemon(ctl);
	if (err && err != ERR_NOTFOUND)
		return ctl_fail("%s", eb.text);
	return say_removed(ctl, removed.events);
}

static int run(struct ctl *ctl, int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "load"))
		return load(ctl);
	if (argc == 2 && !strcmp(argv[1], "remove"))
		return take_out(ctl);
	return ctl_usage(&ctl_sample, "say load or remove");
}

const struct ctl_command ctl_sample = {
	.name = "sample",
	.arguments = "load|remove",
	.help = "Feeds the bundled sample as site `sample`, telling no sink but the alert log, or takes it out whole.",
	.more = "Its addresses mean something only with config/sample-networks.csv: where the daemon does not know these networks, "
		"load says how it comes to know them.",
	.run = run,
};
