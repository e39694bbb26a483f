package pgcluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Role is the superuser of every cluster.
const Role = "recourse"

// Cluster is a database cluster in a folder that Account owns.
type Cluster struct {
	Dir     string
	Tools   Tools
	Account Account
}

// DataDir is the folder that PostgreSQL keeps its files in.
func (c Cluster) DataDir() string { return filepath.Join(c.Dir, "data") }

// Initialize creates the data folder with the given arguments of initdb and
// runs sql, if any, before anybody can connect. The data folder gets its name
// last, so an interrupted call can be repeated.
func (c Cluster) Initialize(ctx context.Context, sql string, args ...string) error {
	draft := filepath.Join(c.Dir, "data.new")
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("remove an incomplete database: %w", err)
	}
	args = append([]string{"--pgdata", draft, "--username", Role, "--encoding", "UTF8", "--no-locale", "--no-instructions"}, args...)
	if err := c.runProgram(ctx, "", "initdb", args...); err != nil {
		return err
	}
	if sql != "" {
		if err := c.runProgram(ctx, sql, "postgres", "--single", "-D", draft, "postgres"); err != nil {
			return err
		}
	}
	if err := os.Rename(draft, c.DataDir()); err != nil {
		return fmt.Errorf("rename the new database: %w", err)
	}
	return nil
}

// runProgram runs a program as the account of the cluster and waits for it.
func (c Cluster) runProgram(ctx context.Context, input, program string, args ...string) error {
	command := exec.CommandContext(ctx, c.Tools.ProgramPath(program), args...)
	command.Dir, command.Env, command.Stdin = c.Dir, ServerEnv(), strings.NewReader(input)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.Account.Credential()}
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// ServerArgs are the arguments of the program postgres. Each setting has the
// form name=value.
func (c Cluster) ServerArgs(settings ...string) []string {
	args := []string{"-D", c.DataDir()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// ServerEnv returns the environment of the programs: without the PG… variables of
// the user's own server, and with messages in English.
func ServerEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// ReadStatus reads the process id of the server, 0 without a server, and whether it
// accepts queries, from the file that the server maintains. An open port is not
// enough: the server may still be recovering.
func (c Cluster) ReadStatus() (pid int, ready bool) {
	content, err := os.ReadFile(filepath.Join(c.DataDir(), "postmaster.pid"))
	if err != nil {
		return 0, false
	}
	lines := strings.Split(string(content), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return 0, false
	}
	return pid, len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
}
