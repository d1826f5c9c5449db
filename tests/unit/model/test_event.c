#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/event.h"
#include "daemon/model/normalise.h"
#include "daemon/vendor/crypto.h"
#include "event_bench.h"

enum { K_IP, K_DEVICE, K_FINGERPRINT, K_EMAIL, K_CARD, K_SECRET, K_TOKENS, K_BLOCK, K_ITEMS, K_SITE, K_PASSPORT, K_PLACE, K_JOINED, K_COUNT };

#define HEAD "\"ts\":1767227241586,\"type\":\"login\",\"account\":\"ann\""

static struct kind *add_kind(const char *name, const char *path, const char *step)
{
	struct kind *k = &kinds.rows[kinds.n++];

	k->name = bytes_of(name);
	k->paths[k->n_paths++] = bytes_of(path);
	if (step)
		k->steps[k->n_steps++] = normaliser_find(bytes_of(step));
	return k;
}

static int setup(void **state)
{
	struct errbuf eb = { "" };
	struct kind *k;

	parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	arena = arena_new(4096);
	memset(&kinds, 0, sizeof kinds);
	add_kind("ip", "ip", "ip");
	add_kind("device.id", "device.id", "trim");
	k = add_kind("fingerprint", "device.model", NULL);
	k->required[0] = true;
	k->paths[k->n_paths++] = bytes_of("device.dpr");
	k->paths[k->n_paths++] = bytes_of("device.cores");
	k->paths[k->n_paths++] = bytes_of("screen");
	add_kind("identity.email", "identity.email", "email")->privacy = PRIVACY_HASH;
	k = add_kind("identity.card", "identity.card", "card");
	k->privacy = PRIVACY_HASH;
	k->mask_tail = 4;
	add_kind("secret", "identity.document", NULL)->privacy = PRIVACY_DROP;
	add_kind("name_tokens", "identity.name", "name_tokens")->is_set = true;
	add_kind("port_block", "ip", NULL)->is_port_block = true;
	add_kind("items", "items", NULL)->is_set = true;
	add_kind("site", "site", NULL);
	add_kind("identity.passport", "identity.passport", NULL);
	add_kind("identity.place", "identity.place", "lower");
	k = &kinds.rows[kinds.n++];
	k->name = bytes_of("name_and_place");
	k->parts[k->n_parts++] = K_TOKENS;
	k->required[k->n_parts] = true;
	k->parts[k->n_parts++] = K_PLACE;
	assert_int_equal(kinds.n, K_COUNT);
	return kinds_prepare(&kinds, &eb);
}

static int teardown(void **state)
{
	json_parser_free(parser);
	arena_free(arena);
	return 0;
}

static void what_an_application_saw_becomes_an_event(void **state)
{
	struct event e = event_of("{" HEAD ",\"ip\":\"::ffff:11.1.2.3\",\"port\":4711,\"ok\":false,\"session\":\"s1\","
				  "\"device\":{\"id\":\" d1 \",\"model\":\"SM-A\",\"dpr\":2.6,\"cores\":8,\"other\":true},\"screen\":\"1x2\"}");
	char text[IP_TEXT_SIZE];

	assert_int_equal(e.type, EVENT_LOGIN);
	assert_true(bytes_is(e.word, "login"));
	assert_true(bytes_is(e.account, "ann"));
	assert_true(e.ts_ms == 1767227241586);
	assert_true(e.is_failed && e.has_ip && e.has_port);
	assert_int_equal(e.port, 4711);
	assert_string_equal(ip_format(&e.ip, text), "11.1.2.3");
	assert_true(bytes_is(e.session, "s1"));
	assert_true(shows(&e, K_IP, "11.1.2.3"));
	assert_true(shows(&e, K_DEVICE, "d1"));
	assert_true(shows(&e, K_FINGERPRINT, "SM-A|2.6|8|1x2"));
	assert_int_equal(e.n_attrs, 3);
}

static void composites_need_their_required_paths(void **state)
{
	struct event e = event_of("{" HEAD ",\"device\":{\"dpr\":2,\"cores\":8}}");

	assert_null(attr_of(&e, K_FINGERPRINT));
	e = event_of("{" HEAD ",\"device\":{\"model\":\"\",\"dpr\":2}}");
	assert_null(attr_of(&e, K_FINGERPRINT));
	e = event_of("{" HEAD ",\"device\":{\"model\":\"M\",\"cores\":-12}}");
	assert_true(shows(&e, K_FINGERPRINT, "M||-12|"));
}

static bool holds(const struct event *e, unsigned kind, const char *shown)
{
	for (unsigned i = 0; i < e->n_attrs; i++)
		if (e->attrs[i].kind == kind && bytes_is(e->attrs[i].shown, shown))
			return true;
	return false;
}

static void joined_kinds_have_every_choice_of_their_parts(void **state)
{
	struct event e = event_of("{" HEAD ",\"identity\":{\"name\":\"Ann Lee\",\"place\":\"Bath\"}}");

	assert_true(holds(&e, K_JOINED, "ann|bath") && holds(&e, K_JOINED, "lee|bath"));
	assert_false(holds(&e, K_JOINED, "ann lee|bath"));
	e = event_of("{" HEAD ",\"identity\":{\"name\":[\"Ann\",\"Lee\"],\"place\":[\"Bath\",\"York\"]}}");
	assert_true(holds(&e, K_JOINED, "ann|bath") && holds(&e, K_JOINED, "ann|york") && holds(&e, K_JOINED, "lee|york"));
	e = event_of("{" HEAD ",\"identity\":{\"place\":\"Bath\"}}");
	assert_true(holds(&e, K_JOINED, "|bath"));
	e = event_of("{" HEAD ",\"identity\":{\"name\":\"Ann\"}}");
	assert_null(attr_of(&e, K_JOINED));
}

static void times_may_be_rfc_3339_or_milliseconds(void **state)
{
	struct event e = event_of("{\"ts\":\"2026-01-01T01:00:00.5+01:00\",\"type\":\"login\",\"account\":\"a\"}");

	assert_true(e.ts_ms == 1767225600500);
	assert_refused("{\"ts\":\"yesterday\",\"type\":\"login\",\"account\":\"a\"}", "ts", "\"ts\"");
	assert_refused("{\"ts\":1.5,\"type\":\"login\",\"account\":\"a\"}", "ts", "\"ts\"");
	assert_refused("{\"ts\":9223372036854775807,\"type\":\"login\",\"account\":\"a\"}", "ts", "\"ts\"");
	assert_refused("{\"type\":\"login\",\"account\":\"a\"}", "ts", "missing");
}

static void types_are_words_and_a_tick_is_the_daemons(void **state)
{
	struct event e = event_of("{\"ts\":1,\"type\":\"page.view\",\"account\":\"a\"}");

	assert_int_equal(e.type, EVENT_ACTIVITY);
	assert_true(bytes_is(e.word, "page.view"));
	assert_int_equal(event_of("{\"ts\":1,\"type\":\"activity\",\"account\":\"a\"}").type, EVENT_ACTIVITY);
	for (int t = EVENT_LOGIN; t < EVENT_TYPES; t++) {
		char text[300];

		if (t == EVENT_TICK || t == EVENT_MARK) /* the one nobody's to say, the other of no account */
			continue;

		snprintf(text, sizeof text, "{\"ts\":1,\"type\":\"%s\",\"account\":\"a\",\"alert\":\"x\"%s}", event_types[t].name,
			 t == EVENT_RELATION ? ",\"relation\":{\"kind\":\"joint\",\"group\":\"g\"}" : t == EVENT_VERDICT ? ",\"value\":\"clean\""
			 : t == EVENT_HEALTH ? ",\"value\":250" : t == EVENT_RESOLVE ? ",\"value\":\"expired\""
			 : t == EVENT_NOTE ? ",\"reason\":\"r\"" : "");
		assert_int_equal(event_of(text).type, t);
	}
	assert_refused("{\"ts\":1,\"type\":\"resolve\",\"account\":\"a\",\"alert\":\"x\",\"value\":\"done\"}", "value", "false_positive");
	assert_refused("{\"ts\":1,\"type\":\"note\",\"account\":\"a\",\"alert\":\"x\"}", "value", "reason");
	assert_refused("{\"ts\":2,\"type\":\"snooze\",\"account\":\"a\",\"alert\":\"x\",\"until\":1}", "ts", "until");
	assert_refused("{\"ts\":1,\"type\":\"assign\",\"account\":\"a\"}", "value", "alert");
	assert_refused("{\"ts\":1,\"type\":\"tick\",\"account\":\"a\"}", "type", "daemon");
	assert_refused("{\"ts\":1,\"type\":\"Log in\",\"account\":\"a\"}", "type", "word");
	assert_refused("{\"ts\":1,\"type\":\"\",\"account\":\"a\"}", "type", "word");
	assert_refused("{\"ts\":1,\"type\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"account\":\"a\"}", "type", "word");
	assert_refused("{\"ts\":1,\"account\":\"a\"}", "type", "missing");
}

static void an_account_lives_in_its_site(void **state)
{
	struct event e = event_of("{" HEAD ",\"site\":\"us\"}");

	assert_true(bytes_is(e.account, "us/ann"));
	assert_true(bytes_is(event_account_site(e.account), "us"));
	assert_true(shows(&e, K_SITE, "us"));
	e = event_of("{\"ts\":1,\"type\":\"login\",\"account\":\"a/b\"}");
	assert_true(bytes_is(e.account, "/a/b"));
	assert_int_equal(event_account_site(e.account).len, 0);
	assert_int_equal(event_account_site(bytes_of("ann")).len, 0);
	context.default_site = BYTES_LIT("sample");
	e = event_of("{" HEAD ",\"site\":\"\"}");
	context.default_site = BYTES_NONE;
	assert_true(bytes_is(e.account, "sample/ann"));
	assert_true(shows(&e, K_SITE, "sample"));
	assert_refused("{" HEAD ",\"site\":\"a/b\"}", "account", "site");
	assert_refused("{" HEAD ",\"site\":\"a\\u0000b\"}", "account", "site");
	assert_refused("{\"ts\":1,\"type\":\"login\",\"account\":\"a\\nb\"}", "account", "control");
	assert_refused("{\"ts\":1,\"type\":\"login\",\"account\":\"a\\u0085b\"}", "account", "control");
	assert_refused("{\"ts\":1,\"type\":\"login\",\"account\":\"\"}", "account", "empty");
	assert_refused("{\"ts\":1,\"type\":\"login\",\"account\":5}", "account", "string");
	assert_refused("{\"ts\":1,\"type\":\"login\"}", "account", "missing");
}

static void a_long_account_is_refused(void **state)
{
	char text[5000], name[4097];

	memset(name, 'a', 4096);
	name[4096] = '\0';
	snprintf(text, sizeof text, "{\"ts\":1,\"type\":\"login\",\"account\":\"%s\"}", name);
	assert_refused(text, "account", "more than 256");
	name[255] = '\0';
	snprintf(text, sizeof text, "{\"ts\":1,\"type\":\"login\",\"account\":\"%s\"}", name);
	assert_int_equal(event_of(text).account.len, 255);
	snprintf(text, sizeof text, "{\"ts\":1,\"type\":\"login\",\"site\":\"s\",\"account\":\"%s\"}", name);
	assert_refused(text, "account", "more than 256");
}

static void unknown_keys_are_refused_with_the_nearest(void **state)
{
	assert_refused("{" HEAD ",\"user_agnet\":\"x\"}", "key", "did you mean \"user_agent\"");
	assert_refused("{" HEAD ",\"zzzzzzzzzzzz\":\"x\"}", "key", "x_");
	assert_refused("{" HEAD ",\"\":\"x\"}", "key", "unknown key");
	assert_refused("{" HEAD ",\"i\":\"x\"}", "key", "unknown key");
	assert_refused("{" HEAD ",\"identity\":{\"emial\":\"x\"}}", "key", "unknown key \"identity.emial\"; did you mean \"identity.email\"");
	assert_refused("{" HEAD ",\"identity\":{\"passprt\":\"x\"}}", "key", "did you mean \"identity.passport\"");
	assert_refused("{\"ts\":1,\"type\":\"relation\",\"account\":\"a\",\"relation\":{\"kind\":\"joint\",\"gruop\":\"g\"}}", "key",
		       "unknown key \"relation.gruop\"; did you mean \"relation.group\"");
	event_of("{" HEAD ",\"x_own\":{\"deep\":[1,{\"a\":null}]},\"identity\":{\"x_own\":\"1\",\"tax_id\":\"known without a kind\"}}");
}

static void a_key_that_is_null_is_absent(void **state)
{
	static const char *const optional[] = { "id", "ok", "site", "ip", "port", "user_agent", "accept_language", "timezone", "screen",
						"session", "device", "ja4", "tcp", "tls_key", "tls_traits", "identity", "items", "relation", "actor", "with",
						"alert", "reason", "value", "until", "kind", "round" };
	char text[300];
	struct event e;

	for (size_t i = 0; i < ARRAY_LEN(optional); i++) {
		snprintf(text, sizeof text, "{" HEAD ",\"%s\":null}", optional[i]);
		e = event_of(text);
		if (e.n_attrs > 0 || e.is_failed || e.has_ip || e.has_port || e.id.len > 0)
			fail_msg("%s leaves something behind", text);
	}
	e = event_of("{" HEAD ",\"device\":{\"id\":null,\"model\":\"SM-A\",\"dpr\":null},\"identity\":{\"email\":null,\"x_own\":null}}");
	assert_true(shows(&e, K_FINGERPRINT, "SM-A|||"));
	assert_int_equal(e.n_attrs, 1);
	e = event_of("{\"ts\":1,\"type\":\"relation\",\"account\":\"a\",\"relation\":{\"kind\":\"joint\",\"group\":\"g\",\"with\":null,"
		     "\"proof\":null}}");
	assert_true(bytes_is(e.relation_group, "g"));
	assert_refused("{\"ts\":null,\"type\":\"login\",\"account\":\"a\"}", "ts", "missing");
	assert_refused("{\"ts\":1,\"type\":null,\"account\":\"a\"}", "type", "missing");
	assert_refused("{\"ts\":1,\"type\":\"login\",\"account\":null}", "account", "missing");
	assert_refused("{\"ts\":1,\"type\":\"relation\",\"account\":\"a\",\"relation\":null}", "relation", "needs");
	assert_refused("{" HEAD ",\"user_agnet\":null}", "key", "did you mean");
	assert_refused("{" HEAD ",\"identity\":{\"emial\":null}}", "key", "did you mean");
	assert_refused("{" HEAD ",\"items\":[null]}", "value", "items");
}

static void every_key_has_its_type(void **state)
{
	static const char *const strings[] = { "id", "site", "ip", "user_agent", "accept_language", "timezone", "screen", "session", "ja4",
					       "tcp", "tls_key", "tls_traits", "actor", "with", "alert", "reason" };
	char text[300];

	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		snprintf(text, sizeof text, "{" HEAD ",\"%s\":5}", strings[i]);
		assert_refused(text, "value", strings[i]);
		snprintf(text, sizeof text, "{" HEAD ",\"%s\":\"\"}", strings[i]);
		event_of(text);
	}
	assert_refused("{" HEAD ",\"ip\":\"1.2.3\"}", "value", "1.2.3");
	assert_refused("{" HEAD ",\"port\":70000}", "value", "port");
	assert_refused("{" HEAD ",\"port\":\"80\"}", "value", "port");
	assert_refused("{" HEAD ",\"port\":-1}", "value", "port");
	assert_refused("{" HEAD ",\"ok\":1}", "value", "ok");
	assert_refused("{" HEAD ",\"device\":[]}", "value", "device");
	assert_refused("{" HEAD ",\"device\":{\"id\":{}}}", "value", "device.id");
	assert_refused("{" HEAD ",\"identity\":\"x\"}", "value", "identity");
	assert_refused("{" HEAD ",\"identity\":{\"email\":5}}", "value", "identity.email");
	assert_refused("{" HEAD ",\"identity\":{\"email\":[5]}}", "value", "email");
	assert_refused("{" HEAD ",\"items\":\"x\"}", "value", "items");
	assert_refused("{" HEAD ",\"items\":[1]}", "value", "items");
	assert_refused("{" HEAD ",\"value\":true}", "value", "value");
	assert_refused("{" HEAD ",\"until\":\"x\"}", "ts", "until");
	assert_refused("{" HEAD ",\"id\":\"a\\u0007\"}", "value", "id");
	assert_refused("[]", "json", "object");
	assert_refused("5", "json", "object");
}

static void sizes_are_limited(void **state)
{
	char text[9000];
	size_t n;

	n = (size_t)sprintf(text, "{" HEAD ",\"items\":[\"0\"");
	for (int i = 1; i < 65; i++)
		n += (size_t)sprintf(text + n, ",\"%d\"", i);
	strcpy(text + n, "]}");
	assert_refused(text, "size", "64");
	snprintf(text, sizeof text, "{" HEAD ",\"id\":\"%065d\"}", 0);
	assert_refused(text, "size", "id");
	n = (size_t)sprintf(text, "{" HEAD ",\"device\":{\"k\":1");
	for (int i = 0; i < 260; i++)
		n += (size_t)sprintf(text + n, ",\"k%d\":1", i);
	strcpy(text + n, "}}");
	assert_refused(text, "size", "256");
	snprintf(text, sizeof text, "{" HEAD ",\"device\":{\"%070d\":1}}", 0);
	assert_refused(text, "size", "device");
}

static void identity_may_hold_several_values(void **state)
{
	struct event e = event_of("{" HEAD ",\"identity\":{\"email\":[\"a@x.org\",\"b@x.org\",\"A@x.org\",\"\"],\"name\":\"Lee Ann\"}}");

	assert_int_equal(e.n_attrs, 4);
	assert_int_equal(e.attrs[0].kind, K_EMAIL);
	assert_int_equal(e.attrs[1].kind, K_EMAIL);
	assert_int_equal(e.attrs[2].kind, K_TOKENS);
	assert_true(bytes_is(e.attrs[2].shown, "ann"));
}

static void many_values_leave_room_for_later_kinds(void **state)
{
	char text[2000];
	size_t n = (size_t)sprintf(text, "{" HEAD ",\"site\":\"s\",\"identity\":{\"passport\":\"P1\",\"email\":[\"a@x.org\"");
	struct event e;

	for (int i = 0; i < 15; i++)
		n += (size_t)sprintf(text + n, ",\"a%d@x.org\"", i);
	n += (size_t)sprintf(text + n, "]},\"items\":[\"x\"");
	for (int i = 0; i < 63; i++)
		n += (size_t)sprintf(text + n, ",\"i%d\"", i);
	strcpy(text + n, "]}");
	e = event_of(text);
	assert_true(e.n_attrs <= EVENT_ATTRS_MAX);
	assert_true(shows(&e, K_PASSPORT, "P1"));
	for (unsigned i = 1; i < e.n_attrs; i++)
		assert_true(e.attrs[i - 1].kind <= e.attrs[i].kind);
}

static void private_kinds_are_keyed_and_masked(void **state)
{
	static const char text[] = "{" HEAD ",\"identity\":{\"card\":\"4001 5028 8853 9193\",\"document\":\"D\"}}";
	uint8_t mac[CRYPTO_HASH_SIZE];
	struct hmac_key *key = hmac_key_new(bytes_of("k"));
	struct event plain = event_of(text), keyed;
	uint64_t expected = 0;

	context.hash_key = key;
	keyed = event_of(text);
	context.hash_key = NULL;
	hmac_sign(key, bytes_make("identity.card\0" "4001502888539193", 30), mac);
	for (unsigned i = 0; i < 8; i++)
		expected = expected << 8 | mac[i];
	assert_true(attr_of(&keyed, K_CARD)->key == expected);
	assert_true(attr_of(&plain, K_CARD)->key == bytes_hash(bytes_of("4001502888539193"), kinds.rows[K_CARD].seed));
	assert_true(shows(&keyed, K_CARD, "...9193"));
	assert_null(attr_of(&keyed, K_SECRET));
	hmac_key_free(key);
}

static void the_same_input_has_one_hash_in_any_order(void **state)
{
	uint64_t h = event_of("{" HEAD ",\"device\":{\"id\":\"1\",\"dpr\":2.5},\"items\":[\"a\",\"b\"]}").id_hash;

	assert_true(event_of("{\"items\":[\"a\",\"b\"],\"device\":{\"dpr\":2.5,\"id\":\"1\"}," HEAD "}").id_hash == h);
	assert_true(event_of("{" HEAD ",\"device\":{\"id\":\"1\",\"dpr\":2.5},\"items\":[\"b\",\"a\"]}").id_hash != h);
	assert_true(event_of("{" HEAD ",\"device\":{\"id\":\"2.5\",\"dpr\":1},\"items\":[\"a\",\"b\"]}").id_hash != h);
	assert_true(event_of("{" HEAD ",\"device\":{\"id\":\"1\",\"dpr\":2.5},\"items\":[\"a\",\"b\"],\"x_n\":1}").id_hash != h);
	assert_true(event_of("{" HEAD ",\"x_a\":{\"b\":1}}").id_hash != event_of("{" HEAD ",\"x_a\":{\"b\":2}}").id_hash);
	assert_true(event_of("{" HEAD ",\"x_a\":1,\"x_b\":2}").id_hash != event_of("{" HEAD ",\"x_a\":2,\"x_b\":1}").id_hash);
	assert_true(event_of("{" HEAD ",\"x_a\":[[1],2]}").id_hash != event_of("{" HEAD ",\"x_a\":[[1,2]]}").id_hash);
}

static void an_id_makes_the_duplicate_within_its_site(void **state)
{
	uint64_t h = event_of("{" HEAD ",\"id\":\"e1\"}").id_hash;

	assert_true(event_of("{\"ts\":5,\"type\":\"order\",\"account\":\"bob\",\"id\":\"e1\"}").id_hash == h);
	assert_true(event_of("{" HEAD ",\"id\":\"e2\"}").id_hash != h);
	assert_true(event_of("{" HEAD ",\"id\":\"e1\",\"site\":\"us\"}").id_hash != h);
	context.default_site = BYTES_LIT("us");
	assert_true(event_of("{" HEAD ",\"id\":\"e1\"}").id_hash != h);
	assert_true(event_of("{" HEAD ",\"id\":\"e1\"}").id_hash == event_of("{" HEAD ",\"id\":\"e1\",\"site\":\"us\"}").id_hash);
	context.default_site = BYTES_NONE;
}

static void health_has_a_kind_and_a_number(void **state)
{
#define HEALTH "{\"ts\":1,\"type\":\"health\",\"account\":\"a\","
	struct event e = event_of(HEALTH "\"value\":312.5}");
	assert_true(bytes_is(e.kind, "rating") && bytes_is(e.value, "312.5"));
	e = event_of(HEALTH "\"kind\":\"points\",\"value\":\"16\"}");
	assert_true(bytes_is(e.kind, "points") && bytes_is(e.value, "16"));
	e = event_of(HEALTH "\"kind\":\"problem\",\"reason\":\"late\"}");
	assert_true(bytes_is(e.kind, "problem") && e.value.len == 0);
	assert_refused(HEALTH "\"value\":\"good\"}", "value", "health rating is a number");
	assert_refused(HEALTH "\"value\":1.2345}", "value", "three decimals");
	assert_refused(HEALTH "\"kind\":\"points\"}", "value", "health points is a number");
	assert_refused(HEALTH "\"kind\":\"All points\"}", "value", "\"kind\" must be a word");
	e = event_of("{\"ts\":1,\"type\":\"contact\",\"account\":\"a\"}");
	assert_true(bytes_is(e.kind, "attempt"));
	assert_refused("{\"ts\":1,\"type\":\"login\",\"account\":\"a\",\"kind\":\"x\"}", "value", "belongs to the types");
#undef HEALTH
}

static void appeals_come_in_rounds(void **state)
{
#define APPEAL "{\"ts\":1,\"type\":\"appeal\",\"account\":\"a\",\"round\":"
	struct event e = event_of(APPEAL "2}");
	assert_true(bytes_is(e.round, "2"));
	assert_refused(APPEAL "0}", "value", "from 1 to 99");
	assert_refused(APPEAL "100}", "value", "from 1 to 99");
	assert_refused(APPEAL "\"first\"}", "value", "whole number");
	assert_refused("{\"ts\":1,\"type\":\"login\",\"account\":\"a\",\"round\":1}", "value", "type \"appeal\" only");
#undef APPEAL
}

static void a_verdict_about_an_account_and_itself_is_refused(void **state)
{
	assert_refused("{\"ts\":1,\"type\":\"verdict\",\"account\":\"a\",\"site\":\"us\",\"with\":\"a\",\"value\":\"clean\"}",
		       "account", "names the account itself");
}

static void relations_have_a_group_or_a_partner(void **state)
{
#define RELATION "{\"ts\":1,\"type\":\"relation\",\"account\":\"a\",\"site\":\"us\",\"relation\":"
	struct event e = event_of(RELATION "{\"kind\":\"joint\",\"group\":\"J1\",\"proof\":\"doc\"}}");

	assert_true(bytes_is(e.relation_kind, "joint") && bytes_is(e.relation_group, "J1") && bytes_is(e.relation_proof, "doc"));
	e = event_of(RELATION "{\"kind\":\"household\",\"with\":\"b\"}}");
	assert_true(bytes_is(e.relation_with, "us/b"));
	e = event_of(RELATION "{\"kind\":\"household\",\"with\":\"uk/b\"}}");
	assert_true(bytes_is(e.relation_with, "uk/b"));
	assert_refused(RELATION "{\"kind\":\"joint\"}}", "relation", "either");
	assert_refused(RELATION "{\"kind\":\"joint\",\"group\":\"g\",\"with\":\"b\"}}", "relation", "either");
	assert_refused(RELATION "{\"kind\":\"Joint!\",\"group\":\"g\"}}", "relation", "kind");
	assert_refused(RELATION "{\"group\":\"g\"}}", "relation", "kind");
	assert_refused(RELATION "{\"kind\":\"joint\",\"with\":\"a\"}}", "relation", "itself");
	assert_refused(RELATION "{\"kind\":\"joint\",\"group\":\"g\\n\"}}", "relation", "control");
	assert_refused(RELATION "5}", "relation", "object");
	assert_refused("{\"ts\":1,\"type\":\"relation\",\"account\":\"a\"}", "relation", "needs");
	assert_refused("{" HEAD ",\"relation\":{\"kind\":\"joint\",\"group\":\"g\"}}", "relation", "only");
}

static void statements_carry_what_people_said(void **state)
{
	struct event e = event_of("{\"ts\":1,\"type\":\"verdict\",\"account\":\"a\",\"with\":\"b\",\"value\":\"not_same\",\"actor\":\"kim\","
				  "\"reason\":\"spoke to both\"}");

	assert_true(bytes_is(e.with, "b") && bytes_is(e.value, "not_same") && bytes_is(e.actor, "kim"));
	assert_true(bytes_is(e.reason, "spoke to both"));
	e = event_of("{\"ts\":1,\"type\":\"health\",\"account\":\"a\",\"value\":250}");
	assert_true(bytes_is(e.value, "250"));
	e = event_of("{\"ts\":\"2025-12-31T00:00:00Z\",\"type\":\"snooze\",\"account\":\"a\",\"alert\":\"0011\",\"until\":\"2026-01-01T00:00:00Z\"}");
	assert_true(bytes_is(e.alert, "0011") && e.until_ms == 1767225600000);
	assert_refused("{\"ts\":1,\"type\":\"verdict\",\"account\":\"a\",\"value\":\"maybe\"}", "value", "verdict");
	assert_refused("{\"ts\":1,\"type\":\"verdict\",\"account\":\"a\",\"value\":\"not_same\"}", "value", "with");
	assert_refused("{\"ts\":1,\"type\":\"ack\",\"account\":\"a\"}", "value", "alert");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_application_saw_becomes_an_event),
		cmocka_unit_test(composites_need_their_required_paths),
		cmocka_unit_test(joined_kinds_have_every_choice_of_their_parts),
		cmocka_unit_test(times_may_be_rfc_3339_or_milliseconds),
		cmocka_unit_test(types_are_words_and_a_tick_is_the_daemons),
		cmocka_unit_test(an_account_lives_in_its_site),
		cmocka_unit_test(a_long_account_is_refused),
		cmocka_unit_test(unknown_keys_are_refused_with_the_nearest),
		cmocka_unit_test(a_key_that_is_null_is_absent),
		cmocka_unit_test(every_key_has_its_type),
		cmocka_unit_test(sizes_are_limited),
		cmocka_unit_test(identity_may_hold_several_values),
		cmocka_unit_test(many_values_leave_room_for_later_kinds),
		cmocka_unit_test(private_kinds_are_keyed_and_masked),
		cmocka_unit_test(the_same_input_has_one_hash_in_any_order),
		cmocka_unit_test(an_id_makes_the_duplicate_within_its_site),
		cmocka_unit_test(health_has_a_kind_and_a_number),
		cmocka_unit_test(appeals_come_in_rounds),
		cmocka_unit_test(a_verdict_about_an_account_and_itself_is_refused),
		cmocka_unit_test(relations_have_a_group_or_a_partner),
		cmocka_unit_test(statements_carry_what_people_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
