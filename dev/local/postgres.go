package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"recourse/dev/freeport"
	"recourse/postgres/pgcluster"
)

// database is the PostgreSQL server of a stack.
type database struct {
	pgcluster.Cluster
	port     int
	password string
}

// openDatabase opens the cluster of the data folder, or creates it.
func (o Options) openDatabase(ctx context.Context) (*database, error) {
	account, err := pgcluster.FindAccount()
	if err != nil {
		return nil, err
	}
	dir, err := makeClusterDir(o.Data, account)
	if err != nil {
		return nil, err
	}
	d := &database{Cluster: pgcluster.Cluster{Dir: dir, Account: account}, port: o.PostgresPort}
	version, err := os.ReadFile(filepath.Join(d.DataDir(), "PG_VERSION"))
	exists := err == nil
	if d.Tools, err = pgcluster.FindTools(ctx, strings.TrimSpace(string(version))); err != nil {
		return nil, err
	}
	if !exists {
		return d, d.create(ctx)
	}
	password, err := os.ReadFile(d.passwordFile())
	if err != nil {
		return nil, fmt.Errorf("read the password of PostgreSQL: %w", err)
	}
	d.password = strings.TrimSpace(string(password))
	return d, nil
}

func (d *database) passwordFile() string { return filepath.Join(d.Dir, "password") }

func (d *database) create(ctx context.Context) error {
	d.password = rand.Text()
	if err := os.WriteFile(d.passwordFile(), []byte(d.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the password of PostgreSQL: %w", err)
	}
	if err := d.Account.ChangeOwner(d.passwordFile()); err != nil {
		return err
	}
	return d.Initialize(ctx, "CREATE DATABASE "+pgcluster.Role+";\n", "--pwfile", d.passwordFile(), "--auth", "scram-sha-256")
}

// program describes the server process. SIGINT is PostgreSQL's fast shutdown:
// it ends sessions and writes everything.
func (d *database) program() program {
	return program{
		name: "postgres", title: "PostgreSQL", path: d.Tools.ProgramPath("postgres"), account: d.Account, env: pgcluster.ServerEnv(),
		stopSignal: syscall.SIGINT, stopTimeout: 15 * time.Second,
		args: d.ServerArgs(
			fmt.Sprintf("port=%d", d.port), "listen_addresses=127.0.0.1", "unix_socket_directories=",
			"timezone=UTC", "log_timezone=UTC",
		),
	}
}

// isReady reports whether the server of process pid accepts connections. The
// status of another process is one that a killed server left.
func (d *database) isReady(pid int) bool {
	running, ready := d.ReadStatus()
	return ready && running == pid
}

// url is the address the product connects to.
func (d *database) url() string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(pgcluster.Role, d.password), Host: freeport.Address(d.port),
		Path: "/" + pgcluster.Role, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// makeClusterDir creates the folder of the cluster: DATA/postgres, or, when the
// account has no access to DATA (a checkout in root's home), another folder to
// which DATA/postgres links.
func makeClusterDir(data string, account pgcluster.Account) (string, error) {
	dir := filepath.Join(data, "postgres")
	if target, err := os.Readlink(dir); err == nil {
		return target, os.MkdirAll(target, 0o700)
	}
	if account.IsCurrentUser() || isReachable(data) {
		return dir, makeOwnedDir(dir, account)
	}
	target := filepath.Join("/var/lib/recourse-dev", rand.Text())
	if err := makeOwnedDir(target, account); err != nil {
		return "", err
	}
	if err := os.Symlink(target, dir); err != nil {
		return "", fmt.Errorf("link to the database folder: %w", err)
	}
	return target, nil
}

func makeOwnedDir(dir string, account pgcluster.Account) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o711); err != nil { //nolint:gosec // the server's account needs access
		return fmt.Errorf("create the database folder: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("create the database folder: %w", err)
	}
	return account.ChangeOwner(dir)
}

// isReachable reports whether every user may enter dir and the folders above.
func isReachable(dir string) bool {
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
