package pgtest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/postgres"
	"recourse/postgres/pgcluster"
	"recourse/recovery"
)

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	first, second := New(t), New(t)
	_, err := first.EnsureUser(t.Context(), recovery.User{Email: "a@example.test", Role: recovery.RoleAgent})
	if err != nil {
		t.Fatal(err)
	}
	for i, store := range []*postgres.Store{first, second} {
		users, err := store.ListUsers(t.Context(), "")
		if err != nil || len(users) != 1-i {
			t.Errorf("store %d has %d accounts, error %v", i, len(users), err)
		}
	}
	if one, other := URL(t), URL(t); one == other {
		t.Error("one address twice")
	}
}

func TestDatabasesGoWithTheirTest(t *testing.T) { //nolint:tparallel // it looks when the inner test has ended
	t.Parallel()
	var address string
	t.Run("inner", func(t *testing.T) { address = URL(t) })
	_, err := pgx.Connect(t.Context(), address)
	if err == nil {
		t.Error("the database is still there")
	}
}

// childVariable makes TestMain's process the child of TestServerEndsWithItsTests.
const childVariable = "PGTEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	address, err := startCluster(context.Background())
	fmt.Println(address, err)
	<-context.Background().Done() // until it is killed
}

func TestServerEndsWithItsTests(t *testing.T) {
	t.Parallel()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=1", "TEST_DATABASE_URL=")
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = child.Start()
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil || !strings.HasSuffix(line, "<nil>\n") {
		t.Fatalf("the child said %q, %v", line, err)
	}
	address := strings.Fields(line)[0]
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	server, _ := pgcluster.Cluster{Dir: config.Host}.ReadStatus()
	if !isAlive(server) {
		t.Fatalf("no server %d behind %s", server, address)
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	eventually(t, func() bool {
		_, err := os.Stat(config.Host)
		return !isAlive(server) && os.IsNotExist(err)
	})
}

// eventually asks again until it holds; a minute is for a machine under load.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("it never came to hold")
		}
	}
}

func TestStaleFoldersAreRemoved(t *testing.T) {
	t.Parallel()
	dead := exec.Command("true")
	err := dead.Run()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	folder := func(owner int) string {
		path := filepath.Join(root, prefix+strconv.Itoa(owner)+"-1")
		err := os.MkdirAll(filepath.Join(path, "data"), 0o700)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	mine, stale := folder(os.Getpid()), folder(dead.Process.Pid)
	removeStale(root)
	if _, err := os.Stat(mine); err != nil {
		t.Error("the folder of a living process was removed")
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("the folder of a dead process: %v", err)
	}
	stale = folder(dead.Process.Pid)
	err = os.WriteFile(filepath.Join(stale, "data", "postmaster.pid"), []byte(strconv.Itoa(os.Getpid())+"\n/x\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	removeStale(root)
	if _, err := os.Stat(stale); err != nil {
		t.Error("the folder of a living server was removed")
	}
}

func TestReplaceDatabase(t *testing.T) {
	t.Parallel()
	got, err := replaceDatabase("postgres://u@h:1/postgres?sslmode=disable", "x")
	if err != nil || got != "postgres://u@h:1/x?sslmode=disable" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, wrong := range []string{"host=localhost dbname=x", "postgres://%zz"} {
		if _, err := replaceDatabase(wrong, "x"); err == nil {
			t.Errorf("%q was accepted", wrong)
		}
	}
}

func TestStartFailsWithoutALivingServer(t *testing.T) {
	t.Parallel()
	cluster := pgcluster.Cluster{Dir: t.TempDir()}
	ended := make(chan error, 1)
	ended <- nil
	if err := awaitReady(t.Context(), cluster, ended); err == nil {
		t.Error("a server that ended is ready")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := awaitReady(ctx, cluster, nil); err == nil {
		t.Error("a server that was never started is ready")
	}
}
