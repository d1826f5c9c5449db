/* assocctl report: a dossier about an account, two accounts or a cluster, to standard output; and whether one is as it was made. */
#include <stdio.h>

#include "daemon/base/file.h"
#include "daemon/dossier/dossier.h"
#include "print.h"

#define DOSSIER_FILE_MAX (64u * 1024 * 1024)

extern const struct ctl_command ctl_report;

static void print_intact(struct ctl *ctl, const char *path, const struct dossier_check *check)
{
	struct text out = { 0 };

	if (ctl->as_json) {
		json_open_object(&out);
		json_member_bool(&out, "intact", true);
		json_member_string(&out, "format", bytes_of(dossier_format_names[check->format]));
		json_member_int(&out, "sections", check->told);
		json_member_string(&out, "seal", check->seal);
		json_close_object(&out);
		text_addc(&out, '\n');
	} else {
		text_addf(&out, "%s: intact, %u sections; seal %.*s\n", path, check->told, BYTES_ARG(check->seal));
	}
	print_out(&out);
	text_free(&out);
}

static int refuse_changed(struct ctl *ctl, const char *path, const struct dossier_check *check)
{
	struct text out = { 0 };

	if (ctl->as_json) {
		json_open_object(&out);
		json_member_bool(&out, "intact", false);
		json_member_int(&out, "section", check->sections + 1);
		json_member_int(&out, "sections", check->told);
		json_member_string(&out, "trouble", bytes_of(check->trouble));
		json_close_object(&out);
		text_addc(&out, '\n');
		print_out(&out);
		text_free(&out);
	}
	if (check->sections == check->told)
		return ctl_fail("%s: changed: %s", path, check->trouble);
	return ctl_fail("%s: changed: section %u of %u: %s", path, check->sections + 1, check->told, check->trouble);
}

static int verify(struct ctl *ctl, const char *path, const char *seal)
{
	struct errbuf eb = { "" };
	struct text file = { 0 };
	struct dossier_check check;
	int status = 0;
	enum err err = file_read(path, DOSSIER_FILE_MAX, &file, &eb);

	if (err != ERR_OK) {
		text_free(&file);
		return ctl_fail("%s", eb.text);
	}
	err = decode_dossier(text_bytes(&file), &check);
	if (err == ERR_CORRUPT)
		status = refuse_changed(ctl, path, &check);
	else if (err != ERR_OK)
		status = ctl_fail("%s is no dossier of assocd as it was written: it has no such head", path);
	else if (seal && !bytes_eq(check.seal, bytes_of(seal)))
		status = ctl_fail("%s: another dossier: it is whole, but its seal is %.*s", path, BYTES_ARG(check.seal));
	else
		print_intact(ctl, path, &check);
	text_free(&file);
	return status;
}

static int fetch(struct ctl *ctl, const struct text *path)
{
	struct text reply = { 0 };
	bool is_there = ctl_ask(ctl, "GET", path->ptr, BYTES_NONE, &reply);

	if (is_there)
		fwrite(reply.ptr, 1, reply.len, stdout);
	text_free(&reply);
	return is_there ? 0 : ctl->is_misput ? 2 : 1;
}

/* format is given; the others may be NULL. */
struct asked { const char *format, *audience, *language; };

static void add_path(struct text *path, int argc, char **argv, const struct asked *asked)
{
	text_adds(path, "/v1/reports");
	for (int i = 1; i < argc; i++) {
		text_addc(path, '/');
		ctl_escape(path, bytes_of(argv[i]));
	}
	text_adds(path, "?format=");
	ctl_escape(path, bytes_of(asked->format));
	text_adds(path, asked->audience ? "&audience=" : "");
	ctl_escape(path, bytes_of(asked->audience ? asked->audience : ""));
	text_adds(path, asked->language ? "&language=" : "");
	ctl_escape(path, bytes_of(asked->language ? asked->language : ""));
}

static int report_run(struct ctl *ctl, int argc, char **argv)
{
	const char *file = ctl_option(&argc, argv, "--verify"), *seal = ctl_option(&argc, argv, "--seal");
	struct asked asked = { ctl_option(&argc, argv, "--format"), ctl_option(&argc, argv, "--audience"), ctl_option(&argc, argv, "--language") };
	int status = ctl_no_more_options(&ctl_report, &argc, argv);
	struct text path = { 0 };

	if (status)
		return status;
	if (file)
		return argc == 1 ? verify(ctl, file, seal) : ctl_usage(&ctl_report, "--verify takes one file and nothing else");
	if (seal)
		return ctl_usage(&ctl_report, "--seal goes with --verify");
	if (argc != 2 && argc != 3)
		return ctl_usage(&ctl_report, "name an account, two accounts or a cluster");
	if (!asked.format)
		asked.format = ctl->as_json ? "json" : "md";
	add_path(&path, argc, argv, &asked);
	status = fetch(ctl, &path);
	text_free(&path);
	return status;
}

static const struct reference_option report_options[] = {
	{ "--audience", "analyst|subject|third-party", "Who will read it; without it the analyst, who sees everything. The subject reads "
	  "what may be said to it: no other account, value or score. A third party reads kinds, weights and days, and others as account 1, "
	  "account 2.", NULL },
	{ "--format", "html|json|md", "One HTML file that needs nothing else and prints well, JSON, or Markdown; without it Markdown, with "
	  "--json JSON.", NULL },
	{ "--language", "en|zh", "The language of the form for the subject; without it English. A rule of one's own says what its file says. "
	  "The other forms are in English.", NULL },
	{ "--verify", "FILE", "Says whether a dossier in any of the formats is byte for byte as it was made, and where it is not. Needs "
	  "no daemon.", NULL },
	{ "--seal", "HEX", "With --verify: the last seal that it has to have.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_report = {
	.name = "report", .arguments = "[OPTION]... ACCOUNT [ACCOUNT]", .options = report_options, .run = report_run,
	.help = "Writes a dossier about an account, two accounts or a cluster: summary, sums, what speaks against, what it would be without, "
		"relations, what happened, and the rules and network lists behind it.",
	.more = "The same events and rules give the same bytes. Each section ends with a seal over everything in front of it, so that a "
		"change shows; keep the last seal apart from the file, because whoever rewrites everything can seal it anew. The name of "
		"a cluster (c1) comes before an account of that name, which is then to be written with its site.",
	.example = "assocctl report shop/anna --format html > anna.html",
};
