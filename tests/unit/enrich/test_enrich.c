/* What an address is: prefixes, sources and their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/enrich/enrich.h"
#include "daemon/enrich/ranges.h"

#define FIXTURES SOURCE_DIR "/tests/unit/enrich/fixtures/"

static struct ip ip_at(const char *text)
{
	struct ip ip;

	assert_true(decode_ip(bytes_of(text), &ip));
	return ip;
}

static char *file_with(const char *content)
{
	char *path = strdup("/tmp/enrich-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
	return path;
}

struct world {
	char *paths[4];
	struct enrich *e;
	struct errbuf eb;
	enum err err;
};

static void load(struct world *w, const char *first, const char *second, const char *asn_kinds, const char *mmdb)
{
	const char *networks[2];
	struct enrich_setup setup = { .networks_files = networks };

	memset(w, 0, sizeof(*w));
	if (first)
		networks[setup.n_networks++] = w->paths[0] = file_with(first);
	if (second)
		networks[setup.n_networks++] = w->paths[1] = file_with(second);
	if (asn_kinds)
		setup.asn_kinds_file = w->paths[2] = file_with(asn_kinds);
	setup.mmdb_files = &mmdb;
	setup.n_mmdb = mmdb ? 1 : 0;
	w->err = enrich_new(&setup, &w->e, &w->eb);
}

static void unload(struct world *w)
{
	enrich_free(w->e);
	for (int i = 0; i < 4; i++) {
		if (w->paths[i])
			unlink(w->paths[i]);
		free(w->paths[i]);
	}
}

static struct network look(const struct world *w, const char *text)
{
	struct ip ip = ip_at(text);
	struct network n;

	enrich_lookup(w->e, &ip, &n);
	return n;
}

static void the_longest_prefix_wins(void **state)
{
	struct world w;

	load(&w, "cidr,asn,org,kind,cgnat_block\n10.0.0.0/8,1,wide,isp,\n10.1.0.0/16,2,inner,hosting,\n10.1.2.0/24,3,core,mobile,512\n"
		 "2001:db8::/32,4,six,isp,\n2001:db8:1::/48,AS5,six inner,vpn,\n", NULL, NULL, NULL);
	assert_int_equal(w.err, ERR_OK);
	assert_int_equal(look(&w, "9.255.255.255").is_known, false);
	assert_int_equal(look(&w, "10.0.0.0").asn, 1);
	assert_int_equal(look(&w, "10.0.255.255").asn, 1);
	assert_int_equal(look(&w, "10.1.0.0").kind, NET_HOSTING);
	assert_int_equal(look(&w, "10.1.1.255").asn, 2);
	assert_int_equal(look(&w, "10.1.2.0").block_size, 512);
	assert_int_equal(look(&w, "10.1.2.255").kind, NET_MOBILE);
	assert_int_equal(look(&w, "10.1.3.0").asn, 2);
	assert_int_equal(look(&w, "10.2.0.0").asn, 1);
	assert_int_equal(look(&w, "10.255.255.255").asn, 1);
	assert_int_equal(look(&w, "11.0.0.0").asn, 0);
	assert_int_equal(look(&w, "2001:db8::1").asn, 4);
	assert_int_equal(look(&w, "2001:db8:1:ffff::1").kind, NET_VPN);
	assert_int_equal(look(&w, "2001:db8:2::").asn, 4);
	assert_int_equal(look(&w, "2001:db9::").asn, 0);
	assert_true(bytes_is(look(&w, "10.1.2.3").org, "core"));
	unload(&w);
}

static void organisations_go_by_the_names_that_mmdb_files_have_too(void **state)
{
	struct world w;

	load(&w, "network,asn,name\n10.0.0.0/8,7,Example Hosting\n", "network,as_name\n11.0.0.0/8,Other\n", NULL, NULL);
	assert_int_equal(w.err, ERR_OK);
	assert_true(bytes_is(look(&w, "10.1.2.3").org, "Example Hosting"));
	assert_true(bytes_is(look(&w, "11.1.2.3").org, "Other"));
	unload(&w);
}

static void a_later_file_wins_at_the_same_prefix(void **state)
{
	struct world w;

	load(&w, "cidr,kind\n10.0.0.0/8,isp\n10.0.0.0/16,isp\n", "kind,cidr\nvpn,10.0.0.0/8\n", NULL, NULL);
	assert_int_equal(w.err, ERR_OK);
	assert_int_equal(look(&w, "10.9.0.1").kind, NET_VPN);
	assert_int_equal(look(&w, "10.0.0.1").kind, NET_ISP);
	unload(&w);
}

static void the_ends_of_the_address_space_are_covered(void **state)
{
	struct world w;

	load(&w, "cidr,asn\n0.0.0.0/1,1\n255.255.255.255/32,2\n::/0,3\nffff::/16,4\n", NULL, NULL, NULL);
	assert_int_equal(w.err, ERR_OK);
	assert_int_equal(look(&w, "0.0.0.0").asn, 1);
	assert_int_equal(look(&w, "127.255.255.255").asn, 1);
	assert_int_equal(look(&w, "255.255.255.255").asn, 2);
	assert_int_equal(look(&w, "1::").asn, 3);
	assert_int_equal(look(&w, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").asn, 4);
	unload(&w);
}

/* The flattened ranges say what a walk over all prefixes says. */
static void ranges_agree_with_a_plain_search(void **state)
{
	struct ranges_builder *b = ranges_builder_new();
	struct { struct ip base; unsigned bits; } all[300];
	struct ranges *r;
	uint32_t x = 12345;

	for (int i = 0; i < 300; i++) {
		struct ip ip = { .b = { [10] = 255, 255 } };
		for (int k = 12; k < 16; k++)
			ip.b[k] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24) & (k == 12 ? 3 : 255);
		all[i].bits = 96 + (x >> 8) % 33;
		all[i].base = ip_prefix(&ip, all[i].bits);
		ranges_add(b, &all[i].base, all[i].bits, (uint32_t)i);
	}
	r = ranges_build(b);
	for (int i = 0; i < 20000; i++) {
		struct ip ip = { .b = { [10] = 255, 255 } };
		uint32_t want = RANGE_NONE;
		unsigned bits = 0;
		for (int k = 12; k < 16; k++)
			ip.b[k] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24) & (k == 12 ? 3 : 255);
		for (uint32_t p = 0; p < 300; p++) {
			if (all[p].bits < bits || !ip_in(&ip, &all[p].base, all[p].bits))
				continue;
			want = p;
			bits = all[p].bits;
		}
		assert_int_equal(ranges_find(r, &ip), want);
	}
	ranges_free(r);
}

static void the_as_list_gives_a_kind_where_it_is_open(void **state)
{
	struct world w;

	load(&w, "cidr,asn,kind\n10.0.0.0/16,16509,\n10.1.0.0/16,16509,business\n10.2.0.0/16,7,\n", NULL,
	     "asn,kind,org\n16509,hosting,Amazon\n", NULL);
	assert_int_equal(w.err, ERR_OK);
	assert_int_equal(look(&w, "10.0.0.1").kind, NET_HOSTING);
	assert_true(bytes_is(look(&w, "10.0.0.1").org, "Amazon"));
	assert_int_equal(look(&w, "10.1.0.1").kind, NET_BUSINESS);
	assert_int_equal(look(&w, "10.2.0.1").kind, NET_UNKNOWN);
	unload(&w);
}

static void mmdb_files_of_each_shape_are_read(void **state)
{
	struct network n;
	struct world w;

	load(&w, NULL, NULL, NULL, FIXTURES "nested.mmdb");
	n = look(&w, "81.2.69.160");
	assert_int_equal(n.asn, 2856);
	assert_int_equal(n.kind, NET_ISP);
	assert_string_equal(n.country, "GB");
	assert_true(bytes_is(n.org, "BT"));
	assert_int_equal(look(&w, "5.5.5.1").kind, NET_TOR);
	assert_int_equal(look(&w, "2a02:8100::1").kind, NET_MOBILE);
	assert_false(look(&w, "1.1.1.1").is_known);
	unload(&w);

	load(&w, NULL, NULL, NULL, FIXTURES "flat.mmdb");
	n = look(&w, "9.9.9.9");
	assert_int_equal(n.asn, 19281);
	assert_int_equal(n.kind, NET_BUSINESS);
	assert_string_equal(n.country, "CH");
	assert_int_equal(look(&w, "9.8.0.1").kind, NET_HOSTING);
	assert_int_equal(look(&w, "9.7.0.1").kind, NET_MOBILE);
	assert_int_equal(look(&w, "9.7.0.1").kind, NET_MOBILE); /* remembered */
	unload(&w);
}

static void networks_files_win_over_mmdb_and_leave_the_rest_to_it(void **state)
{
	struct network n;
	struct world w;

	load(&w, "cidr,kind\n9.9.9.0/24,public\n", NULL, "asn,kind\n16509,hosting\n", FIXTURES "flat.mmdb");
	n = look(&w, "9.9.9.9");
	assert_int_equal(n.kind, NET_PUBLIC);
	assert_int_equal(n.asn, 19281);
	assert_int_equal(look(&w, "9.9.8.1").kind, NET_BUSINESS);
	unload(&w);
	load(&w, NULL, NULL, "asn,kind\n16509,hosting\n", FIXTURES "asn.mmdb");
	assert_int_equal(look(&w, "3.1.2.3").kind, NET_HOSTING);
	unload(&w);
}

static void ranges_of_addresses_become_prefixes(void **state)
{
	struct world w;

	load(&w, "start_ip,end_ip,asn\n10.0.0.5,10.0.1.2,7\n255.255.255.254,255.255.255.255,8\n2001:db8::,2001:db8::1:0,9\n", NULL, NULL, NULL);
	assert_int_equal(w.err, ERR_OK);
	assert_int_equal(look(&w, "10.0.0.4").asn, 0);
	assert_int_equal(look(&w, "10.0.0.5").asn, 7);
	assert_int_equal(look(&w, "10.0.1.2").asn, 7);
	assert_int_equal(look(&w, "10.0.1.3").asn, 0);
	assert_int_equal(look(&w, "255.255.255.255").asn, 8);
	assert_int_equal(look(&w, "2001:db8::ffff").asn, 9);
	assert_int_equal(look(&w, "2001:db8::1:0").asn, 9);
	assert_int_equal(look(&w, "2001:db8::1:1").asn, 0);
	unload(&w);
}

static void wrong_files_are_refused_with_file_and_line(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "cidr,kind\n10.0.0.1/8,isp\n", ":2: cidr '10.0.0.1/8' is not an address block" },
		{ "cidr,kind\n10.0.0.0/8,ips\n", ":2: kind 'ips' is none of isp, mobile" },
		{ "cidr,kind\n\n10.0.0.0/8,hostin\n", ":3: kind 'hostin' is none of isp, mobile, business, education, hosting, vpn, tor, relay, "
						     "public (did you mean 'hosting'?)" },
		{ "cidr,asn\n10.0.0.0/8,x1\n", ":2: asn 'x1' is not a number" },
		{ "cidr,cgnat_block\n10.0.0.0/8,70000\n", ":2: cgnat_block '70000'" },
		{ "cidr,country\n10.0.0.0/8,Germany\n", ":2: country 'Germany'" },
		{ "start_ip,end_ip\n10.0.0.2,10.0.0.1\n", ":2: '10.0.0.2' to '10.0.0.1' is no range" },
		{ "cidr,knd\n", ":1: unknown column 'knd' (did you mean 'kind'?)" },
		{ "cidr,contry\n", ":1: unknown column 'contry' (did you mean 'country'?)" },
		{ "asn\n1\n", ":2: there is no cidr, nor start_ip and end_ip; the first line names the columns, with commas between" },
		{ "1.0.0.0,1.0.0.255,13335,\"X, Inc.\"\n", ":1: begins with an address, column names are expected there: put a line like start_ip" },
		{ "\"2001:db8::/32\",13335\n", ":1: begins with an address" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;
		load(&w, cases[i].text, NULL, NULL, NULL);
		assert_int_equal(w.err, ERR_INPUT);
		if (!strstr(w.eb.text, cases[i].says))
			fail_msg("'%s' lacks '%s'", w.eb.text, cases[i].says);
		assert_ptr_equal(strstr(w.eb.text, w.paths[0]), w.eb.text);
		unload(&w);
	}
}

static void an_mmdb_that_is_written_over_is_read_as_it_was(void **state)
{
	struct world w;
	char path[] = "/tmp/test_enrich-XXXXXX", command[200];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	snprintf(command, sizeof(command), "cp " FIXTURES "nested.mmdb %s", path);
	assert_int_equal(system(command), 0);
	load(&w, NULL, NULL, NULL, path);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(look(&w, "81.2.69.160").asn, 2856);
	unload(&w);
	close(fd);
	unlink(path);
}

static void a_broken_mmdb_is_named(void **state)
{
	char *path = file_with("this is no database");
	struct enrich_setup setup = { .mmdb_files = (const char *const *)&path, .n_mmdb = 1 };
	struct errbuf eb = { "" };
	struct enrich *e = NULL;

	assert_int_equal(enrich_new(&setup, &e, &eb), ERR_CORRUPT);
	assert_non_null(strstr(eb.text, path));
	unlink(path);
	free(path);
}

static void the_hash_follows_the_content(void **state)
{
	struct world a, b, c;

	load(&a, "cidr,kind\n10.0.0.0/8,isp\n", NULL, NULL, NULL);
	load(&b, "cidr,kind\n10.0.0.0/8,isp\n", NULL, NULL, NULL);
	load(&c, "cidr,kind\n10.0.0.0/8,vpn\n", NULL, NULL, NULL);
	assert_true(enrich_hash(a.e) == enrich_hash(b.e));
	assert_true(enrich_hash(a.e) != enrich_hash(c.e));
	assert_int_equal(enrich_count(a.e), 1);
	unload(&a);
	unload(&b);
	unload(&c);
}

static void the_shipped_list_loads(void **state)
{
	struct enrich_setup setup = { .asn_kinds_file = SOURCE_DIR "/config/asn-kinds.csv" };
	struct errbuf eb = { "" };
	struct enrich *e = NULL;

	if (enrich_new(&setup, &e, &eb))
		fail_msg("%s", eb.text);
	enrich_free(e);
}

static void a_folder_gives_its_files_in_name_order(void **state)
{
	struct enrich_files files;
	struct errbuf eb = { "" };

	assert_int_equal(enrich_folder_files(SOURCE_DIR "/tests/unit/enrich/fixtures", &files, &eb), ERR_OK);
	assert_int_equal(files.n_networks, 0);
	assert_int_equal(files.n_mmdb, 3);
	assert_non_null(strstr(files.mmdb[0], "fixtures/asn.mmdb"));
	assert_non_null(strstr(files.mmdb[2], "fixtures/nested.mmdb"));
	enrich_files_free(&files);
	assert_int_equal(enrich_folder_files("/nowhere", &files, &eb), ERR_OK);
	assert_int_equal(files.n_mmdb, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_prefix_wins),
		cmocka_unit_test(organisations_go_by_the_names_that_mmdb_files_have_too),
		cmocka_unit_test(a_later_file_wins_at_the_same_prefix),
		cmocka_unit_test(the_ends_of_the_address_space_are_covered),
		cmocka_unit_test(ranges_agree_with_a_plain_search),
		cmocka_unit_test(the_as_list_gives_a_kind_where_it_is_open),
		cmocka_unit_test(mmdb_files_of_each_shape_are_read),
		cmocka_unit_test(networks_files_win_over_mmdb_and_leave_the_rest_to_it),
		cmocka_unit_test(ranges_of_addresses_become_prefixes),
		cmocka_unit_test(wrong_files_are_refused_with_file_and_line),
		cmocka_unit_test(an_mmdb_that_is_written_over_is_read_as_it_was),
		cmocka_unit_test(a_broken_mmdb_is_named),
		cmocka_unit_test(the_hash_follows_the_content),
		cmocka_unit_test(the_shipped_list_loads),
		cmocka_unit_test(a_folder_gives_its_files_in_name_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
