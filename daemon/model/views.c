/* The words for what views hold, in the order of the enums; and what of an alert people read first. */
#include "views.h"

const char *const link_state_names[LINK_STATES] = { "suspected", "explained", "joint", "confirmed", "cleared", "withdrawn" };

const char *const band_names[BANDS] = { "none", "possible", "probable", "strong" };

const char *const alert_state_names[ALERT_STATES] = { "open", "acknowledged", "appealed", "resolved" };

const char *const alert_resolutions[] = { "confirmed", "false_positive", "explained", "withdrawn", "expired", NULL };

const char *const ignored_words[IGNORED_WORDS] = { "unknown", "foreign", "state", "repeated", "limit" };

const char *const change_type_names[CHANGE_TYPES] = {
	[CHANGE_LINK_APPEARED] = "link_appeared", [CHANGE_LINK_CHANGED] = "link_changed",
	[CHANGE_LINK_WITHDRAWN] = "link_withdrawn", [CHANGE_LINK_CLEARED] = "link_cleared",
	[CHANGE_LINK_REOPENED] = "link_reopened", [CHANGE_LINK_CONFIRMED] = "link_confirmed",
	[CHANGE_LINK_EXPLAINED] = "link_explained", [CHANGE_LINK_JOINT] = "link_joint",
	[CHANGE_CONTAGION_CAME] = "contagion_came", [CHANGE_CONTAGION_WENT] = "contagion_went",
	[CHANGE_CLUSTER_FORMED] = "cluster_formed", [CHANGE_CLUSTER_JOINED] = "cluster_joined",
	[CHANGE_CLUSTER_LEFT] = "cluster_left", [CHANGE_CLUSTER_MERGED] = "cluster_merged",
	[CHANGE_CLUSTER_MERGED_INTO] = "cluster_merged_into", [CHANGE_CLUSTER_DISSOLVED] = "cluster_dissolved",
	[CHANGE_ALERT_OPENED] = "alert_opened", [CHANGE_ALERT_ACKNOWLEDGED] = "alert_acknowledged",
	[CHANGE_ALERT_APPEALED] = "alert_appealed", [CHANGE_ALERT_ESCALATED] = "alert_escalated",
	[CHANGE_ALERT_UPDATED] = "alert_updated", [CHANGE_ALERT_ASSIGNED] = "alert_assigned", [CHANGE_ALERT_NOTED] = "alert_noted",
	[CHANGE_ALERT_SNOOZED] = "alert_snoozed", [CHANGE_ALERT_WOKEN] = "alert_woken", [CHANGE_ALERT_REOPENED] = "alert_reopened",
	[CHANGE_ALERT_MERGED] = "alert_merged", [CHANGE_ALERT_PARTED] = "alert_parted", [CHANGE_ALERT_GREW] = "alert_grew",
	[CHANGE_ALERT_RESOLVED] = "alert_resolved", [CHANGE_VERDICT] = "verdict", [CHANGE_RELATION] = "relation",
	[CHANGE_RELATION_IGNORED] = "relation_ignored", [CHANGE_CLOSED] = "closed", [CHANGE_REINSTATED] = "reinstated",
};

struct bytes alert_told_title(const struct alert_view *alert)
{
	return alert->group != NULL ? alert->group->title : alert->title;
}

struct bytes alert_told_advice(const struct alert_view *alert)
{
	return alert->group != NULL ? alert->group->recommendation : alert->recommendation;
}
