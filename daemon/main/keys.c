/* Keys of hashed kinds and their change.
 * I1: a value has one identity at a time, its hash under `now`; the second hash is only carried along. So nothing that is
 *     reported depends on a key, or on whether one is being changed.
 * I2: hash.key.old is there from before hash.key is another until no value needs it: whatever is interrupted, the fact in the
 *     database says which of the two values match by.
 * I3: the event at which the old key retires is noted while nothing is on its way, in one transaction with the new identity. */
#include "keys.h"

#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "daemon/base/log.h"
#include "state_folder.h"

#define PATH_SIZE 4200

struct key_change {
	struct daemon *d;
	struct store_query query;
	struct hmac_key *made;
	uint64_t fingerprint, identity; /* of the new key, of the one in use */
	int64_t at_ms;
	enum err result;
	struct errbuf error;
	api_rotated_fn *done;
	void *done_arg;
};

static void place(char path[PATH_SIZE], const char *dir, const char *name)
{
	snprintf(path, PATH_SIZE, "%s/%s", dir, name);
}

/* ERR_NOTFOUND without a text: there is none, and none may be made. */
static enum err read_key(const char *path, bool may_make, struct hmac_key **out, uint64_t *fingerprint, struct errbuf *eb)
{
	uint8_t key[STATE_KEY_SIZE], sum[CRYPTO_HASH_SIZE];
	enum err err = state_folder_secret(path, may_make, key, eb);
	if (err != ERR_OK)
		return err;
	crypto_sha256(bytes_make((const char *)key, sizeof(key)), sum);
	memcpy(fingerprint, sum, sizeof(*fingerprint));
	*out = hmac_key_new(bytes_make((const char *)key, sizeof(key)));
	explicit_bzero(key, sizeof(key));
	return ERR_OK;
}

/* -- start -- */

/* The old one is of no use any more, or is the same: what a crash left. */
static void drop_old(struct keys *k, const char *old_path)
{
	hmac_key_free(k->next);
	k->next = NULL;
	k->next_fingerprint = 0;
	unlink(old_path);
}

/* I2. On entry now is hash.key's and next is hash.key.old's. */
static void sort_out(struct keys *k, uint64_t identity, const char *old_path)
{
	struct keys swapped = { k->next, k->now, k->next_fingerprint, k->fingerprint, 0, NULL };
	if (k->next_fingerprint == identity && k->fingerprint != identity)
		*k = swapped;
	else
		drop_old(k, old_path);
}

static enum err since(const char *dir, struct keys *k, struct errbuf *eb)
{
	uint64_t changed_ms = 0;
	enum err err = store_fact(dir, KEYS_FACT_CHANGED, &changed_ms, eb);
	if (err == ERR_OK && changed_ms > 0) {
		k->changed_ms = (int64_t)changed_ms;
		return ERR_OK;
	}
	if (err != ERR_OK && (err != ERR_NOTFOUND || eb->text[0] != '\0'))
		return err;
	k->changed_ms = clock_wall_ms();
	return store_set_fact(dir, KEYS_FACT_CHANGED, (uint64_t)k->changed_ms, eb);
}

enum err keys_load(struct keys *k, const char *dir, uint64_t identity, struct errbuf *eb)
{
	char path[PATH_SIZE], old_path[PATH_SIZE];
	place(path, dir, "hash.key");
	place(old_path, dir, "hash.key.old");
	enum err err = read_key(path, false, &k->now, &k->fingerprint, eb);
	if (err == ERR_NOTFOUND)
		return errbuf_set(eb, err, "%s is missing, and this journal was written with it; bring it back from a backup, or start "
				  "with another state folder", path);
	if (err != ERR_OK)
		return err;
	err = read_key(old_path, false, &k->next, &k->next_fingerprint, eb);
	if (err == ERR_OK)
		sort_out(k, identity, old_path);
	else if (err != ERR_NOTFOUND)
		return err;
	if (k->fingerprint != identity)
		return errbuf_set(eb, ERR_CORRUPT, "%s is not the key that this journal was written with; bring it back from a backup, "
				  "or start with another state folder", path);
	return k->next != NULL ? since(dir, k, eb) : ERR_OK;
}

enum err keys_make(struct keys *k, const char *dir, struct errbuf *eb)
{
	char path[PATH_SIZE];
	place(path, dir, "hash.key");
	enum err err = read_key(path, true, &k->now, &k->fingerprint, eb);
	return err != ERR_OK ? err : store_set_fact(dir, KEYS_FACT, k->fingerprint, eb);
}

void keys_fini(struct keys *k)
{
	hmac_key_free(k->now);
	hmac_key_free(k->next);
}

/* -- a new key -- */

static bool holds(const char *path, uint64_t identity)
{
	struct hmac_key *key = NULL;
	uint64_t fingerprint = 0;
	struct errbuf ignored = { "" };
	bool is_it = read_key(path, false, &key, &fingerprint, &ignored) == ERR_OK && fingerprint == identity;
	hmac_key_free(key);
	return is_it;
}

/* The key in use goes by the old name, too. A change that failed may have left it there alone; whatever else lies there is of no
 * use. */
static enum err keep_in_use(const char *path, const char *old_path, struct key_change *c)
{
	if (holds(old_path, c->identity))
		return ERR_OK;
	if (!holds(path, c->identity))
		return errbuf_set(&c->error, ERR_CORRUPT, "%s is not the key in use; bring it back from a backup", path);
	unlink(old_path);
	return link(path, old_path) == 0 ? ERR_OK : errbuf_set(&c->error, ERR_IO, "%s: %m", old_path);
}

/* I2: the old name first, then the new content under the name of always. */
static enum err put_in_place(const char *dir, struct key_change *c)
{
	char path[PATH_SIZE], old_path[PATH_SIZE], new_path[PATH_SIZE];
	place(path, dir, "hash.key");
	place(old_path, dir, "hash.key.old");
	place(new_path, dir, "hash.key.new");
	unlink(new_path);
	enum err err = keep_in_use(path, old_path, c);
	if (err == ERR_OK)
		err = read_key(new_path, true, &c->made, &c->fingerprint, &c->error);
	if (err != ERR_OK)
		return err;
	if (rename(new_path, path) != 0)
		return errbuf_set(&c->error, ERR_IO, "%s: %m", path);
	return file_sync_folder(dir, &c->error);
}

static void run_change(struct store_query *q, const char *dir)
{
	struct key_change *c = q->owner;
	c->result = put_in_place(dir, c);
	if (c->result == ERR_OK)
		c->result = store_set_fact(dir, KEYS_FACT_CHANGED, (uint64_t)c->at_ms, &c->error);
}

static int64_t old_until_ms(const struct daemon *d)
{
	return d->config->retain_hash_ms > 0 ? d->keys.changed_ms + d->config->retain_hash_ms : 0;
}

static void change_back(struct store_query *q)
{
	struct key_change *c = q->owner;
	struct keys *k = &c->d->keys;
	k->change = NULL;
	if (c->result == ERR_OK) {
		k->next = c->made;
		k->next_fingerprint = c->fingerprint;
		k->changed_ms = c->at_ms;
		c->d->context.next_key = k->next;
		log_info("keys", "values of hashed kinds are hashed under a new key, too; the old one stays in use until all of its values have "
			 "had their time%s", c->d->config->retain_hash_ms > 0 ? "" : ", which they have never: `retain_hash` is not set");
	} else {
		hmac_key_free(c->made);
	}
	c->done(c->done_arg, c->result, c->error.text, old_until_ms(c->d));
	free(c);
}

void keys_rotate(void *arg, api_rotated_fn *done, void *done_arg)
{
	struct daemon *d = arg;
	if (d->keys.next != NULL || d->keys.change != NULL) {
		done(done_arg, ERR_EXISTS, "the key before this one is still in use; `assocctl status --json` says until when", old_until_ms(d));
		return;
	}
	struct key_change *c = xcalloc(1, sizeof(*c));
	*c = (struct key_change){ .d = d, .identity = d->keys.fingerprint, .at_ms = clock_wall_ms(), .done = done, .done_arg = done_arg };
	c->query = (struct store_query){ run_change, change_back, c };
	d->keys.change = c;
	if (!d->wants_stop && store_ask(d->store, &c->query) == ERR_OK)
		return;
	d->keys.change = NULL;
	free(c);
	done(done_arg, ERR_BUSY, "as many questions wait as can be answered", 0);
}

bool keys_are_changing(const struct daemon *d)
{
	return d->keys.change != NULL;
}

/* -- the old one retires -- */

bool keys_old_has_had_its_time(const struct daemon *d)
{
	return d->keys.next != NULL && old_until_ms(d) > 0 && clock_wall_ms() >= old_until_ms(d);
}

enum err keys_note_retired(const struct daemon *d, const char *dir, uint64_t through, struct errbuf *eb)
{
	const struct store_fact_row rows[] = { { KEYS_FACT_THROUGH, through }, { KEYS_FACT, d->keys.next_fingerprint },
					       { KEYS_FACT_CHANGED, 0 } }; /* the next change has a time of its own */
	return store_set_facts(dir, rows, ARRAY_LEN(rows), eb); /* I3 */
}

void keys_retire(struct daemon *d)
{
	struct keys *k = &d->keys;
	struct hmac_key *old = k->now;
	char old_path[PATH_SIZE];
	k->now = k->next;
	k->fingerprint = k->next_fingerprint;
	d->context.hash_key = k->now;
	d->context.next_key = k->next = NULL;
	api_set_hash_key(d->api, k->now);
	hmac_key_free(old);
	place(old_path, d->config->state_dir, "hash.key.old");
	unlink(old_path);
	log_info("keys", "the old key of hashed kinds is gone: no value needs it any more");
}

void report_keys(const struct daemon *d, struct text *json)
{
	json_key(json, "hash_key");
	json_open_object(json);
	json_member_bool(json, "is_changing", d->keys.next != NULL);
	if (d->keys.next != NULL)
		json_member_time(json, "changed", d->keys.changed_ms);
	if (d->keys.next != NULL && old_until_ms(d) > 0)
		json_member_time(json, "old_until", old_until_ms(d));
	json_close_object(json);
}
