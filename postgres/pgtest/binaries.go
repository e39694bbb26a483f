package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// oldest is the first major version of PostgreSQL that will do.
const oldest = 15

// places are where packages put the server's programs when they are not on the
// path.
var places = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
}

var majorVersion = regexp.MustCompile(`PostgreSQL\) (\d+)`)

// binaries gives the folder with the newest server programs on this machine.
func binaries(ctx context.Context) (string, error) {
	var best string
	newest := 0
	for _, folder := range candidates() {
		version, err := versionOf(ctx, folder)
		if err == nil && version > newest {
			best, newest = folder, version
		}
	}
	switch {
	case best == "":
		return "", errors.New("no server programs found: install PostgreSQL (Debian: apt-get install postgresql) " +
			"or set TEST_DATABASE_URL")
	case newest < oldest:
		return "", fmt.Errorf("the newest PostgreSQL here is version %d and %d is needed", newest, oldest)
	}
	return best, nil
}

func candidates() []string {
	var folders []string
	onPath, err := exec.LookPath("postgres")
	if err == nil {
		folders = append(folders, filepath.Dir(onPath))
	}
	for _, place := range places {
		found, _ := filepath.Glob(place) // fails for malformed patterns only
		folders = append(folders, found...)
	}
	return folders
}

func versionOf(ctx context.Context, folder string) (int, error) {
	_, err := exec.LookPath(filepath.Join(folder, "initdb"))
	if err != nil {
		return 0, err
	}
	output, err := exec.CommandContext(ctx, filepath.Join(folder, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	match := majorVersion.FindSubmatch(output)
	if match == nil {
		return 0, fmt.Errorf("%s does not say its version", folder)
	}
	return strconv.Atoi(string(match[1]))
}
