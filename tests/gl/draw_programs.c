/* SPDX-License-Identifier: MIT */
/*
 * Strings to the host and back, and what a link decides: points D7 and D8 of docs/marshalling.md.
 * Strings are sent with and without lengths and asked for in buffers that are too short.
 */
#include "tests/gl/draw.h"

#define PROC(type, name) type name = (type)eglGetProcAddress("gl" #name)

static const char vs[] = "#version 450\nlayout(location=0) in vec2 position; in float weight;\n"
                         "void main() { gl_Position = vec4(position * weight, 0, 1); }\n";

/* A program that has one of everything that can be asked for. */
static GLuint rich_program(void)
{
	static const char fs[] =
		"#version 450\nlayout(binding=1, offset=4) uniform atomic_uint counter;\n"
		"subroutine vec4 paint(float f); subroutine uniform paint how[2];\n"
		"subroutine(paint) vec4 red(float f) { return vec4(f, 0, 0, 1); }\n"
		"subroutine(paint) vec4 blue(float f) { return vec4(0, 0, f, 1); }\n"
		"layout(std140) uniform first { vec4 tint; mat3 turn; } ;\n"
		"layout(std430, binding=2) buffer store { uint n; float values[]; };\n"
		"uniform struct { vec2 a; float b[3]; } thing[2];\n"
		"layout(location=0) out vec4 one; layout(location=1) out vec4 two;\n"
		"void main() { one = how[0](thing[1].b[2]) + tint + how[1](turn[1].x);\n"
		"two = vec4(values[n], thing[0].a, float(atomicCounter(counter))); }\n";
	GLuint p = glCreateProgram();

	glAttachShader(p, draw_shader(GL_VERTEX_SHADER, vs));
	glAttachShader(p, draw_shader(GL_FRAGMENT_SHADER, fs));
	glBindAttribLocation(p, 3, "weight");
	glLinkProgram(p);
	return p;
}

/* ---- D7 ------------------------------------------------------------------------------------ */

static void shader_strings(void)
{
	static const char text[] = "void main() { gl_Position = vec4(0); }";
	const char *pieces[] = { "#version 330\n//", "comment\n", text, "" };
	GLint lengths[] = { -1, 8, 38, 0 }, length = 0;
	GLuint s = glCreateShader(GL_VERTEX_SHADER);
	char source[256], small[8];

	glShaderSource(s, 4, pieces, NULL);
	glGetShaderSource(s, sizeof(source), &length, source);
	draw_say(" %d %08x", length, draw_crc(0, source, (size_t)length));
	glShaderSource(s, 4, pieces, lengths);
	glGetShaderSource(s, sizeof(small), &length, small);
	draw_say(" %d %s", length, small[0] == '#' ? "#" : "?");
	glGetShaderiv(s, GL_SHADER_SOURCE_LENGTH, &length);
	draw_say(" %d", length);
	glShaderSource(s, 0, NULL, NULL);
	glGetShaderiv(s, GL_SHADER_SOURCE_LENGTH, &length);
	draw_say(" %d %x", length, glGetError());
	glShaderSource(s, -1, pieces, NULL);
	draw_say(" %x", glGetError());
	glShaderSource(4711, 1, NULL, NULL); /* the name is wrong, so no string is looked at */
	draw_say(" %x", glGetError());
	pieces[1] = NULL;
	glShaderSource(s, 4, pieces, NULL);
	draw_say(" %x", glGetError());
	glShaderSource(glCreateProgram(), 1, NULL, NULL);
	draw_say(" %x", glGetError());
	glGetShaderSource(s, -1, &length, source);
	draw_say(" %x", glGetError());
}

static void one_call_programs(void)
{
	const char *good[] = { "#version 450\n", "out gl_PerVertex { vec4 gl_Position; };\n",
		               "void main() { gl_Position = vec4(0); }\n" };
	const char *bad[] = { "#version 450\nvoid main() { wrong }\n" };
	GLuint p = glCreateShaderProgramv(GL_VERTEX_SHADER, 3, good), q, pipeline;
	GLint ok = 0, length = 0;
	char log[512] = "";

	glGetProgramiv(p, GL_LINK_STATUS, &ok);
	draw_say(" %d", ok);
	q = glCreateShaderProgramv(GL_FRAGMENT_SHADER, 1, bad);
	glGetProgramiv(q, GL_LINK_STATUS, &ok);
	glGetProgramInfoLog(q, sizeof(log), &length, log);
	draw_say(" %d %d %08x", ok, length > 0, draw_crc(0, log, strlen(log)));
	draw_say(" %u", glCreateShaderProgramv(GL_LIGHT0, 1, good));
	draw_say(" %x", glGetError());
	draw_say(" %u", glCreateShaderProgramv(GL_VERTEX_SHADER, -1, good));
	draw_say(" %x", glGetError());
	draw_say(" %u %d", glCreateShader(GL_LIGHT0), glCreateShader(GL_COMPUTE_SHADER) > 0);
	draw_say(" %x", glGetError());
	glGenProgramPipelines(1, &pipeline);
	glUseProgramStages(pipeline, GL_VERTEX_SHADER_BIT, p);
	glValidateProgramPipeline(pipeline);
	glGetProgramPipelineInfoLog(pipeline, sizeof(log), &length, log);
	glGetProgramPipelineiv(pipeline, GL_VALIDATE_STATUS, &ok);
	draw_say(" %d %d %08x %x", ok, length, draw_crc(0, log, (size_t)length), glGetError());
}

static void outputs(void)
{
	static const char fs[] = "#version 450\nout vec4 a; out vec4 b; void main() { a = b = vec4(1); }\n";
	GLuint p = glCreateProgram(), q = rich_program();

	glAttachShader(p, draw_shader(GL_VERTEX_SHADER, vs));
	glAttachShader(p, draw_shader(GL_FRAGMENT_SHADER, fs));
	glBindFragDataLocation(p, 0, "b");
	glBindFragDataLocationIndexed(p, 0, 1, "a");
	glLinkProgram(p);
	draw_say(" %d %d %d %d", glGetFragDataLocation(p, "a"), glGetFragDataIndex(p, "a"),
	         glGetFragDataLocation(p, "b"), glGetFragDataIndex(p, "b"));
	draw_say(" %d %d", glGetFragDataLocation(q, "two"), glGetFragDataLocation(q, "none"));
	glBindFragDataLocation(p, 0, "gl_wrong");
	draw_say(" %x", glGetError());
	glGetFragDataLocation(9999, "a");
	draw_say(" %x", glGetError());
	draw_say(" %d %d", glGetProgramResourceLocation(q, GL_PROGRAM_OUTPUT, "two"),
	         glGetProgramResourceLocationIndex(p, GL_PROGRAM_OUTPUT, "a"));
	draw_say(" %d %d", glGetProgramResourceLocation(q, GL_UNIFORM, "thing[1].b[2]") >= 0,
	         glGetProgramResourceLocation(q, GL_UNIFORM, "thing[2].b"));
	draw_say(" %u %x", glGetProgramResourceIndex(q, GL_UNIFORM_BLOCK, "first"), glGetError());
}

static void labels(void)
{
	GLuint p = rich_program(), texture;
	GLsync sync = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	char label[64];
	GLsizei length = 0;

	glObjectLabel(GL_PROGRAM, p, 5, "program, cut");
	glGetObjectLabel(GL_PROGRAM, p, sizeof(label), &length, label);
	draw_say(" %s %d", label, length);
	glGetObjectLabel(GL_PROGRAM, p, 3, &length, label);
	draw_say(" %s %d", label, length);
	glGetObjectLabel(GL_PROGRAM, p, 0, &length, NULL);
	draw_say(" %d", length);
	glObjectPtrLabel(sync, -1, "a fence");
	glGetObjectPtrLabel(sync, sizeof(label), &length, label);
	draw_say(" %s %d", label, length);
	glObjectPtrLabel(sync, -1, NULL);
	glGetObjectPtrLabel(sync, sizeof(label), &length, label);
	draw_say(" <%s> %d %x", label, length, glGetError());
	glObjectPtrLabel(p ? (void *)label : NULL, -1, "no sync");
	draw_say(" %x", glGetError());
	glObjectLabel(GL_TEXTURE, 777, -1, "nothing");
	draw_say(" %x", glGetError());
	glGenTextures(1, &texture);
	glObjectLabel(GL_TEXTURE, texture, -1, "not yet");
	draw_say(" %x", glGetError());
	glDeleteSync(sync);
}

static void groups_and_messages(void)
{
	char log[1024], text[400];
	GLenum sources[8], types[8], severities[8];
	GLuint ids[8], n;
	GLsizei lengths[8];
	GLint depth = 0;

	glEnable(GL_DEBUG_OUTPUT);
	glDebugMessageControl(GL_DONT_CARE, GL_DONT_CARE, GL_DONT_CARE, 0, NULL, GL_FALSE);
	glDebugMessageControl(GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_MARKER, GL_DONT_CARE, 2,
	                      (const GLuint[]){ 5, 6 }, GL_TRUE);
	draw_say(" %x", glGetError());
	glDebugMessageControl(GL_DEBUG_SOURCE_APPLICATION, GL_DONT_CARE, GL_DONT_CARE, 0, NULL, GL_TRUE);
	glPushDebugGroup(GL_DEBUG_SOURCE_APPLICATION, 3, 5, "group of the program");
	glDebugMessageInsert(GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_MARKER, 5,
	                     GL_DEBUG_SEVERITY_HIGH, -1, "a message");
	glDebugMessageInsert(GL_DEBUG_SOURCE_THIRD_PARTY, GL_DEBUG_TYPE_MARKER, 9,
	                     GL_DEBUG_SEVERITY_LOW, 3, "filtered");
	glGetIntegerv(GL_DEBUG_GROUP_STACK_DEPTH, &depth);
	glPopDebugGroup();
	n = glGetDebugMessageLog(8, sizeof(log), sources, types, ids, severities, lengths, log);
	draw_say(" %d %u", depth, n);
	for (GLuint i = 0; i < n; i++)
		draw_say(" %x:%x:%u:%x:%d", sources[i], types[i], ids[i], severities[i], lengths[i]);
	draw_say(" %s", n ? log : "");
	glDebugMessageInsert(GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_MARKER, 6,
	                     GL_DEBUG_SEVERITY_HIGH, -1, "does not fit");
	n = glGetDebugMessageLog(8, 4, NULL, NULL, NULL, NULL, NULL, log);
	draw_say(" %u", n);
	n = glGetDebugMessageLog(1, 0, NULL, NULL, NULL, NULL, NULL, NULL);
	draw_say(" %u %x", n, glGetError());
	glPopDebugGroup();
	draw_say(" %x", glGetError());
	memset(text, 'x', sizeof(text));
	glDebugMessageInsert(GL_DEBUG_SOURCE_API, GL_DEBUG_TYPE_MARKER, 6, GL_DEBUG_SEVERITY_HIGH, 4, text);
	draw_say(" %x", glGetError());
}

static void markers(void)
{
	PROC(PFNGLSTRINGMARKERGREMEDYPROC, StringMarkerGREMEDY);
	PROC(PFNGLINSERTEVENTMARKEREXTPROC, InsertEventMarkerEXT);
	PROC(PFNGLLABELOBJECTEXTPROC, LabelObjectEXT);
	PROC(PFNGLNAMEDSTRINGARBPROC, NamedStringARB);
	PROC(PFNGLGETNAMEDSTRINGARBPROC, GetNamedStringARB);
	PROC(PFNGLCOMPILESHADERINCLUDEARBPROC, CompileShaderIncludeARB);
	PROC(PFNGLISNAMEDSTRINGARBPROC, IsNamedStringARB);
	const GLubyte *all = glGetString(GL_EXTENSIONS);
	const char *path[] = { "/" }, *source = "#version 330\n#extension GL_ARB_shading_language_include : enable\n"
	                                        "#include \"/lib/one.glsl\"\nvoid main() { gl_Position = value(); }\n";
	char text[128] = "";
	GLint n = 0, ok = 0;
	GLuint s;

	if (!all || !strstr((const char *)all, "GL_ARB_shading_language_include") || !NamedStringARB) {
		draw_say(" none");
		return;
	}
	if (strstr((const char *)all, "GL_GREMEDY_string_marker") && StringMarkerGREMEDY)
		StringMarkerGREMEDY(0, "marker");
	if (strstr((const char *)all, "GL_EXT_debug_marker") && InsertEventMarkerEXT)
		InsertEventMarkerEXT(0, "marker");
	if (strstr((const char *)all, "GL_EXT_debug_label") && LabelObjectEXT)
		LabelObjectEXT(GL_TEXTURE, 1, 0, "label");
	draw_say(" %x", glGetError());
	NamedStringARB(GL_SHADER_INCLUDE_ARB, 13, "/lib/one.glslXX", -1, "vec4 value() { return vec4(1); }\n");
	draw_say(" %d %d", IsNamedStringARB(-1, "/lib/one.glsl"), IsNamedStringARB(-1, "/lib/two"));
	GetNamedStringARB(-1, "/lib/one.glsl", sizeof(text), &n, text);
	draw_say(" %d %08x", n, draw_crc(0, text, strlen(text)));
	s = glCreateShader(GL_VERTEX_SHADER);
	glShaderSource(s, 1, &source, NULL);
	CompileShaderIncludeARB(s, 1, path, NULL);
	glGetShaderiv(s, GL_COMPILE_STATUS, &ok);
	draw_say(" %d %x", ok, glGetError());
	NamedStringARB(GL_SHADER_INCLUDE_ARB, -1, "no path", -1, "");
	draw_say(" %x", glGetError());
}

/* ---- D8 ------------------------------------------------------------------------------------ */

static void attributes_and_uniforms(void)
{
	GLuint p = rich_program(), indices[8] = { 0 };
	GLint n = 0, size = 0, offsets[8] = { 0 };
	GLsizei length = -1;
	GLenum type = 0;
	char name[32];

	glGetProgramiv(p, GL_ACTIVE_ATTRIBUTES, &n);
	for (GLuint i = 0; i < (GLuint)n; i++) {
		glGetActiveAttrib(p, i, sizeof(name), &length, &size, &type, name);
		draw_say(" %s:%d:%d:%x:%d", name, length, size, type, glGetAttribLocation(p, name));
	}
	glGetActiveAttrib(p, 0, 3, &length, &size, &type, name);
	draw_say(" %s:%d", name, length);
	glGetProgramiv(p, GL_ACTIVE_UNIFORMS, &n);
	for (GLuint i = 0; i < (GLuint)n; i++) {
		glGetActiveUniformName(p, i, sizeof(name), &length, name);
		glGetActiveUniformsiv(p, 1, &i, GL_UNIFORM_OFFSET, &size);
		draw_say(" %s:%d:%d", name, length, size);
		indices[i % 8] = i;
	}
	glGetActiveUniformsiv(p, 8, indices, GL_UNIFORM_SIZE, offsets);
	draw_say(" %d %d %x", offsets[0], offsets[7], glGetError());
	indices[3] = 1000;
	offsets[0] = 77;
	glGetActiveUniformsiv(p, 8, indices, GL_UNIFORM_SIZE, offsets);
	draw_say(" %d %x", offsets[0], glGetError());
	glGetActiveUniformName(p, 1000, sizeof(name), &length, name);
	draw_say(" %x", glGetError());
}

static void blocks_and_counters(void)
{
	GLuint p = rich_program(), block = glGetUniformBlockIndex(p, "first");
	GLint n = 0, list[8] = { -9, -9, -9, -9, -9, -9, -9, -9 }, value = 0;
	GLsizei length = 0;
	char name[16];

	glGetActiveUniformBlockName(p, block, 4, &length, name);
	draw_say(" %s %d", name, length);
	glGetActiveUniformBlockiv(p, block, GL_UNIFORM_BLOCK_ACTIVE_UNIFORMS, &n);
	glGetActiveUniformBlockiv(p, block, GL_UNIFORM_BLOCK_ACTIVE_UNIFORM_INDICES, list);
	draw_say(" %d %d %d %d", n, list[0] >= 0, list[1] >= 0, list[2]);
	glGetActiveUniformBlockiv(p, block, GL_UNIFORM_BLOCK_DATA_SIZE, &n);
	glGetProgramiv(p, GL_ACTIVE_ATOMIC_COUNTER_BUFFERS, &value);
	draw_say(" %d %d", n, value);
	glGetActiveAtomicCounterBufferiv(p, 0, GL_ATOMIC_COUNTER_BUFFER_DATA_SIZE, &n);
	glGetActiveAtomicCounterBufferiv(p, 0, GL_ATOMIC_COUNTER_BUFFER_BINDING, &value);
	draw_say(" %d %d", n, value);
	glGetActiveAtomicCounterBufferiv(p, 0, GL_ATOMIC_COUNTER_BUFFER_ACTIVE_ATOMIC_COUNTERS, &n);
	list[1] = -9;
	glGetActiveAtomicCounterBufferiv(p, 0, GL_ATOMIC_COUNTER_BUFFER_ACTIVE_ATOMIC_COUNTER_INDICES, list);
	draw_say(" %d %d %d", n, list[0] >= 0, list[1]);
	glGetActiveUniformBlockiv(p, 99, GL_UNIFORM_BLOCK_DATA_SIZE, &n);
	draw_say(" %x", glGetError());
}

static void subroutines(void)
{
	GLuint p = rich_program(), red, blue, got = 99, both[2];
	GLint n = 0, compatible[4] = { -9, -9, -9, -9 };
	GLsizei length = 0;
	char name[16];

	red = glGetSubroutineIndex(p, GL_FRAGMENT_SHADER, "red");
	blue = glGetSubroutineIndex(p, GL_FRAGMENT_SHADER, "blue");
	draw_say(" %d %x", red != blue, glGetSubroutineIndex(p, GL_FRAGMENT_SHADER, "green"));
	draw_say(" %d", glGetSubroutineUniformLocation(p, GL_FRAGMENT_SHADER, "how[1]"));
	glGetActiveSubroutineName(p, GL_FRAGMENT_SHADER, blue, sizeof(name), &length, name);
	draw_say(" %s %d", name, length);
	glGetActiveSubroutineUniformName(p, GL_FRAGMENT_SHADER, 0, 4, &length, name);
	draw_say(" %s %d", name, length);
	glGetActiveSubroutineUniformiv(p, GL_FRAGMENT_SHADER, 0, GL_NUM_COMPATIBLE_SUBROUTINES, &n);
	glGetActiveSubroutineUniformiv(p, GL_FRAGMENT_SHADER, 0, GL_COMPATIBLE_SUBROUTINES, compatible);
	draw_say(" %d %d", n, compatible[2]);
	glUseProgram(p);
	both[0] = blue;
	both[1] = red;
	glUniformSubroutinesuiv(GL_FRAGMENT_SHADER, 2, both);
	glGetUniformSubroutineuiv(GL_FRAGMENT_SHADER, 0, &got);
	draw_say(" %d", got == blue);
	glUniformSubroutinesuiv(GL_FRAGMENT_SHADER, 1, both);
	draw_say(" %x", glGetError());
	glGetProgramStageiv(p, GL_FRAGMENT_SHADER, GL_ACTIVE_SUBROUTINES, &n);
	draw_say(" %d", n);
}

static void resources(void)
{
	static const GLenum props[] = { GL_TYPE, GL_ARRAY_SIZE, GL_OFFSET, GL_BLOCK_INDEX, GL_NAME_LENGTH };
	GLuint p = rich_program();
	GLint values[8] = { -9, -9, -9, -9, -9, -9, -9, -9 }, n = 0;
	GLsizei length = 0;
	GLuint i = glGetProgramResourceIndex(p, GL_BUFFER_VARIABLE, "values[0]");
	char name[16];

	glGetProgramResourceiv(p, GL_BUFFER_VARIABLE, i, 5, props, 3, &length, values);
	draw_say(" %d %x %d %d %d", length, values[0], values[1], values[2], values[3]);
	glGetProgramResourceName(p, GL_BUFFER_VARIABLE, i, 5, &length, name);
	draw_say(" %s %d", name, length);
	glGetProgramInterfaceiv(p, GL_UNIFORM, GL_MAX_NAME_LENGTH, &n);
	draw_say(" %d", n);
	glGetProgramInterfaceiv(p, GL_SHADER_STORAGE_BLOCK, GL_MAX_NUM_ACTIVE_VARIABLES, &n);
	draw_say(" %d %x", n, glGetError());
	glGetProgramResourceiv(p, GL_BUFFER_VARIABLE, i, -1, props, 3, &length, values);
	draw_say(" %x", glGetError());
	glGetProgramResourceiv(p, GL_BUFFER_VARIABLE, 1000, 1, props, 3, &length, values);
	draw_say(" %x", glGetError());
}

static void attached(void)
{
	GLuint p = rich_program(), shaders[4] = { 0 };
	GLsizei n = -1;
	GLint length = 0, params[2] = { 0 };
	char log[8] = "zzzzzzz";

	glGetAttachedShaders(p, 1, &n, shaders);
	draw_say(" %d %d %d", n, shaders[0] != 0, shaders[1] != 0);
	glGetAttachedShaders(p, 4, &n, shaders);
	draw_say(" %d %d", n, glIsShader(shaders[1]));
	glGetAttachedShaders(p, -1, &n, shaders);
	draw_say(" %x", glGetError());
	glGetProgramInfoLog(p, 4, &length, log);
	draw_say(" %d %d", length, log[0] == 0);
	glGetProgramiv(p, GL_COMPUTE_WORK_GROUP_SIZE, params);
	draw_say(" %x", glGetError());
	glGetProgramiv(p, GL_ATTACHED_SHADERS, params);
	draw_say(" %d", params[0]);
}

static const struct draw_test tests[] = {
	{ "D7-shader-strings", DRAW_CORE, shader_strings },
	{ "D7-one-call-programs", DRAW_CORE, one_call_programs },
	{ "D7-outputs", DRAW_CORE, outputs },
	{ "D7-labels", DRAW_CORE, labels },
	{ "D7-groups-and-messages", DRAW_CORE, groups_and_messages },
	{ "D7-markers", DRAW_COMPAT, markers },
	{ "D8-attributes-and-uniforms", DRAW_CORE, attributes_and_uniforms },
	{ "D8-blocks-and-counters", DRAW_CORE, blocks_and_counters },
	{ "D8-subroutines", DRAW_CORE, subroutines },
	{ "D8-resources", DRAW_CORE, resources },
	{ "D8-attached", DRAW_CORE, attached },
};

DRAW_MAIN(tests)
