/* What offline commands over event files have in common: networks from the command line, rules from a folder, the events
 * read, and what is said about both. */
#ifndef ASSOCD_CTL_OFFLINE_H
#define ASSOCD_CTL_OFFLINE_H

#include "replay.h"

#define OFFLINE_FILES_MAX 32

/* --networks, --mmdb and --asn-kinds as given. */
struct offline_networks {
	const char *files[OFFLINE_FILES_MAX], *mmdb[OFFLINE_FILES_MAX];
	unsigned n_files, n_mmdb;
	const char *asn_kinds; /* NULL: the shipped list */
};
#define OFFLINE_NETWORK_OPTIONS \
	{ "--networks", "FILE", "A networks file; may be given several times.", NULL }, \
	{ "--mmdb", "FILE", "An MMDB file; may be given several times.", NULL }, \
	{ "--asn-kinds", "FILE", "The list of AS numbers whose kind is known; without it the shipped one.", NULL }

/* Takes the options out of the arguments. 0, or the exit status with the reason said. */
int offline_take_networks(const struct ctl_command *command, struct offline_networks *out, int *argc, char **argv);
/* A score of 0 to 1000 as an option's value; text NULL leaves *score as it is. Else the exit status, with the reason said. */
int offline_score(const struct ctl_command *command, const char *option, const char *text, int *score);

/* --max of commands that print several lists, which have no form as CSV. text NULL: the default. */
int offline_list_max(const struct ctl_command *command, const struct ctl *ctl, const char *text, unsigned *max);

enum err offline_load_networks(const struct offline_networks *networks, struct enrich **out, struct errbuf *eb) MUST_CHECK;
/* dir NULL: the shipped rules. All errors but the last sentence, which is in eb, go to standard error. */
enum err offline_load_rules(const char *dir, struct ruleset **out, struct errbuf *eb) MUST_CHECK;

/* Every file, with progress; then what was refused, and why, on standard error. */
enum err offline_replay(struct replay *r, struct ctl *ctl, char *const *files, struct errbuf *eb) MUST_CHECK;
void offline_print_refused(const struct replay_counts *counts);
/* An error where there were lines and none was accepted. */
enum err offline_check_any(const struct replay_counts *counts, struct errbuf *eb) MUST_CHECK;
/* What was refused goes to standard error, once where all sets refused the same; an error where a set accepted none. */
enum err offline_check_read(const struct replay *r, unsigned n_sets, struct errbuf *eb) MUST_CHECK;

#endif
