/* Labels: who is one person, whom to leave out, what is wrong with a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/ctl/labels.h"

static char path[] = "/tmp/assocd-labels-XXXXXX";

static enum err read_text(const char *text, struct labels **out, struct errbuf *eb)
{
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	*eb = (struct errbuf){ { 0 } };
	return labels_read(path, out, eb);
}

static enum label of(const struct labels *l, const char *a, const char *b)
{
	assert_int_equal(labels_of(l, bytes_of(a), bytes_of(b)), labels_of(l, bytes_of(b), bytes_of(a)));
	return labels_of(l, bytes_of(a), bytes_of(b));
}

static void an_operator_and_clients_are_left_out(void **state)
{
	struct labels *l;
	struct errbuf eb;
	assert_int_equal(read_text("account,kind,person,operator_person\na,x,p1,\nb,x,p1,\nc,x,p2,boss\nd,x,p3,boss\ne,x,boss,\nf,x,p3,boss\n"
				   "a,x,p1,\n", &l, &eb), ERR_OK);
	assert_int_equal(of(l, "a", "b"), LABEL_SAME);
	assert_int_equal(of(l, "a", "c"), LABEL_DIFFERENT);
	assert_int_equal(of(l, "c", "d"), LABEL_LEFT_OUT);
	assert_int_equal(of(l, "c", "e"), LABEL_LEFT_OUT);
	assert_int_equal(of(l, "a", "e"), LABEL_DIFFERENT);
	assert_int_equal(of(l, "d", "f"), LABEL_SAME); /* one client's two accounts */
	assert_int_equal(of(l, "a", "nobody"), LABEL_NONE);
	assert_int_equal(labels_counts(l).accounts, 6);
	labels_meet(l, BYTES_LIT("a"));
	labels_meet(l, BYTES_LIT("nobody"));
	assert_true(labels_counts(l).met == 1 && labels_counts(l).unknown == 1);
	labels_free(l);
}

static void a_judged_pair_goes_before_persons(void **state)
{
	struct labels *l = labels_new();
	labels_judge_pair(l, BYTES_LIT("a"), BYTES_LIT("b"), true);
	labels_judge_pair(l, BYTES_LIT("c"), BYTES_LIT("b"), false);
	labels_judge_pair(l, BYTES_LIT("a"), BYTES_LIT("a"), true);
	assert_int_equal(of(l, "a", "b"), LABEL_SAME);
	assert_int_equal(of(l, "b", "c"), LABEL_DIFFERENT);
	assert_int_equal(of(l, "a", "c"), LABEL_NONE);
	labels_judge_pair(l, BYTES_LIT("b"), BYTES_LIT("a"), false);
	assert_int_equal(of(l, "a", "b"), LABEL_DIFFERENT);
	assert_int_equal(labels_counts(l).pairs, 2);
	assert_int_equal(labels_add(l, BYTES_LIT("a"), BYTES_LIT("p"), BYTES_NONE), ERR_OK);
	assert_int_equal(labels_add(l, BYTES_LIT("b"), BYTES_LIT("p"), BYTES_NONE), ERR_OK);
	assert_int_equal(of(l, "a", "b"), LABEL_DIFFERENT);
	labels_free(l);
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "", ": empty: there is no header line" },
		{ "account,person\n", ": there is no account in it" },
		{ "account,owner\na,b\n", ":1: the header has no column 'person'" },
		{ "account,person\na\n", ":2: 1 fields, the header has 2" },
		{ "account,person\n,p\n", ":2: the account is empty" },
		{ "account,person\n\na,\n", ":3: the person of account 'a' is empty" },
		{ "account,person\na,p\nb,p\na,q\n", ":4: account 'a' is there before with another person or operator" },
		{ "account,person,operator_person\na,p,\na,p,o\n", ":3: account 'a' is there before" },
		{ "account,person\na,\"p\n", ":2: a quoted field does not end where it should" },
	};
	struct labels *l = NULL;
	struct errbuf eb;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(read_text(cases[i].text, &l, &eb) != ERR_OK);
		assert_true(bytes_starts(bytes_of(eb.text), bytes_of(path)));
		assert_true(bytes_find(bytes_of(eb.text), bytes_of(cases[i].says)) > 0);
	}
	eb = (struct errbuf){ { 0 } };
	assert_int_equal(labels_read("/nowhere/labels.csv", &l, &eb), ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operator_and_clients_are_left_out),
		cmocka_unit_test(a_judged_pair_goes_before_persons),
		cmocka_unit_test(what_is_wrong_is_named_with_its_line),
	};
	close(mkstemp(path));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
