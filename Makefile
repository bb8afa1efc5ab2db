# SPDX-License-Identifier: Apache-2.0
# falcomod: `make help` lists what can be made.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BUILT  := $(VENV)/.built
TESTABLE := $(VENV)/.testable
KERNEL ?= $(shell uname -r)
DKMS_VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMS_SOURCE  := /usr/src/falcomod-$(DKMS_VERSION)

# What kbuild leaves beside its sources.
KBUILD_MADE := -name '*.o' -o -name '*.ko' -o -name '*.cmd' -o -name '*.mod*'

ENGINE_SOURCES := $(shell find src -name '*.pyx' -o -name '*.pxd' -o -name '*.proto') \
	$(shell find driver -name '*.[ch]' -o -name '*.def') driver/bpf/Makefile setup.py pyproject.toml

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

.PHONY: start
start: build ## install what is missing, build, pick a driver, watch this host
	@$(BIN)/falcomod start

.PHONY: test
test: test-unit test-debug fuzz test-compared test-containers test-live test-vm ## all tests

.PHONY: test-unit
test-unit: $(TESTABLE) ## tests without root
	$(BIN)/python -m pytest tests/unit tests/reference tests/property tests/scenario

.PHONY: test-debug
test-debug: $(TESTABLE) ## the engine's tests on a build with bounds checks and assertions
	FALCOMOD_DEBUG=1 $(BIN)/python setup.py -q build --build-base build/debug --build-lib build/debug/lib
	PYTHONPATH=build/debug/lib:. $(BIN)/python -m pytest -o pythonpath= tests/unit/engine tests/property tests/scenario

.PHONY: test-compared
test-compared: $(TESTABLE) ## every event of the sample captures beside what Debian's sysdig prints
	tools/install-packages compared
	tests/compared/run $(BIN)/python

.PHONY: test-live
test-live: $(TESTABLE) ## the eBPF driver on this machine's own kernel
	tools/install-packages live
	tests/live/run $(BIN)/python

.PHONY: test-containers
test-containers: $(TESTABLE) ## real container runtimes, started by the tests themselves
	tools/install-packages containers
	tests/containers/run $(BIN)/python

.PHONY: test-kubernetes
test-kubernetes: $(TESTABLE) ## a real API server of Kubernetes, which is built first: five minutes, once
	tools/install-packages kubernetes
	tests/kubernetes/run $(BIN)/python

.PHONY: test-vm
test-vm: $(TESTABLE) ## driver and end-to-end tests on Debian's kernel in QEMU
	tools/install-packages vm
	tests/vm/run $(BIN)/python

FUZZ_TARGETS := records generations captures audit rules conditions containers http calls

.PHONY: fuzz
fuzz: $(TESTABLE) ## damaged records, captures, audit events, rules, conditions and requests, and what befalls containers, through a build with sanitizers
	for target in $(FUZZ_TARGETS); do tests/fuzz/run-sanitized $(BIN)/python $$target || exit; done

.PHONY: nightly
nightly: $(TESTABLE) ## property tests with 50 times the examples, ten minutes of each fuzz target: over an hour
	FALCOMOD_EXAMPLES=50 $(BIN)/python -m pytest -s tests/property
	FALCOMOD_FUZZ_S=600 $(MAKE) fuzz

.PHONY: bench
bench: build ## cost per event, stage by stage, of an alert, of an audit event, of an end, of loading rules, of start-up, of alerts that wait on disk
	$(BIN)/python bench/run.py
	$(BIN)/python -m bench.alert
	$(BIN)/python -m bench.audit
	$(BIN)/python -m bench.ends
	$(BIN)/python -m bench.load
	$(BIN)/python -m bench.replay
	$(BIN)/python -m bench.convert
	$(BIN)/python -m bench.start
	$(BIN)/python -m bench.spool

.PHONY: bench-live
bench-live: build ## what a running falcomod costs this host, beside none and beside others
	$(BIN)/python -m bench.live

.PHONY: bench-containers
bench-containers: $(TESTABLE) ## how soon a real containerd says what a container is
	tools/install-packages containers
	PYTHONPATH=src $(BIN)/python -m bench.containers

.PHONY: golden
golden: build ## print tests/golden anew; review the difference
	PYTHONPATH=src $(BIN)/python -m tools.print_golden

.PHONY: docs
docs: build ## print docs/reference and the man page anew, from the tables of the program
	PYTHONPATH=src $(BIN)/python -m tools.print_docs
	PYTHONPATH=src $(BIN)/python -m tools.print_man

.PHONY: build
build: $(BUILT) ## the engine, in a virtual environment of its own

$(BUILT): $(ENGINE_SOURCES) tools/build
	tools/build $(VENV) $(PYTHON)
	@touch $@

# What tests need beside the build: the `test` extra of pyproject.toml.
$(TESTABLE): $(BUILT) pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check $$($(BIN)/python -c \
		'import tomllib as t; print(*t.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["test"])')
	@touch $@

.PHONY: driver
driver: ## the kernel module for KERNEL, in driver/
	$(MAKE) -C driver KDIR=/lib/modules/$(KERNEL)/build

.PHONY: dkms-install
dkms-install: ## the kernel module, rebuilt by DKMS with every new kernel
	@tools/install-packages dkms $(KERNEL)
	rm -rf $(DKMS_SOURCE)
	mkdir -p $(DKMS_SOURCE)
	cp -r driver dkms.conf $(DKMS_SOURCE)/
	find $(DKMS_SOURCE) $(KBUILD_MADE) | xargs rm -f
	dkms add -m falcomod -v $(DKMS_VERSION)
	dkms build -m falcomod -v $(DKMS_VERSION) -k $(KERNEL)
	dkms install -m falcomod -v $(DKMS_VERSION) -k $(KERNEL)

.PHONY: dkms-remove
dkms-remove: ## undo dkms-install
	-rmmod falcomod 2>/dev/null
	dkms remove -m falcomod -v $(DKMS_VERSION) --all
	rm -rf $(DKMS_SOURCE)

SERVICE := /etc/systemd/system/falcomod.service
SETTINGS := /etc/falcomod/falcomod.yaml
COMMAND := /usr/local/bin/falcomod

.PHONY: install-service
install-service: build ## a service of systemd out of this folder, started now and at every boot
	install -d /etc/falcomod /usr/local/share/man/man1
	[ -e $(SETTINGS) ] || $(BIN)/falcomod config example >$(SETTINGS)
	sed 's|/usr/bin/falcomod|$(CURDIR)/$(BIN)/falcomod|' packaging/systemd/falcomod.service >$(SERVICE)
	install -m 644 docs/falcomod.1 /usr/local/share/man/man1/
	ln -sfn $(CURDIR)/$(BIN)/falcomod $(COMMAND)
	systemctl daemon-reload
	systemctl enable --quiet falcomod
	systemctl restart falcomod

.PHONY: remove-service
remove-service: ## undo install-service; configuration and what waits to be sent stay
	-systemctl disable --now falcomod
	rm -f $(SERVICE) $(COMMAND) /usr/local/share/man/man1/falcomod.1
	systemctl daemon-reload

.PHONY: clean
clean: ## remove what was built
	rm -rf $(VENV) build dist src/*.egg-info
	find src -name '*.so' -delete -o -name '*_pb2.py*' -delete
	find src -name '*.pyx' | sed 's/pyx$$/c/;p;s/c$$/cpp/' | xargs rm -f
	find driver $(KBUILD_MADE) | xargs rm -f
