/* The running daemon, shared by the files of main: one struct, the loop thread's. */
#ifndef ASSOCD_MAIN_DAEMON_H
#define ASSOCD_MAIN_DAEMON_H

#include "collectors/collector.h"
#include "config.h"
#include "daemon/api/api.h"
#include "daemon/base/metrics.h"
#include "daemon/engine/engine.h"
#include "daemon/intake/setup.h"
#include "daemon/sinks/sinks.h"
#include "daemon/store/store.h"
#include "daemon/vendor/crypto.h"
#include "daemon/vendor/loop.h"
#include "journal.h"

#include <sys/types.h>

#define COLLECTORS_MAX 32

/* Everything that judges, loaded together: a reload makes a second one. */
struct judgement {
	struct ruleset *rules;
	struct enrich *enrich;
	struct engine *engine;
};

struct rebuild; /* rebuild.c */
struct removal; /* removal.c */

enum stop_phase { STOP_NONE, STOP_DRAIN, STOP_SETTLE, STOP_SINKS, STOP_DONE };

struct daemon {
	struct config *config;
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_watch *watches[5];
	unsigned n_watches;
	struct store *store;
	struct hmac_key *hash_key;
	struct judgement now;
	struct event_context context;
	struct intake *intake;
	struct sinks *sinks;
	struct api *api;
	struct metrics *metrics;
	struct { const struct collector *row; void *self; } collectors[COLLECTORS_MAX];
	unsigned n_collectors;
	bool collectors_paused;
	/* noted by callbacks, acted upon in the steps of the turn */
	bool wants_reload, wants_stop, child_ended;
	int64_t next_us; /* when the loop should turn without a reason from outside */
	/* snapshot */
	pid_t snapshot_child;
	uint64_t snapshot_seq, snapshot_pending_seq, snapshot_binding;
	int64_t snapshot_due_us, snapshot_hold_until_us;
	unsigned snapshots, snapshots_failed;
	/* reload, removal of a site */
	struct rebuild *rebuild;
	struct removal *removal;
	unsigned reloads, reloads_failed;
	enum stop_phase stopping;
	int64_t stop_by_us, watchdog_us, watchdog_pace_us, started_us;
};

/* judgement.c */
enum err judgement_load(const struct config *c, struct judgement *out, struct text *report, struct errbuf *eb) MUST_CHECK;
void judgement_free(struct judgement *j);
uint64_t judgement_binding(const struct judgement *j);

/* state_folder.c: the folder itself, and the key of hashed kinds in it. */
enum err state_folder_make(const char *dir, struct errbuf *eb) MUST_CHECK;
enum err state_folder_key(const char *dir, bool may_make, struct hmac_key **out, uint64_t *fingerprint, struct errbuf *eb) MUST_CHECK;

/* restore.c: the engine, the ids and the effects as of the journal's end. */
enum err restore(struct daemon *d, struct errbuf *eb) MUST_CHECK;

/* start.c */
enum err daemon_start(struct daemon *d, struct errbuf *eb) MUST_CHECK;
void daemon_close(struct daemon *d);
void collectors_pause(struct daemon *d, bool paused);

/* turn.c */
void loop_once(void *arg);
void turn_wake_at(struct daemon *d, int64_t mono_us);

/* snapshots.c */
void step_snapshot(struct daemon *d, int64_t mono_us);
void snapshot_last(struct daemon *d);

/* rebuild.c: a second engine from the journal, in slices; then it takes the place of the first. */
void rebuild_start(struct daemon *d, struct judgement *next, const char *why);
void step_rebuild(struct daemon *d, int64_t mono_us);
void rebuild_abort(struct daemon *d);

/* reload.c */
void reload(struct daemon *d);

/* removal.c */
void remove_site(void *arg, struct bytes site, api_removed_fn *done, void *done_arg);
void step_removal(struct daemon *d);
void removal_rebuilt(struct daemon *d);

/* report.c */
void report_status(void *arg, struct text *json);
void report_metrics(void *arg, struct text *out);
bool report_is_ready(void *arg, struct text *reasons);
struct metrics *report_metrics_new(void);

#endif
