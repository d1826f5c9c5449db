/* Filling what is closed of the first three descriptors; the system gives the lowest free number. */
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "err.h"

void descriptors_fill_standard(void)
{
	static const int wrong_way[] = { O_WRONLY, O_RDONLY, O_RDONLY };
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			BUG_ON(open("/dev/null", wrong_way[fd]) != fd);
}
