# SPDX-License-Identifier: BSD-2-Clause
# The programs by every compiler for BPF that the release has. Included by the Makefile.

COMPILED := build/compilers/objects
# A compiler is known once it is installed, so this is a make of its own.
COMPILERS = $(if $(filter compilers-%,$(MAKECMDGOALS)),$(shell harness/compilers.sh found))
STAMPS = $(foreach c,$(COMPILERS),$(patsubst progs/%.bpf.c,$(COMPILED)/$(c)/%.stamp,$(wildcard progs/*.bpf.c)))

## compilers    install every clang from 14 on and gcc-bpf that the release has, run what they make of progs/, write harness/doc/compilers.md
.PHONY: compilers compilers-run
compilers: deps
	$(Q)harness/deps.sh $$(harness/compilers.sh packages)
	+$(call fetch_and,compilers-run)
# A run that is worse than its ini expects (1) is what the page is for.
compilers-run: $(BUILD)/corematrix $(STAMPS)
	$(Q)$(BUILD)/corematrix run -k $(KERNELS) $(ARGS) -o build/compilers/results --builds $(COMPILED) || test $$? -eq 1
	$(Q)harness/compilers.sh page $(BUILD)/corematrix build/compilers/results/latest $(COMPILED) harness/doc/compilers.md

define COMPILER_RULE
$(COMPILED)/$(1)/%.stamp: progs/%.bpf.c progs/%.ini $(BPF_NEEDS) $(wildcard progs/*.h)
	$$(call say,$(1),$$<)
	$$(Q)harness/compilers.sh compile $(1) $$< $$@ $(BPF_CFLAGS)
endef
$(foreach c,$(COMPILERS),$(eval $(call COMPILER_RULE,$(c))))
