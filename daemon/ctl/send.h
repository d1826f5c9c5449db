/* What `assocctl send` is made of: a queue of event lines that the daemon has not acknowledged, and two wires that empty
 * it: the Unix stream socket, and HTTP in batches. */
#ifndef ASSOCD_CTL_SEND_H
#define ASSOCD_CTL_SEND_H

#include "ctl.h"
#include "daemon/base/vec.h"

#define SEND_EXAMPLES 5
#define SEND_REASONS 16

/* Where an event line came from. */
struct send_source {
	const char *file; /* lives as long as the command */
	uint64_t line;
};

struct send_counts {
	uint64_t lines, skipped, unreadable, events, accepted, duplicate, refused;
	struct { char word[32]; uint64_t n; } reasons[SEND_REASONS];
	unsigned n_reasons;
	struct { struct send_source source; char word[32], detail[200]; } examples[SEND_EXAMPLES];
	unsigned n_examples;
};
void send_count_refusal(struct send_counts *counts, struct send_source source, struct bytes word, struct bytes detail);

/* Lines have numbers from 0 that count on; those from `first` on are kept. */
struct send_queue {
	struct text bytes;
	struct VEC(struct send_line { size_t end; struct send_source source; }) lines;
	uint64_t first;
	size_t gone_lines, gone_bytes; /* acknowledged, not yet compacted */
};
/* line without its newline. */
void send_queue_push(struct send_queue *q, struct bytes line, struct send_source source);
size_t send_queue_count(const struct send_queue *q);
/* From line `number` on, at most n lines, with their newlines. */
struct bytes send_queue_bytes(const struct send_queue *q, uint64_t number, size_t n);
struct send_source send_queue_source(const struct send_queue *q, uint64_t number);
/* Lets go of the lines before `number`. */
void send_queue_drop(struct send_queue *q, uint64_t number);
void send_queue_free(struct send_queue *q);

struct send_setup {
	struct ctl *ctl;
	struct send_queue *queue;
	struct send_counts *counts;
	const char *site; /* or NULL */
	bool is_backfill;
	bool is_patient;  /* waits for a daemon that is gone as long as it takes */
};

/* A wire: pump sends until at most `keep` lines wait for their acknowledgement. 0, or the exit status (already said). */
struct send_wire;
struct send_wire *send_wire_new(const struct send_setup *setup);
int send_wire_pump(struct send_wire *w, size_t keep);
/* Nothing more comes for now: what is queued goes out, and over the socket the answers that are there are taken. */
int send_wire_listen(struct send_wire *w);
void send_wire_free(struct send_wire *w);

int send_http_pump(const struct send_setup *setup, struct json_parser *parser, size_t keep);

#endif
