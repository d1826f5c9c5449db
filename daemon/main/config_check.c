/* What the configuration names is there: asked before anything is started, so that key and line are named. Asked as the
 * daemon's user; who only asks the daemon need not be able to read its keys, so loading does not do it. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_internal.h"
#include "daemon/base/file.h"
#include "daemon/model/event.h"
#include "daemon/vendor/loop.h"

static void name_key(const struct config *c, unsigned key, struct errbuf *eb)
{
	errbuf_prefix(eb, "`%s`", config_keys[key].name);
	if (c->sources[key] > 0)
		errbuf_prefix(eb, "%s:%d", c->file, c->sources[key]);
}

int64_t config_written_ns(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec : 0;
}

bool config_is_outdated(const struct config *c)
{
	int64_t written_ns = config_written_ns(c->file);

	return written_ns != 0 && written_ns != c->written_ns;
}

void config_name_key(const struct config *c, const char *key, struct errbuf *eb)
{
	name_key(c, config_key_index(key), eb);
}

static enum err check_path(const char *path, struct errbuf *eb)
{
	if (access(path, R_OK) == 0)
		return ERR_OK;
	return errbuf_set(eb, errno == ENOENT ? ERR_NOTFOUND : ERR_DENIED, "%s: %m%s", path, file_remedy(errno));
}

static enum err check_input(const struct config *c, unsigned key, struct errbuf *eb)
{
	const void *at = (const char *)c + config_keys[key].at;
	unsigned n = 1;
	enum err err = ERR_OK;

	if (c->sources[key] <= 0)
		return ERR_OK; /* what is shipped is named by who reads it */
	if (config_keys[key].type == CONFIG_PATHS)
		n = *(const unsigned *)(const void *)((const char *)c + config_keys[key].count_at);
	for (unsigned i = 0; i < n && err == ERR_OK; i++)
		err = check_path(((char *const *)at)[i], eb);
	return err;
}

static bool is_folder(const char *path, bool *is_there)
{
	struct stat st;

	*is_there = stat(path, &st) == 0;
	return *is_there && S_ISDIR(st.st_mode);
}

static enum err check_state(const struct config *c, struct errbuf *eb)
{
	bool is_there;

	if (is_folder(c->state_dir, &is_there) || !is_there)
		return ERR_OK;
	return errbuf_set(eb, ERR_INPUT, "the state folder %s is no folder; name another one with `state:` or --state", c->state_dir);
}

/* It is made where it is missing, its folder is not. */
static enum err check_alert_log(const struct config *c, struct errbuf *eb)
{
	const char *slash = strrchr(c->alert_log, '/');
	bool is_there, is_home, has_state;
	char *folder;

	is_folder(c->state_dir, &has_state); /* in which it may be, and which the start makes */
	if (is_folder(c->alert_log, &is_there))
		return errbuf_set(eb, ERR_INPUT, "%s is a directory, a file is expected here", c->alert_log);
	if (is_there || !has_state || slash == NULL || slash == c->alert_log)
		return ERR_OK;
	folder = strndup(c->alert_log, (size_t)(slash - c->alert_log));
	BUG_ON(folder == NULL);
	errno = 0;
	is_home = is_folder(folder, &is_there) || errno != ENOENT;
	free(folder);
	return is_home ? ERR_OK : errbuf_set(eb, ERR_NOTFOUND, "the folder of %s does not exist; make it, or name another file", c->alert_log);
}

static enum err check_site(const struct config *c, struct errbuf *eb)
{
	if (c->default_site == NULL || event_site_is_valid(bytes_of(c->default_site)))
		return ERR_OK;
	return errbuf_set(eb, ERR_INPUT, EVENT_SITE_RULE);
}

static enum err check_listen(const struct config *c, struct errbuf *eb)
{
	return loop_address_check(c->listen, eb);
}

/* A Host header holds a name, and perhaps a port. */
static enum err check_allowed_hosts(const struct config *c, struct errbuf *eb)
{
	for (unsigned i = 0; i < c->n_allowed_hosts; i++)
		if (strpbrk(c->allowed_hosts[i], "/ @*") != NULL)
			return errbuf_set(eb, ERR_INPUT, "%s is no name of a host; it is like fraud.example.org, without https:// and path",
					  c->allowed_hosts[i]);
	return ERR_OK;
}

/* What is looked at beyond its type. */
static const struct { const char *key; enum err (*check)(const struct config *c, struct errbuf *eb); } checks[] = {
	{ "listen", check_listen }, { "state", check_state }, { "site", check_site }, { "alert_log", check_alert_log },
	{ "allowed_hosts", check_allowed_hosts },
};

enum err config_check(const struct config *c, struct errbuf *eb)
{
	unsigned key = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(checks) && err == ERR_OK; i++) {
		key = config_key_index(checks[i].key);
		err = checks[i].check(c, eb);
	}
	for (unsigned i = 0; config_keys[i].name != NULL && err == ERR_OK; i++) {
		if (config_keys[i].type != CONFIG_INPUT && config_keys[i].type != CONFIG_PATHS)
			continue;
		key = i;
		err = check_input(c, key, eb);
	}
	if (err != ERR_OK)
		name_key(c, key, eb);
	return err;
}
