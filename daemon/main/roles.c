/* Roles by name. */
#include "roles.h"

#include <string.h>

#include "collectors/packets/capture.h"
#include "collectors/packets/keeper.h"
#include "daemon/base/log.h"

/* As a child of the keeper one interface in this process, else the keeper of all of them. */
static int run_capture(const struct config *c, const char *interface)
{
	const struct collector_host host = { .state_dir = c->state_dir, .config_dir = c->dir };
	struct packets_settings settings;
	const struct keeper_setup setup = { .settings = &settings, .config_file = c->file, .state_dir = c->state_dir, .gate = -1 };
	struct errbuf eb = { "" };

	if (packets_settings_read(&host, c->doc, config_collector(c, "packets"), &settings, &eb) != ERR_OK) {
		log_error("capture", "%s", eb.text);
		return 1;
	}
	if (settings.n_interfaces == 0) {
		log_error("capture", "%s names nothing to capture: collectors, packets, interfaces", c->file);
		return 1;
	}
	return interface ? capture_run(&settings, interface) : keeper_run(&setup);
}

static int run_check(const struct config *c, const char *interface)
{
	return capture_check();
}

static const struct {
	const char *name;
	int (*run)(const struct config *c, const char *interface);
} roles[] = { { "capture", run_capture }, { "capture-check", run_check } };

int role_run(const char *role, const struct config *c, const char *interface)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(roles[i].name, role) == 0)
			return roles[i].run(c, interface);
	log_error("main", "there is no role %s; assocd(8) lists them", role);
	return 2;
}
