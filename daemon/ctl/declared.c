/* What became of a declaration, read back from the account: it counts, waits for somebody, explains nothing, or was ignored. */
#include <stdio.h>

#include "declared.h"

#define ANSWER_MAX ((size_t)16 << 20)
#define DEPTH_MAX 16

/* The other account stands there with its site. */
static bool is_account(struct bytes shown, const char *named)
{
	struct bytes name = bytes_of(named);
	bool ends_alike = shown.len > name.len && bytes_eq(bytes_slice(shown, shown.len - name.len, shown.len), name);
	return bytes_eq(shown, name) || (ends_alike && shown.ptr[shown.len - name.len - 1] == '/');
}

static const struct json_node *find(const struct json_doc *doc, const struct declaration_named *named, unsigned *n)
{
	const struct json_node *list = json_get(doc, doc->nodes, "declared"), *item = list ? json_first(doc, list) : NULL;
	const struct json_node *found = NULL;
	for (*n = 0; item; item = json_after(doc, list, item), ++*n) {
		bool is_it = bytes_is(json_get_text(doc, item, "kind"), named->kind) &&
			     (named->group ? bytes_is(json_get_text(doc, item, "group"), named->group)
					   : is_account(json_get_text(doc, item, "with"), named->with));
		found = is_it ? item : found;
	}
	return found;
}

static int refuse_ignored(const struct declaration_named *named, unsigned n)
{
	if (n >= 64)
		return ctl_fail("%s is ignored: %s has %u relations, and more are not kept", named->kind, named->account, n);
	return ctl_fail("%s is ignored: the group %s has as many accounts as a joint group may have", named->kind,
			named->group ? named->group : "of the two");
}

static void tell(const struct json_doc *doc, const struct json_node *item, const struct declaration_named *named, struct text *other)
{
	long long members = (long long)json_get_int(doc, item, "members", 0);
	if (!json_get_true(doc, item, "is_known"))
		printf("%s is no kind of scoring.yaml: it is kept as a word of your own, and explains nothing\n", named->kind);
	text_add_visible(other, json_get_text(doc, item, "with"));
	if (named->with && json_get_true(doc, item, "is_accepted"))
		printf("%s has declared the same: it counts\n", other->ptr);
	else if (named->with)
		printf("it counts once %s declares the same with %s\n", other->ptr, named->account);
	else if (members > 1)
		printf("%lld accounts are in the group\n", members);
	else
		printf("nobody else is in the group yet: it counts between those who join\n");
}

struct answer {
	struct json_parser *parser;
	struct text reply;
	struct json_doc doc;
};

/* What the daemon answers, 200 where there is a document. */
static int ask_account(struct ctl *ctl, struct bytes account, struct answer *answer)
{
	struct text path = { 0 };
	int status;

	text_adds(&path, "/v1/accounts/");
	ctl_escape(&path, account);
	text_clear(&answer->reply);
	status = ctl_request(ctl, "GET", path.ptr, BYTES_NONE, &answer->reply);
	text_free(&path);
	if (status == 200 && json_parse(answer->parser, text_bytes(&answer->reply), &answer->doc, NULL) != ERR_OK)
		return -1;
	return status;
}

/* A name that is misspelt is recorded as any other: one of which nothing else was ever heard is named. */
static void tell_unheard(int status, const struct json_doc *doc, struct bytes account)
{
	const struct json_node *declared = status == 200 ? json_get(doc, doc->nodes, "declared") : NULL;
	int64_t n = 0;

	if (status != 200 && status != 404)
		return;
	for (const struct json_node *item = declared ? json_first(doc, declared) : NULL; item; item = json_after(doc, declared, item))
		n++;
	if (status == 404 || json_get_int(doc, doc->nodes, "events", 0) <= n)
		printf("nothing else was heard of %.*s yet; `assocctl search` finds accounts by the beginning of their names\n",
		       BYTES_ARG(account));
}

int declared_tell(struct ctl *ctl, const struct declaration_named *named)
{
	struct answer answer = { .parser = json_parser_new(ANSWER_MAX, DEPTH_MAX) };
	struct text other = { 0 };
	int told = ask_account(ctl, bytes_of(named->account), &answer), status = 0;
	unsigned n = 0;
	/* A token that may declare need not be one that may read: then nothing more is said. */
	const struct json_node *item = told == 200 ? find(&answer.doc, named, &n) : NULL;

	if (told == 200 && !item)
		status = refuse_ignored(named, n);
	if (told == 200 && !ctl->as_json) {
		if (item)
			tell(&answer.doc, item, named, &other);
		tell_unheard(told, &answer.doc, bytes_of(named->account));
	}
	if (told == 200 && other.len > 0) {
		told = ask_account(ctl, text_bytes(&other), &answer);
		tell_unheard(told, &answer.doc, text_bytes(&other));
	}
	json_parser_free(answer.parser);
	text_free(&answer.reply);
	text_free(&other);
	return status;
}
