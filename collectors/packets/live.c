/* libpcap over a memory-mapped ring of the kernel. Counters of the kernel are 32 bits wide and start at the opening. */
#include "live.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define READ_TIMEOUT_MS 20 /* a block that is not full is handed over after so long */

struct live {
	pcap_t *handle;
	live_fn *fn;
	void *arg;
	struct pcap_stat last; /* as the kernel said it */
	struct live_numbers sum;
};

static enum err refused(int code, const struct live_setup *setup, pcap_t *handle, struct errbuf *eb)
{
	if (code == PCAP_ERROR_PERM_DENIED || code == PCAP_ERROR_PROMISC_PERM_DENIED)
		return errbuf_set(eb, ERR_DENIED, "capturing on %s needs the capability CAP_NET_RAW: start assocd-capture.service, or give it to "
				  "the program with `setcap cap_net_raw+ep` and its path, or start assocd as root", setup->interface);
	if (code == PCAP_ERROR_NO_SUCH_DEVICE)
		return errbuf_set(eb, ERR_NOTFOUND, "there is no interface %s; `ip link` lists them", setup->interface);
	if (code == PCAP_ERROR_IFACE_NOT_UP)
		return errbuf_set(eb, ERR_NOTFOUND, "the interface %s is down", setup->interface);
	return errbuf_set(eb, ERR_IO, "cannot capture on %s: %s", setup->interface, pcap_geterr(handle));
}

static enum err set_filter(pcap_t *handle, const struct live_setup *setup, struct errbuf *eb)
{
	struct bpf_program program;
	enum err err = ERR_OK;

	if (pcap_compile(handle, &program, setup->filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return errbuf_set(eb, ERR_INPUT, "the filter \"%s\" is wrong: %s; pcap-filter(7) says how it is written", setup->filter,
				  pcap_geterr(handle));
	if (pcap_setfilter(handle, &program) != 0)
		err = errbuf_set(eb, ERR_IO, "the kernel does not take the filter: %s", pcap_geterr(handle));
	pcap_freecode(&program);
	return err;
}

static enum err activate(pcap_t *handle, const struct live_setup *setup, struct errbuf *eb)
{
	char text[PCAP_ERRBUF_SIZE];
	int code;

	pcap_set_snaplen(handle, setup->snaplen);
	pcap_set_promisc(handle, setup->is_promiscuous);
	pcap_set_buffer_size(handle, setup->buffer_bytes);
	pcap_set_timeout(handle, READ_TIMEOUT_MS);
	code = pcap_activate(handle);
	if (code < 0)
		return refused(code, setup, handle, eb);
	if (pcap_setnonblock(handle, 1, text) != 0)
		return errbuf_set(eb, ERR_IO, "cannot capture on %s: %s", setup->interface, text);
	return set_filter(handle, setup, eb);
}

enum err live_open(const struct live_setup *setup, struct live **out, struct errbuf *eb)
{
	char text[PCAP_ERRBUF_SIZE];
	pcap_t *handle = pcap_create(setup->interface, text);
	enum err err;

	if (!handle)
		return errbuf_set(eb, ERR_IO, "cannot capture on %s: %s", setup->interface, text);
	err = activate(handle, setup, eb);
	if (err) {
		pcap_close(handle);
		return err;
	}
	*out = xcalloc(1, sizeof(**out));
	(*out)->handle = handle;
	return ERR_OK;
}

int live_fd(const struct live *l)
{
	return pcap_get_selectable_fd(l->handle);
}

unsigned live_link(const struct live *l)
{
	return (unsigned)pcap_datalink(l->handle);
}

static void on_packet(u_char *user, const struct pcap_pkthdr *head, const u_char *packet)
{
	struct live *l = (struct live *)user;

	l->fn(l->arg, bytes_make((const char *)packet, head->caplen), head->len, head->ts.tv_sec * INT64_C(1000000) + head->ts.tv_usec);
}

enum err live_read(struct live *l, int max, live_fn *fn, void *arg, struct errbuf *eb)
{
	l->fn = fn;
	l->arg = arg;
	if (pcap_dispatch(l->handle, max, on_packet, (u_char *)l) >= 0)
		return ERR_OK;
	return errbuf_set(eb, ERR_IO, "%s", pcap_geterr(l->handle));
}

void live_numbers(struct live *l, struct live_numbers *out)
{
	struct pcap_stat now;

	if (pcap_stats(l->handle, &now) == 0) {
		l->sum.received += now.ps_recv - l->last.ps_recv;
		l->sum.dropped += now.ps_drop - l->last.ps_drop;
		l->sum.dropped_by_interface += now.ps_ifdrop - l->last.ps_ifdrop;
		l->last = now;
	}
	*out = l->sum;
}
