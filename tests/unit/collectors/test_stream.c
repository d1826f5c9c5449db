/* The stream listener, over real sockets. */
#include "collector_row.h"
#include "intake_double.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <unistd.h>

#include "daemon/vendor/yaml.h"

struct world {
	struct intake in;
	struct loop *loop;
	struct loop_timer *timer;
	struct collector_host host;
	const struct collector *row;
	void *self;
	char dir[64];
	int fd;
	int turns;
	bool is_held; /* groups are not answered */
	struct text got;
	struct text out; /* still to be written */
	size_t out_at;
	bool is_end_due, is_over;
};

static bool may_ingest(void *arg, struct bytes token, enum event_voice *voice)
{
	return bytes_is(token, "secret");
}

static void talk(struct world *w)
{
	char chunk[65536];
	ssize_t n;

	if (w->out_at < w->out.len && (n = send(w->fd, w->out.ptr + w->out_at, w->out.len - w->out_at, MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
		w->out_at += (size_t)n;
	if (w->is_end_due && w->out_at == w->out.len) {
		shutdown(w->fd, SHUT_WR);
		w->is_end_due = false;
	}
	while ((n = recv(w->fd, chunk, sizeof(chunk), MSG_DONTWAIT)) > 0)
		text_add(&w->got, bytes_make(chunk, (size_t)n));
	w->is_over |= n == 0 || (n < 0 && errno != EAGAIN);
}

static void on_turn(void *arg)
{
	struct world *w = arg;

	if (!w->is_held)
		double_answer(&w->in);
	talk(w);
	if (--w->turns <= 0)
		loop_stop(w->loop);
	loop_timer_set(w->timer, 1);
}

static void nothing(void *arg)
{
}

static void turn(struct world *w, int turns)
{
	w->turns = turns;
	loop_timer_set(w->timer, 0);
	loop_run(w->loop, on_turn, w);
}

static void connect_unix(struct world *w)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/assocd.sock", w->dir);
	w->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(w->fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void begin_with(struct world *w, const char *config)
{
	struct yaml_doc *doc = NULL;
	struct errbuf eb = { "" };

	memset(w, 0, sizeof(*w));
	strcpy(w->dir, "/tmp/stream-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->loop = loop_new();
	w->timer = loop_timer_new(w->loop, nothing, w);
	w->host = (struct collector_host){ .loop = w->loop, .intake = &w->in, .state_dir = w->dir, .may_ingest = may_ingest };
	w->row = row_named("stream");
	if (config)
		assert_int_equal(yaml_parse(bytes_of(config), "c", &doc, &eb), ERR_OK);
	if (w->row->start(&w->host, doc, doc ? yaml_root(doc) : NULL, &w->self, &eb))
		fail_msg("%s", eb.text);
	yaml_doc_free(doc);
}

static void begin(struct world *w)
{
	begin_with(w, NULL);
	connect_unix(w);
}

static void end(struct world *w)
{
	char command[100];

	close(w->fd);
	turn(w, 3);
	w->row->stop(w->self);
	double_answer(&w->in);
	turn(w, 2);
	loop_timer_free(w->timer);
	loop_free(w->loop);
	double_free(&w->in);
	text_free(&w->got);
	text_free(&w->out);
	snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
}

static void says(struct world *w, const char *text)
{
	text_adds(&w->out, text);
	turn(w, 6);
}

static void lines_are_acknowledged_after_their_commit(void **state)
{
	struct world w;

	begin(&w);
	w.is_held = true;
	says(&w, "{\"a\":1}\n{\"a\":\"twice\"}\n\n{\"a\":\"bad\"}\n");
	assert_int_equal(w.got.len, 0);
	w.is_held = false;
	turn(&w, 3);
	assert_string_equal(w.got.ptr, "{\"through\":4,\"accepted\":1,\"duplicate\":1,\"refused\":[{\"line\":4,\"error\":\"json\",\"detail\":\"a detail\"}]}\n");
	text_clear(&w.got);
	says(&w, "{\"a\":2}\n");
	assert_string_equal(w.got.ptr, "{\"through\":5,\"accepted\":1,\"duplicate\":0,\"refused\":[]}\n");
	end(&w);
}

static void answers_keep_the_order_of_the_lines(void **state)
{
	const char *first;
	struct world w;

	begin(&w);
	w.is_held = w.in.is_backwards = true;
	says(&w, "{\"a\":1}\n");
	says(&w, "{\"a\":2}\n");
	says(&w, "{\"a\":3}\n");
	assert_int_equal(w.in.groups.n, 3);
	w.is_held = false;
	turn(&w, 3);
	first = strstr(w.got.ptr, "{\"through\":1,");
	assert_ptr_equal(first, w.got.ptr);
	assert_true(strstr(first, "{\"through\":2,") < strstr(first, "{\"through\":3,"));
	end(&w);
}

static void half_a_line_waits_and_at_the_end_is_offered(void **state)
{
	struct world w;

	begin(&w);
	says(&w, "{\"a\":1}\n{\"a\":2");
	assert_string_equal(w.in.lines.ptr, "{\"a\":1}\n");
	w.is_end_due = true;
	turn(&w, 6);
	assert_string_equal(w.in.lines.ptr, "{\"a\":1}\n{\"a\":2\n");
	assert_non_null(strstr(w.got.ptr, "\"through\":2"));
	assert_true(w.is_over);
	end(&w);
}

static void a_line_of_ten_megabytes_is_refused_without_being_kept(void **state)
{
	char *big = malloc(10 * 1024 * 1024 + 1);
	struct world w;

	begin(&w);
	memset(big, 'x', 10 * 1024 * 1024);
	big[10 * 1024 * 1024] = '\0';
	text_adds(&w.out, "{\"a\":1}\n");
	text_adds(&w.out, big);
	text_adds(&w.out, "\n{\"a\":2}\n");
	turn(&w, 400);
	assert_string_equal(w.in.lines.ptr, "{\"a\":1}\n{\"a\":2}\n");
	assert_non_null(strstr(w.got.ptr, "{\"line\":2,\"error\":\"size\""));
	assert_non_null(strstr(w.got.ptr, "\"through\":3"));
	free(big);
	end(&w);
}

static void a_fast_sender_is_held_back(void **state)
{
	struct world w;

	begin(&w);
	w.is_held = true;
	for (int i = 0; i < 100000; i++)
		text_addf(&w.out, "{\"a\":%d}\n", i);
	turn(&w, 100);
	assert_int_equal(w.in.n_offered, 16000);
	w.is_held = false;
	w.in.is_congested = true;
	turn(&w, 50);
	assert_int_equal(w.in.n_offered, 16000);
	w.in.is_congested = false;
	w.is_end_due = true;
	turn(&w, 1000);
	assert_int_equal(w.in.n_offered, 100000);
	assert_true(w.is_over);
	assert_non_null(strstr(w.got.ptr, "{\"through\":100000,"));
	assert_true(w.in.most_groups <= 16);
	end(&w);
}

static void a_failed_commit_acknowledges_nothing_and_ends_the_connection(void **state)
{
	struct world w;

	begin(&w);
	w.in.result = ERR_FULL;
	says(&w, "{\"a\":1}\n");
	assert_string_equal(w.got.ptr, "{\"error\":\"full\",\"detail\":\"the disk is full\"}\n");
	assert_true(w.is_over);
	end(&w);
}

static void the_first_line_may_say_backfill_and_site(void **state)
{
	struct world w;

	begin(&w);
	w.is_held = true;
	says(&w, "{\"backfill\":true,\"site\":\"shop\"}\n{\"a\":1}\n");
	assert_int_equal(w.in.groups.at[0]->pub.audience, AUDIENCE_NONE);
	assert_int_equal(w.in.groups.at[0]->pub.voice, VOICE_TRUSTED);
	assert_int_equal(w.in.groups.at[0]->pub.first_line, 2);
	w.is_held = false;
	turn(&w, 2);
	assert_non_null(strstr(w.got.ptr, "\"through\":2"));
	end(&w);
}

static void the_first_line_may_be_of_the_site_alone(void **state)
{
	char line[400];
	struct world w;

	begin(&w);
	w.is_held = true;
	snprintf(line, sizeof(line), "{\"site\":\"%0*d\"}\n{\"a\":1}\n", EVENT_ACCOUNT_MAX, 7);
	says(&w, line);
	assert_int_equal(w.in.groups.at[0]->pub.first_line, 2);
	assert_int_equal(w.in.groups.at[0]->pub.default_site.len, EVENT_ACCOUNT_MAX);
	w.is_held = false;
	turn(&w, 2);
	end(&w);
	begin(&w);
	says(&w, "{\"site\":\"a/b\"}\n");
	assert_non_null(strstr(w.got.ptr, "a site has at most 256 bytes and neither '/' nor control characters"));
	assert_true(w.is_over);
	end(&w);
}

static void a_wrong_first_line_is_named(void **state)
{
	struct world w;

	begin(&w);
	says(&w, "{\"backfill\":true,\"colour\":1}\n");
	assert_non_null(strstr(w.got.ptr, "{\"error\":\"denied\",\"detail\":\"the first line may say"));
	assert_true(w.is_over);
	end(&w);
}

static unsigned free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void over_tcp_a_token_is_required(void **state)
{
	static const struct { const char *first; const char *answer; } cases[] = {
		{ "{\"ts\":1,\"type\":\"login\",\"account\":\"a\"}\n", "{\"error\":\"denied\"" },
		{ "{\"token\":\"wrong\"}\n{\"a\":1}\n", "{\"error\":\"denied\"" },
		{ "{\"token\":\"secret\"}\n{\"a\":1}\n", "{\"through\":2," },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned port = free_port();
		struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
		struct world w;
		char config[60];

		snprintf(config, sizeof(config), "tcp: 127.0.0.1:%u\n", port);
		begin_with(&w, config);
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		w.fd = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(w.fd, (struct sockaddr *)&address, sizeof(address)), 0);
		says(&w, cases[i].first);
		turn(&w, 5);
		assert_int_equal(strncmp(w.got.ptr, cases[i].answer, strlen(cases[i].answer)), 0);
		end(&w);
	}
}

static void who_is_told_why_he_is_refused_holds_nobody_elses_place(void **state)
{
	struct world w;
	int first, refused;

	begin_with(&w, "max_connections: 1\n");
	connect_unix(&w);
	says(&w, "{\"a\":1}\n");
	first = w.fd;
	connect_unix(&w);
	turn(&w, 3);
	assert_non_null(strstr(w.got.ptr, "{\"error\":\"busy\",\"detail\":\"as many connections are open"));
	refused = w.fd; /* still open: he reads slowly */
	close(first);
	turn(&w, 3);
	text_clear(&w.got);
	connect_unix(&w);
	says(&w, "{\"a\":2}\n");
	assert_string_equal(w.got.ptr, "{\"through\":1,\"accepted\":1,\"duplicate\":0,\"refused\":[]}\n");
	close(refused);
	end(&w);
}

static int connect_tcp(unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void strangers_do_not_take_the_places_of_all(void **state)
{
	unsigned port = free_port();
	char config[80];
	struct world w;
	int stranger, known;

	snprintf(config, sizeof(config), "tcp: 127.0.0.1:%u\nmax_connections: 2\n", port);
	begin_with(&w, config);
	stranger = w.fd = connect_tcp(port);
	turn(&w, 3);
	assert_int_equal(w.got.len, 0);
	w.fd = connect_tcp(port);
	turn(&w, 3);
	assert_non_null(strstr(w.got.ptr, "half of `max_connections` are open and have not said their token yet"));
	close(w.fd);
	text_clear(&w.got);
	w.fd = stranger;
	says(&w, "{\"token\":\"secret\"}\n{\"a\":1}\n");
	assert_non_null(strstr(w.got.ptr, "\"through\":2"));
	text_clear(&w.got);
	known = connect_tcp(port);
	w.fd = known;
	says(&w, "{\"token\":\"secret\"}\n{\"a\":2}\n");
	assert_non_null(strstr(w.got.ptr, "\"through\":2"));
	close(stranger);
	end(&w);
}

static void a_group_outlives_its_connection(void **state)
{
	struct world w;

	begin(&w);
	w.is_held = true;
	says(&w, "{\"a\":1}\n");
	assert_int_equal(w.in.groups.n, 1);
	end(&w); /* answers after stop */
}

static void a_wrong_key_is_refused_with_its_place(void **state)
{
	struct collector_host host = { .state_dir = "/tmp", .loop = loop_new() };
	struct yaml_doc *doc;
	struct errbuf eb = { "" };
	void *self;

	assert_int_equal(yaml_parse(BYTES_LIT("max_connection: 3\n"), "c.yaml", &doc, &eb), ERR_OK);
	assert_int_equal(row_named("stream")->check(&host, doc, yaml_root(doc), &eb), ERR_INPUT);
	errbuf_clear(&eb);
	assert_int_equal(row_named("stream")->start(&host, doc, yaml_root(doc), &self, &eb), ERR_INPUT);
	assert_non_null(strstr(eb.text, "c.yaml:1:"));
	assert_non_null(strstr(eb.text, "did you mean 'max_connections'?"));
	yaml_doc_free(doc);
	loop_free(host.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_acknowledged_after_their_commit),
		cmocka_unit_test(answers_keep_the_order_of_the_lines),
		cmocka_unit_test(half_a_line_waits_and_at_the_end_is_offered),
		cmocka_unit_test(a_line_of_ten_megabytes_is_refused_without_being_kept),
		cmocka_unit_test(a_fast_sender_is_held_back),
		cmocka_unit_test(a_failed_commit_acknowledges_nothing_and_ends_the_connection),
		cmocka_unit_test(the_first_line_may_say_backfill_and_site),
		cmocka_unit_test(the_first_line_may_be_of_the_site_alone),
		cmocka_unit_test(a_wrong_first_line_is_named),
		cmocka_unit_test(over_tcp_a_token_is_required),
		cmocka_unit_test(who_is_told_why_he_is_refused_holds_nobody_elses_place),
		cmocka_unit_test(strangers_do_not_take_the_places_of_all),
		cmocka_unit_test(a_group_outlives_its_connection),
		cmocka_unit_test(a_wrong_key_is_refused_with_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
