/* Recorded captures of both formats, whole and damaged, through real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collectors/packets/recording.h"
#include "daemon/base/text.h"

struct world {
	char path[64];
	struct text file, seen;
	struct errbuf eb;
	bool is_big; /* byte order of what is written */
};

static void begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	strcpy(w->path, "/tmp/recording-XXXXXX");
	int fd = mkstemp(w->path);
	assert_true(fd >= 0);
	close(fd);
}

static void end(struct world *w)
{
	unlink(w->path);
	text_free(&w->file);
	text_free(&w->seen);
}

static void put16(struct world *w, unsigned v)
{
	char both[2] = { (char)(w->is_big ? v >> 8 : v), (char)(w->is_big ? v : v >> 8) };
	text_add(&w->file, bytes_make(both, 2));
}

static void put32(struct world *w, uint32_t v)
{
	put16(w, w->is_big ? v >> 16 : v & 0xffff);
	put16(w, w->is_big ? v & 0xffff : v >> 16);
}

static void put_n(struct world *w, unsigned n, ...)
{
	va_list list;
	va_start(list, n);
	while (n-- > 0)
		put32(w, va_arg(list, uint32_t));
	va_end(list);
}

static void pcap_header(struct world *w, uint32_t magic, unsigned minor, uint32_t link)
{
	put32(w, magic);
	put16(w, 2);
	put16(w, minor);
	put_n(w, 4, 0u, 0u, 65535u, link);
}

static void pcap_packet(struct world *w, uint32_t fraction, const char *packet)
{
	put_n(w, 4, 1700000000u, fraction, (uint32_t)strlen(packet), (uint32_t)strlen(packet) + 10);
	text_adds(&w->file, packet);
}

/* A block around what put() writes after it: begin_block, the body, end_block. */
static size_t begin_block(struct world *w, uint32_t type)
{
	put_n(w, 2, type, 0u);
	return w->file.len - 8;
}

static void end_block(struct world *w, size_t at)
{
	struct world length = { .is_big = w->is_big };
	while (w->file.len % 4 != at % 4)
		text_addc(&w->file, '\0');
	put32(&length, (uint32_t)(w->file.len - at + 4));
	memcpy(w->file.ptr + at + 4, length.file.ptr, 4);
	text_add(&w->file, text_bytes(&length.file));
	text_free(&length.file);
}

static void section(struct world *w)
{
	size_t at = begin_block(w, 0x0a0d0d0a);
	put32(w, 0x1a2b3c4d);
	put16(w, 1);
	put16(w, 0);
	put_n(w, 2, UINT32_MAX, UINT32_MAX);
	end_block(w, at);
}

/* resolution 0: not said. */
static void interface(struct world *w, unsigned link, uint32_t snap, uint8_t resolution)
{
	size_t at = begin_block(w, 1);
	put16(w, link);
	put16(w, 0);
	put32(w, snap);
	if (resolution != 0) {
		put16(w, 9);
		put16(w, 1);
		text_add(&w->file, bytes_make((const char[]){ (char)resolution, 0, 0, 0 }, 4));
		put32(w, 0);
	}
	end_block(w, at);
}

static void enhanced(struct world *w, uint32_t on, uint64_t time, const char *packet)
{
	size_t at = begin_block(w, 6);
	put_n(w, 5, on, (uint32_t)(time >> 32), (uint32_t)time, (uint32_t)strlen(packet), (uint32_t)strlen(packet));
	text_adds(&w->file, packet);
	end_block(w, at);
}

static void simple(struct world *w, const char *packet)
{
	size_t at = begin_block(w, 3);
	put32(w, (uint32_t)strlen(packet));
	text_adds(&w->file, packet);
	end_block(w, at);
}

static void take(void *arg, const struct captured *packets, size_t n)
{
	struct world *w = arg;
	assert_in_range(n, 1, RECORDING_BATCH);
	for (size_t i = 0; i < n; i++)
		text_addf(&w->seen, "%u %lld %zu %.*s|", packets[i].link, (long long)packets[i].at_us, packets[i].wire_length,
			  BYTES_ARG(packets[i].bytes));
}

static enum err read_it(struct world *w)
{
	int fd = open(w->path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, w->file.ptr, w->file.len), w->file.len);
	close(fd);
	text_clear(&w->seen);
	text_adds(&w->seen, "");
	errbuf_clear(&w->eb);
	return recording_read(w->path, take, w, &w->eb);
}

static void expect(struct world *w, enum err wanted, const char *seen, const char *error)
{
	assert_int_equal(read_it(w), wanted);
	assert_string_equal(w->seen.len ? w->seen.ptr : "", seen);
	if (error != NULL && strstr(w->eb.text, error) == NULL)
		fail_msg("%s does not say %s", w->eb.text, error);
}

static void pcap_of_both_orders_and_resolutions(void **state)
{
	static const struct { bool is_big; uint32_t magic, fraction; } rows[] = {
		{ false, 0xa1b2c3d4, 7 }, { true, 0xa1b2c3d4, 7 }, { false, 0xa1b23c4d, 7999 }, { true, 0xa1b23c4d, 7000 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;
		begin(&w);
		w.is_big = rows[i].is_big;
		pcap_header(&w, rows[i].magic, 4, 1);
		pcap_packet(&w, rows[i].fraction, "abc");
		pcap_packet(&w, rows[i].fraction, "defg");
		expect(&w, ERR_OK, "1 1700000000000007 13 abc|1 1700000000000007 14 defg|", NULL);
		end(&w);
	}
}

static void bits_above_the_link_type_are_not_part_of_it(void **state)
{
	struct world w;
	begin(&w);
	pcap_header(&w, 0xa1b2c3d4, 4, 0x14000001); /* frames end with a checksum of 4 bytes */
	pcap_packet(&w, 0, "abc");
	expect(&w, ERR_OK, "1 1700000000000000 13 abc|", NULL);
	end(&w);
}

static void old_pcap_has_its_lengths_the_other_way_round(void **state)
{
	struct world w;
	begin(&w);
	pcap_header(&w, 0xa1b2c3d4, 2, 1);
	put_n(&w, 4, 1u, 0u, 9u, 3u);
	text_adds(&w.file, "abc");
	expect(&w, ERR_OK, "1 1000000 9 abc|", NULL);
	end(&w);
}

static void pcapng_interfaces_have_links_and_resolutions_of_their_own(void **state)
{
	for (int is_big = 0; is_big < 2; is_big++) {
		struct world w;
		begin(&w);
		w.is_big = is_big;
		section(&w);
		interface(&w, 1, 0, 0);
		interface(&w, 101, 96, 9);
		enhanced(&w, 0, 5000000, "abc");
		enhanced(&w, 1, 5000000000, "de");
		interface(&w, 113, 0, 0x8a); /* 1/1024 s */
		enhanced(&w, 2, 5 * 1024 + 512, "f");
		expect(&w, ERR_OK, "1 5000000 3 abc|101 5000000 2 de|113 5500000 1 f|", NULL);
		section(&w);
		interface(&w, 276, 0, 0);
		enhanced(&w, 0, 1, "other");
		expect(&w, ERR_OK, "1 5000000 3 abc|101 5000000 2 de|113 5500000 1 f|276 1 5 other|", NULL);
		end(&w);
	}
}

static void sections_may_change_the_byte_order(void **state)
{
	struct world w;
	begin(&w);
	for (int i = 0; i < 2; i++) {
		w.is_big = i;
		section(&w);
		interface(&w, 1, 0, 0);
		enhanced(&w, 0, 1, "abc");
	}
	expect(&w, ERR_OK, "1 1 3 abc|1 1 3 abc|", NULL);
	end(&w);
}

static void simple_packets_are_cut_at_the_snap_length_and_have_no_time(void **state)
{
	struct world w;
	begin(&w);
	section(&w);
	interface(&w, 1, 4, 0);
	enhanced(&w, 0, 77, "ab");
	simple(&w, "abcdef");
	expect(&w, ERR_OK, "1 77 2 ab|1 77 6 abcd|", NULL);
	end(&w);
}

static void large_blocks_of_another_kind_are_passed_over(void **state)
{
	struct world w;
	begin(&w);
	section(&w);
	interface(&w, 1, 0, 0);
	enhanced(&w, 0, 1, "before");
	size_t at = begin_block(&w, 10);
	for (size_t i = 0; i < 5000000; i += 10)
		text_adds(&w.file, "0123456789");
	end_block(&w, at);
	enhanced(&w, 0, 2, "behind");
	expect(&w, ERR_OK, "1 1 6 before|1 2 6 behind|", NULL);
	end(&w);
}

static void many_packets_come_whole_over_the_border_of_a_buffer(void **state)
{
	struct world w;
	struct text wanted = { 0 };
	begin(&w);
	pcap_header(&w, 0xa1b2c3d4, 4, 1);
	for (int i = 0; i < 60000; i++) {
		char packet[16];
		snprintf(packet, sizeof(packet), "%d", i);
		pcap_packet(&w, 0, packet);
		text_addf(&wanted, "1 1700000000000000 %zu %d|", strlen(packet) + 10, i);
	}
	assert_int_equal(read_it(&w), ERR_OK);
	assert_true(bytes_eq(text_bytes(&w.seen), text_bytes(&wanted)));
	text_free(&wanted);
	end(&w);
}

static void cut_anywhere_gives_what_is_in_front_and_says_where(void **state)
{
	struct world w;
	begin(&w);
	pcap_header(&w, 0xa1b2c3d4, 4, 1);
	pcap_packet(&w, 0, "abc");
	pcap_packet(&w, 0, "defg");
	for (size_t whole = w.file.len; w.file.len > 44;) {
		w.file.len--;
		if (w.file.len == 43)
			continue;
		expect(&w, ERR_CORRUPT, "1 1700000000000000 13 abc|", "byte 43: is cut short in the middle of a record");
		(void)whole;
	}
	w.file.len = 43;
	expect(&w, ERR_OK, "1 1700000000000000 13 abc|", NULL);
	w.file.len = 10;
	expect(&w, ERR_CORRUPT, "", "byte 0: is cut short");
	w.file.len = 0;
	expect(&w, ERR_CORRUPT, "", "is empty");
	end(&w);
}

static void damage_is_named_with_its_place(void **state)
{
	struct world w;
	begin(&w);
	text_adds(&w.file, "MZ, a program");
	expect(&w, ERR_CORRUPT, "", "byte 0: neither pcap nor pcapng: it begins with 4d5a2c20");
	text_clear(&w.file);
	pcap_header(&w, 0xa1b2c3d4, 4, 1);
	pcap_packet(&w, 0, "abc");
	put_n(&w, 4, 1u, 0u, 400000u, 400000u);
	expect(&w, ERR_CORRUPT, "1 1700000000000000 13 abc|", "byte 43: a packet of 400000 bytes is larger than 262144");
	text_clear(&w.file);
	pcap_header(&w, 0xa1b2c3d4, 9, 1);
	expect(&w, ERR_CORRUPT, "", "pcap version 2.9 is not known");
	text_clear(&w.file);
	section(&w);
	enhanced(&w, 3, 1, "abc");
	expect(&w, ERR_CORRUPT, "", "byte 28: a packet of interface 3, of which nothing was said");
	text_clear(&w.file);
	section(&w);
	interface(&w, 1, 0, 0);
	enhanced(&w, 0, 1, "abcd");
	w.file.ptr[w.file.len - 4]++;
	expect(&w, ERR_CORRUPT, "", "the two lengths of a block differ");
	end(&w);
}

static void what_is_no_file_is_named(void **state)
{
	struct errbuf eb = { "" };
	assert_int_equal(recording_read("/tmp", take, NULL, &eb), ERR_INPUT);
	assert_string_equal(eb.text, "/tmp: is a directory, not a capture");
	errbuf_clear(&eb);
	assert_int_equal(recording_read("/nowhere/x.pcap", take, NULL, &eb), ERR_NOTFOUND);
	assert_string_equal(eb.text, "/nowhere/x.pcap: cannot open: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_of_both_orders_and_resolutions),
		cmocka_unit_test(bits_above_the_link_type_are_not_part_of_it),
		cmocka_unit_test(old_pcap_has_its_lengths_the_other_way_round),
		cmocka_unit_test(pcapng_interfaces_have_links_and_resolutions_of_their_own),
		cmocka_unit_test(sections_may_change_the_byte_order),
		cmocka_unit_test(simple_packets_are_cut_at_the_snap_length_and_have_no_time),
		cmocka_unit_test(large_blocks_of_another_kind_are_passed_over),
		cmocka_unit_test(many_packets_come_whole_over_the_border_of_a_buffer),
		cmocka_unit_test(cut_anywhere_gives_what_is_in_front_and_says_where),
		cmocka_unit_test(damage_is_named_with_its_place),
		cmocka_unit_test(what_is_no_file_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
