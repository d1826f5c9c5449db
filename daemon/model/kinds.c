/* Look-ups over the table of attribute kinds.
 * I1: slots.name[0..KIND_FIXED_PATHS) are the fixed paths, every later one starts with "device." or "identity.".
 * I2: a bucket holds 0 or the slot + 1 of a member path; a chain ends at the first 0, and there always is one.
 * I3: the kinds of a source are chained by next_alike in the order of their rows. */
#include "kinds.h"

#include "normalise.h"

const char *const kind_fixed_paths[KIND_FIXED_PATHS] = {
	"ip", "port", "user_agent", "accept_language", "timezone", "screen", "session", "ja4", "tcp", "items", "site", "tls_key",
	"tls_traits",
};

static const char *const parent_names[] = { "device.", "identity." };

int kinds_find(const struct kinds *k, struct bytes name)
{
	for (unsigned i = 0; i < k->n; i++)
		if (bytes_eq(k->rows[i].name, name))
			return (int)i;
	return -1;
}

static bool is_member_name(struct bytes s)
{
	if (s.len == 0 || s.len > 64)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';

		if (!fine)
			return false;
	}
	return true;
}

/* Parent of a member path, the member in *member; -1 when the path has neither parent. */
static int split_path(struct bytes path, struct bytes *member)
{
	for (unsigned p = 0; p < ARRAY_LEN(parent_names); p++) {
		struct bytes prefix = bytes_of(parent_names[p]);

		if (!bytes_starts(path, prefix))
			continue;
		*member = bytes_slice(path, prefix.len, path.len);
		return (int)p;
	}
	return -1;
}

static int fixed_slot(struct bytes path)
{
	for (unsigned i = 0; i < KIND_FIXED_PATHS; i++)
		if (bytes_is(path, kind_fixed_paths[i]))
			return (int)i;
	return -1;
}

bool kind_path_exists(struct bytes path)
{
	struct bytes member;

	return fixed_slot(path) >= 0 || (split_path(path, &member) >= 0 && is_member_name(member));
}

/* Length and three of the characters tell nearly all member names apart; a full hash takes longer than the comparison. */
static unsigned bucket_of(enum kind_parent parent, struct bytes member)
{
	const unsigned char *s = (const unsigned char *)member.ptr;
	size_t n = member.len;

	return n == 0 ? 0 : (s[0] * 5u + s[n / 2] * 131u + s[n - 1] * 29u + (unsigned)n * 11u + parent * 509u) & (KIND_BUCKETS - 1);
}

static bool slot_holds(const struct kind_slots *s, unsigned slot, enum kind_parent parent, struct bytes member)
{
	struct bytes name = s->name[slot];
	size_t prefix = parent == KIND_DEVICE ? 7 : 9;

	return name.len == prefix + member.len && name.ptr[0] == parent_names[parent][0] &&
	       memcmp(name.ptr + prefix, member.ptr, member.len) == 0;
}

int kinds_member_slot(const struct kinds *k, enum kind_parent parent, struct bytes member)
{
	const struct kind_slots *s = &k->slots;

	for (unsigned b = bucket_of(parent, member); s->bucket[b] != 0; b = (b + 1) & (KIND_BUCKETS - 1))
		if (slot_holds(s, s->bucket[b] - 1u, parent, member))
			return s->bucket[b] - 1;
	return -1;
}

/* Slot of the path, made when new; -1 when there is no such path, -2 when the table is full. */
static int slot_for(struct kinds *k, struct bytes path)
{
	struct kind_slots *s = &k->slots;
	struct bytes member = BYTES_NONE;
	int found = fixed_slot(path);
	int parent = split_path(path, &member);
	unsigned b;

	if (found >= 0)
		return found;
	if (parent < 0 || !is_member_name(member))
		return -1;
	found = kinds_member_slot(k, (enum kind_parent)parent, member);
	if (found >= 0)
		return found;
	if (s->n == KIND_SLOTS_MAX)
		return -2;
	for (b = bucket_of((enum kind_parent)parent, member); s->bucket[b] != 0; b = (b + 1) & (KIND_BUCKETS - 1))
		;
	s->name[s->n] = path;
	s->bucket[b] = (uint16_t)(s->n + 1);
	return (int)s->n++;
}

static uint64_t kind_version(const struct kind *kind, uint64_t h)
{
	h = bytes_hash(kind->name, h);
	for (unsigned i = 0; i < kind->n_paths; i++)
		h = bytes_hash(kind->paths[i], h + kind->required[i] + 1);
	for (unsigned i = 0; i < kind->n_parts; i++)
		h = bytes_hash(bytes_make((const char *)&kind->parts[i], 1), h + kind->required[i] + 5);
	for (unsigned i = 0; i < kind->n_steps; i++)
		h = bytes_hash(bytes_of(kind->steps[i]->name), h + 2);
	if (kind->words)
		h = (h ^ kind->words->version) * UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned i = 0; i < kind->n_placeholders; i++)
		h = bytes_hash(kind->placeholders[i], h + 3);
	return h + (uint64_t)kind->privacy * 8 + kind->mask_tail * 64 + kind->is_port_block * 4;
}

static bool same_placeholders(const struct kind *a, const struct kind *b)
{
	for (unsigned i = 0; i < a->n_placeholders && a->n_placeholders == b->n_placeholders; i++)
		if (!bytes_eq(a->placeholders[i], b->placeholders[i]))
			return false;
	return a->n_placeholders == b->n_placeholders;
}

/* Of several paths the text depends on the placeholders too. */
static bool is_same_source(const struct kinds *k, unsigned row, const struct kind_source *a, const struct kind_source *b)
{
	if (a->n != b->n || (a->n > 1 && !same_placeholders(&k->rows[a->first], &k->rows[row])))
		return false;
	return memcmp(a->slots, b->slots, a->n * sizeof a->slots[0]) == 0 &&
	       memcmp(a->required, b->required, a->n * sizeof a->required[0]) == 0;
}

/* I3 */
static void set_source(struct kinds *k, unsigned row, const struct kind_source *source)
{
	unsigned at = 0, last;

	while (at < k->n_sources && !is_same_source(k, row, &k->sources[at], source))
		at++;
	k->rows[row].source = (uint8_t)at;
	k->rows[row].next_alike = 0;
	if (at == k->n_sources) {
		k->sources[k->n_sources++] = *source;
		k->sources[at].first = (uint8_t)row;
		return;
	}
	for (last = k->sources[at].first; k->rows[last].next_alike != 0;)
		last = k->rows[last].next_alike - 1u;
	k->rows[last].next_alike = (uint8_t)(row + 1);
}

static enum err prepare_paths(struct kinds *k, unsigned row, struct errbuf *eb)
{
	const struct kind *kind = &k->rows[row];
	struct kind_source source = { .n = (uint8_t)kind->n_paths };

	for (unsigned p = 0; p < kind->n_paths; p++) {
		int slot = slot_for(k, kind->paths[p]);

		if (slot == -1)
			return errbuf_set(eb, ERR_INPUT, "kind %.*s: no path %.*s in an event", BYTES_ARG(kind->name), BYTES_ARG(kind->paths[p]));
		if (slot < 0)
			return errbuf_set(eb, ERR_LIMIT, "more than %d paths in the attribute kinds", KIND_SLOTS_MAX);
		source.slots[p] = (uint16_t)slot;
		source.required[p] = kind->required[p] && kind->n_paths > 1;
	}
	if (kind->n_paths > 0)
		set_source(k, row, &source);
	return ERR_OK;
}

/* Those with '*' in front stand together, because they are sorted. */
static void prepare_placeholders(struct kind *kind)
{
	memset(kind->placeholder_bits, 0, sizeof kind->placeholder_bits);
	kind->first_suffix = kind->n_suffixes = 0;
	kind->has_mailboxes = false;
	for (unsigned i = 0; i < kind->n_placeholders; i++) {
		struct bytes text = kind->placeholders[i];
		unsigned bit = kind_placeholder_bit(text);

		kind->placeholder_bits[bit >> 6] |= UINT64_C(1) << (bit & 63);
		kind->has_mailboxes |= bytes_ends(text, BYTES_LIT("@*"));
		if (text.len == 0 || text.ptr[0] != '*')
			continue;
		if (kind->n_suffixes++ == 0)
			kind->first_suffix = (uint16_t)i;
	}
}

enum err kinds_prepare(struct kinds *k, struct errbuf *eb)
{
	enum err err;

	memset(&k->slots, 0, sizeof k->slots);
	for (unsigned i = 0; i < KIND_FIXED_PATHS; i++)
		k->slots.name[i] = bytes_of(kind_fixed_paths[i]);
	k->slots.n = KIND_FIXED_PATHS;
	k->n_sources = 0;
	k->version = NORMALISE_VERSION;
	for (unsigned i = 0; i < k->n; i++) {
		struct kind *kind = &k->rows[i];

		kind->seed = bytes_hash(kind->name, 0);
		prepare_placeholders(kind);
		k->version = kind_version(kind, k->version);
		if ((err = prepare_paths(k, i, eb)))
			return err;
	}
	return ERR_OK;
}
