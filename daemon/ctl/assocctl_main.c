/* assocctl: asks the daemon, states things to it, and works on files offline. */
#include "run.h"

int main(int argc, char **argv)
{
	memory_setup();
	return ctl_run(argc, argv);
}
