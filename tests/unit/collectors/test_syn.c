/* SYNs as systems send them, and as nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "collectors/packets/syn.h"

static char *text_of(const struct packet *p, bool is_quirks)
{
	static char kept[256];
	struct text out = { 0 };
	struct syn syn;

	decode_syn(p, &syn);
	text_adds(&out, "");
	if (is_quirks)
		syn_quirks_text(&syn, &out);
	else
		syn_text(&syn, &out);
	snprintf(kept, sizeof(kept), "%.*s", BYTES_ARG(text_bytes(&out)));
	text_free(&out);
	return kept;
}

#define OPTIONS(s) BYTES_LIT(s)
#define LINUX OPTIONS("\x02\x04\x05\xb4\x04\x02\x08\x0a\x01\x02\x03\x04\0\0\0\0\x01\x03\x03\x07")

static void systems_have_their_tuple(void **state)
{
	struct packet linux_syn = { .ttl = 57, .has_df = true, .id = 5, .seq = 9, .window = 64240, .flags = TCP_SYN, .options = LINUX };
	struct packet mac = { .ttl = 64, .has_df = true, .seq = 9, .window = 65535, .flags = TCP_SYN | TCP_ECE | TCP_CWR,
			      .options = OPTIONS("\x02\x04\x05\xb4\x01\x03\x03\x06\x01\x01\x08\x0a\x01\x02\x03\x04\0\0\0\0\x04\x02\0\0") };
	struct packet windows = { .ttl = 113, .has_df = true, .id = 1, .seq = 9, .window = 64240, .flags = TCP_SYN,
				  .options = OPTIONS("\x02\x04\x05\xac\x01\x03\x03\x08\x01\x01\x04\x02") };

	assert_string_equal(text_of(&linux_syn, false), "64:1460:64240:mss,sok,ts,nop,ws7");
	assert_string_equal(text_of(&linux_syn, true), "df,id+");
	assert_string_equal(text_of(&mac, false), "64:1460:65535:mss,nop,ws6,nop,nop,ts,sok,eol");
	assert_string_equal(text_of(&mac, true), "df,ecn");
	assert_string_equal(text_of(&windows, false), "128:1452:64240:mss,nop,ws8,nop,nop,sok");
}

static void ttl_is_rounded_up_to_what_senders_start_with(void **state)
{
	static const struct { uint8_t seen; unsigned initial; } rows[] = {
		{ 1, 32 }, { 32, 32 }, { 33, 64 }, { 64, 64 }, { 65, 128 }, { 128, 128 }, { 129, 255 }, { 255, 255 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(syn_initial_ttl(rows[i].seen), rows[i].initial);
}

static void each_quirk_is_named(void **state)
{
	static const struct { const char *quirks; struct packet p; } rows[] = {
		{ "id-", { .seq = 9 } },
		{ "df,0+", { .seq = 9, .has_df = true, .has_mbz = true } },
		{ "flow", { .seq = 9, .is_v6 = true, .flow_label = 3 } },
		{ "id-,ecn", { .seq = 9, .traffic_class = 1 } },
		{ "id-,ecn", { .seq = 9, .flags = 256 } },
		{ "id-,seq-", { .seq = 0 } },
		{ "id-,ack+", { .seq = 9, .ack = 1 } },
		{ "id-,uptr+", { .seq = 9, .urgent = 1 } },
		{ "id-,urgf+", { .seq = 9, .urgent = 1, .flags = TCP_URG } },
		{ "id-,pushf+", { .seq = 9, .flags = TCP_PSH } },
		{ "id-,ts1-", { .seq = 9, .options = OPTIONS("\x08\x0a\0\0\0\0\0\0\0\0") } },
		{ "id-,ts2+", { .seq = 9, .options = OPTIONS("\x08\x0a\x01\0\0\0\x01\0\0\0") } },
		{ "id-,opt+", { .seq = 9, .options = OPTIONS("\0\0\x01\0") } },
		{ "id-,exws", { .seq = 9, .options = OPTIONS("\x03\x03\x0f") } },
		{ "id-,bad", { .seq = 9, .options = OPTIONS("\x02\x05\x05\xb4\0") } },
		{ "id-,bad", { .seq = 9, .options = OPTIONS("\x02\x04\x05") } },
		{ "id-,bad", { .seq = 9, .options = OPTIONS("\x02\x01\x05") } },
		{ "id-,ipopt", { .seq = 9, .ip_options = 4 } },
		{ "id-,data", { .seq = 9, .payload_length = 1 } },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(text_of(&rows[i].p, true), rows[i].quirks);
}

static void unknown_options_keep_their_number(void **state)
{
	struct packet p = { .ttl = 60, .options = OPTIONS("\x22\x02\x05\x0a\0\0\0\0\0\0\0\0\xfe\x04\0\0") };

	assert_string_equal(text_of(&p, false), "64:0:0:?34,sack,?254");
	p.options = BYTES_NONE;
	assert_string_equal(text_of(&p, false), "64:0:0:");
}

static void mtu_follows_from_the_mss(void **state)
{
	struct syn syn = { .mss = 1460 };

	assert_int_equal(syn_mtu(&syn), 1500);
	syn.is_v6 = true;
	assert_int_equal(syn_mtu(&syn), 1520);
	syn.mss = 65535;
	assert_int_equal(syn_mtu(&syn), 65535);
	syn.mss = 0;
	assert_int_equal(syn_mtu(&syn), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systems_have_their_tuple),
		cmocka_unit_test(ttl_is_rounded_up_to_what_senders_start_with),
		cmocka_unit_test(each_quirk_is_named),
		cmocka_unit_test(unknown_options_keep_their_number),
		cmocka_unit_test(mtu_follows_from_the_mss),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
