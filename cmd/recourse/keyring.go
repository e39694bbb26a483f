package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"recourse/evidence/bag"
	"recourse/evidence/journal"
)

// The files of the checkpoint keys: the first key, the later ones by their
// number, and the statements by which each took over from the one before.
const (
	firstKeyFile = "checkpoint.key"
	historyFile  = "history.txt"
	keyName      = "recourse.local"
)

func laterKeyFile(number int) string { return fmt.Sprintf("checkpoint-%d.key", number) }

// keyring reads the checkpoint keys. In development a missing first key is made;
// in production it is the operator's to make and keep. An installation without a
// history gets one, in which its key was always in force: nobody wrote down since
// when it was, and papers of every case need it.
func keyring(c config) (*journal.Keyring, error) {
	history, err := os.ReadFile(c.path("keys", historyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return beginHistory(c)
	}
	if err != nil {
		return nil, fmt.Errorf("the history of keys cannot be read: %w", err)
	}
	files, err := filepath.Glob(c.path("keys", "checkpoint*.key"))
	if err != nil {
		return nil, err
	}
	var signers []*journal.Signer
	for _, file := range files {
		signer, err := readSigner(file)
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(history), "\n"+signer.VerifierKey()+"\n") { // else a change of keys broke off
			signers = append(signers, signer)
		}
	}
	return journal.NewKeyring(string(history), signers...)
}

func beginHistory(c config) (*journal.Keyring, error) {
	secret, err := keyFile(c, firstKeyFile, func() (string, error) { return journal.GenerateKey(rand.Reader, keyName) })
	if err != nil {
		return nil, err
	}
	signer, err := journal.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	history, err := signer.Begin(time.Unix(0, 0))
	if err != nil {
		return nil, err
	}
	if err := writeDurably(c.path("keys", historyFile), []byte(history)); err != nil {
		return nil, err
	}
	return journal.NewKeyring(history, signer)
}

func readSigner(path string) (*journal.Signer, error) {
	secret, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the key cannot be read: %w", err)
	}
	signer, err := journal.NewSigner(string(secret))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return signer, nil
}

func keyCommand() *cobra.Command {
	command := &cobra.Command{Use: "key", Short: "Look after the keys that sign checkpoints"}
	command.AddCommand(rotateCommand())
	return command
}

func rotateCommand() *cobra.Command {
	var from string
	command := &cobra.Command{
		Use: "rotate", Short: "Make the next checkpoint key, in force from an instant by which every process was started anew",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			at, err := time.Parse(time.RFC3339, from)
			if err != nil {
				return fmt.Errorf("--from is an instant such as 2027-01-01T00:00:00+08:00: %w", err)
			}
			next, err := rotate(c, at, now(), rand.Reader)
			if err != nil {
				return err
			}
			return tellRotation(cmd.OutOrStdout(), c, next, at)
		},
	}
	command.Flags().StringVar(&from, "from", "", "when the new key takes over (RFC 3339); start every process anew before it")
	if err := command.MarkFlagRequired("from"); err != nil {
		panic(err) // the flag was defined a line above
	}
	return command
}

// rotate makes the next key and the statement by which the one in force hands
// over to it: the key first, so that no statement ever names a key that is lost.
// Broken off between the two, it takes the key up again.
func rotate(c config, from, now time.Time, random io.Reader) (*journal.Signer, error) {
	if !from.After(now) {
		return nil, errors.New("a key takes over at an instant to come: processes that run know nothing of it yet")
	}
	keys, err := keyring(c)
	if err != nil {
		return nil, err
	}
	last, err := keys.At(from)
	if err != nil {
		return nil, err
	}
	number := strings.Count(keys.History(), journal.HistoryPrefix) + 1
	path := c.path("keys", laterKeyFile(number))
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		secret, err := journal.GenerateKey(random, last.Name())
		if err != nil {
			return nil, err
		}
		if err := writeDurably(path, []byte(secret)); err != nil {
			return nil, err
		}
	}
	next, err := readSigner(path)
	if err != nil {
		return nil, err
	}
	history, err := journal.HandOver(keys.History(), last, next, from)
	if err != nil {
		return nil, err
	}
	return next, writeDurably(c.path("keys", historyFile), []byte(history))
}

func tellRotation(w io.Writer, c config, next *journal.Signer, from time.Time) error {
	fingerprint, err := bag.KeyFingerprint(next.VerifierKey())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `a new key signs checkpoints from %s
  key          %s
  fingerprint  %s
Start every process anew before then, and keep %s and its copies safe: the old keys, too.
`, from.Format(time.RFC3339), next.VerifierKey(), fingerprint, c.path("keys"))
	return err
}
