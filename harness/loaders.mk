# SPDX-License-Identifier: BSD-2-Clause
# The loaders of harness/tests/loaders, which run in guests as a user's own: each from the packages of this release alone,
# without a network, and sharing no code with the agent.

## loaders      build the loaders of harness/tests/loaders that this release has the packages for, and say which
.PHONY: loaders
GO_DEBS := golang-go golang-github-cilium-ebpf-dev
GO_CODE := /usr/share/gocode
HAS_GO := $(and $(shell command -v go),$(wildcard $(GO_CODE)/src/github.com/cilium/ebpf))
# The compiler is the release's: its crates may be too new for, or too old for, another one.
RUST_DEBS := cargo rustc librust-aya-dev librust-libbpf-rs-dev libbpf-dev
CRATES := /usr/share/cargo/registry
HAS_RUST := $(and $(wildcard /usr/bin/cargo),$(wildcard /usr/bin/rustc),$(wildcard $(CRATES)/aya-0*),$(wildcard $(CRATES)/libbpf-rs-*))

LOADERS_GO := build/tests/loaders/cilium
LOADERS_RUST := build/tests/loaders/aya build/tests/loaders/libbpf-rs
# One that has bpftool load, and one with a skeleton that bpftool makes.
HAS_BPFTOOL := $(shell PATH=$$PATH:/usr/sbin command -v bpftool)
LOADERS_BPFTOOL := build/tests/loaders/bpftool build/tests/loaders/bpftool-autoattach build/tests/loaders/light
LOADERS_BUILT := build/tests/loaders/libbpf $(if $(HAS_BPFTOOL),$(LOADERS_BPFTOOL)) $(if $(HAS_GO),$(LOADERS_GO)) $(if $(HAS_RUST),$(LOADERS_RUST))
# What these print is the same.
loaders: $(LOADERS_BUILT) $(LOADERS_GO:=.ini) $(LOADERS_RUST:=.ini)
	@echo "  built: $(notdir $(LOADERS_BUILT))$(if $(HAS_GO),,; $(notdir $(LOADERS_GO)) needs $(GO_DEBS))$(if $(HAS_RUST),,; $(notdir $(LOADERS_RUST)) need $(RUST_DEBS))"

build/tests/loaders/libbpf: harness/tests/loaders/libbpf.c $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -isystem $(LIBBPF_HOME)/include $(CFLAGS) -static -o $@ $< $(AGENT_LIBS)

build/tests/loaders/bpftool: harness/tests/loaders/bpftool.c
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE $(CFLAGS) -static -o $@ $<

# The same, which it knows by its name.
build/tests/loaders/bpftool-autoattach: build/tests/loaders/bpftool
	$(Q)cp $< $@

build/tests/loaders/light: harness/tests/loaders/light.c build/tests/loaders/raw_tp_exec.lskel.h $(LIBBPF_LINKED)
	$(Q)$(CC) -D_GNU_SOURCE -isystem $(LIBBPF_HOME)/include -isystem $(@D) $(CFLAGS) -static -o $@ $<

build/tests/loaders/%.lskel.h: build/progs/%.bpf.o
	@mkdir -p $(@D)
	$(Q)$(HAS_BPFTOOL) gen skeleton -L $< >$@

build/tests/loaders/%.ini: harness/tests/loaders/exec.ini
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(LOADERS_GO): harness/tests/loaders/cilium/main.go build/progs/exec_identity.bpf.o
	@mkdir -p $@.src
	$(call say,GO,$<)
	$(Q)cp $^ $@.src/ && cd $@.src && GO111MODULE=off GOPATH=$(GO_CODE) CGO_ENABLED=0 GOFLAGS=-trimpath \
		GOCACHE=$(abspath $(@D))/go-cache go build -o $(abspath $@) .

# One package, two programs.
RUST_SRC := $(wildcard harness/tests/loaders/rust/*.toml harness/tests/loaders/rust/src/*.rs harness/tests/loaders/rust/src/bin/*.rs)
RUST_DIR := build/tests/loaders/rust.src
$(LOADERS_RUST) &: $(RUST_SRC) build/progs/exec_identity.bpf.o
	@mkdir -p $(RUST_DIR)
	$(call say,RUST,harness/tests/loaders/rust)
	$(Q)rm -rf $(RUST_DIR)/src && cp -r harness/tests/loaders/rust/. $(RUST_DIR) && cp build/progs/exec_identity.bpf.o $(RUST_DIR)/src/
	$(Q)cd $(RUST_DIR) && env -u RUSTFLAGS CARGO_HOME=$(abspath $(RUST_DIR))/home RUSTC=/usr/bin/rustc \
		/usr/bin/cargo build --quiet --offline --release --config debian.toml --target-dir target
	$(Q)cp $(LOADERS_RUST:build/tests/loaders/%=$(RUST_DIR)/target/release/%) build/tests/loaders/

## loaders-doc  what each of these loaders makes of progs/, per relocation: writes harness/doc/loaders.md (LOADERS_SUITES="trixie sid": with
##              those of other releases, in roots of their own; nothing: of this one alone; OBJ="a.bpf.o …": of other objects)
.PHONY: loaders-doc
LOADERS_KERNELS ?= --kernel 5.10-cloud --kernel 6.1-cloud --kernel 6.12-cloud --kernel newest-cloud
LOADERS_SUITES ?= sid
LOADERS_ROOTS = $(LOADERS_SUITES:%=build/roots/%)
LOADERS_DEBS := gcc libc6-dev make pkg-config bpftool $(GO_DEBS) $(RUST_DEBS)
# One or two of each kind of record and mechanism that loaders differ in.
LOADERS_PROGS := bitfield_read exec_identity fentry_exec global_guard kernfs_parent missing_enum_value missing_field module_function \
	rss_stat task_state type_checks type_matches xdp_frags_redirect xdp_redirect
LOADERS_OBJ = $(or $(OBJ),$(LOADERS_PROGS:%=build/progs/%.bpf.o))
loaders-doc: $(BUILD)/corematrix loaders $(if $(OBJ),,$(PROGS) $(INIS))
	$(Q)for suite in $(LOADERS_SUITES); do \
		harness/loaders.sh root $$suite build/roots/$$suite $(LOADERS_DEBS) && harness/loaders.sh build build/roots/$$suite || exit; done
	$(Q)harness/loaders.sh found $(LOADERS_ROOTS) | while read -r label program root; do \
		harness/loaders.sh run $(BUILD)/corematrix build/loaders "$$label" "$$program" "$$root" $(LOADERS_OBJ) -- \
			$(LOADERS_KERNELS) $(ARGS) || exit; done
	$(Q)harness/loaders.sh page build/loaders harness/doc/loaders.md $$(harness/loaders.sh found $(LOADERS_ROOTS) | cut -d ' ' -f 1)

# What stands around a loader in the sections of vm.sh; the one in Go where the release has that.
.PHONY: tools
TOOL_DEBS := libbpf-tools
tools: build/tests/tools/alter build/tests/tools/busy build/tests/tools/hostile build/tests/tools/threads $(if $(shell command -v go),build/tests/tools/notice-go)
build/tests/tools/%: harness/tests/tools/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE $(CFLAGS) -static -o $@ $<
# The agent's own tracer, and what runs it.
COST_OBJ = $(patsubst %,$(AGENT)/harness/%.o,agent/loader/loader_process agent/loader/processors wire/pack \
	$(patsubst harness/%.c,%,$(wildcard harness/agent/tracer/*.c)) base/buf base/error base/io)
build/tests/tools/cost: harness/tests/tools/cost.c $(COST_OBJ) $(LIBBPF_LINKED)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -Iharness $(CFLAGS) -static -o $@ $< $(COST_OBJ) $(AGENT_LIBS) -lpthread
build/tests/tools/notice-go: harness/tests/tools/notice-go/main.go
	@mkdir -p $(@D)
	$(call say,GO,$<)
	$(Q)GO111MODULE=off CGO_ENABLED=0 GOFLAGS=-trimpath GOCACHE=$(abspath $(@D))/go-cache go build -o $@ $<
