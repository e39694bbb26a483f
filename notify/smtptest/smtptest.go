// Package smtptest is a mail server for tests. It implements SMTP with STARTTLS and
// authentication on loopback, stores the mails it accepts, and fails at the points
// that a test chooses.
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

// Point is a point of an SMTP conversation at which a test can inject a failure.
type Point string

// The points, in their order.
const (
	AtConnect Point = "connect"
	AtMail    Point = "mail"
	AtRcpt    Point = "rcpt"
	AtData    Point = "data" // the first bytes of the message have arrived
	AtEnd     Point = "end"  // the whole message has arrived and is not stored
	AtAnswer  Point = "kept" // the message is stored, the reply not sent
)

// ErrDrop makes the server close the connection when a Hook returns it.
var ErrDrop error = &smtp.SMTPError{Code: 421, Message: "cut"}

// NewRejection returns an error with which the server rejects a command.
func NewRejection(code int, enhanced ...int) error {
	e := &smtp.SMTPError{Code: code, Message: "refused: <somebody@example.test>", EnhancedCode: smtp.EnhancedCodeNotSet}
	if len(enhanced) == 3 {
		e.EnhancedCode = smtp.EnhancedCode{enhanced[0], enhanced[1], enhanced[2]}
	}
	return e
}

// Mail is a mail that the server accepted.
type Mail struct {
	From, To string
	Header   mail.Header
	Body     string
}

// DecodeText returns the decoded subject and body.
func (k Mail) DecodeText(t testing.TB) (subject, body string) {
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

// Server is a mail server that stops at the end of the test.
type Server struct {
	Host  string
	Port  int
	Roots *x509.CertPool // verify its certificate
	// User and Password are required of clients if they are set.
	User, Password string
	// Hook is called at every point and may return an error or block. Conversations
	// are counted from 1. A nil Hook accepts everything.
	Hook func(point Point, conversation int) error

	mutex         sync.Mutex
	mails         []Mail
	conversations int
}

// Option changes a server before it starts.
type Option func(*Server, *smtp.Server)

// WithSignIn requires a user and a password.
func WithSignIn(user, password string) Option {
	return func(s *Server, _ *smtp.Server) { s.User, s.Password = user, password }
}

// WithHook sets the Hook of the server.
func WithHook(hook func(Point, int) error) Option {
	return func(s *Server, _ *smtp.Server) { s.Hook = hook }
}

// WithoutTLS does not offer STARTTLS.
func WithoutTLS() Option {
	return func(_ *Server, inner *smtp.Server) { inner.TLSConfig, inner.AllowInsecureAuth = nil, true }
}

// New starts a server.
func New(t testing.TB, options ...Option) *Server { return startServer(t, false, options) }

// NewImplicitTLS starts a server that uses TLS from the first byte.
func NewImplicitTLS(t testing.TB, options ...Option) *Server { return startServer(t, true, options) }

func startServer(t testing.TB, implicit bool, options []Option) *Server {
	t.Helper()
	s := &Server{Roots: x509.NewCertPool()}
	certified := httptest.NewTLSServer(nil) // has a certificate for 127.0.0.1
	defer certified.Close()
	s.Roots.AddCert(certified.Certificate())
	inner := smtp.NewServer(s)
	inner.Domain, inner.MaxRecipients, inner.MaxMessageBytes = "mail.test", 1, 1<<20
	inner.ReadTimeout, inner.WriteTimeout = time.Minute, time.Minute
	inner.ErrorLog = discardLogger{}
	inner.TLSConfig = &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}
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
		_ = listener.Close() // Close does not close it if the test ends before Serve starts
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("the mail server: %v", err)
		}
	})
	return s
}

type discardLogger struct{}

func (discardLogger) Printf(string, ...any) {}
func (discardLogger) Println(...any)        {}

// Mails returns the mails accepted so far.
func (s *Server) Mails() []Mail {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.mails)
}

// CountByMessageID counts the accepted mails by their Message-ID.
func (s *Server) CountByMessageID() map[string]int {
	counts := map[string]int{}
	for _, mail := range s.Mails() {
		counts[mail.Header.Get("Message-Id")]++
	}
	return counts
}

// Conversations returns the number of conversations that clients started.
func (s *Server) Conversations() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.conversations
}

// NewSession implements smtp.Backend.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mutex.Lock()
	s.conversations++
	talk := &session{server: s, conn: c, number: s.conversations, signedIn: s.User == ""}
	s.mutex.Unlock()
	if err := talk.runHook(AtConnect); err != nil {
		return nil, err
	}
	if s.User == "" {
		return talk, nil
	}
	return &signInSession{talk}, nil
}

type session struct {
	server   *Server
	conn     *smtp.Conn
	number   int
	signedIn bool
	from, to string
}

func (s *session) runHook(point Point) error {
	if s.server.Hook == nil {
		return nil
	}
	err := s.server.Hook(point, s.number)
	if err == ErrDrop { //nolint:errorlint // compared by identity
		_ = s.conn.Conn().Close()
	}
	return err
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.signedIn {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return s.runHook(AtMail)
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.runHook(AtRcpt)
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	first := make([]byte, 16)
	if _, err := io.ReadFull(r, first); err != nil {
		return err
	}
	if err := s.runHook(AtData); err != nil {
		return err
	}
	rest, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.runHook(AtEnd); err != nil {
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
	s.server.mails = append(s.server.mails, Mail{From: s.from, To: s.to, Header: message.Header, Body: string(body)})
	s.server.mutex.Unlock()
	return s.runHook(AtAnswer)
}

// Reset implements smtp.Session.
func (s *session) Reset() {}

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// signInSession is a session that requires authentication.
type signInSession struct{ *session }

// AuthMechanisms implements smtp.AuthSession.
func (g *signInSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (g *signInSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != g.server.User || password != g.server.Password {
			return smtp.ErrAuthFailed
		}
		g.signedIn = true
		return nil
	}), nil
}
