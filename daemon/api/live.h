/* Who looks on: streams of server-sent events that tell the status now and after every change. */
#ifndef ASSOCD_API_LIVE_H
#define ASSOCD_API_LIVE_H

struct api;
struct live;

struct live *live_new(struct api *api); /* borrowed, must outlive it */
/* Ends every stream; before the server goes. */
void live_free(struct live *live);
/* Ends every stream: whoever still may comes back. */
void live_end_all(struct live *live);

#endif
