/* The place file of the tail collector. */
#include "places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/base/log.h"

#define PLACES_MAX (256 * 1024 * 1024)
#define PLACE_START "{\"path\":" /* of every line */

struct places {
	struct text content;
};

struct places *places_load(const char *path)
{
	struct places *p = xcalloc(1, sizeof(*p));
	FILE *file = fopen(path, "re");
	char chunk[65536];
	size_t n;

	while (file && p->content.len < PLACES_MAX && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		text_add(&p->content, bytes_make(chunk, n));
	if (file)
		fclose(file);
	if (p->content.len && !bytes_starts(text_bytes(&p->content), BYTES_LIT(PLACE_START)))
		log_warn("tail", "%s is damaged: logs are read from their beginning; events that are known are recognised", path);
	return p;
}

void places_free(struct places *p)
{
	if (!p)
		return;
	text_free(&p->content);
	free(p);
}

struct bytes places_find(const struct places *p, const char *path)
{
	struct text begin = { 0 };
	struct bytes rest = text_bytes(&p->content), found = BYTES_NONE;

	json_open_object(&begin);
	json_member_string(&begin, "path", bytes_of(path));
	while (rest.len && !found.len) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		struct bytes line = end < 0 ? rest : bytes_slice(rest, 0, (size_t)end);
		if (bytes_starts(line, text_bytes(&begin)))
			found = line;
		rest = bytes_slice(rest, line.len + 1, rest.len);
	}
	text_free(&begin);
	return found;
}

enum err places_write(const char *path, struct bytes lines, struct errbuf *eb)
{
	char *fresh = NULL;
	enum err err = ERR_OK;
	int fd;

	BUG_ON(asprintf(&fresh, "%s.new", path) < 0);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || !file_write_all(fd, lines) || rename(fresh, path) != 0)
		err = errbuf_set(eb, ERR_IO, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(fresh);
	return err;
}
