package local

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// oldestPostgres is the first major version the product's SQL is written for.
const oldestPostgres = 15

// toolset is one installation of PostgreSQL's server programs.
type toolset struct {
	dir   string
	major int
}

func (t toolset) path(tool string) string { return filepath.Join(t.dir, tool) }

// homes are where packages put the server programs, which are often not in PATH.
var homes = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
}

// findTools picks the installation for a cluster of the written major version,
// or the newest one when there is no cluster yet ("").
func findTools(ctx context.Context, written string) (toolset, error) {
	return chooseTools(installations(ctx), written)
}

func chooseTools(found []toolset, written string) (toolset, error) {
	var best toolset
	for _, t := range found {
		if written != "" && strconv.Itoa(t.major) == written {
			return t, nil
		}
		if t.major > best.major {
			best = t
		}
	}
	switch {
	case len(found) == 0:
		return best, fmt.Errorf("the PostgreSQL server programs (initdb, postgres) are missing: run make setup, or install PostgreSQL %d or newer", oldestPostgres)
	case written != "":
		return best, fmt.Errorf("the data was written by PostgreSQL %s, of which no server programs are installed (found %d): install postgresql-%s, or choose another folder with make run ARGS=\"--data DIR\"", written, best.major, written)
	case best.major < oldestPostgres:
		return best, fmt.Errorf("PostgreSQL %d in %s is too old: install version %d or newer", best.major, best.dir, oldestPostgres)
	}
	return best, nil
}

func installations(ctx context.Context) []toolset {
	var found []toolset
	if path, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			found = appendTools(ctx, found, filepath.Dir(target))
		}
	}
	for _, pattern := range homes {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			continue // the patterns are constants and well-formed
		}
		for _, dir := range dirs {
			found = appendTools(ctx, found, dir)
		}
	}
	return found
}

func appendTools(ctx context.Context, found []toolset, dir string) []toolset {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return found
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return found
	}
	major := majorOf(string(out))
	if major == 0 {
		return found
	}
	return append(found, toolset{dir: dir, major: major})
}

// majorOf reads "postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)".
func majorOf(version string) int {
	_, rest, found := strings.Cut(version, "(PostgreSQL) ")
	if !found {
		return 0
	}
	digits := rest
	for i, r := range rest {
		if r < '0' || r > '9' {
			digits = rest[:i]
			break
		}
	}
	major, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return major
}

// PostgresTool finds a client program of the newest PostgreSQL here, such as
// pgbench, for a benchmark's yardstick.
func PostgresTool(ctx context.Context, name string) (string, error) {
	tools, err := findTools(ctx, "")
	if err != nil {
		return "", err
	}
	return tools.path(name), nil
}
