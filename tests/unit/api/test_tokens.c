/* Tokens and their files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/api/token_lines.h"
#include "daemon/vendor/crypto.h"

struct scene {
	char dir[64], admin[128], tokens[128];
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	snprintf(s->dir, sizeof(s->dir), "/tmp/test_tokens.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->admin, sizeof(s->admin), "%s/admin.token", s->dir);
	snprintf(s->tokens, sizeof(s->tokens), "%s/tokens", s->dir);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	unlink(s->admin);
	unlink(s->tokens);
	rmdir(s->dir);
	free(s);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void hash_of(const char *token, char hex[65])
{
	uint8_t hash[CRYPTO_HASH_SIZE];

	crypto_sha256(bytes_of(token), hash);
	crypto_hex(hash, sizeof(hash), hex);
}

static void the_first_start_makes_a_private_token_that_stays(void **state)
{
	struct scene *s = *state;
	struct tokens *t;
	struct token_grant grant;
	struct stat st;
	char token[100];
	FILE *f;

	for (int start = 0; start < 2; start++) {
		assert_int_equal(tokens_open(s->dir, &t, NULL), ERR_OK);
		assert_int_equal(stat(s->admin, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		if (start == 0) {
			f = fopen(s->admin, "r");
			assert_int_equal(fscanf(f, "%99s", token), 1);
			fclose(f);
			assert_int_equal(strlen(token), 64);
		}
		assert_true(tokens_check(t, bytes_of(token), &grant));
		assert_true(grant.roles & ROLE_ADMIN && grant.roles & ROLE_TRUSTED && grant.roles & ROLE_INGEST);
		assert_string_equal(grant.name, "admin");
		token[3] ^= 1;
		assert_false(tokens_check(t, bytes_of(token), &grant));
		token[3] ^= 1;
		assert_false(tokens_check(t, bytes_slice(bytes_of(token), 0, 63), &grant));
		assert_false(tokens_check(t, BYTES_NONE, &grant));
		tokens_free(t);
	}
}

static void further_tokens_have_the_roles_of_their_line(void **state)
{
	struct scene *s = *state;
	char hex[65], file[400];
	struct tokens *t;
	struct token_grant grant;

	hash_of("shop-token", hex);
	snprintf(file, sizeof(file), "# shops\n\nshop ingest,read %s\nfeed ingest %s trusted\n", hex, "00000000000000000000000000000000000000000000000000000000000000ff");
	write_file(s->tokens, file);
	assert_int_equal(tokens_open(s->dir, &t, NULL), ERR_OK);
	assert_true(tokens_check(t, BYTES_LIT("shop-token"), &grant));
	assert_int_equal(grant.roles, ROLE_INGEST | ROLE_READ);
	assert_string_equal(grant.name, "shop");
	tokens_free(t);
}

static enum err note_line(void *arg, const struct token_line *line, struct errbuf *eb)
{
	struct text *out = arg;

	text_addf(out, "%s:%u:%u ", line->grant.name, line->grant.roles, line->grant.rate);
	return ERR_OK;
}

static void a_made_token_is_known_until_it_is_revoked(void **state)
{
	struct scene *s = *state;
	struct token_grant grant = { .roles = ROLE_INGEST | ROLE_TRUSTED, .rate = 9, .name = "shop" }, found;
	struct text secret = { 0 }, lines = { 0 };
	struct tokens *t;
	struct stat st;

	write_file(s->tokens, "# kept\nold read 00000000000000000000000000000000000000000000000000000000000000ff"); /* no line feed */
	assert_int_equal(token_add(s->dir, &grant, &secret, NULL), ERR_OK);
	assert_int_equal(stat(s->tokens, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(tokens_open(s->dir, &t, NULL), ERR_OK);
	assert_false(tokens_have_changed(t, s->dir));
	assert_true(tokens_check(t, text_bytes(&secret), &found));
	assert_int_equal(found.roles, grant.roles);
	assert_int_equal(found.rate, 9);
	assert_int_equal(token_lines_read(s->dir, note_line, &lines, NULL), ERR_OK);
	assert_string_equal(lines.ptr, "old:2:0 shop:17:9 ");
	assert_int_equal(token_add(s->dir, &grant, &secret, NULL), ERR_EXISTS);
	assert_int_equal(token_revoke(s->dir, BYTES_LIT("shop"), NULL), ERR_OK);
	assert_true(tokens_have_changed(t, s->dir));
	tokens_free(t);
	assert_int_equal(token_revoke(s->dir, BYTES_LIT("shop"), NULL), ERR_NOTFOUND);
	assert_int_equal(tokens_open(s->dir, &t, NULL), ERR_OK);
	assert_false(tokens_check(t, bytes_slice(text_bytes(&secret), 0, 64), &found));
	tokens_free(t);
	text_free(&secret);
	text_free(&lines);
}

static void names_that_could_break_a_line_are_refused(void **state)
{
	static const char *const wrong[] = { "", "admin", "a b", "a\nb read", "#a", "\xc3\xa4", "a\tb", "a/b" };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(token_name_is_fine(bytes_of(wrong[i])));
	assert_true(token_name_is_fine(BYTES_LIT("shop-1.eu_west")));
}

static void roles_are_printed_as_they_are_read(void **state)
{
	static const char *const words[] = { "ingest", "read", "analyst", "admin", "ingest,read", "ingest,analyst" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct text out = { 0 };

		role_print(&out, role_parse(bytes_of(words[i])));
		assert_string_equal(out.ptr, words[i]);
		text_free(&out);
	}
}

static void a_wrong_line_is_named_with_its_number(void **state)
{
	static const char *const wrong[] = {
		"a ingest 12\n", "a king 0000000000000000000000000000000000000000000000000000000000000000\n", "a\n",
		"a ingest 000000000000000000000000000000000000000000000000000000000000000z\n",
		"a ingest 0000000000000000000000000000000000000000000000000000000000000000 truested\n",
		"a ingest 0000000000000000000000000000000000000000000000000000000000000000 rate=0\n",
		"a ingest 0000000000000000000000000000000000000000000000000000000000000000 trusted rate=many\n",
	};
	struct scene *s = *state;
	struct tokens *t;
	char file[200];

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct errbuf eb = { 0 };

		snprintf(file, sizeof(file), "# first\n%s", wrong[i]);
		write_file(s->tokens, file);
		assert_int_equal(tokens_open(s->dir, &t, &eb), ERR_INPUT);
		assert_non_null(strstr(eb.text, "tokens:2: "));
	}
}

static void an_empty_admin_token_is_refused(void **state)
{
	struct scene *s = *state;
	struct errbuf eb = { 0 };
	struct tokens *t;

	write_file(s->admin, "\n");
	assert_int_equal(tokens_open(s->dir, &t, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "admin.token"));
}

static void roles_include_what_they_stand_for(void **state)
{
	assert_int_equal(role_parse(BYTES_LIT("analyst")), ROLE_ANALYST | ROLE_READ);
	assert_int_equal(role_parse(BYTES_LIT("ingest")), ROLE_INGEST);
	assert_int_equal(role_parse(BYTES_LIT("ingest,")), ROLE_INGEST);
	assert_int_equal(role_parse(BYTES_LIT("")), 0);
	assert_int_equal(role_parse(BYTES_LIT("trusted")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_start_makes_a_private_token_that_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(further_tokens_have_the_roles_of_their_line, setup, teardown),
		cmocka_unit_test_setup_teardown(a_made_token_is_known_until_it_is_revoked, setup, teardown),
		cmocka_unit_test(names_that_could_break_a_line_are_refused),
		cmocka_unit_test(roles_are_printed_as_they_are_read),
		cmocka_unit_test_setup_teardown(a_wrong_line_is_named_with_its_number, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_admin_token_is_refused, setup, teardown),
		cmocka_unit_test(roles_include_what_they_stand_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
