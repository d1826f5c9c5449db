/* What the files of this folder share. */
#ifndef ASSOCD_AUDIT_PARTS_H
#define ASSOCD_AUDIT_PARTS_H

#include <sys/types.h>

#include "daemon/base/vec.h"
#include "trail.h"

#define AUDIT_NO_SEAL "0000000000000000000000000000000000000000000000000000000000000000" /* in front of the first entry */
#define AUDIT_LINE_MAX (1u << 20) /* longer ones are no entries */

/* The seal of an entry whose body hashes to digest, behind one that has the seal `before`. */
void seal_make(struct bytes before, struct bytes digest, char out[AUDIT_SEAL + 1]);
void seal_digest(struct bytes body, char out[AUDIT_SEAL + 1]);

/* The log and what rotation made of it, newest first, all open: a rotation meanwhile changes nothing. */
struct audit_file {
	char *path;
	int fd;
	uint64_t inode;
	off_t size;
};
struct audit_files {
	struct VEC(struct audit_file) list;
	unsigned compressed;
	unsigned n_barred;    /* that could not be opened */
	struct errbuf barred; /* why, of the first of them */
};
enum err audit_files_open(const char *state_dir, struct audit_files *out, struct errbuf *eb) MUST_CHECK;
/* An error when there is one that cannot be opened. */
enum err audit_files_open_all(const char *state_dir, struct audit_files *out, struct errbuf *eb) MUST_CHECK;
void audit_files_close(struct audit_files *files);

/* Lines of a file, the last first. */
struct back {
	int fd;
	off_t from;       /* of held in the file */
	struct text held; /* what was read and not given yet */
	uint64_t read;    /* bytes so far */
	bool is_broken;
};
void back_begin(struct back *b, int fd, off_t end);
/* Without its newline, valid until the next call; false: there are none. What stands behind the last newline is given too. */
bool back_line(struct back *b, struct bytes *line);
/* Where the line that was given last begins in the file. */
off_t back_at(const struct back *b);
void back_end(struct back *b);

#endif
