/* The table of commands: help, did-you-mean, completion and the manual page follow it. */
#include "ctl.h"

extern const struct ctl_command ctl_account, ctl_links, ctl_why, ctl_cluster, ctl_history, ctl_report, ctl_search,
	ctl_correlate, ctl_alerts, ctl_hubs, ctl_stacks, ctl_status, ctl_check, ctl_sink_list, ctl_sink_dead, ctl_sink_retry,
	ctl_sink_test, ctl_tour, ctl_ack, ctl_assign, ctl_note, ctl_snooze, ctl_wake, ctl_resolve, ctl_reopen, ctl_declare,
	ctl_verdict, ctl_value_mark, ctl_value_note, ctl_value_list, ctl_send, ctl_sample, ctl_replay, ctl_rules_check,
	ctl_rules_test, ctl_rules_explain, ctl_rules_overlap, ctl_rules_status, ctl_backtest, ctl_calibrate, ctl_flows,
	ctl_db_import, ctl_config_show, ctl_backup, ctl_subject_export, ctl_subject_erase, ctl_audit, ctl_key_rotate, ctl_token_add,
	ctl_token_list, ctl_token_revoke, ctl_completion, ctl_complete_words, ctl_help;

const struct ctl_command *const ctl_commands[] = {
	&ctl_account, &ctl_links, &ctl_why, &ctl_cluster, &ctl_history, &ctl_report, &ctl_search, &ctl_correlate, &ctl_alerts,
	&ctl_hubs, &ctl_stacks, &ctl_rules_status, &ctl_status, &ctl_check, &ctl_sink_list, &ctl_sink_dead, &ctl_sink_retry,
	&ctl_sink_test, &ctl_tour, &ctl_ack, &ctl_assign, &ctl_note, &ctl_snooze, &ctl_wake, &ctl_resolve, &ctl_reopen,
	&ctl_declare, &ctl_verdict, &ctl_value_mark, &ctl_value_note, &ctl_value_list, &ctl_send, &ctl_sample, &ctl_replay,
	&ctl_backtest, &ctl_rules_check, &ctl_rules_test, &ctl_rules_explain, &ctl_rules_overlap, &ctl_calibrate, &ctl_flows,
	&ctl_db_import, &ctl_config_show, &ctl_backup, &ctl_subject_export, &ctl_subject_erase, &ctl_audit, &ctl_key_rotate, &ctl_token_add,
	&ctl_token_list, &ctl_token_revoke, &ctl_completion, &ctl_complete_words, &ctl_help, NULL,
};

const struct ctl_group ctl_groups[] = {
	{ "Questions", &ctl_account }, { "Statements", &ctl_ack }, { "Feeding", &ctl_send }, { "Without a daemon", &ctl_replay },
	{ "This program", &ctl_completion }, { NULL, NULL },
};
