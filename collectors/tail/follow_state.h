/* What following a file knows; shared by its two files. */
#ifndef ASSOCD_COLLECTORS_TAIL_FOLLOW_STATE_H
#define ASSOCD_COLLECTORS_TAIL_FOLLOW_STATE_H

#include <sys/stat.h>

#include "daemon/base/vec.h"
#include "follow.h"

#define FINGERPRINT_MAX 256 /* first bytes of a file that tell it from another with its inode number */
#define FINGERPRINT_COPY 48 /* at least so many must agree for a copy */

/* The path's file, one that had the path before, or (ino 0) what a truncated file held. */
struct followed {
	dev_t dev;
	ino_t ino;
	int fd; /* -1: not open */
	int64_t offset;
	int64_t size_seen; /* at the last reading to the end */
	uint64_t print;
	uint32_t print_length;
	int64_t lines;         /* before offset, -1: it was not read from its beginning */
	int64_t taken;         /* bytes of a last line without newline that were given out, from offset on */
	int64_t grown_us;      /* when it was last seen to change */
	int64_t idle_since_us; /* without the path; 0: not idle */
	bool is_skipping; /* inside a line that is too long */
	bool is_seen;     /* in the directory, at this look */
};

struct follow {
	char *path, *dir, *base;
	bool from_end;
	bool is_known;   /* has looked before, now or in an earlier life */
	bool is_barred;  /* at this look: whatever has the path may not be read, and may be old */
	bool must_look;
	struct VEC(struct followed) files; /* oldest first */
	dev_t dev; /* of the path's file at the last look */
	ino_t ino;
	uint64_t line; /* that is being given out, 0: nobody knows its number */
	struct follow_counts counts;
	char trouble[400];
	bool is_trouble_new;
};

/* Looks at the directory: opens what is unread, forgets what is gone. */
void follow_look(struct follow *f);
/* Fingerprint of the first `length` bytes; false when the file is shorter or unreadable. */
bool follow_print(int fd, uint32_t length, uint64_t *print);
void follow_set_trouble(struct follow *f, const char *path, const char *why);

#endif
