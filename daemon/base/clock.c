/* Clocks of the edges, and times as text. Civil dates by days_from_civil (proleptic Gregorian, eras of 400 years). */
#include "clock.h"

#include <stdio.h>
#include <time.h>

#include "err.h"

#define DAY_MS 86400000LL

int64_t clock_wall_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_cpu_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t time_days_from_civil(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void time_civil_from_days(int64_t days, int *year, int *month, int *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

static void put_digits(char *out, int n, int64_t v)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		out[i] = (char)('0' + v % 10);
}

void time_format(int64_t ms, char out[TIME_TEXT_SIZE])
{
	int64_t first = time_days_from_civil(0, 1, 1) * DAY_MS;
	int64_t last = time_days_from_civil(10000, 1, 1) * DAY_MS - 1;
	ms = ms < first ? first : ms > last ? last : ms;
	int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);
	int64_t of_day = ms - days * DAY_MS;
	int year, month, day;
	time_civil_from_days(days, &year, &month, &day);
	memcpy(out, "0000-00-00T00:00:00.000Z", TIME_TEXT_SIZE);
	put_digits(out, 4, year);
	put_digits(out + 5, 2, month);
	put_digits(out + 8, 2, day);
	put_digits(out + 11, 2, of_day / 3600000);
	put_digits(out + 14, 2, of_day / 60000 % 60);
	put_digits(out + 17, 2, of_day / 1000 % 60);
	put_digits(out + 20, 3, of_day % 1000);
}

static bool take_digits(struct bytes *text, size_t n, int *out)
{
	uint64_t v;
	if (text->len < n || !bytes_to_u64(bytes_make(text->ptr, n), &v))
		return false;
	*out = (int)v;
	*text = bytes_slice(*text, n, text->len);
	return true;
}

static bool take_char(struct bytes *text, const char *any_of)
{
	if (text->len == 0 || text->ptr[0] == '\0' || !strchr(any_of, text->ptr[0]))
		return false;
	*text = bytes_slice(*text, 1, text->len);
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct bytes *text, int64_t *days)
{
	int year, month, day;
	if (!take_digits(text, 4, &year) || !take_char(text, "-") || !take_digits(text, 2, &month) ||
	    !take_char(text, "-") || !take_digits(text, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	*days = time_days_from_civil(year, month, day);
	return true;
}

/* Digits beyond the third are read and dropped; at least one must be there. */
static bool take_fraction(struct bytes *text, int *ms)
{
	int weight = 100;
	size_t n = 0;
	for (; n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9'; n++, weight /= 10)
		*ms += (text->ptr[n] - '0') * weight;
	*text = bytes_slice(*text, n, text->len);
	return n > 0;
}

/* A leap second (:60) is the last millisecond that civil time has for it. */
static bool take_time(struct bytes *text, int64_t *of_day)
{
	int hour, minute, second, ms = 0;
	if (!take_digits(text, 2, &hour) || !take_char(text, ":") || !take_digits(text, 2, &minute) ||
	    !take_char(text, ":") || !take_digits(text, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	if (take_char(text, ".") && !take_fraction(text, &ms))
		return false;
	if (second == 60) {
		second = 59;
		ms = 999;
	}
	*of_day = (((int64_t)hour * 60 + minute) * 60 + second) * 1000 + ms;
	return true;
}

static bool take_offset(struct bytes *text, int64_t *offset_ms)
{
	int hour, minute;
	*offset_ms = 0;
	if (take_char(text, "Zz"))
		return true;
	bool west = text->len && text->ptr[0] == '-';
	if (!take_char(text, "+-") || !take_digits(text, 2, &hour) || !take_char(text, ":") ||
	    !take_digits(text, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*offset_ms = ((int64_t)hour * 60 + minute) * 60000 * (west ? -1 : 1);
	return true;
}

bool time_parse_rfc3339(struct bytes text, int64_t *ms)
{
	int64_t days, of_day, offset;
	/* RFC 3339 section 5.6 allows a space for readability. */
	if (!take_date(&text, &days) || !take_char(&text, "Tt ") || !take_time(&text, &of_day) ||
	    !take_offset(&text, &offset) || text.len)
		return false;
	*ms = days * DAY_MS + of_day - offset;
	return true;
}

static const struct {
	const char *unit;
	uint64_t ms;
} written_units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", DAY_MS }, { "w", 7 * DAY_MS } };

bool time_parse_duration(struct bytes text, int64_t *ms)
{
	size_t digits = 0;
	uint64_t n;
	while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
		digits++;
	if (!bytes_to_u64(bytes_make(text.ptr, digits), &n))
		return false;
	struct bytes unit = bytes_slice(text, digits, text.len);
	if (unit.len == 0 && n == 0) {
		*ms = 0;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(written_units); i++)
		if (bytes_is(unit, written_units[i].unit))
			return !__builtin_mul_overflow(n, written_units[i].ms, ms);
	return false;
}

/* Days are the largest unit: nobody counts 180 days in weeks. */
char *time_duration_written(int64_t ms, char *out, size_t size)
{
	size_t i = ARRAY_LEN(written_units) - 2;
	while (i > 0 && (uint64_t)ms % written_units[i].ms != 0)
		i--;
	snprintf(out, size, "%llu%s", (unsigned long long)((uint64_t)ms / written_units[i].ms), ms == 0 ? "" : written_units[i].unit);
	return out;
}

char *time_duration_text(int64_t ms, char *out, size_t size)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = { { DAY_MS, "d" }, { 3600000, "h" }, { 60000, "min" }, { 1000, "s" } };
	const char *sign = ms < 0 ? "-" : "";
	uint64_t left = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (left < (uint64_t)units[i].ms)
			continue;
		snprintf(out, size, "%s%llu %s", sign, (unsigned long long)(left / (uint64_t)units[i].ms), units[i].unit);
		return out;
	}
	snprintf(out, size, "%s%llu ms", sign, (unsigned long long)left);
	return out;
}
