# SPDX-License-Identifier: BSD-2-Clause
# The libbpf that host and agent link: LIBBPF=newest (of Debian's packages; the default), a version (1.1.2, 1.5.0, …),
# system (libbpf-dev), or the directory of a source tree. Its sources are kept in the store, it is built in build/libbpf.

LIBBPF ?= newest
LIBBPF_HOME := build/libbpf/$(if $(findstring /,$(LIBBPF)),tree,$(LIBBPF))
libbpf_a = $(if $(filter system,$1),$(shell $(CC) -print-file-name=libbpf.a),build/libbpf/$1/libbpf.a)
LIBBPF_A := $(call libbpf_a,$(notdir $(LIBBPF_HOME)))
# Every object is compiled again when another one is linked.
LIBBPF_LINKED := build/libbpf/linked

# What needs no libbpf, in rooms that hardly do, is compiled before there is one. Of some of it the program is made that
# fetches it.
FREE_ROOMS := base wire host/lib host/arch host/source host/kernels host/store host/result host/report host/judge host/vm
FREE_SRC := $(filter-out %/external_btf.c %/btf_take.c %/judge.c %/section_names.c,$(wildcard $(FREE_ROOMS:%=harness/%/*.c)))
FREE_OBJ := $(FREE_SRC:%.c=$(BUILD)/host/%.o)
FETCHER := $(BUILD)/fetcher
FETCHER_OBJ := $(BUILD)/host/harness/fetch/fetcher.o
FETCHER_LIB := $(filter $(foreach r,base wire host/lib host/arch host/source host/kernels host/store,$(BUILD)/host/harness/$(r)/%),$(FREE_OBJ))

# Of the objects those that it uses.
$(FETCHER): $(FETCHER_OBJ) $(FETCHER_LIB)
	$(call say,LINK,$@)
	$(Q)rm -f $@.a && ar rcs $@.a $(FETCHER_LIB)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $(FETCHER_OBJ) $@.a $(shell pkg-config --libs $(PKGS)) -linih -lelf -lz -lm

$(sort $(FREE_OBJ) $(FETCHER_OBJ)): CPPFLAGS = -Iharness -D_GNU_SOURCE -MMD -MP
$(sort $(FREE_OBJ) $(FETCHER_OBJ)): $(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(HOST_CFLAGS) -c -o $@ $<

build/libbpf/%/ready: harness/libbpf.sh | $(FETCHER)
	$(call say,LIBBPF,$*)
	$(Q)harness/libbpf.sh $* $(FETCHER) images $(@D)

build/libbpf/tree/ready: harness/libbpf.sh $(if $(findstring /,$(LIBBPF)),$(wildcard $(LIBBPF)/src/*.[ch])) | $(FETCHER)
	$(call say,LIBBPF,$(LIBBPF))
	$(Q)harness/libbpf.sh $(LIBBPF) $(FETCHER) images $(@D)

.PHONY: libbpf-which
$(LIBBPF_LINKED): $(LIBBPF_HOME)/ready libbpf-which
	$(Q)cat $(LIBBPF_HOME)/include/linked_libbpf.h >$@.new && echo $(LIBBPF_HOME) >>$@.new && \
		if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# ---- programs with other versions, for run --libbpf ----

# The same objects of ours, linked with another libbpf: within 1.x an object that was compiled against one works with any.
WITH := $(BUILD)/libbpf
WITH_AGENT = $(WITH)/%/$(notdir $(AGENT))
WITH_OF_EACH := %/linked_libbpf.o %/agent_image.o
VERSIONS ?= 1.1.2
# Those that the tests in VMs compare with the one that is linked.
VERSIONS_TESTED := 1.1.2 1.5.0

## libbpf       programs with other versions of libbpf, for run --libbpf (VERSIONS="1.1.2 1.5.0")
.PHONY: libbpf
libbpf:
	+$(Q)$(parallel) $(VERSIONS:%=$(WITH)/%/corematrix)

# guests.mk comes after this: these have the usual agent alone, for another one would be linked with another version.
$(WITH)/%/corematrix: $(filter-out $(WITH_OF_EACH),$(HOST_OBJ)) $(WITH)/%/linked_libbpf.o $(WITH)/%/agent_image.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -o $@ $^ $(HOST_LIBS:$(LIBBPF_A)=$(call libbpf_a,$*))

$(WITH)/%/linked_libbpf.o: harness/host/run/linked_libbpf.c harness/host/run/linked_libbpf.h build/libbpf/%/ready
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -Iharness -isystem build/libbpf/$*/include -c -o $@ $<

$(WITH)/%/agent_image.o: harness/host/vm/agent_image.S $(WITH_AGENT).elf
	@mkdir -p $(@D)
	$(Q)$(CC) -DAGENT_ELF='"$(word 2,$^)"' -DAGENT_ARCH='"$(ARCH)"' -c -o $@ $<

$(WITH_AGENT).elf: $(filter-out %/libbpf.o,$(AGENT_OBJ)) $(if $(PLAIN),build/libbpf/%/ready,$(WITH)/%/libbpf.o)
	$(call say,LINK,$@)
	$(Q)$(CC) $(AGENT_LDFLAGS) -o $@ $(filter %.o,$^) $(call libbpf_a,$*) $(AGENT_OWN_LIBS) @build/libbpf/$*/elf.libs

$(WITH)/%/libbpf.o: build/libbpf/%/ready
	@mkdir -p $(@D)
	$(Q)$(call weakened_libbpf,$(call libbpf_a,$*))

-include $(FETCHER_OBJ:.o=.d)
