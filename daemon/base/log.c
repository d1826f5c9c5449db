/* The daemon's own log: one write(2) a line, so that lines of several threads do not mix.
 * Control bytes are escaped: a log line is one line whatever a sender put into a name. */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static _Atomic int threshold = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

static const char *level_word(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR: return "error";
	case LOG_LEVEL_WARN: return "warn ";
	case LOG_LEVEL_INFO: return "info ";
	case LOG_LEVEL_DEBUG: return "debug";
	}
	return "?    ";
}

/* The variable is inherited by whatever a unit starts: it counts only where it names this very descriptor. */
static bool journal_reads(void)
{
	const char *named = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;
	return named != NULL && sscanf(named, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	       st.st_dev == device && st.st_ino == inode;
}

static int write_head(char *out, size_t size, enum log_level level, const char *topic)
{
	time_t now = time(NULL);
	struct tm tm;
	char at[32];
	if (journal_reads())
		return snprintf(out, size, "<%d>%s: ", (int)level, topic);
	localtime_r(&now, &tm);
	strftime(at, sizeof(at), isatty(STDERR_FILENO) ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	return snprintf(out, size, "%s %s %s: ", at, level_word(level), topic);
}

static size_t escape_into(char *out, size_t size, const char *s)
{
	size_t n = 0;
	for (; *s && n + 5 < size; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(out + n, size - n, "\\x%02x", c);
		else
			out[n++] = (char)c;
	}
	return n;
}

bool log_is_due(struct log_pace *pace, int64_t mono_us, uint64_t happened, uint64_t *n)
{
	pace->left_out += happened;
	if (pace->left_out == 0 || mono_us < pace->again_us)
		return false;
	*n = pace->left_out;
	pace->left_out = 0;
	pace->again_us = mono_us + LOG_PACE_US;
	return true;
}

void log_line(enum log_level level, const char *topic, const char *fmt, ...)
{
	if ((int)level > atomic_load_explicit(&threshold, memory_order_relaxed))
		return;
	int saved = errno;
	char text[LINE_MAX_BYTES / 2], line[LINE_MAX_BYTES];
	va_list args;
	va_start(args, fmt);
	errno = saved;
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	int head = write_head(line, sizeof(line) / 4, level, topic);
	size_t n = head < 0 ? 0 : (size_t)head;
	n = n < sizeof(line) / 4 ? n : sizeof(line) / 4 - 1;
	n += escape_into(line + n, sizeof(line) - n - 1, text);
	line[n++] = '\n';
	ssize_t written = write(STDERR_FILENO, line, n);
	(void)written; /* nobody is left to tell */
	errno = saved;
}
