/* The process at the other end parses what strangers send: what it says is checked like what they say. */
#include "wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16
#define SEND_BUFFER (4 << 20)

static bool is_ended(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool facts_are_sound(const struct flow_facts *facts)
{
	for (const struct facts_text *row = facts_texts; row->name; row++)
		if (!is_ended((const char *)facts + row->offset, row->size))
			return false;
	return facts->proto < FLOW_PROTOS && facts->first_us >= 0 && facts->last_us >= 0;
}

enum err decode_wire(struct bytes bytes, struct wire_message *out)
{
	if (bytes.len != sizeof(*out))
		return ERR_INPUT;
	memcpy(out, bytes.ptr, sizeof(*out));
	if (out->version != WIRE_VERSION || out->type >= WIRE_TYPES || !is_ended(out->interface, sizeof(out->interface)))
		return ERR_INPUT;
	if (out->type == WIRE_LEARNED || out->type == WIRE_ENDED)
		return facts_are_sound(&out->facts) ? ERR_OK : ERR_INPUT;
	if (out->type == WIRE_OPENED || out->type == WIRE_FAILED)
		return is_ended(out->text, sizeof(out->text)) ? ERR_OK : ERR_INPUT;
	return ERR_OK;
}

static int socket_at(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address->sun_path, path);
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static int closed(int fd)
{
	int code = errno;

	close(fd);
	errno = code;
	return -1;
}

/* The daemon holds the lock of its state folder: whatever lies there is left from one that is gone. */
int wire_listen(const char *path)
{
	struct sockaddr_un address;
	int fd = socket_at(path, &address);

	if (fd < 0)
		return -1;
	(void)unlink(path);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 || chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0)
		return closed(fd);
	return fd;
}

int wire_connect(const char *path)
{
	struct sockaddr_un address;
	int fd = socket_at(path, &address), room = SEND_BUFFER;

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return closed(fd);
	/* As far as net.core.wmem_max lets it. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return fd;
}
