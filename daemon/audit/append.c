/* Writing.
 * I1: the file is opened for each write: whoever rotates it need not tell the daemon.
 * I2: a write that was not whole is cut off; number and seal go on as if it had not been tried.
 * I3: what a crash left of a line is cut before the next one.
 * I4: number and seal go on from the newest entry that the files hold. They are looked for once, before the first entry. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/base/log.h"
#include "daemon/vendor/crypto.h"
#include "parts.h"

#define SALT_BYTES 16
#define HEAD_LINES 64 /* looked at in each file for one with a seal */

struct end { uint64_t n; char seal[AUDIT_SEAL + 1]; };

struct trail {
	char state_dir[PATH_MAX];
	struct end written, added; /* the last entry that is in the file; the last that is to be */
	struct text lines;
	bool is_head_known, is_lost; /* lost: of what was to be added something was not */
};

struct trail *trail_new(const char *state_dir)
{
	struct trail *t = xcalloc(1, sizeof(*t));

	snprintf(t->state_dir, sizeof(t->state_dir), "%s", state_dir);
	return t;
}

void trail_free(struct trail *t)
{
	if (!t)
		return;
	text_free(&t->lines);
	free(t);
}

/* What stands behind the last newline will be cut (I3), and is no head though it may be whole. */
static bool ends_in_half_line(const struct audit_file *file)
{
	char last = '\n';

	return file->size > 0 && pread(file->fd, &last, 1, file->size - 1) == 1 && last != '\n';
}

/* False: it cannot be read. */
static bool find_head_in(const struct audit_file *file, struct end *head, bool *is_found)
{
	bool skips = ends_in_half_line(file), is_whole;
	struct audit_seal seal;
	struct bytes line;
	struct back b;

	back_begin(&b, file->fd, file->size);
	for (int i = 0; i < HEAD_LINES && !*is_found && back_line(&b, &line); i++, skips = false)
		*is_found = !skips && decode_audit_seal(line, &seal);
	if (*is_found) {
		head->n = seal.n;
		memcpy(head->seal, seal.seal.ptr, AUDIT_SEAL);
	}
	is_whole = !b.is_broken;
	back_end(&b);
	return is_whole;
}

/* I4 */
static bool find_head(struct trail *t)
{
	struct errbuf ignored = { "" };
	struct audit_files files;
	bool is_found = false, is_read = true;

	t->written = (struct end){ 0, AUDIT_NO_SEAL };
	if (audit_files_open(t->state_dir, &files, &ignored) != ERR_OK)
		return false;
	if (files.n_barred > 0)
		log_warn("audit", "%s; entries in it are out of reach", files.barred.text);
	for (size_t i = 0; i < files.list.n && is_read && !is_found; i++)
		is_read = find_head_in(&files.list.at[i], &t->written, &is_found);
	audit_files_close(&files);
	return is_read;
}

void trail_add(struct trail *t, struct text *entry)
{
	char digest[AUDIT_SEAL + 1], salt[2 * SALT_BYTES + 1];
	uint8_t chance[SALT_BYTES];

	t->is_head_known = t->is_head_known || find_head(t);
	t->is_lost |= !t->is_head_known;
	if (t->is_lost)
		return;
	if (t->lines.len == 0)
		t->added = t->written;
	BUG_ON(crypto_random(chance, sizeof(chance)) != ERR_OK);
	crypto_hex(chance, sizeof(chance), salt);
	json_member_int(entry, "n", (int64_t)++t->added.n);
	json_member_string(entry, "prev", bytes_of(t->added.seal));
	json_member_string(entry, "salt", bytes_of(salt));
	seal_digest(text_bytes(entry), digest);
	seal_make(bytes_of(t->added.seal), bytes_of(digest), t->added.seal);
	json_member_string(entry, "seal", bytes_make(t->added.seal, AUDIT_SEAL));
	json_close_object(entry);
	text_add(&t->lines, text_bytes(entry));
	text_addc(&t->lines, '\n');
}

/* I2 */
static bool write_whole(int fd, struct bytes lines)
{
	struct stat st;
	ssize_t n;

	if (file_cut_half_line(fd) != ERR_OK || fstat(fd, &st) != 0) /* I3 */
		return false;
	n = write(fd, lines.ptr, lines.len);
	if (n == (ssize_t)lines.len)
		return true;
	if (n > 0 && ftruncate(fd, st.st_size) != 0)
		return false; /* the next write cuts it: I3 */
	if (n >= 0)
		errno = ENOSPC;
	return false;
}

/* I1 */
static bool append(const struct trail *t)
{
	char path[PATH_MAX + sizeof(AUDIT_FILE) + 1];
	bool is_done;
	int fd;

	snprintf(path, sizeof(path), "%s/" AUDIT_FILE, t->state_dir);
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return false;
	is_done = write_whole(fd, text_bytes(&t->lines));
	return close(fd) == 0 && is_done;
}

bool trail_write(struct trail *t)
{
	bool is_done = !t->is_lost && append(t);

	if (is_done)
		t->written = t->added;
	text_clear(&t->lines);
	t->is_lost = false;
	return is_done;
}
