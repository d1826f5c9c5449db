/* The folder of the state, and the files of random bytes in it. */
#ifndef ASSOCD_MAIN_STATE_FOLDER_H
#define ASSOCD_MAIN_STATE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/err.h"

#define STATE_KEY_SIZE 32

/* Makes it, and what it is in, where they are missing. ERR_IO: it is no folder, cannot be made or not be written to. */
enum err state_folder_make(const char *dir, struct errbuf *eb) MUST_CHECK;
/* A file of random bytes. ERR_NOTFOUND without a text: there is none, and none may be made. */
enum err state_folder_secret(const char *path, bool may_make, uint8_t key[STATE_KEY_SIZE], struct errbuf *eb) MUST_CHECK;

#endif
