# SPDX-License-Identifier: MIT
PROGRAMS += vgpu-replay
vgpu-replay_SRCS := tools/replay/main.c tools/replay/reader.c tools/replay/threads.c
vgpu-replay_ARCHIVES = $(A_WORKER) $(A_PROTOCOL)
vgpu-replay_LIBS = $(WORKER_LIBS) -lpng
