#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/vendor/yaml.h"

static struct yaml_doc *parse(const char *text)
{
	struct errbuf eb = { "" };
	struct yaml_doc *doc;

	if (yaml_parse(bytes_of(text), "t.yaml", &doc, &eb))
		fail_msg("%s", eb.text);
	return doc;
}

static void assert_refused(const char *text, const char *why)
{
	struct errbuf eb = { "" };
	struct yaml_doc *doc;

	assert_int_equal(yaml_parse(bytes_of(text), "t.yaml", &doc, &eb), ERR_INPUT);
	assert_null(doc);
	if (strstr(eb.text, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", eb.text, why);
}

static void nodes_know_where_they_stand(void **state)
{
	struct yaml_doc *doc = parse("a: 1\nb:\n  c: [x, 'y']\n");
	const struct yaml_node *c = yaml_get(yaml_get(yaml_root(doc), "b"), "c");

	assert_int_equal(c->type, YAML_SEQUENCE);
	assert_int_equal(c->key_line, 3);
	assert_int_equal(c->key_column, 3);
	assert_int_equal(c->child->column, 7);
	assert_false(c->child->quoted);
	assert_true(c->child->next->quoted);
	assert_true(bytes_is(c->child->next->text, "y"));
	assert_null(c->child->next->next);
	yaml_doc_free(doc);
}

static void a_stream_holds_several_documents(void **state)
{
	struct yaml_doc *doc = parse("a: 1\n---\nb: 2\n");

	assert_non_null(yaml_get(yaml_root(doc), "a"));
	assert_non_null(yaml_get(yaml_root(doc)->next, "b"));
	assert_null(yaml_root(doc)->next->next);
	yaml_doc_free(doc);
}

static void an_empty_stream_has_no_root(void **state)
{
	struct yaml_doc *doc = parse("# nothing\n");

	assert_null(yaml_root(doc));
	yaml_doc_free(doc);
}

static void duplicate_keys_are_refused_with_their_place(void **state)
{
	char text[400] = "";

	assert_refused("a: 1\nb: 2\na: 3\n", "t.yaml:3:1: duplicate key \"a\"");
	for (int i = 0; i < 20; i++)
		sprintf(text + strlen(text), "k%d: 1\n", i);
	strcat(text, "k3: 2\n");
	assert_refused(text, "t.yaml:21:1: duplicate key \"k3\"");
}

static void aliases_anchors_and_tags_are_refused(void **state)
{
	assert_refused("a: &x 1\n", "t.yaml:1:4: anchors");
	assert_refused("a: &x [1]\n", "anchors");
	assert_refused("a: *x\n", "t.yaml:1:4: aliases");
	assert_refused("a: !!str 1\n", "tags");
	assert_refused("!foo {a: 1}\n", "tags");
}

static void errors_of_syntax_name_line_and_column(void **state)
{
	assert_refused("a: 1\n b: 2\n", "t.yaml:2:");
	assert_refused("a: [1, 2\n", "t.yaml:2:1");
	assert_refused("? {a: 1}\n: 2\n", "plain word");
	assert_refused("a: \xff\n", "t.yaml");
}

static void depth_is_limited(void **state)
{
	char text[100];

	memset(text, '[', 40);
	memset(text + 40, ']', 40);
	text[80] = '\0';
	assert_refused(text, "deeper than 32");
}

static void errors_of_the_caller_carry_the_place(void **state)
{
	struct yaml_doc *doc = parse("a:\n  b: x\n");
	struct errbuf eb = { "" };

	assert_int_equal(yaml_error(doc, yaml_get(yaml_get(yaml_root(doc), "a"), "b"), &eb, "no %s", "such"), ERR_INPUT);
	assert_string_equal(eb.text, "t.yaml:2:6: no such");
	yaml_doc_free(doc);
}

static void byte_order_mark_and_crlf_change_nothing(void **state)
{
	struct yaml_doc *doc = parse("\xef\xbb\xbf" "a: 1\r\nb: 2\r\n");

	assert_true(bytes_is(yaml_get(yaml_root(doc), "a")->text, "1"));
	assert_true(bytes_is(yaml_get(yaml_root(doc), "b")->text, "2"));
	yaml_doc_free(doc);
}

static void files_that_cannot_be_read_are_named(void **state)
{
	char dir[] = "/tmp/assocd-yaml-XXXXXX";
	char path[64];
	struct yaml_doc *doc;
	struct errbuf eb = { "" };
	FILE *f;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(yaml_load(dir, &doc, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "is a directory"));
	errbuf_clear(&eb);
	snprintf(path, sizeof path, "%s/a.yaml", dir);
	assert_int_equal(yaml_load(path, &doc, &eb), ERR_NOTFOUND);
	assert_non_null(strstr(eb.text, path));
	f = fopen(path, "w");
	fputs("a: 5\n", f);
	fclose(f);
	assert_int_equal(yaml_load(path, &doc, &eb), ERR_OK);
	assert_string_equal(yaml_name(doc), path);
	assert_true(bytes_is(yaml_get(yaml_root(doc), "a")->text, "5"));
	yaml_doc_free(doc);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_know_where_they_stand),
		cmocka_unit_test(a_stream_holds_several_documents),
		cmocka_unit_test(an_empty_stream_has_no_root),
		cmocka_unit_test(duplicate_keys_are_refused_with_their_place),
		cmocka_unit_test(aliases_anchors_and_tags_are_refused),
		cmocka_unit_test(errors_of_syntax_name_line_and_column),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(errors_of_the_caller_carry_the_place),
		cmocka_unit_test(byte_order_mark_and_crlf_change_nothing),
		cmocka_unit_test(files_that_cannot_be_read_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
