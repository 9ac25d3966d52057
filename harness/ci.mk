# SPDX-License-Identifier: BSD-2-Clause
# The files of harness/ci, checked. Not a part of `make check`: it needs packages of npm (Node.js 20 or newer), Slurm and some
# ten minutes. Included by the Makefile.

CI_DEBS := jq rsync slurm-wlm munge mmdebstrap umoci

## ci-check     harness/ci: files against their schemas, their shell steps and Slurm really run, the container image (needs root)
.PHONY: ci-check
ci-check: deps
	$(Q)harness/deps.sh $(CI_DEBS) $(if $(shell command -v npm),,nodejs npm)
	+$(Q)$(parallel) all kernels build/progs/exec_identity.bpf.o build/progs/fixed_offset.bpf.o $(INIS) build/ci/node_modules
	$(Q)harness/tests/ci/check.sh build/ci/node_modules $(CI_ON)
	$(Q)harness/tests/ci/slurm.sh harness/ci $(CI_ON)
	+$(Q)$(MAKE) --no-print-directory deb >build/ci/deb.log 2>&1 || { tail -n 20 build/ci/deb.log; exit 1; }
	$(Q)harness/tests/ci/container.sh build/ci/node_modules build/deb/corematrix_$(VERSION)_*.deb $(CI_ON)
CI_ON := images build/progs/exec_identity.bpf.o build/progs/fixed_offset.bpf.o

build/ci/node_modules: harness/tests/ci/package-lock.json
	$(Q)rm -rf build/ci && mkdir -p build/ci && cp harness/tests/ci/package*.json build/ci/
	$(Q)cd build/ci && npm ci --no-audit --no-fund --silent
