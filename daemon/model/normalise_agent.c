/* User agent to browser family, major version and system, in one walk over its words.
 * A program that calls itself by several names is the rarest of them: rows have an order of precedence. Apps that show
 * pages come before the browser they are made of; a crawler is what it says it is, whatever it imitates. Versions of
 * systems are left out: browsers have frozen them (Windows 10 is said on Windows 11, Android 10, Mac OS X 10.15.7). */
#include "daemon/base/err.h"
#include "normalise_steps.h"

#define RANK_NONE 100
#define RANK_CHROME 7
#define RANK_SAFARI 8
#define RANK_IE11 11

struct agent_word {
	const char *word; /* as it stands before the version, or anywhere for a system */
	const char *family;
	unsigned rank;    /* the smallest wins: apps 1, browsers 2 to 5, engines from 6 */
};

#define LETTERS 32
#define WORDS_A_LETTER 7

/* By the low five bits of the first letter, so that most words of an agent meet an empty row. */
static const struct agent_word browsers[LETTERS][WORDS_A_LETTER] = {
	['B' & 31] = { { "Brave/", "brave", 4 }, { "BytedanceWebview/", "tiktok", 1 }, { "baiduboxapp/", "baidu", 1 } },
	['C' & 31] = { { "Chrome/", "chrome", RANK_CHROME }, { "CriOS/", "chrome", RANK_CHROME }, { "Chromium/", "chrome", RANK_CHROME },
		       { "coc_coc_browser/", "coccoc", 4 } },
	['D' & 31] = { { "DuckDuckGo/", "duckduckgo", 4 }, { "Ddg/", "duckduckgo", 4 } },
	['E' & 31] = { { "Edg/", "edge", 2 }, { "EdgA/", "edge", 2 }, { "EdgiOS/", "edge", 2 }, { "Edge/", "edge", 2 },
		       { "Electron/", "electron", 4 }, { "Epiphany/", "epiphany", 4 } },
	['F' & 31] = { { "Firefox/", "firefox", 6 }, { "FxiOS/", "firefox", 6 }, { "Focus/", "focus", 4 }, { "FBAV/", "facebook", 1 } },
	['G' & 31] = { { "GSA/", "google", 1 } },
	['H' & 31] = { { "HuaweiBrowser/", "huawei", 4 }, { "HeadlessChrome/", "headless", 5 }, { "HeyTapBrowser/", "heytap", 4 } },
	['I' & 31] = { { "Instagram ", "instagram", 1 }, { "Instagram/", "instagram", 1 } },
	['K' & 31] = { { "KAKAOTALK ", "kakaotalk", 1 }, { "Klar/", "focus", 4 }, { "Konqueror/", "konqueror", 4 } },
	['L' & 31] = { { "Line/", "line", 1 }, { "LinkedInApp/", "linkedin", 1 } },
	['M' & 31] = { { "MicroMessenger/", "wechat", 1 }, { "MiuiBrowser/", "miui", 4 }, { "MQQBrowser/", "qq", 4 }, { "MSIE ", "ie", 9 },
		       { "musical_ly", "tiktok", 1 } },
	['N' & 31] = { { "NAVER(", "naver", 1 } },
	['O' & 31] = { { "OPR/", "opera", 3 }, { "OPiOS/", "opera", 3 }, { "OPT/", "opera", 3 }, { "Opera Mini/", "opera mini", 3 },
		       { "Opera/", "opera", 4 } },
	['P' & 31] = { { "PaleMoon/", "palemoon", 4 }, { "PhantomJS/", "headless", 5 }, { "Pinterest/", "pinterest", 1 }, { "Puffin/", "puffin", 4 } },
	['Q' & 31] = { { "QQBrowser/", "qq", 4 }, { "Quark/", "quark", 4 } },
	['R' & 31] = { { "rv:11.", "ie", RANK_IE11 } },
	['S' & 31] = { { "SamsungBrowser/", "samsung", 4 }, { "Silk/", "silk", 4 }, { "Snapchat/", "snapchat", 1 }, { "SeaMonkey/", "seamonkey", 4 } },
	['T' & 31] = { { "Twitter for ", "twitter", 1 }, { "TwitterAndroid", "twitter", 1 }, { "trill_", "tiktok", 1 } },
	['U' & 31] = { { "UCBrowser/", "ucbrowser", 4 } },
	['V' & 31] = { { "Version/", "safari", RANK_SAFARI }, { "Vivaldi/", "vivaldi", 4 }, { "VivoBrowser/", "vivo", 4 } },
	['W' & 31] = { { "Whale/", "whale", 4 }, { "Waterfox/", "waterfox", 4 }, { "WhatsApp/", "whatsapp", 1 } },
	['Y' & 31] = { { "YaBrowser/", "yandex", 4 } },
};

static const struct agent_word systems[LETTERS][WORDS_A_LETTER] = {
	['A' & 31] = { { "Android", "android", 2 } },
	['C' & 31] = { { "CrOS", "chromeos", 3 } },
	['D' & 31] = { { "Darwin/", "darwin", 5 } },
	['F' & 31] = { { "FreeBSD", "bsd", 4 } },
	['H' & 31] = { { "HarmonyOS", "harmonyos", 1 } },
	['I' & 31] = { { "iPhone", "ios", 2 }, { "iPad", "ios", 2 }, { "iPod", "ios", 2 } },
	['K' & 31] = { { "KAIOS", "kaios", 1 } },
	['L' & 31] = { { "Linux", "linux", 5 } },
	['M' & 31] = { { "Macintosh", "macos", 3 }, { "Mac OS X", "macos", 4 } },
	['N' & 31] = { { "Nintendo", "nintendo", 1 }, { "NetBSD", "bsd", 4 } },
	['O' & 31] = { { "OpenHarmony", "harmonyos", 1 }, { "OpenBSD", "bsd", 4 } },
	['P' & 31] = { { "PlayStation", "playstation", 1 }, { "PLAYSTATION", "playstation", 1 } },
	['T' & 31] = { { "Tizen", "tizen", 1 } },
	['W' & 31] = { { "Windows Phone", "windowsphone", 1 }, { "Windows", "windows", 2 }, { "Web0S", "webos", 1 } },
	['X' & 31] = { { "Xbox", "xbox", 1 }, { "X11", "linux", 6 } },
};

struct found {
	const char *name;
	unsigned rank;
	struct bytes version;
};

struct agent {
	struct found browser, system;
	struct bytes crawler; /* name as written, empty for none */
	bool is_safari;       /* "Version/" means Safari only where the word stands, too */
	bool is_webview;      /* of Android: pages in some app */
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

static void see(struct found *f, const struct agent_word *row, struct bytes s, size_t at)
{
	size_t n;

	for (size_t i = 0; i < WORDS_A_LETTER && row[i].word; i++) {
		if (row[i].rank >= f->rank || !word_at(s, at, row[i].word, &n))
			continue;
		f->name = row[i].family;
		f->rank = row[i].rank;
		f->version = f->rank == RANK_IE11 ? BYTES_LIT("11") : number_at(s, at + n);
	}
}

/* What a byte says about what follows and what went before. Most say nothing, so that an agent is looked at only where
 * words begin and products end. */
enum { BEFORE_WORD = 1, AFTER_PRODUCT = 2 };
static const uint8_t marks[256] = {
	[' '] = BEFORE_WORD | AFTER_PRODUCT, ['('] = BEFORE_WORD | AFTER_PRODUCT, [';'] = BEFORE_WORD | AFTER_PRODUCT,
	['['] = BEFORE_WORD, [','] = AFTER_PRODUCT, [')'] = AFTER_PRODUCT, ['/'] = AFTER_PRODUCT,
};

static bool is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') <= 'z' - 'a';
}

static bool starts_word(struct bytes s, size_t at)
{
	return at < s.len && is_letter(s.ptr[at]) && (at == 0 || (marks[(unsigned char)s.ptr[at - 1]] & BEFORE_WORD));
}

/* If a word starts here. */
static void see_word(struct agent *g, struct bytes s, size_t at)
{
	size_t n;

	if (!starts_word(s, at))
		return;
	see(&g->browser, browsers[s.ptr[at] & (LETTERS - 1)], s, at);
	see(&g->system, systems[s.ptr[at] & (LETTERS - 1)], s, at);
	g->is_safari |= word_at(s, at, "Safari/", &n);
	g->is_webview |= word_at(s, at, "wv)", &n);
}

/* "Googlebot/2.1", "AhrefsBot/7.0", "Baiduspider/2.0": programs that say so. Without a version it may be a telephone.
 * The name is the longest that begins as a word does, at `from` or later, and goes up to the slash. */
static void see_crawler(struct agent *g, struct bytes s, size_t from, size_t slash)
{
	static const char *const ends[] = { "bot", "spider", "crawler" };

	while (from < slash && !starts_word(s, from))
		from++;
	struct bytes name = bytes_slice(s, from, slash - from);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		size_t len = strlen(ends[i]);

		if (name.len < len || !bytes_eq_nocase(bytes_slice(name, name.len - len, len), bytes_make(ends[i], len)))
			continue;
		g->crawler = name;
		g->browser.version = number_at(s, slash + 1);
	}
}

static void read_agent(struct bytes in, struct agent *g)
{
	size_t product = 0; /* where the one at work begins */

	*g = (struct agent){ .browser.rank = RANK_NONE, .system.rank = RANK_NONE, .crawler = BYTES_NONE };
	see_word(g, in, 0);
	for (size_t at = 0; at < in.len && g->crawler.len == 0; at++) {
		unsigned mark = marks[(unsigned char)in.ptr[at]];

		if (mark == 0)
			continue;
		if (in.ptr[at] == '/')
			see_crawler(g, in, product, at);
		else if (mark & BEFORE_WORD)
			see_word(g, in, at + 1);
		if (mark & AFTER_PRODUCT)
			product = at + 1;
	}
	if (g->browser.rank == RANK_SAFARI && !g->is_safari)
		g->browser.name = NULL;
	if (g->browser.rank == RANK_CHROME && g->is_webview)
		g->browser.name = "webview";
}

static struct bytes in_lower_case(struct arena *a, struct bytes s)
{
	char *text = arena_alloc(a, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		text[i] = byte_lower(s.ptr[i]);
	return bytes_make(text, s.len);
}

/* "curl/7.88.1" and the like: the first product and its major version. */
static struct bytes first_product(struct bytes in, struct bytes *version)
{
	size_t n = 0;

	while (n < in.len && in.ptr[n] != '/' && in.ptr[n] != ' ')
		n++;
	*version = n < in.len && in.ptr[n] == '/' ? number_at(in, n + 1) : BYTES_NONE;
	return bytes_slice(in, 0, n);
}

/* What nobody listed is called by its own name, unless that is what everybody says. */
static struct bytes program_of(struct arena *a, const struct agent *g, struct bytes in, struct bytes *version)
{
	struct bytes product;

	*version = g->browser.version;
	if (g->crawler.len > 0)
		return in_lower_case(a, g->crawler);
	if (g->browser.name)
		return bytes_of(g->browser.name);
	product = in_lower_case(a, first_product(in, version));
	if (product.len > 0 && !bytes_is(product, "mozilla"))
		return product;
	*version = BYTES_NONE;
	return g->system.name ? BYTES_LIT("other") : product;
}

void step_user_agent(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t = { .n = 0 };
	struct bytes program, version;
	struct agent g;

	read_agent(in, &g);
	program = program_of(a, &g, in, &version);
	if (program.len > 0)
		t.at[t.n++] = program;
	if (version.len > 0)
		t.at[t.n++] = version;
	if (g.system.name && g.crawler.len == 0)
		t.at[t.n++] = bytes_of(g.system.name);
	normalised_add(out, tokens_join(a, &t, ' '));
}

void step_user_agent_os(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct agent g;

	read_agent(in, &g);
	if (g.system.name && g.crawler.len == 0)
		normalised_add(out, bytes_of(g.system.name));
}

void step_user_agent_family(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes program, version;
	struct agent g;

	read_agent(in, &g);
	program = program_of(a, &g, in, &version);
	if (program.len > 0)
		normalised_add(out, program);
}

/* Versions change from week to week: who claims a stack is told by browser and system. */
void step_claim(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	ptrdiff_t bar = bytes_find_char(in, '|');
	struct bytes stack = bytes_trim(bar < 0 ? in : bytes_slice(in, 0, (size_t)bar));
	struct bytes agent = bytes_trim(bar < 0 ? BYTES_NONE : bytes_slice(in, (size_t)bar + 1, in.len)), version;
	struct tokens t = { .n = 0 };
	struct agent g;

	if (stack.len == 0)
		return;
	normalised_add(out, stack);
	if (agent.len == 0)
		return;
	read_agent(agent, &g);
	t.at[t.n++] = program_of(a, &g, agent, &version);
	if (g.system.name && g.crawler.len == 0)
		t.at[t.n++] = bytes_of(g.system.name);
	struct bytes family = tokens_join(a, &t, ' ');
	struct tokens claim = { .at = { stack, family }, .n = 2 };
	normalised_add(out, tokens_join(a, &claim, '|'));
	struct tokens claimant = { .at = { BYTES_LIT(""), family }, .n = 2 };
	if (family.len > 0)
		normalised_add(out, tokens_join(a, &claimant, '|'));
}
