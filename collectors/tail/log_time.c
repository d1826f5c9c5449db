/* Log times to milliseconds since 1970. Pure but for the machine's time zone. */
#include "log_time.h"

#include <time.h>

#include "daemon/base/clock.h"
#include "daemon/base/err.h"

#define DAY_MS INT64_C(86400000)
#define YEARS_BACK 8 /* reaches a leap year from any year */

const char *const time_form_names[TIME_FORMS] = { "auto", "rfc3339", "syslog", "clf", "datetime", "epoch_s", "epoch_ms", "epoch_us" };

struct civil {
	int year, month, day, hour, minute, second, ms;
};

static bool take_number(struct bytes *rest, unsigned digits, int *out)
{
	uint64_t n;

	if (rest->len < digits || !bytes_to_u64(bytes_slice(*rest, 0, digits), &n))
		return false;
	*out = (int)n;
	*rest = bytes_slice(*rest, digits, rest->len);
	return true;
}

static bool take_char(struct bytes *rest, char c)
{
	if (!rest->len || rest->ptr[0] != c)
		return false;
	*rest = bytes_slice(*rest, 1, rest->len);
	return true;
}

static bool take_month(struct bytes *rest, int *out)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int m = 0; m < 12; m++)
		if (bytes_eq(bytes_slice(*rest, 0, 3), bytes_make(names + m * 3, 3))) {
			*out = m + 1;
			*rest = bytes_slice(*rest, 3, rest->len);
			return true;
		}
	return false;
}

static bool take_clock(struct bytes *rest, struct civil *c)
{
	return take_number(rest, 2, &c->hour) && take_char(rest, ':') && take_number(rest, 2, &c->minute) && take_char(rest, ':') &&
	       take_number(rest, 2, &c->second);
}

/* ".123456": cut to milliseconds; absent is fine. */
static bool take_fraction(struct bytes *rest, struct civil *c)
{
	int digits = 0;

	if (!take_char(rest, '.') && !take_char(rest, ','))
		return true;
	while (rest->len && rest->ptr[0] >= '0' && rest->ptr[0] <= '9') {
		if (digits++ < 3)
			c->ms = c->ms * 10 + (rest->ptr[0] - '0');
		*rest = bytes_slice(*rest, 1, rest->len);
	}
	for (int i = digits; i < 3; i++)
		c->ms *= 10;
	return digits > 0;
}

static bool take_zone(struct bytes *rest, int *minutes)
{
	int sign = take_char(rest, '-') ? -1 : take_char(rest, '+') ? 1 : 0, h, m;

	if (!sign || !take_number(rest, 2, &h))
		return false;
	take_char(rest, ':');
	if (!take_number(rest, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

static bool civil_is_real(const struct civil *c)
{
	int year, month, day;

	if (c->month < 1 || c->month > 12 || c->day < 1 || c->hour > 23 || c->minute > 59 || c->second > 60)
		return false;
	time_civil_from_days(time_days_from_civil(c->year, c->month, c->day), &year, &month, &day);
	return year == c->year && month == c->month && day == c->day;
}

static int64_t civil_to_ms(const struct civil *c, const struct time_basis *zone)
{
	struct tm tm = { .tm_year = c->year - 1900, .tm_mon = c->month - 1, .tm_mday = c->day, .tm_hour = c->hour,
			 .tm_min = c->minute, .tm_sec = c->second, .tm_isdst = -1 };
	int64_t s = time_days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 + c->second;

	if (zone->is_local)
		s = mktime(&tm);
	else
		s -= zone->offset_minutes * INT64_C(60);
	return s * 1000 + c->ms;
}

static bool decode_rfc3339(struct bytes text, int64_t *ms)
{
	char with_colon[48];

	if (time_parse_rfc3339(text, ms))
		return true;
	if (text.len < 20 || text.len > sizeof(with_colon) - 1 || (text.ptr[text.len - 5] != '+' && text.ptr[text.len - 5] != '-'))
		return false;
	memcpy(with_colon, text.ptr, text.len - 2);
	with_colon[text.len - 2] = ':';
	memcpy(with_colon + text.len - 1, text.ptr + text.len - 2, 2);
	return time_parse_rfc3339(bytes_make(with_colon, text.len + 1), ms);
}

/* "Jan  1 00:00:00" or "Jan 1 00:00:00", with or without a fraction. */
static bool decode_syslog(struct bytes text, const struct time_basis *basis, int64_t *ms)
{
	int64_t latest = basis->file_ms + DAY_MS;
	struct civil c = { 0 };
	int year, month, day;

	if (!take_month(&text, &c.month) || !take_char(&text, ' '))
		return false;
	take_char(&text, ' ');
	if (!take_number(&text, 2, &c.day) && !take_number(&text, 1, &c.day))
		return false;
	if (!take_char(&text, ' ') || !take_clock(&text, &c) || !take_fraction(&text, &c) || text.len)
		return false;
	/* One more: a zone behind UTC may still be in the year before, one ahead in the year after. */
	time_civil_from_days((latest + DAY_MS) / DAY_MS, &year, &month, &day);
	for (c.year = year; c.year > year - YEARS_BACK - 1; c.year--) {
		if (!civil_is_real(&c))
			continue;
		*ms = civil_to_ms(&c, basis);
		if (*ms <= latest)
			return true;
	}
	return false;
}

static bool decode_clf(struct bytes text, int64_t *ms)
{
	struct time_basis zone = { .file_ms = 0 };
	struct civil c = { 0 };

	if (!take_number(&text, 2, &c.day) || !take_char(&text, '/') || !take_month(&text, &c.month) || !take_char(&text, '/') ||
	    !take_number(&text, 4, &c.year) || !take_char(&text, ':') || !take_clock(&text, &c) || !take_char(&text, ' ') ||
	    !take_zone(&text, &zone.offset_minutes) || text.len || !civil_is_real(&c))
		return false;
	*ms = civil_to_ms(&c, &zone);
	return true;
}

static bool decode_datetime(struct bytes text, const struct time_basis *basis, int64_t *ms)
{
	struct civil c = { 0 };
	char between;

	if (!take_number(&text, 4, &c.year) || !text.len)
		return false;
	between = text.ptr[0];
	if ((between != '-' && between != '/') || !take_char(&text, between) || !take_number(&text, 2, &c.month) ||
	    !take_char(&text, between) || !take_number(&text, 2, &c.day))
		return false;
	if ((!take_char(&text, ' ') && !take_char(&text, 'T')) || !take_clock(&text, &c) || !take_fraction(&text, &c) || text.len ||
	    !civil_is_real(&c))
		return false;
	*ms = civil_to_ms(&c, basis);
	return true;
}

/* A number, with or without a fraction, times scale / 1000 milliseconds. */
static bool decode_epoch(struct bytes text, enum time_form form, int64_t *ms)
{
	ptrdiff_t dot = bytes_find_char(text, '.');
	struct bytes whole = dot < 0 ? text : bytes_slice(text, 0, (size_t)dot);
	struct bytes fraction = bytes_slice(text, whole.len, text.len);
	struct civil c = { 0 };
	uint64_t n;

	if (!bytes_to_u64(whole, &n) || n > UINT64_C(300000000000000000) || !take_fraction(&fraction, &c) || fraction.len)
		return false;
	if (form == TIME_AUTO)
		form = n < UINT64_C(100000000000) ? TIME_EPOCH_S : n < UINT64_C(100000000000000) ? TIME_EPOCH_MS : TIME_EPOCH_US;
	if (form == TIME_EPOCH_S && n > UINT64_C(300000000000))
		return false;
	*ms = form == TIME_EPOCH_S ? (int64_t)n * 1000 + c.ms : form == TIME_EPOCH_MS ? (int64_t)n : (int64_t)(n / 1000);
	return true;
}

static bool decode_auto(struct bytes text, const struct time_basis *basis, int64_t *ms)
{
	return decode_rfc3339(text, ms) || decode_syslog(text, basis, ms) || decode_clf(text, ms) ||
	       decode_datetime(text, basis, ms) || decode_epoch(text, TIME_AUTO, ms);
}

bool decode_log_time(struct bytes text, enum time_form form, const struct time_basis *basis, int64_t *ms)
{
	switch (form) {
	case TIME_RFC3339:
		return decode_rfc3339(text, ms);
	case TIME_SYSLOG:
		return decode_syslog(text, basis, ms);
	case TIME_CLF:
		return decode_clf(text, ms);
	case TIME_DATETIME:
		return decode_datetime(text, basis, ms);
	case TIME_AUTO:
		return decode_auto(text, basis, ms);
	default:
		return decode_epoch(text, form, ms);
	}
}
