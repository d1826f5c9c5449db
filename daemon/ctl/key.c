/* assocctl key rotate: a new key of hashed kinds. */
#include <stdio.h>

#include "print.h"

extern const struct ctl_command ctl_key_rotate;

static int say_changed(struct bytes reply)
{
	struct json_parser *parser = json_parser_new(4096, 4);
	struct json_doc doc;
	struct bytes until = json_parse(parser, reply, &doc, NULL) == ERR_OK ? json_get_text(&doc, doc.nodes, "old_until") : BYTES_NONE;

	puts("values of hashed kinds are hashed under a new key, too");
	if (until.len > 0)
		printf("the old one goes at the first daily round after %.*s\n", BYTES_ARG(until));
	else
		puts("the old one stays in use: `retain_hash` is not set, so its values never have had their time");
	json_parser_free(parser);
	return 0;
}

static int rotate_run(struct ctl *ctl, int argc, char **argv)
{
	struct text reply = { 0 };
	int result = ctl_no_arguments(&ctl_key_rotate, argc, argv);

	if (result)
		return result;
	result = 1;
	if (ctl_ask(ctl, "POST", "/v1/keys/rotate", BYTES_LIT("{}"), &reply))
		result = ctl->as_json ? printf("%.*s", BYTES_ARG(text_bytes(&reply))) < 0 : say_changed(text_bytes(&reply));
	text_free(&reply);
	return result;
}

const struct ctl_command ctl_key_rotate = {
	.name = "key rotate", .arguments = "", .run = rotate_run,
	.help = "Makes a new key for values of hashed kinds. What comes from now on is hashed under both, so that it still matches what is there.",
	.more = "The old key goes once every value that was hashed under it alone has had its time (`retain_hash`); no link, alert or "
		"report changes by it. Until then there is no further one. `status --json` says how far it is (hash_key). Needs the "
		"role admin.",
};
