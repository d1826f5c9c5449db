/* One followed log of the tail collector: reads lines, makes events of them by its pattern, and offers them to intake a
 * group at a time. What is read moves on only when its group is committed. */
#ifndef ASSOCD_COLLECTORS_TAIL_LOG_H
#define ASSOCD_COLLECTORS_TAIL_LOG_H

#include "collectors/collector.h"
#include "pattern.h"
#include "follow.h"

/* Of the configuration; shared by the logs that a glob finds. */
struct log_setup {
	char *glob;
	struct pattern *pattern; /* NULL: lines are events already */
	char *site;
	bool from_end, is_trusted;
};

struct tail_log;

struct tail_log *tail_log_new(const struct collector_host *host, const struct log_setup *setup, const char *path);
/* Safe while a group is on its way: its answer is then nobody's. */
void tail_log_free(struct tail_log *log);
const char *tail_log_path(const struct tail_log *log);
bool tail_log_has(const struct tail_log *log, dev_t dev, ino_t ino);

/* Says in the log that it is followed, or waited for; after tail_log_restore. */
void tail_log_begin(struct tail_log *log);
/* Reads one buffer and offers it, unless a group is on its way. True when there is more to read at once. */
bool tail_log_step(struct tail_log *log, char *buffer);
bool tail_log_is_waiting(const struct tail_log *log); /* for an answer */

/* The JSON object of its place as of the last committed group; empty before the first. */
struct bytes tail_log_place(struct tail_log *log);
bool tail_log_place_changed(const struct tail_log *log);
void tail_log_restore(struct tail_log *log, const struct json_doc *doc, const struct json_node *saved);
void tail_log_add_stats(const struct tail_log *log, struct collector_stats *out);

#endif
