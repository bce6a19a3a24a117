# SPDX-License-Identifier: MIT
# Programs of the GL tests: they link libglvnd and X, nothing of ours, and carry no sanitizer.
GL_PROGRAMS := $(patsubst tests/gl/%.c,$B/tests/gl/%,$(wildcard tests/gl/*.c))
$B/tests/gl/%: tests/gl/%.c $(wildcard tests/gl/*.h)
	@echo "  LD    $@"
	$Q mkdir -p $(@D) && $(CC) -D_GNU_SOURCE -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -I. -O1 -g \
		-o $@ $< -lEGL -lGL -lX11 -lpthread -lm
