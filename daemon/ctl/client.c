/* The connection to the daemon. Errors say what to do: who may read the token, how to start the daemon. */
#include "client.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/main/config.h"
#include "daemon/vendor/fetch.h"
#include "daemon/vendor/percent.h"

#define REPLY_MAX (256u * 1024 * 1024)
#define REPLY_DEPTH_MAX 32
#define TOKEN_MAX 4096
#define WHY_SIZE 1024

struct ctl_client {
	struct fetch *fetch;
	struct text base, token, url;
	const char *socket, *ca; /* or NULL: of the configuration or the command line */
	bool is_pinned;
	bool is_guarded; /* the configuration asks clients for a certificate */
	struct json_parser *parser;
	struct json_doc doc;
	struct text reply;
};

void ctl_client_free(struct ctl_client *client)
{
	if (!client)
		return;
	fetch_free(client->fetch);
	json_parser_free(client->parser);
	text_free(&client->base);
	text_free(&client->token);
	text_free(&client->url);
	text_free(&client->reply);
	free(client);
}

void client_url_of_listen(struct text *out, const char *listen, bool is_tls)
{
	const char *port = strrchr(listen, ':'), *scheme = is_tls ? "https" : "http";

	if (strncmp(listen, "0.0.0.0:", 8) == 0 || strncmp(listen, "[::]:", 5) == 0)
		text_addf(out, "%s://127.0.0.1%s", scheme, port);
	else
		text_addf(out, "%s://%s", scheme, listen);
}

/* As ctl_fail, and kept for a command that says it in its own way. */
static int fail(struct ctl *ctl, const char *fmt, ...) PRINTF_LIKE(2, 3);
static int fail(struct ctl *ctl, const char *fmt, ...)
{
	char sentence[WHY_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	text_clear(&ctl->why);
	text_adds(&ctl->why, sentence);
	return ctl_fail("%s", ctl->why.ptr);
}

/* Who could read it: the question that follows "permission denied". */
static int token_denied(struct ctl *ctl, const char *path)
{
	struct stat st;
	struct passwd *owner;
	struct group *group;

	if (stat(path, &st) != 0)
		return fail(ctl, "cannot read the token file %s: permission denied; its folder is closed to you, so run this as the daemon's user or with sudo", path);
	owner = getpwuid(st.st_uid);
	group = getgrgid(st.st_gid);
	if (st.st_mode & 0040)
		return fail(ctl, "cannot read the token file %s: permission denied; members of the group %s may read it", path, group ? group->gr_name : "(unnamed)");
	return fail(ctl, "cannot read the token file %s: permission denied; only its owner %s may (group %s has no right to it): use sudo, or --token-file with a token of your own",
			path, owner ? owner->pw_name : "(unnamed)", group ? group->gr_name : "(unnamed)");
}

/* missing: what is to be said where there is no such file. */
static int read_token(struct ctl *ctl, const char *path, const char *missing, struct text *out)
{
	char block[TOKEN_MAX];
	FILE *f = fopen(path, "re");
	size_t n;
	struct bytes token;
	int wrong;

	if (!f && errno == EACCES)
		return token_denied(ctl, path);
	if (!f && errno == ENOENT)
		return fail(ctl, "there is no token file %s%s", path, missing);
	if (!f)
		return fail(ctl, "cannot read the token file %s: %s", path, strerror(errno));
	errno = 0;
	n = fread(block, 1, sizeof(block), f);
	wrong = ferror(f) ? errno : 0;
	fclose(f);
	if (wrong) /* a folder can be opened, and no more */
		return fail(ctl, "cannot read the token file %s: %s", path, strerror(wrong));
	token = bytes_trim(bytes_make(block, n));
	text_add(out, token);
	return token.len ? 0 : fail(ctl, "the token file %s is empty", path);
}

static int find_address(struct ctl *ctl, struct ctl_client *client)
{
	const struct config *config;

	if (ctl->url) {
		struct bytes url = bytes_of(ctl->url);

		while (bytes_ends(url, BYTES_LIT("/")))
			url.len--;
		if (!bytes_starts(url, BYTES_LIT("http://")) && !bytes_starts(url, BYTES_LIT("https://")))
			return ctl_fail("--url takes an address like http://127.0.0.1:8787, not '%s'", ctl->url);
		text_add(&client->base, url);
		return 0;
	}
	config = ctl_config(ctl);
	if (!config)
		return 1;
	client->socket = strncmp(config->listen, "unix:", 5) == 0 ? config->listen + 5 : config->http_socket;
	if (client->socket && access(client->socket, R_OK | W_OK) == 0) {
		text_adds(&client->base, "http://localhost");
		return 0;
	}
	client->socket = NULL;
	client->ca = config->tls_certificate; /* the daemon's own: nobody else has its key */
	client->is_pinned = client->ca != NULL;
	client->is_guarded = config->tls_client_ca != NULL;
	client_url_of_listen(&client->base, config->listen, client->is_pinned);
	return 0;
}

/* A user of the Unix socket needs no token, so one who may not read it is not told so. */
static bool needs_no_token(const struct ctl_client *client, const char *path)
{
	return client->socket && access(path, R_OK) != 0;
}

/* With --url alone no token is sent: the one of the local daemon is nobody else's business. */
static int find_token(struct ctl *ctl, struct ctl_client *client)
{
	struct text path = { 0 };
	int status;

	if (ctl->token_file)
		return read_token(ctl, ctl->token_file, "", &client->token);
	if (ctl->url)
		return 0;
	text_addf(&path, "%s/admin.token", ctl_config(ctl)->state_dir);
	status = needs_no_token(client, path.ptr) ? 0 : read_token(ctl, path.ptr, "; the daemon makes it at its first start", &client->token);
	text_free(&path);
	return status;
}

static struct ctl_client *client_of(struct ctl *ctl)
{
	struct ctl_client *client;

	if (ctl->client)
		return ctl->client;
	client = xcalloc(1, sizeof(*client));
	client->fetch = fetch_new();
	client->parser = json_parser_new(REPLY_MAX, REPLY_DEPTH_MAX);
	if (find_address(ctl, client) != 0 || find_token(ctl, client) != 0) {
		ctl_client_free(client);
		return NULL;
	}
	ctl->client = client;
	return client;
}

/* In the words of libcurl. */
static bool is_hung_up(struct bytes why)
{
	return bytes_find(why, BYTES_LIT("reset by peer")) >= 0 || bytes_find(why, BYTES_LIT("Empty reply")) >= 0;
}

static void say_unreachable(struct ctl *ctl, enum err err, const struct errbuf *eb)
{
	const struct ctl_client *client = ctl->client;

	if (err == ERR_NOTFOUND)
		fail(ctl, "no daemon answers at %s; start it with `./run` in the source tree, or `systemctl start assocd` where it is installed", client->base.ptr);
	else if (err == ERR_DENIED && client->is_pinned && !ctl->ca)
		fail(ctl, "its certificate is not trusted: %s; the daemon shows another one than %s holds: it has not read that file again, "
			  "or refused it at a reload (its log says why); --ca names the file of the authority that issued the one in use", eb->text, client->ca);
	else if (err == ERR_DENIED)
		fail(ctl, "its certificate is not trusted: %s; --ca names the file of the authority that issued it", eb->text);
	else if (client->is_guarded)
		fail(ctl, "%s; the daemon wants a client certificate (`tls_client_ca`), and assocctl shows none: with `http_socket` in the "
			  "configuration it asks over that", eb->text);
	else if (is_hung_up(bytes_of(eb->text)))
		fail(ctl, "%s; the daemon ended, or it has `max_connections` already (assocd_http_connections_refused_total)", eb->text);
	else
		fail(ctl, "%s", eb->text);
}

int ctl_request(struct ctl *ctl, const char *method, const char *path, struct bytes body, struct text *reply)
{
	struct ctl_client *client = client_of(ctl);
	struct errbuf eb = { 0 };
	struct fetch_request rq = { .method = method, .body = body, .timeout_s = ctl->timeout_s };
	int status;
	enum err err;

	if (!client)
		return -1;
	text_clear(&client->url);
	text_addf(&client->url, "%s%s", client->base.ptr, path);
	rq.url = client->url.ptr;
	rq.socket = client->socket;
	rq.ca = ctl->ca ? ctl->ca : client->ca;
	rq.is_pinned = client->is_pinned && !ctl->ca;
	rq.bearer = client->token.len ? client->token.ptr : NULL;
	if (body.len > 0)
		rq.content_type = bytes_ends(body, BYTES_LIT("\n")) ? "application/x-ndjson" : "application/json";
	err = fetch_run(client->fetch, &rq, &status, reply, &eb);
	if (err && !ctl->is_unreachable_told)
		say_unreachable(ctl, err, &eb);
	ctl->is_unreachable_told = err != ERR_OK;
	return err ? -1 : status;
}

static const char *user_name(void)
{
	const struct passwd *user = getpwuid(geteuid());

	return user ? user->pw_name : "USER";
}

/* What names those that there are. */
static const char *where_to_look(struct bytes detail)
{
	static const struct { const char *what, *hint; } rows[] = {
		{ "account \"", "; `assocctl search` finds accounts of every site by the beginning of their names" },
		{ "alert \"", "; `assocctl alerts` lists those that there are" },
		{ "cluster \"", "; `assocctl account` names the cluster of an account" },
		{ "sink \"", "; `assocctl sink list` lists those that there are" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (bytes_starts(detail, bytes_of(rows[i].what)))
			return rows[i].hint;
	return "";
}

int ctl_problem(struct ctl *ctl, int status, struct bytes reply)
{
	struct ctl_client *client = ctl->client;
	struct json_doc doc;
	struct bytes detail = BYTES_NONE;
	struct text visible = { 0 };

	if (json_parse(client->parser, reply, &doc, NULL) == ERR_OK && doc.nodes[0].type == JSON_OBJECT)
		detail = json_get_text(&doc, doc.nodes, "detail");
	ctl->is_misput = detail.len > 0 && bytes_is(json_get_text(&doc, doc.nodes, "error"), "query");
	text_add_visible(&visible, detail);
	if (status == 401 && ctl->url && !ctl->token_file)
		fail(ctl, "%s wants a token; name a file that holds one with --token-file", client->base.ptr);
	else if (status == 401 && client->socket && !ctl->token_file)
		fail(ctl, "you have no role here; `peers: [%s=read]` in the configuration and a restart give one, --token-file names a token", user_name());
	else if (status == 404 && detail.len > 0)
		fail(ctl, "%s%s", visible.ptr, where_to_look(detail));
	else if (detail.len > 0)
		fail(ctl, "%s", visible.ptr);
	else
		fail(ctl, "%s answered with status %d", client->base.ptr, status);
	text_free(&visible);
	return ctl->is_misput ? 2 : 1;
}

bool ctl_ask(struct ctl *ctl, const char *method, const char *path, struct bytes body, struct text *reply)
{
	int status = ctl_request(ctl, method, path, body, reply);

	if (status >= 300)
		ctl_problem(ctl, status, text_bytes(reply));
	return status >= 0 && status < 300;
}

const struct json_doc *ctl_get(struct ctl *ctl, const char *path)
{
	struct ctl_client *client = client_of(ctl);
	struct errbuf eb = { 0 };

	if (!client)
		return NULL;
	text_clear(&client->reply);
	if (!ctl_ask(ctl, "GET", path, BYTES_NONE, &client->reply))
		return NULL;
	if (json_parse(client->parser, text_bytes(&client->reply), &client->doc, &eb) == ERR_OK)
		return &client->doc;
	fail(ctl, "%s%s did not answer with JSON: %s", client->base.ptr, path, eb.text);
	return NULL;
}

const struct json_doc *ctl_show(struct ctl *ctl, const char *path, int *status)
{
	const struct json_doc *doc = ctl_get(ctl, path);

	*status = doc ? 0 : ctl->is_misput ? 2 : 1;
	if (!doc || !ctl->as_json)
		return doc;
	fwrite(ctl->client->reply.ptr, 1, ctl->client->reply.len, stdout);
	return NULL;
}

void ctl_escape(struct text *out, struct bytes segment)
{
	percent_encode(out, segment);
}
