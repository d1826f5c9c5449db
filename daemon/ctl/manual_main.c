/* Writes the sections of manual pages that come from tables: manual_pages RULES_DIR PAGE...
 * The target `manual` of the build runs it on docs/. A page is replaced as a whole, and only when something changed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "manual.h"

#define PAGE_MAX (1 << 20)

static int fail(const char *path, const char *why)
{
	fprintf(stderr, "%s: %s\n", path, why);
	return 1;
}

static bool read_page(const char *path, struct text *out)
{
	char piece[8192];
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0 && out->len < PAGE_MAX)
		text_add(out, bytes_make(piece, n));
	bool is_whole = !ferror(f);
	fclose(f);
	return is_whole;
}

static int replace(const char *path, const struct text *page)
{
	struct text fresh = { 0 };
	FILE *f;
	int status;

	text_addf(&fresh, "%s.new", path);
	f = fopen(fresh.ptr, "we");
	bool is_written = f && fwrite(page->ptr, 1, page->len, f) == page->len;
	is_written = f && fclose(f) == 0 && is_written && rename(fresh.ptr, path) == 0;
	status = is_written ? 0 : fail(path, strerror(errno));
	if (is_written)
		printf("%s\n", path);
	text_free(&fresh);
	return status;
}

static int weave(const char *rules_dir, const char *path)
{
	struct text page = { 0 }, out = { 0 };
	struct errbuf eb = { "" };
	int status = 0;

	if (!read_page(path, &page))
		status = fail(path, strerror(errno));
	else if (manual_weave(rules_dir, text_bytes(&page), &out, &eb) != ERR_OK)
		status = fail(path, eb.text);
	else if (!bytes_eq(text_bytes(&page), text_bytes(&out)))
		status = replace(path, &out);
	text_free(&page);
	text_free(&out);
	return status;
}

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 2; i < argc; i++)
		status |= weave(argv[1], argv[i]);
	return status;
}
