package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"recourse/postgres/pgcluster"
)

// baseSettings keep the server small. It listens on a Unix socket only.
var baseSettings = []string{
	"listen_addresses=", "unix_socket_permissions=0700", "max_connections=200", "shared_buffers=64MB",
	"wal_level=minimal", "max_wal_senders=0", "min_wal_size=32MB", "max_wal_size=256MB", "dynamic_shared_memory_type=mmap", "log_min_messages=warning",
}

// unsafeSettings trade durability for speed. With PGTEST_DURABLE=1 they are
// left out, because a benchmark must pay for its commits.
var unsafeSettings = []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off"}

// keeperScript starts the server and outlives this process by a moment. Its
// standard input is a pipe that this process holds and never writes to. When
// the process ends, for whatever reason, the read returns, the server is stopped
// at once and the folder removed.
const keeperScript = `
dir=$1; shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
( read -r _ <&3; kill -QUIT "$server" ) 2>/dev/null &
watch=$!
wait "$server"
kill "$watch" 2>/dev/null
cd / && rm -rf "$dir"
`

// memoryDir is Linux's file system in memory. Creating a database there takes a
// tenth of the time it takes on a busy disk.
const memoryDir = "/dev/shm"

// minMemory is how many bytes must be free in memoryDir.
const minMemory = 1 << 30

// chooseRoot returns memoryDir when it has space. Otherwise, and when commits
// must be paid for, it returns the folder for temporary files.
func chooseRoot() string {
	var space syscall.Statfs_t
	err := syscall.Statfs(memoryDir, &space)
	if err != nil || isDurable() || uint64(space.Bavail)*uint64(space.Bsize) < minMemory { //nolint:unconvert // types differ by system
		return os.TempDir()
	}
	return memoryDir
}

// startCluster creates and starts a server and returns the address of its
// maintenance database.
func startCluster(ctx context.Context) (string, error) {
	tools, err := pgcluster.FindTools(ctx, "")
	if err != nil {
		return "", fmt.Errorf("%w, or set TEST_DATABASE_URL", err)
	}
	account, err := pgcluster.FindAccount()
	if err != nil {
		return "", err
	}
	root := chooseRoot()
	removeStale(root)
	dir, err := os.MkdirTemp(root, fmt.Sprintf("%s%d-", prefix, os.Getpid()))
	if err != nil {
		return "", err
	}
	if err := account.ChangeOwner(dir); err != nil {
		return "", err
	}
	cluster := pgcluster.Cluster{Dir: dir, Tools: tools, Account: account}
	if err := cluster.Initialize(ctx, "", "--auth=trust", "--no-sync"); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return launch(ctx, cluster)
}

// launch starts the server under keeperScript and waits until it is ready.
func launch(ctx context.Context, cluster pgcluster.Cluster) (string, error) {
	log, err := os.Create(filepath.Join(cluster.Dir, "server.log"))
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	command := keeperCommand(cluster)
	command.Stdout, command.Stderr = log, log
	lifeline, err := command.StdinPipe()
	if err != nil {
		return "", err
	}
	if err := command.Start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	if err := awaitReady(ctx, cluster, ended); err != nil {
		output, _ := io.ReadAll(io.NewSectionReader(log, 0, maxLog)) // through the open file: the folder may be gone
		return "", errors.Join(fmt.Errorf("%w\n%s", err, output), lifeline.Close())
	}
	lifelines <- lifeline
	return (&url.URL{
		Scheme: "postgres", User: url.User(pgcluster.Role), Path: "/postgres",
		RawQuery: url.Values{"host": {cluster.Dir}, "sslmode": {"disable"}}.Encode(),
	}).String(), nil
}

// keeperCommand puts the keeper into a process group of its own, so that an
// interrupt of the tests does not end the server before the keeper does.
func keeperCommand(cluster pgcluster.Cluster) *exec.Cmd {
	args := append([]string{"-c", keeperScript, "keeper", cluster.Dir, cluster.Tools.ProgramPath("postgres"), "-k", cluster.Dir},
		cluster.ServerArgs(serverSettings()...)...)
	command := exec.Command("/bin/sh", args...) //nolint:noctx // the keeper ends it
	command.Dir, command.Env = cluster.Dir, pgcluster.ServerEnv()
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: cluster.Account.Credential()}
	return command
}

// maxLog is how many bytes of a failed server's log are shown.
const maxLog = 16 << 10

// lifelines keeps the pipe open until the process ends: the garbage collector
// would close a pipe that nothing refers to.
var lifelines = make(chan io.Closer, 1)

func isDurable() bool { return os.Getenv("PGTEST_DURABLE") == "1" }

func serverSettings() []string {
	if isDurable() {
		return baseSettings
	}
	return append(append([]string{}, baseSettings...), unsafeSettings...)
}

// awaitReady waits until the server accepts connections.
func awaitReady(ctx context.Context, cluster pgcluster.Cluster, ended <-chan error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, ready := cluster.ReadStatus(); ready {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w", ctx.Err())
		case err := <-ended:
			return fmt.Errorf("the server ended at once: %w", err)
		case <-tick.C:
		}
	}
}

// prefix starts the name of every test folder; the id of the process follows.
const prefix = "recourse-pgtest-"

// removeStale removes the folders of runs whose keeper was killed too.
func removeStale(root string) {
	folders, _ := filepath.Glob(filepath.Join(root, prefix+"*"))
	for _, folder := range folders {
		text, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), prefix), "-")
		owner, _ := strconv.Atoi(text)
		server, _ := pgcluster.Cluster{Dir: folder}.ReadStatus()
		if !isAlive(owner) && !isAlive(server) {
			_ = os.RemoveAll(folder)
		}
	}
}

func isAlive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
