// Command sbom completes the software bill of materials of the product: the tool that
// lists the Go modules does not know what is embedded beside them.
package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

//go:embed embedded.json
var embedded []byte

// part is a program that the product contains and that is no Go module.
type part struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence"` // SPDX
	PURL    string `json:"purl"`
	Module  string `json:"module"` // that contains File; "": this repository
	File    string `json:"file"`
	SHA256  string `json:"sha256"`
}

func main() {
	modules := flag.String("modules", "", "bill of materials of the Go modules")
	out := flag.String("out", "", "file to write")
	root := flag.String("root", "..", "root of the repository")
	flag.Parse()
	if err := run(*modules, *out, *root); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(modules, out, root string) error {
	raw, err := os.Open(modules)
	if err != nil {
		return err
	}
	defer raw.Close()
	completed, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := complete(raw, completed, root); err != nil {
		return err
	}
	return completed.Close()
}

// complete copies a bill of materials and adds the embedded parts. A file that is not the
// listed one is an error: its version is unknown then.
func complete(modules io.Reader, out io.Writer, root string) error {
	var bill cdx.BOM
	if err := cdx.NewBOMDecoder(modules, cdx.BOMFileFormatJSON).Decode(&bill); err != nil {
		return fmt.Errorf("the modules: %w", err)
	}
	var parts []part
	if err := json.Unmarshal(embedded, &parts); err != nil {
		return fmt.Errorf("the embedded parts: %w", err)
	}
	if bill.Components == nil {
		bill.Components = &[]cdx.Component{}
	}
	for _, one := range parts {
		if err := one.checkFile(root); err != nil {
			return err
		}
		*bill.Components = append(*bill.Components, one.component())
	}
	return cdx.NewBOMEncoder(out, cdx.BOMFileFormatJSON).SetPretty(true).Encode(&bill)
}

func (p part) checkFile(root string) error {
	if p.Module != "" {
		var err error
		if root, err = moduleFolder(p.Module); err != nil {
			return err
		}
	}
	content, err := os.ReadFile(filepath.Join(root, p.File))
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != p.SHA256 {
		return fmt.Errorf("%s is not the file of %s %s: change embedded.json with it", p.File, p.Name, p.Version)
	}
	return nil
}

// moduleFolder returns the folder of a module on which this program depends, too.
func moduleFolder(module string) (string, error) {
	out, err := exec.CommandContext(context.Background(), "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("the folder of %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}

func (p part) component() cdx.Component {
	return cdx.Component{
		BOMRef: p.PURL, Type: cdx.ComponentTypeLibrary, Name: p.Name, Version: p.Version, PackageURL: p.PURL, Scope: cdx.ScopeRequired,
		Hashes:   &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: p.SHA256}},
		Licenses: &cdx.Licenses{{License: &cdx.License{ID: p.Licence}}},
	}
}
