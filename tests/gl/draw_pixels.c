/* SPDX-License-Identifier: MIT */
/*
 * Uploads, read-backs and the default framebuffer: points D3, D4 and D14 of docs/marshalling.md
 * that no older test has. What is uploaded is overwritten afterwards; what is read back goes
 * between guards.
 */
#include "tests/gl/draw.h"

#include <sys/mman.h>

#define PROC(type, name) type name = (type)eglGetProcAddress("gl" #name)

static GLubyte ramp[4096];

static void fill_ramp(void)
{
	for (size_t i = 0; i < sizeof(ramp); i++)
		ramp[i] = (GLubyte)(i * 7 + i / 61);
}

static void spoil(void)
{
	memset(ramp, 0xee, sizeof(ramp));
}

/* Octets of a bound texture's level. */
static void say_texture(GLenum target, GLint level)
{
	GLubyte *got = malloc(65536);

	memset(got, 0x5a, 65536);
	glGetTexImage(target, level, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %08x %x", draw_crc(0, got, 65536), glGetError());
	free(got);
}

/* ---- D3 ---------------------------------------------------------------------------------- */

static void images_1d_3d(void)
{
	fill_ramp();
	glPixelStorei(GL_UNPACK_ALIGNMENT, 2);
	glPixelStorei(GL_UNPACK_SKIP_PIXELS, 3);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 9);
	glPixelStorei(GL_UNPACK_IMAGE_HEIGHT, 7);
	glPixelStorei(GL_UNPACK_SKIP_ROWS, 1);
	glPixelStorei(GL_UNPACK_SKIP_IMAGES, 1);
	glTexImage1D(GL_TEXTURE_1D, 0, GL_RGBA8, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, ramp);
	glTexSubImage1D(GL_TEXTURE_1D, 0, 3, 5, GL_BGR, GL_UNSIGNED_BYTE, ramp + 100);
	glTexImage3D(GL_TEXTURE_3D, 0, GL_RGBA8, 6, 5, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, ramp);
	glTexSubImage3D(GL_TEXTURE_3D, 0, 1, 1, 1, 4, 3, 2, GL_RGB, GL_UNSIGNED_BYTE, ramp + 55);
	glTexSubImage3D(GL_TEXTURE_3D, 0, 4, 0, 0, 4, 3, 2, GL_RGB, GL_UNSIGNED_BYTE, ramp);
	draw_say(" %x", glGetError());
	spoil();
	say_texture(GL_TEXTURE_1D, 0);
	say_texture(GL_TEXTURE_3D, 0);
	/* with the octets of another processor; without skips, which Mesa then applies twice */
	fill_ramp();
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
	glPixelStorei(GL_UNPACK_SKIP_PIXELS, 0);
	glPixelStorei(GL_UNPACK_SKIP_ROWS, 0);
	glPixelStorei(GL_UNPACK_SWAP_BYTES, 1);
	glTexImage1D(GL_TEXTURE_1D, 0, GL_RGBA16, 16, 0, GL_RGBA, GL_UNSIGNED_SHORT, ramp);
	say_texture(GL_TEXTURE_1D, 0);
}

static void compressed_1d_3d(void)
{
	GLubyte got[512];
	GLint n = 0;

	fill_ramp();
	glCompressedTexImage1D(GL_TEXTURE_1D, 0, GL_COMPRESSED_RGBA_S3TC_DXT5_EXT, 16, 0, 64, ramp);
	draw_say(" %x", glGetError());
	glCompressedTexSubImage1D(GL_TEXTURE_1D, 0, 0, 4, GL_COMPRESSED_RGBA_S3TC_DXT5_EXT, 16, ramp);
	draw_say(" %x", glGetError());
	glCompressedTexImage3D(GL_TEXTURE_2D_ARRAY, 0, GL_COMPRESSED_RGBA_S3TC_DXT5_EXT, 8, 8, 3, 0, 192,
	                       ramp);
	glCompressedTexSubImage3D(GL_TEXTURE_2D_ARRAY, 0, 4, 4, 1, 4, 4, 2,
	                          GL_COMPRESSED_RGBA_S3TC_DXT5_EXT, 32, ramp + 300);
	draw_say(" %x", glGetError());
	glCompressedTexSubImage3D(GL_TEXTURE_2D_ARRAY, 0, 4, 4, 1, 4, 4, 2,
	                          GL_COMPRESSED_RGBA_S3TC_DXT5_EXT, 31, ramp);
	draw_say(" %x", glGetError());
	spoil();
	memset(got, 0x5a, sizeof(got));
	glGetCompressedTexImage(GL_TEXTURE_2D_ARRAY, 0, got);
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
	glGetTexLevelParameteriv(GL_TEXTURE_2D_ARRAY, 0, GL_TEXTURE_COMPRESSED_IMAGE_SIZE, &n);
	draw_say(" %d", n);
	memset(got, 0x5a, sizeof(got));
	glGetnCompressedTexImageARB(GL_TEXTURE_2D_ARRAY, 0, 192, got);
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
	/* one octet less is an error, but Mesa writes all of them */
}

static void other_units(void)
{
	PROC(PFNGLMULTITEXIMAGE2DEXTPROC, MultiTexImage2DEXT);
	PROC(PFNGLMULTITEXSUBIMAGE2DEXTPROC, MultiTexSubImage2DEXT);
	PROC(PFNGLGETMULTITEXIMAGEEXTPROC, GetMultiTexImageEXT);
	PROC(PFNGLTEXTUREIMAGE2DEXTPROC, TextureImage2DEXT);
	PROC(PFNGLTEXTUREIMAGE3DEXTPROC, TextureImage3DEXT);
	PROC(PFNGLGETTEXTUREIMAGEEXTPROC, GetTextureImageEXT);
	GLubyte got[1024];
	GLuint name;
	void *gone;

	if (!MultiTexImage2DEXT || !TextureImage3DEXT) {
		draw_say(" none");
		return;
	}
	fill_ramp();
	MultiTexImage2DEXT(GL_TEXTURE3, GL_TEXTURE_2D, 0, GL_RGBA, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, ramp);
	MultiTexSubImage2DEXT(GL_TEXTURE3, GL_TEXTURE_2D, 0, 2, 2, 4, 4, GL_RGB, GL_UNSIGNED_BYTE, ramp + 9);
	glGenTextures(1, &name);
	TextureImage3DEXT(name, GL_TEXTURE_3D, 0, GL_RGBA, 4, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, ramp);
	spoil();
	memset(got, 0x5a, sizeof(got));
	GetMultiTexImageEXT(GL_TEXTURE3, GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %08x", draw_crc(0, got, sizeof(got)));
	GetTextureImageEXT(name, GL_TEXTURE_3D, 0, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %08x %x", draw_crc(0, got, sizeof(got)), glGetError());
	/* of another target: the error comes before the pixels, which are none */
	gone = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(gone, 65536);
	TextureImage2DEXT(name, GL_TEXTURE_2D, 0, GL_RGBA, 64, 64, 0, GL_RGBA, GL_UNSIGNED_BYTE, gone);
	draw_say(" %x", glGetError());
	TextureImage3DEXT(name, GL_TEXTURE_3D, 0, GL_RGBA, 2, 2, 2, 0, GL_RGBA, GL_UNSIGNED_BYTE, ramp);
	draw_say(" %x", glGetError());
}

static void pixel_maps(void)
{
	GLuint map[8], got[40];
	GLushort small[4] = { 0, 20000, 40000, 65535 };
	float floats[40];

	for (GLuint i = 0; i < 8; i++)
		map[i] = i * 536870911u;
	glPixelMapuiv(GL_PIXEL_MAP_R_TO_R, 8, map);
	glPixelMapusv(GL_PIXEL_MAP_G_TO_G, 4, small);
	memset(map, 0, sizeof(map));
	for (int i = 0; i < 40; i++)
		got[i] = 77, floats[i] = 77;
	glGetPixelMapuiv(GL_PIXEL_MAP_R_TO_R, got);
	glGetPixelMapfv(GL_PIXEL_MAP_G_TO_G, floats);
	draw_say(" %u %u %u %g %g %g", got[1], got[7], got[8], (double)floats[1], (double)floats[3],
	         (double)floats[4]);
	glPixelMapuiv(GL_PIXEL_MAP_I_TO_R, 3, got); /* not a power of two */
	draw_say(" %x", glGetError());
	glGetPixelMapuiv(GL_LIGHT0, got);
	draw_say(" %x", glGetError());
	glGetnPixelMapfvARB(GL_PIXEL_MAP_R_TO_R, 4, floats);
	draw_say(" %x", glGetError());
	glPixelTransferi(GL_MAP_COLOR, 1);
	fill_ramp();
	glRasterPos2f(-1, -1);
	glDrawPixels(8, 8, GL_RGBA, GL_UNSIGNED_BYTE, ramp);
}

/* The imaging subset is not everywhere: then the errors must be the same. */
static void imaging(void)
{
	GLubyte got[256];
	float kernel[9] = { 0.1f, 0.1f, 0.1f, 0.1f, 0.2f, 0.1f, 0.1f, 0.1f, 0.1f };

	fill_ramp();
	memset(got, 0x5a, sizeof(got));
	glColorTable(GL_COLOR_TABLE, GL_RGBA, 16, GL_RGBA, GL_UNSIGNED_BYTE, ramp);
	draw_say(" %x", glGetError());
	glColorSubTable(GL_COLOR_TABLE, 2, 4, GL_RGBA, GL_UNSIGNED_BYTE, ramp + 64);
	glGetColorTable(GL_COLOR_TABLE, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %x", glGetError());
	glConvolutionFilter1D(GL_CONVOLUTION_1D, GL_RGBA, 3, GL_LUMINANCE, GL_FLOAT, kernel);
	glConvolutionFilter2D(GL_CONVOLUTION_2D, GL_RGBA, 3, 3, GL_LUMINANCE, GL_FLOAT, kernel);
	glSeparableFilter2D(GL_SEPARABLE_2D, GL_RGBA, 3, 3, GL_LUMINANCE, GL_FLOAT, kernel, kernel);
	draw_say(" %x", glGetError());
	glGetConvolutionFilter(GL_CONVOLUTION_2D, GL_RGBA, GL_UNSIGNED_BYTE, got);
	glGetSeparableFilter(GL_SEPARABLE_2D, GL_RGBA, GL_UNSIGNED_BYTE, got, got + 64, NULL);
	glHistogram(GL_HISTOGRAM, 16, GL_RGBA, GL_FALSE);
	glGetHistogram(GL_HISTOGRAM, GL_TRUE, GL_RGBA, GL_UNSIGNED_BYTE, got);
	glGetMinmax(GL_MINMAX, GL_TRUE, GL_RGBA, GL_UNSIGNED_BYTE, got);
	draw_say(" %x %08x", glGetError(), draw_crc(0, got, sizeof(got)));
}

static void clears(void)
{
	GLuint buffer, texture;
	GLushort pair[2] = { 0x1234, 0xfedc };
	GLubyte got[64], color[4] = { 1, 2, 3, 4 };

	glCreateBuffers(1, &buffer);
	glNamedBufferData(buffer, 64, NULL, GL_STATIC_DRAW);
	glClearNamedBufferData(buffer, GL_RG16, GL_RG, GL_UNSIGNED_SHORT, pair);
	glClearNamedBufferSubData(buffer, GL_RGBA8UI, 8, 16, GL_RGBA_INTEGER, GL_UNSIGNED_BYTE, color);
	glClearNamedBufferSubData(buffer, GL_R8, 40, 8, GL_RED, GL_UNSIGNED_BYTE, NULL);
	pair[0] = 0;
	color[0] = 0;
	glGetNamedBufferSubData(buffer, 0, 64, got);
	draw_say(" %08x %x", draw_crc(0, got, 64), glGetError());
	glClearNamedBufferSubData(buffer, GL_RGBA8UI, 6, 16, GL_RGBA_INTEGER, GL_UNSIGNED_BYTE, color);
	draw_say(" %x", glGetError());
	glCreateTextures(GL_TEXTURE_2D, 1, &texture);
	glTextureStorage2D(texture, 2, GL_RGBA8, 4, 4);
	glClearTexImage(texture, 0, GL_RGBA, GL_UNSIGNED_BYTE, color);
	glClearTexSubImage(texture, 0, 1, 1, 0, 2, 2, 1, GL_RGB, GL_UNSIGNED_BYTE, ramp);
	glClearTexImage(texture, 1, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glGetTextureImage(texture, 0, GL_RGBA, GL_UNSIGNED_BYTE, 64, got);
	draw_say(" %08x %x", draw_crc(0, got, 64), glGetError());
	glClearTexSubImage(texture, 0, 3, 3, 0, 2, 2, 1, GL_RGB, GL_UNSIGNED_BYTE, ramp);
	draw_say(" %x", glGetError());
}

/* ---- D4 ---------------------------------------------------------------------------------- */

static void sized_read_backs(void)
{
	GLubyte got[256];
	GLuint texture;

	fill_ramp();
	glCreateTextures(GL_TEXTURE_2D, 1, &texture);
	glTextureStorage2D(texture, 1, GL_COMPRESSED_RGBA_S3TC_DXT5_EXT, 8, 8);
	glCompressedTextureSubImage2D(texture, 0, 0, 0, 8, 8, GL_COMPRESSED_RGBA_S3TC_DXT5_EXT, 64, ramp);
	memset(got, 0x5a, sizeof(got));
	glGetCompressedTextureImage(texture, 0, 64, got);
	draw_say(" %08x %x", draw_crc(0, got, 256), glGetError());
	glGetCompressedTextureImage(texture, 0, 63, got);
	draw_say(" %x", glGetError());
	glGetCompressedTextureSubImage(texture, 0, 4, 4, 0, 4, 4, 1, 16, got);
	draw_say(" %08x %x", draw_crc(0, got, 256), glGetError());
	memset(got, 0x5a, sizeof(got));
	glReadnPixels(2, 2, 5, 3, GL_RGB, GL_UNSIGNED_BYTE, 48, got);
	draw_say(" %08x %x", draw_crc(0, got, 256), glGetError());
	glReadnPixels(2, 2, 5, 3, GL_RGB, GL_UNSIGNED_BYTE, 46, got);
	draw_say(" %x", glGetError());
	glBindTexture(GL_TEXTURE_2D, texture);
	memset(got, 0x5a, sizeof(got));
	glGetnTexImageARB(GL_TEXTURE_2D, 0, GL_RED, GL_UNSIGNED_BYTE, 64, got);
	draw_say(" %08x %x", draw_crc(0, got, 256), glGetError());
	glGetnTexImageARB(GL_TEXTURE_2D, 0, GL_RED, GL_UNSIGNED_BYTE, 63, got);
	draw_say(" %x", glGetError());
	glPixelStorei(GL_PACK_ROW_LENGTH, 11);
	glPixelStorei(GL_PACK_SKIP_PIXELS, 2);
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	memset(got, 0x5a, sizeof(got));
	glGetTextureSubImage(texture, 0, 1, 2, 0, 6, 5, 1, GL_RG, GL_UNSIGNED_BYTE, 256, got);
	draw_say(" %08x %x", draw_crc(0, got, 256), glGetError());
	glPixelStorei(GL_PACK_ROW_LENGTH, 0);
	glPixelStorei(GL_PACK_SKIP_PIXELS, 0);
}

/* ---- D14 --------------------------------------------------------------------------------- */

static void copies_of_the_window(void)
{
	GLuint textures[2];

	glEnable(GL_SCISSOR_TEST);
	glScissor(5, 9, 20, 30);
	glClearColor(1, 0.5f, 0.25f, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glDisable(GL_SCISSOR_TEST);
	glGenTextures(2, textures);
	glBindTexture(GL_TEXTURE_2D, textures[0]);
	glCopyTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 3, 5, 16, 32, 0);
	say_texture(GL_TEXTURE_2D, 0);
	glCopyTexSubImage2D(GL_TEXTURE_2D, 0, 2, 3, 20, 30, 9, 11);
	say_texture(GL_TEXTURE_2D, 0);
	glCopyTexImage1D(GL_TEXTURE_1D, 0, GL_RGB, 1, 12, 32, 0);
	glCopyTexSubImage1D(GL_TEXTURE_1D, 0, 4, 6, 40, 8);
	say_texture(GL_TEXTURE_1D, 0);
	glBindTexture(GL_TEXTURE_3D, textures[1]);
	glTexImage3D(GL_TEXTURE_3D, 0, GL_RGBA, 8, 8, 2, 0, GL_RGBA, GL_UNSIGNED_BYTE, ramp);
	glCopyTexSubImage3D(GL_TEXTURE_3D, 0, 0, 1, 1, 2, 3, 8, 6);
	say_texture(GL_TEXTURE_3D, 0);
	glCopyTexImage2D(GL_TEXTURE_2D, 0, GL_DEPTH_COMPONENT, 0, 0, 8, 8, 0);
	draw_say(" %x", glGetError());
	glCopyTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 0, 0, 8, 8, 2);
	draw_say(" %x", glGetError());
}

static void buffers_by_name(void)
{
	static const GLenum none = GL_NONE, color = GL_COLOR_ATTACHMENT0;
	GLuint framebuffer, renderbuffer;
	GLint value = 0;

	glCreateFramebuffers(1, &framebuffer);
	glCreateRenderbuffers(1, &renderbuffer);
	glNamedRenderbufferStorage(renderbuffer, GL_RGBA8, 16, 16);
	glNamedFramebufferRenderbuffer(framebuffer, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, renderbuffer);
	glNamedFramebufferDrawBuffers(framebuffer, 1, &none);
	draw_say(" %x", glCheckNamedFramebufferStatus(framebuffer, GL_FRAMEBUFFER));
	glNamedFramebufferDrawBuffers(framebuffer, 1, &color);
	glNamedFramebufferDrawBuffer(framebuffer, GL_NONE);
	glNamedFramebufferReadBuffer(framebuffer, GL_NONE);
	glGetNamedFramebufferParameteriv(framebuffer, GL_SAMPLES, &value);
	draw_say(" %d %x", value, glGetError());
	glNamedFramebufferParameteri(framebuffer, GL_FRAMEBUFFER_DEFAULT_WIDTH, 77);
	glGetNamedFramebufferParameteriv(framebuffer, GL_FRAMEBUFFER_DEFAULT_WIDTH, &value);
	draw_say(" %d", value);
	glNamedFramebufferDrawBuffer(0, GL_COLOR_ATTACHMENT0);
	draw_say(" %x", glGetError());
	glNamedFramebufferReadBuffer(0, GL_FRONT_RIGHT);
	draw_say(" %x", glGetError());
	glGetNamedFramebufferAttachmentParameteriv(0, GL_BACK, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &value);
	glGetError();
	glGetNamedFramebufferAttachmentParameteriv(0, GL_DEPTH, GL_FRAMEBUFFER_ATTACHMENT_DEPTH_SIZE, &value);
	draw_say(" %d %x", value, glGetError());
	glGetFramebufferParameteriv(GL_FRAMEBUFFER, GL_DOUBLEBUFFER, &value);
	glGetFramebufferParameteriv(GL_FRAMEBUFFER, GL_SAMPLE_BUFFERS, &value);
	draw_say(" %d %x", value, glGetError());
	glGetFramebufferParameteriv(GL_FRAMEBUFFER, GL_FRAMEBUFFER_DEFAULT_WIDTH, &value);
	draw_say(" %x", glGetError());
}

static void invalidated(void)
{
	static const GLenum window[] = { GL_DEPTH, GL_STENCIL }, wrong[] = { GL_COLOR_ATTACHMENT0 };
	GLint depth = 0;

	glInvalidateFramebuffer(GL_FRAMEBUFFER, 2, window);
	draw_say(" %x", glGetError());
	glInvalidateSubFramebuffer(GL_FRAMEBUFFER, 1, window, 0, 0, 4, 4);
	draw_say(" %x", glGetError());
	glInvalidateFramebuffer(GL_FRAMEBUFFER, 1, wrong);
	draw_say(" %x", glGetError());
	glInvalidateFramebuffer(GL_FRAMEBUFFER, -1, window);
	draw_say(" %x", glGetError());
	glClear(GL_DEPTH_BUFFER_BIT);
	glReadPixels(1, 1, 1, 1, GL_DEPTH_COMPONENT, GL_INT, &depth);
	draw_say(" %d", depth == 0x7fffffff);
}

static const struct draw_test tests[] = {
	{ "D3-images-1d-3d", DRAW_COMPAT, images_1d_3d },
	{ "D3-compressed-1d-3d", DRAW_COMPAT, compressed_1d_3d },
	{ "D3-other-units", DRAW_COMPAT, other_units },
	{ "D3-pixel-maps", DRAW_COMPAT, pixel_maps },
	{ "D3-imaging", DRAW_COMPAT, imaging },
	{ "D3-clears", DRAW_CORE, clears },
	{ "D4-sized-read-backs", DRAW_CORE, sized_read_backs },
	{ "D14-copies-of-the-window", DRAW_COMPAT, copies_of_the_window },
	{ "D14-buffers-by-name", DRAW_CORE, buffers_by_name },
	{ "D14-invalidated", DRAW_CORE, invalidated },
};

DRAW_MAIN(tests)
