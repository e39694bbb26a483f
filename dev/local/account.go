package local

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// serverAccount is the user PostgreSQL runs as: ourselves (nil), unless we are
// root, as which it refuses to run.
func serverAccount() (*user.User, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil is "as ourselves", which is no failure
	}
	for _, name := range []string{"postgres", "nobody"} {
		if account, err := user.Lookup(name); err == nil && account.Uid != "0" {
			return account, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root and there is neither a user postgres nor nobody: run make run as an ordinary user")
}

func ids(as *user.User) (uid, gid int, err error) {
	if uid, err = strconv.Atoi(as.Uid); err != nil {
		return 0, 0, fmt.Errorf("read the user id of %s: %w", as.Username, err)
	}
	if gid, err = strconv.Atoi(as.Gid); err != nil {
		return 0, 0, fmt.Errorf("read the group id of %s: %w", as.Username, err)
	}
	return uid, gid, nil
}

func impersonate(attr *syscall.SysProcAttr, as *user.User) error {
	if as == nil {
		return nil
	}
	uid, gid, err := ids(as)
	if err != nil {
		return err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // the system's own ids
	return nil
}

// give makes the account the owner of one path.
func give(path string, as *user.User) error {
	if as == nil {
		return nil
	}
	uid, gid, err := ids(as)
	if err != nil {
		return err
	}
	if err := os.Chown(path, uid, gid); err != nil {
		return fmt.Errorf("give %s to %s: %w", path, as.Username, err)
	}
	return nil
}
