package checks_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program calls one function of the standard library.
const program = `package main

import "os"

func main() { _, _ = os.ReadFile("x") }
`

// writeFiles writes files by their path in a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// writeDatabase writes a vulnerability database with one entry about a function of
// package os (the format of the Go vulnerability database, version 1).
func writeDatabase(t *testing.T, function string) string {
	t.Helper()
	const id, at = "GO-2026-0001", "2026-11-01T00:00:00Z"
	return writeFiles(t, map[string]string{
		"index/db.json":      fmt.Sprintf(`{"modified":%q}`, at),
		"index/modules.json": fmt.Sprintf(`[{"path":"stdlib","vulns":[{"id":%q,"modified":%q}]}]`, id, at),
		"index/vulns.json":   fmt.Sprintf(`[{"id":%q,"modified":%q}]`, id, at),
		"ID/" + id + ".json": fmt.Sprintf(`{"schema_version":"1.3.1","id":%q,"modified":%q,"published":%q,"summary":"x","details":"x",
			"affected":[{"package":{"name":"stdlib","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],
			"ecosystem_specific":{"imports":[{"path":"os","symbols":[%q]}]}}],"database_specific":{"url":"x"}}`, id, at, at, function),
	})
}

// check runs the script while the public database cannot be reached.
func check(t *testing.T, database string) (output string, passed bool) {
	t.Helper()
	tools, err := filepath.Glob("../../.tools/bin/govulncheck-*")
	if err != nil || len(tools) == 0 {
		t.Fatal("govulncheck is missing; make test builds it")
	}
	tool, err := filepath.Abs(tools[len(tools)-1])
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("../check-vulnerabilities.sh")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(script, tool)
	command.Dir = writeFiles(t, map[string]string{"go.mod": "module example\n\ngo 1.26\n", "main.go": program})
	command.Env = append(os.Environ(), "HTTPS_PROXY=http://127.0.0.1:1", "GOVULNDB="+database, "GOFLAGS=")
	out, err := command.CombinedOutput()
	return string(out), err == nil
}

func TestVulnerabilitiesAreLookedUpInACopy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		database string
		passes   bool
		says     string
	}{
		"no copy":             {"", true, "NOT looked up"},
		"nothing found":       {writeDatabase(t, "Chroot"), true, "looked up in the copy"},
		"a finding":           {writeDatabase(t, "ReadFile"), false, "GO-2026-0001"},
		"the copy is missing": {filepath.Join(t.TempDir(), "none"), false, "no copy of the database"},
		"the copy is empty":   {t.TempDir(), false, "no copy of the database"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, passed := check(t, test.database)
			if passed != test.passes || !strings.Contains(output, test.says) {
				t.Errorf("passed: %t\n%s", passed, output)
			}
		})
	}
}
