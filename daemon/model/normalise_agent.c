/* User agent to browser family, major version and system, in one walk over its words.
 * A browser that calls itself by several names is the rarest of them: rows are in order of precedence. */
#include "daemon/base/err.h"
#include "normalise_steps.h"

#define RANK_SAFARI 8
#define RANK_IE11 11

struct agent_word {
	const char *word; /* as it stands before the version, or anywhere for a system */
	const char *family;
	unsigned rank;    /* the smallest wins */
};

#define LETTERS 32
#define WORDS_A_LETTER 6

/* By the low five bits of the first letter, so that most words of an agent meet an empty row. */
static const struct agent_word browsers[LETTERS][WORDS_A_LETTER] = {
	['C' & 31] = { { "Chrome/", "chrome", 7 }, { "CriOS/", "chrome", 7 }, { "Chromium/", "chrome", 7 } },
	['D' & 31] = { { "DuckDuckGo/", "duckduckgo", 4 } },
	['E' & 31] = { { "Edg/", "edge", 1 }, { "EdgA/", "edge", 1 }, { "EdgiOS/", "edge", 1 }, { "Edge/", "edge", 1 } },
	['F' & 31] = { { "Firefox/", "firefox", 6 }, { "FxiOS/", "firefox", 6 } },
	['H' & 31] = { { "HuaweiBrowser/", "huawei", 4 }, { "HeadlessChrome/", "headless", 5 } },
	['M' & 31] = { { "MiuiBrowser/", "miui", 4 }, { "MSIE ", "ie", 9 } },
	['O' & 31] = { { "OPR/", "opera", 2 }, { "OPiOS/", "opera", 2 }, { "Opera/", "opera", 3 } },
	['R' & 31] = { { "rv:11", "ie", RANK_IE11 } },
	['S' & 31] = { { "SamsungBrowser/", "samsung", 4 } },
	['U' & 31] = { { "UCBrowser/", "ucbrowser", 4 } },
	['V' & 31] = { { "Version/", "safari", RANK_SAFARI }, { "Vivaldi/", "vivaldi", 4 } },
	['W' & 31] = { { "Whale/", "whale", 4 } },
	['Y' & 31] = { { "YaBrowser/", "yandex", 4 } },
};

static const struct agent_word systems[LETTERS][WORDS_A_LETTER] = {
	['A' & 31] = { { "Android", "android", 2 } },
	['C' & 31] = { { "CrOS", "chromeos", 3 } },
	['I' & 31] = { { "iPhone", "ios", 2 }, { "iPad", "ios", 2 }, { "iPod", "ios", 2 } },
	['L' & 31] = { { "Linux", "linux", 5 } },
	['M' & 31] = { { "Macintosh", "macos", 3 }, { "Mac OS X", "macos", 4 } },
	['W' & 31] = { { "Windows Phone", "windowsphone", 1 }, { "Windows", "windows", 2 } },
	['X' & 31] = { { "X11", "linux", 6 } },
};

struct agent {
	const char *browser, *system;
	unsigned browser_rank, system_rank;
	struct bytes version;
	bool is_safari; /* "Version/" means Safari only where the word stands, too */
};

static struct bytes number_at(struct bytes s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && n < 4 && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
		n++;
	return bytes_slice(s, at, n);
}

static bool word_at(struct bytes s, size_t at, const char *word, size_t *len)
{
	size_t i = 0;

	for (; word[i] != '\0'; i++)
		if (at + i >= s.len || s.ptr[at + i] != word[i])
			return false;
	*len = i;
	return true;
}

static void see_browser(struct agent *g, struct bytes s, size_t at)
{
	size_t n;

	for (size_t i = 0; i < WORDS_A_LETTER; i++) {
		const struct agent_word *w = &browsers[s.ptr[at] & (LETTERS - 1)][i];

		if (w->word == NULL)
			return;
		if (w->rank >= g->browser_rank || !word_at(s, at, w->word, &n))
			continue;
		g->browser = w->family;
		g->browser_rank = w->rank;
		g->version = w->rank == RANK_IE11 ? BYTES_LIT("11") : number_at(s, at + n);
	}
}

static void see_system(struct agent *g, struct bytes s, size_t at)
{
	size_t n;

	for (size_t i = 0; i < WORDS_A_LETTER; i++) {
		const struct agent_word *w = &systems[s.ptr[at] & (LETTERS - 1)][i];

		if (w->word == NULL)
			return;
		if (w->rank >= g->system_rank || !word_at(s, at, w->word, &n))
			continue;
		g->system = w->family;
		g->system_rank = w->rank;
	}
}

/* A word of the tables starts here: a capital, or the i of iPhone, or the r of rv. Most bytes fail the first test. */
static bool starts_word(const char *s, size_t at)
{
	if ((unsigned char)(s[at] - 'A') > 'Z' - 'A' && s[at] != 'i' && s[at] != 'r')
		return false;
	return at == 0 || s[at - 1] == ' ' || s[at - 1] == '(' || s[at - 1] == ';';
}

static void read_agent(struct bytes in, struct agent *g)
{
	size_t n;

	*g = (struct agent){ .browser_rank = 100, .system_rank = 100 };
	for (size_t at = 0; at < in.len; at++) {
		if (!starts_word(in.ptr, at))
			continue;
		see_browser(g, in, at);
		see_system(g, in, at);
		g->is_safari |= word_at(in, at, "Safari/", &n);
	}
	if (g->browser_rank == RANK_SAFARI && !g->is_safari)
		g->browser = NULL;
}

/* "curl/7.88.1" and the like: the first product word and its major version. */
static void first_product(struct arena *a, struct bytes in, struct normalised *out)
{
	size_t n = 0;
	struct bytes version = BYTES_NONE;
	char *text;

	while (n < in.len && in.ptr[n] != '/' && in.ptr[n] != ' ')
		n++;
	if (n < in.len && in.ptr[n] == '/')
		version = number_at(in, n + 1);
	text = arena_alloc(a, n + version.len + 2);
	for (size_t i = 0; i < n; i++)
		text[i] = byte_lower(in.ptr[i]);
	if (version.len > 0)
		text[n++] = ' ';
	memcpy(text + n, version.ptr, version.len);
	normalised_add(out, bytes_make(text, n + version.len));
}

void step_user_agent(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t = { .n = 0 };
	struct agent g;

	read_agent(in, &g);
	if (g.browser == NULL && g.system == NULL) {
		first_product(a, in, out);
		return;
	}
	t.at[t.n++] = bytes_of(g.browser ? g.browser : "other");
	if (g.browser && g.version.len > 0)
		t.at[t.n++] = g.version;
	if (g.system)
		t.at[t.n++] = bytes_of(g.system);
	normalised_add(out, tokens_join(a, &t, ' '));
}

void step_user_agent_os(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct agent g;

	read_agent(in, &g);
	if (g.system)
		normalised_add(out, bytes_of(g.system));
}
