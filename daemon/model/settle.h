/* What an expression comes to while of its fields only a range is known: by intervals, without evaluating it. */
#ifndef ASSOCD_MODEL_SETTLE_H
#define ASSOCD_MODEL_SETTLE_H

#include "expression.h"

/* A number or duration that lies within low..high, a value of any type that is missing, or anything. */
enum range_state { RANGE_OPEN, RANGE_MISSING, RANGE_WITHIN };
struct range {
	enum range_state state;
	int64_t low, high;
};
#define RANGE_MAX (INT64_MAX / 4) /* no count comes near, nor a sum of some; below -RANGE_MAX and above it are not known */
static inline struct range range_open(void) { return (struct range){ .state = RANGE_OPEN }; }
static inline struct range range_missing(void) { return (struct range){ .state = RANGE_MISSING }; }
static inline struct range range_within(int64_t low, int64_t high) { return (struct range){ RANGE_WITHIN, low, high }; }

typedef struct range range_fn(const void *arg, int field);
struct range expr_range(const struct expr *e, range_fn *field, const void *arg);
/* True: the condition will be *out whatever its fields are within their ranges. NULL is YES. */
bool expr_settles(const struct expr *when, range_fn *field, const void *arg, enum tri *out);

#endif
