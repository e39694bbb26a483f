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

// The files of the checkpoint keys: the first key, later keys by number, and the
// history of statements in which each key hands over to the next.
const (
	firstKeyFile = "checkpoint.key"
	historyFile  = "history.txt"
	keyName      = "recourse.local"
)

func laterKeyFile(number int) string { return fmt.Sprintf("checkpoint-%d.key", number) }

// loadKeyring reads the checkpoint keys. Development creates a missing first key; in
// production the operator must provide it. An installation without a history gets
// one in which its key was always in force, because its start is not recorded and
// every export needs the history.
func loadKeyring(c config) (*journal.Keyring, error) {
	history, err := os.ReadFile(c.dataPath("keys", historyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return createHistory(c)
	}
	if err != nil {
		return nil, fmt.Errorf("the key history cannot be read: %w", err)
	}
	files, err := filepath.Glob(c.dataPath("keys", "checkpoint*.key"))
	if err != nil {
		return nil, err
	}
	var signers []*journal.Signer
	for _, file := range files {
		signer, err := readSigner(file)
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(history), "\n"+signer.VerifierKey()+"\n") { // otherwise a rotation was interrupted
			signers = append(signers, signer)
		}
	}
	return journal.NewKeyring(string(history), signers...)
}

func createHistory(c config) (*journal.Keyring, error) {
	secret, err := loadOrCreateKey(c, firstKeyFile, generateCheckpointKey)
	if err != nil {
		return nil, err
	}
	signer, err := journal.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	history, err := signer.StartHistory(time.Unix(0, 0))
	if err != nil {
		return nil, err
	}
	if err := writeDurably(c.dataPath("keys", historyFile), []byte(history)); err != nil {
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
	command := &cobra.Command{Use: "key", Short: "Manage the keys of the installation"}
	command.AddCommand(initCommand(), rotateCommand())
	return command
}

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Create the first keys of an installation",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			if err := createKeys(c); err != nil {
				return err
			}
			return printLine(cmd, "The keys are in %s. Keep a copy of that folder in another place: without payload.key no case can be "+
				"continued, without checkpoint.key no journal can be signed.", c.dataPath("keys"))
		},
	}
}

// createKeys creates the payload key, the first checkpoint key and its history. An
// existing key is an error: replacing it would make what it protects unreadable.
func createKeys(c config) error {
	existing, err := filepath.Glob(c.dataPath("keys", "*"))
	if err != nil {
		return err
	}
	if len(existing) > 0 {
		return fmt.Errorf("%s has keys already; 'key rotate' creates the next checkpoint key", c.dataPath("keys"))
	}
	if err := c.createFolders(); err != nil {
		return err
	}
	if _, err := createKey(c, "payload.key", generatePayloadKey); err != nil {
		return err
	}
	if _, err := createKey(c, firstKeyFile, generateCheckpointKey); err != nil {
		return err
	}
	_, err = createHistory(c)
	return err
}

func rotateCommand() *cobra.Command {
	var from string
	command := &cobra.Command{
		Use: "rotate", Short: "Create the next checkpoint key; restart every process before it is in force",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			at, err := time.Parse(time.RFC3339, from)
			if err != nil {
				return fmt.Errorf("--from must be a time such as 2027-01-01T00:00:00+08:00: %w", err)
			}
			next, err := rotateKey(c, at, currentTime(), rand.Reader)
			if err != nil {
				return err
			}
			return printRotation(cmd.OutOrStdout(), c, next, at)
		},
	}
	command.Flags().StringVar(&from, "from", "", "when the new key is in force (RFC 3339); restart every process before")
	if err := command.MarkFlagRequired("from"); err != nil {
		panic(err) // the flag was defined a line above
	}
	return command
}

// rotateKey creates the next key, then the statement in which the current key hands
// over to it. In this order no statement names a lost key. After an interruption
// between the two, a repetition uses the existing key.
func rotateKey(c config, from, now time.Time, random io.Reader) (*journal.Signer, error) {
	if !from.After(now) {
		return nil, errors.New("--from must be a time to come: running processes do not know the new key yet")
	}
	keys, err := loadKeyring(c)
	if err != nil {
		return nil, err
	}
	last, err := keys.FindSignerAt(from)
	if err != nil {
		return nil, err
	}
	number := strings.Count(keys.History(), journal.StatementPrefix) + 1
	path := c.dataPath("keys", laterKeyFile(number))
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		secret, err := journal.GenerateKey(random, last.KeyName())
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
	history, err := journal.RotateKey(keys.History(), last, next, from)
	if err != nil {
		return nil, err
	}
	return next, writeDurably(c.dataPath("keys", historyFile), []byte(history))
}

func printRotation(w io.Writer, c config, next *journal.Signer, from time.Time) error {
	fingerprint, err := bag.KeyFingerprint(next.VerifierKey())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `a new key signs checkpoints from %s
  key          %s
  fingerprint  %s
Restart every process before then, and keep %s and its copies safe, with the old keys.
`, from.Format(time.RFC3339), next.VerifierKey(), fingerprint, c.dataPath("keys"))
	return err
}
