package pgcluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// oldestMajor is the first major version that the product's SQL supports.
const oldestMajor = 15

// Tools is one installation of PostgreSQL's programs.
type Tools struct {
	Dir   string
	Major int
}

// ProgramPath returns the path of one program, such as initdb.
func (t Tools) ProgramPath(program string) string { return filepath.Join(t.Dir, program) }

// installPatterns are where packages install the server programs, which are
// often not in PATH.
var installPatterns = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
}

// FindTools returns the newest installation or, when writtenBy is not empty,
// the one of the major version that wrote an existing data folder.
func FindTools(ctx context.Context, writtenBy string) (Tools, error) {
	return chooseTools(findInstallations(ctx), writtenBy)
}

func chooseTools(found []Tools, writtenBy string) (Tools, error) {
	var newest Tools
	for _, t := range found {
		if writtenBy != "" && strconv.Itoa(t.Major) == writtenBy {
			return t, nil
		}
		if t.Major > newest.Major {
			newest = t
		}
	}
	switch {
	case len(found) == 0:
		return newest, fmt.Errorf("the PostgreSQL server programs (initdb, postgres) are missing: run make setup, or install PostgreSQL %d or newer", oldestMajor)
	case writtenBy != "":
		return newest, fmt.Errorf("the data was written by PostgreSQL %s, which is not installed (found %d): install postgresql-%s, or choose another folder with make run ARGS=\"--data DIR\"", writtenBy, newest.Major, writtenBy)
	case newest.Major < oldestMajor:
		return newest, fmt.Errorf("PostgreSQL %d in %s is too old: install version %d or newer", newest.Major, newest.Dir, oldestMajor)
	}
	return newest, nil
}

func findInstallations(ctx context.Context) []Tools {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(target))
		}
	}
	for _, pattern := range installPatterns {
		matches, _ := filepath.Glob(pattern) // fails for malformed patterns only
		dirs = append(dirs, matches...)
	}
	var found []Tools
	for _, dir := range dirs {
		if major := readMajor(ctx, dir); major > 0 {
			found = append(found, Tools{Dir: dir, Major: major})
		}
	}
	return found
}

// readMajor returns the major version of the programs in dir, 0 if there are
// none.
func readMajor(ctx context.Context, dir string) int {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	return parseMajor(string(out))
}

var majorPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// parseMajor reads "postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)".
func parseMajor(version string) int {
	match := majorPattern.FindStringSubmatch(version)
	if match == nil {
		return 0
	}
	major, err := strconv.Atoi(match[1])
	if err != nil {
		return 0
	}
	return major
}
