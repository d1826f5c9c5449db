/* Setting up offline commands, and saying what they read. */
#include "offline.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/main/config.h"

static bool take_files(const char **list, unsigned *n, const char *name, int *argc, char **argv)
{
	const char *path;
	while ((path = ctl_option(argc, argv, name)) != NULL) {
		if (*n == OFFLINE_FILES_MAX)
			return false;
		list[(*n)++] = path;
	}
	return true;
}

int offline_take_networks(const struct ctl_command *command, struct offline_networks *out, int *argc, char **argv)
{
	*out = (struct offline_networks){ .asn_kinds = ctl_option(argc, argv, "--asn-kinds") };
	if (take_files(out->files, &out->n_files, "--networks", argc, argv) && take_files(out->mmdb, &out->n_mmdb, "--mmdb", argc, argv))
		return 0;
	return ctl_usage(command, "at most %d files of networks", OFFLINE_FILES_MAX);
}

int offline_score(const struct ctl_command *command, const char *option, const char *text, int *score)
{
	uint64_t number;
	if (text == NULL)
		return 0;
	if (!bytes_to_u64(bytes_of(text), &number) || number > 1000)
		return ctl_usage(command, "%s takes a number of 0 to 1000, not '%s'", option, text);
	*score = (int)number;
	return 0;
}

#define LIST_DEFAULT 20
#define LIST_MAX 1000000

int offline_list_max(const struct ctl_command *command, const struct ctl *ctl, const char *text, unsigned *max)
{
	uint64_t number = LIST_DEFAULT;
	if (ctl->as_csv)
		return ctl_usage(command, "it prints several lists, which are no CSV; --json has them all");
	if (text != NULL && (!bytes_to_u64(bytes_of(text), &number) || number > LIST_MAX))
		return ctl_usage(command, "--max takes a number of 0 to %d, not '%s'", LIST_MAX, text);
	*max = (unsigned)number;
	return 0;
}

enum err offline_load_networks(const struct offline_networks *networks, struct enrich **out, struct errbuf *eb)
{
	char *shipped = networks->asn_kinds == NULL ? config_shipped_path("config/asn-kinds.csv") : NULL;
	struct enrich_setup setup = { .networks_files = networks->files, .n_networks = networks->n_files,
				      .mmdb_files = networks->mmdb, .n_mmdb = networks->n_mmdb,
				      .asn_kinds_file = shipped != NULL ? shipped : networks->asn_kinds };
	enum err err = enrich_new(&setup, out, eb);
	free(shipped);
	return err;
}

enum err offline_load_rules(const char *dir, struct ruleset **out, struct errbuf *eb)
{
	char *shipped = dir == NULL ? config_shipped_path("rules/default") : NULL;
	struct text report = { 0 };
	enum err err = ruleset_load(shipped != NULL ? shipped : dir, false, out, &report, eb);
	ptrdiff_t first = bytes_find_char(text_bytes(&report), '\n');
	if (err != ERR_OK && first >= 0 && (size_t)first + 1 < report.len) { /* more than the one that eb has */
		fwrite(report.ptr, 1, report.len, stderr);
		errbuf_clear(eb);
		errbuf_set(eb, err, "the rules in %s are not usable (above)", shipped != NULL ? shipped : dir);
	}
	text_free(&report);
	free(shipped);
	return err;
}

enum err offline_replay(struct replay *r, struct ctl *ctl, char *const *files, struct errbuf *eb)
{
	enum err err = ERR_OK;
	for (; err == ERR_OK && *files != NULL; files++)
		err = replay_file(r, ctl, *files, eb);
	replay_flush(r);
	ctl_progress(ctl, "replay", 1, 1, true);
	return err;
}

void offline_print_refused(const struct replay_counts *counts)
{
	struct text reasons = { 0 };
	refusals_print(&counts->refused, "refused", &reasons);
	fwrite(text_bytes(&reasons).ptr, 1, reasons.len, stderr);
	text_free(&reasons);
}

enum err offline_check_any(const struct replay_counts *counts, struct errbuf *eb)
{
	if (counts->accepted > 0 || counts->refused.n == 0)
		return ERR_OK;
	return errbuf_set(eb, ERR_INPUT, "no line was accepted (above)");
}

enum err offline_check_read(const struct replay *r, unsigned n_sets, struct errbuf *eb)
{
	const struct replay_counts *first = replay_counts(r, 0);
	for (unsigned i = 0; i < n_sets; i++) {
		const struct replay_counts *counts = replay_counts(r, i);
		bool is_told = i > 0 && counts->refused.n == first->refused.n;
		if (counts->refused.n > 0 && !is_told)
			offline_print_refused(counts);
		if (counts->accepted == 0)
			return errbuf_set(eb, ERR_INPUT, counts->lines > 0 ? "none of %llu lines was accepted (above); nothing to compare"
						       : "no events in what was given; nothing to compare",
					  (unsigned long long)counts->lines);
	}
	return ERR_OK;
}
