/* assocd: the daemon. Runs in the foreground; the service manager, ./run or a shell keeps it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "daemon/base/descriptors.h"
#include "daemon/base/log.h"
#include "daemon/vendor/sd.h"

struct arguments {
	const char *config, *state, *listen;
	bool only_check;
};

static int print_usage(FILE *to, int status)
{
	fputs("usage: assocd [-c FILE] [--state DIR] [--listen ADDRESS] [-n] [-d]\n"
	      "  -c FILE           configuration (default: $ASSOCD_CONFIG, the build tree's, /etc/assocd/assocd.yaml)\n"
	      "  --state DIR       everything that is written goes here\n"
	      "  --listen ADDRESS  HTTP address, 127.0.0.1:8787\n"
	      "  -n                check configuration and rules, then end\n"
	      "  -d                log more\n"
	      "  --version         print the version\n", to);
	return status;
}

/* -1: go on; else the exit status. */
static int parse_arguments(struct arguments *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		bool has_value = i + 1 < argc;
		if (strcmp(word, "-n") == 0)
			a->only_check = true;
		else if (strcmp(word, "-d") == 0)
			log_set_level(LOG_LEVEL_DEBUG);
		else if (strcmp(word, "-c") == 0 && has_value)
			a->config = argv[++i];
		else if (strcmp(word, "--state") == 0 && has_value)
			a->state = argv[++i];
		else if (strcmp(word, "--listen") == 0 && has_value)
			a->listen = argv[++i];
		else if (strcmp(word, "--version") == 0)
			return puts("assocd " ASSOCD_VERSION) < 0;
		else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			return print_usage(stdout, 0);
		else
			return print_usage(stderr, 2);
	}
	return -1;
}

static enum err load_config(const struct arguments *a, struct config **out, struct errbuf *eb)
{
	char *found = a->config == NULL ? config_default_path() : NULL;
	enum err err = config_load(a->config != NULL ? a->config : found, out, eb);
	free(found);
	if (err == ERR_OK && a->state != NULL)
		config_set_state_dir(*out, a->state);
	if (err == ERR_OK && a->listen != NULL)
		config_set_listen(*out, a->listen);
	return err;
}

static int check_only(struct daemon *d)
{
	struct errbuf eb = { { 0 } };
	enum err err = collectors_check(d->config, &eb);
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

static int run(struct daemon *d)
{
	struct errbuf eb = { { 0 } };
	if (daemon_start(d, &eb) != ERR_OK) {
		log_error("main", "%s", eb.text);
		daemon_close(d);
		return 1;
	}
	log_info("main", "listening on %s, state in %s", d->config->listen, d->config->state_dir);
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
	struct arguments a = { 0 };
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
	return a.only_check ? check_only(&d) : run(&d);
}
