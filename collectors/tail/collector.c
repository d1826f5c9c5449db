/* The tail collector: follows log files and offers what patterns make of their lines. One timer drives it: every log
 * reads at most one buffer a turn, and at once again while there is more.
 * I1: a log that a glob found is kept while it exists in the configuration, also when its file is gone.
 * I2: while paused or intake is congested nothing is read. */
#include "collectors/collector.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/vec.h"
#include "daemon/model/event.h"
#include "daemon/vendor/yaml.h"
#include "log.h"
#include "places.h"

#define POLL_MS 200
#define GLOB_EVERY_US INT64_C(2000000)
#define WRITE_EVERY_US INT64_C(1000000)
#define LOGS_MAX 1000
#define PLACE_JSON_MAX (64 * 1024 * 1024)
#define PLACE_JSON_DEPTH 8

struct tail {
	struct collector_host host;
	struct loop_timer *timer;
	struct VEC(struct log_setup *) setups;
	struct VEC(struct tail_log *) logs;
	char *buffer;
	char *places_path;
	struct places *places; /* as found at the start */
	struct json_parser *parser;
	int64_t globbed_at_us, written_at_us;
	bool is_paused, is_write_failing, is_full_told;
};

static struct tail_log *find_log(const struct tail *t, const char *path)
{
	for (size_t i = 0; i < t->logs.n; i++)
		if (!strcmp(tail_log_path(t->logs.at[i]), path))
			return t->logs.at[i];
	return NULL;
}

/* A rotated file that the glob matches too is already read by the log it came from. */
static bool is_read_elsewhere(const struct tail *t, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	for (size_t i = 0; i < t->logs.n; i++)
		if (tail_log_has(t->logs.at[i], st.st_dev, st.st_ino))
			return true;
	return false;
}

static void add_log(struct tail *t, const struct log_setup *setup, const char *path)
{
	struct bytes place = places_find(t->places, path);
	struct tail_log *log;
	struct json_doc doc;

	if (find_log(t, path) || is_read_elsewhere(t, path))
		return;
	if (t->logs.n >= LOGS_MAX) {
		if (!t->is_full_told)
			log_warn("tail", "%s and others are not followed: %d files are the limit", path, LOGS_MAX);
		t->is_full_told = true;
		return;
	}
	log = tail_log_new(&t->host, setup, path);
	if (place.len && json_parse(t->parser, place, &doc, NULL) == ERR_OK)
		tail_log_restore(log, &doc, doc.nodes);
	VEC_PUSH(&t->logs, log);
	tail_log_begin(log);
}

static bool is_pattern_of_names(const char *path)
{
	return strpbrk(path, "*?[") != NULL;
}

static void find_logs(struct tail *t, bool is_first)
{
	t->globbed_at_us = clock_mono_us();
	for (size_t i = 0; i < t->setups.n; i++) {
		const struct log_setup *setup = t->setups.at[i];
		glob_t found = { 0 };
		if (!is_pattern_of_names(setup->glob))
			add_log(t, setup, setup->glob);
		else if (!glob(setup->glob, 0, NULL, &found))
			for (size_t k = 0; k < found.gl_pathc; k++)
				add_log(t, setup, found.gl_pathv[k]);
		else if (is_first)
			log_info("tail", "nothing is called %s yet: looking again every two seconds", setup->glob);
		globfree(&found);
	}
}

static void write_places(struct tail *t, bool is_last)
{
	struct text lines = { 0 };
	struct errbuf eb = { "" };
	bool is_changed = is_last;

	for (size_t i = 0; i < t->logs.n; i++)
		is_changed |= tail_log_place_changed(t->logs.at[i]);
	if (!is_changed)
		return;
	for (size_t i = 0; i < t->logs.n; i++) {
		struct bytes place = tail_log_place(t->logs.at[i]);
		text_add(&lines, place);
		if (place.len)
			text_addc(&lines, '\n');
	}
	if (places_write(t->places_path, text_bytes(&lines), &eb) && !t->is_write_failing)
		log_warn("tail", "%s; trying again every second", eb.text);
	t->is_write_failing = eb.text[0];
	text_free(&lines);
}

static void on_timer(void *arg)
{
	struct tail *t = arg;
	int64_t now = clock_mono_us();
	bool has_more = false, waits = false;

	if (now - t->globbed_at_us >= GLOB_EVERY_US)
		find_logs(t, false);
	for (size_t i = 0; i < t->logs.n; i++) {
		if (t->is_paused || intake_is_congested(t->host.intake))
			break;
		has_more |= tail_log_step(t->logs.at[i], t->buffer);
		waits |= tail_log_is_waiting(t->logs.at[i]);
	}
	if (now - t->written_at_us >= WRITE_EVERY_US) {
		t->written_at_us = now;
		write_places(t, false);
	}
	/* A group that is on its way comes back in a few milliseconds. */
	loop_timer_set(t->timer, t->is_paused ? POLL_MS : has_more && !waits ? 0 : has_more || waits ? 2 : POLL_MS);
}

/* -- configuration -- */

/* A key of one entry; text ends with NUL. */
typedef const char *file_key_fn(struct tail *t, struct log_setup *s, const char *text, struct errbuf *eb);

static char *beside_config(const struct tail *t, const char *text)
{
	char *path = NULL;

	BUG_ON(asprintf(&path, "%s%s%s", text[0] == '/' ? "" : t->host.config_dir, text[0] == '/' ? "" : "/", text) < 0);
	return path;
}

static const char *take_path(struct tail *t, struct log_setup *s, const char *text, struct errbuf *eb)
{
	s->glob = beside_config(t, text);
	return NULL;
}

static const char *take_pattern(struct tail *t, struct log_setup *s, const char *text, struct errbuf *eb)
{
	char *path = strchr(text, '/') ? beside_config(t, text) : xstrdup(text);
	enum err e = pattern_load(t->host.patterns_dir, path, &s->pattern, eb);

	free(path);
	if (!e && pattern_wants_header(s->pattern)) /* a follower may begin in the middle, and a restart always does */
		return "what is followed has no first line to name its columns: use a pattern of your own that names them by 'columns'";
	return e ? "the pattern cannot be used" : NULL;
}

static const char *take_site(struct tail *t, struct log_setup *s, const char *text, struct errbuf *eb)
{
	s->site = xstrdup(text);
	return event_site_is_valid(bytes_of(text)) ? NULL : EVENT_SITE_RULE;
}

static const char *take_from(struct tail *t, struct log_setup *s, const char *text, struct errbuf *eb)
{
	s->from_end = !strcmp(text, "end");
	return s->from_end || !strcmp(text, "start") ? NULL : "'from' is start or end";
}

static const char *take_trusted(struct tail *t, struct log_setup *s, const char *text, struct errbuf *eb)
{
	s->is_trusted = !strcmp(text, "true");
	return s->is_trusted || !strcmp(text, "false") ? NULL : "'trusted' is true or false";
}

#define FILES "files[]."
static const struct collector_key keys[] = {
	{ "files", "list of mappings", NULL, "What is followed, one mapping a file or glob." },
	{ FILES "file", "path or glob", NULL,
	  "The log; required. A glob is looked at again every two seconds, and a name that does not exist yet is waited for." },
	{ FILES "pattern", "name or path", NULL, "A pattern of the patterns folder, or a path with a slash in it; absent: lines are events." },
	{ FILES "site", "text", NULL, "Site of the accounts; it goes over the pattern's own." },
	{ FILES "from", "start|end", "start", "end: what a file holds when it is first seen is left out." },
	{ FILES "trusted", "true|false", "false", "Lines may state relations, closures and ratings." },
	{ NULL, NULL, NULL, NULL },
};
enum { FILE_KEYS_AT = 1, FILE_KEYS = ARRAY_LEN(keys) - 1 - FILE_KEYS_AT };
static file_key_fn *const file_key_fns[FILE_KEYS] = { take_path, take_pattern, take_site, take_from, take_trusted };

static const char *file_key(size_t i)
{
	return keys[FILE_KEYS_AT + i].name + strlen(FILES);
}

static enum err unknown_file_key(const struct yaml_doc *doc, const struct yaml_node *node, struct errbuf *eb)
{
	const char *names[FILE_KEYS];

	for (size_t i = 0; i < FILE_KEYS; i++)
		names[i] = file_key(i);
	return yaml_unknown_key(doc, node, names, FILE_KEYS, eb);
}

static enum err take_file_key(struct tail *t, const struct yaml_doc *doc, const struct yaml_node *node, struct log_setup *s, struct errbuf *eb)
{
	const char *wrong;
	char text[4096];
	size_t key = 0;

	while (key < FILE_KEYS && !bytes_is(node->key, file_key(key)))
		key++;
	if (key == FILE_KEYS)
		return unknown_file_key(doc, node, eb);
	if (node->type != YAML_SCALAR || !node->text.len || node->text.len >= sizeof(text))
		return yaml_error(doc, node, eb, "a text is expected here");
	memcpy(text, node->text.ptr, node->text.len);
	text[node->text.len] = '\0';
	wrong = file_key_fns[key](t, s, text, eb);
	if (!wrong)
		return ERR_OK;
	if (eb->text[0]) /* of the pattern: the place that names it goes in front */
		errbuf_prefix(eb, "%s:%u:%u", yaml_name(doc), node->line, node->column);
	return yaml_error(doc, node, eb, "%s", wrong);
}

static enum err take_file(struct tail *t, const struct yaml_doc *doc, const struct yaml_node *node, struct errbuf *eb)
{
	struct log_setup *s = xcalloc(1, sizeof(*s));
	enum err e = ERR_OK;

	VEC_PUSH(&t->setups, s);
	for (const struct yaml_node *c = node->type == YAML_MAPPING ? node->child : NULL; c && !e; c = c->next)
		e = take_file_key(t, doc, c, s, eb);
	if (!e && (node->type != YAML_MAPPING || !yaml_get(node, "file")))
		return yaml_error(doc, node, eb, "each entry is {file: PATH, pattern: NAME, site: NAME}");
	if (!s->site)
		s->site = xstrdup("");
	return e;
}

static enum err take_config(struct tail *t, const struct yaml_doc *doc, const struct yaml_node *config, struct errbuf *eb)
{
	enum err e = ERR_OK;

	if (!config || (config->type == YAML_SCALAR && !config->text.len))
		return ERR_OK;
	if (config->type != YAML_MAPPING)
		return yaml_error(doc, config, eb, "'tail' is {files: [{file: PATH, pattern: NAME}]}");
	for (const struct yaml_node *c = config->child; c && !e; c = c->next) {
		if (!bytes_is(c->key, keys[0].name))
			return yaml_unknown_key(doc, c, &keys[0].name, 1, eb);
		if (c->type != YAML_SEQUENCE)
			return yaml_error(doc, c, eb, "'files' is a list");
		for (const struct yaml_node *file = c->child; file && !e; file = file->next)
			e = take_file(t, doc, file, eb);
	}
	return e;
}

static void setups_free(struct tail *t)
{
	for (size_t i = 0; i < t->setups.n; i++) {
		pattern_free(t->setups.at[i]->pattern);
		free(t->setups.at[i]->glob);
		free(t->setups.at[i]->site);
		free(t->setups.at[i]);
	}
	VEC_FREE(&t->setups);
}

static enum err tail_check(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, struct errbuf *eb)
{
	struct tail t = { .host = *host };
	enum err e = take_config(&t, doc, config, eb);

	setups_free(&t);
	return e;
}

static void tail_free(struct tail *t)
{
	for (size_t i = 0; i < t->logs.n; i++)
		tail_log_free(t->logs.at[i]);
	VEC_FREE(&t->logs);
	setups_free(t);
	loop_timer_free(t->timer);
	places_free(t->places);
	json_parser_free(t->parser);
	free(t->places_path);
	free(t->buffer);
	free(t);
}

static enum err tail_start(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, void **out,
			   struct errbuf *eb)
{
	struct tail *t = xcalloc(1, sizeof(*t));
	enum err e;

	t->host = *host;
	t->timer = loop_timer_new(host->loop, on_timer, t);
	t->buffer = xmalloc(FOLLOW_BUFFER);
	t->parser = json_parser_new(PLACE_JSON_MAX, PLACE_JSON_DEPTH);
	BUG_ON(asprintf(&t->places_path, "%s/tail.places", host->state_dir) < 0);
	t->places = places_load(t->places_path);
	e = take_config(t, doc, config, eb);
	if (e) {
		tail_free(t);
		return e;
	}
	if (t->setups.n) {
		find_logs(t, true);
		loop_timer_set(t->timer, 0);
	}
	*out = t;
	return ERR_OK;
}

static void tail_pause(void *self)
{
	((struct tail *)self)->is_paused = true;
}

static void tail_resume(void *self)
{
	((struct tail *)self)->is_paused = false;
}

static void tail_stop(void *self)
{
	struct tail *t = self;

	if (t->logs.n)
		write_places(t, true);
	tail_free(t);
}

static void tail_stats(const void *self, struct collector_stats *out)
{
	const struct tail *t = self;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < t->logs.n; i++)
		tail_log_add_stats(t->logs.at[i], out);
}

COLLECTOR(tail) = {
	.name = "tail",
	.help = "Follows log files through rotations and restarts.",
	.keys = keys,
	.check = tail_check,
	.start = tail_start,
	.pause = tail_pause,
	.resume = tail_resume,
	.stop = tail_stop,
	.stats = tail_stats,
};
