/* The OpenAPI 3.1 document, from the route table, the table of an event's keys and a table of schemas. */
#include <stdio.h>

#include "call.h"
#include "daemon/model/event_keys.h"

/* What an act on alerts takes, each by its own. */
#define ACT_KEYS "\"value\":{\"enum\":[\"confirmed\",\"false_positive\",\"explained\",\"withdrawn\",\"expired\"]}," \
		 "\"owner\":{\"type\":[\"string\",\"null\"]},\"text\":{\"type\":\"string\"},\"until\":{\"type\":\"string\"}"

#define REASONED "\"error\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}"
#define LINE "{\"type\":\"object\",\"properties\":{\"line\":{\"type\":\"integer\"}," REASONED "}}"
#define IGNORED "\"ignored\":{\"type\":\"object\",\"description\":\"a statement that changed nothing: why\",\"properties\":{" REASONED "}}"

/* Made from the keys of an event. */
static const struct {
	const char *name;
	const struct event_key *rows;
} event_schemas[] = { { "Event", event_keys }, { "RelationBody", event_relation_keys }, { "MarkBody", event_mark_keys } };

/* Schemas as JSON; the members that callers rely on. Answers may gain further members. */
static const struct {
	const char *name, *json;
} schemas[] = {
	{ "Problem", "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\"],\"properties\":{\"type\":{\"type\":\"string\"},"
		     "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
		     "\"instance\":{\"type\":\"string\"},\"error\":{\"type\":\"string\",\"description\":\"stable word of the reason\"}}}" },
	{ "Assessment", "{\"type\":\"object\",\"properties\":{\"account\":{\"type\":\"string\"},\"risk\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000},"
			"\"band\":{\"enum\":[\"none\",\"possible\",\"probable\",\"strong\"]},\"links\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":"
			"{\"account\":{\"type\":\"string\"},\"score\":{\"type\":\"integer\"},\"state\":{\"type\":\"string\"}}}},\"cluster\":{\"type\":[\"string\",\"null\"]},"
			"\"alerts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"seq\":{\"type\":\"integer\"},\"duplicate\":{\"type\":\"boolean\"}," IGNORED "}}" },
	{ "Counts", "{\"type\":\"object\",\"properties\":{\"accepted\":{\"type\":\"integer\"},\"duplicate\":{\"type\":\"integer\"},\"refused\":{\"type\":\"array\","
		    "\"items\":" LINE "},\"ignored\":{\"type\":\"array\",\"description\":\"statements that were accepted and changed nothing\","
		    "\"items\":" LINE "}}}" },
	{ "Stated", "{\"type\":\"object\",\"properties\":{\"accepted\":{\"type\":\"integer\"},\"duplicate\":{\"type\":\"integer\"},\"seq\":{\"type\":\"integer\"}," IGNORED "}}" },
	{ "Removed", "{\"type\":\"object\",\"properties\":{\"removed\":{\"type\":\"integer\"}}}" },
	{ "Relation", "{\"type\":\"object\",\"required\":[\"account\",\"relation\"],\"properties\":{\"account\":{\"type\":\"string\"},"
		      "\"relation\":{\"$ref\":\"#/components/schemas/RelationBody\"},"
		      "\"actor\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"}}}" },
	{ "Verdict", "{\"type\":\"object\",\"required\":[\"account\",\"value\",\"reason\"],\"properties\":{\"account\":{\"type\":\"string\"},\"with\":{\"type\":\"string\"},"
		     "\"alert\":{\"type\":\"string\"},\"value\":{\"enum\":[\"clean\",\"confirmed\",\"not_same\"]},\"actor\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"}}}" },
	{ "AlertStatement", "{\"type\":\"object\",\"properties\":{\"actor\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"}," ACT_KEYS "}}" },
	{ "AlertActs", "{\"type\":\"object\",\"required\":[\"act\",\"alerts\"],\"properties\":{"
		       "\"act\":{\"enum\":[\"ack\",\"assign\",\"note\",\"snooze\",\"wake\",\"resolve\",\"reopen\"]},\"alerts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		       "\"actor\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"}," ACT_KEYS "}}" },
	{ "Link", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"string\"},\"score\":{\"type\":\"integer\"},\"computed\":{\"type\":\"integer\"},"
		  "\"band\":{\"type\":\"string\"},\"state\":{\"enum\":[\"suspected\",\"explained\",\"joint\",\"confirmed\",\"cleared\",\"withdrawn\"]},\"reason\":{\"type\":[\"string\",\"null\"]},\"because\":{\"$ref\":\"#/components/schemas/Because\"},\"is_bridge\":{\"type\":\"boolean\",\"description\":\"in a cluster: without it, it would fall apart\"},\"bits\":{\"type\":\"number\"}}}" },
	{ "Because", "{\"type\":\"object\",\"description\":\"what a reason is made of, for who says it in another language; absent where it is somebody's own words\",\"properties\":{"
		     "\"cause\":{\"enum\":[\"value\",\"mark\",\"statement\",\"rules\",\"events_out\"]},"
		     "\"kind\":{\"type\":\"string\",\"description\":\"of the value; absent: a mark on a range\"},\"shown\":{\"type\":\"string\"},"
		     "\"holders\":{\"type\":\"integer\"},\"is_at_least\":{\"type\":\"boolean\",\"description\":\"more accounts than that hold it\"},"
		     "\"statement\":{\"type\":\"string\",\"description\":\"type of the event\"},\"value\":{\"type\":\"string\"},\"actor\":{\"type\":\"string\"},"
		     "\"reason\":{\"type\":\"string\"},\"proof\":{\"type\":\"string\"},\"at\":{\"type\":\"string\",\"description\":\"of the verdict on a link\"},"
		     "\"new_bits\":{\"type\":\"number\",\"description\":\"evidence since then, which reopened the link\"},"
		     "\"limit\":{\"enum\":[\"joint\",\"account\"],\"description\":\"of an ignored relation: whose relations are as many as may be\"},\"most\":{\"type\":\"integer\"}}}" },
	{ "Links", "{\"type\":\"object\",\"properties\":{\"account\":{\"type\":\"string\"},\"links\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Link\"}},"
		   "\"total\":{\"type\":\"integer\"}}}" },
	{ "Why", "{\"type\":\"object\",\"properties\":{\"ignored\":{\"type\":\"array\",\"description\":\"values that both hold and that people marked\",\"items\":{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\"},"
		 "\"mark\":{\"enum\":[\"shared\",\"generic\"]},\"reason\":{\"type\":\"string\"},\"marked\":{\"type\":\"object\",\"description\":\"range, actor, reason and at of the mark\"},\"notes\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}},"
		 "\"is_closed\":{\"type\":\"object\",\"description\":\"of a and b\",\"properties\":{\"a\":{\"type\":\"boolean\"},\"b\":{\"type\":\"boolean\"}}},"
		 "\"alerts\":{\"type\":\"array\",\"description\":\"that stand about both\",\"items\":{\"$ref\":\"#/components/schemas/Alert\"}},"
		 "\"path\":{\"type\":\"array\",\"description\":\"the strongest way over other accounts, where that says more\","
		 "\"items\":{\"$ref\":\"#/components/schemas/Link\"}},\"link\":{\"$ref\":\"#/components/schemas/Link\"},\"listed\":{\"type\":[\"integer\",\"null\"],"
		 "\"description\":\"score of the last reading, which lists, clusters and alerts go by\"},\"listed_at\":{\"type\":[\"string\",\"null\"]},"
		 "\"fitted\":{\"type\":\"boolean\"},\"sentences\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"prior_bits\":{\"type\":\"number\"},\"sum_bits\":{\"type\":\"number\"},"
		 "\"families\":{\"type\":\"array\",\"description\":\"what the evidence of each family comes to, the most bits first\",\"items\":{\"type\":\"object\","
		 "\"properties\":{\"family\":{\"type\":[\"string\",\"null\"]},\"bits\":{\"type\":\"number\"}}}},"
		 "\"evidence\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"rule\":{\"type\":\"string\"},\"bits\":{\"type\":\"number\"},"
		 "\"without\":{\"type\":\"integer\"},\"holders\":{\"type\":\"integer\"},\"sentence\":{\"type\":\"string\"},"
		 "\"explain\":{\"type\":\"string\",\"description\":\"the sentence as its rule has it; what its places mean: a and b of the link, shown, holders, network, gap_ms, and:\"},"
		 "\"agreement\":{\"enum\":[\"equal\",\"overlap\",\"differ\"]},\"common\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		 "\"found\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"say\":{\"type\":\"string\",\"description\":\"with {bin} or {percent} for the range or the word\"},"
		 "\"from\":{\"type\":\"string\"},\"to\":{\"type\":\"string\"},\"word\":{\"type\":\"string\"}}}},"
		 "\"note\":{\"type\":[\"string\",\"null\"]},\"note_word\":{\"enum\":[\"recycled\",\"generic\",\"further\",\"little_coverage\",\"nothing_alone\",\"common\",\"supports_only\",null]},"
		 "\"notes\":{\"type\":\"array\",\"description\":\"what people noted of the value and of ranges that it lies in (range), newest first\",\"items\":{\"type\":\"object\"}}}}}}}" },
	{ "Account", "{\"type\":\"object\",\"properties\":{\"account\":{\"type\":\"string\"},\"risk\":{\"type\":\"integer\"},\"verdict\":{\"type\":[\"string\",\"null\"]},"
		     "\"declared\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\"},\"group\":{\"type\":[\"string\",\"null\"]},"
		     "\"with\":{\"type\":[\"string\",\"null\"]},\"is_accepted\":{\"type\":\"boolean\"},\"members\":{\"type\":\"integer\"},\"proof\":{\"type\":[\"string\",\"null\"]}}}},"
		     "\"contagion\":{\"type\":[\"object\",\"null\"],\"properties\":{\"score\":{\"type\":\"integer\"},\"source\":{\"type\":\"string\"},"
		     "\"because\":{\"enum\":[\"closed\",\"confirmed\"]},\"path\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Link\"}}}},\"links\":{\"type\":\"array\","
		     "\"items\":{\"$ref\":\"#/components/schemas/Link\"}},\"values\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}" },
	{ "Cluster", "{\"type\":\"object\",\"properties\":{\"cluster\":{\"type\":\"string\"},\"members\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
		     "\"links\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Link\"}},"
		     "\"alerts\":{\"type\":\"array\",\"description\":\"that stand about it or in it, most urgent first\",\"items\":{\"$ref\":\"#/components/schemas/Alert\"}}}}" },
	{ "History", "{\"type\":\"object\",\"properties\":{\"account\":{\"type\":\"string\"},\"cluster\":{\"type\":\"string\"},\"changes\":{\"type\":\"array\","
		     "\"items\":{\"type\":\"object\",\"properties\":{\"at\":{\"type\":\"string\"},\"seq\":{\"type\":\"integer\"},\"change\":{\"type\":\"string\"},"
		     "\"account\":{\"type\":[\"string\",\"null\"]},\"cluster\":{\"type\":[\"string\",\"null\"]},\"alert\":{\"type\":[\"string\",\"null\"]},"
		     "\"rule\":{\"type\":[\"string\",\"null\"]},\"relation\":{\"type\":[\"string\",\"null\"]},\"score_before\":{\"type\":\"integer\"},"
		     "\"score\":{\"type\":\"integer\"},\"reason\":{\"type\":[\"string\",\"null\"]},\"because\":{\"$ref\":\"#/components/schemas/Because\"}}}},"
		     "\"total\":{\"type\":\"integer\",\"description\":\"changes that there ever were\"}}}" },
	{ "Alert", "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"rule\":{\"type\":\"string\"},\"level\":{\"type\":\"string\"},"
		   "\"state\":{\"enum\":[\"open\",\"acknowledged\",\"appealed\",\"resolved\"]},\"summary\":{\"type\":\"string\"},\"accounts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		   "\"path\":{\"type\":\"array\",\"description\":\"how contagion comes to its account: each with the score or the state of the link to the one before\",\"items\":{\"type\":\"object\"}},"
		   "\"path_end\":{\"enum\":[\"closed\",\"confirmed\"]},"
		   "\"score\":{\"type\":\"integer\",\"description\":\"as it was told\"},\"score_now\":{\"type\":\"integer\",\"description\":\"of its link, where it is another by now: too little for news\"},"
		   "\"lead\":{\"type\":[\"string\",\"null\"],\"description\":\"the alert that it is merged into\"},"
		   "\"group\":{\"type\":[\"object\",\"null\"],\"description\":\"what it stands for\",\"properties\":{\"alerts\":{\"type\":\"integer\"},"
		   "\"accounts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"reasons\":{\"type\":\"array\",\"description\":\"gravest first; the summary is about the first\",\"items\":{\"type\":\"object\",\"properties\":{"
		   "\"rule\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"level\":{\"type\":\"string\"},\"score\":{\"type\":\"integer\"},\"score_now\":{\"type\":\"integer\"},\"alerts\":{\"type\":\"integer\"},"
		   "\"recommendation\":{\"type\":\"string\"},\"subject\":{\"enum\":[\"account\",\"link\",\"cluster\"]},\"accounts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		   "\"cluster\":{\"type\":\"string\"},\"members\":{\"type\":\"integer\"},\"path\":{\"type\":\"array\"},\"path_end\":{\"type\":\"string\"}}}},"
		   "\"merged\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}},"
		   "\"owner\":{\"type\":[\"string\",\"null\"]},\"snoozed_until\":{\"type\":[\"string\",\"null\"]},\"notes\":{\"type\":\"integer\"},"
		   "\"resolution\":{\"enum\":[\"confirmed\",\"false_positive\",\"explained\",\"withdrawn\",\"expired\",null]}}}" },
	{ "Alerts", "{\"type\":\"object\",\"properties\":{\"alerts\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Alert\"}},\"next\":{\"type\":[\"string\",\"null\"]},"
		    "\"total\":{\"type\":\"integer\"},\"merged\":{\"type\":\"integer\",\"description\":\"further ones, merged into others\"},\"overdue\":{\"type\":\"integer\"},\"levels\":{\"type\":\"object\",\"description\":\"how many of each level\"}}}" },
	{ "Value", "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\"},\"key\":{\"type\":\"string\"},\"shown\":{\"type\":\"string\"},"
		   "\"holders\":{\"type\":\"integer\"},\"is_hub\":{\"type\":\"boolean\"},\"mark\":{\"type\":[\"object\",\"null\"]},\"notes\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
		   "\"accounts\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}" },
	{ "Values", "{\"type\":\"object\",\"properties\":{\"values\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\"},"
		    "\"shown\":{\"type\":\"string\"},\"holders\":{\"type\":\"integer\"},\"is_hub\":{\"type\":\"boolean\"},\"accounts\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}}}}" },
	{ "Stacks", "{\"type\":\"object\",\"properties\":{\"stacks\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
		    "\"kind\":{\"type\":\"string\"},\"stack\":{\"type\":\"string\"},\"accounts\":{\"type\":\"integer\"},\"rarity\":{\"type\":\"number\"},"
		    "\"claims\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"agent\":{\"type\":\"string\"},"
		    "\"accounts\":{\"type\":\"integer\"},\"of\":{\"type\":\"integer\"}}}}}}}}}" },
	{ "Rules", "{\"type\":\"object\",\"properties\":{\"rules\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"rule\":{\"type\":\"string\"},"
		   "\"form\":{\"enum\":[\"signal\",\"compare\",\"limit\",\"policy\"]},\"status\":{\"enum\":[\"stable\",\"experimental\"]},"
		   "\"links\":{\"type\":\"integer\"},"
		   "\"tried\":{\"type\":\"object\",\"description\":\"an experimental rule of evidence, weighed beside the others since the start\"},"
		   "\"opened\":{\"type\":\"integer\"},\"standing\":{\"type\":\"integer\"}}}},"
		   "\"links_read\":{\"type\":\"integer\"},\"links\":{\"type\":\"integer\"}}}" },
	{ "Dossier", "{\"type\":\"object\",\"properties\":{\"dossier\":{\"const\":1},\"title\":{\"type\":\"string\"},\"audience\":{\"type\":\"string\"},"
		     "\"language\":{\"type\":\"string\",\"description\":\"absent: English\"},\"as_of\":{\"type\":\"string\"},\"seq\":{\"type\":\"integer\"},\"sections\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
		     "\"section\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"sentences\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		     "\"rows\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},\"seal\":{\"type\":\"string\"}}}}}}" },
	{ "Mark", "{\"type\":\"object\",\"required\":[\"mark\",\"value\",\"reason\"],\"properties\":{\"mark\":{\"$ref\":\"#/components/schemas/MarkBody\"},"
		  "\"value\":{\"enum\":[\"shared\",\"generic\",\"none\",\"note\"]},\"actor\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"}}}" },
	{ "Marks", "{\"type\":\"object\",\"properties\":{\"marks\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
		   "\"kind\":{\"type\":[\"string\",\"null\"]},\"shown\":{\"type\":\"string\"},\"key\":{\"type\":[\"string\",\"null\"]},"
		   "\"range\":{\"type\":[\"string\",\"null\"]},\"holders\":{\"type\":\"integer\"},\"mark\":{\"type\":[\"object\",\"null\"]},"
		   "\"notes\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}},\"total\":{\"type\":\"integer\"}}}" },
	{ "MarkEffect", "{\"type\":\"object\",\"properties\":{\"values\":{\"type\":\"integer\"},\"links\":{\"type\":\"integer\",\"description\":\"of 500 and more\"},"
			"\"read\":{\"type\":\"integer\",\"description\":\"the strongest of them\"},\"ending\":{\"type\":\"integer\",\"description\":\"of those, how many would fall below 500\"},"
			"\"alerts\":{\"type\":\"integer\"},\"strongest\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}" },
	{ "Found", "{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\"},\"accounts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		   "\"more_accounts\":{\"type\":\"boolean\",\"description\":\"more accounts begin so than are listed\"},"
		   "\"alert\":{},\"cluster\":{},\"values\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}" },
	{ "Subject", "{\"type\":\"object\",\"properties\":{\"schema\":{\"const\":\"assocd.subject/1\"},\"account\":{\"type\":\"string\"},"
		     "\"made_at\":{\"type\":\"string\"},\"standing\":{\"$ref\":\"#/components/schemas/Account\"},"
		     "\"history\":{\"$ref\":\"#/components/schemas/History\"},\"alerts\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Alert\"}},"
		     "\"next\":{\"type\":[\"integer\",\"null\"],\"description\":\"before= of what comes behind\"},"
		     "\"events\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}" },
	{ "Erased", "{\"type\":\"object\",\"properties\":{\"account\":{\"type\":\"string\"},\"events\":{\"type\":\"integer\"},\"told\":{\"type\":\"integer\","
		    "\"description\":\"rows of alerts and messages that went\"},\"log_lines\":{\"type\":\"integer\"},\"compressed_logs\":{\"type\":\"integer\","
		    "\"description\":\"files that were not looked into\"},\"unread_lines\":{\"type\":\"integer\",\"description\":\"of logs, of more than 16 MiB: passed over\"},"
		    "\"unread_at\":{\"type\":[\"string\",\"null\"],\"description\":\"the first of them, FILE:LINE\"},\"searched_bytes\":{\"type\":\"integer\"},\"left\":{\"type\":\"integer\","
		    "\"description\":\"how often the name is still in the files\"},\"left_in\":{\"type\":[\"string\",\"null\"]},"
		    "\"unsearched_files\":{\"type\":\"integer\",\"description\":\"that could not be read for it\"},"
		    "\"unsearched_at\":{\"type\":[\"string\",\"null\"],\"description\":\"the first of them, and why\"},\"packed\":{\"type\":\"boolean\"}}}" },
	{ "KeyChange", "{\"type\":\"object\",\"properties\":{\"changed\":{\"type\":\"boolean\"},\"old_until\":{\"type\":[\"string\",\"null\"],"
		       "\"description\":\"when the key before goes; null: retain_hash is not set, and it stays\"}}}" },
	{ "Events", "{\"type\":\"object\",\"properties\":{\"account\":{\"type\":\"string\"},\"events\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
		    "\"next\":{\"type\":[\"integer\",\"null\"],\"description\":\"before= of what may come behind, null: these are all; an answer looks at "
		    "10,000,000 events of the journal at most, so it may hold fewer than limit, or none\"}}}" },
	{ "Series", "{\"type\":\"object\",\"properties\":{\"days\":{\"type\":\"object\",\"description\":\"arrays of equal length: at (seconds), accounts, links, alerts\"},"
		    "\"minutes\":{\"type\":\"object\",\"description\":\"at (seconds), accepted, refused\"}}}" },
	{ "RuleFile", "{\"type\":\"object\",\"required\":[\"file\",\"text\"],\"properties\":{\"rule\":{\"type\":\"string\"},"
		      "\"file\":{\"type\":\"string\",\"description\":\"its name in the rules folder, NAME.yaml\"},\"text\":{\"type\":\"string\"}}}" },
	{ "Backtest", "{\"type\":\"object\",\"properties\":{\"state\":{\"enum\":[\"none\",\"running\",\"failed\",\"cancelled\",\"done\"]},\"file\":{\"type\":\"string\"},"
		      "\"seq\":{\"type\":\"integer\"},\"of\":{\"type\":\"integer\"},\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
		      "\"took_ms\":{\"type\":\"integer\"},\"difference\":{\"type\":\"object\",\"properties\":{"
		      "\"links\":{\"type\":\"object\",\"description\":\"of 500 and more: how many appear, disappear, change their band; examples\"},"
		      "\"rules\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}}}" },
	{ "Sinks", "{\"type\":\"object\",\"properties\":{\"sinks\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"sink\":{\"type\":\"string\"},"
		   "\"type\":{\"type\":\"string\"},\"delivered\":{\"type\":\"integer\"},\"waiting\":{\"type\":\"integer\"},\"failures\":{\"type\":\"integer\"},"
		   "\"dead\":{\"type\":\"integer\"},\"is_failing\":{\"type\":\"boolean\"},\"why\":{\"type\":[\"string\",\"null\"]}}}}}}" },
	{ "DeadLetters", "{\"type\":\"object\",\"properties\":{\"letters\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"number\":{\"type\":\"integer\"},"
			 "\"alert\":{\"type\":\"string\"},\"at\":{\"type\":\"string\"},\"died\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"},"
			 "\"change\":{\"$ref\":\"#/components/schemas/Alert\"}}}}}}" },
	{ "Audit", "{\"type\":\"object\",\"properties\":{\"next\":{\"type\":[\"string\",\"null\"]},\"compressed\":{\"type\":\"integer\",\"description\":"
		   "\"files of the log that were not looked into\"},\"entries\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
		   "\"at\":{\"type\":\"string\"},\"actor\":{\"type\":\"string\"},\"from\":{\"type\":\"string\"},\"did\":{\"type\":\"string\"},"
		   "\"accounts\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"id\":{\"type\":\"string\"},\"refused\":{\"type\":\"boolean\"},"
		   "\"missing\":{\"type\":\"integer\"},\"n\":{\"type\":\"integer\"},\"prev\":{\"type\":\"string\"},\"salt\":{\"type\":\"string\"},\"seal\":{\"type\":\"string\"}}}}}}" },
	{ "SinkTest", "{\"type\":\"object\",\"properties\":{\"delivered\":{\"type\":\"boolean\"},\"why\":{\"type\":[\"string\",\"null\"]}}}" },
	{ "Me", "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"roles\":{\"type\":\"array\",\"items\":"
		"{\"enum\":[\"ingest\",\"read\",\"analyst\",\"admin\",\"trusted\"]}}}}" },
	{ "Status", "{\"type\":\"object\",\"properties\":{\"version\":{\"type\":\"string\"},\"seq\":{\"type\":\"integer\"},\"events\":{\"type\":\"integer\"},\"accounts\":{\"type\":\"integer\"}}}" },
};

static void write_reference(struct text *out, const char *schema)
{
	char reference[80];

	snprintf(reference, sizeof(reference), "#/components/schemas/%s", schema);
	json_open_object(out);
	json_member_string(out, "$ref", bytes_of(reference));
	json_close_object(out);
}

static void write_content(struct text *out, const char *media_type, const char *schema)
{
	json_key(out, media_type);
	json_open_object(out);
	json_key(out, "schema");
	write_reference(out, schema);
	json_close_object(out);
}

static void write_parameter(struct text *out, struct bytes name, const char *where, struct bytes description)
{
	bool is_path = strcmp(where, "path") == 0;

	json_open_object(out);
	json_member_string(out, "name", name);
	json_member_string(out, "in", bytes_of(where));
	json_member_bool(out, "required", is_path);
	if (description.len > 0)
		json_member_string(out, "description", description);
	json_key(out, "schema");
	json_raw(out, BYTES_LIT("{\"type\":\"string\"}"));
	json_close_object(out);
}

static void write_parameters(struct text *out, const struct route *r)
{
	struct bytes query = r->query ? bytes_of(r->query) : BYTES_NONE;

	json_key(out, "parameters");
	json_open_array(out);
	for (const char *at = strchr(r->pattern, '{'); at; at = strchr(at + 1, '{'))
		write_parameter(out, bytes_make(at + 1, strcspn(at + 1, "}")), "path", BYTES_LIT("percent-encoded"));
	while (query.len > 0) {
		ptrdiff_t cut = bytes_find_char(query, '&');
		struct bytes pair = bytes_slice(query, 0, cut < 0 ? query.len : (size_t)cut);
		size_t equals = (size_t)bytes_find_char(pair, '=');

		write_parameter(out, bytes_slice(pair, 0, equals), "query", bytes_slice(pair, equals + 1, pair.len));
		query = bytes_slice(query, pair.len + 1, query.len);
	}
	json_close_array(out);
}

static void write_body(struct text *out, const struct route *r)
{
	if (!r->body)
		return;
	json_key(out, "requestBody");
	json_open_object(out);
	json_member_bool(out, "required", true);
	json_key(out, "content");
	json_open_object(out);
	write_content(out, "application/json", r->body);
	if (strcmp(r->body, "Event") == 0)
		write_content(out, "application/x-ndjson", r->body);
	json_close_object(out);
	json_close_object(out);
}

static void write_responses(struct text *out, const struct route *r)
{
	json_key(out, "responses");
	json_open_object(out);
	json_key(out, "200");
	json_open_object(out);
	json_member_string(out, "description", BYTES_LIT("done"));
	if (r->result) {
		json_key(out, "content");
		json_open_object(out);
		if (strcmp(r->result, "Dossier") == 0)
			json_raw(out, BYTES_LIT("\"text/html\":{},\"text/markdown\":{}"));
		json_key(out, "application/json");
		json_open_object(out);
		json_key(out, "schema");
		if (strcmp(r->result, "Assessment") == 0)
			json_raw(out, BYTES_LIT("{\"oneOf\":[{\"$ref\":\"#/components/schemas/Assessment\"},{\"$ref\":\"#/components/schemas/Counts\"}]}"));
		else
			write_reference(out, r->result);
		json_close_object(out);
		json_close_object(out);
	}
	json_close_object(out);
	json_key(out, "default");
	json_raw(out, BYTES_LIT("{\"description\":\"a problem (RFC 9457)\",\"content\":{\"application/problem+json\":{\"schema\":"
				"{\"$ref\":\"#/components/schemas/Problem\"}}}}"));
	json_close_object(out);
}

static void write_operation(struct text *out, const struct route *r)
{
	struct text roles = { 0 };

	json_key(out, strcmp(r->method, "GET") == 0 ? "get" : "post");
	json_open_object(out);
	json_member_string(out, "summary", bytes_of(r->summary));
	for (unsigned bit = 1; bit <= ROLE_TRUSTED; bit <<= 1)
		if (r->roles & bit)
			text_addf(&roles, "%s%s", roles.len ? ", " : "", role_name(bit));
	if (r->roles) {
		json_member_string(out, "x-roles", text_bytes(&roles));
	} else {
		json_key(out, "security");
		json_raw(out, BYTES_LIT("[]"));
	}
	write_parameters(out, r);
	write_body(out, r);
	write_responses(out, r);
	json_close_object(out);
	text_free(&roles);
}

/* Has an earlier row written this path? */
static bool is_written(const struct route *r)
{
	for (const struct route *earlier = api_routes; earlier < r; earlier++)
		if (strcmp(earlier->pattern, r->pattern) == 0)
			return true;
	return false;
}

static void write_paths(struct text *out)
{
	json_key(out, "paths");
	json_open_object(out);
	for (const struct route *r = api_routes; r->method; r++) {
		if (is_written(r))
			continue;
		json_key(out, r->pattern);
		json_open_object(out);
		for (const struct route *same = r; same->method; same++)
			if (strcmp(same->pattern, r->pattern) == 0)
				write_operation(out, same);
		json_close_object(out);
	}
	json_close_object(out);
}

/* The keys that say the type of a value; the object stays open. */
static void write_type(struct text *out, enum event_value takes)
{
	static const char *const types[EVENT_VALUES] = {
		[TAKES_TEXT] = "\"type\":\"string\"", [TAKES_BOOL] = "\"type\":\"boolean\"",
		[TAKES_TIME] = "\"type\":[\"string\",\"integer\"]",
		[TAKES_PORT] = "\"type\":\"integer\",\"minimum\":0,\"maximum\":65535",
		[TAKES_ROUND] = "\"type\":\"integer\",\"minimum\":1,\"maximum\":99",
		[TAKES_TEXT_OR_NUMBER] = "\"type\":[\"string\",\"number\"]",
		[TAKES_TEXTS] = "\"type\":\"array\",\"items\":{\"type\":\"string\"}",
		[TAKES_DEVICE] = "\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"number\",\"boolean\"]}",
		[TAKES_IDENTITY] = "\"type\":\"object\",\"additionalProperties\":{\"oneOf\":[{\"type\":\"string\"},"
				   "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}",
		[TAKES_RELATION] = "\"$ref\":\"#/components/schemas/RelationBody\"",
		[TAKES_MARK] = "\"$ref\":\"#/components/schemas/MarkBody\"",
	};

	json_raw(out, bytes_of(types[takes]));
}

static void write_event_keys(struct text *out, const struct event_key *rows)
{
	json_key(out, "properties");
	json_open_object(out);
	for (const struct event_key *row = rows; row->name.len > 0; row++) {
		json_key(out, row->name.ptr);
		json_open_object(out);
		write_type(out, row->takes);
		json_member_string(out, "description", bytes_of(row->help));
		if (row->max > 0)
			json_member_int(out, "maxLength", row->max);
		json_close_object(out);
	}
	json_close_object(out);
	json_key(out, "required");
	json_open_array(out);
	for (const struct event_key *row = rows; row->name.len > 0; row++)
		if (row->is_required)
			json_string(out, row->name);
	json_close_array(out);
}

static void write_schemas(struct text *out)
{
	for (size_t i = 0; i < ARRAY_LEN(event_schemas); i++) {
		json_key(out, event_schemas[i].name);
		json_open_object(out);
		json_member_string(out, "type", BYTES_LIT("object"));
		json_member_string(out, "description", BYTES_LIT("A key that is not required may also be null: that is as if it were absent."));
		write_event_keys(out, event_schemas[i].rows);
		json_close_object(out);
	}
	for (size_t i = 0; i < ARRAY_LEN(schemas); i++) {
		json_key(out, schemas[i].name);
		json_raw(out, bytes_of(schemas[i].json));
	}
}

void get_openapi(struct api_call *call)
{
	struct text *out = call->out;

	json_open_object(out);
	json_member_string(out, "openapi", BYTES_LIT("3.1.0"));
	json_key(out, "info");
	json_open_object(out);
	json_member_string(out, "title", BYTES_LIT("assocd"));
	json_member_string(out, "summary", BYTES_LIT("Which accounts are run by the same people, and why."));
	json_member_string(out, "version", BYTES_LIT(ASSOCD_VERSION));
	json_close_object(out);
	json_key(out, "security");
	json_raw(out, BYTES_LIT("[{\"bearer\":[]}]"));
	write_paths(out);
	json_key(out, "components");
	json_open_object(out);
	json_key(out, "securitySchemes");
	json_raw(out, BYTES_LIT("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
	json_key(out, "schemas");
	json_open_object(out);
	write_schemas(out);
	json_close_object(out);
	json_close_object(out);
	json_close_object(out);
	api_reply_json(call, 200);
}
