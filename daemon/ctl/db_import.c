/* `assocctl db import`: network files into STATE/db, where the daemon finds them at its next reload.
 * I1: a file appears there whole or not at all: it is written beside its place, synced, and renamed.
 * I2: what is there has been read by the code that will read it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "daemon/enrich/mmdb.h"
#include "daemon/enrich/networks.h"
#include "daemon/main/config.h"
#include "print.h"

extern const struct ctl_command ctl_db_import;

struct import {
	struct ctl *ctl;
	const char *path;
	char *target;   /* STATE/db/NAME */
	struct text csv, said, ignored;
	uint64_t rows, with_asn, with_org, with_kind, with_country;
};

/* -- CSV: read leniently, written in the form of networks files -- */

static enum err take_row(void *arg, const struct networks_row *row, struct errbuf *eb)
{
	struct import *im = arg;
	const struct network *n = &row->network;
	char address[IP_TEXT_SIZE], number[64];
	bool is_v4 = ip_is_v4(&row->base) && row->bits >= 96;

	snprintf(number, sizeof(number), "%s/%u", ip_format(&row->base, address), is_v4 ? row->bits - 96 : row->bits);
	csv_field(&im->csv, bytes_of(number), true);
	snprintf(number, sizeof(number), "%" PRIu32, n->asn);
	csv_field(&im->csv, n->asn ? bytes_of(number) : BYTES_NONE, false);
	csv_field(&im->csv, n->org, false);
	csv_field(&im->csv, n->kind ? bytes_of(network_kind_names[n->kind]) : BYTES_NONE, false);
	snprintf(number, sizeof(number), "%u", n->block_size);
	csv_field(&im->csv, n->block_size ? bytes_of(number) : BYTES_NONE, false);
	csv_field(&im->csv, bytes_of(n->country), false);
	text_addc(&im->csv, '\n');
	im->rows++;
	im->with_asn += n->asn != 0;
	im->with_org += n->org.len != 0;
	im->with_kind += n->kind != NET_UNKNOWN;
	im->with_country += n->country[0] != '\0';
	return ERR_OK;
}

static void note_ignored(void *arg, struct bytes column)
{
	struct import *im = arg;

	if (im->ignored.len)
		text_adds(&im->ignored, ", ");
	text_add_visible(&im->ignored, bytes_slice(column, 0, 60));
}

static int read_csv(struct import *im)
{
	struct networks_reader reader = { take_row, note_ignored, im };
	struct text content = { 0 };
	struct errbuf eb = { "" };
	enum err e = file_read(im->path, CSV_FILE_MAX, &content, &eb);

	text_adds(&im->csv, "cidr,asn,org,kind,cgnat_block,country\n");
	if (!e)
		e = networks_read(text_bytes(&content), im->path, &reader, &eb);
	text_free(&content);
	if (e)
		return ctl_fail("%s; nothing was imported from it", eb.text);
	if (!im->rows)
		return ctl_fail("%s: there are no networks in it", im->path);
	print_count(&im->said, (int64_t)im->rows);
	text_adds(&im->said, im->rows == 1 ? " network" : " networks");
	return 0;
}

/* -- MMDB: checked and copied -- */

static int read_mmdb(struct import *im)
{
	struct errbuf eb = { "" };
	struct mmdb_about about;
	struct mmdb *m = NULL;
	char built[TIME_TEXT_SIZE];

	if (mmdb_open(im->path, &m, &eb))
		return ctl_fail("%s", eb.text);
	mmdb_about(m, &about);
	mmdb_close(m);
	time_format(about.built_ms, built);
	text_addf(&im->said, "%s of %.10s, IPv%d, ", about.type, built, about.ip_version);
	print_count(&im->said, about.nodes);
	text_adds(&im->said, " nodes");
	im->with_asn = about.has_asn;
	im->with_org = about.has_org;
	im->with_kind = about.has_kind;
	im->with_country = about.has_country;
	if (about.has_asn || about.has_kind || about.has_country || about.has_org)
		return 0;
	return ctl_fail("%s (%s): no record has an AS number, organisation, country or kind of network under a name that is known here", im->path, about.type);
}

static bool copy_bytes(int from, int to)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(from, chunk, sizeof(chunk))) > 0)
		if (!file_write_all(to, bytes_make(chunk, (size_t)n)))
			return false;
	return n == 0;
}

/* I1 */
static int put(struct import *im)
{
	char *fresh = NULL;
	int from = im->csv.len ? -1 : open(im->path, O_RDONLY | O_CLOEXEC), to;
	bool is_done;

	BUG_ON(asprintf(&fresh, "%s.new", im->target) < 0);
	to = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	is_done = to >= 0 && (im->csv.len ? file_write_all(to, text_bytes(&im->csv)) : from >= 0 && copy_bytes(from, to));
	is_done = is_done && !fsync(to) && !rename(fresh, im->target);
	if (!is_done)
		ctl_fail("%s: %s; what was there before is unchanged", im->target, strerror(errno));
	if (!is_done && to >= 0)
		unlink(fresh);
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	free(fresh);
	return is_done ? 0 : 1;
}

static bool is_mmdb(const char *path)
{
	return bytes_ends(bytes_of(path), BYTES_LIT(".mmdb"));
}

/* Of a CSV file the rows that have each, of an MMDB file 1 where its records have it. */
static const char *const known_names[] = { "AS numbers", "organisations", "kinds of network", "countries" };
static const char *const known_keys[] = { "asn", "org", "kind", "country" };
#define KNOWN 4

static void counts_of(const struct import *im, uint64_t out[KNOWN])
{
	const uint64_t has[KNOWN] = { im->with_asn, im->with_org, im->with_kind, im->with_country };

	memcpy(out, has, sizeof has);
}

static void say_import(const struct import *im, struct text *line)
{
	const char *between = ": ";
	uint64_t has[KNOWN];

	counts_of(im, has);
	text_addf(line, "%s -> %s: ", im->path, im->target);
	text_add(line, text_bytes(&im->said));
	for (size_t i = 0; i < KNOWN; i++) {
		if (!has[i])
			continue;
		text_addf(line, "%s%s", between, known_names[i]);
		between = ", ";
	}
	if (im->ignored.len)
		text_addf(line, " (columns not used: %s)", im->ignored.ptr);
	text_addc(line, '\n');
}

static void say_import_json(const struct import *im, struct text *line)
{
	uint64_t has[KNOWN];

	counts_of(im, has);
	json_open_object(line);
	json_member_string(line, "file", bytes_of(im->path));
	json_member_string(line, "target", bytes_of(im->target));
	json_member_string(line, "what", text_bytes(&im->said));
	for (size_t i = 0; i < KNOWN; i++)
		json_member_bool(line, known_keys[i], has[i] > 0);
	json_member_string(line, "ignored", text_bytes(&im->ignored));
	json_close_object(line);
	text_addc(line, '\n');
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The second would replace the first. */
static int check_names(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (int k = 1; k < i; k++)
			if (strcmp(name_of(argv[i]), name_of(argv[k])) == 0)
				return ctl_usage(&ctl_db_import, "%s and %s would be one file there; give one of them another name", argv[k], argv[i]);
	return 0;
}

static int import_one(struct import *im, const char *folder)
{
	const char *name = name_of(im->path);
	bool is_csv = bytes_ends(bytes_of(name), BYTES_LIT(".csv"));
	struct text line = { 0 };
	int status;

	if (!is_csv && !is_mmdb(name))
		return ctl_fail("%s: a name that ends in .csv or .mmdb is expected", im->path);
	BUG_ON(asprintf(&im->target, "%s/%s", folder, name) < 0);
	status = is_csv ? read_csv(im) : read_mmdb(im);
	if (!status)
		status = put(im);
	if (!status) {
		(im->ctl->as_json ? say_import_json : say_import)(im, &line);
		print_out(&line);
	}
	text_free(&line);
	free(im->target);
	text_free(&im->csv);
	text_free(&im->said);
	text_free(&im->ignored);
	return status;
}

static int import_run(struct ctl *ctl, int argc, char **argv);
const struct ctl_command ctl_db_import = {
	.name = "db import",
	.arguments = "FILE...",
	.help = "Checks network files (MMDB, CSV) and puts them where the daemon finds them at its next reload.",
	.more = "They go into db/ in the state folder. Columns of MaxMind, DB-IP and IPinfo are known by their names. Of two files of one name "
		"the second would replace the first: they are refused. With --json a line a file.",
	.example = "assocctl db import GeoLite2-ASN.mmdb offices.csv",
	.run = import_run,
};

static int import_run(struct ctl *ctl, int argc, char **argv)
{
	const struct config *config;
	char *folder = NULL;
	int status = ctl_no_more_options(&ctl_db_import, &argc, argv), imported = 0;

	if (status)
		return status;
	if (argc < 2)
		return ctl_usage(&ctl_db_import, "no file is named");
	status = check_names(argc, argv);
	if (status)
		return status;
	config = ctl_config(ctl);
	if (!config)
		return 1;
	BUG_ON(asprintf(&folder, "%s/db", config->state_dir) < 0);
	if ((mkdir(config->state_dir, 0750) && errno != EEXIST) || (mkdir(folder, 0755) && errno != EEXIST))
		status = ctl_fail("%s: %s", folder, strerror(errno));
	for (int i = 1; i < argc && !status; i++) {
		struct import im = { .ctl = ctl, .path = argv[i] };
		status = import_one(&im, folder);
		imported += status == 0;
	}
	if (imported > 0 && !ctl->as_json) /* also where a later one failed */
		printf("The daemon uses them after a reload: systemctl reload assocd, or SIGHUP to its process.\n");
	free(folder);
	return status;
}
