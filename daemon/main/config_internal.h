/* Shared by the files of the configuration. */
#ifndef ASSOCD_MAIN_CONFIG_INTERNAL_H
#define ASSOCD_MAIN_CONFIG_INTERNAL_H

#include "config.h"

/* malloc'd. NULL outside a build tree. */
char *config_source_tree(void);
/* malloc'd, from dir where it is relative, without "." and ".." as far as no symbolic link forbids it. */
char *config_absolute(const char *dir, struct bytes path);
/* The same; "credential:NAME" is a file that the service manager hands over (systemd.exec(5), LoadCredential). */
char *config_path(const char *dir, struct bytes path);
char *config_default_state_dir(const char *config_dir);
/* When the file was written; 0: it cannot be looked at. */
int64_t config_written_ns(const char *path);
/* Index of the key in config_keys; BUG when there is none. */
unsigned config_key_index(const char *name);
/* The range of a number or a duration, as the file would write it. */
#define CONFIG_BOUND_SIZE 32
void config_bounds(const struct config_key *key, char low[CONFIG_BOUND_SIZE], char high[CONFIG_BOUND_SIZE]);

#endif
