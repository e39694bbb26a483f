package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// databaseName is also the name of the role that owns it.
const databaseName = "recourse"

// cluster is a PostgreSQL of our own in a folder of its own.
type cluster struct {
	dir      string // holds data/ and the password; belongs to account
	tools    toolset
	account  *user.User
	port     int
	password string
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// openCluster finds or makes the cluster. The data folder appears in one
// rename, so that a start killed halfway is simply begun again.
func (o Options) openCluster(ctx context.Context) (*cluster, error) {
	account, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, err := clusterDir(o.Data, account)
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, account: account, port: o.PostgresPort}
	written, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	exists := err == nil
	if c.tools, err = findTools(ctx, strings.TrimSpace(string(written))); err != nil {
		return nil, err
	}
	if exists {
		password, err := os.ReadFile(c.passwordFile())
		if err != nil {
			return nil, fmt.Errorf("read the password of PostgreSQL: %w", err)
		}
		c.password = strings.TrimSpace(string(password))
		return c, nil
	}
	return c, c.create(ctx)
}

func (c *cluster) passwordFile() string { return filepath.Join(c.dir, "password") }

func (c *cluster) create(ctx context.Context) error {
	draft := filepath.Join(c.dir, "data.new")
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("clear a half-made database: %w", err)
	}
	c.password = rand.Text()
	if err := os.WriteFile(c.passwordFile(), []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the password of PostgreSQL: %w", err)
	}
	if err := give(c.passwordFile(), c.account); err != nil {
		return err
	}
	if err := c.run(ctx, "", "initdb", "--pgdata", draft, "--username", databaseName, "--pwfile", c.passwordFile(),
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-instructions"); err != nil {
		return err
	}
	// Single-user mode makes the database without a client and before anybody can connect.
	if err := c.run(ctx, "CREATE DATABASE "+databaseName+";\n", "postgres", "--single", "-D", draft, "postgres"); err != nil {
		return err
	}
	if err := os.Rename(draft, c.data()); err != nil {
		return fmt.Errorf("put the database in place: %w", err)
	}
	return nil
}

// run runs one of PostgreSQL's tools to its end as the server's account.
func (c *cluster) run(ctx context.Context, input, tool string, args ...string) error {
	command := exec.CommandContext(ctx, c.tools.path(tool), args...)
	command.Dir, command.Env = c.dir, plainEnv()
	command.Stdin = strings.NewReader(input)
	command.SysProcAttr = &syscall.SysProcAttr{}
	if err := impersonate(command.SysProcAttr, c.account); err != nil {
		return err
	}
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", tool, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// program is the server itself. SIGINT is its fast shutdown: sessions are ended,
// everything is written.
func (c *cluster) program() program {
	return program{
		name: "postgres", title: "PostgreSQL", path: c.tools.path("postgres"), as: c.account, env: plainEnv(),
		farewell: syscall.SIGINT, patience: 15 * time.Second,
		args: []string{
			"-D", c.data(), "-p", strconv.Itoa(c.port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			"-c", "timezone=UTC", "-c", "log_timezone=UTC",
		},
	}
}

// ready reads the state the server itself writes: a port that accepts may still
// be recovering.
func (c *cluster) ready(pid int) bool {
	content, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(content), "\n")
	return len(lines) > 7 && lines[0] == strconv.Itoa(pid) && strings.TrimSpace(lines[7]) == "ready"
}

// url is what the product connects with.
func (c *cluster) url() string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(databaseName, c.password), Host: localAddress(c.port),
		Path: "/" + databaseName, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// plainEnv keeps PG… variables of the person's own server away from ours, and
// messages in English.
func plainEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// clusterDir makes the folder of the cluster. Normally it is DATA/postgres; when
// the account may not pass the folders above (a checkout in root's home), it is
// a folder the account can reach, and DATA/postgres leads there.
func clusterDir(data string, account *user.User) (string, error) {
	dir := filepath.Join(data, "postgres")
	if target, err := os.Readlink(dir); err == nil {
		return target, os.MkdirAll(target, 0o700)
	}
	if account != nil && !reachable(data) {
		target := filepath.Join("/var/lib/recourse-dev", rand.Text())
		if err := makeFor(target, account); err != nil {
			return "", err
		}
		if err := os.Symlink(target, dir); err != nil {
			return "", fmt.Errorf("note where the database lies: %w", err)
		}
		return target, nil
	}
	return dir, makeFor(dir, account)
}

func makeFor(dir string, account *user.User) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o711); err != nil { //nolint:gosec // the server's account passes through
		return fmt.Errorf("make the folder of the database: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make the folder of the database: %w", err)
	}
	return give(dir, account)
}

// reachable reports whether a user without rights of its own may pass every
// folder down to dir.
func reachable(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}
