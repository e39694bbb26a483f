package verify

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	vkeyPath       = "data/keys/checkpoint.vkey"
	pemPath        = "data/keys/checkpoint.pem"
	checkpointPath = "data/checkpoint.txt"

	maxNote = 16 << 10

	algEd25519 = 1 // signature type (C2SP signed note)
)

// strict64 accepts only the canonical encoding. Callers must reject line ends,
// which its decoder skips.
var strict64 = base64.StdEncoding.Strict()

// key is a public key that signs checkpoints.
type key struct {
	name        string
	keyHash     [4]byte // identifies name and key in a signature line
	public      ed25519.PublicKey
	fingerprint string // hex SHA-256 of the SPKI form
}

// checkpoint is the signed state of the journal.
type checkpoint struct {
	caseID string
	size   int64
	root   string // hex
}

func (c *verification) checkKey() error {
	raw, err := c.readSmall(vkeyPath, maxNote)
	if err != nil {
		return err
	}
	var ok bool
	if c.key, ok = parseKey(strings.TrimSuffix(string(raw), "\n")); !ok || !strings.HasSuffix(string(raw), "\n") {
		return newFinding(vkeyPath, "not a verifier key of the form name+hash+key")
	}
	if raw, err = c.readSmall(pemPath, maxNote); err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(c.key.public)
	if err != nil || string(raw) != string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})) {
		return newFinding(pemPath, "not the key in %s", vkeyPath)
	}
	c.summary.KeyName, c.summary.KeyFingerprint = c.key.name, c.key.fingerprint
	return nil
}

// checkExpectedKey compares the keys with Options.Key. Any key of the history is
// enough, because their statements sign one another.
func (c *verification) checkExpectedKey() error {
	expected := strings.TrimSpace(c.options.Key)
	if expected == "" {
		return nil
	}
	known := []key{c.key}
	for _, term := range c.keyPeriods {
		known = append(known, term.key)
	}
	for _, key := range known {
		if parsed, ok := parseKey(expected); ok {
			c.summary.KeyExpected = c.summary.KeyExpected || parsed.name == key.name && parsed.public.Equal(key.public)
		} else {
			c.summary.KeyExpected = c.summary.KeyExpected || normalizeFingerprint(expected) == key.fingerprint
		}
	}
	if !c.summary.KeyExpected {
		return newFinding(vkeyPath, "not the expected key; this one is %s with fingerprint %s", c.key.name, c.key.fingerprint)
	}
	return nil
}

// parseKey parses "name+hash+base64(type‖key)".
func parseKey(text string) (key, bool) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 || !isKeyName(parts[0]) || strings.ContainsAny(text, "\r\n") {
		return key{}, false
	}
	raw, err := strict64.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != algEd25519 {
		return key{}, false
	}
	sum := sha256.Sum256([]byte(parts[0] + "\n" + string(raw)))
	k := key{name: parts[0], keyHash: [4]byte(sum[:4]), public: ed25519.PublicKey(raw[1:])}
	der, err := x509.MarshalPKIXPublicKey(k.public)
	if err != nil {
		return key{}, false
	}
	sum = sha256.Sum256(der)
	k.fingerprint = hex.EncodeToString(sum[:])
	return k, parts[1] == hex.EncodeToString(k.keyHash[:])
}

func isKeyName(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsSpace)
}

// readNote returns the lines of a note: the given number of lines, an empty line,
// and one signature over the lines by the bag's key.
func (c *verification) readNote(path string, lines int) ([]string, error) {
	text, _, err := c.readNoteSignedBy(path, lines, []key{c.key})
	return text, err
}

// readNoteSignedBy accepts a signature by any of these keys and returns its index.
func (c *verification) readNoteSignedBy(path string, lines int, keys []key) (text []string, by int, err error) {
	raw, err := c.readSmall(path, maxNote)
	if err != nil {
		return nil, 0, err
	}
	all := strings.Split(string(raw), "\n")
	if len(all) != lines+3 || all[lines] != "" || all[lines+2] != "" {
		return nil, 0, newFinding(path, "not a signed note of %d lines", lines)
	}
	for by = range keys {
		if keys[by].isNamedIn(all[lines+1]) {
			break
		}
	}
	reason := keys[by].checkSignature(all[:lines], all[lines+1])
	if reason != "" {
		return nil, 0, newFinding(path, "%s", reason)
	}
	return all[:lines], by, nil
}

// isNamedIn reports whether a signature line claims to be by this key.
func (k key) isNamedIn(line string) bool {
	encoded, ok := strings.CutPrefix(line, "— "+k.name+" ")
	signature, err := strict64.DecodeString(encoded)
	return ok && err == nil && len(signature) > 4 && [4]byte(signature[:4]) == k.keyHash
}

// checkSignature verifies one signature line over lines of text. The reason is
// empty if it is valid.
func (k key) checkSignature(text []string, line string) (reason string) {
	encoded, ok := strings.CutPrefix(line, "— "+k.name+" ")
	if !ok {
		return "its signature line does not name the key " + k.name
	}
	signature, err := strict64.DecodeString(encoded)
	if err != nil || len(signature) != 4+ed25519.SignatureSize || strings.Contains(encoded, "\r") {
		return "its signature is malformed"
	}
	if [4]byte(signature[:4]) != k.keyHash {
		return "its signature line has the hash of another key"
	}
	if !ed25519.Verify(k.public, []byte(strings.Join(text, "\n")+"\n"), signature[4:]) {
		return "its signature is wrong"
	}
	return ""
}

func (c *verification) checkCheckpoint() error {
	lines, err := c.readNote(checkpointPath, 3)
	if err != nil {
		return err
	}
	if c.checkpoint, err = readCheckpoint(checkpointPath, lines); err != nil {
		return err
	}
	c.summary.Case, c.summary.Root = c.checkpoint.caseID, c.checkpoint.root
	return nil
}

func readCheckpoint(path string, lines []string) (checkpoint, error) {
	id, ok := strings.CutPrefix(lines[0], "recourse/case/")
	if !ok || id == "" {
		return checkpoint{}, newFinding(path, "its origin is not a case")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, newFinding(path, "its size is not a number of entries")
	}
	root, err := strict64.DecodeString(lines[2])
	if err != nil || len(root) != sha256.Size || strings.Contains(lines[2], "\r") {
		return checkpoint{}, newFinding(path, "its root is not a SHA-256")
	}
	return checkpoint{caseID: id, size: size, root: hex.EncodeToString(root)}, nil
}
