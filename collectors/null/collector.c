/* The collector that collects nothing: the shortest one, to copy for a new way in. */
#include "collectors/collector.h"

#include <stdlib.h>

#include "daemon/vendor/yaml.h"

struct null {
	struct collector_stats stats;
};

static enum err null_check(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, struct errbuf *eb)
{
	if (!config || (config->type == YAML_SCALAR && !config->text.len))
		return ERR_OK;
	return yaml_error(doc, config, eb, "'null' has no keys");
}

static enum err null_start(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, void **out,
			   struct errbuf *eb)
{
	enum err e = null_check(host, doc, config, eb);

	if (!e)
		*out = xcalloc(1, sizeof(struct null));
	return e;
}

static void null_pause(void *self)
{
}

static void null_resume(void *self)
{
}

static void null_stop(void *self)
{
	free(self);
}

static void null_stats(const void *self, struct collector_stats *out)
{
	*out = ((const struct null *)self)->stats;
}

COLLECTOR(null) = {
	.name = "null",
	.help = "Collects nothing: the folder to copy for a new way in.",
	.check = null_check,
	.start = null_start,
	.pause = null_pause,
	.resume = null_resume,
	.stop = null_stop,
	.stats = null_stats,
};
