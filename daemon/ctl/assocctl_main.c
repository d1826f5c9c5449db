/* assocctl: asks the daemon, states things to it, and works on files offline. */
#include "daemon/base/descriptors.h"
#include "run.h"

int main(int argc, char **argv)
{
	descriptors_fill_standard();
	memory_setup();
	return ctl_run(argc, argv);
}
