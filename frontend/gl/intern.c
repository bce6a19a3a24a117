/* SPDX-License-Identifier: MIT */
#include "frontend/gl/intern.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024u /* a host has some hundred extensions */

struct interned {
	struct interned *next;
	char string[];
};

static struct interned *table[BUCKETS];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static uint32_t hash(const char *string)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *string; string++)
		h = (h ^ (uint8_t)*string) * 16777619u;
	return h % BUCKETS;
}

const char *vgpu_gl_intern(const char *string)
{
	struct interned **bucket = &table[hash(string)], *it;
	size_t size = strlen(string) + 1;

	pthread_mutex_lock(&table_lock);
	for (it = *bucket; it; it = it->next) {
		if (!strcmp(it->string, string))
			break;
	}
	if (!it) {
		it = malloc(sizeof(*it) + size);
		if (it) {
			memcpy(it->string, string, size);
			it->next = *bucket;
			*bucket = it;
		}
	}
	pthread_mutex_unlock(&table_lock);
	return it ? it->string : NULL;
}
