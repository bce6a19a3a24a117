/* SPDX-License-Identifier: MIT */
/*
 * fuzz_decode: commands as a hostile guest sends them, into the worker's stream
 * code, generated decoders and replay functions. Built twice: over a GL that does
 * nothing (null_host.c; tens of thousands of inputs a second), and as
 * fuzz_decode_gl over the host's own (llvmpipe).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend/worker/host_egl.h"
#include "tests/fuzz/decode_input.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char error[512] = "";

	(void)argc;
	(void)argv;
	/* small images are as good as large ones, and quicker */
	setenv("VGPU_WORKER_VRAM_MB", "16", 0);
	/*
	 * As in the jail there is no cache of shaders on disk. With one Mesa (22.3) compiles again what a
	 * cached link lacks, and goes on with names that it has freed (shader_cache.cpp: compile_shaders).
	 */
	setenv("MESA_SHADER_CACHE_DIR", "/dev/null/none", 0);
	if (vgpu_host_open(error, sizeof(error))) {
		fprintf(stderr, "fuzz_decode: %s\n", error);
		exit(1);
	}
	fuzz_limit(vgpu_host_get()->gl);
	if (getenv("FUZZ_REPLAY"))
		fuzz_replay(getenv("FUZZ_REPLAY"));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_run(data, size);
	return 0;
}
