# Everything this project does. `make` alone explains itself.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-run setup-test run build test fuzz race check bench gen clean \
	check-format check-vet check-lint check-style check-workflows check-generated check-tidy check-vulnerabilities writable

ROOT := $(CURDIR)
TOOLS := $(ROOT)/.tools/bin
DURING := $(ROOT)/dev/during.sh

# A checkout that belongs to somebody else has no readable revision; that must not stop a build.
VCS := $(shell git -C $(ROOT) rev-parse HEAD >/dev/null 2>&1 || echo -buildvcs=false)

# Checkers, built once per version into .tools/bin.
GOLANGCI_VERSION := v2.15.0
WORKFLOWCHECK_VERSION := v0.6.0
GOVULNCHECK_VERSION := v1.8.0
GOLANGCI := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)
WORKFLOWCHECK := $(TOOLS)/workflowcheck-$(WORKFLOWCHECK_VERSION)
GOVULNCHECK := $(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION)

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make run ARGS="--pace 3600 --addr 127.0.0.1:9000 --data DIR --no-sample"'

setup: setup-run setup-test ## find or install what is missing

setup-run:
	@dev/setup.sh run

setup-test: writable
	@dev/setup.sh test

writable:
	@test -w $(ROOT) || { echo 'The folder $(ROOT) cannot be written: programs are built into it. Use a checkout in a folder of your own.' >&2; exit 1; }

run: writable setup-run build ## start everything, walk the sample case, stay up
	@dev/bin/stack $(ARGS)

build: writable ## bin/recourse and dev/bin/stack
	@$(DURING) 'building the product' go build $(VCS) -o bin/recourse ./cmd/recourse
	@$(DURING) 'building the Temporal server$(if $(wildcard dev/bin/stack),, (minutes the first time))' \
		go -C dev build $(VCS) -ldflags '-s -w' -o bin/stack ./cmd/stack

# Where changes are checked (CI is set) every fuzz target runs for five seconds
# besides; the long form, LONG=1, gives each a minute. They come first, so that
# the last lines are those of the tests.
test: setup-test build ## all tests, browser and end to end included (LONG=1: a minute for every fuzz target too)
	$(if $(LONG)$(filter-out false 0,$(CI)),@dev/fuzz.sh $(if $(LONG),60,5))
	go test -timeout 20m ./...
	$(if $(LONG),go test -timeout 90m -run 'RandomMutations' ./evidence/verify -mutations 10000 -scripted 1000)
	go -C dev test -timeout 40m ./...

FUZZTIME := 60
fuzz: setup-test ## every fuzz target for a while (FUZZTIME=5: seconds each, ARGS="web api" for those packages)
	@dev/fuzz.sh $(FUZZTIME) $(ARGS)

race: setup-test build ## the tests of the product under the race detector
	go test -race -timeout 40m ./...

check: check-format check-vet check-tidy check-generated check-lint check-workflows check-vulnerabilities ## every rule a machine can check
	@echo 'check: all well'

check-format:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || find . -name '*.go' -not -path './.*')); \
	test -z "$$unformatted" || { echo "not formatted (gofmt -w):"; echo "$$unformatted"; exit 1; }

check-vet:
	@$(DURING) 'go vet, product' go vet ./...
	@$(DURING) 'go vet, dev' go -C dev vet ./...

check-tidy:
	@$(DURING) 'go mod tidy, product' go mod tidy -diff
	@$(DURING) 'go mod tidy, dev' go -C dev mod tidy -diff

# Generating must change nothing, whatever else is uncommitted.
GENERATED = find . \( -name '*.gen.go' -o -path './api/openapi.yaml' \) -not -path './.*' -exec cksum {} + | sort
check-generated:
	@before=$$($(GENERATED)); $(DURING) 'go generate' go generate ./... || exit 1; after=$$($(GENERATED)); \
	test "$$before" = "$$after" || { echo 'generated code was not up to date: commit what make gen made'; exit 1; }

# What links the Temporal server is checked by what needs no types: the rest
# would read all of the server's 1,754 packages.
LIGHT := ./bench/... ./codestyle/... ./e2e/... ./local/... ./sample/...
check-lint: $(GOLANGCI)
	@$(DURING) 'golangci-lint, product' $(GOLANGCI) run ./...
	@cd dev && $(DURING) 'golangci-lint, dev' $(GOLANGCI) run --config ../.golangci.yml $(LIGHT)
	@cd dev && $(DURING) 'golangci-lint, Temporal server' $(GOLANGCI) run --config ../.golangci.yml --fast-only ./stack/... ./cmd/...

# Names of functions, words of comments, lengths: limits for all packages
# together. ARGS="-list" prints the places, ARGS="-by-package" a row for each.
check-style:
	@go -C dev run ./codestyle -root $(ROOT) $(ARGS)

check-workflows: $(WORKFLOWCHECK)
	@$(DURING) 'workflowcheck' $(WORKFLOWCHECK) -config workflowcheck.config.yaml ./workflows/... ./worker/...

# The list of vulnerabilities is fetched from the network. Where that cannot be
# reached the check is said to be missing, loudly; a finding always fails.
check-vulnerabilities: $(GOVULNCHECK)
	@out=$$($(GOVULNCHECK) ./... 2>&1) || case "$$out" in \
		*'no such host'* | *'connection refused'* | *'i/o timeout'* | *'network is unreachable'* | *'TLS handshake'* | *'server misbehaving'*) \
			echo '  ! govulncheck did NOT run: its list of vulnerabilities cannot be reached from this machine' ;; \
		*) echo "$$out"; exit 1 ;; \
	esac

$(GOLANGCI):
	@$(call tool,github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION))
$(WORKFLOWCHECK):
	@$(call tool,go.temporal.io/sdk/contrib/tools/workflowcheck@$(WORKFLOWCHECK_VERSION))
$(GOVULNCHECK):
	@$(call tool,golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION))

# tool builds one checker and moves it in under its version when it is complete.
define tool
mkdir -p $(TOOLS)/new && GOBIN=$(TOOLS)/new $(DURING) 'building $(notdir $@)' go install $(1) \
	&& mv $(TOOLS)/new/$(firstword $(subst -v, ,$(notdir $@))) $@
endef

bench: setup-test build ## the budgets, one row each (ARGS="filing" for one; ARGS=storm takes a quarter of an hour)
	@go -C dev run ./bench $(ARGS)

gen: ## generated code
	go generate ./...

clean: ## programs and tools; data stays (rm -r .recourse removes it)
	rm -rf bin dev/bin .tools
