/* A dossier as its readers get it: nobody's name where it does not belong, nothing that runs, and no change that does not show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/dossier/dossier.h"

#define DAY 86400000LL
#define NOW 1767225600000LL

static const int bands[] = { 500, 800, 950 };

/* Two accounts, a link with an item for and one against, an alert, a relation; names and texts are the caller's. */
struct bench {
	struct link_view links[1];
	struct evidence_view items[2];
	struct note_view note;
	struct ignored_view ignored;
	struct why_view why;
	struct alert_view alert;
	struct relation_view relation;
	struct value_view value;
	struct change_view changes[2];
	struct dossier_subject subject;
	struct dossier_source source;
	struct dossier_basis basis;
	struct bytes alert_id, relation_name;
};

static void bench_evidence(struct bench *b, struct bytes value)
{
	b->items[0] = (struct evidence_view){
		.rule = BYTES_LIT("shared-device"), .family = BYTES_LIT("device"), .kind = BYTES_LIT("device.id"), .kind_title = BYTES_LIT("device"),
		.shown = value, .raw_mb = 9000, .counted_mb = 9000, .without_score = 20, .holders = 2, .sentence = value, .note = BYTES_NONE,
		.rule_title = BYTES_LIT("A device"), .told = { BYTES_LIT("A device of yours is also used by others."), BYTES_LIT("not for anna") },
		.a_first_ms = NOW, .a_last_ms = NOW + DAY, .b_first_ms = NOW + 2 * DAY, .b_last_ms = NOW + 3 * DAY, .gap_ms = DAY,
	};
	b->items[1] = (struct evidence_view){
		.rule = BYTES_LIT("time-zone"), .family = BYTES_LIT("comparison"), .kind = BYTES_NONE, .kind_title = BYTES_NONE, .shown = BYTES_NONE,
		.raw_mb = -1000, .counted_mb = -1000, .without_score = 990, .sentence = value, .note = BYTES_NONE,
	};
	b->note = (struct note_view){ .actor = value, .text = value, .ts_ms = NOW };
	b->items[0].said = &b->note;
	b->items[0].n_said = 1;
	b->ignored = (struct ignored_view){ .kind = BYTES_LIT("ip"), .kind_title = BYTES_LIT("the address"), .shown = value, .mark.word = BYTES_LIT("generic"),
					    .reason = value, .holders = 2 };
	b->why = (struct why_view){ .link = b->links[0], .listed = 980, .listed_ms = NOW, .prior_mb = -4000, .sum_mb = 4000, .scale_a_milli = 1000,
				    .accounts = 10, .items = b->items, .n_items = 2, .blocked = BYTES_NONE, .ignored = &b->ignored, .n_ignored = 1 };
}

static void bench_account(struct bench *b, struct bytes name, struct bytes text, struct dossier_account *out)
{
	*out = (struct dossier_account){
		.view = { .name = name, .risk = 980, .band = BAND_STRONG, .first_ms = NOW, .last_ms = NOW + DAY, .events = 3, .contagion_cause = BYTES_NONE,
			  .verdict = BYTES_NONE, .cluster = BYTES_NONE, .relations = &b->relation_name, .declared = &b->relation, .n_relations = 1,
			  .values = &b->value, .n_values = 1, .links = b->links, .n_links = 1, .alerts = &b->alert_id, .n_alerts = 1 },
		.history = { .subject = name, .changes = b->changes, .n_changes = 2, .total = 2 },
		.alerts = &b->alert, .n_alerts = 1,
	};
}

static void bench_init(struct bench *b, struct bytes own, struct bytes other, struct bytes text)
{
	*b = (struct bench){ .alert_id = BYTES_LIT("00000000000000aa"), .relation_name = text };
	b->links[0] = (struct link_view){ .a = own, .b = other, .score = 980, .computed = 980, .strength_mb = 4000, .state = LINK_SUSPECTED,
					  .band = BAND_STRONG, .explained_by = BYTES_NONE, .families = BYTES_LIT("device"), .reason = text,
					  .first_ms = NOW, .last_ms = NOW + DAY };
	bench_evidence(b, text);
	b->alert = (struct alert_view){ .id = b->alert_id, .rule = BYTES_LIT("ring"), .title = BYTES_LIT("A ring"), .level = BYTES_LIT("high"),
					.recommendation = BYTES_NONE, .summary = text, .score = 980, .opened_ms = NOW, .deadline_ms = NOW + 3 * DAY };
	b->relation = (struct relation_view){ .kind = BYTES_LIT("agency"), .group = text, .with = BYTES_NONE, .is_accepted = true, .is_known = true,
					      .members = 2, .proof = text, .actor = text, .reason = text, .ts_ms = NOW };
	b->value = (struct value_view){ .kind = BYTES_LIT("device.id"), .shown = text, .holders = 2, .count = 3, .first_ms = NOW, .last_ms = NOW };
	b->changes[0] = (struct change_view){ .ts_ms = NOW + DAY, .seq = 2, .type = CHANGE_LINK_APPEARED, .account = other, .after = 980, .reason = text };
	b->changes[1] = (struct change_view){ .ts_ms = NOW, .seq = 1, .type = CHANGE_CLOSED, .reason = text };
	bench_account(b, own, text, &b->subject.accounts[0]);
	bench_account(b, other, text, &b->subject.accounts[1]);
	b->subject.whys = &b->why;
	b->subject.n_whys = 1;
	b->source = (struct dossier_source){ BYTES_LIT("networks.csv"), 7 };
	b->basis = (struct dossier_basis){ .seq = 42, .at_ms = NOW + 4 * DAY, .rules_hash = 1, .networks_hash = 2, .n_rules = 3,
					   .sources = &b->source, .n_sources = 1, .bands = bands };
}

static void bench_write(struct bench *b, enum dossier_kind kind, enum dossier_audience audience, enum dossier_format format, struct text *out)
{
	struct errbuf eb = { "" };
	struct dossier *d;

	text_clear(out);
	b->subject.kind = kind;
	if (dossier_new(&b->subject, &b->basis, (struct dossier_reader){ audience, DOSSIER_ENGLISH }, &d, &eb) != ERR_OK)
		fail_msg("%s", eb.text);
	dossier_write(d, format, out);
	dossier_free(d);
}

static bool has(const struct text *t, const char *part)
{
	return bytes_find(text_bytes(t), bytes_of(part)) >= 0;
}

typedef void each_fn(struct bench *b, struct text *t, enum dossier_kind kind, enum dossier_format format);

/* Of an account and of a pair, in every format. */
static void for_each_form(struct bench *b, enum dossier_audience audience, each_fn *fn)
{
	struct text t = { 0 };

	for (unsigned kind = DOSSIER_OF_ACCOUNT; kind <= DOSSIER_OF_PAIR; kind++)
		for (unsigned format = 0; format < DOSSIER_FORMATS; format++) {
			bench_write(b, (enum dossier_kind)kind, audience, (enum dossier_format)format, &t);
			fn(b, &t, (enum dossier_kind)kind, (enum dossier_format)format);
		}
	text_free(&t);
}

static void expect_everything(struct bench *b, struct text *t, enum dossier_kind kind, enum dossier_format format)
{
	assert_true(has(t, "shop/anna"));
	assert_true(has(t, "shop/bela"));
	assert_true(has(t, "secret 4821"));
	assert_true(has(t, "networks.csv"));
	assert_true(has(t, "What people noted of the values"));
	assert_true(has(t, "Both hold the address secret 4821: secret 4821"));
	assert_true(has(t, "0000000000000007"));
}

static void the_analyst_reads_everything(void **state)
{
	struct bench b;

	bench_init(&b, BYTES_LIT("shop/anna"), BYTES_LIT("shop/bela"), BYTES_LIT("secret 4821"));
	for_each_form(&b, DOSSIER_ANALYST, expect_everything);
}

static void one_thing_is_not_told_as_many(void **state)
{
	struct text t = { 0 };
	struct bench b;

	bench_init(&b, BYTES_LIT("shop/anna"), BYTES_LIT("shop/bela"), BYTES_LIT("secret 4821"));
	bench_write(&b, DOSSIER_OF_ACCOUNT, DOSSIER_ANALYST, DOSSIER_MARKDOWN, &t);
	assert_true(has(&t, "in 3 events; 0 attempts failed"));
	b.subject.accounts[0].view.events = b.subject.accounts[0].view.failed = b.subject.accounts[0].view.n_contagion_path = 1;
	b.subject.accounts[0].view.contagion = 700;
	b.subject.accounts[0].view.contagion_path = b.links;
	b.subject.accounts[0].history.total = 3;
	bench_write(&b, DOSSIER_OF_ACCOUNT, DOSSIER_ANALYST, DOSSIER_MARKDOWN, &t);
	assert_true(has(&t, "in 1 event; 1 attempt failed"));
	assert_true(has(&t, "over 1 link from"));
	assert_true(has(&t, "1 older change is no longer kept"));
	text_free(&t);
}

static void expect_nobody_else(struct bench *b, struct text *t, enum dossier_kind kind, enum dossier_format format)
{
	assert_true(has(t, "shop/anna"));
	assert_false(has(t, "bela"));
	assert_false(has(t, "secret"));
	assert_false(has(t, "of 1000")); /* no score */
	assert_false(has(t, "shared-device"));
	assert_false(has(t, "00000000000000aa"));
	assert_true(has(t, "A device of yours is also used by others."));
	assert_false(has(t, "not for anna"));
	assert_false(has(t, "marked"));
	assert_false(has(t, "noted"));
	assert_true(has(t, "your account was closed"));
	assert_true(has(t, "2026-01-04")); /* the term */
}

static void the_subject_reads_of_nobody_else_and_of_no_value(void **state)
{
	struct bench b;

	bench_init(&b, BYTES_LIT("shop/anna"), BYTES_LIT("shop/bela"), BYTES_LIT("secret 4821"));
	for_each_form(&b, DOSSIER_SUBJECT, expect_nobody_else);
}

static void expect_aliases(struct bench *b, struct text *t, enum dossier_kind kind, enum dossier_format format)
{
	assert_false(has(t, "secret"));
	assert_true(has(t, "shop/anna"));
	assert_int_equal(has(t, "shop/bela"), kind == DOSSIER_OF_PAIR); /* a pair is asked for by name */
	assert_int_equal(has(t, "account 1"), kind == DOSSIER_OF_ACCOUNT);
	assert_true(has(t, "980 of 1000"));
	assert_true(has(t, "it was marked as generic"));
	assert_false(has(t, "noted"));
}

static void a_third_party_reads_weights_without_values_and_names(void **state)
{
	struct bench b;

	bench_init(&b, BYTES_LIT("shop/anna"), BYTES_LIT("shop/bela"), BYTES_LIT("secret 4821"));
	for_each_form(&b, DOSSIER_THIRD_PARTY, expect_aliases);
}

static void a_cluster_has_no_form_for_the_subject(void **state)
{
	struct errbuf eb = { "" };
	struct dossier *d;
	struct bench b;

	bench_init(&b, BYTES_LIT("shop/anna"), BYTES_LIT("shop/bela"), BYTES_LIT("x"));
	b.subject.kind = DOSSIER_OF_CLUSTER;
	assert_int_equal(dossier_new(&b.subject, &b.basis, (struct dossier_reader){ DOSSIER_SUBJECT, DOSSIER_ENGLISH }, &d, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "one account"));
}

#define HOSTILE "<script>alert(1)</script>|`x`\n# a\n\x1b[31m\xe2\x80\xae\"'&](javascript:1)\",\"seal\":\"<p class=\"seal\">"

static unsigned count(const struct text *t, const char *part)
{
	struct bytes rest = text_bytes(t);
	unsigned n = 0;

	for (ptrdiff_t at; (at = bytes_find(rest, bytes_of(part))) >= 0; n++)
		rest = bytes_slice(rest, (size_t)at + 1, rest.len);
	return n;
}

static void expect_inert(struct bench *b, struct text *t, enum dossier_kind kind, enum dossier_format format)
{
	struct dossier_check check;

	assert_false(has(t, "\x1b"));
	assert_false(has(t, "\n# a"));
	if (format == DOSSIER_HTML)
		assert_false(has(t, "<script"));
	if (format == DOSSIER_MARKDOWN)
		assert_int_equal(count(t, "<script"), count(t, "\\<script"));
	if (format != DOSSIER_JSON)
		assert_false(has(t, "\xe2\x80\xae"));
	if (format == DOSSIER_MARKDOWN) {
		assert_false(has(t, "|`x`"));
		assert_false(has(t, " ](")); /* each bracket is escaped */
	}
	assert_int_equal(decode_dossier(text_bytes(t), &check), ERR_OK);
}

static void names_and_values_are_shown_and_never_run(void **state)
{
	struct text name = { 0 };
	struct bench b;

	text_adds(&name, HOSTILE);
	while (name.len < 4096)
		text_adds(&name, "<b>&amp;");
	bench_init(&b, BYTES_LIT(HOSTILE), text_bytes(&name), BYTES_LIT(HOSTILE));
	for_each_form(&b, DOSSIER_ANALYST, expect_inert);
	for_each_form(&b, DOSSIER_SUBJECT, expect_inert);
	text_free(&name);
}

static void a_name_at_the_beginning_of_a_line_makes_no_list_rule_or_code(void **state)
{
	static const struct { const char *name, *line; } cases[] = {
		{ "- x", "\n\\- x has a risk" }, { "+ x", "\n\\+ x has a risk" }, { "=", "\n\\= has a risk" }, { "17. x", "\n17\\. x has a risk" },
		{ "1) x", "\n1\\) x has a risk" }, { "    x", "\n&#32;   x has a risk" }, { "17 x", "\n17 x has a risk" }, { "x - 1. y", "\nx - 1. y has a risk" },
	};
	struct text t = { 0 };
	struct bench b;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bench_init(&b, bytes_of(cases[i].name), BYTES_LIT("shop/bela"), BYTES_LIT("x"));
		bench_write(&b, DOSSIER_OF_ACCOUNT, DOSSIER_ANALYST, DOSSIER_MARKDOWN, &t);
		if (!has(&t, cases[i].line))
			fail_msg("%s: %s", cases[i].name, t.ptr);
	}
	text_free(&t);
}

static void an_alert_of_both_accounts_is_overdue_once(void **state)
{
	struct text t = { 0 };
	struct bench b;

	bench_init(&b, BYTES_LIT("shop/anna"), BYTES_LIT("shop/bela"), BYTES_LIT("x"));
	b.alert.is_overdue = true;
	bench_write(&b, DOSSIER_OF_PAIR, DOSSIER_ANALYST, DOSSIER_MARKDOWN, &t);
	assert_int_equal(count(&t, "The deadline of 00000000000000aa has passed"), 1);
	text_free(&t);
}

/* A flipped bit anywhere, a lost byte, a byte too much. */
static void expect_changes_show(struct bench *b, struct text *t, enum dossier_kind kind, enum dossier_format format)
{
	struct dossier_check check;
	struct text again = { 0 };

	bench_write(b, kind, DOSSIER_ANALYST, format, &again);
	assert_int_equal(again.len, t->len);
	assert_memory_equal(again.ptr, t->ptr, t->len);
	assert_int_equal(decode_dossier(text_bytes(t), &check), ERR_OK);
	assert_int_equal(check.format, format);
	assert_int_equal(check.sections, check.told);
	for (size_t i = 0; i < t->len; i += 1 + i % 3) {
		t->ptr[i] ^= 1;
		if (decode_dossier(text_bytes(t), &check) == ERR_OK)
			fail_msg("byte %zu of %zu can be changed in %s", i, t->len, dossier_format_names[format]);
		t->ptr[i] ^= 1;
		assert_int_not_equal(decode_dossier(bytes_slice(text_bytes(t), 0, i), &check), ERR_OK);
	}
	text_addc(t, '\n');
	assert_int_equal(decode_dossier(text_bytes(t), &check), ERR_CORRUPT);
	text_free(&again);
}

static void the_same_is_made_twice_and_every_change_shows(void **state)
{
	struct bench b;

	bench_init(&b, BYTES_LIT("shop/anna"), BYTES_LIT("shop/bela"), BYTES_LIT("secret 4821"));
	for_each_form(&b, DOSSIER_ANALYST, expect_changes_show);
}

/* What a forger does: the file up to the third seal, with the end of a whole one. */
static void a_dossier_that_is_cut_at_a_seal_shows_it(void **state)
{
	struct dossier_check check;
	struct text t = { 0 }, cut = { 0 };
	struct bytes whole;
	ptrdiff_t at = 0;
	struct bench b;

	bench_init(&b, BYTES_LIT("shop/anna"), BYTES_LIT("shop/bela"), BYTES_LIT("secret 4821"));
	bench_write(&b, DOSSIER_OF_PAIR, DOSSIER_ANALYST, DOSSIER_HTML, &t);
	whole = text_bytes(&t);
	for (int i = 0; i < 3; i++)
		at += bytes_find(bytes_slice(whole, (size_t)at, whole.len), BYTES_LIT("</section>\n")) + (ptrdiff_t)strlen("</section>\n");
	text_add(&cut, bytes_slice(whole, 0, (size_t)at));
	text_adds(&cut, "</main>\n</body>\n</html>\n");
	assert_int_equal(decode_dossier(text_bytes(&cut), &check), ERR_CORRUPT);
	assert_int_equal(check.sections, 3);
	assert_non_null(strstr(check.trouble, "cut off"));
	text_free(&t);
	text_free(&cut);
}

static void what_is_no_dossier_is_called_so(void **state)
{
	struct dossier_check check;

	assert_int_equal(decode_dossier(BYTES_NONE, &check), ERR_INPUT);
	assert_int_equal(decode_dossier(BYTES_LIT("{\"dossier\":1}"), &check), ERR_INPUT);
	assert_int_equal(decode_dossier(BYTES_LIT("{\"dossier\":1,\"n_sections\":0,\"title\":\"\"}"), &check), ERR_INPUT);
	assert_int_equal(decode_dossier(BYTES_LIT("{\"dossier\":1,\"n_sections\":99999999999999,\"title\":\"\"}"), &check), ERR_INPUT);
	assert_int_equal(decode_dossier(BYTES_LIT("{\"dossier\":1,\"n_sections\":1,\"title\":\"\"}"), &check), ERR_CORRUPT);
}

static void the_form_for_the_subject_alone_is_written_in_other_languages(void **state)
{
	struct bench b;
	struct errbuf eb = { "" };
	struct text t = { 0 };
	struct dossier *d;

	bench_init(&b, BYTES_LIT("anna"), BYTES_LIT("bert"), BYTES_LIT("text"));
	b.subject.kind = DOSSIER_OF_ACCOUNT;
	b.items[0].subject = BYTES_LIT("Your account was used on a device, between {first} and {last}, on which another account was used too");
	assert_int_equal(dossier_new(&b.subject, &b.basis, (struct dossier_reader){ DOSSIER_ANALYST, DOSSIER_CHINESE }, &d, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "only that for the subject"));
	assert_int_equal(dossier_new(&b.subject, &b.basis, (struct dossier_reader){ DOSSIER_SUBJECT, DOSSIER_CHINESE }, &d, &eb), ERR_OK);
	dossier_write(d, DOSSIER_HTML, &t);
	dossier_free(d);
	assert_true(has(&t, "lang=\"zh-Hans\"") && has(&t, "<bdi>您的账号 anna</bdi>") && has(&t, "读者：当事人。"));
	assert_true(has(&t, "您的账号在 2026-01-01 至 2026-01-02 期间使用的一台设备，也被另一账号使用。"));
	b.items[0].subject = BYTES_LIT("of a rule of one's own");
	assert_int_equal(dossier_new(&b.subject, &b.basis, (struct dossier_reader){ DOSSIER_SUBJECT, DOSSIER_CHINESE }, &d, &eb), ERR_OK);
	text_clear(&t);
	dossier_write(d, DOSSIER_JSON, &t);
	dossier_free(d);
	assert_true(has(&t, "\"language\":\"zh\"") && has(&t, "A device of yours is also used by others."));
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_analyst_reads_everything),
		cmocka_unit_test(one_thing_is_not_told_as_many),
		cmocka_unit_test(the_subject_reads_of_nobody_else_and_of_no_value),
		cmocka_unit_test(a_third_party_reads_weights_without_values_and_names),
		cmocka_unit_test(a_cluster_has_no_form_for_the_subject),
		cmocka_unit_test(the_form_for_the_subject_alone_is_written_in_other_languages),
		cmocka_unit_test(names_and_values_are_shown_and_never_run),
		cmocka_unit_test(a_name_at_the_beginning_of_a_line_makes_no_list_rule_or_code),
		cmocka_unit_test(an_alert_of_both_accounts_is_overdue_once),
		cmocka_unit_test(the_same_is_made_twice_and_every_change_shows),
		cmocka_unit_test(a_dossier_that_is_cut_at_a_seal_shows_it),
		cmocka_unit_test(what_is_no_dossier_is_called_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
