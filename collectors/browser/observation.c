/* One post of the page script to members.
 * I1: `room` is reserved once for all that a body can hold, so that texts in it stay where they are. */
#include "observation.h"

#include <stdio.h>

#include "daemon/base/utf8.h"

#define ROOM (OBSERVATION_MEMBERS_MAX * (OBSERVATION_VALUE_MAX + 1) + 2048)

static const char *const device_members[] = {
	"id", "platform", "os", "os_version", "browser", "browser_version", "model", "arch", "gpu", "gpu_vendor", "canvas", "audio", "fonts",
	"font_sizes", "math", "webgl", "plugins", "cores", "mem", "dpr", "touch", "color_depth", "gamut", "languages",
};

void observation_free(struct observation *o)
{
	text_free(&o->room);
}

static bool has_control(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return true;
	return false;
}

/* I1 */
static struct bytes keep(struct observation *o, struct bytes s)
{
	size_t from = o->room.len;

	text_add(&o->room, s);
	return bytes_slice(text_bytes(&o->room), from, s.len);
}

static enum err read_needed(const struct json_doc *doc, const char *name, size_t max, struct bytes *out, struct errbuf *eb)
{
	const struct json_node *node = json_get(doc, doc->nodes, name);

	if (!node || node->type != JSON_STRING || node->text.len == 0 || node->text.len > max || has_control(node->text))
		return errbuf_set(eb, ERR_INPUT, "\"%s\" must be a text of 1 to %zu bytes", name, max);
	*out = node->text;
	return ERR_OK;
}

/* Numbers as the event's own members have them. */
static struct bytes text_of(const struct json_node *node, char *number, size_t size)
{
	if (node->type == JSON_STRING)
		return node->text;
	if (node->type == JSON_BOOL)
		return node->num ? BYTES_LIT("true") : BYTES_LIT("false");
	if (node->type == JSON_INT)
		return bytes_make(number, (size_t)snprintf(number, size, "%lld", (long long)node->num));
	return bytes_make(number, json_real_text(node->real, number));
}

static enum err add_member(struct observation *o, const char *name, const struct json_node *node, struct errbuf *eb)
{
	char number[JSON_REAL_TEXT + 1];
	struct bytes text;

	if (!node || node->type == JSON_NULL || o->n == OBSERVATION_MEMBERS_MAX)
		return ERR_OK;
	if (node->type == JSON_ARRAY || node->type == JSON_OBJECT)
		return errbuf_set(eb, ERR_INPUT, "\"%s\" must be a text, a number, true or false", name);
	text = text_of(node, number, sizeof(number));
	if (text.len > OBSERVATION_VALUE_MAX || has_control(text))
		return errbuf_set(eb, ERR_INPUT, "\"%s\" is longer than %d bytes, or holds control characters", name, OBSERVATION_VALUE_MAX);
	if (text.len > 0)
		o->at[o->n++] = (struct session_member){ bytes_of(name), keep(o, text) };
	return ERR_OK;
}

static enum err read_device(const struct json_doc *doc, struct observation *o, struct errbuf *eb)
{
	const struct json_node *device = json_get(doc, doc->nodes, "device");
	enum err err = ERR_OK;

	if (!device || device->type != JSON_OBJECT)
		return errbuf_set(eb, ERR_INPUT, "\"device\" must be an object");
	for (size_t i = 0; i < ARRAY_LEN(device_members) && err == ERR_OK; i++)
		err = add_member(o, device_members[i], json_get(doc, device, device_members[i]), eb);
	if (err == ERR_OK && o->n > 0 && bytes_is(o->at[0].name, "id"))
		o->device = o->at[0].text;
	if (err == ERR_OK && o->device.len == 0)
		return errbuf_set(eb, ERR_INPUT, "\"device.id\" is missing");
	return err;
}

enum err decode_observation(const struct json_doc *doc, struct observation *out, struct errbuf *eb)
{
	enum err err;

	*out = (struct observation){ .room = out->room, .device = BYTES_NONE };
	text_clear(&out->room);
	text_room(&out->room, ROOM);
	if (doc->nodes->type != JSON_OBJECT)
		return errbuf_set(eb, ERR_INPUT, "a JSON object is expected");
	if ((err = read_needed(doc, "key", 128, &out->key, eb)) || (err = read_needed(doc, "nonce", 128, &out->nonce, eb)) ||
	    (err = read_needed(doc, "session", OBSERVATION_SESSION_MAX, &out->session, eb)))
		return err;
	err = read_device(doc, out, eb);
	if (err == ERR_OK)
		err = add_member(out, "timezone", json_get(doc, doc->nodes, "timezone"), eb);
	return err != ERR_OK ? err : add_member(out, "screen", json_get(doc, doc->nodes, "screen"), eb);
}

void observation_add(struct observation *o, const char *name, struct bytes value)
{
	if (value.len == 0 || value.len > OBSERVATION_VALUE_MAX || has_control(value) || !utf8_is_valid(value) || o->n == OBSERVATION_MEMBERS_MAX)
		return;
	o->at[o->n++] = (struct session_member){ bytes_of(name), keep(o, value) };
}

uint64_t observation_hash(const struct observation *o)
{
	uint64_t hash = 0;

	for (unsigned i = 0; i < o->n; i++)
		hash = bytes_hash(o->at[i].text, bytes_hash(o->at[i].name, hash));
	return hash;
}
