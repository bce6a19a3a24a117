# SPDX-License-Identifier: MIT
include $(wildcard tools/*/*.mk)
