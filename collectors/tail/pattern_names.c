/* What there is instead of a pattern that was asked for. */
#include "pattern_compiled.h"

#include <dirent.h>
#include <stdlib.h>

#define NAMES_MAX 200
#define ENDING ".yaml"

static int is_pattern_file(const struct dirent *d)
{
	return d->d_name[0] != '.' && bytes_ends(bytes_of(d->d_name), BYTES_LIT(ENDING));
}

enum err pattern_refuse_name(const char *dir, const char *name, struct errbuf *eb)
{
	struct dirent **files = NULL;
	const char *names[NAMES_MAX];
	struct text list = { 0 };
	int n = scandir(dir, &files, is_pattern_file, alphasort);
	enum err err;

	for (int i = 0; i < n; i++) {
		files[i]->d_name[strlen(files[i]->d_name) - strlen(ENDING)] = '\0';
		if (i < NAMES_MAX)
			names[i] = files[i]->d_name;
		text_addf(&list, "%s%s", i ? ", " : "", files[i]->d_name);
	}
	const char *near = n > 0 ? bytes_nearest(bytes_of(name), names, n < NAMES_MAX ? (size_t)n : NAMES_MAX) : NULL;
	err = errbuf_set(eb, ERR_INPUT, "there is no pattern '%s' in %s%s%s%s; there are: %s", name, dir, near ? " (did you mean '" : "",
			 near ? near : "", near ? "'?)" : "", list.len ? list.ptr : "none");
	for (int i = 0; i < n; i++)
		free(files[i]);
	free(files);
	text_free(&list);
	return err;
}
