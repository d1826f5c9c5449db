/* assocctl token: who may come in. Edits STATE/tokens, which the daemon reads again within a second. */
#include <stdio.h>

#include "daemon/api/token_lines.h"
#include "daemon/main/config.h"
#include "print.h"

extern const struct ctl_command ctl_token_add, ctl_token_list, ctl_token_revoke;

/* Name, roles and rate from the command line; 0, or 2 with the usage printed. */
static int take_grant(struct token_grant *grant, int *argc, char **argv)
{
	const char *role = ctl_option(argc, argv, "--role"), *rate = ctl_option(argc, argv, "--rate");
	bool is_trusted = ctl_flag(argc, argv, "--trusted");
	int status = ctl_no_more_options(&ctl_token_add, argc, argv);
	uint64_t per_second = 0;

	if (status)
		return status;
	if (*argc != 2 || !role)
		return ctl_usage(&ctl_token_add, "name the token, and its roles with --role");
	if (!token_name_is_fine(bytes_of(argv[1])))
		return ctl_usage(&ctl_token_add, "a name is 1 to %d letters, digits, dots, dashes and underscores, and not \"admin\"", TOKEN_NAME_MAX - 1);
	grant->roles = role_parse(bytes_of(role));
	if (!grant->roles)
		return ctl_usage(&ctl_token_add, "\"%s\" are no roles; they are ingest, read, analyst, admin, with commas between", role);
	if (rate && (!bytes_to_u64(bytes_of(rate), &per_second) || per_second < 1 || per_second > TOKEN_RATE_MAX))
		return ctl_usage(&ctl_token_add, "--rate takes requests a second, 1 to %d", TOKEN_RATE_MAX);
	if (is_trusted && !(grant->roles & ROLE_INGEST))
		return ctl_usage(&ctl_token_add, "--trusted says what may be stated with events, so it needs the role ingest");
	grant->roles |= is_trusted ? ROLE_TRUSTED : 0;
	grant->rate = (unsigned)per_second;
	snprintf(grant->name, sizeof(grant->name), "%s", argv[1]);
	return 0;
}

static void add_grant_json(struct text *out, const struct token_grant *grant)
{
	struct text roles = { 0 };

	role_print(&roles, grant->roles);
	json_member_string(out, "name", bytes_of(grant->name));
	json_member_string(out, "roles", text_bytes(&roles));
	json_member_bool(out, "trusted", (grant->roles & ROLE_TRUSTED) != 0);
	if (grant->rate)
		json_member_int(out, "rate", grant->rate);
	text_free(&roles);
}

static int token_add_run(struct ctl *ctl, int argc, char **argv)
{
	struct token_grant grant = { 0 };
	struct text secret = { 0 }, out = { 0 };
	struct errbuf eb = { 0 };
	int status = take_grant(&grant, &argc, argv);
	const struct config *config = status ? NULL : ctl_config(ctl);

	if (!config)
		return status ? status : 1;
	if (token_add(config->state_dir, &grant, &secret, &eb) != ERR_OK) {
		text_free(&secret);
		return ctl_fail("%s", eb.text);
	}
	if (ctl->as_json) {
		json_open_object(&out);
		add_grant_json(&out, &grant);
		json_member_string(&out, "token", text_bytes(&secret));
		json_close_object(&out);
	} else {
		text_add(&out, text_bytes(&secret));
		fprintf(stderr, "The token \"%s\" is shown this once; the daemon knows it within a second.\n", grant.name);
	}
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
	explicit_bzero(secret.ptr, secret.len);
	text_free(&secret);
	return 0;
}

struct listing {
	struct text out;
	struct table *csv; /* NULL: as text or JSON */
	bool as_json;
	unsigned n;
};

static void add_grant_row(struct table *t, const struct token_grant *grant)
{
	struct text roles = { 0 };

	role_print(&roles, grant->roles);
	table_text(t, bytes_of(grant->name));
	table_text(t, text_bytes(&roles));
	table_text(t, bytes_of(grant->roles & ROLE_TRUSTED && !(grant->roles & ROLE_ADMIN) ? "trusted" : ""));
	table_int(t, grant->rate);
	text_free(&roles);
}

static enum err list_one(void *arg, const struct token_line *line, struct errbuf *eb)
{
	struct listing *l = arg;
	struct text roles = { 0 }, name = { 0 };

	l->n++;
	if (l->csv) {
		add_grant_row(l->csv, &line->grant);
		return ERR_OK;
	}
	if (l->as_json) {
		json_open_object(&l->out);
		add_grant_json(&l->out, &line->grant);
		json_close_object(&l->out);
		return ERR_OK;
	}
	role_print(&roles, line->grant.roles);
	text_add_visible(&name, bytes_of(line->grant.name));
	text_addf(&l->out, "%-24s %s%s", name.ptr, roles.ptr, line->grant.roles & ROLE_TRUSTED && !(line->grant.roles & ROLE_ADMIN) ? ", trusted" : "");
	if (line->grant.rate)
		text_addf(&l->out, ", %u requests a second", line->grant.rate);
	text_addc(&l->out, '\n');
	text_free(&roles);
	text_free(&name);
	return ERR_OK;
}

static int token_list_run(struct ctl *ctl, int argc, char **argv)
{
	static const char *const heads[] = { "token", "roles", "trusted", ">rate", NULL };
	struct listing l = { .as_json = ctl->as_json };
	struct errbuf eb = { 0 };
	const struct config *config;
	enum err err;
	int status = ctl_no_arguments(&ctl_token_list, argc, argv);

	if (status)
		return status;
	config = ctl_config(ctl);
	if (!config)
		return 1;
	if (l.as_json)
		json_open_array(&l.out);
	else if (ctl->as_csv)
		l.csv = table_new(ctl, heads);
	err = token_lines_read(config->state_dir, list_one, &l, &eb);
	if (l.as_json) {
		json_close_array(&l.out);
		text_addc(&l.out, '\n');
	} else if (l.csv) {
		table_end(l.csv, "");
	} else if (l.n == 0) {
		text_addf(&l.out, "There is the administrator's token alone, %s/admin.token; `assocctl token add` makes further ones.\n", config->state_dir);
	}
	if (l.out.len > 0 && (err == ERR_OK || err == ERR_NOTFOUND))
		print_out(&l.out);
	text_free(&l.out);
	return err == ERR_OK || err == ERR_NOTFOUND ? 0 : ctl_fail("%s", eb.text);
}

static int token_revoke_run(struct ctl *ctl, int argc, char **argv)
{
	int status = ctl_no_more_options(&ctl_token_revoke, &argc, argv);
	struct errbuf eb = { 0 };
	const struct config *config;

	if (status)
		return status;
	if (argc != 2)
		return ctl_usage(&ctl_token_revoke, "name one token");
	config = ctl_config(ctl);
	if (!config)
		return 1;
	if (strcmp(argv[1], "admin") == 0)
		return ctl_fail("the administrator's token is replaced, not revoked: remove %s/admin.token, and the daemon makes another within a second", config->state_dir);
	if (token_revoke(config->state_dir, bytes_of(argv[1]), &eb) != ERR_OK)
		return ctl_fail("%s", eb.text);
	printf(ctl->as_json ? "{\"revoked\":\"%s\"}\n" : "revoked %s; the daemon refuses it within a second\n", argv[1]);
	return 0;
}

#define NO_MORE { NULL, NULL, NULL, NULL }
static const struct reference_option add_options[] = {
	{ "--role", "ROLE,...", "ingest, read, analyst or admin; several with commas between.", NULL },
	{ "--trusted", NULL, "What it sends may also declare relations, closures and ratings.", NULL },
	{ "--rate", "N", "Requests a second that it may make; without it token_rate of the configuration.", NULL },
	NO_MORE,
};

const struct ctl_command ctl_token_add = {
	.name = "token add", .arguments = "NAME --role=ROLES [OPTION]...", .options = add_options, .run = token_add_run,
	.help = "Makes a token and prints it, once: the state folder keeps its hash.",
	.more = "It edits the state folder and asks no daemon, so it needs the rights of the daemon's user or of root. A running daemon "
		"knows the token within a second.",
	.example = "assocctl token add shop --role ingest --trusted >/etc/shop/assocd.token",
};
const struct ctl_command ctl_token_list = {
	.name = "token list", .arguments = "", .run = token_list_run,
	.help = "Lists the tokens by name, with their roles; the tokens themselves are nowhere kept.",
};
const struct ctl_command ctl_token_revoke = {
	.name = "token revoke", .arguments = "NAME", .run = token_revoke_run,
	.help = "Takes a token back; a running daemon refuses it within a second.",
	.example = "assocctl token revoke shop",
};
