# SPDX-License-Identifier: BSD-2-Clause
# `make help` lists the targets and knobs. The program does the work; this file only builds it and calls it.

# A comma that a function call does not take for its own.
, := ,
BUILD := build$(if $(SAN),/san)$(if $(DEBUG),/debug)$(if $(PLAIN),/plain)
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-7s %s\n' $(1) $(2))
# A make as parallel as the machine, or as the user's -j asks for, which no line but a recipe's gets to see.
parallel = $(MAKE) --no-print-directory --output-sync=target $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$$(nproc))

VERSION := 0.9.0

# ---- what is per architecture ----

# Of the guests that there always are: sources named for it in harness/agent/arch and harness/floor are chosen by this.
# harness/guests.mk has those that come when the list has rows of theirs.
ARCH := x86_64
QEMU_x86_64 := qemu-system-x86_64
QEMU_DEB_x86_64 := qemu-system-x86
# bpf_tracing.h's name of it
BPF_ARCH_x86_64 := x86

# ---- tools and flags ----

CC := gcc
CLANG := clang
DEBS = gcc make pkg-config bzip2 clang clang-format llvm bpftool $(QEMU_DEB_$(ARCH)) $(GUEST_DEBS) check jq procps libxml2-utils libelf-dev zlib1g-dev \
	libarchive-dev libjansson-dev libinih-dev libseccomp-dev libxml2-dev nettle-dev debian-archive-keyring
# Debian 12's own clang cannot record a type match; later releases need none but their own.
DEBS_IF_ANY := $(if $(filter 14,$(shell $(CLANG) -dumpversion 2>/dev/null | cut -d. -f1)),clang-15)
PKGS := libarchive jansson libseccomp libxml-2.0 nettle
CPPFLAGS = -Iharness -isystem $(LIBBPF_HOME)/include -D_GNU_SOURCE -MMD -MP
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
CFLAGS := -std=gnu17 -g $(if $(DEBUG),-O0,-O2) $(WARNINGS)
SANFLAGS = $(if $(SAN),-fsanitize=address$(,)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Asked once, when it is first needed: on a new machine there is no pkg-config before `deps`.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
HOST_CFLAGS = $(CFLAGS) $(SANFLAGS) $(PKG_CFLAGS)
HOST_LIBS = $(shell pkg-config --libs $(PKGS)) -linih $(LIBBPF_A) -lelf -lz -lm
# How harness/agent/fast gets in front of libc and libbpf; PLAIN=1 leaves all of it out.
FAST_LDFLAGS := -Wl,-e,agent_start,--wrap=btf__load_vmlinux_btf,--wrap=btf__parse,--wrap=btf__free,--wrap=btf__find_by_name_kind
# Through harness/agent/load/load_tap.c libbpf's loads bring the verifier's statistics.
AGENT_LDFLAGS := -static -s -Wl,--wrap=syscall $(if $(PLAIN),,$(FAST_LDFLAGS))
AGENT_OWN_LIBS = -ljansson
AGENT_LIBS = $(LIBBPF_A) $(AGENT_OWN_LIBS) @$(LIBBPF_HOME)/elf.libs

# What the programs in progs/ are compiled with, and against: the types of one kernel of the store.
BPF_CFLAGS = -g -O2 -target bpf -D__TARGET_ARCH_$(BPF_ARCH_$(ARCH)) -Wall -Werror -isystem $(LIBBPF_HOME)/include -Ibuild \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch)
VMLINUX_H_KERNEL ?= 6.1-amd64
KERNELS ?= kernels.txt
ARGS ?=
RESULTS ?= results
BASELINES ?= results/baselines

SHARED_SRC := $(wildcard harness/base/*.c harness/wire/*.c harness/relo/*.c)
HOST_SRC := $(SHARED_SRC) $(wildcard harness/host/*/*.c)
AGENT := build/agent$(if $(PLAIN),-plain)
# What machines stand on, besides fw_cfg, is each machine's own choice.
AGENT_PARTS := $(patsubst %,harness/agent/arch/%.c,mmio virtio virtio_block virtio_console generic_calls)
AGENT_COMMON := $(filter-out harness/agent/arch/machine_%.c $(AGENT_PARTS),$(wildcard harness/agent/*.c harness/agent/*/*.c))
AGENT_ALL := $(AGENT_COMMON) harness/agent/arch/machine_$(ARCH).c
AGENT_SRC := $(SHARED_SRC) $(filter-out $(if $(PLAIN),harness/agent/fast/%),$(AGENT_ALL))
HOST_OBJ = $(HOST_SRC:%.c=$(BUILD)/host/%.o) $(BUILD)/host/harness/host/vm/agent_image.o \
	$(BUILD)/host/harness/host/object/caller_image.o $(BUILD)/host/harness/host/bench/floor_image.o $(BUILD)/host/harness/host/page/page_assets.o $(GUEST_OBJ)
AGENT_OBJ := $(AGENT_SRC:%.c=$(AGENT)/%.o) $(if $(PLAIN),,$(AGENT)/harness/agent/arch/start_$(ARCH).o $(AGENT)/libbpf.o)
AGENT_TESTED := $(patsubst %.c,$(BUILD)/host/%.o,$(filter-out %/main.c %/kernel_btf.c %/load_tap.c %/known_btf.c %/early_still.c,$(AGENT_ALL)) \
	$(AGENT_PARTS))
TEST_BIN := $(patsubst harness/tests/%.c,$(BUILD)/tests/%,$(wildcard harness/tests/check_*.c))
TEST_FIXTURES := $(BUILD)/tests/bin/$(QEMU_$(ARCH)) \
	$(patsubst harness/tests/relo/%.c,build/tests/relo/%.o,$(wildcard harness/tests/relo/*.c))
CHAOS_KERNELS := $(patsubst %,build/tests/chaos/vmlinux-%,1 2 3)
TEST_OBJECTS := $(patsubst harness/tests/objects/%.bpf.c,build/tests/objects/%.bpf.o,$(wildcard harness/tests/objects/*.bpf.c)) \
	$(patsubst harness/tests/objects/%,build/tests/objects/%,$(wildcard harness/tests/objects/*.ini))
PROGS := $(patsubst progs/%.bpf.c,build/progs/%.bpf.o,$(wildcard progs/*.bpf.c))
INIS := $(patsubst progs/%,build/progs/%,$(wildcard progs/*.ini))

include harness/libbpf.mk
include harness/guests.mk
include harness/sources.mk
.DEFAULT_GOAL := all

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all deps matrix check unit vm help clean

all:
	+$(Q)$(parallel) $(BUILD)/corematrix

# What the commands on objects need: the program, and its own objects unless there are some of the user's.
.PHONY: built
built: $(BUILD)/corematrix $(if $(OBJ),,$(PROGS) $(GUEST_PROG_OBJ) $(INIS))

# Kernel modules that the inis of the objects name.
modules_asked = "$$(cat $(if $(OBJ),$(wildcard $(OBJ:.bpf.o=.ini)),$(wildcard progs/*.ini)) /dev/null | sed -n 's/^\(object\.\)\?module *= *//p' | tr -- '\n -' ',,_')"
# Build, and make a target, while the kernels that it needs are fetched. `make -n` fetches nothing.
ahead = $(if $(findstring n,$(firstword -$(MAKEFLAGS))),,harness/ahead.sh '$(FETCHER)' '$(KERNELS)' $(modules_asked) '$(subst ','\'',$(ARGS))')
fetch_and = $(Q)$(parallel) $(FETCHER) && $(ahead) sh -c '$(parallel) built && exec $(MAKE) --no-print-directory $(1)'

## matrix       install what is missing, build, fetch kernels, boot each, judge, report (OBJ=… for your own objects)
matrix: deps
	+$(call fetch_and,run)

.PHONY: run
run: built
	$(Q)$(BUILD)/corematrix run -k $(KERNELS) $(ARGS) $(or $(OBJ),$(PROGS))

## predict      what each kernel will say, without a VM (OBJ=… for your own objects)
.PHONY: predict predict-run
predict: deps
	+$(call fetch_and,predict-run)
predict-run: built
	$(Q)$(BUILD)/corematrix predict -k $(KERNELS) $(ARGS) $(or $(OBJ),$(PROGS))

## baseline     store what an object does on each kernel: results/baselines/NAME.baseline, to be committed (OBJ=…)
## regress      what changed since the stored baseline, per kernel and relocation; fails only for worse (OBJ=…)
.PHONY: baseline regress baseline-run regress-run
baseline regress: deps
	+$(call fetch_and,$@-run)
# A run that is worse than its ini expects (1) is still a run: the baseline decides here.
baseline-run regress-run: built
	$(Q)$(BUILD)/corematrix run -k $(KERNELS) $(ARGS) -o $(RESULTS) $(or $(OBJ),$(PROGS)) || test $$? -eq 1
	$(Q)$(BUILD)/corematrix $(if $(filter regress%,$@),diff $(BASELINES),baseline -o $(BASELINES)) $(RESULTS)/latest

## mechanisms   write progs/README.md's tables anew, from results/latest
.PHONY: mechanisms
mechanisms: $(BUILD)/corematrix
	$(Q)harness/mechanisms.sh $(BUILD)/corematrix $(RESULTS)/latest progs/README.md

## bench        speed against the floor and an ordinary set-up, as ratios (ARGS="--kernel GLOB --against OLD.json …")
.PHONY: bench bench-run
bench: deps
	+$(call fetch_and,bench-run)
bench-run: built
	$(Q)$(BUILD)/corematrix bench -k $(KERNELS) -o $(RESULTS)/bench.json $(ARGS) $(or $(OBJ),$(PROGS))

## bench-predict  what predict costs on one processor, time and memory (OBJ=…)
.PHONY: bench-predict
bench-predict: built
	$(Q)$(BUILD)/corematrix bench --predict -k $(KERNELS) $(ARGS) $(or $(OBJ),$(PROGS))

## deps         install the Debian packages that are missing, and only those
.PHONY: deps-for-clang
deps:
	$(Q)harness/deps.sh $(DEBS) $(SOURCE_DEBS) $(if $(filter system,$(LIBBPF)),libbpf-dev)
	$(Q)$(MAKE) --no-print-directory deps-for-clang
# By a make of its own: on a new machine there was no clang to be asked when the first one began.
deps-for-clang:
	$(Q)harness/deps.sh --if-any $(DEBS_IF_ANY)

$(BUILD)/corematrix: $(HOST_OBJ) $(BUILD)/guests
	$(call say,LINK,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $(HOST_OBJ) $(HOST_LIBS)

$(BUILD)/host/harness/host/cmd/main.o $(BUILD)/host/harness/host/run/run_header.o: CPPFLAGS += -DCOREMATRIX_VERSION='"$(VERSION)"'
$(BUILD)/host/harness/host/cmd/main.o: Makefile

$(BUILD)/host/%.o: %.c $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(HOST_CFLAGS) -c -o $@ $<

$(BUILD)/host/harness/host/vm/agent_image.o: harness/host/vm/agent_image.S $(AGENT).elf
	@mkdir -p $(@D)
	$(Q)$(CC) -DAGENT_ELF='"$(AGENT).elf"' -DAGENT_ARCH='"$(ARCH)"' -c -o $@ $<

$(BUILD)/host/harness/host/bench/floor_image.o: harness/host/bench/floor_image.S build/floor.elf
	@mkdir -p $(@D)
	$(Q)$(CC) -DFLOOR_ELF='"build/floor.elf"' -DFLOOR_ARCH='"$(ARCH)"' -c -o $@ $<

# Of the agent's modules those that a subject needs; the sanitizers, which tests have, are the host's.
CALLER_OBJ := $(patsubst %,$(AGENT)/harness/%.o,caller/caller base/buf base/error base/io agent/deeds/action_result agent/deeds/subject_image agent/deeds/view)
$(AGENT)-caller.elf: $(CALLER_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) -s -o $@ $^ -l:libz.a -lpthread

$(BUILD)/host/harness/host/object/caller_image.o: harness/host/object/caller_image.S $(AGENT)-caller.elf
	@mkdir -p $(@D)
	$(Q)$(CC) -DCALLER_ELF='"$(AGENT)-caller.elf"' -c -o $@ $<

build/floor.elf: harness/floor/floor_$(ARCH).S harness/floor/floor.h
	@mkdir -p $(@D)
	$(Q)$(CC) -Iharness -nostdlib -static -s -Wl,--build-id=none -o $@ $<

$(AGENT).elf: $(AGENT_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(AGENT_LDFLAGS) -o $@ $^ $(AGENT_LIBS)

# libbpf's largest part, one function of which gives way to the agent's (harness/agent/fast/known_btf.c).
weakened_libbpf = cd $(@D) && ar x "$(abspath $1)" $(@F) && objcopy --weaken-symbol=bpf_core_add_cands $(@F)
$(AGENT)/libbpf.o: $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(Q)$(call weakened_libbpf,$(LIBBPF_A))

$(AGENT)/%.o: %.c $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(if $(PLAIN),-DPLAIN) $(CFLAGS) -c -o $@ $<

$(AGENT)/%.o: %.S $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -c -o $@ $<

# ---- the programs of progs/ (harness/guests.mk has the rules of those that are compiled for other architectures too) ----

build/vmlinux.h: kernels.txt harness/vmlinux-h.sh | $(FETCHER)
	$(call say,VMLINUX,$@)
	$(Q)CLANG="$(CLANG)" harness/vmlinux-h.sh $(FETCHER) $(VMLINUX_H_KERNEL) $@

# What an object is compiled with besides its source: libbpf's headers are there once libbpf is.
BPF_NEEDS := build/vmlinux.h $(LIBBPF_LINKED)

build/progs/no_btf.bpf.o: BPF_CFLAGS := $(filter-out -g,$(BPF_CFLAGS))
# clang 14 knows neither type matches nor the tags of types that a map's pointers need
BPF_CLANG = $(CLANG)
build/progs/type_matches.bpf.o build/progs/qdisc.bpf.o: BPF_CLANG = $(or $(shell command -v clang-15),$(CLANG))
build/progs/%.bpf.o: progs/%.bpf.c $(BPF_NEEDS) $(wildcard progs/*.h)
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@ $< && llvm-strip -g $@

# Half an object; a rule of its own goes before the pattern.
build/progs/truncated.bpf.o: progs/truncated.bpf.c $(BPF_NEEDS)
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@.whole $< && llvm-strip -g $@.whole && head -c $$(($$(stat -c %s $@.whole) / 2)) $@.whole >$@
	$(Q)rm -f $@.whole

build/progs/%.ini: progs/%.ini
	@mkdir -p $(@D)
	$(Q)cp $< $@

# ---- tests ----

## check        install what is missing, build, run unit tests and tests in real VMs (SAN=1 for sanitizers)
check: deps
	$(Q)harness/deps.sh $(MIRROR_DEBS)
	$(Q)harness/deps.sh --if-any $(TOOL_DEBS)
	$(Q)harness/deps.sh --if-all $(GO_DEBS)
	$(Q)harness/deps.sh --if-all $(RUST_DEBS)
	+$(Q)$(parallel) unit-run vm-built
	$(Q)harness/tests/vm.sh $(BUILD)/corematrix

## unit         the unit tests alone, with the table of rooms, what may know the processor or a distribution, the pages, the formatter
.PHONY: unit-run style pages ahead $(TEST_BIN:=.run)
unit:
	+$(Q)$(parallel) unit-run
unit-run: style pages ahead $(TEST_BIN:=.run)
pages: $(BUILD)/corematrix
	$(Q)harness/tests/pages.sh $<
	$(Q)harness/tests/pages_red.sh $<
	$(Q)harness/tests/compilers.sh $<
	$(Q)harness/tests/loaders.sh
ahead: $(FETCHER)
	$(Q)harness/tests/ahead.sh $<
style:
	$(Q)harness/tests/rooms.sh
	$(Q)harness/tests/processor.sh
	$(Q)harness/tests/distribution.sh
	$(Q)harness/tests/walls.sh
	$(Q)harness/tests/format.sh
$(TEST_BIN:=.run): %.run: % $(TEST_FIXTURES)
	$(Q)CK_DEFAULT_TIMEOUT=120 $<

## vm           the tests in real VMs alone (SECTIONS="modules red …" of harness/tests/vm/ for some of them)
.PHONY: vm-built kernels
vm:
	+$(Q)$(parallel) vm-built
	$(Q)harness/tests/vm.sh $(BUILD)/corematrix $(SECTIONS)
vm-built: $(BUILD)/corematrix loaders tools kernels $(CHAOS_KERNELS) $(TEST_FIXTURES) $(VERSIONS_TESTED:%=$(WITH)/%/corematrix) $(BUILD)/tests/bin/corematrix-wrong $(PROGS) $(GUEST_PROG_OBJ) $(INIS) $(TEST_OBJECTS) \
		$(patsubst %,build/tests/unguarded/%.bpf.o,disk_name learn_record learn_printed kill_exec long_loop percpu_sum built_twice) build/tests/independent_loader
# Fetched while the unit tests are compiled and run.
kernels: $(FETCHER)
	$(Q)$(FETCHER) images kernels $(KERNELS) $(modules_asked)

# A test sees every module but main, of host and agent; of the agent also not what stands in for functions of libbpf.
$(BUILD)/libharness.a: $(filter-out %/main.o,$(HOST_OBJ))
$(BUILD)/libagent.a: $(AGENT_TESTED)
$(BUILD)/libharness.a $(BUILD)/libagent.a:
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/tests/%: harness/tests/%.c $(BUILD)/libagent.a $(BUILD)/libharness.a
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(CC) $(CPPFLAGS) $(HOST_CFLAGS) -Wno-missing-prototypes -Wno-missing-field-initializers -o $@ $< $(BUILD)/libagent.a $(BUILD)/libharness.a $(HOST_LIBS) -lcheck -lsubunit -lm -lrt -lpthread

$(BUILD)/tests/bin/$(QEMU_$(ARCH)): harness/tests/fake_qemu.c $(BUILD)/libharness.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(HOST_CFLAGS) -o $@ $< $(BUILD)/libharness.a -lz

# What must end with status 4.
$(BUILD)/tests/bin/corematrix-wrong: harness/tests/wrong_prediction.c $(HOST_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(HOST_CFLAGS) -Wl,--wrap=relo_calc_record -o $@ $^ $(HOST_LIBS)

# What chaos.sh has for kernels: three that differ in their size.
$(CHAOS_KERNELS): build/tests/chaos/vmlinux-%: harness/tests/chaos/kernel.S
	@mkdir -p $(@D)
	$(Q)$(CC) -nostdlib -static -Wl,--build-id=none -DSIZE='(4000000 + $*)' -o $@ $<

## chaos        accidents at random moments, CHAOS of them (300), and the whole truth after each (SEED=… for those of a run)
CHAOS ?= 300
.PHONY: chaos
chaos: deps
	+$(Q)$(parallel) $(BUILD)/corematrix $(TEST_FIXTURES) $(CHAOS_KERNELS)
	$(Q)harness/tests/chaos/chaos.sh $(BUILD)/corematrix $(BUILD)/tests/bin/$(QEMU_$(ARCH)) build/tests/chaos build/tests/relo/harmless.o $(CHAOS) $(SEED)

# Stand-ins for objects and for the BTF of kernels.
build/tests/relo/%.o: harness/tests/relo/%.c harness/tests/relo/words.h | $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -isystem $(LIBBPF_HOME)/include -c -o $@ $<

# Its one immediate value is made another one; a rule of its own goes before the pattern.
build/tests/relo/broken.o: harness/tests/relo/broken.c harness/tests/relo/words.h | $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -isystem $(LIBBPF_HOME)/include -c -o $@ $<
	$(Q)LC_ALL=C sed -i 's/\(\x18.\x00\x00\)\x44\x33\x22\x11/\1\x45\x33\x22\x11/' $@

build/tests/objects/%.bpf.o: harness/tests/objects/%.bpf.c $(BPF_NEEDS) $(wildcard harness/tests/objects/*.h)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $< && llvm-strip -g $@

build/tests/objects/%.ini: harness/tests/objects/%.ini
	@mkdir -p $(@D)
	$(Q)cp $< $@

# The same program after a careless change.
build/tests/unguarded/%.bpf.o: harness/tests/objects/%.bpf.c $(BPF_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DUNGUARDED -c -o $@ $< && llvm-strip -g $@

# Runs in guests: static, as the agent is, and none of its code.
build/tests/independent_loader: harness/tests/independent_loader.c $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -isystem $(LIBBPF_HOME)/include $(CFLAGS) -static -o $@ $< $(AGENT_LIBS)

# Clang's libFuzzer; gcc's warnings are the ones that count. Only what a fuzzer needs is taken from the library.
FUZZ_SECONDS ?= 60
FUZZ_FLAGS := -std=gnu17 -g -O1 -w -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZERS := $(filter-out seeds,$(patsubst harness/tests/fuzz_%.c,%,$(wildcard harness/tests/fuzz_*.c)))
FUZZ ?= $(FUZZERS)
FUZZ_OBJ := $(filter-out %/main.o,$(HOST_SRC:%.c=build/fuzz/obj/%.o))

## fuzz         fuzz the parsers, each for FUZZ_SECONDS (60); what is found stays in build/fuzz (FUZZ="frame …")
.PHONY: fuzz fuzz-run
fuzz: deps
	$(Q)harness/deps.sh libclang-rt-$$($(CLANG) -dumpversion | cut -d. -f1)-dev
	+$(Q)$(parallel) $(FUZZ:%=build/fuzz/%) build/fuzz/seeds
	$(Q)$(MAKE) --no-print-directory fuzz-run
fuzz-run: $(FUZZ:%=build/fuzz/%) build/fuzz/seeds
	$(Q)for f in $(FUZZ); do harness/tests/fuzz.sh $$f $(FUZZ_SECONDS) || exit 1; done

build/fuzz/seeds: $(BUILD)/tests/fuzz_seeds $(TEST_FIXTURES) kernels.txt $(wildcard progs/*.ini)
	$(Q)rm -rf $@ && $(BUILD)/tests/fuzz_seeds $@ $(filter %.o,$(TEST_FIXTURES))
	$(Q)mkdir -p $@/kernel_list $@/object_ini $@/result_json && cp kernels.txt $@/kernel_list/ && \
		cp progs/*.ini $@/object_ini/ && cp harness/tests/golden/run.json $@/result_json/

build/fuzz/%: harness/tests/fuzz_%.c build/fuzz/libharness.a
	$(call say,FUZZER,$@)
	$(Q)$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $< build/fuzz/libharness.a $(HOST_LIBS)

build/fuzz/libharness.a: $(FUZZ_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^

build/fuzz/obj/%.o: %.c $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link $(shell pkg-config --cflags $(PKGS)) -c -o $@ $<

include harness/compilers.mk
include harness/page.mk
include harness/loaders.mk
include harness/install.mk
include harness/ci.mk

## check-debian  both on a bare Debian, in a chroot: SUITE=trixie; SHORT=1 for less, and faster (needs root)
.PHONY: check-debian
SUITE ?= trixie
check-debian:
	$(Q)harness/check-debian.sh $(if $(SHORT),--images images --packages build/debian/packages $(SUITE) \
		"make matrix ARGS='--kernel 6.1-cloud'" "make unit" "make vm SECTIONS=fields",$(SUITE))

## clean        remove build/ (images/ and results/ stay)
clean:
	rm -rf build

## help         this list
help:
	@sed -n 's/^## /  make /p' $(MAKEFILE_LIST)
	@echo '  knobs: V=1 (show commands), SAN=1 (sanitizers), DEBUG=1 (-O0), PLAIN=1 (agent without speed machinery), OBJ="a.bpf.o …", KERNELS=FILE, ARGS="--kernel GLOB …"'

-include $(HOST_OBJ:.o=.d) $(AGENT_OBJ:.o=.d) $(CALLER_OBJ:.o=.d) $(AGENT_TESTED:.o=.d) $(TEST_BIN:=.d) $(FUZZ_OBJ:.o=.d) $(FUZZERS:%=build/fuzz/%.d)
