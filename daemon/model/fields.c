/* The one table of fields that conditions may ask about. */
#include "expression.h"

#define EVERY (SCOPE_EVENT | SCOPE_ACCOUNT | SCOPE_LINK | SCOPE_CLUSTER)
#define ACCOUNT (SCOPE_EVENT | SCOPE_ACCOUNT)
#define PAIR (SCOPE_PAIR | SCOPE_VALUE)
#define PAIR_OR_LINK (SCOPE_LINK | PAIR)

const struct field_row field_rows[] = {
	{ "event.type", EVERY, VALUE_TEXT, "Type of the event that is being applied, as sent." },
	{ "event.ok", EVERY, VALUE_BOOL, "False when the event is a failed attempt." },
	{ "event.account", EVERY, VALUE_TEXT, "Account of the event, with its site." },
	{ "event.site", EVERY, VALUE_TEXT, "Site of the event's account; missing when it has none." },
	{ "event.ip", EVERY, VALUE_TEXT, "Address of the event; 'in' takes networks too: event.ip in [\"10.0.0.0/8\"]." },
	{ "event.network", EVERY, VALUE_TEXT, "Kind of the network that the event's address belongs to: isp, mobile, hosting ..." },
	{ "event.country", EVERY, VALUE_TEXT, "Country of the event's address, as DE; missing where networks and MMDB files do not say." },
	{ "event.value", EVERY, VALUE_NUMBER, "Value of the event where it is a number: a rating, points; missing when it is none." },
	{ "event.kind", EVERY, VALUE_TEXT, "Kind of a health or contact event: rating, points, attempt ..." },
	{ "event.reason", EVERY, VALUE_TEXT, "Reason that a statement gives." },
	{ "event.round", EVERY, VALUE_NUMBER, "Round of an appeal, where its sender says it." },

	{ "account.name", ACCOUNT, VALUE_TEXT, "Name of the account, with its site." },
	{ "account.site", ACCOUNT, VALUE_TEXT, "Site of the account; missing when it has none." },
	{ "account.risk", ACCOUNT, VALUE_NUMBER, "Largest score of the account's unexplained links, or its contagion if that is more." },
	{ "account.contagion", ACCOUNT, VALUE_NUMBER,
	  "How near the account stands to one that was closed or confirmed, 0 to 1000: the best path's probability, damped a link." },
	{ "account.contagion_links", ACCOUNT, VALUE_NUMBER, "Number of links on that path; missing where there is none." },
	{ "account.verdict", ACCOUNT, VALUE_TEXT, "The last verdict about the account alone, clean or confirmed; missing without one." },
	{ "account.links", ACCOUNT, VALUE_NUMBER, "Number of the account's links of score 500 and more." },
	{ "account.events", ACCOUNT, VALUE_NUMBER, "Number of the account's events." },
	{ "account.failed", ACCOUNT, VALUE_NUMBER, "Number of the account's failed attempts." },
	{ "account.is_closed", ACCOUNT, VALUE_BOOL, "True while the account is closed." },
	{ "account.age", ACCOUNT, VALUE_DURATION, "Time since the account's first event." },
	{ "account.relations", ACCOUNT, VALUE_LIST, "Kinds of the relations that the account has declared." },

	{ "link.score", SCOPE_LINK, VALUE_NUMBER, "Score of the link as reported, 0 to 1000." },
	{ "link.computed", SCOPE_LINK, VALUE_NUMBER, "Score of the link from evidence alone, 0 to 1000." },
	{ "link.state", SCOPE_LINK, VALUE_TEXT, "suspected, explained, joint, confirmed, cleared or withdrawn." },
	{ "link.band", SCOPE_LINK, VALUE_TEXT, "none, possible, probable or strong." },
	{ "link.same_site", SCOPE_LINK, VALUE_BOOL, "True when both accounts are of one site." },
	{ "link.families", SCOPE_LINK, VALUE_LIST, "Families whose evidence is positive." },
	{ "link.evidence", SCOPE_LINK, VALUE_LIST, "Ids of the signal, compare and limit rules that count for or against the link." },
	{ "link.family_count", SCOPE_LINK, VALUE_NUMBER, "Number of families whose evidence is positive." },
	{ "link.explained_by", SCOPE_LINK, VALUE_LIST, "Kinds of the declared relations that explain the link." },
	{ "link.relation", SCOPE_LINK, VALUE_LIST, "Kinds of the relations that the two accounts have in common." },
	{ "link.beyond_relation", SCOPE_LINK, VALUE_NUMBER,
	  "Bits that the link would lose, support aside, without the values that the operator of the two's relation, say the agency, "
	  "does not hold; of a group without one, that no third member holds. Missing where their relation has no operator." },
	{ "link.one_joint", SCOPE_LINK, VALUE_BOOL, "True when one of the two belongs to joint accounts that the other is none of." },
	{ "link.a_closed", SCOPE_LINK, VALUE_BOOL, "True while the first account of the link is closed." },
	{ "link.b_closed", SCOPE_LINK, VALUE_BOOL, "True while the second account of the link is closed." },
	{ "link.any_closed", SCOPE_LINK, VALUE_BOOL, "True while at least one of the two accounts is closed." },
	{ "link.both_closed", SCOPE_LINK, VALUE_BOOL, "True while both accounts are closed." },
	{ "link.newer_closed", SCOPE_LINK, VALUE_BOOL, "True while the account whose first event is later is closed." },
	{ "link.older_closed", SCOPE_LINK, VALUE_BOOL, "True while the account whose first event is earlier is closed." },
	{ "link.gap_since_closure", SCOPE_LINK, VALUE_DURATION,
	  "From the closure of one account to the first event of the other; missing unless that came later." },

	{ "cluster.size", SCOPE_CLUSTER, VALUE_NUMBER, "Number of accounts in the cluster." },
	{ "cluster.closed", SCOPE_CLUSTER, VALUE_NUMBER, "Number of closed accounts in the cluster." },
	{ "cluster.open", SCOPE_CLUSTER, VALUE_NUMBER, "Number of accounts in the cluster that are not closed." },
	{ "cluster.links", SCOPE_CLUSTER, VALUE_NUMBER, "Number of links that hold the cluster together." },
	{ "cluster.suspected", SCOPE_CLUSTER, VALUE_NUMBER, "Number of those links that are suspected or confirmed, not joint." },
	{ "cluster.min_score", SCOPE_CLUSTER, VALUE_NUMBER, "Smallest score of those links." },
	{ "cluster.max_score", SCOPE_CLUSTER, VALUE_NUMBER, "Largest score of those links." },

	{ "value.network", SCOPE_VALUE, VALUE_TEXT, "Kind of network of the shared value." },
	{ "value.holders", SCOPE_VALUE, VALUE_NUMBER, "Accounts that hold the rarest shared value of the kind." },
	{ "value.rarity", SCOPE_VALUE, VALUE_NUMBER, "Its rarity in bits: log2(accounts / holders)." },
	{ "value.gap", SCOPE_VALUE, VALUE_DURATION, "Time between the two accounts' uses of it; 0 where they overlap." },
	{ "value.shared", SCOPE_VALUE, VALUE_NUMBER, "Number of shared values of the kind." },

	{ "pair.same_site", PAIR, VALUE_BOOL, "True when both accounts are of one site." },
	{ "pair.since_closure", PAIR, VALUE_DURATION,
	  "From the closure of one account to the first event of the other, below 0 when that came before; missing while both are open." },
	{ "pair.days_low", PAIR, VALUE_NUMBER, "Days (UTC) of use of the account that has fewer." },
	{ "pair.days_high", PAIR, VALUE_NUMBER, "Days (UTC) of use of the account that has more." },
	{ "pair.overlap", PAIR, VALUE_DURATION, "Time during which both accounts were in use; below 0: the gap between them." },

	{ "support.direct", SCOPE_SUPPORT, VALUE_NUMBER, "Bits of the pair's own evidence." },
	{ "support.best", SCOPE_SUPPORT, VALUE_NUMBER,
	  "Bits of the strongest path over one common neighbour: the weaker of its two links; missing without one." },
	{ "support.common", SCOPE_SUPPORT, VALUE_NUMBER, "Number of common neighbours that are linked to both with more than 0 bits." },
	{ "support.independent", SCOPE_SUPPORT, VALUE_NUMBER,
	  "Those of them whose two links, and the pair's own evidence, do not all rest on one shared value." },
	{ "support.degree_low", SCOPE_SUPPORT, VALUE_NUMBER, "Neighbours of the account that has fewer, the other left out." },
	{ "support.degree_high", SCOPE_SUPPORT, VALUE_NUMBER, "Neighbours of the account that has more." },
	{ "support.share_low", SCOPE_SUPPORT, VALUE_NUMBER, "Common neighbours as a share of the fewer neighbours; missing without any." },
	{ "support.share_high", SCOPE_SUPPORT, VALUE_NUMBER, "Common neighbours as a share of the more numerous neighbours." },
	{ NULL, 0, VALUE_MISSING, NULL },
};

const struct call_row call_rows[] = {
	{ "shared", CALL_KIND, PAIR_OR_LINK, VALUE_NUMBER, "Number of values of the kind that both hold; hubs do not count." },
	{ "holders", CALL_KIND, PAIR_OR_LINK, VALUE_NUMBER, "Accounts that hold the rarest of them; missing when none is shared." },
	{ "rarity", CALL_KIND, PAIR_OR_LINK, VALUE_NUMBER, "Bits of the rarest of them: log2(accounts / holders)." },
	{ "gap", CALL_KIND, PAIR_OR_LINK, VALUE_DURATION, "Time between the two accounts' uses of the rarest of them." },
	{ "network", CALL_KIND, PAIR_OR_LINK, VALUE_TEXT, "Kind of network of the rarest of them." },
	{ "coverage_low", CALL_KIND, PAIR_OR_LINK, VALUE_NUMBER,
	  "Share of days with the kind that are days on shared values, of the account where it is less." },
	{ "coverage_high", CALL_KIND, PAIR_OR_LINK, VALUE_NUMBER, "The same of the account where it is more." },
	{ "days_low", CALL_KIND, PAIR_OR_LINK, VALUE_NUMBER, "Days on which the account used a value of the kind, of the one that has fewer: 0 where one of the two never told any." },
	{ "agreement", CALL_KIND, PAIR_OR_LINK, VALUE_TEXT, "equal, overlap or differ: the two accounts' facts of the kind; missing unless both have one." },
	{ "kinds", CALL_FAMILY, PAIR_OR_LINK, VALUE_NUMBER, "Number of kinds of the family of which a value is shared." },
	{ "turns", CALL_TIMING, PAIR_OR_LINK, VALUE_NUMBER, "How often the timing rule saw the two accounts worked one after the other." },
	{ "turn_share", CALL_TIMING, PAIR_OR_LINK, VALUE_NUMBER,
	  "Those turns as a share of the sessions of the account that has fewer: of its address for 'on', of its cohort for 'among'." },
	{ "surprise", CALL_TIMING, PAIR_OR_LINK, VALUE_NUMBER, "Bits by which that exceeds what chance explains." },
	{ "value", CALL_KIND, SCOPE_EVENT, VALUE_TEXT, "The event's value of the kind, where its kind is kept in the clear." },
	{ "claimants", CALL_COUNTED, SCOPE_EVENT, VALUE_NUMBER,
	  "Accounts whose user agent names the event's browser and system, where their stack is known; of a counted kind, as the next three." },
	{ "claim_share", CALL_COUNTED, SCOPE_EVENT, VALUE_NUMBER, "Share of them that has the event's stack: how usual the stack is for what it says it is." },
	{ "stack_holders", CALL_COUNTED, SCOPE_EVENT, VALUE_NUMBER, "Accounts that have the event's stack." },
	{ "stack_share", CALL_COUNTED, SCOPE_EVENT, VALUE_NUMBER, "Share of them that says it is the event's browser and system." },
	{ NULL, CALL_KIND, 0, VALUE_MISSING, NULL },
};

int call_find(struct bytes name)
{
	for (int i = 0; call_rows[i].name; i++)
		if (bytes_is(name, call_rows[i].name))
			return i;
	return -1;
}

int field_find(struct bytes name)
{
	for (int i = 0; field_rows[i].name; i++)
		if (bytes_is(name, field_rows[i].name))
			return i;
	return -1;
}
