/* YAML events of rule tests as the JSON that senders write. */
#include "rule_tests.h"

/* RFC 8259 number, without an exponent. */
static bool is_json_number(struct bytes text)
{
	size_t i = text.len && text.ptr[0] == '-', start = i, dots = 0;
	for (; i < text.len; i++) {
		dots += text.ptr[i] == '.';
		if (text.ptr[i] != '.' && (text.ptr[i] < '0' || text.ptr[i] > '9'))
			return false;
	}
	if (i == start || dots > 1 || text.ptr[start] == '.' || text.ptr[i - 1] == '.')
		return false;
	bool has_leading_zero = text.ptr[start] == '0' && i - start > 1 && text.ptr[start + 1] != '.';
	return !has_leading_zero && i - start <= 18;
}

static void scalar_to_json(const struct yaml_node *at, struct text *out)
{
	bool is_word = bytes_is(at->text, "true") || bytes_is(at->text, "false") || bytes_is(at->text, "null");
	if (!at->quoted && (is_word || is_json_number(at->text)))
		json_raw(out, at->text);
	else
		json_string(out, at->text);
}

void node_to_json(const struct yaml_node *at, struct text *out)
{
	char key[128];
	if (at->type == YAML_SCALAR) {
		scalar_to_json(at, out);
		return;
	}
	if (at->type == YAML_MAPPING)
		json_open_object(out);
	else
		json_open_array(out);
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		if (at->type == YAML_MAPPING) {
			size_t n = c->key.len < sizeof key - 1 ? c->key.len : sizeof key - 1;
			memcpy(key, c->key.ptr, n);
			key[n] = 0;
			json_key(out, key);
		}
		node_to_json(c, out);
	}
	if (at->type == YAML_MAPPING)
		json_close_object(out);
	else
		json_close_array(out);
}
