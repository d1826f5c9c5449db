/* Talking to the service manager (libsystemd): ready, status, watchdog, sockets it opened. All of it does nothing when
 * there is none. */
#ifndef ASSOCD_VENDOR_SD_H
#define ASSOCD_VENDOR_SD_H

#include "daemon/base/err.h"

#include <stdint.h>

/* Lines of sd_notify(3): "READY=1\nSTATUS=..." */
void sd_tell(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Half of the watchdog's time in microseconds, the pace at which to say WATCHDOG=1; 0 without one. */
int64_t sd_watchdog_pace_us(void);
/* Number of descriptors handed over (from 3 on), each a listening stream socket; ERR_INPUT when one is something else. */
enum err sd_sockets(unsigned *n, struct errbuf *eb) MUST_CHECK;
#define SD_FIRST_SOCKET 3

#endif
