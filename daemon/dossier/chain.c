/* Seals: each over the one before it and every byte between the two. The head says how many there are, so that a dossier
 * cannot be cut off at one of them; what follows the last is fixed.
 * I1: what stands in front of a seal cannot come out of escaped content (quotes, angle brackets and backquotes are escaped). */
#include "parts.h"

#include "daemon/vendor/crypto.h"

#define NO_SEAL "0000000000000000000000000000000000000000000000000000000000000000" /* in front of the first section */

const struct dossier_marks dossier_marks[DOSSIER_FORMATS] = {
	[DOSSIER_HTML] = { "<!DOCTYPE html>\n<!-- assocd dossier 1, sections: ", " -->\n", "\n<p class=\"seal\">", "</p>\n</section>\n",
			   "</main>\n</body>\n</html>\n" },
	[DOSSIER_JSON] = { "{\"dossier\":1,\"n_sections\":", ",", ",\"seal\":\"", "\"}", "\n]}\n" },
	[DOSSIER_MARKDOWN] = { "<!-- assocd dossier 1, sections: ", " -->\n", "\nSeal: `", "`\n", "" },
};

void chain_begin(struct chain *c, struct text *out)
{
	*c = (struct chain){ .out = out, .from = out->len };
	memcpy(c->seal, NO_SEAL, sizeof(c->seal));
}

static void seal_of(const char *before, struct bytes piece, char out[DOSSIER_SEAL + 1])
{
	uint8_t hash[CRYPTO_HASH_SIZE];
	struct text t = { 0 };

	text_add(&t, bytes_make(before, DOSSIER_SEAL));
	text_add(&t, piece);
	crypto_sha256(text_bytes(&t), hash);
	crypto_hex(hash, sizeof(hash), out);
	text_free(&t);
}

void chain_seal(struct chain *c)
{
	seal_of(c->seal, bytes_slice(text_bytes(c->out), c->from, c->out->len), c->seal);
	c->from = c->out->len;
}

/* The format and the number of sections; false when no head fits. */
static bool read_head(struct bytes file, struct dossier_check *check)
{
	for (unsigned i = 0; i < DOSSIER_FORMATS; i++) {
		struct bytes head = bytes_of(dossier_marks[i].head), rest = bytes_slice(file, head.len, 32);
		ptrdiff_t end = bytes_find(rest, bytes_of(dossier_marks[i].head_end));
		uint64_t n = 0;

		if (!bytes_starts(file, head) || end < 0 || !bytes_to_u64(bytes_slice(rest, 0, (size_t)end), &n) || n == 0 || n > UINT32_MAX)
			continue;
		check->format = (enum dossier_format)i;
		check->told = (unsigned)n;
		return true;
	}
	return false;
}

struct reading { struct bytes file; size_t from, look; }; /* where the piece begins; where its seal may stand */

/* One section and its seal. */
static bool read_section(struct reading *r, struct dossier_check *check)
{
	const struct dossier_marks *marks = &dossier_marks[check->format];
	struct bytes before = bytes_of(marks->before), piece, seal;
	ptrdiff_t end = bytes_find(bytes_slice(r->file, r->look, r->file.len), before);
	char made[DOSSIER_SEAL + 1];

	if (end < 0) {
		check->trouble = "the file was cut off in front of its seal";
		return false;
	}
	piece = bytes_slice(r->file, r->from, r->look + (size_t)end - r->from);
	r->from += piece.len;
	r->look = r->from + before.len + DOSSIER_SEAL;
	seal = bytes_slice(r->file, r->from + before.len, DOSSIER_SEAL);
	seal_of(check->seal.len ? check->seal.ptr : NO_SEAL, piece, made);
	if (!bytes_is(seal, made)) {
		check->trouble = "it and its seal do not fit: something was changed after it was made";
		return false;
	}
	check->seal = seal;
	return true;
}

static bool is_ended(const struct reading *r, const struct dossier_marks *marks)
{
	struct bytes rest = bytes_slice(r->file, r->look, r->file.len), after = bytes_of(marks->after);

	return bytes_starts(rest, after) && bytes_is(bytes_slice(rest, after.len, rest.len), marks->tail);
}

enum err decode_dossier(struct bytes file, struct dossier_check *check)
{
	struct reading r = { .file = file };

	*check = (struct dossier_check){ .seal = BYTES_NONE };
	if (!read_head(file, check))
		return ERR_INPUT;
	while (check->sections < check->told && read_section(&r, check))
		check->sections++;
	if (!check->trouble && !is_ended(&r, &dossier_marks[check->format]))
		check->trouble = "there is something behind the last seal that does not belong there";
	return check->trouble ? ERR_CORRUPT : ERR_OK;
}
