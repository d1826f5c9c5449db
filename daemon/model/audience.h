/* Who is told of the alerts that an event brings about. It travels with the event to the journal, with the alert to the
 * outbox, and is no part of what the engine scores. */
#ifndef ASSOCD_MODEL_AUDIENCE_H
#define ASSOCD_MODEL_AUDIENCE_H

/* From the widest to the narrowest; kept in the journal as these numbers. */
enum audience {
	AUDIENCE_ALL,  /* every sink */
	AUDIENCE_LOG,  /* the alert log alone: the sample */
	AUDIENCE_NONE, /* nobody: imported history */
};

#endif
