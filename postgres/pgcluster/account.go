package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// Account is the user a server runs as. The zero value is the current user.
type Account struct {
	Name       string
	credential *syscall.Credential
}

// FindAccount returns the current user or, for root, an unprivileged one:
// PostgreSQL refuses to run as root.
func FindAccount() (Account, error) {
	if os.Geteuid() != 0 {
		return Account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil && found.Uid != "0" {
			return newAccount(found)
		}
	}
	return Account{}, errors.New("PostgreSQL does not run as root and there is neither a user postgres nor a user nobody: use an ordinary user")
}

func newAccount(u *user.User) (Account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return Account{}, fmt.Errorf("read the user id of %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return Account{}, fmt.Errorf("read the group id of %s: %w", u.Username, err)
	}
	return Account{Name: u.Username, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// IsCurrentUser reports whether no change of user is needed.
func (a Account) IsCurrentUser() bool { return a.credential == nil }

// Credential returns what a child process needs to run as the account; nil for the
// current user.
func (a Account) Credential() *syscall.Credential { return a.credential }

// ChangeOwner makes the account the owner of path.
func (a Account) ChangeOwner(path string) error {
	if a.IsCurrentUser() {
		return nil
	}
	if err := os.Chown(path, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
		return fmt.Errorf("give %s to %s: %w", path, a.Name, err)
	}
	return nil
}
