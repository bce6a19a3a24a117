/* SPDX-License-Identifier: MIT */
#include "backend/worker/srgb.h"

#include <math.h>
#include <pthread.h>

static float decoded[256];
static float bounds[256]; /* the code above begins here */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static double linear_of(double encoded)
{
	return encoded <= 0.04045 ? encoded / 12.92 : pow((encoded + 0.055) / 1.055, 2.4);
}

static void fill(void)
{
	for (int i = 0; i < 256; i++) {
		decoded[i] = (float)linear_of(i / 255.0);
		bounds[i] = (float)linear_of((i + 0.5) / 255.0);
	}
}

float vgpu_srgb_decode(uint8_t encoded)
{
	pthread_once(&once, fill);
	return decoded[encoded];
}

uint8_t vgpu_srgb_encode(float linear)
{
	unsigned int low = 0, high = 255;

	pthread_once(&once, fill);
	if (!(linear > 0))
		return 0;
	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (linear < bounds[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return (uint8_t)low;
}
