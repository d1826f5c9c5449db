/* The events of a site, taken out of a journal: "SITE" stands for itself and for every site that starts with "SITE-". */
#ifndef ASSOCD_MAIN_SITE_H
#define ASSOCD_MAIN_SITE_H

#include "daemon/base/vec.h"
#include "daemon/model/views.h"
#include "daemon/store/store.h"

bool site_has_account(struct bytes site, struct bytes account);
/* Every account that the alert concerns is of the site: it goes with it. */
bool site_has_alert(struct bytes site, const struct alert_view *alert);

struct site_removed {
	struct VEC(uint64_t) ids; /* hashes of the events' ids: they may come again */
	uint64_t events;
};
/* Under the conditions of store_remove. The caller frees ids. */
enum err site_remove(const char *dir, struct bytes site, struct site_removed *out, struct errbuf *eb) MUST_CHECK;

#endif
