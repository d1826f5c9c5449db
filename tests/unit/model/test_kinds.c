#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/kinds.h"
#include "daemon/model/normalise.h"
#include "daemon/model/views.h"

static struct kinds kinds;

static struct kind *add(const char *name, const char *path)
{
	struct kind *k = &kinds.rows[kinds.n++];

	*k = (struct kind){ .name = bytes_of(name), .paths = { bytes_of(path) }, .n_paths = 1 };
	return k;
}

static uint64_t prepare(void)
{
	struct errbuf eb = { "" };

	if (kinds_prepare(&kinds, &eb))
		fail_msg("%s", eb.text);
	return kinds.version;
}

static int clear(void **state)
{
	memset(&kinds, 0, sizeof kinds);
	return 0;
}

static int first_slot(unsigned row)
{
	return kinds.sources[kinds.rows[row].source].slots[0];
}

static void members_find_the_slot_of_their_path(void **state)
{
	add("a", "device.id");
	add("b", "identity.id");
	add("c", "ip");
	add("d", "device.id");
	prepare();
	assert_int_equal(kinds_member_slot(&kinds, KIND_DEVICE, bytes_of("id")), first_slot(0));
	assert_int_equal(kinds_member_slot(&kinds, KIND_IDENTITY, bytes_of("id")), first_slot(1));
	assert_int_equal(first_slot(0), first_slot(3));
	assert_int_not_equal(first_slot(0), first_slot(1));
	assert_string_equal(kind_fixed_paths[first_slot(2)], "ip");
	assert_int_equal(kinds_member_slot(&kinds, KIND_DEVICE, bytes_of("nothing")), -1);
	assert_int_equal(kinds_member_slot(&kinds, KIND_DEVICE, BYTES_NONE), -1);
	assert_int_equal(kinds_find(&kinds, bytes_of("b")), 1);
	assert_int_equal(kinds_find(&kinds, bytes_of("z")), -1);
}

static void kinds_of_the_same_paths_share_a_source(void **state)
{
	struct kind *joined = add("a", "screen"), *other = add("b", "screen");

	joined->paths[joined->n_paths++] = BYTES_LIT("ip");
	other->paths[other->n_paths++] = BYTES_LIT("ip");
	other->required[1] = true;
	add("c", "screen");
	add("d", "screen")->required[0] = true; /* says nothing of a single path */
	prepare();
	prepare();
	assert_int_equal(kinds.n_sources, 3);
	assert_int_equal(kinds.rows[2].source, kinds.rows[3].source);
	assert_int_equal(kinds.sources[kinds.rows[2].source].first, 2);
	assert_int_equal(kinds.rows[2].next_alike, 3 + 1);
	assert_int_equal(kinds.rows[3].next_alike, 0);
	assert_int_not_equal(kinds.rows[0].source, kinds.rows[1].source);
}

static void a_path_that_no_event_has_is_named(void **state)
{
	struct errbuf eb = { "" };

	assert_true(kind_path_exists(bytes_of("ip")) && kind_path_exists(bytes_of("device.any_thing-1")));
	assert_false(kind_path_exists(bytes_of("device")) || kind_path_exists(bytes_of("device.")));
	assert_false(kind_path_exists(bytes_of("device.a.b")) || kind_path_exists(bytes_of("account")));
	add("a", "devices.id");
	assert_int_equal(kinds_prepare(&kinds, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "devices.id"));
}

static void too_many_paths_are_refused(void **state)
{
	static char paths[KINDS_MAX * KIND_PATHS_MAX][24];
	struct errbuf eb = { "" };

	for (unsigned i = 0; i < 60; i++) {
		struct kind *k = add("k", "ip");

		for (k->n_paths = 0; k->n_paths < 5; k->n_paths++) {
			char *path = paths[i * 5 + k->n_paths];

			sprintf(path, "device.m%u_%u", i, k->n_paths);
			k->paths[k->n_paths] = bytes_of(path);
		}
	}
	assert_int_equal(kinds_prepare(&kinds, &eb), ERR_LIMIT);
}

static void the_version_follows_what_changes_values(void **state)
{
	struct kind *k = add("a", "device.id");
	uint64_t first = prepare();

	assert_true(prepare() == first);
	k->hub_cap = 5;
	k->title = bytes_of("A");
	assert_true(prepare() == first);
	k->steps[k->n_steps++] = normaliser_find(bytes_of("lower"));
	assert_true(prepare() != first);
	k->n_steps = 0;
	k->privacy = PRIVACY_HASH;
	assert_true(prepare() != first);
	k->privacy = PRIVACY_PLAIN;
	k->required[0] = true;
	assert_true(prepare() != first);
	k->required[0] = false;
	k->parts[k->n_parts++] = 0;
	assert_true(prepare() != first);
	k->n_parts = 0;
	k->placeholders = &(const struct bytes){ "x", 1 };
	k->n_placeholders = 1;
	assert_true(prepare() != first);
}

static void names_of_states_follow_their_enums(void **state)
{
	assert_string_equal(link_state_names[LINK_JOINT], "joint");
	assert_string_equal(link_state_names[LINK_WITHDRAWN], "withdrawn");
	assert_string_equal(band_names[BAND_STRONG], "strong");
	assert_string_equal(alert_state_names[ALERT_RESOLVED], "resolved");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(members_find_the_slot_of_their_path, clear),
		cmocka_unit_test_setup(kinds_of_the_same_paths_share_a_source, clear),
		cmocka_unit_test_setup(a_path_that_no_event_has_is_named, clear),
		cmocka_unit_test_setup(too_many_paths_are_refused, clear),
		cmocka_unit_test_setup(the_version_follows_what_changes_values, clear),
		cmocka_unit_test(names_of_states_follow_their_enums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
