# SPDX-License-Identifier: BSD-2-Clause
# Kernels of other sources than Debian's archive.

# Which a list has rows of: each is defined by a file beside the list, and read with tools of its own.
sources_of_list = $(sort $(shell sed -nE 's/^([^\#]* )?source="?([^" ]*).*/\2/p' $(1)))
defined_by = $(wildcard $(foreach s,$(call sources_of_list,$(KERNELS)),$(if $(findstring /,$s),$s,$(dir $(KERNELS))$s)$(1)))
SOURCE_DEBS := $(if $(call defined_by,.repo),dnf rpm) $(if $(call defined_by,.oci),skopeo) $(if $(call defined_by,.pacman),gpgv)

# What the mirrors of the tests (harness/tests/mirrors) are made and served with.
MIRROR_DEBS := apt-utils gpg python3 rpm createrepo-c dnf skopeo docker-registry zstd pacman-package-manager libarchive-tools gpgv
