/* SPDX-License-Identifier: MIT */
#include "protocol/jail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[VGPU_JAIL_RULES] = {
	"descriptors", "privileges", "user", "network", "cgroup", "files", "calls",
};

const char *vgpu_jail_rule_name(unsigned int index)
{
	return index < VGPU_JAIL_RULES ? names[index] : NULL;
}

static unsigned int index_of(enum vgpu_jail_rule rule)
{
	unsigned int i = 0;

	while (i < VGPU_JAIL_RULES - 1 && !((uint32_t)rule >> i & 1))
		i++;
	return i;
}

void vgpu_jail_holds(struct vgpu_jail_report *report, enum vgpu_jail_rule rule)
{
	report->active |= rule;
	report->why[index_of(rule)][0] = '\0';
}

void vgpu_jail_fails(struct vgpu_jail_report *report, enum vgpu_jail_rule rule, const char *fmt, ...)
{
	va_list ap;

	report->active &= ~(uint32_t)rule;
	va_start(ap, fmt);
	vsnprintf(report->why[index_of(rule)], VGPU_JAIL_WHY, fmt, ap);
	va_end(ap);
}

void vgpu_jail_print(const struct vgpu_jail_report *report, uint32_t rules, char *text,
                     uint32_t size)
{
	uint32_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < VGPU_JAIL_RULES; i++) {
		int n;

		if (!(rules >> i & 1) || report->active >> i & 1)
			continue;
		n = snprintf(text + used, size - used, "%s: %s\n", names[i], report->why[i]);
		if (n < 0 || (uint32_t)n >= size - used)
			return;
		used += (uint32_t)n;
	}
}

void vgpu_jail_parse(struct vgpu_jail_report *report, uint32_t rules, uint32_t active,
                     const char *text)
{
	for (unsigned int i = 0; i < VGPU_JAIL_RULES; i++) {
		size_t length = strlen(names[i]);
		const char *line = text;

		if (!(rules >> i & 1))
			continue;
		if (active >> i & 1) {
			vgpu_jail_holds(report, (enum vgpu_jail_rule)(1u << i));
			continue;
		}
		vgpu_jail_fails(report, (enum vgpu_jail_rule)(1u << i), "no reason given");
		while (line && *line) {
			const char *end = strchr(line, '\n');

			if (strncmp(line, names[i], length) == 0 && line[length] == ':') {
				int n = (int)(end ? end - line : (long)strlen(line)) - (int)length - 2;

				vgpu_jail_fails(report, (enum vgpu_jail_rule)(1u << i), "%.*s",
				                n > 0 ? n : 0, line + length + 2);
				break;
			}
			line = end ? end + 1 : NULL;
		}
	}
}
