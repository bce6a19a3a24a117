/* SPDX-License-Identifier: MIT */
#include "tools/ctl/spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/vgpuif.h"

#define ALLOWED "backend, gpu, vram, weight, cap, pages"

void vgpu_spec_defaults(struct vgpu_spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	strcpy(spec->backend, "0");
	strcpy(spec->gpu, "auto");
	spec->weight = 256;
	spec->pages = VGPUIF_DEFAULT_PAGES;
}

/* ---- values ------------------------------------------------------------------- */

/* Digits only, and within the range. */
static bool number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) || strlen(text) > 18)
		return false;
	*out = strtoull(text, &end, 10);
	return *end == '\0' && *out >= min && *out <= max;
}

/* "512M": K, M, G are powers of 1024, nothing is octets. */
static bool size_value(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char digits[24];
	size_t n = strspn(text, "0123456789");
	unsigned int shift = 0;

	if (n == 0 || n >= sizeof(digits) || (text[n] && text[n + 1]))
		return false;
	memcpy(digits, text, n);
	digits[n] = '\0';
	switch (text[n]) {
	case '\0':
		break;
	case 'k':
	case 'K':
		shift = 10;
		break;
	case 'm':
	case 'M':
		shift = 20;
		break;
	case 'g':
	case 'G':
		shift = 30;
		break;
	default:
		return false;
	}
	if (!number(digits, 0, max >> shift, out))
		return false;
	*out <<= shift;
	return *out >= min;
}

static bool gpu_value(const char *text)
{
	static const char form[] = "xxxx:xx:xx.x";

	if (strcmp(text, "auto") == 0)
		return true;
	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	}
	return true;
}

/* A domain's id or name: what xl accepts as a name, more or less. */
static bool domain_value(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n < sizeof(((struct vgpu_spec *)0)->backend) && !strpbrk(text, "/ \t\n");
}

/* NULL, or what is allowed for this key; "" for a key that there is not. */
static const char *set(struct vgpu_spec *spec, const char *key, const char *value)
{
	uint64_t n = 0;

	if (strcmp(key, "backend") == 0) {
		if (!domain_value(value))
			return "a domain's id or name";
		snprintf(spec->backend, sizeof(spec->backend), "%s", value);
	} else if (strcmp(key, "gpu") == 0) {
		if (!gpu_value(value))
			return "auto or a PCI address as in 0000:01:00.0";
		snprintf(spec->gpu, sizeof(spec->gpu), "%s", value);
	} else if (strcmp(key, "vram") == 0) {
		if (!size_value(value, 16u << 20, 1ull << 40, &spec->vram))
			return "16M to 1024G";
	} else if (strcmp(key, "weight") == 0) {
		if (!number(value, 1, 65535, &n))
			return "1 to 65535 (256 is usual)";
		spec->weight = (uint32_t)n;
	} else if (strcmp(key, "cap") == 0) {
		if (!number(value, 0, 100, &n))
			return "0 (none) to 100 percent";
		spec->cap = (uint32_t)n;
	} else if (strcmp(key, "pages") == 0) {
		if (!number(value, 1024, VGPUIF_MOST_PAGES, &n))
			return "1024 to 1048576 pages of 4 KiB";
		spec->pages = (uint32_t)n;
	} else {
		return "";
	}
	return NULL;
}

/* ---- the whole ---------------------------------------------------------------------- */

static int wrong(const struct vgpu_spec_place *place, char *why, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int wrong(const struct vgpu_spec_place *place, char *why, size_t size, const char *fmt, ...)
{
	int n = 0;
	va_list ap;

	if (place && place->file && place->line)
		n = snprintf(why, size, "%s:%u: ", place->file, place->line);
	else if (place && place->file)
		n = snprintf(why, size, "%s: ", place->file);
	if (n < 0 || (size_t)n >= size)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(why + n, size - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

int vgpu_spec_parse(const char *text, const struct vgpu_spec_place *place, struct vgpu_spec *spec,
                    char *why, size_t size)
{
	struct vgpu_spec result = *spec;
	char copy[512], seen[256] = ",", tag[40];
	char *save = NULL;

	if (strlen(text) >= sizeof(copy))
		return wrong(place, why, size, "vgpu: longer than %zu characters", sizeof(copy) - 1);
	strcpy(copy, text);
	if (*trim(copy) == '\0')
		return 0;
	for (char *at = copy, *part; (part = strtok_r(at, ",", &save)); at = NULL) {
		char *key = trim(part), *value = strchr(key, '=');
		const char *allowed;

		if (!value)
			return wrong(place, why, size, "vgpu: '%s' is not KEY=VALUE (keys: "
			             ALLOWED ")", key);
		*value++ = '\0';
		key = trim(key);
		value = trim(value);
		allowed = set(&result, key, value);
		if (allowed && !*allowed)
			return wrong(place, why, size, "vgpu: unknown key '%s' (keys: " ALLOWED ")",
			             key);
		if (allowed)
			return wrong(place, why, size, "vgpu: %s=%s: allowed is %s", key, value,
			             allowed);
		snprintf(tag, sizeof(tag), ",%s,", key);
		if (strstr(seen, tag))
			return wrong(place, why, size, "vgpu: %s is given twice", key);
		strcat(seen, tag + 1);
	}
	*spec = result;
	return 0;
}
