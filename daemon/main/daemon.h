/* The running daemon, shared by the files of main: one struct, the loop thread's. */
#ifndef ASSOCD_MAIN_DAEMON_H
#define ASSOCD_MAIN_DAEMON_H

#include <sys/types.h>

#include "collectors/collector.h"
#include "config.h"
#include "confine.h"
#include "daemon/api/api.h"
#include "daemon/engine/engine.h"
#include "daemon/intake/setup.h"
#include "daemon/sinks/sinks.h"
#include "daemon/store/store.h"
#include "daemon/vendor/crypto.h"
#include "daemon/vendor/loop.h"
#include "daemon/vendor/tls.h"
#include "journal.h"
#include "judgement.h"
#include "keys.h"
#include "measure.h"
#include "series.h"
#include "trial.h"

#define COLLECTORS_MAX 32
#define WATCHES_MAX 6

struct rebuild; /* rebuild.c */
struct erasure; struct forgetting; /* erasure.c, forgetting.c */

/* Who wants intake to stand still: any of them suffices. */
enum hold_reason { HOLD_SNAPSHOT = 1, HOLD_REBUILD = 2, HOLD_STOP = 4, HOLD_ERASURE = 8 };

struct daemon {
	struct config *config;
	struct confinement confinement;
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_watch *watches[WATCHES_MAX];
	unsigned n_watches;
	struct store *store;
	struct keys keys;
	struct judgement now;
	struct journal_map *journal;
	struct event_context context;
	struct intake *intake;
	struct fetcher *fetcher; struct sinks *sinks;
	struct api *api;
	struct tls_server *tls; /* NULL: plain */
	struct api_peer peers[API_PEERS_MAX];
	unsigned n_peers;
	struct { const struct collector *row; void *self; } collectors[COLLECTORS_MAX];
	int prepared_fds[COLLECTORS_MAX]; /* of each row of the table, -1: none */
	unsigned n_collectors;
	bool collectors_paused;
	/* noted by callbacks, acted upon in the steps of the turn */
	bool wants_reload, wants_stop, child_ended;
	unsigned holds, pauses; /* enum hold_reason, or-ed */
	int64_t started_us, next_us, watchdog_us, stop_by_us;
	pid_t snapshot_child;
	uint64_t snapshot_seq; /* of the newest snapshot that was begun */
	int64_t snapshot_due_us, snapshot_give_up_us;
	struct rebuild *rebuild;
	struct erasure *erasure;
	struct forgetting *forgetting; int64_t forget_due_us;
	struct erased *erased; bool is_erasure_due; /* NULL: nobody was; the journal holds events of them */
	bool is_engine_stale; /* it holds what is out of the journal: no snapshot is written of it; until another one takes its place */
	unsigned reloads, reloads_failed; struct errbuf rules_refusal, certificate_refusal; /* "": taken when read last */
	struct metrics *measures;
	int64_t memory_look_us;
	bool is_barred; /* more memory than `memory_limit` */
	struct series series;
	struct trial *trial; /* of an edited rule file, the newest */
	unsigned lookups_out; /* questions about the journal that are on their way */
};

/* restore.c: the engine, the ids and the effects as of the journal's end. */
enum err restore(struct daemon *d, struct errbuf *eb) MUST_CHECK;

/* start.c */
enum err daemon_start(struct daemon *d, struct errbuf *eb) MUST_CHECK;
void daemon_close(struct daemon *d);
/* All that can be said of the configuration before anything of it is opened. */
enum err settings_check(const struct config *c, struct errbuf *eb) MUST_CHECK;

/* doors.c: certificate and users of the configuration. */
enum err doors_open(struct daemon *d, struct errbuf *eb) MUST_CHECK;
/* Is everything there and right? Nothing is kept. */
enum err doors_check(const struct config *c, struct errbuf *eb) MUST_CHECK;
/* Certificate and tokens again; what is wrong is said, and the old ones stay in use. */
void doors_reload(struct daemon *d);
void doors_close(struct daemon *d);

/* turn.c: what the loop does after each round of callbacks. */
void loop_once(void *arg);
/* hold: no event batch starts; pause: senders wait too (intake_hold, intake_pause). */
void turn_hold(struct daemon *d, enum hold_reason who, bool held);
void turn_pause(struct daemon *d, enum hold_reason who, bool paused);
/* Both, one after the other. True: it stands, all that came is in the journal and what it brought about is durable, too;
 * false: ask again in a moment. Nothing is on its way from then on, until turn_go_on. */
bool turn_stand_still(struct daemon *d, enum hold_reason who);
void turn_go_on(struct daemon *d, enum hold_reason who);

/* snapshots.c */
void step_snapshot(struct daemon *d, int64_t mono_us);
/* At the end, in this process. */
void snapshot_last(struct daemon *d);

/* rebuild.c: a second engine from the journal, in slices; then it takes the place of the first. */
void step_reload(struct daemon *d);
/* Microseconds until it wants to be called again, -1: by event. */
int64_t step_rebuild(struct daemon *d);
/* Something of it is on its way; it must come to its end before rebuild_free. */
bool rebuild_is_busy(const struct daemon *d);
void rebuild_free(struct daemon *d);

/* removal.c */
void remove_site(void *arg, struct bytes site, api_removed_fn *done, void *done_arg);

/* lookup.c, audit_pages.c: fit api_ports. */
#define LOOKUPS_MAX 16 /* together at a time, with what is asked of sinks */
bool lookup_may_begin(const struct daemon *d);
enum err look_up_events(void *arg, const struct api_events_query *query, api_events_fn *done, void *done_arg);
enum err look_up_audit(void *arg, const struct audit_query *query, api_json_fn *done, void *done_arg);

/* report.c */
void report_status(void *arg, struct text *json);
void report_series(void *arg, struct text *json);
void report_metrics(void *arg, struct text *out);
bool report_is_ready(void *arg, struct text *reasons);

#endif
