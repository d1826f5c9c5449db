/* assocd: the daemon. Runs in the foreground; the service manager, ./run or a shell keeps it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "arguments.h"
#include "daemon.h"
#include "daemon/base/descriptors.h"
#include "daemon/base/log.h"
#include "daemon/vendor/sd.h"
#include "sink_acts.h"
#include "roles.h"

/* -1: go on; else the exit status. */
static int parse_arguments(struct arguments *a, int argc, char **argv)
{
	struct errbuf eb = { { 0 } };
	struct text help = { 0 };
	if (arguments_parse(a, argc, argv, &eb) != ERR_OK)
		return fprintf(stderr, "assocd: %s\n", eb.text) < 0 ? 1 : 2;
	if (a->value[ARGUMENT_VERSION] != NULL)
		return puts("assocd " ASSOCD_VERSION) < 0;
	if (a->value[ARGUMENT_HELP] != NULL) {
		arguments_help(&help);
		int status = fputs(help.ptr, stdout) < 0;
		text_free(&help);
		return status;
	}
	if (a->value[ARGUMENT_DEBUG] != NULL)
		log_set_level(LOG_LEVEL_DEBUG);
	return -1;
}

static enum err load_config(const struct arguments *a, struct config **out, struct errbuf *eb)
{
	const char *named = a->value[ARGUMENT_CONFIG];
	char *found = named == NULL ? config_default_path() : NULL;
	enum err err = config_load(named != NULL ? named : found, out, eb);
	if (found != NULL && access(found, F_OK) != 0)
		errbuf_prefix(eb, "no -c FILE is given, and there is none to find");
	free(found);
	if (err == ERR_OK && a->value[ARGUMENT_STATE] != NULL)
		config_set_state_dir(*out, a->value[ARGUMENT_STATE]);
	if (err == ERR_OK && a->value[ARGUMENT_LISTEN] != NULL)
		config_set_listen(*out, a->value[ARGUMENT_LISTEN]);
	return err;
}

static int check_only(struct daemon *d)
{
	struct errbuf eb = { { 0 } };
	enum err err = settings_check(d->config, &eb);
	if (err == ERR_OK)
		err = judgement_load(d->config, &d->now, &eb);
	if (err == ERR_OK)
		printf("%s: fine; %u signals, %u comparisons, %u limits, %u policies, %zu networks\n", d->config->file,
		       d->now.rules->n_signals, d->now.rules->n_compares, d->now.rules->n_limits, d->now.rules->n_policies,
		       enrich_count(d->now.enrich));
	else
		log_error("main", "%s", eb.text);
	daemon_close(d);
	return err == ERR_OK ? 0 : 1;
}

/* fd: whoever opened it knows where it leads. */
static bool is_for_this_machine(const char *listen)
{
	static const char *const begins[] = { "127.", "localhost:", "[::1]:", "unix:", "fd:" };
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (strncmp(listen, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static int run(struct daemon *d)
{
	struct errbuf eb = { { 0 } };
	if (daemon_start(d, &eb) != ERR_OK) {
		log_error("main", "%s", eb.text);
		daemon_close(d);
		return 1;
	}
	log_info("main", "listening on %s, state in %s", d->config->listen, d->config->state_dir);
	if (d->tls == NULL && !is_for_this_machine(d->config->listen))
		log_warn("main", "%s is beyond this machine and without TLS: whoever is on the way reads tokens and events; "
			 "`tls_certificate` and `tls_key` encrypt them", d->config->listen);
	sd_tell("READY=1\nSTATUS=listening on %s", d->config->listen);
	loop_run(d->loop, loop_once, d);
	sd_tell("STOPPING=1");
	snapshot_last(d);
	log_info("main", "stopped");
	daemon_close(d);
	return 0;
}

int main(int argc, char **argv)
{
	struct arguments a;
	struct daemon d = { 0 };
	struct errbuf eb = { { 0 } };
	descriptors_fill_standard();
	memory_setup();
	int status = parse_arguments(&a, argc, argv);
	if (status >= 0)
		return status;
	if (load_config(&a, &d.config, &eb) != ERR_OK) {
		log_error("main", "%s", eb.text);
		return 1;
	}
	if (a.value[ARGUMENT_ROLE] != NULL) {
		status = role_run(a.value[ARGUMENT_ROLE], d.config, a.value[ARGUMENT_INTERFACE]);
		config_free(d.config);
		return status;
	}
	return a.value[ARGUMENT_CHECK] != NULL ? check_only(&d) : run(&d);
}
