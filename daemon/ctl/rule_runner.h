/* Runs the tests beside rules on the real engine, in memory. */
#ifndef ASSOCD_CTL_RULE_RUNNER_H
#define ASSOCD_CTL_RULE_RUNNER_H

#include "daemon/base/text.h"
#include "rules/rule_tests.h"

/* True when everything expected came out; else each difference is a line "path:line: ..." in failures. */
bool rule_test_run(const struct ruleset *rules, const char *path, const struct rule_test *test, struct text *failures);

#endif
