/* What two engines that were fed the same events say differently: links, alerts and clusters. Side 0 is the old one, 1 the
 * new one. Texts are borrowed from the engines and the diff's arena. */
#ifndef ASSOCD_CTL_DIFF_H
#define ASSOCD_CTL_DIFF_H

#include "daemon/base/vec.h"
#include "daemon/engine/engine.h"

/* LEVEL: another band or state of a link, another level or state of an alert, other members of a cluster. */
enum diff_change { DIFF_APPEARS, DIFF_DISAPPEARS, DIFF_LEVEL, DIFF_CHANGES };
extern const char *const diff_names[DIFF_CHANGES]; /* "appears" ... */

struct diff_link {
	enum diff_change change;
	struct bytes a, b;
	int score[2]; /* 0 where there is none */
	enum band band[2];
	enum link_state state[2];
};

struct diff_alert {
	enum diff_change change;
	const struct alert_view *side[2]; /* NULL where there is none */
};

struct diff_cluster {
	enum diff_change change;
	const char *what; /* "forms", "dissolves", "merges", "splits", "grows", "shrinks", "changes" */
	unsigned size[2]; /* members; of what merges or splits all of them */
	unsigned parts;   /* clusters that merge, or that it splits into */
	const struct bytes *members; /* of the new one; of the old one where it dissolves or splits */
	unsigned n_members;
};

/* Of one side: how many there are. */
struct diff_totals { uint64_t links[BANDS], n_links, alerts, clusters; };

struct diff {
	struct arena *arena;
	struct VEC(struct diff_link) links;       /* by change; the largest score first */
	struct VEC(struct diff_alert) alerts;     /* by change and rule, newest first */
	struct VEC(struct diff_cluster) clusters; /* by change; the largest first */
	struct diff_totals totals[2];
};

/* Links of that score and more count; below 0: those that the rules of each side show (band possible). */
void diff_make(struct diff *d, const struct engine *before, const struct engine *after, int min_score);
void diff_free(struct diff *d);

/* The three parts; diff_make calls them. */
void diff_find_links(struct diff *d, const struct engine *const sides[2], int min_score);
void diff_find_alerts(struct diff *d, const struct engine *const sides[2]);
void diff_find_clusters(struct diff *d, const struct engine *const sides[2]);

#endif
