/* A recorded capture from end to end, in bounded memory. */
#ifndef ASSOCD_COLLECTORS_PACKETS_RECORDING_H
#define ASSOCD_COLLECTORS_PACKETS_RECORDING_H

#include "packet.h"

#define RECORDING_BATCH 32

/* Packets in the order of the file, at most RECORDING_BATCH; borrowed for the call. */
typedef void recording_fn(void *arg, const struct captured *packets, size_t n);

/* path "-": standard input. What is in front of a damaged place was given to fn; the error says path, place and what is wrong:
 * ERR_IO, ERR_NOTFOUND, ERR_DENIED, ERR_INPUT for what is no file, ERR_CORRUPT for what is no capture or is cut short. */
enum err recording_read(const char *path, recording_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;

#endif
