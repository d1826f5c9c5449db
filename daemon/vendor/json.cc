/* JSON in: simdjson validates the whole document and leaves its tape; one walk over the tape makes the flat node array.
 * DOM and not On-Demand, which leaves what nobody reads unchecked. The tape's layout is simdjson's doc/tape.md:
 * a word is type << 56 | payload; a string's payload is its offset in the string buffer (u32 length, bytes, NUL);
 * an opening bracket's payload is the tape index past its end; numbers use the word that follows.
 * I1: nodes has room for every tape word, a walk makes at most one node a word.
 * I2: texts point into the string buffer, which the next parse reuses. */
#define _Noreturn [[noreturn]]
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <new>
#include <simdjson.h>
extern "C" {
#include "daemon/base/utf8.h"
#include "json.h"
}

namespace dom = simdjson::dom;

/* Objects up to this many members are searched for duplicate keys pair by pair, larger ones by sorting. */
constexpr uint32_t PAIRWISE_MAX = 32;
constexpr size_t FIRST_CAPACITY = 4096;
constexpr unsigned DEPTH_MAX = 64;

struct json_parser {
	dom::parser parser;
	size_t max_bytes;
	unsigned max_depth;
	char *input; /* padded copy */
	size_t capacity;
	json_node *nodes;
	size_t nodes_cap;
	uint32_t *order; /* room for sorting the members of a large object */
	size_t order_cap;
};

extern "C" struct json_parser *json_parser_new(size_t max_bytes, unsigned max_depth)
{
	auto *p = new (std::nothrow) json_parser{ dom::parser(), max_bytes, max_depth,
						  nullptr, 0, nullptr, 0, nullptr, 0 };

	BUG_ON(p == nullptr || max_depth > DEPTH_MAX);
	return p;
}

extern "C" void json_parser_free(struct json_parser *p)
{
	if (p == nullptr)
		return;
	free(p->input);
	free(p->nodes);
	free(p->order);
	delete p;
}

/* Room for n bytes of input; grows by doubling, so that a stream of lines allocates a handful of times in its life. */
static void reserve_input(json_parser *p, size_t n)
{
	size_t want = p->capacity ? p->capacity : FIRST_CAPACITY;

	if (n <= p->capacity)
		return;
	while (want < n)
		want *= 2;
	want = std::min(want, std::max(p->max_bytes + 1, FIRST_CAPACITY));
	p->input = (char *)xrealloc(p->input, want + simdjson::SIMDJSON_PADDING);
	p->capacity = want;
	/* simdjson counts an open document as one level, hence + 1. */
	BUG_ON(p->parser.doc.allocate(want) != simdjson::SUCCESS);
	BUG_ON(p->parser.allocate(want, p->max_depth + 1) != simdjson::SUCCESS);
}

static void reserve_nodes(json_parser *p, size_t n)
{
	if (n <= p->nodes_cap)
		return;
	p->nodes_cap = n + n / 2;
	p->nodes = (json_node *)xrealloc(p->nodes, p->nodes_cap * sizeof *p->nodes);
}

static enum err parse_error(simdjson::error_code code, unsigned max_depth, struct errbuf *eb)
{
	switch (code) {
	case simdjson::DEPTH_ERROR:
		return errbuf_set(eb, ERR_INPUT, "JSON is nested deeper than %u levels", max_depth);
	case simdjson::UTF8_ERROR:
		return errbuf_set(eb, ERR_INPUT, "JSON holds invalid UTF-8");
	case simdjson::UNCLOSED_STRING:
		return errbuf_set(eb, ERR_INPUT, "JSON ends within a string");
	case simdjson::STRING_ERROR:
		return errbuf_set(eb, ERR_INPUT, "JSON string with an invalid escape");
	case simdjson::UNESCAPED_CHARS:
		return errbuf_set(eb, ERR_INPUT, "JSON string with an unescaped control character");
	case simdjson::NUMBER_ERROR:
		return errbuf_set(eb, ERR_INPUT, "JSON number is malformed or out of range");
	case simdjson::EMPTY:
		return errbuf_set(eb, ERR_INPUT, "JSON text is empty");
	case simdjson::T_ATOM_ERROR:
	case simdjson::F_ATOM_ERROR:
	case simdjson::N_ATOM_ERROR:
		return errbuf_set(eb, ERR_INPUT, "JSON holds a word that is not true, false or null");
	default:
		return errbuf_set(eb, ERR_INPUT, "JSON is malformed: a comma, colon, quote or bracket is missing or too many");
	}
}

static struct bytes tape_string(const json_parser *p, uint64_t word)
{
	const uint8_t *at = p->parser.doc.string_buf.get() + (word & simdjson::internal::JSON_VALUE_MASK);
	uint32_t len;

	memcpy(&len, at, sizeof len);
	return bytes{ (const char *)at + sizeof len, len };
}

static enum err duplicate_error(struct bytes key, struct errbuf *eb)
{
	return errbuf_set(eb, ERR_INPUT, "duplicate key \"%.*s\"", (int)std::min<size_t>(key.len, 64), key.ptr);
}

static enum err check_large(json_parser *p, uint32_t object, uint32_t members, struct errbuf *eb)
{
	const json_node *nodes = p->nodes;
	uint32_t n = 0;

	if (members > p->order_cap) {
		p->order_cap = members + members / 2;
		p->order = (uint32_t *)xrealloc(p->order, p->order_cap * sizeof *p->order);
	}
	for (uint32_t i = object + 1; i < nodes[object].next; i = nodes[i].next)
		p->order[n++] = i;
	std::sort(p->order, p->order + n, [nodes](uint32_t a, uint32_t b) {
		const struct bytes x = nodes[a].key, y = nodes[b].key;

		return x.len != y.len ? x.len < y.len : memcmp(x.ptr, y.ptr, x.len) < 0;
	});
	for (uint32_t i = 1; i < n; i++)
		if (bytes_eq(nodes[p->order[i - 1]].key, nodes[p->order[i]].key))
			return duplicate_error(nodes[p->order[i]].key, eb);
	return ERR_OK;
}

/* One bit of 256 for a key: most keys of an object meet a clear bit and need no comparison. */
static unsigned key_bit(struct bytes key)
{
	const unsigned char *s = (const unsigned char *)key.ptr;

	if (key.len == 0)
		return 0;
	return (s[0] * 31u + s[key.len / 2] * 17u + s[key.len - 1] * 7u + (unsigned)key.len * 3u) & 255u;
}

static bool seen_before(const json_node *nodes, uint32_t object, uint32_t member)
{
	for (uint32_t i = object + 1; i < member; i = nodes[i].next)
		if (bytes_eq(nodes[i].key, nodes[member].key))
			return true;
	return false;
}

static enum err check_keys(json_parser *p, uint32_t object, uint32_t members, struct errbuf *eb)
{
	const json_node *nodes = p->nodes;
	uint64_t bits[4] = { 0, 0, 0, 0 };

	if (members > PAIRWISE_MAX)
		return check_large(p, object, members, eb);
	for (uint32_t i = object + 1; i < nodes[object].next; i = nodes[i].next) {
		unsigned bit = key_bit(nodes[i].key);
		uint64_t mask = UINT64_C(1) << (bit & 63);

		if ((bits[bit >> 6] & mask) && seen_before(nodes, object, i))
			return duplicate_error(nodes[i].key, eb);
		bits[bit >> 6] |= mask;
	}
	return ERR_OK;
}

/* A number's node; returns the words it takes after its type word, or -1 when it does not fit. */
static int put_scalar(json_node *node, char type, uint64_t word)
{
	node->num = 0;
	switch (type) {
	case 'l':
		node->type = JSON_INT;
		node->num = (int64_t)word;
		return 1;
	case 'u':
		return -1;
	case 'd':
		node->type = JSON_DOUBLE;
		memcpy(&node->real, &word, sizeof word);
		return 1;
	case 't':
	case 'f':
		node->type = JSON_BOOL;
		node->num = type == 't';
		return 0;
	default:
		node->type = JSON_NULL;
		return 0;
	}
}

struct walk {
	uint32_t open[DEPTH_MAX]; /* containers that are not closed yet */
	uint32_t members[DEPTH_MAX];
	unsigned depth;
	uint32_t n;
};

static json_node *walk_node(json_parser *p, walk *w, struct bytes key)
{
	json_node *node = &p->nodes[w->n++];

	node->key = key;
	node->text = bytes{ "", 0 };
	node->next = w->n;
	if (w->depth > 0)
		w->members[w->depth - 1]++;
	return node;
}

static enum err walk_close(json_parser *p, walk *w, struct errbuf *eb)
{
	uint32_t at = w->open[--w->depth];

	p->nodes[at].next = w->n;
	p->nodes[at].num = w->members[w->depth];
	return p->nodes[at].type == JSON_OBJECT ? check_keys(p, at, w->members[w->depth], eb) : ERR_OK;
}

static void walk_open(walk *w, json_node *node, bool is_object)
{
	node->type = is_object ? JSON_OBJECT : JSON_ARRAY;
	w->open[w->depth] = w->n - 1;
	w->members[w->depth++] = 0;
}

static enum err flatten(json_parser *p, walk *w, struct errbuf *eb)
{
	const uint64_t *tape = p->parser.doc.tape.get();
	size_t end = (tape[0] & simdjson::internal::JSON_VALUE_MASK) - 1;

	reserve_nodes(p, end);
	for (size_t i = 1; i < end; i++) {
		char type = (char)(tape[i] >> 56);
		struct bytes key = { "", 0 };
		enum err err;

		if (type == '}' || type == ']') {
			if ((err = walk_close(p, w, eb)))
				return err;
			continue;
		}
		if (w->depth > 0 && p->nodes[w->open[w->depth - 1]].type == JSON_OBJECT) {
			key = tape_string(p, tape[i]);
			type = (char)(tape[++i] >> 56);
		}
		json_node *node = walk_node(p, w, key);
		if (type == '{' || type == '[') {
			if (w->depth == p->max_depth) /* simdjson does not count an empty container */
				return parse_error(simdjson::DEPTH_ERROR, p->max_depth, eb);
			walk_open(w, node, type == '{');
		} else if (type == '"') {
			node->type = JSON_STRING;
			node->text = tape_string(p, tape[i]);
		} else {
			int words = put_scalar(node, type, tape[i + 1]);

			if (words < 0)
				return errbuf_set(eb, ERR_INPUT, "JSON number is out of range");
			i += (size_t)words;
		}
	}
	return ERR_OK;
}

extern "C" enum err json_parse(struct json_parser *p, struct bytes input, struct json_doc *doc, struct errbuf *eb)
{
	walk w;
	simdjson::error_code code;
	enum err err;

	input = utf8_skip_mark(input); /* RFC 8259, 8.1: may be ignored */
	if (input.len > p->max_bytes)
		return errbuf_set(eb, ERR_INPUT, "JSON of %zu bytes is over the limit of %zu", input.len, p->max_bytes);
	reserve_input(p, input.len + 1);
	memcpy(p->input, input.ptr, input.len);
	memset(p->input + input.len, ' ', simdjson::SIMDJSON_PADDING);
	code = p->parser.parse((const uint8_t *)p->input, input.len, false).error();
	if (code != simdjson::SUCCESS)
		return parse_error(code, p->max_depth, eb);
	w.depth = 0;
	w.n = 0;
	if ((err = flatten(p, &w, eb)))
		return err;
	doc->nodes = p->nodes;
	doc->n = w.n;
	return ERR_OK;
}

extern "C" const struct json_node *json_first(const struct json_doc *doc, const struct json_node *at)
{
	if (at == nullptr || (at->type != JSON_OBJECT && at->type != JSON_ARRAY))
		return nullptr;
	return at->next > (uint32_t)(at - doc->nodes) + 1 ? at + 1 : nullptr;
}

extern "C" const struct json_node *json_after(const struct json_doc *doc, const struct json_node *parent,
					      const struct json_node *child)
{
	return child->next < parent->next ? &doc->nodes[child->next] : nullptr;
}

extern "C" const struct json_node *json_get(const struct json_doc *doc, const struct json_node *at, const char *key)
{
	struct bytes want = bytes_of(key);

	if (at == nullptr || at->type != JSON_OBJECT)
		return nullptr;
	for (const json_node *c = json_first(doc, at); c; c = json_after(doc, at, c))
		if (bytes_eq(c->key, want))
			return c;
	return nullptr;
}

extern "C" struct bytes json_get_text(const struct json_doc *doc, const struct json_node *at, const char *key)
{
	const json_node *node = json_get(doc, at, key);

	return node && node->type == JSON_STRING ? node->text : bytes{ "", 0 };
}

extern "C" bool json_get_true(const struct json_doc *doc, const struct json_node *at, const char *key)
{
	const json_node *node = json_get(doc, at, key);

	return node && node->type == JSON_BOOL && node->num != 0;
}

extern "C" int64_t json_get_int(const struct json_doc *doc, const struct json_node *at, const char *key, int64_t otherwise)
{
	const json_node *node = json_get(doc, at, key);

	return node && node->type == JSON_INT ? node->num : otherwise;
}

/* Most numbers of events are like 1.25. A decimal of three places that reads back as the double is the shortest one:
 * no two decimals of at most 15 digits read as the same double. 0: it is none, or could be shorter with an exponent. */
static size_t thousandths_text(double real, char *out)
{
	if (!(real >= 0.001 && real < 10000))
		return 0;
	unsigned thousandths = (unsigned)(real * 1000 + 0.5), rest = thousandths % 1000;

	if ((double)thousandths / 1000 != real)
		return 0;
	char *end = std::to_chars(out, out + JSON_REAL_TEXT, thousandths / 1000).ptr;

	if (rest > 0)
		*end++ = '.';
	for (unsigned unit = 100; rest > 0; rest %= unit, unit /= 10)
		*end++ = (char)('0' + rest / unit);
	return (size_t)(end - out);
}

extern "C" size_t json_real_text(double real, char out[JSON_REAL_TEXT])
{
	size_t n = thousandths_text(real, out);

	if (n > 0)
		return n;
	auto done = std::to_chars(out, out + JSON_REAL_TEXT, real);

	return (size_t)(done.ptr - out);
}
