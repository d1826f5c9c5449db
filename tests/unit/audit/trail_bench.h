/* A folder with an audit log of its own, for the tests of this folder. */
#ifndef ASSOCD_TESTS_TRAIL_BENCH_H
#define ASSOCD_TESTS_TRAIL_BENCH_H

#include "daemon/audit/trail.h"

#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "daemon/vendor/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

struct folder { char dir[64], path[160], other[160]; struct trail *trail; int64_t at_ms; };

static inline int make(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/assocd-test-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	f->trail = trail_new(f->dir);
	f->at_ms = INT64_C(1767225600000);
	*state = f;
	return 0;
}

static inline int end(void **state)
{
	struct folder *f = *state;
	char command[80];

	trail_free(f->trail);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	free(f);
	return system(command);
}

static inline const char *place(struct folder *f, const char *suffix)
{
	snprintf(f->path, sizeof(f->path), "%s/" AUDIT_FILE "%s", f->dir, suffix);
	return f->path;
}

static inline void rotate(struct folder *f, const char *from, const char *to)
{
	snprintf(f->other, sizeof(f->other), "%s", place(f, from));
	assert_int_equal(rename(f->other, place(f, to)), 0);
}

static inline void restart(struct folder *f)
{
	trail_free(f->trail);
	f->trail = trail_new(f->dir);
}

/* An entry a second. */
static inline void add(struct folder *f, const char *actor, const char *did, const char *account)
{
	struct text entry = { 0 };

	json_open_object(&entry);
	json_member_time(&entry, "at", f->at_ms += 1000);
	json_member_string(&entry, "actor", bytes_of(actor));
	json_member_string(&entry, "did", bytes_of(did));
	json_key(&entry, "accounts");
	json_open_array(&entry);
	if (account)
		json_string(&entry, bytes_of(account));
	json_close_array(&entry);
	trail_add(f->trail, &entry);
	text_free(&entry);
}

static inline void note(struct folder *f, const char *actor, const char *did, const char *account)
{
	add(f, actor, did, account);
	assert_true(trail_write(f->trail));
}

static inline struct audit_check whole(struct folder *f)
{
	struct audit_check check;
	struct errbuf eb = { "" };

	assert_int_equal(audit_verify(f->dir, BYTES_NONE, &check, &eb), ERR_OK);
	assert_string_equal(eb.text, "");
	return check;
}

static inline void assert_error(struct folder *f, enum err err, const char *place_of_it)
{
	struct audit_check check;
	struct errbuf eb = { "" };

	assert_int_equal(audit_verify(f->dir, BYTES_NONE, &check, &eb), err);
	if (!strstr(eb.text, place_of_it))
		fail_msg("no \"%s\" in: %s", place_of_it, eb.text);
}

static inline void assert_broken(struct folder *f, const char *place_of_it)
{
	assert_error(f, ERR_CORRUPT, place_of_it);
}

static inline struct text content(struct folder *f, const char *suffix)
{
	struct text out = { 0 };

	assert_int_equal(file_read(place(f, suffix), 64 << 20, &out, NULL), ERR_OK);
	return out;
}

static inline void put(struct folder *f, const char *suffix, const char *how, struct bytes what)
{
	FILE *file = fopen(place(f, suffix), how);

	assert_non_null(file);
	assert_int_equal(fwrite(what.ptr, 1, what.len, file), what.len);
	fclose(file);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, end)

#endif
