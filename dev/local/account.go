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

func ids(as *user.User) (uid, gid uint32, err error) {
	u, err := strconv.ParseUint(as.Uid, 10, 32)
	if err != nil {
		return 0, 0, fmt.Errorf("read the user id of %s: %w", as.Username, err)
	}
	g, err := strconv.ParseUint(as.Gid, 10, 32)
	if err != nil {
		return 0, 0, fmt.Errorf("read the group id of %s: %w", as.Username, err)
	}
	return uint32(u), uint32(g), nil
}

func impersonate(attr *syscall.SysProcAttr, as *user.User) error {
	if as == nil {
		return nil
	}
	uid, gid, err := ids(as)
	if err != nil {
		return err
	}
	attr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
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
	if err := os.Chown(path, int(uid), int(gid)); err != nil {
		return fmt.Errorf("give %s to %s: %w", path, as.Username, err)
	}
	return nil
}
