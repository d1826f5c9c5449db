#include "table_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/file.h"

static const char opening[] =
	"# What each token of the rules says, in bits, as `assocctl calibrate` fitted it. Behind a line: the pairs with a label that\n"
	"# had the token, and how many of 100 were one person's. A token that says nothing and that no pair had is not listed. To\n"
	"# change it, fit it anew.\n";

/* Two decimals where the thousandths allow it. */
static void add_bits(struct text *out, int32_t mb)
{
	int32_t size = mb < 0 ? -mb : mb;
	text_addf(out, "%s%d.%0*d", mb < 0 ? "-" : "", size / 1000, size % 10 ? 3 : 2, size % 10 ? size % 1000 : size % 1000 / 10);
}

/* In double quotes, of YAML and JSON alike. */
static void add_quoted(struct text *out, struct bytes s)
{
	struct text quoted = { 0 };
	json_string(&quoted, s);
	text_add(out, text_bytes(&quoted));
	text_free(&quoted);
}

static void add_tokens(const struct table_source *source, uint32_t from, uint32_t to, struct text *out)
{
	struct text name = { 0 };
	bool is_empty = true;
	for (uint32_t token = from; token < to; token++) {
		const struct pattern_totals *count = &source->counts[token];
		if (count->pairs == 0 && source->rules->table.bits[token] == 0)
			continue;
		text_clear(&name);
		ruleset_token_name(source->rules, token, &name);
		text_adds(out, is_empty ? "\n  " : "  ");
		add_quoted(out, text_bytes(&name));
		text_adds(out, ": ");
		add_bits(out, source->rules->table.bits[token]);
		if (count->pairs > 0)
			text_addf(out, "  # %llu, %.1f %%", (unsigned long long)count->pairs,
				  100.0 * (double)count->positives / (double)count->pairs);
		text_addc(out, '\n');
		is_empty = false;
	}
	text_free(&name);
	text_adds(out, is_empty ? " {}\n" : "");
}

static const struct { const char *bias, *bits; } sections[] = {
	[PASS_OWN] = { "bias", "bits" }, [PASS_SUPPORT] = { "support_bias", "support" }, [PASS_AGAIN] = { "again_bias", "again" },
};

void table_write(const struct table_source *source, struct text *out)
{
	const struct token_table *table = &source->rules->table;
	text_adds(out, opening);
	text_adds(out, source->n_fitted_on > 0 ? "fitted_on:\n" : "fitted_on: []\n");
	for (unsigned i = 0; i < source->n_fitted_on; i++) {
		text_adds(out, "  - ");
		add_quoted(out, source->fitted_on[i]);
		text_addc(out, '\n');
	}
	for (int pass = 0; pass < PASSES; pass++) {
		uint32_t first = pass == PASS_OWN ? 0 : table->end[pass - 1];
		if (pass > PASS_OWN && table->end[pass] == first)
			continue;
		text_addf(out, "\n%s: ", sections[pass].bias);
		add_bits(out, table->bias_mb[pass]);
		text_addf(out, "\n%s:", sections[pass].bits);
		add_tokens(source, first, table->end[pass], out);
	}
}

enum err table_save(struct bytes content, const char *path, struct errbuf *eb)
{
	char *fresh = NULL;
	if (strcmp(path, "-") == 0)
		return file_write_all(STDOUT_FILENO, content) ? ERR_OK : errbuf_set(eb, ERR_IO, "standard output: %m");
	BUG_ON(asprintf(&fresh, "%s.new", path) < 0);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool is_done = fd >= 0 && file_write_all(fd, content) && fsync(fd) == 0 && rename(fresh, path) == 0;
	enum err err = is_done ? ERR_OK : errbuf_set(eb, ERR_IO, "%s: %m; the table is not written", path);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !is_done)
		unlink(fresh);
	free(fresh);
	return err;
}
