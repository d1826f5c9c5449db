/* The effective configuration with where each value came from: YAML that could be a configuration again, or JSON. And what
 * the manual page says of a key. */
#include "config_internal.h"

#include "daemon/base/clock.h"
#include "daemon/base/reference.h"

/* A path that is not set and has no default. */
static bool is_none(const struct config *c, const struct config_key *key)
{
	return config_is_path(key) && *(char *const *)(const void *)((const char *)c + key->at) == NULL;
}

static void show_value(struct text *t, const struct config *c, const struct config_key *key)
{
	const void *at = (const char *)c + key->at;

	if (is_none(c, key)) {
		json_null(t);
	} else if (config_is_path(key) || key->type == CONFIG_TEXT) {
		json_string(t, bytes_of(*(char *const *)at));
	} else if (key->type == CONFIG_NUMBER) {
		json_int(t, *(const int64_t *)at);
	} else if (key->type == CONFIG_SWITCH) {
		json_string(t, bytes_of(*(const bool *)at ? "on" : "off"));
	} else if (key->type == CONFIG_DURATION) {
		char text[32];

		json_string(t, bytes_of(time_duration_written(*(const int64_t *)at, text, sizeof(text))));
	} else {
		unsigned n = *(const unsigned *)(const void *)((const char *)c + key->count_at);

		json_open_array(t);
		for (unsigned i = 0; i < n; i++)
			json_string(t, bytes_of(((char *const *)at)[i]));
		json_close_array(t);
	}
}

static void show_source(struct text *t, const struct config *c, unsigned i)
{
	if (c->sources[i] == CONFIG_FROM_COMMAND_LINE)
		text_adds(t, "command line");
	else if (c->sources[i] > 0)
		text_addf(t, "%s:%d", c->file, c->sources[i]);
	else
		text_adds(t, "default");
}

/* The names in it. */
static void show_mapping(struct text *t, const struct config *c, const struct config_key *key)
{
	const struct yaml_node *all = config_mapping(c, key->name);

	json_open_array(t);
	for (const struct yaml_node *at = all ? all->child : NULL; at; at = at->next)
		json_string(t, at->key);
	json_close_array(t);
}

static void show_json(const struct config *c, struct text *out)
{
	json_open_object(out);
	json_member_string(out, "file", bytes_of(c->file));
	for (unsigned i = 0; config_keys[i].name; i++) {
		struct text source = { 0 };

		show_source(&source, c, i);
		json_key(out, config_keys[i].name);
		json_open_object(out);
		json_key(out, "value");
		if (config_keys[i].type == CONFIG_MAPPING)
			show_mapping(out, c, &config_keys[i]);
		else
			show_value(out, c, &config_keys[i]);
		json_member_string(out, "source", text_bytes(&source));
		json_close_object(out);
		text_free(&source);
	}
	json_close_object(out);
}

void config_show(const struct config *c, bool as_json, struct text *out)
{
	if (as_json) {
		show_json(c, out);
		return;
	}
	for (unsigned i = 0; config_keys[i].name; i++) {
		struct text value = { 0 };

		if (is_none(c, &config_keys[i])) {
			text_addf(out, "# %s: none", config_keys[i].name);
		} else if (config_keys[i].type == CONFIG_MAPPING) {
			show_mapping(&value, c, &config_keys[i]);
			text_addf(out, "# %s: %.*s", config_keys[i].name, BYTES_ARG(text_bytes(&value)));
		} else {
			show_value(&value, c, &config_keys[i]);
			text_addf(out, "%s: %.*s", config_keys[i].name, BYTES_ARG(text_bytes(&value)));
		}
		text_adds(out, "   # ");
		show_source(out, c, i);
		text_addc(out, '\n');
		text_free(&value);
	}
}

const char *config_key_takes(const struct config_key *key)
{
	static const char *const words[] = {
		[CONFIG_PATH] = "path", [CONFIG_INPUT] = "path", [CONFIG_TEXT] = "text", [CONFIG_PATHS] = "list of paths", [CONFIG_TEXTS] = "list of texts",
		[CONFIG_DURATION] = "duration", [CONFIG_NUMBER] = "number", [CONFIG_SWITCH] = "on|off",
		[CONFIG_MAPPING] = "mapping",
	};

	return words[key->type];
}

void config_key_notes(const struct config_key *key, struct text *notes)
{
	char low[CONFIG_BOUND_SIZE], high[CONFIG_BOUND_SIZE];

	if (key->type == CONFIG_PATHS || key->type == CONFIG_TEXTS)
		reference_note(notes, "at most %d", CONFIG_LIST_MAX);
	if (key->type == CONFIG_DURATION || key->type == CONFIG_NUMBER) {
		config_bounds(key, low, high);
		reference_note(notes, "%s to %s", low, high);
	}
	if (key->otherwise && *key->otherwise)
		reference_note(notes, "default %s", key->otherwise);
}
