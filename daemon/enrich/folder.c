/* The network files of a folder, by the ends of their names. */
#include "enrich.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/file.h"

static void add_file(char ***files, unsigned *n, const char *dir, const char *name)
{
	char *path = NULL;

	BUG_ON(asprintf(&path, "%s/%s", dir, name) < 0);
	*files = xrealloc(*files, (*n + 1) * sizeof(**files));
	(*files)[(*n)++] = path;
}

static int is_shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

enum err enrich_folder_files(const char *dir, struct enrich_files *out, struct errbuf *eb)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, is_shown, alphasort);

	memset(out, 0, sizeof(*out));
	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_OK : errbuf_set(eb, ERR_IO, "%s: %s%s", dir, strerror(errno), file_remedy(errno));
	for (int i = 0; i < n; i++) {
		struct bytes name = bytes_of(names[i]->d_name);
		if (bytes_ends(name, BYTES_LIT(".csv")))
			add_file(&out->networks, &out->n_networks, dir, names[i]->d_name);
		else if (bytes_ends(name, BYTES_LIT(".mmdb")))
			add_file(&out->mmdb, &out->n_mmdb, dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return ERR_OK;
}

static void free_paths(char **paths, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
}

void enrich_files_free(struct enrich_files *files)
{
	free_paths(files->networks, files->n_networks);
	free_paths(files->mmdb, files->n_mmdb);
	memset(files, 0, sizeof(*files));
}
