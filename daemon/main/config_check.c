/* What the configuration names is there: asked before anything is started, so that key and line are named. Asked as the
 * daemon's user; who only asks the daemon need not be able to read its keys, so loading does not do it. */
#include <errno.h>
#include <unistd.h>

#include "config_internal.h"
#include "daemon/vendor/loop.h"

/* Where it was said. */
static void name_key(const struct config *c, unsigned key, struct errbuf *eb)
{
	errbuf_prefix(eb, "`%s`", config_keys[key].name);
	if (c->sources[key] > 0)
		errbuf_prefix(eb, "%s:%d", c->file, c->sources[key]);
}

static enum err check_path(const char *path, struct errbuf *eb)
{
	if (access(path, R_OK) == 0)
		return ERR_OK;
	return errbuf_set(eb, errno == ENOENT ? ERR_NOTFOUND : ERR_DENIED, "%s: %m", path);
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

enum err config_check(const struct config *c, struct errbuf *eb)
{
	unsigned key = config_key_index("listen");
	enum err err = loop_address_check(c->listen, eb);

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
