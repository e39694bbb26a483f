// Package smtptest is a real mail server for tests: it speaks SMTP with
// STARTTLS and sign-in on loopback, keeps what it takes, and fails where a test
// wants it to.
//
// Only tests of notify, worker, casework, cmd and dev import it.
package smtptest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Point is where in a conversation something may go wrong.
type Point string

// The points, in their order.
const (
	AtConnect Point = "connect"
	AtMail    Point = "mail"
	AtRcpt    Point = "rcpt"
	AtData    Point = "data" // the first bytes of the mail are there
	AtEnd     Point = "end"  // all of it is there and not yet kept
	AtAnswer  Point = "kept" // it is kept, the answer not yet given
)

// ErrDrop is returned by a Hook to cut the connection.
var ErrDrop error = &smtp.SMTPError{Code: 421, Message: "cut"}

// Reply makes a refusal with this code.
func Reply(code int, enhanced ...int) error {
	e := &smtp.SMTPError{Code: code, Message: "refused: <somebody@example.test>", EnhancedCode: smtp.EnhancedCodeNotSet}
	if len(enhanced) == 3 {
		e.EnhancedCode = smtp.EnhancedCode{enhanced[0], enhanced[1], enhanced[2]}
	}
	return e
}

// Kept is a mail the server took.
type Kept struct {
	From, To string
	Header   mail.Header
	Body     string
}

// Words reads back what a mail says.
func (k Kept) Words(t testing.TB) (subject, body string) {
	t.Helper()
	subject, err := new(mime.WordDecoder).DecodeHeader(k.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	var r io.Reader = strings.NewReader(k.Body)
	switch strings.ToLower(k.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return subject, strings.ReplaceAll(string(raw), "\r\n", "\n")
}

// Server is a mail server that ends with the test.
type Server struct {
	Host  string
	Port  int
	Roots *x509.CertPool // what its certificate is to be checked against
	// User and Password, when set, must be given before a mail is.
	User, Password string
	// Hook is asked at every point; conversation counts from 1. Nil lets all
	// pass. It may block.
	Hook func(point Point, conversation int) error

	mutex sync.Mutex
	kept  []Kept
	talks int
}

// Option changes a server before it starts.
type Option func(*Server, *smtp.Server)

// SignIn asks for a user and a password.
func SignIn(user, password string) Option {
	return func(s *Server, _ *smtp.Server) { s.User, s.Password = user, password }
}

// Hooked sets the Hook.
func Hooked(hook func(Point, int) error) Option {
	return func(s *Server, _ *smtp.Server) { s.Hook = hook }
}

// WithoutTLS offers no STARTTLS.
func WithoutTLS() Option {
	return func(_ *Server, inner *smtp.Server) { inner.TLSConfig, inner.AllowInsecureAuth = nil, true }
}

// New starts a server.
func New(t testing.TB, options ...Option) *Server { return start(t, false, options) }

// NewImplicit starts one that speaks TLS from the first byte.
func NewImplicit(t testing.TB, options ...Option) *Server { return start(t, true, options) }

func start(t testing.TB, implicit bool, options []Option) *Server {
	t.Helper()
	s := &Server{Roots: x509.NewCertPool()}
	lent := httptest.NewTLSServer(nil) // for its certificate of 127.0.0.1
	defer lent.Close()
	s.Roots.AddCert(lent.Certificate())
	inner := smtp.NewServer(s)
	inner.Domain, inner.MaxRecipients, inner.MaxMessageBytes = "mail.test", 1, 1<<20
	inner.ReadTimeout, inner.WriteTimeout = time.Minute, time.Minute
	inner.ErrorLog = quiet{}
	inner.TLSConfig = &tls.Config{Certificates: lent.TLS.Certificates, MinVersion: tls.VersionTLS12}
	for _, option := range options {
		option(s, inner)
	}
	var network net.ListenConfig
	listener, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, _ := listener.Addr().(*net.TCPAddr)
	s.Host, s.Port = address.IP.String(), address.Port
	if implicit {
		listener = tls.NewListener(listener, inner.TLSConfig)
	}
	ended := make(chan error, 1)
	go func() { ended <- inner.Serve(listener) }()
	t.Cleanup(func() {
		_ = inner.Close()
		_ = listener.Close() // Close does not know it when a test ends before Serve has begun
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("the mail server: %v", err)
		}
	})
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Kept gives the mails taken so far.
func (s *Server) Kept() []Kept {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.kept)
}

// ByID counts the mails taken by their Message-ID.
func (s *Server) ByID() map[string]int {
	counts := map[string]int{}
	for _, mail := range s.Kept() {
		counts[mail.Header.Get("Message-Id")]++
	}
	return counts
}

// Talks is how many conversations were begun.
func (s *Server) Talks() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.talks
}

// NewSession implements smtp.Backend.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mutex.Lock()
	s.talks++
	talk := &session{server: s, conn: c, number: s.talks, in: s.User == ""}
	s.mutex.Unlock()
	if err := talk.at(AtConnect); err != nil {
		return nil, err
	}
	if s.User == "" {
		return talk, nil
	}
	return &guarded{talk}, nil
}

type session struct {
	server   *Server
	conn     *smtp.Conn
	number   int
	in       bool
	from, to string
}

func (s *session) at(point Point) error {
	if s.server.Hook == nil {
		return nil
	}
	err := s.server.Hook(point, s.number)
	if err == ErrDrop { //nolint:errorlint // the one value, by name
		_ = s.conn.Conn().Close()
	}
	return err
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return s.at(AtMail)
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.at(AtRcpt)
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	first := make([]byte, 16)
	if _, err := io.ReadFull(r, first); err != nil {
		return err
	}
	if err := s.at(AtData); err != nil {
		return err
	}
	rest, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.at(AtEnd); err != nil {
		return err
	}
	message, err := mail.ReadMessage(io.MultiReader(bytes.NewReader(first), bytes.NewReader(rest)))
	if err != nil {
		return fmt.Errorf("no mail: %w", err)
	}
	body, err := io.ReadAll(message.Body)
	if err != nil {
		return err
	}
	s.server.mutex.Lock()
	s.server.kept = append(s.server.kept, Kept{From: s.from, To: s.to, Header: message.Header, Body: string(body)})
	s.server.mutex.Unlock()
	return s.at(AtAnswer)
}

// Reset implements smtp.Session.
func (s *session) Reset() {}

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// guarded is a session that wants a sign-in.
type guarded struct{ *session }

// AuthMechanisms implements smtp.AuthSession.
func (g *guarded) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (g *guarded) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != g.server.User || password != g.server.Password {
			return smtp.ErrAuthFailed
		}
		g.in = true
		return nil
	}), nil
}
