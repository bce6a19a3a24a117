/* SPDX-License-Identifier: MIT */
/*
 * hostile [NAME...]: the tests whose names begin so, one line each; --list prints their names;
 * --endless sends a command that never ends (hostile.h).
 */
#include "tests/security/hostile.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frontend/transport/transport.h"

#define RING_BYTES (64u << 10)
#define TEST_SECONDS 60

static jmp_buf out_of_test;
static char message[512];
static bool skipped;

void check(bool ok, const char *text, const char *file, int line)
{
	if (ok)
		return;
	snprintf(message, sizeof(message), "%s:%d: %s", file, line, text);
	longjmp(out_of_test, 1);
}

void skip(const char *missing)
{
	snprintf(message, sizeof(message), "%s", missing);
	skipped = true;
	longjmp(out_of_test, 1);
}

/* ---- peers ------------------------------------------------------------------------- */

void peer_open(struct peer *p)
{
	char why[256] = "";

	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->client.lock, NULL);
	p->client.cmd_bytes = p->client.reply_bytes = RING_BYTES;
	if (vgpu_transport_embedded.open(&p->client.transport, why, sizeof(why))) {
		fprintf(stderr, "hostile: no backend: %s\n", why);
		exit(2);
	}
	if (vgpu_stream_init(&p->stream, &p->client)) {
		fprintf(stderr, "hostile: no stream\n");
		exit(2);
	}
}

void peer_close(struct peer *p)
{
	struct vgpu_stream *s = &p->stream;

	p->client.transport->impl->close(p->client.transport);
	munmap(s->memory, s->memory_bytes);
	close(s->event_to_worker);
	close(s->event_to_guest);
	free(s->scratch);
	if (p->pool.memory) {
		munmap(p->pool.memory, p->pool.bytes);
		close(p->pool.fd);
	}
}

bool peer_sync(struct peer *p)
{
	enc_vgpuSync(&p->stream);
	return !p->stream.lost;
}

void peer_context(struct peer *p, int profile)
{
	const GLint attribs[] = { VGPU_CTX_API, VGPU_API_GL, VGPU_CTX_PROFILE, profile,
		                  VGPU_CTX_MAJOR, profile == 1 ? 3 : 1,
		                  VGPU_CTX_MINOR, profile == 1 ? 3 : 0 };

	CHECK(enc_vgpuContextCreate(&p->stream, 1, 0, profile == 1 ? 8 : 4, attribs) == 0x3000);
	enc_vgpuContextBind(&p->stream, 1, 0, 0);
	CHECK(enc_vgpuContextStatus(&p->stream) == 0x3000);
}

void peer_window(struct peer *p, int profile)
{
	const GLint attribs[] = { VGPU_DRAW_WIDTH, 32, VGPU_DRAW_HEIGHT, 32, VGPU_DRAW_RED, 8,
		                  VGPU_DRAW_GREEN, 8, VGPU_DRAW_BLUE, 8, VGPU_DRAW_ALPHA, 8,
		                  VGPU_DRAW_DEPTH, 24, VGPU_DRAW_STENCIL, 8, VGPU_DRAW_DOUBLE, 1,
		                  VGPU_DRAW_KIND, VGPU_DRAWABLE_WINDOW };
	struct vgpu_transport *t = p->client.transport;

	peer_context(p, profile);
	CHECK(enc_vgpuDrawableCreate(&p->stream, 1, 20, attribs) == 0x3000);
	CHECK(t->impl->pool_open(t, VGPU_POOL_HEADER + 2 * 4096, &p->pool) == 0);
	enc_vgpuDrawablePool(&p->stream, 1, p->pool.id, 2, 4096);
	enc_vgpuContextBind(&p->stream, 1, 1, 1);
	CHECK(enc_vgpuContextStatus(&p->stream) == 0x3000);
}

GLenum peer_error(struct peer *p)
{
	return enc_glGetError(&p->stream);
}

bool peer_has(struct peer *p, const char *extension)
{
	static char list[65536];
	char *at = list;
	size_t n = strlen(extension);

	memset(list, 0, sizeof(list));
	enc_vgpuGetExtensions(&p->stream, sizeof(list) - 1, list);
	while ((at = strstr(at, extension)))
		if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0))
			return true;
		else
			at += n;
	return false;
}

void peer_raw(struct peer *p, const void *bytes, uint32_t n)
{
	struct vgpu_stream *s = &p->stream;
	uint8_t *at = s->wr;

	if ((size_t)(s->limit - at) < n)
		at = vgpu_stream_more(s, n);
	memcpy(at, bytes, n);
	s->wr = at + n;
	vgpu_stream_flush(s);
}

void peer_words(struct peer *p, uint16_t opcode, const uint32_t *words, uint32_t n)
{
	uint32_t size = 8 + ((4 * n + 7) & ~7u);
	uint8_t *at = vgpu_cmd_begin(&p->stream, opcode, size);

	memset(at, 0, size - 8);
	if (n)
		memcpy(at, words, 4 * n);
	vgpu_stream_flush(&p->stream);
}

void peer_resize(struct peer *p, uint8_t *command, uint32_t size)
{
	((struct vgpu_wire_hdr *)command)->size = size;
	p->stream.wr = command + size;
	vgpu_stream_flush(&p->stream);
}

void peer_buffer(struct peer *p, GLuint name, GLenum target, GLsizeiptr bytes)
{
	enc_glGenBuffers(&p->stream, 1, &name);
	enc_glBindBuffer(&p->stream, target, name);
	enc_glBufferData(&p->stream, target, bytes, NO_REF, GL_STATIC_DRAW);
}

void peer_program(struct peer *p, const char *vertex, const char *fragment)
{
	struct vgpu_stream *s = &p->stream;

	enc_glCreateProgram(s, 1);
	enc_glCreateShader(s, GL_VERTEX_SHADER, 2);
	enc_glShaderSource(s, 2, 1, &vertex, NULL);
	enc_glCompileShader(s, 2);
	enc_glAttachShader(s, 1, 2);
	enc_glCreateShader(s, GL_FRAGMENT_SHADER, 3);
	enc_glShaderSource(s, 3, 1, &fragment, NULL);
	enc_glCompileShader(s, 3);
	enc_glAttachShader(s, 1, 3);
	enc_glLinkProgram(s, 1);
	enc_glUseProgram(s, 1);
}

/* ---- the honest one ------------------------------------------------------------------ */

static struct peer honest;
static uint8_t picture[32 * 32 * 4];

static bool honest_draws(uint8_t *out)
{
	struct vgpu_stream *s = &honest.stream;
	int i;

	memset(out, 0, sizeof(picture));
	enc_glClearColor(s, 0.25f, 0.5f, 0.75f, 1.0f);
	enc_glClear(s, GL_COLOR_BUFFER_BIT);
	enc_glBegin(s, GL_TRIANGLES);
	for (i = 0; i < 9; i++) {
		enc_glColor3f(s, (float)(i % 3) / 2, (float)(i % 4) / 3, (float)(i % 5) / 4);
		enc_glVertex2f(s, (float)(i * 7 % 9) / 4 - 1, (float)(i * 5 % 9) / 4 - 1);
	}
	enc_glEnd(s);
	enc_glReadPixels(s, 0, 0, 32, 32, GL_RGBA, GL_UNSIGNED_BYTE, BLOB(out, sizeof(picture)));
	return !s->lost && peer_error(&honest) == GL_NO_ERROR;
}

static void honest_start(void)
{
	volatile size_t i, colours = 0;

	if (setjmp(out_of_test)) {
		fprintf(stderr, "hostile: the honest program cannot start: %s\n", message);
		exit(2);
	}
	peer_open(&honest);
	peer_window(&honest, 2);
	if (!honest_draws(picture))
		CHECK(!"it draws");
	for (i = 4; i < sizeof(picture); i += 4)
		colours += memcmp(picture + i, picture + i - 4, 4) != 0;
	CHECK(colours > 20);
}

static bool honest_unharmed(void)
{
	uint8_t now[sizeof(picture)];

	return honest_draws(now) && memcmp(now, picture, sizeof(now)) == 0;
}

void *scribble(void *scribbler)
{
	struct scribbler *s = scribbler;
	uint32_t x = 1;

	while (!s->stop) {
		x = x * 1664525 + 1013904223;
		s->at[(x >> 8) % s->bytes] = (uint8_t)(x >> 24);
	}
	return NULL;
}

/* ---- running --------------------------------------------------------------------------- */

static const struct test *const suites[] = { ring_tests,   decode_tests,   pixel_tests, state_tests,
	                                     reply_tests,  resource_tests, memory_tests,
	                                     honest_tests, map_tests,      extension_tests, driver_tests };
static unsigned int passed, failed, left_out;

static const char *judge(const struct test *test, struct peer *p)
{
	bool alive = peer_sync(p);

	if (test->outcome == ALIVE && !alive)
		return "the stream was closed";
	if (test->outcome == CLOSED && alive)
		return "the stream was not closed";
	return NULL;
}

static void run(const struct test *test)
{
	static struct peer p;
	const char *volatile wrong = NULL;

	skipped = false;
	alarm(TEST_SECONDS);
	peer_open(&p);
	if (setjmp(out_of_test))
		wrong = message;
	else
		test->run(&p);
	if (!wrong)
		wrong = judge(test, &p);
	peer_close(&p);
	if (!honest_unharmed()) {
		printf("FAIL %s: the other program noticed (%s)\n", test->name,
		       wrong ? wrong : "the liar's test passed");
		fflush(stdout);
		exit(1);
	}
	alarm(0);
	if (skipped)
		left_out++;
	else if (wrong)
		failed++;
	else
		passed++;
	printf("%s %s%s%s\n", skipped ? "SKIP" : wrong ? "FAIL" : "PASS", test->name,
	       wrong ? ": " : "", wrong ? wrong : "");
	fflush(stdout);
}

static bool chosen(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strncmp(name, argv[i], strlen(argv[i])) == 0)
			return true;
	return argc < 2;
}

/* Point 40: nobody else is there, for the worker must end. */
static int endless(void)
{
	static struct peer p;
	struct vgpu_stream *s = &p.stream;
	GLuint i;

	if (setjmp(out_of_test)) {
		printf("FAIL 40-endless-command: %s\n", message);
		return 1;
	}
	peer_open(&p);
	peer_window(&p, 2);
	/* software drivers bound the loops of a shader; nobody bounds what this makes of 60 lists */
	enc_glGenLists(s, 61, 1);
	for (i = 1; i <= 60; i++) {
		enc_glNewList(s, i, GL_COMPILE);
		enc_glCallList(s, i + 1);
		enc_glCallList(s, i + 1);
		enc_glEndList(s);
	}
	enc_glCallList(s, 1);
	CHECK(!peer_sync(&p));
	puts("PASS 40-endless-command");
	return 0;
}

int main(int argc, char **argv)
{
	bool list = argc > 1 && strcmp(argv[1], "--list") == 0;
	size_t i;

	if (argc > 1 && strcmp(argv[1], "--endless") == 0)
		return endless();
	if (!list)
		honest_start();
	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		for (const struct test *t = suites[i]; t->name; t++) {
			if (list)
				puts(t->name);
			else if (chosen(t->name, argc, argv))
				run(t);
		}
	}
	if (list)
		return 0;
	printf("%u passed, %u failed, %u skipped\n", passed, failed, left_out);
	return failed || !passed;
}
