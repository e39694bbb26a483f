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
	vkeyPath  = "data/keys/checkpoint.vkey"
	pemPath   = "data/keys/checkpoint.pem"
	pointPath = "data/checkpoint.txt"

	maxNote = 16 << 10

	algEd25519 = 1 // signature type of C2SP signed-note
)

// strict64 has one spelling for each value; its decoder must not see line ends,
// which it would skip.
var strict64 = base64.StdEncoding.Strict()

// key is the public key a bag is signed with.
type key struct {
	name        string
	hash        [4]byte // identifies name and key on a signature line
	public      ed25519.PublicKey
	fingerprint string // hex SHA-256 of the SPKI form
}

// checkpoint is the signed head of the journal.
type checkpoint struct {
	caseID string
	size   int64
	root   string // hex
}

func (c *check) checkKey() error {
	raw, err := c.small(vkeyPath, maxNote)
	if err != nil {
		return err
	}
	var ok bool
	if c.key, ok = parseKey(strings.TrimSuffix(string(raw), "\n")); !ok || !strings.HasSuffix(string(raw), "\n") {
		return finding(vkeyPath, "not a verifier key of the form name+hash+key")
	}
	if raw, err = c.small(pemPath, maxNote); err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(c.key.public)
	if err != nil || string(raw) != string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})) {
		return finding(pemPath, "not the key that stands in %s", vkeyPath)
	}
	c.summary.KeyName, c.summary.KeyFingerprint = c.key.name, c.key.fingerprint
	return nil
}

// checkExpected asks for a key got from elsewhere. Any key of the history will
// do: each vouches for those before it and for the one after it.
func (c *check) checkExpected() error {
	expected := strings.TrimSpace(c.options.Key)
	if expected == "" {
		return nil
	}
	known := []key{c.key}
	for _, term := range c.terms {
		known = append(known, term.key)
	}
	for _, key := range known {
		if parsed, ok := parseKey(expected); ok {
			c.summary.KeyExpected = c.summary.KeyExpected || parsed.name == key.name && parsed.public.Equal(key.public)
		} else {
			c.summary.KeyExpected = c.summary.KeyExpected || plainFingerprint(expected) == key.fingerprint
		}
	}
	if !c.summary.KeyExpected {
		return finding(vkeyPath, "not the expected key; this one is %s with fingerprint %s", c.key.name, c.key.fingerprint)
	}
	return nil
}

// parseKey reads "name+hash+base64(type‖key)".
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
	k := key{name: parts[0], hash: [4]byte(sum[:4]), public: ed25519.PublicKey(raw[1:])}
	der, err := x509.MarshalPKIXPublicKey(k.public)
	if err != nil {
		return key{}, false
	}
	sum = sha256.Sum256(der)
	k.fingerprint = hex.EncodeToString(sum[:])
	return k, parts[1] == hex.EncodeToString(k.hash[:])
}

func isKeyName(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsSpace)
}

// signed opens a note of so many lines: the lines, an empty one, and one
// signature over the lines by the bag's key.
func (c *check) signed(path string, lines int) ([]string, error) {
	text, _, err := c.signedBy(path, lines, []key{c.key})
	return text, err
}

// signedBy takes the signature of any of these keys, and gives its place.
func (c *check) signedBy(path string, lines int, keys []key) (text []string, by int, err error) {
	raw, err := c.small(path, maxNote)
	if err != nil {
		return nil, 0, err
	}
	all := strings.Split(string(raw), "\n")
	if len(all) != lines+3 || all[lines] != "" || all[lines+2] != "" {
		return nil, 0, finding(path, "not a signed note of %d lines", lines)
	}
	for by = range keys {
		if keys[by].named(all[lines+1]) {
			break
		}
	}
	reason := keys[by].signed(all[:lines], all[lines+1])
	if reason != "" {
		return nil, 0, finding(path, "%s", reason)
	}
	return all[:lines], by, nil
}

// named tells a signature line that says it is by this key.
func (k key) named(line string) bool {
	encoded, ok := strings.CutPrefix(line, "— "+k.name+" ")
	signature, err := strict64.DecodeString(encoded)
	return ok && err == nil && len(signature) > 4 && [4]byte(signature[:4]) == k.hash
}

// signed checks one signature line over lines of text, "" when it holds.
func (k key) signed(text []string, line string) (reason string) {
	encoded, ok := strings.CutPrefix(line, "— "+k.name+" ")
	if !ok {
		return "its signature line does not name the key " + k.name
	}
	signature, err := strict64.DecodeString(encoded)
	if err != nil || len(signature) != 4+ed25519.SignatureSize || strings.Contains(encoded, "\r") {
		return "its signature is malformed"
	}
	if [4]byte(signature[:4]) != k.hash {
		return "its signature line carries the hash of another key"
	}
	if !ed25519.Verify(k.public, []byte(strings.Join(text, "\n")+"\n"), signature[4:]) {
		return "its signature does not fit its text"
	}
	return ""
}

func (c *check) checkCheckpoint() error {
	lines, err := c.signed(pointPath, 3)
	if err != nil {
		return err
	}
	if c.point, err = readCheckpoint(pointPath, lines); err != nil {
		return err
	}
	c.summary.Case, c.summary.Root = c.point.caseID, c.point.root
	return nil
}

func readCheckpoint(path string, lines []string) (checkpoint, error) {
	id, ok := strings.CutPrefix(lines[0], "recourse/case/")
	if !ok || id == "" {
		return checkpoint{}, finding(path, "its origin is not a case")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, finding(path, "its size is not a number of entries")
	}
	root, err := strict64.DecodeString(lines[2])
	if err != nil || len(root) != sha256.Size || strings.Contains(lines[2], "\r") {
		return checkpoint{}, finding(path, "its root is not a SHA-256")
	}
	return checkpoint{caseID: id, size: size, root: hex.EncodeToString(root)}, nil
}
