/* What is known to be true about pairs of accounts: who runs each account, or what people judged about two of them. */
#ifndef ASSOCD_CTL_LABELS_H
#define ASSOCD_CTL_LABELS_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

struct labels;
enum label {
	LABEL_NONE,      /* nothing is known */
	LABEL_LEFT_OUT,  /* clients of one operator, or an operator and a client: neither the same person nor strangers */
	LABEL_DIFFERENT,
	LABEL_SAME,
};

struct labels *labels_new(void);
void labels_free(struct labels *l);
/* A CSV file with the columns account, person and, if it likes, operator_person; others are ignored. Accounts are named as
 * in links.csv. The error begins with file:line. */
enum err labels_read(const char *path, struct labels **out, struct errbuf *eb) MUST_CHECK;
/* One account. ERR_EXISTS: it is there with another person or operator. operator_person may be empty. */
enum err labels_add(struct labels *l, struct bytes account, struct bytes person, struct bytes operator_person) MUST_CHECK;
/* What was judged about two accounts; a later judgement replaces. It goes before what the persons say. */
void labels_judge_pair(struct labels *l, struct bytes a, struct bytes b, bool is_same);

enum label labels_of(const struct labels *l, struct bytes a, struct bytes b);

struct labels_counts {
	uint64_t accounts;     /* that have a person */
	uint64_t persons;      /* that have an account */
	uint64_t pairs;        /* that were judged */
	uint64_t met, unknown; /* accounts asked about by labels_meet that have a label, and that have none */
};
/* Tells of an account that has events, once each. */
void labels_meet(struct labels *l, struct bytes account);
struct labels_counts labels_counts(const struct labels *l);

#endif
