/* Manual pages: text by hand, and between marks what tables say.
 * I1: outside of the marks a page is copied byte by byte. */
#include "manual.h"

#include "manual_sections.h"

static const char open_mark[] = "; [", end_line[] = "; [end]\n";

/* The name in a line that opens a section, or empty. */
static struct bytes section_name(struct bytes line)
{
	ptrdiff_t close = bytes_starts(line, bytes_of(open_mark)) ? bytes_find_char(line, ']') : -1;

	return close < 0 ? BYTES_NONE : bytes_slice(line, strlen(open_mark), (size_t)close - strlen(open_mark));
}

static enum err write_section(const char *rules_dir, struct bytes name, struct text *out, struct errbuf *eb)
{
	const struct manual_section *section = manual_sections;
	struct manual_tables tables = { .rules_dir = rules_dir };
	enum err err = ERR_OK;

	while (section->name && !bytes_is(name, section->name))
		section++;
	if (section->name)
		err = section->write(&tables, out, eb);
	else if (!manual_rules_part(name, out))
		err = errbuf_set(eb, ERR_INPUT, "no table is called [%.*s]", BYTES_ARG(name));
	text_adds(out, end_line);
	return err;
}

enum err manual_weave(const char *rules_dir, struct bytes page, struct text *out, struct errbuf *eb)
{
	enum err err = ERR_OK;

	while (page.len > 0 && !err) {
		ptrdiff_t end = bytes_find_char(page, '\n');
		struct bytes line = bytes_slice(page, 0, end < 0 ? page.len : (size_t)end + 1), name = section_name(line);

		text_add(out, line);
		page = bytes_slice(page, line.len, page.len);
		if (name.len == 0)
			continue;
		end = bytes_find(page, bytes_of(end_line));
		if (end < 0)
			return errbuf_set(eb, ERR_INPUT, "[%.*s] has no line %.7s behind it", BYTES_ARG(name), end_line);
		err = write_section(rules_dir, name, out, eb);
		page = bytes_slice(page, (size_t)end + strlen(end_line), page.len);
	}
	return err;
}
