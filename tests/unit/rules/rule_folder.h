/* A small folder of rules, made and removed. */
#ifndef ASSOCD_TESTS_RULE_FOLDER_H
#define ASSOCD_TESTS_RULE_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char scoring[] = "scoring: {}\nfamilies: [household, device]\nrelations: {joint: {joint: true}, agency: {explains: true}}\n";
static const char attributes[] =
	"attributes:\n"
	"  - {kind: ip, title: address, path: ip, normalise: [ip], class: plain, hub_cap: 40, network: true}\n"
	"  - {kind: device.id, title: device, path: device.id, hub_cap: 12}\n"
	"  - {kind: timezone, title: time zone, path: timezone}\n";

static inline void write_file(const char *dir, const char *name, const char *content)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(content, f);
	fclose(f);
}

static inline void make_folder(char *dir)
{
	strcpy(dir, "/tmp/rules-XXXXXX");
	assert_non_null(mkdtemp(dir));
	write_file(dir, "scoring.yaml", scoring);
	write_file(dir, "attributes.yaml", attributes);
}

static inline void remove_folder(const char *dir)
{
	char command[100];
	snprintf(command, sizeof command, "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

#endif
