package pgcluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChooseTools(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		found     []Tools
		writtenBy string
		want      int
		wantErr   string
	}{
		"newest":            {[]Tools{{"a", 15}, {"b", 17}, {"c", 16}}, "", 17, ""},
		"same as data":      {[]Tools{{"a", 15}, {"b", 17}}, "15", 15, ""},
		"none":              {nil, "", 0, "are missing"},
		"too old":           {[]Tools{{"a", 13}}, "", 0, "PostgreSQL 13 in a is too old"},
		"uninstalled major": {[]Tools{{"a", 15}}, "16", 0, "written by PostgreSQL 16"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := chooseTools(test.found, test.writtenBy)
			if test.wantErr == "" {
				if err != nil || got.Major != test.want {
					t.Fatalf("got %+v, %v", got, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.wantErr) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestParseMajor(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]int{
		"postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)\n": 15, "postgres (PostgreSQL) 18beta1": 18,
		"postgres (PostgreSQL) 9.6.3": 9, "postgres (PostgreSQL) 17": 17, "postgres 15": 0, "": 0, "postgres (PostgreSQL) devel": 0,
	} {
		if got := parseMajor(version); got != want {
			t.Errorf("%q is %d", version, got)
		}
	}
}

func TestFindToolsFindsASupportedVersion(t *testing.T) {
	t.Parallel()
	tools, err := FindTools(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if major := readMajor(t.Context(), tools.Dir); major < oldestMajor || major != tools.Major {
		t.Errorf("%s has version %d, want %d", tools.Dir, major, tools.Major)
	}
	if major := readMajor(t.Context(), t.TempDir()); major != 0 {
		t.Errorf("an empty folder has version %d", major)
	}
}

func TestAccountIsNeverRoot(t *testing.T) {
	t.Parallel()
	account, err := FindAccount()
	if err != nil {
		t.Fatal(err)
	}
	if root := os.Geteuid() == 0; root == account.IsCurrentUser() || root && account.Credential().Uid == 0 {
		t.Errorf("got %+v", account)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content string
		pid     int
		ready   bool
	}{
		"ready":     {"42\n/data\n1\n15432\n\n127.0.0.1\n7 8\nready   \n", 42, true},
		"starting":  {"42\n/data\n1\n15432\n\n127.0.0.1\n7 8\nstarting\n", 42, false},
		"too short": {"42\n/data\n", 42, false},
		"no number": {"x\n", 0, false},
	} {
		c := Cluster{Dir: t.TempDir()}
		if err := os.Mkdir(c.DataDir(), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(c.DataDir(), "postmaster.pid"), []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if pid, ready := c.ReadStatus(); pid != test.pid || ready != test.ready {
			t.Errorf("%s: got %d, %t", name, pid, ready)
		}
	}
	if pid, ready := (Cluster{Dir: t.TempDir()}).ReadStatus(); pid != 0 || ready {
		t.Errorf("without a server: %d, %t", pid, ready)
	}
}
