/* What stands at the doors: the certificate, and the users who need no token on the Unix socket. */
#include "daemon.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/api/tokens.h"
#include "daemon/base/log.h"

static enum err user_of(const char *name, uid_t *out, struct errbuf *eb)
{
	const struct passwd *user = getpwnam(name);
	if (user == NULL)
		return errbuf_set(eb, ERR_INPUT, "there is no user \"%s\" on this machine", name);
	*out = user->pw_uid;
	return ERR_OK;
}

/* "prometheus=read" */
static enum err read_peer(const char *text, struct api_peer *out, struct errbuf *eb)
{
	const char *equals = strchr(text, '=');
	if (equals == NULL)
		return errbuf_set(eb, ERR_INPUT, "\"%s\" is not of the form USER=ROLE[,ROLE...]", text);
	out->name = strndup(text, (size_t)(equals - text));
	out->roles = role_parse(bytes_of(equals + 1));
	if (out->roles == 0)
		return errbuf_set(eb, ERR_INPUT, "\"%s\" are no roles; they are ingest, read, analyst, admin", equals + 1);
	return user_of(out->name, &out->uid, eb);
}

static void add_administrator(struct daemon *d, uid_t uid, const char *name)
{
	d->peers[d->n_peers++] = (struct api_peer){ .uid = uid, .roles = role_parse(BYTES_LIT("admin")), .name = xstrdup(name) };
}

static enum err read_peers(struct daemon *d, struct errbuf *eb)
{
	enum err err = ERR_OK;
	d->n_peers = 0;
	add_administrator(d, 0, "root");
	if (geteuid() != 0)
		add_administrator(d, geteuid(), "the daemon's user");
	for (unsigned i = 0; i < d->config->n_peers && err == ERR_OK; i++) {
		if (d->n_peers == API_PEERS_MAX)
			err = errbuf_set(eb, ERR_LIMIT, "it has more than %d entries", API_PEERS_MAX - 2);
		else
			err = read_peer(d->config->peers[i], &d->peers[d->n_peers++], eb);
	}
	if (err != ERR_OK)
		config_name_key(d->config, "peers", eb);
	return err;
}

static enum err read_certificate(struct daemon *d, struct errbuf *eb)
{
	const struct config *c = d->config;
	const struct tls_files files = { c->tls_certificate, c->tls_key, c->tls_client_ca };
	if (c->tls_certificate == NULL && c->tls_key == NULL && c->tls_client_ca == NULL)
		return ERR_OK;
	if (c->tls_certificate == NULL || c->tls_key == NULL)
		return errbuf_set(eb, ERR_INPUT, "%s: TLS needs both, `tls_certificate` and `tls_key`", c->file);
	enum err err = tls_server_new(&files, &d->tls, eb);
	if (err != ERR_OK)
		errbuf_prefix(eb, "TLS");
	return err;
}

enum err doors_open(struct daemon *d, struct errbuf *eb)
{
	enum err err = read_peers(d, eb);
	return err != ERR_OK ? err : read_certificate(d, eb);
}

enum err doors_check(const struct config *c, struct errbuf *eb)
{
	struct daemon trial = { .config = (struct config *)(uintptr_t)c };
	enum err err = doors_open(&trial, eb);
	doors_close(&trial);
	return err;
}

void doors_reload(struct daemon *d)
{
	struct errbuf tokens = { { 0 } };
	if (api_reload_tokens(d->api, &tokens) != ERR_OK)
		log_warn("tokens", "%s; the old ones stay in force", tokens.text);
	if (d->tls == NULL)
		return;
	errbuf_clear(&d->certificate_refusal);
	if (tls_server_reload(d->tls, &d->certificate_refusal) != ERR_OK)
		log_error("tls", "%s; the old certificate stays in use", d->certificate_refusal.text);
	else
		log_info("tls", "%s is in use for new connections", d->config->tls_certificate);
}

void doors_close(struct daemon *d)
{
	tls_server_free(d->tls);
	d->tls = NULL;
	for (unsigned i = 0; i < d->n_peers; i++)
		free(d->peers[i].name);
	d->n_peers = 0;
}
