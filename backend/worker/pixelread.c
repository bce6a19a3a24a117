/* SPDX-License-Identifier: MIT */
#include "backend/worker/pixelread.h"

static const GLenum pack_names[VGPU_WPACK_STATES] = {
	GL_PACK_ALIGNMENT, /* the only one of ES 1 and 2 */
	GL_PACK_ROW_LENGTH,    GL_PACK_SKIP_ROWS,  GL_PACK_SKIP_PIXELS,
	GL_PACK_SWAP_BYTES,    GL_PACK_LSB_FIRST,  GL_PACK_INVERT_MESA,
};
static const GLint pack_wanted[VGPU_WPACK_STATES] = { 4, 0, 0, 0, 0, 0, 0 };

static const GLenum transfer_names[VGPU_WTRANSFER_STATES] = {
	GL_RED_SCALE, GL_GREEN_SCALE, GL_BLUE_SCALE, GL_ALPHA_SCALE,
	GL_RED_BIAS,  GL_GREEN_BIAS,  GL_BLUE_BIAS,  GL_ALPHA_BIAS,
};

static const GLenum imaging_names[] = {
	GL_COLOR_TABLE,    GL_POST_CONVOLUTION_COLOR_TABLE, GL_POST_COLOR_MATRIX_COLOR_TABLE,
	GL_CONVOLUTION_1D, GL_CONVOLUTION_2D,               GL_SEPARABLE_2D,
	GL_HISTOGRAM,      GL_MINMAX,
};
#define IMAGING (sizeof(imaging_names) / sizeof(imaging_names[0]))

static int pack_count(const struct vgpu_wcaps *caps)
{
	if (caps->es)
		return caps->version >= 30 ? 4 : 1;
	return caps->pack_invert ? 7 : 6;
}

static GLfloat transfer_wanted(int i)
{
	return i < 4 ? 1.0f : 0.0f;
}

static void transfer_begin(struct vgpu_replay *r, struct vgpu_wpixel_state *state)
{
	const struct vgpu_gl *gl = r->gl;
	unsigned int i;

	gl->GetBooleanv(GL_MAP_COLOR, &state->map_color);
	if (state->map_color)
		gl->PixelTransferi(GL_MAP_COLOR, GL_FALSE);
	for (i = 0; i < VGPU_WTRANSFER_STATES; i++) {
		gl->GetFloatv(transfer_names[i], &state->transfer[i]);
		if (state->transfer[i] != transfer_wanted((int)i))
			state->transfer_set = true;
	}
	for (i = 0; state->transfer_set && i < VGPU_WTRANSFER_STATES; i++)
		gl->PixelTransferf(transfer_names[i], transfer_wanted((int)i));
	for (i = 0; r->ctx->caps.imaging && i < IMAGING; i++) {
		if (!gl->IsEnabled(imaging_names[i]))
			continue;
		state->imaging |= 1u << i;
		gl->Disable(imaging_names[i]);
	}
}

void vgpu_wpixel_begin(struct vgpu_replay *r, struct vgpu_wpixel_state *state)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	const struct vgpu_gl *gl = r->gl;
	int i;

	*state = (struct vgpu_wpixel_state){ 0 };
	for (i = 0; i < pack_count(caps); i++) {
		state->pack[i] = pack_wanted[i];
		gl->GetIntegerv(pack_names[i], &state->pack[i]);
		if (state->pack[i] != pack_wanted[i])
			gl->PixelStorei(pack_names[i], pack_wanted[i]);
	}
	if (caps->pack_buffer) {
		gl->GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &state->pack_buffer);
		if (state->pack_buffer)
			gl->BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	}
	if (caps->compat)
		transfer_begin(r, state);
}

void vgpu_wpixel_end(struct vgpu_replay *r, const struct vgpu_wpixel_state *state)
{
	const struct vgpu_wcaps *caps = &r->ctx->caps;
	const struct vgpu_gl *gl = r->gl;
	unsigned int i;

	for (i = 0; i < (unsigned int)pack_count(caps); i++)
		if (state->pack[i] != pack_wanted[i])
			gl->PixelStorei(pack_names[i], state->pack[i]);
	if (caps->pack_buffer)
		gl->BindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)state->pack_buffer);
	if (state->map_color)
		gl->PixelTransferi(GL_MAP_COLOR, GL_TRUE);
	for (i = 0; state->transfer_set && i < VGPU_WTRANSFER_STATES; i++)
		gl->PixelTransferf(transfer_names[i], state->transfer[i]);
	for (i = 0; i < IMAGING; i++)
		if (state->imaging & 1u << i)
			gl->Enable(imaging_names[i]);
}

/* ES without GL_EXT_read_format_bgra: swap red and blue where they lie. */
static void swap_red_blue(uint8_t *data, uint64_t pixels)
{
	for (; pixels > 0; pixels--, data += 4) {
		uint8_t red = data[0];

		data[0] = data[2];
		data[2] = red;
	}
}

void vgpu_wpixel_read_bgra(struct vgpu_replay *r, uint32_t width, uint32_t height, void *data)
{
	bool bgra = r->ctx->caps.read_bgra;

	r->gl->ReadPixels(0, 0, (GLsizei)width, (GLsizei)height, bgra ? GL_BGRA : GL_RGBA,
	                  GL_UNSIGNED_BYTE, data);
	if (!bgra && data)
		swap_red_blue(data, (uint64_t)width * height);
}
