/* Any bytes as YAML: a tree whose nodes have places, or an error that names one. */
#include "daemon/vendor/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void walk(const struct yaml_node *node)
{
	for (; node; node = node->next) {
		BUG_ON(node->line == 0 || node->column == 0);
		BUG_ON(node->type == YAML_SCALAR && node->child != NULL);
		walk(node->child);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct errbuf eb = { "" };
	struct yaml_doc *doc;

	if (yaml_parse(bytes_make((const char *)in, n), "f.yaml", &doc, &eb) != ERR_OK) {
		BUG_ON(eb.text[0] == '\0' || doc != NULL);
		return 0;
	}
	walk(yaml_root(doc));
	yaml_doc_free(doc);
	return 0;
}
