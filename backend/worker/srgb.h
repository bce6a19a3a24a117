/* SPDX-License-Identifier: MIT */
/* The sRGB transfer function of IEC 61966-2-1, for components of eight bits. Any thread. */
#ifndef VGPU_BACKEND_WORKER_SRGB_H
#define VGPU_BACKEND_WORKER_SRGB_H

#include <stdint.h>

/* What an encoded component means, from 0 to 1. */
float vgpu_srgb_decode(uint8_t encoded);
/* The nearest code of a linear value; values outside 0 to 1, and NaN as 0, become the nearer end. */
uint8_t vgpu_srgb_encode(float linear);

#endif
