/* What a condition may ask. */
#ifndef ASSOCD_ENGINE_FIELDS_H
#define ASSOCD_ENGINE_FIELDS_H

#include "state.h"

struct field_subject {
	const struct engine *e;
	uint32_t account, pair, cluster; /* NONE where it is not in scope */
};
void fields_prepare(struct engine *e);
void field_answer(void *subject, int field, struct value *out);
#define FIELDS_MAX 96

#endif
