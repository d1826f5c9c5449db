/* Sessions that pages speak of, nonces, settings: what the door of the browser collector decides by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "collectors/browser/nonces.h"
#include "collectors/browser/settings.h"
#include "collectors/browser/sightings.h"
#include "daemon/vendor/yaml.h"

#define HOUR 3600000LL

static struct observation said_by(const char *session, const char *device)
{
	struct observation o = { .session = bytes_of(session), .device = bytes_of(device), .n = 1 };

	o.at[0] = (struct session_member){ BYTES_LIT("id"), bytes_of(device) };
	return o;
}

/* words: session, device, site. */
static enum sighting see(struct sightings *s, const char *const words[3], int64_t now, struct bytes *account)
{
	struct observation o = said_by(words[0], words[1]);

	return sightings_see(s, &o, bytes_of(words[2]), now, account);
}
#define WORDS(session, device, site) ((const char *const[3]){ session, device, site })

static unsigned ask(struct sightings *s, const char *session, const char *account, int64_t now)
{
	const struct session_ask asked = { bytes_of(session), bytes_of(account) };
	const struct session_member *members;

	return sightings_find(s, &asked, now, &members);
}

static void what_comes_first_waits_for_the_other(void **state)
{
	struct sightings *s = sightings_new(4, HOUR);
	struct bytes account;

	assert_int_equal(see(s, WORDS("one", "d", "shop"), 0, &account), SIGHTING_KEPT);
	assert_int_equal(ask(s, "one", "shop/anna", 1), 1);
	assert_true(sightings_accepted(s, 1));
	assert_int_equal(ask(s, "two", "shop/bela", 2), 0);
	assert_false(sightings_accepted(s, 2));
	assert_int_equal(see(s, WORDS("two", "e", "shop"), 3, &account), SIGHTING_LATE);
	assert_true(bytes_is(account, "shop/bela"));
	assert_int_equal(see(s, WORDS("two", "e", "shop"), 4, &account), SIGHTING_KNOWN);
	sightings_free(s);
}

static void a_refused_event_names_nobody(void **state)
{
	struct sightings *s = sightings_new(4, HOUR);
	struct bytes account;

	assert_int_equal(ask(s, "one", "shop/thief", 1), 0); /* and was refused */
	assert_int_equal(ask(s, "", "shop/anna", 2), 0);
	assert_false(sightings_accepted(s, 2));
	assert_int_equal(see(s, WORDS("one", "d", "shop"), 3, &account), SIGHTING_KEPT);
	sightings_free(s);
}

static void a_session_stays_with_its_device_and_its_site(void **state)
{
	struct sightings *s = sightings_new(4, HOUR);
	struct bytes account;

	assert_int_equal(see(s, WORDS("one", "d", "shop"), 0, &account), SIGHTING_KEPT);
	assert_int_equal(see(s, WORDS("one", "other", "shop"), 1, &account), SIGHTING_FOREIGN);
	assert_int_equal(see(s, WORDS("one", "d", "market"), 1, &account), SIGHTING_FOREIGN);
	assert_int_equal(ask(s, "one", "market/anna", 2), 0); /* an account of another site */
	assert_false(sightings_accepted(s, 2));
	assert_int_equal(ask(s, "two", "market/anna", 2), 0);
	sightings_accepted(s, 2);
	assert_int_equal(see(s, WORDS("two", "d", "shop"), 3, &account), SIGHTING_FOREIGN);
	assert_int_equal(see(s, WORDS("three", "d", ""), 3, &account), SIGHTING_KEPT); /* of any site */
	assert_int_equal(ask(s, "three", "market/anna", 3), 1);
	sightings_free(s);
}

static void sessions_end_and_the_oldest_makes_room(void **state)
{
	struct sightings *s = sightings_new(2, HOUR);
	struct bytes account;

	see(s, WORDS("one", "d", ""), 0, &account);
	assert_int_equal(ask(s, "one", "a", HOUR), 1);
	assert_int_equal(ask(s, "one", "a", HOUR + 1), 0);
	see(s, WORDS("two", "d", ""), HOUR + 1, &account);
	see(s, WORDS("three", "d", ""), HOUR + 2, &account);
	assert_int_equal(sightings_evicted(s), 0);
	see(s, WORDS("four", "d", ""), HOUR + 3, &account);
	assert_int_equal(sightings_evicted(s), 1);
	assert_int_equal(sightings_count(s), 2);
	assert_int_equal(ask(s, "two", "a", HOUR + 3), 0);
	assert_int_equal(ask(s, "four", "a", HOUR + 3), 1);
	sightings_free(s);
}

static void a_nonce_is_good_once_for_its_key_and_its_time(void **state)
{
	struct nonces *n = nonces_new(), *other = nonces_new();
	struct bytes key = BYTES_LIT("pk-one"), nonce;
	struct text t = { 0 };

	assert_int_equal(nonces_give(n, key, 1000, &t), ERR_OK);
	nonce = text_bytes(&t);
	assert_int_equal(nonces_take(n, BYTES_LIT("pk-two"), nonce, 2000), ERR_DENIED);
	assert_int_equal(nonces_take(other, key, nonce, 2000), ERR_DENIED);
	assert_int_equal(nonces_take(n, key, nonce, 1001 + NONCE_LIFE_MS), ERR_DENIED);
	assert_int_equal(nonces_take(n, key, nonce, 2000), ERR_OK);
	for (int64_t ms = 2000; ms <= 1000 + NONCE_LIFE_MS; ms += NONCE_LIFE_MS / 5)
		assert_int_equal(nonces_take(n, key, nonce, ms), ERR_DENIED);
	t.ptr[20] ^= 1;
	assert_int_equal(nonces_take(n, key, text_bytes(&t), 2000), ERR_DENIED);
	assert_int_equal(nonces_take(n, key, BYTES_LIT("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"), 2000), ERR_DENIED);
	text_free(&t);
	nonces_free(n);
	nonces_free(other);
}

static void wrong_settings_are_named(void **state)
{
	static const struct { const char *yaml, *part; } cases[] = {
		{ "sites: 7", "a list of sites" }, { "sites: [7]", "a mapping of key" }, { "sites: [{key: pk-eight-8}]", "needs a key and origins" },
		{ "sites: [{key: short, origins: [\"https://a\"]}]", "8 to 128" }, { "sites: [{kee: x}]", "did you mean 'key'" },
		{ "sites: [{key: pk-eight-8, origins: [\"*\"]}]", "an origin is" }, { "sites: [{key: pk-eight-8, origins: [\"https://a/b\"]}]", "an origin is" },
		{ "sites: [{key: pk-eight-8, origins: [\"https://a/\"]}]", "an origin is" }, { "sites: [{key: pk-eight-8, origins: [\"https://a:443\"]}]", "neither 80 of http" },
		{ "sites: [{key: pk-eight-8, origins: [\"http://a:80\"]}]", "an origin is" }, { "sites: [{key: pk-eight-8, origins: [\"https://a?b\"]}]", "an origin is" },
		{ "sites: [{key: pk-eight-8, origins: [\"https://u@a\"]}]", "an origin is" }, { "sites: [{key: pk-eight-8, origins: [\"https://a:x\"]}]", "an origin is" },
		{ "sites: [{key: pk-eight-8, origins: [\"https://b\u00fccher.example\"]}]", "a host in ASCII" }, { "sites: [{key: pk-eight-8, origins: [\"https://a:0\"]}]", "an origin is" },
		{ "sites: [{key: pk-eight-8, origins: [\"https://a\"]}, {key: pk-eight-8, origins: [\"https://a\"]}]", "another site has this key" },
		{ "rate: 0", "1 to 1000000" }, { "keep: soon", "a duration" }, { "sessionz: 1", "did you mean 'sessions'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct browser_settings settings;
		struct yaml_doc *doc = NULL;
		struct errbuf eb = { "" };

		assert_int_equal(yaml_parse(bytes_of(cases[i].yaml), "a.yaml", &doc, &eb), ERR_OK);
		assert_int_equal(browser_settings_read(doc, yaml_root(doc), &settings, &eb), ERR_INPUT);
		if (!strstr(eb.text, cases[i].part) || strncmp(eb.text, "a.yaml:1:", 9) != 0)
			fail_msg("%s: %s", cases[i].yaml, eb.text);
		yaml_doc_free(doc);
	}
}

static void origins_are_what_browsers_send(void **state)
{
	static const char yaml[] = "sites: [{key: pk-eight-8, origins: [\"https://shop.example\", \"http://localhost:3000\", \"http://[::1]:8080\", "
				   "\"https://xn--bcher-kva.example:8443\", \"https://Shop.Example\"]}]";
	struct browser_settings settings;
	struct yaml_doc *doc = NULL;
	struct errbuf eb = { "" };

	assert_int_equal(yaml_parse(bytes_of(yaml), "a.yaml", &doc, &eb), ERR_OK);
	if (browser_settings_read(doc, yaml_root(doc), &settings, &eb))
		fail_msg("%s", eb.text);
	assert_int_equal(settings.sites[0].n_origins, 5);
	assert_true(browser_site_allows(&settings.sites[0], BYTES_LIT("http://[::1]:8080")));
	assert_false(browser_site_allows(&settings.sites[0], BYTES_LIT("http://shop.example")));
	browser_settings_free(&settings);
	yaml_doc_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_first_waits_for_the_other),
		cmocka_unit_test(a_refused_event_names_nobody),
		cmocka_unit_test(a_session_stays_with_its_device_and_its_site),
		cmocka_unit_test(sessions_end_and_the_oldest_makes_room),
		cmocka_unit_test(a_nonce_is_good_once_for_its_key_and_its_time),
		cmocka_unit_test(wrong_settings_are_named),
		cmocka_unit_test(origins_are_what_browsers_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
