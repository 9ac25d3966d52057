# SPDX-License-Identifier: BSD-2-Clause
# The page of a run (harness/host/page), and its tests in a browser.

# Its script is put together of several files.
PAGE_ASSETS := harness/host/page/assets
build/page/page.js: $(sort $(wildcard $(PAGE_ASSETS)/js/*.js))
	@mkdir -p $(@D)
	$(Q)cat $^ >$@

$(BUILD)/host/harness/host/page/page_assets.o: harness/host/page/page_assets.S $(PAGE_ASSETS)/page.html $(PAGE_ASSETS)/page.css build/page/page.js
	@mkdir -p $(@D)
	$(Q)$(CC) -DPAGE_HTML='"$(PAGE_ASSETS)/page.html"' -DPAGE_CSS='"$(PAGE_ASSETS)/page.css"' -DPAGE_JS='"build/page/page.js"' -c -o $@ $<

## page-check   the page in a real browser: installs chromium, node and packages of npm (RUN=DIR: a run to look at, too)
.PHONY: page-check page-check-run
PAGE_DEBS := chromium fonts-dejavu-core $(if $(shell command -v npm),,nodejs npm)
page-check: deps
	$(Q)harness/deps.sh $(PAGE_DEBS)
	+$(Q)$(parallel) page-check-run
page-check-run: $(BUILD)/corematrix build/page/tests/node_modules
	$(Q)cp harness/tests/page/*.mjs build/page/tests/
	$(Q)COREMATRIX=$(BUILD)/corematrix RUN='$(or $(RUN),$(wildcard $(RESULTS)/latest))' node --test build/page/tests/

build/page/tests/node_modules: harness/tests/page/package.json harness/tests/page/package-lock.json
	@mkdir -p $(@D)
	$(call say,NPM,$@)
	$(Q)cp $^ $(@D)/ && cd $(@D) && npm ci --no-audit --no-fund --silent && touch node_modules
