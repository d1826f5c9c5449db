/* The first bytes decide; only what they promise is read on. */
#include "look.h"

#include "http_request.h"

/* A record: type, version 3.x, length. */
static bool is_tls_record(struct bytes front)
{
	return front.len >= 3 && front.ptr[0] >= 0x14 && front.ptr[0] <= 0x17 && front.ptr[1] == 3 && (uint8_t)front.ptr[2] <= 4;
}

static enum look look_at_request(struct bytes front, struct flow_facts *facts)
{
	struct http_request request;
	enum http_step step = decode_http_request(front, &request);

	if (step != HTTP_WHOLE)
		return step == HTTP_MORE ? LOOK_MORE : LOOK_NONE;
	facts_clear_texts(facts);
	facts_put(facts->http_method, sizeof(facts->http_method), request.method);
	facts_put(facts->http_version, sizeof(facts->http_version), request.version);
	facts_put(facts->http_headers, sizeof(facts->http_headers), bytes_of(request.names));
	facts_put(facts->user_agent, sizeof(facts->user_agent), request.user_agent);
	return LOOK_REQUEST;
}

enum look look_at_stream(struct bytes front, bool may_be_request, struct flow_facts *facts)
{
	if (is_tls_record(front))
		return LOOK_TLS;
	return may_be_request ? look_at_request(front, facts) : LOOK_NONE;
}
