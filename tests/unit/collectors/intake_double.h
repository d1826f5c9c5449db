/* An intake for tests of collectors: keeps the lines it is offered and answers when it is told to. A line that says
 * "twice" is a duplicate, one that says "bad" is refused. Included by one file a program. */
#ifndef ASSOCD_TESTS_INTAKE_DOUBLE_H
#define ASSOCD_TESTS_INTAKE_DOUBLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/collector.h"
#include "daemon/base/text.h"
#include "daemon/base/vec.h"

struct double_group {
	struct intake_group pub;
	struct text lines;
	struct intake_refusal refusals[INTAKE_REFUSALS_MAX];
	bool is_sealed;
};

struct intake {
	struct text lines; /* of answered groups, each with a newline */
	struct VEC(struct double_group *) groups;
	uint64_t n_offered;
	enum err result;
	bool is_congested, is_backwards;
	size_t open_groups, most_groups; /* not answered */
};

struct intake_group *intake_open(struct intake *in, const struct intake_group *setup)
{
	struct double_group *g = xcalloc(1, sizeof(*g));

	g->pub = *setup;
	g->pub.refusals = g->refusals;
	VEC_PUSH(&in->groups, g);
	if (++in->open_groups > in->most_groups)
		in->most_groups = in->open_groups;
	return &g->pub;
}

enum verdict_of_line intake_offer(struct intake *in, struct intake_group *pub, struct bytes line)
{
	struct double_group *g = (struct double_group *)pub;
	struct intake_refusal *r = &g->refusals[pub->n_refusals];

	pub->lines++;
	in->n_offered++;
	if (!line.len)
		return LINE_ACCEPTED;
	if (line.len > 65536 || bytes_find(line, BYTES_LIT("bad")) >= 0) {
		pub->refused++;
		pub->n_refusals++;
		r->line = pub->first_line + pub->lines - 1;
		r->error = line.len > 65536 ? "size" : "json";
		snprintf(r->detail, sizeof(r->detail), "a detail");
		return LINE_REFUSED;
	}
	if (bytes_find(line, BYTES_LIT("twice")) >= 0) {
		pub->duplicate++;
		return LINE_DUPLICATE;
	}
	pub->accepted++;
	text_add(&g->lines, line);
	text_addc(&g->lines, '\n');
	return LINE_ACCEPTED;
}

void intake_seal(struct intake *in, struct intake_group *pub)
{
	((struct double_group *)pub)->is_sealed = true;
}

bool intake_is_congested(const struct intake *in)
{
	return in->is_congested;
}

enum err intake_failure(const struct intake *in, const char **text)
{
	if (text)
		*text = "the disk is full";
	return in->result;
}

/* Answers the groups that are sealed now; the last one first when it is told so. */
static void double_answer(struct intake *in)
{
	size_t n = in->groups.n;

	for (size_t i = 0; i < n; i++) {
		struct double_group *g = in->groups.at[in->is_backwards ? n - 1 - i : i];
		assert_true(g->is_sealed);
		g->pub.result = in->result;
		if (!in->result)
			text_add(&in->lines, text_bytes(&g->lines));
		else
			errbuf_set(&g->pub.error, in->result, "the disk is full");
		in->open_groups--;
		g->pub.done(&g->pub, g->pub.arg);
		text_free(&g->lines);
		free(g);
	}
	if (n)
		memmove(in->groups.at, in->groups.at + n, (in->groups.n - n) * sizeof(in->groups.at[0]));
	in->groups.n -= n;
}

static void double_free(struct intake *in)
{
	text_free(&in->lines);
	VEC_FREE(&in->groups);
}

#endif
