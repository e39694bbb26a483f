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

// Data is the folder that PostgreSQL keeps its files in.
func (c Cluster) Data() string { return filepath.Join(c.Dir, "data") }

// Initialize creates the data folder with the given arguments of initdb and
// runs sql, if any, before anybody can connect. The data folder gets its name
// last, so an interrupted call can be repeated.
func (c Cluster) Initialize(ctx context.Context, sql string, args ...string) error {
	draft := filepath.Join(c.Dir, "data.new")
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("remove an incomplete database: %w", err)
	}
	args = append([]string{"--pgdata", draft, "--username", Role, "--encoding", "UTF8", "--no-locale", "--no-instructions"}, args...)
	if err := c.run(ctx, "", "initdb", args...); err != nil {
		return err
	}
	if sql != "" {
		if err := c.run(ctx, sql, "postgres", "--single", "-D", draft, "postgres"); err != nil {
			return err
		}
	}
	if err := os.Rename(draft, c.Data()); err != nil {
		return fmt.Errorf("rename the new database: %w", err)
	}
	return nil
}

// run waits for a program that runs as the cluster's account.
func (c Cluster) run(ctx context.Context, input, program string, args ...string) error {
	command := exec.CommandContext(ctx, c.Tools.Path(program), args...)
	command.Dir, command.Env, command.Stdin = c.Dir, Env(), strings.NewReader(input)
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
	args := []string{"-D", c.Data()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// Env keeps the PG… variables of the user's own server away from the cluster,
// and messages in English.
func Env() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// Status reads the file that the server writes about itself: the id of its
// process, 0 without a server, and whether it accepts connections. A port that
// accepts is not enough: the server may still be recovering.
func (c Cluster) Status() (pid int, ready bool) {
	content, err := os.ReadFile(filepath.Join(c.Data(), "postmaster.pid"))
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
