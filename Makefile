# SPDX-License-Identifier: BSD-2-Clause
# `make help` lists the targets and knobs. The program does the work; this file only builds it and calls it.

BUILD := build$(if $(SAN),/san)$(if $(DEBUG),/debug)
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-7s %s\n' $(1) $(2))

CC := gcc
CLANG := clang
PKGS := libarchive jansson libxml-2.0 nettle
CPPFLAGS := -Iharness -D_GNU_SOURCE -MMD -MP
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
CFLAGS := -std=gnu17 -g -O2 $(WARNINGS) $(if $(DEBUG),-O0)
SANFLAGS := $(if $(SAN),-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
HOST_CFLAGS = $(CFLAGS) $(SANFLAGS) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
HOST_LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -linih -l:libbpf.a -lelf -lz -lpthread
AGENT_LIBS := -l:libbpf.a -l:libelf.a -l:libz.a -lpthread

SHARED_SRC := $(wildcard harness/base/*.c harness/wire/*.c harness/relo/*.c)
HOST_SRC := $(SHARED_SRC) $(wildcard harness/host/*.c)
AGENT_SRC := $(SHARED_SRC) $(wildcard harness/agent/*.c)
TEST_SRC := $(wildcard harness/tests/check_*.c)

HOST_OBJ := $(HOST_SRC:%.c=$(BUILD)/host/%.o)
AGENT_OBJ := $(AGENT_SRC:%.c=build/agent/%.o)
TEST_BIN := $(TEST_SRC:harness/tests/%.c=$(BUILD)/tests/%)

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all unit clean

all: $(BUILD)/corematrix build/agent.elf

$(BUILD)/corematrix: $(HOST_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ $(HOST_LIBS)

$(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(HOST_CFLAGS) -c -o $@ $<

build/agent.elf: $(AGENT_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) -static -s -o $@ $^ $(AGENT_LIBS)

build/agent/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -DAGENT -c -o $@ $<

# A test sees every module but main; it includes what it tests.
$(BUILD)/tests/%: harness/tests/%.c $(filter-out %/main.o,$(HOST_OBJ))
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(CC) $(CPPFLAGS) $(HOST_CFLAGS) -Wno-missing-prototypes -o $@ $^ $(HOST_LIBS) -lcheck -lsubunit -lm -lrt

unit: $(TEST_BIN)
	$(Q)for t in $^; do $$t || exit 1; done

clean:
	rm -rf build

-include $(HOST_OBJ:.o=.d) $(AGENT_OBJ:.o=.d)
