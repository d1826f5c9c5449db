/* TLS first, by its records; what is none may be a request. */
#include "look.h"

#include <stdlib.h>

#include "hello_prints.h"
#include "http_request.h"
#include "tls_records.h"

struct look {
	uint32_t random;
	struct hello_prints *prints;
	struct client_hello hello;
	uint8_t room[HELLO_LENGTH_MAX];
};

struct look *look_new(void)
{
	struct look *l = xmalloc(sizeof(*l));

	l->prints = hello_prints_new();
	return l;
}

void look_free(struct look *l)
{
	if (l == NULL)
		return;
	hello_prints_free(l->prints);
	free(l);
}

enum look_found look_at_hello(struct look *l, struct bytes message, enum hello_carrier carrier, struct flow_facts *facts)
{
	if (decode_client_hello(message, carrier, &l->hello) != ERR_OK)
		return LOOK_LIAR;
	facts_clear_texts(facts);
	hello_prints_fill(l->prints, &l->hello, facts);
	l->random = hello_random_hash(l->hello.random);
	return LOOK_HELLO;
}

uint32_t look_hello_random(const struct look *l)
{
	return l->random;
}

bool look_begins_hello(struct look *l, struct bytes payload)
{
	struct tls_hello hello;
	enum tls_front front = decode_tls_front(payload, l->room, &hello);

	return front == TLS_FRONT_HELLO || front == TLS_FRONT_MORE;
}

static enum look_found read_request(struct bytes front, struct flow_facts *facts)
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

enum look_found look_at_stream(struct look *l, struct bytes front, bool may_be_request, struct flow_facts *facts)
{
	struct tls_hello hello;

	switch (decode_tls_front(front, l->room, &hello)) {
	case TLS_FRONT_RECORDS: return LOOK_TLS;
	case TLS_FRONT_MORE: return LOOK_MORE;
	case TLS_FRONT_HELLO: return look_at_hello(l, hello.message, HELLO_TLS, facts);
	case TLS_FRONT_LIAR: return LOOK_LIAR;
	case TLS_FRONT_NONE: break;
	}
	return may_be_request ? read_request(front, facts) : LOOK_NONE;
}
