/* What `assocctl send` is made of: a queue of event lines that the daemon has not acknowledged, and two wires that empty
 * it: the Unix stream socket, and HTTP in batches. */
#ifndef ASSOCD_CTL_SEND_H
#define ASSOCD_CTL_SEND_H

#include "ctl.h"
#include "daemon/base/vec.h"
#include "refusals.h"

#include <signal.h>

struct send_counts {
	uint64_t lines, skipped, unreadable, events, accepted, duplicate;
	struct refusals refused, ignored;
	struct line_source first_unreadable;
};

/* Lines have numbers from 0 that count on; those from `first` on are kept. */
struct send_queue {
	struct text bytes;
	struct VEC(struct send_line { size_t end; struct line_source source; }) lines;
	uint64_t first;
	size_t gone_lines, gone_bytes; /* acknowledged, not yet compacted */
};
/* line without its newline. */
void send_queue_push(struct send_queue *q, struct bytes line, struct line_source source);
size_t send_queue_count(const struct send_queue *q);
/* From line `number` on, at most n lines, with their newlines. */
struct bytes send_queue_bytes(const struct send_queue *q, uint64_t number, size_t n);
struct line_source send_queue_source(const struct send_queue *q, uint64_t number);
/* Lets go of the lines before `number`. */
void send_queue_drop(struct send_queue *q, uint64_t number);
void send_queue_free(struct send_queue *q);
/* The answer's refused and ignored lines into counts; its line 1 is queue line `first`. */
void send_take_refusals(struct send_counts *counts, const struct send_queue *q, uint64_t first, const struct json_doc *answer);

/* Until a signal asks to stop: what was read is then still sent, for two seconds. */
struct send_stop {
	int fd;
	int signal; /* that asked, 0: none yet */
	int64_t give_up_us;
};
void send_stop_begin(struct send_stop *s);
void send_stop_end(struct send_stop *s);
/* Sleeps at most ms, not beyond the first signal. Has one asked to stop? */
bool send_stop_wait(struct send_stop *s, int ms);
/* It has, and the time to finish is over. */
bool send_stop_is_over(struct send_stop *s);

struct send_setup {
	struct ctl *ctl;
	struct send_queue *queue;
	struct send_counts *counts;
	struct send_stop *stop;
	const char *site; /* or NULL */
	bool is_backfill;
	bool is_patient;  /* waits for a daemon that is gone as long as it takes */
};

/* A wire: pump sends until at most `keep` lines wait for their acknowledgement, or the time to stop is over. 0, or the exit
 * status (already said). While the daemon keeps nothing it waits, and says so once. */
struct send_wire;
struct send_wire *send_wire_new(const struct send_setup *setup);
int send_wire_pump(struct send_wire *w, size_t keep);
/* No line is at hand: what is queued goes out, and over the socket the answers that are there are taken. */
int send_wire_listen(struct send_wire *w);
void send_wire_free(struct send_wire *w);

int send_http_pump(const struct send_setup *setup, struct json_parser *parser, size_t keep);

#endif
