package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"
)

const (
	// attemptTimeout is the longest time for one attempt to send a mail.
	attemptTimeout = 30 * time.Second
	// maxReplyBytes is how much a server may send in one attempt: certificates and some
	// short replies. It bounds the length of a line and the number of lines.
	maxReplyBytes = 128 << 10
)

// Server is the address of a mail server and the sender of the mails.
type Server struct {
	Host     string
	Port     int
	Implicit bool // TLS from the first byte (RFC 8314), else STARTTLS
	Plain    bool // without TLS
	User     string
	Password string
	From     mail.Address
	Roots    *x509.CertPool // nil: the system roots
}

// ParseServer parses the address of a mail server: smtp://user:password@host:587
// with STARTTLS, or smtps://… with TLS from the first byte.
// smtp://127.0.0.1:25?tls=none is for a server on the same machine. from is the
// sender as in the header of a mail. Errors never contain the password.
func ParseServer(address, from string) (Server, error) {
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return Server{}, errors.New("the sender of mails must be an address like Recourse <desk@example.org>")
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") || strings.Trim(u.Path, "/") != "" {
		return Server{}, errors.New("the mail server must be given as smtp://user:password@host:port or smtps://…")
	}
	s := Server{Host: u.Hostname(), Port: 587, Implicit: u.Scheme == "smtps", User: u.User.Username(), From: *sender}
	s.Password, _ = u.User.Password()
	if s.Implicit {
		s.Port = 465
	}
	if u.Port() != "" {
		if s.Port, err = strconv.Atoi(u.Port()); err != nil || s.Port < 1 || s.Port > 65_535 {
			return Server{}, errors.New("the port of the mail server must be a number from 1 to 65535")
		}
	}
	return s, s.setTLS(u.Query().Get("tls"))
}

func (s *Server) setTLS(choice string) error {
	switch choice {
	case "":
		return nil
	case "none":
		if s.Implicit || !isLoopback(s.Host) {
			return errors.New("tls=none is for a mail server on this machine (127.0.0.1, ::1 or localhost) only")
		}
		s.Plain = true
		return nil
	default:
		return fmt.Errorf("tls=%s of the mail server is not known; omit it or use none", choice)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Mailer sends mails through one server. It is safe for concurrent use.
type Mailer struct{ server Server }

// NewMailer makes a Mailer.
func NewMailer(s Server) *Mailer { return &Mailer{server: s} }

// Outgoing is one mail. A mail that is sent again keeps its ID and so its
// Message-ID, by which receivers drop the duplicate.
type Outgoing struct {
	ID     string
	To     string
	At     time.Time // the Date header
	Letter Letter
}

// Send makes one attempt on a new connection.
func (m *Mailer) Send(ctx context.Context, o Outgoing) Attempt {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	message, err := m.newMessage(o)
	if err != nil {
		return Attempt{Verdict: Rejected, Note: "the address is not valid"}
	}
	wire := &attemptConn{}
	client, err := gomail.NewClient(m.server.Host, m.clientOptions(ctx, wire)...)
	if err != nil {
		return Attempt{Verdict: TryAgain, Note: "the settings of the mail server are not valid"}
	}
	defer wire.closeConn()
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return wire.explain(Attempt{Verdict: TryAgain, Status: replyCode(err), Note: describeFailure("connecting", replyCode(err), "")})
	}
	err = client.SendWithSMTPClient(session, message)
	if message.IsDelivered() {
		_ = client.CloseWithSMTPClient(session) // the server has the mail, so an error of QUIT does not matter
		return Attempt{Verdict: Accepted, Status: 250}
	}
	return wire.explain(attemptFromError(err))
}

func (m *Mailer) newMessage(o Outgoing) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := message.FromFormat(m.server.From.Name, m.server.From.Address); err != nil {
		return nil, err
	}
	if err := message.To(o.To); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(m.server.From.Address, "@")
	message.SetMessageIDWithValue(o.ID + "@" + domain)
	message.SetDateWithValue(o.At)
	message.Subject(o.Letter.Subject)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: prevents automatic replies
	if o.Letter.Stop != "" {                                 // RFC 8058: one-click unsubscribe
		message.SetGenHeader("List-Unsubscribe", "<"+o.Letter.Stop+">")
		message.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	message.SetBodyString(gomail.TypeTextPlain, o.Letter.Body)
	return message, nil
}

func (m *Mailer) clientOptions(ctx context.Context, w *attemptConn) []gomail.Option {
	s := m.server
	security := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.Roots}
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(attemptTimeout), gomail.WithTLSConfig(security),
		gomail.WithoutNoop(), gomail.WithoutRset(), // no further commands once the mail is accepted
	}
	kind := gomail.SMTPAuthAutoDiscover
	switch {
	case s.Implicit:
		// The library cannot see that the connection it gets uses TLS.
		options, kind = append(options, gomail.WithSSL()), gomail.SMTPAuthPlain
	case s.Plain:
		options, kind = append(options, gomail.WithTLSPolicy(gomail.NoTLS)), gomail.SMTPAuthPlainNoEnc
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(kind), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	return append(options, gomail.WithDialContextFunc(w.dialFunc(ctx, s.Implicit, security)))
}

// attemptConn is the connection of one attempt. It is closed when the context of
// the attempt ends, because the library checks the context only while connecting.
// Unless the mail was accepted the connection is closed without QUIT: the library
// would first complete the message, and the server would accept half of it.
type attemptConn struct {
	conn *replyLimit
	stop func() bool
}

// explain adds to the note of a failed attempt that the server sent too much.
func (w *attemptConn) explain(a Attempt) Attempt {
	if w.conn != nil && w.conn.exceeded.Load() {
		a.Note = fmt.Sprintf("the server sent more than %d bytes", maxReplyBytes)
	}
	return a
}

// replyLimit is a connection from which a limited number of bytes can be read.
type replyLimit struct {
	net.Conn
	left     int // bytes that may still be read
	exceeded atomic.Bool
}

var errReplyTooLong = errors.New("the server sends too much")

// Read implements net.Conn.
func (c *replyLimit) Read(p []byte) (int, error) {
	if c.left <= 0 && len(p) > 0 {
		c.exceeded.Store(true)
		return 0, errReplyTooLong
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

func (w *attemptConn) dialFunc(attempt context.Context, implicit bool, security *tls.Config) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		var dialer net.Dialer
		dialled, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		conn := &replyLimit{Conn: dialled, left: maxReplyBytes}
		w.conn = conn
		w.stop = context.AfterFunc(attempt, func() { _ = conn.Close() })
		if !implicit {
			return conn, nil
		}
		secured := tls.Client(conn, security)
		return secured, secured.HandshakeContext(ctx)
	}
}

func (w *attemptConn) closeConn() {
	if w.conn != nil {
		w.stop()
		_ = w.conn.Close()
	}
}

// attemptFromError classifies a failed attempt. If it failed before the end of the
// message was sent, the mail was not accepted. If the reply to the end of the
// message is missing, it may have been.
func attemptFromError(err error) Attempt {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return Attempt{Verdict: TryAgain, Note: "the connection was lost"}
	}
	code := failed.ErrorCode()
	a := Attempt{Verdict: TryAgain, Status: code, Note: describeFailure(failed.Reason.String(), code, failed.EnhancedStatusCode())}
	switch {
	case code >= 500 && failed.Reason != gomail.ErrSMTPMailFrom:
		a.Verdict = Rejected // a rejected sender is a configuration error, not an error of the mail
	case code == 0 && failed.Reason == gomail.ErrSMTPDataClose:
		a.Verdict = Unknown
	}
	return a
}

// replyCode returns the code of the server's reply in an error, or 0. Its text may
// contain an address, so it is not kept.
func replyCode(err error) int {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code
	}
	return 0
}

func describeFailure(doing string, code int, enhanced string) string {
	if code == 0 {
		return doing + ": no answer"
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %d %s", doing, code, enhanced))
}
