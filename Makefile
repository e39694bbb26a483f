# All tasks of this project. `make` without a target lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-run setup-test run build test fuzz race check bench sbom gen clean \
	check-commits check-format check-vet check-lint check-style check-workflows check-generated check-tidy check-vulnerabilities writable

ROOT := $(CURDIR)
TOOLS := $(ROOT)/.tools/bin
DURING := $(ROOT)/dev/during.sh

# Git refuses to read a checkout of another user; the build then has no revision.
VCS := $(shell git -C $(ROOT) rev-parse HEAD >/dev/null 2>&1 || echo -buildvcs=false)

# Checkers, built once per version into .tools/bin.
GOLANGCI_VERSION := v2.15.0
WORKFLOWCHECK_VERSION := v0.6.0
GOVULNCHECK_VERSION := v1.8.0
CYCLONEDX_VERSION := v1.10.0
GOLANGCI := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)
WORKFLOWCHECK := $(TOOLS)/workflowcheck-$(WORKFLOWCHECK_VERSION)
GOVULNCHECK := $(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION)
CYCLONEDX := $(TOOLS)/cyclonedx-gomod-$(CYCLONEDX_VERSION)

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make run ARGS="--pace 3600 --addr 127.0.0.1:9000 --data DIR --no-sample"'

setup: setup-run setup-test ## find or install what the other targets need

setup-run:
	@dev/setup.sh run

setup-test: writable
	@dev/setup.sh test

writable:
	@test -w $(ROOT) || { echo 'The folder $(ROOT) cannot be written, but programs are built into it. Use a checkout that you own.' >&2; exit 1; }

run: writable setup-run build ## start the stack, create the sample case, keep running
	@dev/bin/stack $(ARGS)

build: writable ## build bin/recourse and dev/bin/stack
	@$(DURING) 'building the product' go build $(VCS) -o bin/recourse ./cmd/recourse
	@$(DURING) 'building the Temporal server$(if $(wildcard dev/bin/stack),, (minutes the first time))' \
		go -C dev build $(VCS) -ldflags '-s -w' -o bin/stack ./cmd/stack

# With CI set, every fuzz target also runs for five seconds, with LONG=1 for a
# minute. They run first, so that the last lines are those of the tests.
test: setup-test build $(GOVULNCHECK) ## run all tests, with browser and end to end (LONG=1: also a minute of every fuzz target)
	$(if $(LONG)$(filter-out false 0,$(CI)),@dev/fuzz.sh $(if $(LONG),60,5))
	go test -timeout 20m ./...
	$(if $(LONG),go test -timeout 90m -run 'RandomMutations' ./evidence/verify -mutations 10000 -scripted 1000)
	$(if $(LONG),go -C dev test -timeout 90m -run 'CaseOfManyActions' ./e2e -actions 5000)
	$(if $(LONG),go -C dev test -timeout 90m -run 'StandingConnections' ./e2e -standing 1000 -stand 60s)
	go -C dev test -timeout 40m ./...

FUZZTIME := 60
fuzz: setup-test ## run every fuzz target (FUZZTIME=5: seconds each, ARGS="web api": only these packages)
	@dev/fuzz.sh $(FUZZTIME) $(ARGS)

race: setup-test build ## run the tests of the product with the race detector
	go test -race -timeout 40m ./...

check: check-commits check-style check-format check-vet check-tidy check-generated check-lint check-workflows check-vulnerabilities ## check every rule that a machine can check
	@echo 'check: passed'

check-commits:
	@dev/check-commits.sh

check-format:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || find . -name '*.go' -not -path './.*')); \
	test -z "$$unformatted" || { echo "not formatted (gofmt -w):"; echo "$$unformatted"; exit 1; }

check-vet:
	@$(DURING) 'go vet, product' go vet ./...
	@$(DURING) 'go vet, dev' go -C dev vet ./...

check-tidy:
	@$(DURING) 'go mod tidy, product' go mod tidy -diff
	@$(DURING) 'go mod tidy, dev' go -C dev mod tidy -diff

# Generating must change nothing; other uncommitted changes do not matter.
GENERATED = find . \( -name '*.gen.*' -o -path './api/openapi.yaml' \) -not -path './.*' -exec cksum {} + | sort
check-generated:
	@before=$$($(GENERATED)); $(DURING) 'go generate' go generate ./... || exit 1; after=$$($(GENERATED)); \
	test "$$before" = "$$after" || { echo 'generated code was out of date: run make gen and commit the result'; exit 1; }

# Packages that link the Temporal server run only the linters without types: the
# others would load all 1,754 packages of the server.
LIGHT := ./bench/... ./checks/... ./codestyle/... ./e2e/... ./freeport/... ./local/... ./pdftext/... ./sample/... ./sbom/...
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

# Without a network, GOVULNDB names a copy of the database (CONTRIBUTING.md).
check-vulnerabilities: $(GOVULNCHECK)
	@dev/check-vulnerabilities.sh $(GOVULNCHECK)

$(GOLANGCI):
	@$(call tool,github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION))
$(WORKFLOWCHECK):
	@$(call tool,go.temporal.io/sdk/contrib/tools/workflowcheck@$(WORKFLOWCHECK_VERSION))
$(GOVULNCHECK):
	@$(call tool,golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION))
$(CYCLONEDX):
	@$(call tool,github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION))

# tool builds one checker and renames it when it is complete.
define tool
mkdir -p $(TOOLS)/new && GOBIN=$(TOOLS)/new $(DURING) 'building $(notdir $@)' go install $(1) \
	&& mv $(TOOLS)/new/$(firstword $(subst -v, ,$(notdir $@))) $@
endef

bench: setup-test build ## measure the budgets, one row each (ARGS="filing": only one; ARGS=exports takes 5 minutes, ARGS=storm and ARGS=long 15, ARGS=soak 32)
	@go -C dev run ./bench $(ARGS)

# The list of what the program contains: Go modules with their licences, and what is
# embedded beside them (dev/sbom/embedded.json).
sbom: $(CYCLONEDX) ## write bin/recourse.cdx.json, the software bill of materials (CycloneDX)
	@mkdir -p bin
	@$(DURING) 'reading the modules' $(CYCLONEDX) app -json -licenses -main cmd/recourse -output bin/modules.cdx.json .
	@go -C dev run ./sbom -modules $(ROOT)/bin/modules.cdx.json -out $(ROOT)/bin/recourse.cdx.json
	@rm bin/modules.cdx.json

gen: ## generate code
	go generate ./...

clean: ## remove programs and tools; data is kept (rm -r .recourse removes it)
	rm -rf bin dev/bin .tools
