/* Where things lie, found from the executable, never from the working directory.
 * I1: in a build tree (a CMakeCache.txt beside the executable or one folder up) shipped files are those of the source
 *     tree that it names; elsewhere they are under PREFIX/share/assocd, PREFIX being the folder above the executable's. */
#include "config_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOME_LINE "CMAKE_HOME_DIRECTORY:INTERNAL="

static char *joined(const char *dir, const char *relative)
{
	char *out = NULL;

	BUG_ON(asprintf(&out, "%s/%s", dir, relative) < 0);
	return out;
}

static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

/* Folder of the executable; "" when the system does not say. */
static void executable_dir(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

	out[n > 0 ? n : 0] = '\0';
	cut_last(out);
}

static char *source_tree_of(const char *build_dir)
{
	char *path = joined(build_dir, "CMakeCache.txt"), *tree = NULL, line[PATH_MAX];
	FILE *f = fopen(path, "re");

	free(path);
	while (f && !tree && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, HOME_LINE, strlen(HOME_LINE)) == 0)
			tree = xstrdup(line + strlen(HOME_LINE));
	}
	if (f)
		fclose(f);
	return tree;
}

char *config_source_tree(void)
{
	char dir[PATH_MAX], *tree;

	executable_dir(dir);
	tree = source_tree_of(dir);
	if (tree)
		return tree;
	cut_last(dir);
	return source_tree_of(dir);
}

char *config_shipped_path(const char *relative)
{
	char *tree = config_source_tree(), *base, *out, prefix[PATH_MAX];

	if (tree) {
		out = joined(tree, relative);
		free(tree);
		return out;
	}
	executable_dir(prefix);
	cut_last(prefix);
	base = joined(prefix, "share/assocd");
	out = joined(base, relative);
	free(base);
	return out;
}

char *config_default_path(void)
{
	const char *named = getenv("ASSOCD_CONFIG");
	char *tree, *out;

	if (named && named[0])
		return xstrdup(named);
	tree = config_source_tree();
	out = tree ? joined(tree, "config/assocd.yaml") : NULL;
	free(tree);
	if (out && access(out, R_OK) == 0)
		return out;
	free(out);
	return xstrdup("/etc/assocd/assocd.yaml");
}

static bool is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* ".." takes the part before it away, unless that is a symbolic link, whose parent is another folder. */
static void add_part(struct text *out, struct bytes part)
{
	char *slash = out->len > 0 ? strrchr(out->ptr, '/') : NULL;

	if (part.len == 0 || bytes_is(part, "."))
		return;
	if (!bytes_is(part, "..") || (slash && (strcmp(slash, "/..") == 0 || is_link(out->ptr)))) {
		text_addc(out, '/');
		text_add(out, part);
	} else if (slash) {
		*slash = '\0';
		out->len = (size_t)(slash - out->ptr);
	}
}

char *config_absolute(const char *dir, struct bytes path)
{
	struct text whole = { 0 }, out = { 0 };
	char *result;

	if (path.len == 0 || path.ptr[0] != '/')
		text_addf(&whole, "%s/", dir);
	text_add(&whole, path);
	for (struct bytes rest = text_bytes(&whole); rest.len > 0;) {
		ptrdiff_t end = bytes_find_char(rest, '/');
		struct bytes part = bytes_slice(rest, 0, end < 0 ? rest.len : (size_t)end);

		add_part(&out, part);
		rest = bytes_slice(rest, part.len + 1, rest.len);
	}
	result = xstrdup(out.len > 0 ? out.ptr : "/");
	text_free(&whole);
	text_free(&out);
	return result;
}

/* Those of the service where there is no service manager around us: assocctl reads the same file. */
#define CREDENTIALS_DEFAULT "/run/credentials/assocd.service"

char *config_path(const char *dir, struct bytes path)
{
	static const struct bytes mark = BYTES_LIT("credential:");
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (!bytes_starts(path, mark))
		return config_absolute(dir, path);
	return config_absolute(folder ? folder : CREDENTIALS_DEFAULT, bytes_slice(path, mark.len, path.len));
}

char *config_default_state_dir(const char *config_dir)
{
	const char *given = getenv("STATE_DIRECTORY"); /* systemd.exec(5) */
	char *tree;

	if (given && given[0] == '/')
		return xstrdup(given);
	tree = config_source_tree();
	free(tree);
	return tree ? joined(config_dir, "var") : xstrdup("/var/lib/assocd");
}
