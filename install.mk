# SPDX-License-Identifier: MIT
# make install: honours DESTDIR, PREFIX, LIBDIR, DATADIR, LIBEXECDIR, SYSCONFDIR as packagers set them.
BINDIR      ?= $(PREFIX)/bin
SBINDIR     ?= $(PREFIX)/sbin
SYSCONFDIR  ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
MANDIR      ?= $(DATADIR)/man
INSTALL     ?= install
# libglvnd reads /usr/share/glvnd and /etc/glvnd only; vgpu-run finds it in any prefix
EGL_ICD_DIR ?= $(DATADIR)/glvnd/egl_vendor.d
SYSUSERS_DIR ?= $(PREFIX)/lib/sysusers.d
COMPLETION_DIR ?= $(DATADIR)/bash-completion/completions

USER_TOOLS := vgpu-run vgpu-info vgpu-ctl vgpu-replay
COMPLETED  := vgpu-run vgpu-info vgpu-ctl
HELPERS    := vgpu-backendd vgpu-worker
MAN_PAGES  := $(wildcard docs/man/*.[1-8])

.PHONY: install uninstall
## make install    into $(DESTDIR)$(PREFIX); then: make uninstall
install: all
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(LIBDIR) \
		$(DESTDIR)$(EGL_ICD_DIR) $(DESTDIR)$(COMPLETION_DIR) $(DESTDIR)$(SYSCONFDIR)/profile.d \
		$(DESTDIR)$(SYSUSERS_DIR)
	$(INSTALL) -m 755 $(USER_TOOLS:%=$B/bin/%) $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 755 $(HELPERS:%=$B/bin/%) $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -d $(NO_CACHE:%=$(DESTDIR)$(LIBEXECDIR)/%)
	ln -sf $(LIBEXECDIR)/vgpu-backendd $(DESTDIR)$(SBINDIR)/vgpu-backendd
	$(INSTALL) -m 644 $(LIBS) $(DESTDIR)$(LIBDIR)
	$(INSTALL) -m 644 xen-configs/40_vgpu.json $(DESTDIR)$(EGL_ICD_DIR)
	$(INSTALL) -m 644 xen-configs/vgpu.sh $(DESTDIR)$(SYSCONFDIR)/profile.d
	$(INSTALL) -m 644 xen-configs/sysusers-vgpu.conf $(DESTDIR)$(SYSUSERS_DIR)/xen-vgpu.conf
	test -n "$(DESTDIR)" || ! command -v systemd-sysusers >/dev/null || \
		systemd-sysusers $(SYSUSERS_DIR)/xen-vgpu.conf
	for tool in $(COMPLETED); do \
		$(INSTALL) -m 644 tools/completions/$$tool $(DESTDIR)$(COMPLETION_DIR) || exit 1; done
	for page in $(MAN_PAGES); do dir=$(DESTDIR)$(MANDIR)/man$${page##*.}; \
		$(INSTALL) -d $$dir && $(INSTALL) -m 644 $$page $$dir || exit 1; done

uninstall:
	rm -f $(USER_TOOLS:%=$(DESTDIR)$(BINDIR)/%) $(DESTDIR)$(SBINDIR)/vgpu-backendd $(HELPERS:%=$(DESTDIR)$(LIBEXECDIR)/%) \
		$(DESTDIR)$(EGL_ICD_DIR)/40_vgpu.json \
		$(DESTDIR)$(SYSCONFDIR)/profile.d/vgpu.sh $(DESTDIR)$(SYSUSERS_DIR)/xen-vgpu.conf $(COMPLETED:%=$(DESTDIR)$(COMPLETION_DIR)/%)
	for lib in $(notdir $(LIBS)); do rm -f $(DESTDIR)$(LIBDIR)/$$lib; done
	for page in $(MAN_PAGES); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; done
	-rmdir $(NO_CACHE:%=$(DESTDIR)$(LIBEXECDIR)/%) $(DESTDIR)$(LIBEXECDIR)/no-cache $(DESTDIR)$(LIBEXECDIR)

.PHONY: check-install
## make check-install  install into a folder of the build; compare with tools/setup/install.list, uninstall
check-install:
	rm -rf $B/stage
	$(MAKE) --no-print-directory install DESTDIR=$(abspath $B/stage) PREFIX=/usr LIBDIR=/usr/lib >$B/install.log
	cd $B/stage && find . ! -type d | LC_ALL=C sort | diff $(abspath tools/setup/install.list) -
	$(MAKE) --no-print-directory uninstall DESTDIR=$(abspath $B/stage) PREFIX=/usr LIBDIR=/usr/lib >>$B/install.log
	test -z "$$(find $B/stage ! -type d)"
