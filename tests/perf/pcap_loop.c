/* The yardstick of reading captures: libpcap's loop, which counts packets and bytes and does nothing else. */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

struct sum { uint64_t packets, bytes; unsigned first; };

static void count(u_char *arg, const struct pcap_pkthdr *header, const u_char *packet)
{
	struct sum *sum = (struct sum *)(void *)arg;
	sum->packets++;
	sum->bytes += header->caplen;
	sum->first += packet[0];
}

int main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE] = "usage: pcap_loop FILE";
	pcap_t *file = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;
	struct sum sum = { 0 };

	if (file == NULL || pcap_loop(file, -1, count, (u_char *)&sum) < 0) {
		fprintf(stderr, "pcap_loop: %s\n", file != NULL ? pcap_geterr(file) : why);
		return 1;
	}
	pcap_close(file);
	printf("{\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"first\":%u}\n", sum.packets, sum.bytes, sum.first);
	return 0;
}
