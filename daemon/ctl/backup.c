/* assocctl backup: the state folder as of one moment, in a folder that a daemon can be started on.
 * I1: FOLDER appears whole and verified, or not at all: it is made as FOLDER.partial, synced and renamed.
 * I2: files come before the database: what they say of the journal (where collectors got to) then lies behind it, and what a
 *     collector reads twice counts once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "daemon/main/config.h"
#include "daemon/store/backup.h"
#include "print.h"
#include "state_copy.h"

extern const struct ctl_command ctl_backup;

static char *joined(const char *folder, const char *name)
{
	char *path = NULL;

	BUG_ON(asprintf(&path, "%s%s", folder, name) < 0);
	return path;
}

static void tell_progress(void *arg, uint64_t done, uint64_t of)
{
	ctl_progress(arg, "pages copied", done, of, done == of);
}

struct backup {
	struct ctl *ctl;
	const char *state, *folder; /* from, to */
	char *partial, *database;
	struct state_copied files;
	struct backup_facts facts;
};

static enum err fill(struct backup *b, struct errbuf *eb)
{
	struct backup_progress progress = { tell_progress, b->ctl };
	enum err err = state_copy(b->state, b->partial, &b->files, eb); /* I2 */

	if (!err)
		err = backup_make(b->state, b->database, &progress, eb);
	if (!err)
		err = backup_verify(b->database, &b->facts, eb);
	if (!err)
		err = file_sync_folder(b->partial, eb);
	return err;
}

/* mkdir refuses an empty folder too; rename would replace one. */
static enum err put_in_place(struct backup *b, struct errbuf *eb)
{
	struct stat st;

	if (stat(b->folder, &st) == 0)
		return errbuf_set(eb, ERR_EXISTS, "%s has come into being meanwhile; the backup is %s", b->folder, b->partial);
	if (rename(b->partial, b->folder) != 0)
		return errbuf_set(eb, ERR_IO, "%s: %s; the backup is %s", b->folder, strerror(errno), b->partial);
	return ERR_OK;
}

static bool has_database(const char *state)
{
	char *path = joined(state, "/assocd.db");
	bool is_there = access(path, F_OK) == 0;
	int why = errno;

	free(path);
	errno = why;
	return is_there;
}

static int make(struct backup *b)
{
	struct errbuf eb = { "" };
	struct stat st;
	enum err err;

	if (!has_database(b->state) && errno == EACCES)
		return ctl_fail("%s: permission denied; run this as the daemon's user or as root", b->state);
	if (!has_database(b->state))
		return ctl_fail("%s holds no journal; the configuration that is read (-c) names the state folder", b->state);
	if (stat(b->folder, &st) == 0)
		return ctl_fail("%s exists; name a folder that does not yet", b->folder);
	if (mkdir(b->partial, 0700) != 0)
		return errno == EEXIST ? ctl_fail("%s is left from a backup that did not end; remove it", b->partial)
				       : ctl_fail("cannot make the folder %s: %s", b->partial, strerror(errno));
	err = fill(b, &eb);
	if (err)
		return ctl_fail("%s; no backup was made, remove %s", eb.text, b->partial);
	err = put_in_place(b, &eb);
	return err ? ctl_fail("%s", eb.text) : 0;
}

static void say(struct backup *b, int64_t took_us)
{
	struct text out = { 0 };

	if (b->ctl->as_json) {
		json_open_object(&out);
		json_member_string(&out, "folder", bytes_of(b->folder));
		json_member_int(&out, "events", (int64_t)b->facts.events);
		json_member_int(&out, "last_seq", (int64_t)b->facts.last_seq);
		json_member_int(&out, "alerts", (int64_t)b->facts.alerts);
		json_member_int(&out, "bytes", (int64_t)(b->facts.bytes + b->files.bytes));
		json_member_int(&out, "files", (int64_t)b->files.files + 1);
		json_member_bool(&out, "verified", true);
		json_member_milli(&out, "seconds", took_us / 1000);
		json_close_object(&out);
	} else {
		text_addf(&out, "%s: ", b->folder);
		print_count(&out, (int64_t)b->facts.events);
		text_adds(&out, " events, ");
		print_count(&out, (int64_t)b->facts.alerts);
		text_adds(&out, " alerts, ");
		print_count(&out, (int64_t)((b->facts.bytes + b->files.bytes + 1023) / 1024));
		text_addf(&out, " KiB, every event read; %lld.%01lld s", (long long)took_us / 1000000,
			  (long long)took_us / 100000 % 10);
	}
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
}

static int back_up(struct ctl *ctl, const char *folder)
{
	const struct config *config = ctl_config(ctl);
	struct backup b = { .ctl = ctl, .folder = folder };
	int64_t began_us = clock_mono_us();
	int status;

	if (!config)
		return 1;
	b.state = config->state_dir;
	b.partial = joined(folder, ".partial");
	b.database = joined(b.partial, "/assocd.db");
	status = make(&b);
	if (status == 0)
		say(&b, clock_mono_us() - began_us);
	free(b.partial);
	free(b.database);
	return status;
}

static int verify(struct ctl *ctl, const char *folder)
{
	struct backup b = { .ctl = ctl, .folder = folder, .database = joined(folder, "/assocd.db") };
	int64_t began_us = clock_mono_us();
	struct errbuf eb = { "" };
	enum err err = backup_verify(b.database, &b.facts, &eb);

	free(b.database);
	if (err)
		return ctl_fail("%s", eb.text);
	say(&b, clock_mono_us() - began_us);
	return 0;
}

static int run(struct ctl *ctl, int argc, char **argv)
{
	bool is_there = ctl_flag(&argc, argv, "--verify");
	int status = ctl_no_more_options(&ctl_backup, &argc, argv);

	if (status)
		return status;
	if (argc != 2)
		return ctl_usage(&ctl_backup, "name one folder");
	for (size_t n = strlen(argv[1]); n > 1 && argv[1][n - 1] == '/'; n--)
		argv[1][n - 1] = '\0';
	return is_there ? verify(ctl, argv[1]) : back_up(ctl, argv[1]);
}

static const struct reference_option options[] = {
	{ "--verify", NULL, "Makes nothing: reads a backup that is there, every event of it.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_backup = {
	.name = "backup", .arguments = "FOLDER [OPTION]...", .options = options, .run = run,
	.help = "Copies the state folder as of one moment into a new folder, while the daemon runs, and reads the copy whole.",
	.more = "What it makes is a state folder: journal, alerts, keys, tokens, imported networks; a daemon can be started on it. "
		"Logs and the configuration are not in it. It asks no daemon, so it needs the rights of the daemon's user or of "
		"root, and whoever reads the backup can read the journal: it holds the keys, too.",
	.example = "assocctl backup /var/backups/assocd-$(date +%F)",
};
