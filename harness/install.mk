# SPDX-License-Identifier: BSD-2-Clause
# Installing: manual pages, completion, the Debian package. Included by the Makefile.

PREFIX ?= /usr/local
DESTDIR ?=
# What turns pages into manual pages, and what makes a package; only these targets need them.
MANUAL_DEBS := help2man lowdown
# The package is built with the libbpf of the release.
PACKAGE_DEBS := $(MANUAL_DEBS) build-essential debhelper dpkg-dev fakeroot libbpf-dev lintian

.PHONY: manual install install-files uninstall deb deb-test

## manual       the manual pages, in build/man
manual: build/man/corematrix.1
build/man/corematrix.1: $(BUILD)/corematrix harness/doc/manual.sh $(wildcard harness/doc/*.md harness/doc/man/*)
	$(Q)harness/deps.sh $(MANUAL_DEBS)
	$(call say,MAN,build/man)
	$(Q)rm -rf build/man && harness/doc/manual.sh $(BUILD)/corematrix build/man

## install      the program, those of `make libbpf` that are built, its list of kernels, manual pages and completion (PREFIX=/usr/local DESTDIR=)
install: all
	$(Q)$(MAKE) --no-print-directory install-files
install-files: manual
	$(Q)install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/corematrix' '$(DESTDIR)$(PREFIX)/share/man/man1' \
		'$(DESTDIR)$(PREFIX)/share/man/man5' '$(DESTDIR)$(PREFIX)/share/bash-completion/completions' \
		'$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions'
	$(Q)install -m 755 $(BUILD)/corematrix '$(DESTDIR)$(PREFIX)/bin/'
	$(Q)for program in $(wildcard $(WITH)/*/corematrix); do \
		to='$(DESTDIR)$(PREFIX)/lib/corematrix/libbpf/'$$(basename $$(dirname $$program)); \
		install -d "$$to" && install -m 755 $$program "$$to/" || exit 1; done
	$(Q)install -m 644 kernels.txt '$(DESTDIR)$(PREFIX)/share/corematrix/'
	$(Q)install -d '$(DESTDIR)$(PREFIX)/share/corematrix/ci/slurm'
	$(Q)install -m 755 harness/ci/*.sh '$(DESTDIR)$(PREFIX)/share/corematrix/ci/'
	$(Q)install -m 755 harness/ci/slurm/* '$(DESTDIR)$(PREFIX)/share/corematrix/ci/slurm/'
	$(Q)chmod 644 '$(DESTDIR)$(PREFIX)/share/corematrix/ci/program.sh'
	$(Q)install -m 644 build/man/*.1 '$(DESTDIR)$(PREFIX)/share/man/man1/'
	$(Q)install -m 644 build/man/*.5 '$(DESTDIR)$(PREFIX)/share/man/man5/'
	$(Q)install -m 644 harness/doc/completion.bash '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/corematrix'
	$(Q)install -m 644 harness/doc/completion.zsh '$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_corematrix'

## uninstall    what install put there
uninstall:
	$(Q)rm -rf '$(DESTDIR)$(PREFIX)/bin/corematrix' '$(DESTDIR)$(PREFIX)/share/corematrix' '$(DESTDIR)$(PREFIX)/lib/corematrix' \
		'$(DESTDIR)$(PREFIX)/share/bash-completion/completions/corematrix' \
		'$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_corematrix'
	$(Q)rm -f '$(DESTDIR)$(PREFIX)'/share/man/man1/corematrix.1 '$(DESTDIR)$(PREFIX)'/share/man/man1/corematrix-*.1 \
		'$(DESTDIR)$(PREFIX)'/share/man/man5/corematrix-*.5

## deb          a Debian package, in build/deb
deb: deps
	$(Q)harness/deps.sh $(PACKAGE_DEBS)
	$(Q)harness/debian/build.sh $(VERSION) build/deb

## deb-test     its autopkgtest, on this very machine: the package is installed (needs root)
deb-test: deb
	$(Q)harness/deps.sh autopkgtest
	$(Q)autopkgtest build/deb/*.deb build/deb/corematrix-$(VERSION)/ -- null
