/* Phrases of a dossier in other languages: whoever fills one in fills in the same values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/dossier/words.h"

/* "%.10s%llu{first}": what is filled in, in its order. */
static void places_of(const char *form, struct text *out)
{
	text_clear(out);
	while ((form = strpbrk(form, "%{")) != NULL) {
		size_t n = *form == '{' ? strcspn(form, "}") + 1 : strcspn(form, "sudz") + 1;
		text_add(out, bytes_make(form, n));
		form += n;
	}
	text_addc(out, '\0');
}

static void a_phrase_takes_what_the_english_one_takes(void **state)
{
	struct text english = { 0 }, other = { 0 };
	for (const struct dossier_phrase *phrase = dossier_chinese; phrase->english != NULL; phrase++) {
		places_of(phrase->english, &english);
		places_of(phrase->other, &other);
		if (strcmp(english.ptr, other.ptr) != 0)
			fail_msg("'%s' takes %s and not %s", phrase->other, other.ptr, english.ptr);
	}
	text_free(&english);
	text_free(&other);
}

static void each_phrase_is_there_once(void **state)
{
	for (const struct dossier_phrase *phrase = dossier_chinese; phrase->english != NULL; phrase++)
		if (phrase_of(dossier_chinese, phrase->english) != phrase->other)
			fail_msg("'%s' is there twice", phrase->english);
}

static void what_is_not_known_stays_english(void **state)
{
	static const char own[] = "A loyalty card of your account was used by another account too";
	assert_ptr_equal(phrase_of(dossier_chinese, own), own);
	assert_ptr_equal(phrase_of(NULL, "What is open"), phrase_of(NULL, "What is open"));
	assert_string_equal(phrase_of(NULL, "What is open"), "What is open");
	assert_true(bytes_is(phrase_of_bytes(dossier_chinese, bytes_make(own, sizeof(own) - 1)), own));
	assert_false(bytes_is(phrase_of_bytes(dossier_chinese, BYTES_LIT("What is open")), "What is open"));
	assert_int_equal(phrase_of_bytes(dossier_chinese, BYTES_NONE).len, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_phrase_takes_what_the_english_one_takes),
		cmocka_unit_test(each_phrase_is_there_once),
		cmocka_unit_test(what_is_not_known_stays_english),
	};
	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
