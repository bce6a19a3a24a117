#!/bin/sh
# SPDX-License-Identifier: MIT
# Dom0 and guests: the tree of "make install PREFIX=/usr", and what a package's scripts do
# after it has been unpacked.
set -eu
tar -C / -xf /mnt/test/xen/installed.tar
ldconfig
systemd-sysusers
