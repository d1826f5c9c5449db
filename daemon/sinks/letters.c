/* How many dead letters each sink has: what the database holds, not what died in this run. It is counted on the reader
 * thread, anew whenever letters were written, revived or erased.
 * I1: a count that may be older than such a change is followed by another: is_wanted is cleared when one is asked for. */
#include "delivery.h"

static void count(struct store_query *q, const char *dir)
{
	struct sinks *s = q->owner;

	s->letters.result = ERR_OK;
	for (unsigned i = 0; i < s->n && !s->letters.result; i++)
		s->letters.result = store_count_dead(dir, bytes_of(s->at[i].settings->name), &s->letters.n[i], NULL);
}

/* One that failed waits for the next change: whatever is wrong with the database is told by who writes to it. */
static void counted(struct store_query *q)
{
	struct sinks *s = q->owner;

	s->letters.is_out = false;
	for (unsigned i = 0; i < s->n && !s->letters.result; i++)
		s->at[i].n_dead = s->letters.n[i];
}

void letters_turn(struct sinks *s)
{
	if (!s->letters.is_wanted || s->letters.is_out || s->is_stopped)
		return;
	s->letters.query = (struct store_query){ count, counted, s };
	if (s->ports.ask(s->ports.arg, &s->letters.query))
		return; /* the reader's queue is full */
	s->letters.is_wanted = false; /* I1 */
	s->letters.is_out = true;
}
