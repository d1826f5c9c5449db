#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/main/daemon.h"
#include "daemon/main/jobs.h"

static void an_idle_daemon_may_begin_anything(void **state)
{
	static struct daemon d;
	(void)state;
	for (int job = 0; job < JOBS; job++)
		assert_int_equal(jobs_in_the_way(&d, (enum job)job), 0);
}

static void no_two_take_events_out_together(void **state)
{
	static struct daemon d;
	(void)state;
	d.erasure = (struct erasure *)&d;
	assert_true(job_is_in(jobs_in_the_way(&d, JOB_RETENTION), JOB_ERASURE));
	assert_true(job_is_in(jobs_in_the_way(&d, JOB_REMOVAL), JOB_ERASURE));
	d.erasure = NULL;
	d.forgetting = (struct forgetting *)&d;
	assert_true(job_is_in(jobs_in_the_way(&d, JOB_ERASURE), JOB_RETENTION));
	assert_true(job_is_in(jobs_in_the_way(&d, JOB_REMOVAL), JOB_RETENTION));
	assert_true(job_is_in(jobs_in_the_way(&d, JOB_TRIAL), JOB_RETENTION));
}

static void nothing_goes_out_of_a_journal_that_is_being_read(void **state)
{
	static struct daemon d;
	(void)state;
	d.rebuild = (struct rebuild *)&d;
	for (int job = 0; job < JOB_STOP; job++)
		assert_true(job_is_in(jobs_in_the_way(&d, (enum job)job), JOB_REBUILD));
}

static void one_snapshot_is_written_at_a_time_and_holds_nobody_else_up(void **state)
{
	static struct daemon d;
	(void)state;
	d.snapshot_child = 1;
	assert_true(job_is_in(jobs_in_the_way(&d, JOB_SNAPSHOT), JOB_SNAPSHOT));
	for (int job = JOB_REBUILD; job < JOBS; job++)
		assert_int_equal(jobs_in_the_way(&d, (enum job)job), 0);
}

static void who_ends_begins_nothing_but_what_was_begun(void **state)
{
	static struct daemon d;
	(void)state;
	d.wants_stop = true;
	assert_true(job_is_in(jobs_in_the_way(&d, JOB_SNAPSHOT), JOB_STOP));
	assert_true(job_is_in(jobs_in_the_way(&d, JOB_TRIAL), JOB_STOP));
	assert_int_equal(jobs_in_the_way(&d, JOB_ERASURE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_idle_daemon_may_begin_anything),
		cmocka_unit_test(no_two_take_events_out_together),
		cmocka_unit_test(nothing_goes_out_of_a_journal_that_is_being_read),
		cmocka_unit_test(one_snapshot_is_written_at_a_time_and_holds_nobody_else_up),
		cmocka_unit_test(who_ends_begins_nothing_but_what_was_begun),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
