/* Names of people and companies, and postal addresses: words folded, unified and sorted, so that order, case, accents,
 * punctuation and the usual abbreviations do not matter. */
#include "daemon/base/err.h"
#include "normalise_steps.h"

static const char *const titles[] = { "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "mme", "sr", "sra" };

static const char *const legal_forms[] = {
	"ltd", "limited", "inc", "incorporated", "llc", "llp", "lp", "plc", "co", "corp", "corporation", "company", "gmbh",
	"mbh", "ag", "kg", "ohg", "ug", "gbr", "ev", "sa", "sas", "sarl", "srl", "spa", "sl", "slu", "bv", "nv", "oy", "oyj",
	"ab", "as", "asa", "aps", "pty", "pte", "kk", "kft", "sro", "zoo", "ooo", "oao", "zao", "sdn", "bhd", "eood", "doo",
};

/* Legal forms written without a space before them, longest first. */
static const char *const legal_endings[] = { "股份有限公司", "有限责任公司", "有限公司", "公司", "株式会社", "有限会社" };

static const struct { const char *from, *to; } abbreviations[] = {
	{ "street", "st" }, { "str", "st" }, { "strasse", "st" }, { "saint", "st" }, { "road", "rd" }, { "avenue", "ave" },
	{ "av", "ave" }, { "boulevard", "blvd" }, { "drive", "dr" }, { "lane", "ln" }, { "court", "ct" }, { "place", "pl" },
	{ "square", "sq" }, { "terrace", "ter" }, { "parkway", "pkwy" }, { "highway", "hwy" }, { "circle", "cir" },
	{ "apartment", "apt" }, { "appartement", "apt" }, { "appt", "apt" }, { "flat", "apt" }, { "suite", "ste" },
	{ "building", "bldg" }, { "floor", "fl" }, { "room", "rm" }, { "mount", "mt" }, { "fort", "ft" },
	{ "north", "n" }, { "south", "s" }, { "east", "e" }, { "west", "w" }, { "northeast", "ne" }, { "northwest", "nw" },
	{ "southeast", "se" }, { "southwest", "sw" }, { "platz", "pl" }, { "number", "no" }, { "nr", "no" },
	{ "usa", "us" }, { "uk", "gb" },
};

static void name_words(struct arena *a, struct bytes in, struct tokens *t)
{
	unsigned n = 0;

	tokens_split(a, in, TOKENS_PLAIN, t);
	for (unsigned i = 0; i < t->n; i++)
		if (!tokens_is_one_of(t->at[i], titles, ARRAY_LEN(titles)))
			t->at[n++] = t->at[i];
	if (n > 0) /* a family may be called Prof */
		t->n = n;
	tokens_sort(t);
}

static size_t count_characters(struct bytes s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return n;
}

void step_name(struct arena *a, struct bytes in, struct normalised *out)
{
	struct tokens t;

	name_words(a, in, &t);
	normalised_add(out, tokens_join(a, &t, ' '));
}

void step_name_tokens(struct arena *a, struct bytes in, struct normalised *out)
{
	struct tokens t;

	name_words(a, in, &t);
	for (unsigned i = 0; i < t.n; i++)
		if (count_characters(t.at[i]) >= 2)
			normalised_add(out, t.at[i]);
}

static struct bytes without_ending(struct bytes word)
{
	for (size_t i = 0; i < ARRAY_LEN(legal_endings); i++) {
		struct bytes ending = bytes_of(legal_endings[i]);

		if (word.len > ending.len && bytes_ends(word, ending))
			return bytes_slice(word, 0, word.len - ending.len);
		if (word.len > ending.len && bytes_starts(word, ending))
			return bytes_slice(word, ending.len, word.len);
	}
	return word;
}

void step_company(struct arena *a, struct bytes in, struct normalised *out)
{
	struct tokens t;
	unsigned n = 0;

	tokens_split(a, in, TOKENS_DOTTED, &t);
	for (unsigned i = 0; i < t.n; i++)
		if (!tokens_is_one_of(t.at[i], legal_forms, ARRAY_LEN(legal_forms)))
			t.at[n++] = without_ending(t.at[i]);
	if (n > 0)
		t.n = n;
	tokens_sort(&t);
	normalised_add(out, tokens_join(a, &t, ' '));
}

static struct bytes abbreviate(struct arena *a, struct bytes word)
{
	for (size_t i = 0; i < ARRAY_LEN(abbreviations); i++)
		if (word.ptr[0] == abbreviations[i].from[0] && bytes_is(word, abbreviations[i].from))
			return bytes_of(abbreviations[i].to);
	if (word.len > 7 && bytes_ends(word, BYTES_LIT("strasse"))) /* Hauptstrasse, Hauptstr. */
		return bytes_slice(word, 0, word.len - 4);
	return word;
}

static void address_words(struct arena *a, struct bytes in, struct tokens *t)
{
	tokens_split(a, in, TOKENS_PLAIN, t);
	for (unsigned i = 0; i < t->n; i++)
		t->at[i] = abbreviate(a, t->at[i]);
	tokens_sort(t);
}

/* One word alone is a country or a town, not where somebody lives. */
void step_address(struct arena *a, struct bytes in, struct normalised *out)
{
	struct tokens t;

	address_words(a, in, &t);
	if (t.n >= 2)
		normalised_add(out, tokens_join(a, &t, ' '));
}

void step_address_tokens(struct arena *a, struct bytes in, struct normalised *out)
{
	struct tokens t;

	address_words(a, in, &t);
	for (unsigned i = 0; i < t.n; i++)
		normalised_add(out, t.at[i]);
}
