/* The form of addresses, as libcurl reads them; nothing is resolved here. libcurl forgives slips of the pen that are refused
 * here, because they mean another place than the one that was meant: a third slash before the host, and a colon without the
 * port that should follow. */
#include "address.h"

#include <arpa/inet.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/vendor/fetch.h"

#define NAME_LEN_MAX 253 /* of DNS */

static enum err read_url(const char *url, struct fetch_place *place, struct errbuf *why)
{
	enum err err = fetch_read_url(url, place, why);

	if (err)
		return err;
	if (strlen(place->host) > NAME_LEN_MAX)
		return errbuf_set(why, ERR_LIMIT, "a name of more than %d characters", NAME_LEN_MAX);
	return place->port == 0 ? errbuf_set(why, ERR_INPUT, "port 0") : ERR_OK;
}

enum err address_check_url(const char *url, struct errbuf *why)
{
	const char *mark = strstr(url, "://"), *whom = mark ? mark + 3 : url;
	size_t end = strcspn(whom, "/?#");
	struct fetch_place place;

	if (end == 0)
		return errbuf_set(why, ERR_INPUT, "nothing stands between :// and the path");
	if (whom[end - 1] == ':')
		return errbuf_set(why, ERR_INPUT, "no port follows the colon");
	if (memchr(whom, '@', end) != memrchr(whom, '@', end)) /* libcurl takes the first, others the last */
		return errbuf_set(why, ERR_INPUT, "an @ of a password is written %%40");
	return read_url(url, &place, why);
}

/* HOST:PORT alone. */
static bool read_host_port(struct bytes text, struct fetch_place *place)
{
	struct text url = { 0 };
	bool is_read;

	text_addf(&url, "http://%.*s", BYTES_ARG(text));
	is_read = !url.ptr[7 + strcspn(url.ptr + 7, "/?#@")] && read_url(url.ptr, place, NULL) == ERR_OK && place->port > 0;
	text_free(&url);
	return is_read;
}

bool address_is_host_port(struct bytes text)
{
	struct fetch_place place;

	return read_host_port(text, &place);
}

bool address_is_ip_port(struct bytes text)
{
	struct fetch_place place;
	struct in_addr ip;

	if (!read_host_port(text, &place))
		return false;
	/* libcurl writes short forms out in full: 10.1 is 10.0.0.1. */
	return place.host[0] == '[' || (inet_pton(AF_INET, place.host, &ip) == 1 && bytes_starts(text, bytes_of(place.host)));
}

bool address_is_syslog(struct bytes text)
{
	if (bytes_starts(text, BYTES_LIT("unix:")))
		return text.len > 5;
	if (bytes_starts(text, BYTES_LIT("udp:")))
		return address_is_ip_port(bytes_slice(text, 4, text.len));
	return (bytes_starts(text, BYTES_LIT("tcp:")) || bytes_starts(text, BYTES_LIT("tls:"))) &&
	       address_is_host_port(bytes_slice(text, 4, text.len));
}
