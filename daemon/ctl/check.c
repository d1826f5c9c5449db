/* assocctl check: a plugin for Nagios, Icinga and what else runs such plugins. One line: state, what is wrong or what there
 * is, and figures with their thresholds; the exit status is the state.
 * I1: whatever happens, a line is on standard output and the status is 0 to 3. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "print.h"

#define DAY_MS (24 * INT64_C(3600000))
#define CHECK_TIMEOUT_S 10

extern const struct ctl_command ctl_check;

enum state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };
static const char *const state_words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

struct finding {
	enum state state;
	struct text why; /* sentences with semicolons between */
	struct text figures;
};

/* Nagios ranks unknown below critical. */
static void note(struct finding *f, enum state state, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void note(struct finding *f, enum state state, const char *fmt, ...)
{
	char sentence[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	text_adds(&f->why, f->why.len ? "; " : "");
	text_add_visible(&f->why, bytes_of(sentence));
	if (state > f->state && f->state != STATE_CRITICAL)
		f->state = state;
}

/* -- figures with thresholds -- */

/* False: the daemon does not say. */
typedef bool figure_fn(const struct json_doc *doc, int64_t *out);

static bool member(const struct json_doc *doc, const char *name, int64_t *out)
{
	const struct json_node *node = json_get(doc, doc->nodes, name);

	if (!node || node->type != JSON_INT)
		return false;
	*out = node->num;
	return true;
}

static bool figure_alerts(const struct json_doc *doc, int64_t *out)
{
	const struct json_node *alerts = json_get(doc, doc->nodes, "alerts"), *open;

	open = alerts && alerts->type == JSON_OBJECT ? json_get(doc, alerts, "open") : NULL;
	*out = open ? open->num : 0;
	return open != NULL;
}

static bool figure_overdue(const struct json_doc *doc, int64_t *out)
{
	const struct json_node *overdue = json_get(doc, doc->nodes, "alerts_overdue");

	*out = overdue ? overdue->num : 0;
	return overdue != NULL;
}

static bool figure_commit(const struct json_doc *doc, int64_t *out)
{
	bool is_there = member(doc, "last_commit_us", out);

	*out /= 1000;
	return is_there;
}

static bool figure_free(const struct json_doc *doc, int64_t *out)
{
	bool is_there = member(doc, "state_free_bytes", out);

	*out >>= 20;
	return is_there;
}

static bool figure_memory(const struct json_doc *doc, int64_t *out)
{
	int64_t limit;

	if (!member(doc, "memory_limit_bytes", &limit) || limit <= 0 || !member(doc, "memory_resident_bytes", out))
		return false;
	*out = *out * 100 / limit;
	return true;
}

static bool figure_silence(const struct json_doc *doc, int64_t *out)
{
	return member(doc, "last_event_s", out);
}

static bool figure_certificate(const struct json_doc *doc, int64_t *out)
{
	int64_t expires_ms;
	struct bytes text = json_get_text(doc, doc->nodes, "certificate_expires");

	if (text.len == 0 || !time_parse_rfc3339(text, &expires_ms))
		return false;
	*out = (expires_ms - clock_wall_ms()) / DAY_MS;
	return true;
}

#define NEVER INT64_MIN
static const struct figure {
	const char *name, *unit;
	figure_fn *read;
	bool is_low_bad;
	int64_t warning, critical; /* NEVER: none unless told */
	const char *before, *after; /* the sentence around its value */
} figures[] = {
	{ "open-alerts", "", figure_alerts, false, NEVER, NEVER, "", " alerts are open" },
	{ "overdue-alerts", "", figure_overdue, false, NEVER, NEVER, "", " alerts are behind their deadline" },
	{ "commit-ms", "ms", figure_commit, false, 500, 5000, "the last commit took ", " ms" },
	{ "free-mib", "MB", figure_free, true, 2048, 256, "", " MiB are free for the state folder" },
	{ "memory-percent", "%", figure_memory, false, 90, 98, "", " % of memory_limit are used" },
	{ "silence-s", "s", figure_silence, false, NEVER, NEVER, "no event for ", " s" },
	{ "certificate-days", "", figure_certificate, true, 14, 3, "the certificate ends in ", " days" },
};
#define FIGURES ARRAY_LEN(figures)

struct limits {
	int64_t warning[FIGURES], critical[FIGURES];
};

static bool is_beyond(const struct figure *figure, int64_t value, int64_t limit)
{
	return limit != NEVER && (figure->is_low_bad ? value < limit : value > limit);
}

/* In the range form of the plugins: "10" is bad above, "10:" below. */
static void add_limit(struct text *out, const struct figure *figure, int64_t limit)
{
	if (limit != NEVER)
		text_addf(out, "%" PRId64 "%s", limit, figure->is_low_bad ? ":" : "");
}

static void judge_figure(struct finding *f, unsigned i, int64_t value, const struct limits *limits)
{
	const struct figure *figure = &figures[i];
	enum state state = is_beyond(figure, value, limits->critical[i]) ? STATE_CRITICAL
			 : is_beyond(figure, value, limits->warning[i]) ? STATE_WARNING : STATE_OK;

	text_addf(&f->figures, " %s=%" PRId64 "%s;", figure->name, value, figure->unit);
	add_limit(&f->figures, figure, limits->warning[i]);
	text_addc(&f->figures, ';');
	add_limit(&f->figures, figure, limits->critical[i]);
	if (state == STATE_OK)
		return;
	note(f, state, "%s%" PRId64 "%s", figure->before, value, figure->after);
}

/* -- what needs no threshold -- */

static void judge_sinks(struct finding *f, const struct json_doc *doc)
{
	const struct json_node *sinks = json_get(doc, doc->nodes, "sinks");

	if (!sinks || sinks->type != JSON_OBJECT)
		return;
	for (const struct json_node *sink = json_first(doc, sinks); sink; sink = json_after(doc, sinks, sink)) {
		if (sink->type == JSON_OBJECT && json_get_true(doc, sink, "is_failing"))
			note(f, STATE_CRITICAL, "the sink %.*s takes no alerts", BYTES_ARG(bytes_slice(sink->key, 0, 60)));
	}
}

static void judge_capture(struct finding *f, const struct json_doc *doc)
{
	const struct json_node *capture = json_get(doc, doc->nodes, "capture");

	if (!capture || capture->type != JSON_OBJECT)
		return;
	for (const struct json_node *source = json_first(doc, capture); source; source = json_after(doc, capture, source))
		if (source->type == JSON_OBJECT && !bytes_is(json_get_text(doc, source, "state"), "open"))
			note(f, STATE_WARNING, "%.*s is not captured: %.*s", BYTES_ARG(bytes_slice(source->key, 0, 60)),
			     BYTES_ARG(bytes_slice(json_get_text(doc, source, "detail"), 0, 200)));
}

static void judge_reload(struct finding *f, const struct json_doc *doc)
{
	const struct json_node *refused = json_get(doc, doc->nodes, "reload_refused");

	if (!refused || refused->type != JSON_OBJECT)
		return;
	for (const struct json_node *part = json_first(doc, refused); part; part = json_after(doc, refused, part))
		note(f, STATE_WARNING, "what was read again is refused (%.*s): %.*s", BYTES_ARG(bytes_slice(part->key, 0, 60)),
		     BYTES_ARG(part->text));
}

static void judge_audit(struct finding *f, const struct json_doc *doc)
{
	int64_t missing = 0;

	if (member(doc, "audit_missing", &missing) && missing > 0)
		note(f, STATE_WARNING, "the audit log cannot be written, it misses %" PRId64 " entries; the log says why", missing);
}

static void judge_readiness(struct finding *f, const struct json_doc *doc)
{
	const struct json_node *reasons = json_get(doc, doc->nodes, "not_ready");

	if (!reasons || reasons->type != JSON_ARRAY)
		return;
	for (const struct json_node *reason = json_first(doc, reasons); reason; reason = json_after(doc, reasons, reason))
		note(f, STATE_CRITICAL, "%.*s", BYTES_ARG(reason->text));
}

static void judge(struct finding *f, const struct json_doc *doc, const struct limits *limits)
{
	judge_readiness(f, doc);
	judge_sinks(f, doc);
	judge_capture(f, doc);
	judge_reload(f, doc);
	judge_audit(f, doc);
	for (unsigned i = 0; i < FIGURES; i++) {
		int64_t value = 0;

		if (figures[i].read(doc, &value))
			judge_figure(f, i, value, limits);
	}
}

/* -- the command line -- */

static bool take_number(const char **at, int64_t *out)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	*out = strtoll(*at, &end, 10);
	*at = end;
	return true;
}

/* "NAME=WARNING[,CRITICAL]" */
static bool take_limit(const char *text, struct limits *limits)
{
	const char *equals = strchr(text, '=');
	size_t n = equals ? (size_t)(equals - text) : 0;

	for (unsigned i = 0; equals && i < FIGURES; i++) {
		if (!bytes_is(bytes_make(text, n), figures[i].name))
			continue;
		text = equals + 1;
		limits->critical[i] = NEVER;
		if (!take_number(&text, &limits->warning[i]))
			return false;
		if (*text == ',' && text++ && !take_number(&text, &limits->critical[i]))
			return false;
		return *text == '\0';
	}
	return false;
}

static void default_limits(struct limits *limits)
{
	for (unsigned i = 0; i < FIGURES; i++) {
		limits->warning[i] = figures[i].warning;
		limits->critical[i] = figures[i].critical;
	}
}

/* NULL, or what is wrong. */
static const char *take_arguments(struct ctl *ctl, struct limits *limits, int *argc, char **argv)
{
	const char *value;
	uint64_t seconds;

	while ((value = ctl_option(argc, argv, "--limit")))
		if (!take_limit(value, limits))
			return "--limit takes NAME=WARNING[,CRITICAL]; `assocctl help check` lists the names";
	ctl->timeout_s = CHECK_TIMEOUT_S;
	if ((value = ctl_option(argc, argv, "--timeout"))) {
		if (!bytes_to_u64(bytes_of(value), &seconds) || seconds < 1 || seconds > 3600)
			return "--timeout takes seconds, 1 to 3600";
		ctl->timeout_s = (int)seconds;
	}
	return ctl_no_more_options(&ctl_check, argc, argv) || *argc != 1 ? "it takes no other arguments" : NULL;
}

/* Behind a bar stand the figures: in front of them there is none, whatever a rule's error quotes. */
static void hide_bars(struct text *why)
{
	for (size_t i = 0; i < why->len; i++)
		why->ptr[i] = why->ptr[i] == '|' ? '/' : why->ptr[i];
}

static int report(struct finding *f, const char *otherwise)
{
	hide_bars(&f->why);
	printf("ASSOCD %s - %s%s%s\n", state_words[f->state], f->why.len ? f->why.ptr : otherwise, f->figures.len ? " |" : "",
	       f->figures.len ? f->figures.ptr : "");
	text_free(&f->why);
	text_free(&f->figures);
	return (int)f->state;
}

static int report_json(struct finding *f)
{
	struct text out = { 0 };
	int state = (int)f->state;

	json_open_object(&out);
	json_member_string(&out, "state", bytes_of(state_words[f->state]));
	json_member_string(&out, "why", text_bytes(&f->why));
	json_member_string(&out, "figures", bytes_trim(text_bytes(&f->figures)));
	json_close_object(&out);
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
	text_free(&f->why);
	text_free(&f->figures);
	return state;
}

/* What there is, when nothing is wrong. */
static void describe(char out[100], const struct json_doc *doc)
{
	int64_t events = 0, accounts = 0;

	(void)member(doc, "events", &events);
	(void)member(doc, "accounts", &accounts);
	snprintf(out, 100, "%" PRId64 " events of %" PRId64 " accounts", events, accounts);
}

static int check_run(struct ctl *ctl, int argc, char **argv)
{
	struct finding f = { 0 };
	struct limits limits;
	const struct json_doc *doc;
	const char *wrong;
	char what[100] = "";

	default_limits(&limits);
	wrong = take_arguments(ctl, &limits, &argc, argv);
	if (wrong) {
		note(&f, STATE_UNKNOWN, "%s", wrong);
	} else if ((doc = ctl_get(ctl, "/v1/status"))) {
		judge(&f, doc, &limits);
		describe(what, doc);
	} else if (ctl->is_unreachable_told) {
		note(&f, STATE_CRITICAL, "%s", ctl->why.ptr);
	} else {
		note(&f, STATE_UNKNOWN, "%s", ctl->why.len ? ctl->why.ptr : "the daemon could not be asked; standard error says why");
	}
	return ctl->as_json ? report_json(&f) : report(&f, what);
}

static const struct reference_option check_options[] = {
	{ "--limit", "NAME=WARNING[,CRITICAL]", "A figure and from where on it is bad; may be given again.", NULL },
	{ "--timeout", "SECONDS", "How long the daemon may take to answer, 10 unless told.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_check = {
	.name = "check", .arguments = "[OPTION]...", .options = check_options, .run = check_run,
	.help = "Says in one line whether the daemon is well, as a plugin of Nagios or Icinga.",
	.more = "It ends with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN: it could not ask). Critical is whenever the daemon does not "
		"answer, takes no events, or a sink takes no alerts; a warning is an interface that is not captured, an audit log that cannot "
		"be written, and rules, tokens, a certificate, secrets or passwords that a reload refused. The figures, and what is bad unless told: open-alerts; overdue-alerts; "
		"commit-ms, above 500 and 5000; free-mib, below 2048 and 256; memory-percent of memory_limit, above 90 and 98; silence-s, since the "
		"last event; certificate-days, below 14 and 3.",
	.example = "assocctl check --limit open-alerts=20,100 --limit silence-s=900",
};
