/* Standard input, output and error. */
#ifndef ASSOCD_BASE_DESCRIPTORS_H
#define ASSOCD_BASE_DESCRIPTORS_H

/* The first call of a program: a standard descriptor that its caller closed would be given to the next file that is
 * opened, and the log be written into the database. What takes its place fails when it is read from or written to. */
void descriptors_fill_standard(void);

#endif
