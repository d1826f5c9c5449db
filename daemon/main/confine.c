/* What the daemon may open and call.
 * I1: written are the state folder, and the folders of the alert log and of Unix sockets (texts that end with .sock).
 * I2: read are shipped files, what the C library and libcurl need, and what the configuration names: the folder of each
 *     path, so that files which are replaced or rotated are found again. A name that does not exist yet is waited for in
 *     the nearest folder that does.
 * The kernel follows the files of the folders as they come and go; the folders are those of the start. */
#include "confine.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_internal.h"
#include "confine_calls.h"
#include "daemon/base/log.h"
#include "daemon/base/vec.h"

/* A daemon that root started reads logs of others and listens below port 1024; SQLite gives its files their owner. */
#define KEPT (SANDBOX_CAPABILITY(CAP_DAC_OVERRIDE) | SANDBOX_CAPABILITY(CAP_DAC_READ_SEARCH) | \
	      SANDBOX_CAPABILITY(CAP_NET_BIND_SERVICE) | SANDBOX_CAPABILITY(CAP_CHOWN) | SANDBOX_CAPABILITY(CAP_FOWNER))

/* Names, hosts, certificates and libraries that a connection to the outside loads; times; what the process is. */
static const char *const of_the_system[] = {
	"/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
	"/etc/protocols", "/etc/localtime", "/etc/ld.so.cache", "/etc/ssl", "/etc/ca-certificates", "/run/systemd/resolve",
	"/run/resolvconf", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/share/zoneinfo",
	"/usr/share/publicsuffix", "/usr/lib", "/lib", "/lib64", "/dev/urandom", "/proc/self", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/overcommit_memory",
	"/sys/devices/system/cpu",
};

struct granted {
	struct VEC(struct sandbox_path) paths; /* each name is owned */
	char *missing;                         /* what was said last to lie nowhere */
};

static void grant(struct granted *g, const char *path, enum sandbox_access access)
{
	VEC_PUSH(&g->paths, ((struct sandbox_path){ xstrdup(path), access }));
}

static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		slash[slash == path] = '\0';
}

/* A key of a path is met by its name, and as a text of the file. */
static void say_missing(struct granted *g, const char *path)
{
	if (g->missing && strcmp(g->missing, path) == 0)
		return;
	log_warn("confine", "%s lies in no folder that exists: it cannot be opened before a restart", path);
	free(g->missing);
	g->missing = xstrdup(path);
}

/* I2. A folder is granted itself; of a pattern of names the part before it. The whole tree never is. */
static void grant_place(struct granted *g, const char *path, enum sandbox_access access)
{
	char *place = xstrdup(path);
	struct stat st;

	place[strcspn(place, "*?[")] = '\0';
	if (strcmp(place, path) != 0 || stat(place, &st) != 0 || !S_ISDIR(st.st_mode))
		cut_last(place);
	while (strcmp(place, "/") != 0 && *place && stat(place, &st) != 0)
		cut_last(place);
	if (*place && strcmp(place, "/") != 0)
		grant(g, place, access);
	else
		say_missing(g, path);
	free(place);
}

/* Where a name is a symbolic link, what it points to is elsewhere. */
static void grant_named(struct granted *g, const char *path, enum sandbox_access access)
{
	char *real = realpath(path, NULL);

	grant_place(g, path, access);
	if (real && strcmp(real, path) != 0)
		grant_place(g, real, access);
	free(real);
}

/* I2: every text with a slash in it may be a path, beside this file or absolute; one that is none grants nothing new. */
static void grant_text(struct granted *g, const struct config *c, struct bytes text)
{
	char *path;

	if (bytes_find_char(text, '/') < 0 || bytes_find(text, BYTES_LIT("://")) >= 0 || memchr(text.ptr, '\0', text.len))
		return;
	path = config_absolute(c->dir, text);
	grant_named(g, path, bytes_ends(text, BYTES_LIT(".sock")) ? SANDBOX_WRITE : SANDBOX_READ);
	free(path);
}

static void grant_texts(struct granted *g, const struct config *c, const struct yaml_node *node)
{
	if (node->type == YAML_SCALAR) {
		grant_text(g, c, node->text);
		return;
	}
	for (const struct yaml_node *child = node->child; child; child = child->next)
		grant_texts(g, c, child);
}

static void grant_socket(struct granted *g, const char *address)
{
	if (strncmp(address, "unix:", 5) == 0)
		grant_place(g, address + 5, SANDBOX_WRITE);
}

/* Certificates are read again, by the names that the service manager gives to credentials, too. */
static void grant_doors(struct granted *g, const struct config *c)
{
	const char *const files[] = { c->tls_certificate, c->tls_key, c->tls_client_ca, c->n_peers > 0 ? "/etc/passwd" : NULL };

	if (c->http_socket)
		grant_place(g, c->http_socket, SANDBOX_WRITE);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (files[i])
			grant_named(g, files[i], SANDBOX_READ);
}

static void grant_all(struct granted *g, const struct config *c)
{
	const char *runtime_dir = getenv("RUNTIME_DIRECTORY");
	char *shipped = config_shipped_path("config");

	for (size_t i = 0; i < ARRAY_LEN(of_the_system); i++)
		grant(g, of_the_system[i], SANDBOX_READ);
	grant(g, "/dev/null", SANDBOX_WRITE);
	grant(g, c->state_dir, SANDBOX_WRITE); /* I1 */
	grant_named(g, c->alert_log, SANDBOX_WRITE);
	grant_socket(g, c->listen);
	if (runtime_dir)
		grant(g, runtime_dir, SANDBOX_WRITE); /* systemd.exec(5): sockets lie there */
	grant_doors(g, c);
	grant(g, c->dir, SANDBOX_READ);
	grant(g, shipped, SANDBOX_READ);
	grant_named(g, c->rules_dir, SANDBOX_READ);
	grant_named(g, c->patterns_dir, SANDBOX_READ);
	grant_named(g, c->asn_kinds, SANDBOX_READ);
	if (yaml_root(c->doc))
		grant_texts(g, c, yaml_root(c->doc));
	free(shipped);
}

static enum err restrict_files(const struct config *c, struct confinement *out, struct errbuf *eb)
{
	struct granted g = { .missing = NULL };
	enum err err;

	grant_all(&g, c);
	err = sandbox_restrict_files(g.paths.at, g.paths.n, &out->landlock, eb);
	for (size_t i = 0; i < g.paths.n; i++)
		free((char *)g.paths.at[i].path);
	VEC_FREE(&g.paths);
	free(g.missing);
	return err;
}

/* What the kernel does not have is said, and is no reason to stay down. */
static enum err or_said(enum err err, struct errbuf *eb, const char *switched)
{
	if (err == ERR_NOTFOUND) {
		log_warn("confine", "%s: the daemon runs without it", eb->text);
		errbuf_clear(eb);
		return ERR_OK;
	}
	if (err != ERR_OK)
		errbuf_prefix(eb, "confinement failed; `%s: off` in the configuration goes without it", switched);
	return err;
}

enum err confine_daemon(const struct config *c, struct confinement *out, struct errbuf *eb)
{
	enum err err = ERR_OK;

	*out = (struct confinement){ false, 0 };
	if (!SANDBOX_IS_POSSIBLE) {
		log_info("confine", "not confined: this is a build for tests with sanitizers");
		return ERR_OK;
	}
	err = sandbox_no_new_privileges(eb);
	if (err == ERR_OK)
		err = sandbox_keep_capabilities(KEPT, eb);
	if (!c->landlock)
		log_warn("confine", "`landlock` is off: every file can be opened that the user may open");
	else if (err == ERR_OK)
		err = or_said(restrict_files(c, out, eb), eb, "landlock");
	if (!c->seccomp) {
		log_warn("confine", "`seccomp` is off: every system call is allowed");
	} else if (err == ERR_OK) {
		enum err entered = sandbox_restrict_calls(confine_calls, confine_calls_n, eb);
		out->seccomp = entered == ERR_OK;
		err = or_said(entered, eb, "seccomp");
	}
	if (err == ERR_OK && out->seccomp && out->landlock)
		log_info("confine", "confined: system calls by seccomp, files by Landlock version %u", out->landlock);
	return err;
}
