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

const opensslConfig = `
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

// StartAuthority starts an authority that stamps with the system clock. It stops when the
// test ends.
func StartAuthority(t testing.TB) *TSA { return startAuthority(t, "localhost TSA for tests") }

// StartNamedAuthority starts an authority with another name.
func StartNamedAuthority(t testing.TB, name string) *TSA { return startAuthority(t, name) }

func startAuthority(t testing.TB, name string) *TSA {
	t.Helper()
	a := &TSA{dir: t.TempDir(), t: t}
	a.writeFile("tsa.cnf", bytes.ReplaceAll([]byte(opensslConfig), []byte("DIR"), []byte(a.dir)))
	a.writeFile("serial", []byte("01\n"))
	a.createKey("root")
	a.runOpenSSL("req", "-config", "tsa.cnf", "-new", "-x509", "-key", "root.key", "-days", "3650", "-subj", "/CN="+name+" root",
		"-utf8", "-extensions", "root", "-out", "root.pem")
	a.createKey("leaf")
	a.runOpenSSL("req", "-config", "tsa.cnf", "-new", "-key", "leaf.key", "-subj", "/CN="+name, "-utf8", "-out", "leaf.csr")
	a.runOpenSSL("x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "3650",
		"-extfile", "tsa.cnf", "-extensions", "leaf", "-out", "leaf.pem")
	a.Roots = a.readFile("root.pem")
	server := httptest.NewServer(http.HandlerFunc(a.serveHTTP))
	t.Cleanup(server.Close)
	a.URL = server.URL
	return a
}

func (a *TSA) createKey(name string) {
	a.runOpenSSL("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name+".key")
}

func (a *TSA) serveHTTP(w http.ResponseWriter, r *http.Request) {
	query, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "not a time stamp query", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(a.AnswerQuery(query)) //nolint:contextcheck // a started reply is completed
}

// AnswerQuery returns the authority's reply to a query in DER.
func (a *TSA) AnswerQuery(query []byte) []byte {
	own := a.t.TempDir() // openssl rewrites its serial file, so parallel queries need their own folder
	for _, name := range []string{"leaf.pem", "leaf.key", "root.pem"} {
		a.writeFileAt(filepath.Join(own, name), a.readFile(name))
	}
	a.writeFileAt(filepath.Join(own, "serial"), fmt.Appendf(nil, "%04X\n", a.serial.Add(1)))
	a.writeFileAt(filepath.Join(own, "tsa.cnf"), bytes.ReplaceAll([]byte(opensslConfig), []byte("DIR"), []byte(own)))
	a.writeFileAt(filepath.Join(own, "query"), query)
	a.runOpenSSLIn(own, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
	reply, err := os.ReadFile(filepath.Join(own, "reply"))
	if err != nil {
		a.t.Error(err)
	}
	return reply
}

// Certificate returns the certificate of the authority.
func (a *TSA) Certificate() *x509.Certificate {
	block, _ := pem.Decode(a.readFile("leaf.pem"))
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		a.t.Fatal(err)
	}
	return certificate
}

func (a *TSA) runOpenSSL(args ...string) { a.t.Helper(); a.runOpenSSLIn(a.dir, args...) }

func (a *TSA) runOpenSSLIn(dir string, args ...string) {
	a.t.Helper()
	command := exec.CommandContext(context.Background(), "openssl", args...)
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		a.t.Errorf("openssl %v: %v\n%s", args, err, output)
	}
}

func (a *TSA) writeFile(name string, data []byte) {
	a.t.Helper()
	a.writeFileAt(filepath.Join(a.dir, name), data)
}

func (a *TSA) writeFileAt(path string, data []byte) {
	a.t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		a.t.Error(err)
	}
}

func (a *TSA) readFile(name string) []byte {
	a.t.Helper()
	data, err := os.ReadFile(filepath.Join(a.dir, name))
	if err != nil {
		a.t.Error(err)
	}
	return data
}
