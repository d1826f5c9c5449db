/* The keys of policy rules: windows over events, then the conditions that ask for them.
 * I1: windows are read first: `when` and `until` name them.
 * I2: a window's own condition is asked of an event, and knows no windows.
 * I3: steps rise in time and never fall in level. */
#include "builder.h"
#include "expression.h"

#define SECOND INT64_C(1000)
#define YEAR (INT64_C(31557600) * SECOND)
#define WINDOWS_PER_POLICY 16
#define WINDOWS_MAX 1024
#define WINDOW_NAME_MAX 32

struct window_source {
	int take;
	const struct yaml_node *of, *where, *bound;
	int64_t timespan_ms;
};

#define FIELD(name) .offset = offsetof(struct window_source, name)

const char *const window_take_words[WINDOW_TAKES + 1] = { "count", "distinct", "sum", "latest", "since_first", "since_latest",
							  "time_below", "time_at_least", NULL };

const struct key_row window_keys[] = {
	{ "take", KEY_WORD, .is_required = true, FIELD(take), .words = window_take_words, .help = "What it says of the events that it holds." },
	{ "of", KEY_NODE, FIELD(of), .takes = "field of the event",
	  .help = "Whose value is taken; count, since_first and since_latest take none. An event without it does not enter." },
	{ "where", KEY_NODE, FIELD(where), .takes = "condition", .help = "Which events enter: asked of event and account; absent: all." },
	{ "timespan", KEY_DURATION, .is_required = true, FIELD(timespan_ms), RANGE(SECOND, 100 * YEAR),
	  .help = "How far it reaches back from now; it slides, without fixed boundaries." },
	{ "bound", KEY_NODE, FIELD(bound), .takes = "number", .help = "The value of time_below and time_at_least." },
	{ 0 },
};

struct take_row {
	bool needs_field, is_time;
	enum value_type type;
};

static const struct take_row take_rows[WINDOW_TAKES] = {
	[TAKE_COUNT] = { false, false, VALUE_NUMBER },        [TAKE_DISTINCT] = { true, false, VALUE_NUMBER },
	[TAKE_SUM] = { true, false, VALUE_NUMBER },           [TAKE_LATEST] = { true, false, VALUE_NUMBER },
	[TAKE_SINCE_FIRST] = { false, false, VALUE_DURATION }, [TAKE_SINCE_LATEST] = { false, false, VALUE_DURATION },
	[TAKE_TIME_BELOW] = { true, true, VALUE_DURATION },   [TAKE_TIME_AT_LEAST] = { true, true, VALUE_DURATION },
};

/* Fields of the event itself, for did-you-mean. */
static const char *event_field_nearest(struct reader *r, struct bytes name)
{
	const char *names[64];
	size_t n = 0;
	for (int i = 0; field_rows[i].name && n + 1 < ARRAY_LEN(names); i++)
		if (bytes_starts(bytes_of(field_rows[i].name), BYTES_LIT("event.")))
			names[n++] = field_rows[i].name;
	names[n] = NULL;
	return did_you_mean(r->arena, name, names);
}

static void read_window_field(struct reader *r, const struct yaml_node *at, struct window_rule *window)
{
	const char *take = window_take_words[window->take];
	if (!take_rows[window->take].needs_field) {
		problem_at_key(r, at, "%s takes no field: it is of events, not of their values", take);
		return;
	}
	if (!node_is(r, at, YAML_SCALAR))
		return;
	int field = bytes_starts(at->text, BYTES_LIT("event.")) ? field_find(at->text) : -1;
	if (field < 0) {
		problem_at(r, at, "no field '%.*s' of the event%s", BYTES_ARG(at->text), event_field_nearest(r, at->text));
		return;
	}
	if (window->take != TAKE_DISTINCT && field_rows[field].type != VALUE_NUMBER)
		problem_at(r, at, "%s needs a number, '%.*s' is none", take, BYTES_ARG(at->text));
	window->field = field;
}

static void read_window_bound(struct reader *r, const struct yaml_node *at, struct window_rule *window)
{
	if (!take_rows[window->take].is_time)
		problem_at_key(r, at, "bound belongs to time_below and time_at_least");
	else
		(void)node_milli(r, at, INT64_C(-1000000000000), INT64_C(1000000000000), &window->bound_milli);
}

static bool is_window_name(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || c == '_' || (i > 0 && c >= '0' && c <= '9')))
			return false;
	}
	return name.len > 0 && name.len <= WINDOW_NAME_MAX;
}

static void read_window(struct reader *r, const struct yaml_node *at, enum policy_scope scope)
{
	struct window_source source = { .take = -1 };
	keys_read(r, at, window_keys, &source);
	if (!is_window_name(at->key))
		problem_at_key(r, at, "a window is named by 1 to %d of a-z, 0-9 and _", WINDOW_NAME_MAX);
	if (source.take < 0)
		return;
	struct window_rule window = { .name = arena_bytes(r->arena, at->key), .scope = scope, .take = (enum window_take)source.take,
				      .type = take_rows[source.take].type, .field = -1, .timespan_ms = source.timespan_ms,
				      .line = at->key_line, .column = at->key_column };
	const struct take_row *row = &take_rows[source.take];
	if (source.of)
		read_window_field(r, source.of, &window);
	else if (row->needs_field)
		problem_at(r, at, "%s needs a field: of: event.value", window_take_words[source.take]);
	if (source.bound)
		read_window_bound(r, source.bound, &window);
	else if (row->is_time)
		problem_at(r, at, "%s needs a number: bound: 250", window_take_words[source.take]);
	if (row->is_time && scope != POLICY_ACCOUNT)
		problem_at(r, at, "%s is of one account; the scope of this policy is another", window_take_words[source.take]);
	if (source.where)
		window.where = condition_compile(r, source.where, SCOPE_EVENT);
	VEC_PUSH(&r->builder->windows, window);
}

static void read_windows(struct reader *r, const struct yaml_node *at, enum policy_scope scope)
{
	struct builder *b = r->builder;
	if (!node_is(r, at, YAML_MAPPING))
		return;
	if (node_children(at) > WINDOWS_PER_POLICY || b->windows.n + node_children(at) > WINDOWS_MAX) {
		problem_at_key(r, at, "more than %d windows in one policy, or %d in all", WINDOWS_PER_POLICY, WINDOWS_MAX);
		return;
	}
	for (const struct yaml_node *c = at->child; c; c = c->next)
		read_window(r, c, scope);
}

#undef FIELD
#define FIELD(name) .offset = offsetof(struct policy_source, name)

struct policy_source {
	int scope, group;
	const struct yaml_node *windows, *when, *until, *escalate, *recommendation, *group_kind;
	int64_t deadline_ms, expires_ms, group_within_ms;
};

static const char *const link_words[] = { "older", "newer", NULL };
static const char *const no_words[] = { NULL };
static const char *const group_words[] = { "pair", "value", "cluster", NULL };
static const char *const scope_words[] = { "account", "link", "cluster", NULL };
static const enum policy_scope scopes[] = { POLICY_ACCOUNT, POLICY_LINK, POLICY_CLUSTER };

#undef FIELD
#define FIELD(name) .offset = offsetof(struct step_source, name)

struct step_source {
	int64_t after_ms;
	int level;
	const struct yaml_node *when, *recommendation;
};

static const char *const level_words[] = { "info", "low", "medium", "high", "critical", NULL };

static const struct key_row step_keys[] = {
	{ "after", KEY_DURATION, .is_required = true, FIELD(after_ms), RANGE(SECOND, 10 * YEAR),
	  .help = "Time since the opening, or since it was opened again." },
	{ "level", KEY_WORD, FIELD(level), .words = level_words, .help = "How grave it is from then on; absent: as before." },
	{ "when", KEY_NODE, FIELD(when), .takes = "condition", .help = "Asked at that time: the step is taken only when it is true." },
	{ "recommendation", KEY_NODE, .is_prose = true, FIELD(recommendation), .takes = "text",
	  .help = "What to do from then on; absent: as before." },
	{ 0 },
};

static void read_step(struct reader *r, const struct yaml_node *at, struct policy_rule *rule, struct policy_step *step)
{
	struct step_source source = { .level = LEVELS };
	keys_read(r, at, step_keys, &source);
	*step = (struct policy_step){ .after_ms = source.after_ms, .level = (enum rule_level)source.level, .recommendation = BYTES_NONE };
	if (source.when)
		step->when = condition_compile(r, source.when, (unsigned)rule->scope);
	if (source.recommendation && node_text(r, source.recommendation, &step->recommendation))
		rule_check_words(r, source.recommendation, rule->scope == POLICY_LINK ? link_words : no_words);
	if (at->type == YAML_MAPPING && source.level == LEVELS && !source.recommendation)
		problem_at(r, at, "a step says a level, a recommendation, or both");
}

/* I3. */
static void check_order(struct reader *r, const struct yaml_node *at, const struct policy_step *before, const struct policy_step *step)
{
	if (step->after_ms < before->after_ms)
		problem_at(r, at, "steps stand in order of time, this one comes before the one above it");
	if (step->level != LEVELS && before->level != LEVELS && step->level < before->level)
		problem_at(r, at, "a step never lowers the level: it is %s already", rule_level_names[before->level]);
}

/* Behind those of its time. */
static void add_step(struct policy_step *steps, struct policy_rule *rule, int64_t after_ms, bool expires)
{
	unsigned at = rule->n_steps++;
	for (; at > 0 && steps[at - 1].after_ms > after_ms; at--)
		steps[at] = steps[at - 1];
	steps[at] = (struct policy_step){ .after_ms = after_ms, .level = LEVELS, .recommendation = BYTES_NONE, .expires = expires };
}

/* The deadline as a step of its own, unless one stands at its time; and the expiry. */
static void add_own_steps(struct policy_step *steps, struct policy_rule *rule, int64_t expires_ms)
{
	bool stands = rule->deadline_ms == 0;
	for (unsigned i = 0; i < rule->n_steps; i++)
		stands = stands || steps[i].after_ms == rule->deadline_ms;
	if (!stands)
		add_step(steps, rule, rule->deadline_ms, false);
	if (expires_ms > 0)
		add_step(steps, rule, expires_ms, true);
}

static void read_steps(struct reader *r, const struct yaml_node *list, struct policy_rule *rule, enum rule_level level)
{
	struct policy_step *steps = ARENA_ARRAY(r->arena, struct policy_step, POLICY_STEPS_MAX + 2);
	struct policy_step before = { .level = level };
	rule->steps = steps;
	if (list && node_children(list) > POLICY_STEPS_MAX) {
		problem_at_key(r, list, "more than %d steps", POLICY_STEPS_MAX);
		return;
	}
	for (const struct yaml_node *c = list ? list->child : NULL; c; c = c->next) {
		struct policy_step *step = &steps[rule->n_steps++];
		read_step(r, c, rule, step);
		check_order(r, c, &before, step);
		before.after_ms = step->after_ms;
		before.level = step->level != LEVELS ? step->level : before.level;
	}
}

/* What nobody took on cannot end before its time to answer has. */
static void read_expiry(struct reader *r, const struct yaml_node *at, const struct policy_source *source, struct policy_rule *rule)
{
	if (source->expires_ms > 0 && source->expires_ms <= rule->deadline_ms)
		problem_at(r, yaml_get(at, "expires"), "it expires before its deadline");
	else
		add_own_steps((struct policy_step *)rule->steps, rule, source->expires_ms);
}

static void keep_escalate(struct reader *r, const struct yaml_node *at, void *into)
{
	if (node_is(r, at, YAML_SEQUENCE))
		((struct policy_source *)into)->escalate = at;
}

#undef FIELD
#define FIELD(name) .offset = offsetof(struct policy_source, name)

const struct key_row policy_keys[] = {
	{ "scope", KEY_WORD, .is_required = true, FIELD(scope), .words = scope_words, .help = "What the condition is asked about." },
	{ "windows", KEY_NODE, FIELD(windows), .takes = "{NAME: window, ...}",
	  .help = "Sliding windows over the events of its accounts; conditions ask for them as window.NAME." },
	{ "when", KEY_NODE, .is_required = true, FIELD(when), .takes = "condition", .help = "The condition that opens an alert." },
	{ "until", KEY_NODE, FIELD(until), .takes = "condition",
	  .help = "The condition that resolves it; absent: as soon as 'when' is no longer true." },
	{ "deadline", KEY_DURATION, FIELD(deadline_ms), RANGE(SECOND, 10 * YEAR), .otherwise = "0",
	  .help = "Time to answer after opening, and after it was opened again; 0: none. An alert that still stands then is told again, as overdue." },
	{ "expires", KEY_DURATION, FIELD(expires_ms), RANGE(SECOND, 10 * YEAR), .otherwise = "0",
	  .help = "Time after opening, and after it was opened again, at which an alert that nobody took on, put off or gave to anybody is resolved as expired; 0: never." },
	{ "escalate", KEY_SPECIAL, FIELD(escalate), .read = keep_escalate, .table = step_keys, .inside = "[].", .takes = "list of steps",
	  .help = "What becomes of an alert that still stands after a time, also when nothing happens meanwhile." },
	{ "group", KEY_WORD, FIELD(group), .words = group_words, .otherwise = "pair",
	  .help = "Which alerts are shown and told as one: cluster, those about one cluster, of every policy that says so; value, those of links that "
		  "share one value; pair, each by itself. The first leads, later ones merge into it." },
	{ "group_kind", KEY_NODE, FIELD(group_kind), .takes = "kind of attribute",
	  .help = "With group: value, the kind whose value counts; absent: the value that says most about the two." },
	{ "group_within", KEY_DURATION, FIELD(group_within_ms), RANGE(SECOND, 10 * YEAR), .otherwise = "0",
	  .help = "Time between the openings of a leading alert and one that merges into it, at most; a later one leads anew. 0: as long as the first stands." },
	{ "recommendation", KEY_NODE, .is_prose = true, FIELD(recommendation), .takes = "text",
	  .help = "What to do about it; of a link {older} and {newer} are filled in." },
	{ 0 },
};

static void read_group(struct reader *r, const struct yaml_node *at, const struct policy_source *source, struct policy_rule *rule)
{
	rule->group = (enum policy_group)source->group;
	rule->group_within_ms = source->group_within_ms;
	rule->group_kind = -1;
	if (rule->group == GROUP_VALUE && rule->scope != POLICY_LINK)
		problem_at(r, yaml_get(at, "group"), "group: value is of links: an account or a cluster shares nothing with itself");
	if (source->group_kind && rule->group != GROUP_VALUE)
		problem_at_key(r, source->group_kind, "group_kind belongs to group: value");
	else if (source->group_kind)
		rule->group_kind = builder_kind(r, source->group_kind);
	if (source->group_within_ms > 0 && rule->group == GROUP_PAIR)
		problem_at_key(r, yaml_get(at, "group_within"), "group_within belongs to group: value and group: cluster");
}

void policy_read(struct reader *r, const struct yaml_node *at, const struct rule_head *head, struct policy_rule *rule)
{
	struct policy_source source = {0};
	r->builder->first_window = r->builder->windows.n;
	keys_read(r, at, policy_keys, &source);
	rule->scope = scopes[source.scope];
	rule->deadline_ms = source.deadline_ms;
	if (source.recommendation && node_text(r, source.recommendation, &rule->recommendation))
		rule_check_words(r, source.recommendation, rule->scope == POLICY_LINK ? link_words : no_words);
	if (source.windows)
		read_windows(r, source.windows, rule->scope); /* I1 */
	rule->first_window = (unsigned)r->builder->first_window;
	rule->n_windows = (unsigned)r->builder->windows.n - rule->first_window;
	if (source.when)
		rule->when = condition_compile(r, source.when, (unsigned)rule->scope);
	if (source.until)
		rule->until = condition_compile(r, source.until, (unsigned)rule->scope);
	rule->head = *head;
	read_group(r, at, &source, rule);
	read_steps(r, source.escalate, rule, head->level);
	read_expiry(r, at, &source, rule);
}
