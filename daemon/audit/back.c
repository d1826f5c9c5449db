/* Lines of a file, the last first, in pieces.
 * I1: held is what the file has from `from` on, up to where the line that was given last begins. */
#include <unistd.h>

#include "parts.h"

#define PIECE (64u << 10)

void back_begin(struct back *b, int fd, off_t end)
{
	*b = (struct back){ .fd = fd, .from = end };
}

void back_end(struct back *b)
{
	text_free(&b->held);
}

off_t back_at(const struct back *b)
{
	return b->from + (off_t)b->held.len;
}

/* One more piece in front of what is held; false: there is none, or what is held is too long for a line already. */
static bool read_piece(struct back *b)
{
	size_t n = b->from > (off_t)PIECE ? PIECE : (size_t)b->from, held = b->held.len;

	if (n == 0 || b->is_broken || held > AUDIT_LINE_MAX)
		return false;
	text_room(&b->held, n);
	memmove(b->held.ptr + n, b->held.ptr, held);
	if (pread(b->fd, b->held.ptr, n, b->from - (off_t)n) != (ssize_t)n) {
		b->is_broken = true;
		text_clear(&b->held);
		return false;
	}
	text_take_room(&b->held, n);
	b->from -= (off_t)n;
	b->read += n;
	return true;
}

/* Behind the last newline in front of `end`; 0: there is none. */
static size_t line_begin(const struct text *held, size_t end)
{
	while (end > 0 && held->ptr[end - 1] != '\n')
		end--;
	return end;
}

bool back_line(struct back *b, struct bytes *line)
{
	size_t begin, newline;

	if (b->held.len == 0 && !read_piece(b))
		return false;
	newline = b->held.ptr[b->held.len - 1] == '\n' ? 1 : 0;
	do
		begin = line_begin(&b->held, b->held.len - newline);
	while (begin == 0 && read_piece(b));
	if (b->is_broken)
		return false;
	*line = bytes_make(b->held.ptr + begin, b->held.len - newline - begin);
	b->held.len = begin;
	return true;
}
