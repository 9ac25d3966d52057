# SPDX-License-Identifier: BSD-2-Clause
# The libbpf that host and agent link: LIBBPF=newest (of Debian's packages; the default), a version (1.1.2, 1.5.0, …),
# system (libbpf-dev), or the directory of a source tree. Its sources are kept in the store, it is built in build/libbpf.

LIBBPF ?= newest
LIBBPF_HOME := build/libbpf/$(if $(findstring /,$(LIBBPF)),tree,$(LIBBPF))
LIBBPF_A := $(if $(filter system,$(LIBBPF)),$(shell $(CC) -print-file-name=libbpf.a),$(LIBBPF_HOME)/libbpf.a)
# Every object is compiled again when another one is linked.
LIBBPF_LINKED := build/libbpf/linked

FETCH_SRC := $(wildcard harness/base/*.c harness/host/source/*.c harness/host/arch/*.c harness/host/lib/*.c) harness/fetch/fetch_source.c
FETCH_OBJ := $(FETCH_SRC:%.c=build/fetch/%.o)

build/fetch-source: $(FETCH_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(shell pkg-config --libs $(PKGS)) -lm

build/fetch/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) -Iharness -D_GNU_SOURCE -MMD -MP $(CFLAGS) $(shell pkg-config --cflags $(PKGS)) -c -o $@ $<

$(LIBBPF_HOME)/ready: harness/libbpf.sh $(if $(findstring /,$(LIBBPF)),$(wildcard $(LIBBPF)/src/*.[ch])) | build/fetch-source
	$(call say,LIBBPF,$(LIBBPF))
	$(Q)harness/libbpf.sh $(LIBBPF) build/fetch-source images $(LIBBPF_HOME)

.PHONY: libbpf-which
$(LIBBPF_LINKED): $(LIBBPF_HOME)/ready libbpf-which
	$(Q)cat $(LIBBPF_HOME)/include/linked_libbpf.h >$@.new && echo $(LIBBPF_HOME) >>$@.new && \
		if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

-include $(FETCH_OBJ:.o=.d)
