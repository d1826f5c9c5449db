/* The one file that includes libsystemd's sd-daemon. */
#include "sd.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

void sd_tell(const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)sd_notify(0, text);
}

int64_t sd_watchdog_pace_us(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)(us / 2) : 0;
}

enum err sd_sockets(unsigned *n, struct errbuf *eb)
{
	int count = sd_listen_fds(1);

	*n = 0;
	if (count < 0)
		return errbuf_set(eb, ERR_IO, "the sockets of the service manager cannot be taken over: %s", strerror(-count));
	for (int i = 0; i < count; i++)
		if (sd_is_socket(SD_LISTEN_FDS_START + i, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
			return errbuf_set(eb, ERR_INPUT, "descriptor %d of the service manager is no listening stream socket",
					  SD_LISTEN_FDS_START + i);
	*n = (unsigned)count;
	return ERR_OK;
}
