/* Any bytes as what a page posts: what is taken has a key, a nonce, a session and a device, and nothing longer than it may be. */
#include <stdlib.h>

#include "collectors/browser/door.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	static struct json_parser *parser;
	struct observation o = { .n = 0 };
	struct errbuf eb = { "" };
	struct json_doc doc;

	if (!parser)
		parser = json_parser_new(BROWSER_BODY_MAX, 4);
	if (json_parse(parser, bytes_make((const char *)in, n), &doc, NULL) != ERR_OK)
		return 0;
	if (decode_observation(&doc, &o, &eb) == ERR_OK) {
		observation_add(&o, "user_agent", o.session);
		BUG_ON(!o.key.len || !o.nonce.len || !o.session.len || !o.device.len || o.n > OBSERVATION_MEMBERS_MAX);
		for (unsigned i = 0; i < o.n; i++)
			BUG_ON(!o.at[i].text.len || o.at[i].text.len > OBSERVATION_VALUE_MAX);
	} else {
		BUG_ON(!eb.text[0]);
	}
	observation_free(&o);
	return 0;
}
