# SPDX-License-Identifier: BSD-2-Clause
# Guests of other architectures than the usual one: their agents are cross-compiled, with libraries from Debian's sources,
# when the list has rows of theirs, or ARCHES names them: ARCHES=aarch64. A machine that has none of them needs nothing.

GUESTS_KNOWN := aarch64 riscv64
# as rows of a list call it, and what it takes
GUEST_NAME_aarch64 := arm64
QEMU_aarch64 := qemu-system-aarch64
QEMU_DEB_aarch64 := qemu-system-arm
GUEST_TRIPLE_aarch64 := aarch64-linux-gnu
GUEST_CC_DEBS_aarch64 := gcc-aarch64-linux-gnu libc6-dev-arm64-cross
BPF_ARCH_aarch64 := arm64
# the row, and its id, whose types programs are compiled against that need a kernel's of it
GUEST_VMLINUX_H_aarch64 := 6.1 cloud arch=arm64
GUEST_VMLINUX_H_ID_aarch64 := 6.1-cloud-arm64
GUEST_NAME_riscv64 := riscv64
QEMU_riscv64 := qemu-system-riscv64
# a package of its own since Debian 13; asked when it is needed
QEMU_DEB_riscv64 = $(if $(shell apt-cache show qemu-system-riscv 2>/dev/null),qemu-system-riscv opensbi,qemu-system-misc)
GUEST_TRIPLE_riscv64 := riscv64-linux-gnu
GUEST_CC_DEBS_riscv64 := gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
BPF_ARCH_riscv64 := riscv
GUEST_VMLINUX_H_riscv64 := 6.12 riscv64
GUEST_VMLINUX_H_ID_riscv64 := 6.12-riscv64

guests_of_list = $(foreach g,$(GUESTS_KNOWN),$(if $(shell sed 's/\(^\|[[:blank:]]\)\#.*//' $1 2>/dev/null | grep -w '$(GUEST_NAME_$(g))'),$(g)))
ARCHES ?= $(call guests_of_list,$(KERNELS))
GUESTS := $(filter $(GUESTS_KNOWN),$(ARCHES))
GUEST_DEBS := $(foreach g,$(GUESTS),$(QEMU_DEB_$(g)) $(GUEST_CC_DEBS_$(g)))
GUEST_OBJ := $(foreach g,$(GUESTS),$(BUILD)/host/harness/host/vm/agent_image-$(g).o $(BUILD)/host/harness/host/bench/floor_image-$(g).o)

# The programs of progs/ that look into a processor's registers: they are compiled for each. All others are the same
# bytes everywhere.
GUEST_PROGS := $(if $(GUESTS),$(patsubst progs/%.bpf.c,%,$(shell grep -lE 'BPF_(K|U)(RET)?PROBE|BPF_KSYSCALL|BPF_USDT|PT_REGS_' $(wildcard progs/*.bpf.c))))
GUEST_PROG_OBJ := $(foreach g,$(GUESTS),$(GUEST_PROGS:%=build/progs/%.$(GUEST_NAME_$(g)).bpf.o))

# The program is linked again when there are others.
.PHONY: guests-which
$(BUILD)/guests: guests-which
	@mkdir -p $(@D)
	$(Q)echo $(GUESTS) | cmp -s - $@ || echo $(GUESTS) >$@

# $1: architecture. Its compiler comes with the user's words in front of gcc's name (ccache).
define guest_rules
GUEST_CC_$1 := $$(filter-out %gcc,$$(CC)) $$(GUEST_TRIPLE_$1)-gcc
GUEST_AGENT_$1 := $$(AGENT)-$1
GUEST_LIBS_$1 := build/guest-libs/$1-$$(notdir $$(LIBBPF_HOME))
GUEST_AGENT_OBJ_$1 := $$(patsubst %.c,$$(GUEST_AGENT_$1)/%.o,$$(SHARED_SRC) $$(filter-out $$(if $$(PLAIN),harness/agent/fast/%),$$(AGENT_COMMON)) \
	harness/agent/arch/machine_$1.c $(AGENT_PARTS)) \
	$$(if $$(PLAIN),,$$(GUEST_AGENT_$1)/harness/agent/arch/start_$1.o $$(GUEST_AGENT_$1)/libbpf.o)

$$(GUEST_LIBS_$1)/ready: harness/guest-libs.sh $$(LIBBPF_HOME)/ready | $$(FETCHER)
	$$(call say,LIBS,$$(@D))
	$$(Q)harness/guest-libs.sh $$(GUEST_TRIPLE_$1) $$(FETCHER) images $$(@D) $$(LIBBPF_HOME) $$(LIBBPF)

$$(GUEST_AGENT_$1)/%.o: %.c $$(LIBBPF_LINKED) $$(GUEST_LIBS_$1)/ready
	@mkdir -p $$(@D)
	$$(call say,CC-$1,$$<)
	$$(Q)$$(GUEST_CC_$1) -isystem $$(GUEST_LIBS_$1)/include $$(CPPFLAGS) $$(if $$(PLAIN),-DPLAIN) $$(CFLAGS) -c -o $$@ $$<

$$(GUEST_AGENT_$1)/%.o: %.S $$(LIBBPF_LINKED) $$(GUEST_LIBS_$1)/ready
	@mkdir -p $$(@D)
	$$(Q)$$(GUEST_CC_$1) $$(CPPFLAGS) -c -o $$@ $$<

$$(GUEST_AGENT_$1)/libbpf.o: $$(GUEST_LIBS_$1)/ready
	@mkdir -p $$(@D)
	$$(Q)cd $$(@D) && ar x "$$(abspath $$(GUEST_LIBS_$1))/lib/libbpf.a" $$(@F) && $$(GUEST_TRIPLE_$1)-objcopy --weaken-symbol=bpf_core_add_cands $$(@F)

$$(GUEST_AGENT_$1).elf: $$(GUEST_AGENT_OBJ_$1)
	$$(call say,LINK,$$@)
	$$(Q)$$(GUEST_CC_$1) $$(AGENT_LDFLAGS) -o $$@ $$^ $$(foreach l,bpf jansson z elf z,$$(GUEST_LIBS_$1)/lib/lib$$(l).a)

build/floor-$1.elf: harness/floor/floor_$1.S harness/floor/floor.h $$(GUEST_LIBS_$1)/ready
	@mkdir -p $$(@D)
	$$(Q)$$(GUEST_CC_$1) -Iharness -nostdlib -static -s -Wl,--build-id=none -o $$@ $$<

$$(BUILD)/host/harness/host/vm/agent_image-$1.o: harness/host/vm/agent_image.S $$(GUEST_AGENT_$1).elf
	@mkdir -p $$(@D)
	$$(Q)$$(CC) -DAGENT_ELF='"$$(GUEST_AGENT_$1).elf"' -DAGENT_ARCH='"$1"' -c -o $$@ $$<

$$(BUILD)/host/harness/host/bench/floor_image-$1.o: harness/host/bench/floor_image.S build/floor-$1.elf
	@mkdir -p $$(@D)
	$$(Q)$$(CC) -DFLOOR_ELF='"build/floor-$1.elf"' -DFLOOR_ARCH='"$1"' -c -o $$@ $$<

build/$$(GUEST_NAME_$1)/vmlinux.h: harness/vmlinux-h.sh harness/guests.mk | $$(FETCHER)
	$$(call say,VMLINUX,$$@)
	$$(Q)harness/vmlinux-h.sh $$(FETCHER) $$(GUEST_VMLINUX_H_ID_$1) $$@ '$$(GUEST_VMLINUX_H_$1)'

$$(GUEST_PROGS:%=build/progs/%.$$(GUEST_NAME_$1).bpf.o): build/progs/%.$$(GUEST_NAME_$1).bpf.o: progs/%.bpf.c build/$$(GUEST_NAME_$1)/vmlinux.h $$(LIBBPF_LINKED) $$(wildcard progs/*.h)
	@mkdir -p $$(@D)
	$$(call say,BPF-$1,$$<)
	$$(Q)$$(CLANG) $$(subst -D__TARGET_ARCH_$$(BPF_ARCH_$$(ARCH)),-D__TARGET_ARCH_$$(BPF_ARCH_$1) -Ibuild/$$(GUEST_NAME_$1),$$(BPF_CFLAGS)) -c -o $$@ $$< && llvm-strip -g $$@

-include $$(patsubst %.o,%.d,$$(GUEST_AGENT_OBJ_$1))
endef
$(foreach g,$(GUESTS),$(eval $(call guest_rules,$(g))))
