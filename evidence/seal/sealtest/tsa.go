package sealtest

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// TSA is a running time-stamping authority.
type TSA struct {
	URL    string
	Roots  []byte // PEM of its root certificate
	dir    string
	t      testing.TB
	serial atomic.Int64
}

const config = `
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = one
[one]
serial = DIR/serial
signer_cert = DIR/leaf.pem
certs = DIR/root.pem
signer_key = DIR/leaf.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
`

// NewTSA starts an authority that stamps with the machine's own clock. It ends
// with the test.
func NewTSA(t testing.TB) *TSA { return named(t, "localhost TSA for tests") }

// NewTSANamed starts another authority under this name.
func NewTSANamed(t testing.TB, name string) *TSA { return named(t, name) }

func named(t testing.TB, name string) *TSA {
	t.Helper()
	a := &TSA{dir: t.TempDir(), t: t}
	a.write("tsa.cnf", bytes.ReplaceAll([]byte(config), []byte("DIR"), []byte(a.dir)))
	a.write("serial", []byte("01\n"))
	a.key("root")
	a.openssl("req", "-config", "tsa.cnf", "-new", "-x509", "-key", "root.key", "-days", "3650", "-subj", "/CN="+name+" root",
		"-utf8", "-extensions", "root", "-out", "root.pem")
	a.key("leaf")
	a.openssl("req", "-config", "tsa.cnf", "-new", "-key", "leaf.key", "-subj", "/CN="+name, "-utf8", "-out", "leaf.csr")
	a.openssl("x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "3650",
		"-extfile", "tsa.cnf", "-extensions", "leaf", "-out", "leaf.pem")
	a.Roots = a.read("root.pem")
	server := httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(server.Close)
	a.URL = server.URL
	return a
}

func (a *TSA) key(name string) {
	a.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name+".key")
}

func (a *TSA) serve(w http.ResponseWriter, r *http.Request) {
	query, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "not a time stamp query", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(a.Reply(query)) //nolint:contextcheck // an answer begun is given
}

// Reply answers a DER query as the authority does.
func (a *TSA) Reply(query []byte) []byte {
	own := a.t.TempDir() // openssl rewrites its serial file: not two at a time
	for _, name := range []string{"leaf.pem", "leaf.key", "root.pem"} {
		a.put(filepath.Join(own, name), a.read(name))
	}
	a.put(filepath.Join(own, "serial"), fmt.Appendf(nil, "%04X\n", a.serial.Add(1)))
	a.put(filepath.Join(own, "tsa.cnf"), bytes.ReplaceAll([]byte(config), []byte("DIR"), []byte(own)))
	a.put(filepath.Join(own, "query"), query)
	a.run(own, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
	reply, err := os.ReadFile(filepath.Join(own, "reply"))
	if err != nil {
		a.t.Error(err)
	}
	return reply
}

// Leaf is the authority's own certificate.
func (a *TSA) Leaf() *x509.Certificate {
	block, _ := pem.Decode(a.read("leaf.pem"))
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		a.t.Fatal(err)
	}
	return certificate
}

func (a *TSA) openssl(args ...string) { a.t.Helper(); a.run(a.dir, args...) }

func (a *TSA) run(dir string, args ...string) {
	a.t.Helper()
	command := exec.CommandContext(context.Background(), "openssl", args...)
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		a.t.Errorf("openssl %v: %v\n%s", args, err, output)
	}
}

func (a *TSA) write(name string, data []byte) {
	a.t.Helper()
	a.put(filepath.Join(a.dir, name), data)
}

func (a *TSA) put(path string, data []byte) {
	a.t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		a.t.Error(err)
	}
}

func (a *TSA) read(name string) []byte {
	a.t.Helper()
	data, err := os.ReadFile(filepath.Join(a.dir, name))
	if err != nil {
		a.t.Error(err)
	}
	return data
}
