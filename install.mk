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

MODPROBE_DIR ?= $(PREFIX)/lib/modprobe.d
MODULES_DIR ?= $(PREFIX)/lib/modules-load.d
SYSCTL_DIR ?= $(PREFIX)/lib/sysctl.d
SYSTEMD_DIR ?= $(PREFIX)/lib/systemd/system
UDEV_DIR   ?= $(PREFIX)/lib/udev/rules.d
EXAMPLE_DIR ?= $(DATADIR)/doc/xen-vgpu/examples

USER_TOOLS := vgpu-run vgpu-info vgpu-ctl vgpu-replay
COMPLETED  := vgpu-run vgpu-info vgpu-ctl
HELPERS    := vgpu-backendd vgpu-worker vgpu-agentd
DAEMONS    := vgpu-backendd vgpu-agentd
UNITS      := $(wildcard xen-configs/*.service)
UDEV_RULES := $(wildcard xen-configs/*.rules)
DEFAULTS   := $(wildcard xen-configs/*.default)
EXAMPLES   := $(wildcard xen-configs/*.cfg)
MAN_PAGES  := $(wildcard docs/man/*.[1-8])
# file in xen-configs and where it goes, with a colon between
PIECES     := 40_vgpu.json:$(EGL_ICD_DIR)/40_vgpu.json vgpu.sh:$(SYSCONFDIR)/profile.d/vgpu.sh \
	sysusers-vgpu.conf:$(SYSUSERS_DIR)/xen-vgpu.conf modprobe-vgpu.conf:$(MODPROBE_DIR)/xen-vgpu.conf \
	modules-load-vgpu.conf:$(MODULES_DIR)/xen-vgpu.conf sysctl-vgpu.conf:$(SYSCTL_DIR)/60-xen-vgpu.conf

.PHONY: install uninstall
## make install    into $(DESTDIR)$(PREFIX); then: make uninstall
install: all
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(LIBDIR) \
		$(DESTDIR)$(COMPLETION_DIR) $(DESTDIR)$(SYSCONFDIR)/default $(DESTDIR)$(SYSTEMD_DIR) \
		$(DESTDIR)$(UDEV_DIR) $(DESTDIR)$(EXAMPLE_DIR)
	$(INSTALL) -m 755 $(USER_TOOLS:%=$B/bin/%) $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 755 $(HELPERS:%=$B/bin/%) $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -d $(NO_CACHE:%=$(DESTDIR)$(LIBEXECDIR)/%)
	for daemon in $(DAEMONS); do ln -sf $(LIBEXECDIR)/$$daemon $(DESTDIR)$(SBINDIR)/$$daemon || exit 1; done
	$(INSTALL) -m 644 $(LIBS) $(DESTDIR)$(LIBDIR)
	for unit in $(UNITS); do sed 's|@LIBEXECDIR@|$(LIBEXECDIR)|; s|@SYSCONFDIR@|$(SYSCONFDIR)|' $$unit \
		>$(DESTDIR)$(SYSTEMD_DIR)/$${unit##*/} || exit 1; done
	$(INSTALL) -m 644 $(UDEV_RULES) $(DESTDIR)$(UDEV_DIR)
	# what the admin has changed stays
	for file in $(DEFAULTS); do to=$(DESTDIR)$(SYSCONFDIR)/default/$$(basename $$file .default); \
		[ -e $$to ] || $(INSTALL) -m 644 $$file $$to || exit 1; done
	for piece in $(PIECES); do \
		$(INSTALL) -D -m 644 xen-configs/$${piece%%:*} $(DESTDIR)$${piece#*:} || exit 1; done
	$(INSTALL) -m 644 $(EXAMPLES) $(DESTDIR)$(EXAMPLE_DIR)
	test -n "$(DESTDIR)" || ! command -v systemd-sysusers >/dev/null || \
		systemd-sysusers $(SYSUSERS_DIR)/xen-vgpu.conf
	for tool in $(COMPLETED); do \
		$(INSTALL) -m 644 tools/completions/$$tool $(DESTDIR)$(COMPLETION_DIR) || exit 1; done
	for page in $(MAN_PAGES); do dir=$(DESTDIR)$(MANDIR)/man$${page##*.}; \
		$(INSTALL) -d $$dir && $(INSTALL) -m 644 $$page $$dir || exit 1; done

uninstall:
	rm -f $(USER_TOOLS:%=$(DESTDIR)$(BINDIR)/%) $(DAEMONS:%=$(DESTDIR)$(SBINDIR)/%) \
		$(HELPERS:%=$(DESTDIR)$(LIBEXECDIR)/%) $(COMPLETED:%=$(DESTDIR)$(COMPLETION_DIR)/%)
	rm -f $(UNITS:xen-configs/%=$(DESTDIR)$(SYSTEMD_DIR)/%) $(UDEV_RULES:xen-configs/%=$(DESTDIR)$(UDEV_DIR)/%) \
		$(DEFAULTS:xen-configs/%.default=$(DESTDIR)$(SYSCONFDIR)/default/%) \
		$(EXAMPLES:xen-configs/%=$(DESTDIR)$(EXAMPLE_DIR)/%)
	for piece in $(PIECES); do rm -f $(DESTDIR)$${piece#*:}; done
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
