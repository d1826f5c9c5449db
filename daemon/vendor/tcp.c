/* What the kernel knows of a TCP connection. */
#include "tcp.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define ESTABLISHED 1 /* as tcpi_state has it; <netinet/tcp.h>, which names it, lacks tcpi_notsent_bytes */

bool tcp_is_received(int fd)
{
	struct tcp_info told = { 0 };
	socklen_t n = sizeof(told);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &told, &n) != 0)
		return true;
	return told.tcpi_state != ESTABLISHED || (told.tcpi_unacked == 0 && told.tcpi_notsent_bytes == 0);
}
