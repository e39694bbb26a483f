package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// settings make a server that is fast and forgets everything: nothing of it
// outlives the tests.
var settings = []string{
	"listen_addresses=", "unix_socket_permissions=0700", "max_connections=200", "shared_buffers=64MB",
	"wal_level=minimal", "max_wal_senders=0", "min_wal_size=32MB", "max_wal_size=256MB", "dynamic_shared_memory_type=mmap", "log_min_messages=warning",
}

// forgetful are the settings that trade durability for speed. With
// PGTEST_DURABLE=1 they are left out: a benchmark must pay for its commits.
var forgetful = []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off"}

// keeper starts the server and outlives this process by a moment. Its standard
// input is a pipe this process holds and never writes to: when the process
// ends, for whatever reason, the read returns, the server is stopped at once
// and the folder removed.
const keeper = `
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

// memory is Linux's file system in memory. Making a database there takes a tenth
// of the time it takes on a disk others write to.
const memory = "/dev/shm"

// enough is how much memory must be free there, in bytes.
const enough = 1 << 30

// home is where the folder goes: to memory when it can, otherwise, and when
// commits must be paid for, to the folder for temporary files.
func home() string {
	var space syscall.Statfs_t
	err := syscall.Statfs(memory, &space)
	if err != nil || durable() || uint64(space.Bavail)*uint64(space.Bsize) < enough { //nolint:unconvert // types differ by system
		return os.TempDir()
	}
	return memory
}

// startCluster makes and starts a server and gives the address of its
// maintenance database.
func startCluster(ctx context.Context) (string, error) {
	bin, err := binaries(ctx)
	if err != nil {
		return "", err
	}
	as, err := unprivileged()
	if err != nil {
		return "", err
	}
	root := home()
	removeStale(root)
	dir, err := os.MkdirTemp(root, fmt.Sprintf("%s%d-", prefix, os.Getpid()))
	if err != nil {
		return "", err
	}
	err = as.own(dir)
	if err != nil {
		return "", err
	}
	err = initCluster(ctx, bin, as, dir)
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return launch(ctx, bin, as, dir)
}

func initCluster(ctx context.Context, bin string, as identity, dir string) error {
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata="+filepath.Join(dir, "data"),
		"--username=recourse", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	initdb.Dir = dir
	initdb.SysProcAttr = as.attributes()
	output, err := initdb.CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return nil
}

// launch starts the server under its keeper and waits until it answers.
func launch(ctx context.Context, bin string, as identity, dir string) (string, error) {
	data := filepath.Join(dir, "data")
	args := []string{"-c", keeper, "keeper", dir, filepath.Join(bin, "postgres"), "-D", data, "-k", dir}
	for _, setting := range allSettings() {
		args = append(args, "-c", setting)
	}
	log, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	command := exec.Command("/bin/sh", args...) //nolint:noctx // it outlives its start; the keeper ends it
	command.Dir = dir
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = as.attributes()
	lifeline, err := command.StdinPipe()
	if err != nil {
		return "", err
	}
	err = command.Start()
	if err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	address := (&url.URL{
		Scheme: "postgres", User: url.User("recourse"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode(),
	}).String()
	err = answers(ctx, address, ended)
	if err != nil {
		said, _ := io.ReadAll(io.NewSectionReader(log, 0, maxLog)) // by the open file: the folder may be gone
		return "", errors.Join(fmt.Errorf("%w\n%s", err, said), lifeline.Close())
	}
	hold(lifeline)
	return address, nil
}

// maxLog is how much of a failed server's log is shown.
const maxLog = 16 << 10

// lifelines keeps the pipe open until the process ends: a pipe nobody refers to
// would be closed by the garbage collector.
var lifelines = make(chan io.Closer, 1)

func hold(lifeline io.Closer) { lifelines <- lifeline }

func durable() bool { return os.Getenv("PGTEST_DURABLE") == "1" }

func allSettings() []string {
	if durable() {
		return settings
	}
	return append(append([]string{}, settings...), forgetful...)
}

// answers waits until the server takes connections.
func answers(ctx context.Context, address string, ended <-chan error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case err := <-ended:
			return fmt.Errorf("the server ended at once: %w", err)
		case <-tick.C:
		}
	}
}

// identity is whom the server runs as; without ids, as ourselves.
type identity struct {
	switched bool
	uid, gid int
}

// unprivileged finds somebody to run as: PostgreSQL refuses to run as root.
func unprivileged() (identity, error) {
	if os.Geteuid() != 0 {
		return identity{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(account.Uid)
		gid, gidErr := strconv.Atoi(account.Gid)
		return identity{switched: true, uid: uid, gid: gid}, errors.Join(uidErr, gidErr)
	}
	return identity{}, errors.New("running as root, and there is no user postgres or nobody to run the server as")
}

func (i identity) own(path string) error {
	if !i.switched {
		return nil
	}
	return os.Chown(path, i.uid, i.gid)
}

// attributes put a process into a group of its own, so that an interrupt meant
// for the tests does not reach it before its keeper does.
func (i identity) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if i.switched {
		attributes.Credential = &syscall.Credential{Uid: uint32(i.uid), Gid: uint32(i.gid)}
	}
	return attributes
}

// prefix begins the name of every folder of ours; our process id follows.
const prefix = "recourse-pgtest-"

// removeStale removes folders of runs whose keeper was killed, too.
func removeStale(root string) {
	folders, _ := filepath.Glob(filepath.Join(root, prefix+"*"))
	for _, folder := range folders {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), prefix), "-")
		if !alive(owner) && !alive(serverOf(folder)) {
			_ = os.RemoveAll(folder)
		}
	}
}

// serverOf is the process id the server in a folder wrote down.
func serverOf(folder string) string {
	pid, _ := os.ReadFile(filepath.Join(folder, "data", "postmaster.pid"))
	first, _, _ := strings.Cut(string(pid), "\n")
	return first
}

func alive(text string) bool {
	pid, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || pid <= 0 {
		return false
	}
	err = syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
