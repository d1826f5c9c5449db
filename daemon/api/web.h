/* The files of the dashboard, as the build embeds them (web/embed.cmake). */
#ifndef ASSOCD_API_WEB_H
#define ASSOCD_API_WEB_H

#include "daemon/base/bytes.h"

struct web_file {
	const char *path; /* below /web/, "views/now.js" */
	const char *type;
	const char *tag;  /* for ETag, with its quotes; changes with the content */
	struct bytes plain, gzip;
};
extern const struct web_file web_files[]; /* ended by a NULL path */
/* "v-" and a hash of all of them: the folder below /web/ under which the page names them. What is there never changes. */
extern const char web_version[];

#endif
