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
	"time"

	gomail "github.com/wneessen/go-mail"
)

// attemptLimit is how long one attempt to send a mail may take in all.
const attemptLimit = 30 * time.Second

// Server is how to reach a mail server, and in whose name mails go out.
type Server struct {
	Host     string
	Port     int
	Implicit bool // TLS from the first byte (RFC 8314), else STARTTLS
	Plain    bool // no TLS at all
	User     string
	Password string
	From     mail.Address
	Roots    *x509.CertPool // nil: those of the machine
}

// ParseServer reads a mail server's address: smtp://user:password@host:587 with
// STARTTLS, or smtps://… with TLS from the start. smtp://127.0.0.1:25?tls=none
// is for a server on the same machine. from is the sender as in a mail's header,
// also with a name. No error repeats the password.
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
			return Server{}, errors.New("the port of the mail server is not one")
		}
	}
	return s, s.takeTLS(u.Query().Get("tls"))
}

func (s *Server) takeTLS(choice string) error {
	switch choice {
	case "":
		return nil
	case "none":
		if s.Implicit || !loopback(s.Host) {
			return errors.New("tls=none is for a mail server on this machine (127.0.0.1, ::1 or localhost) only")
		}
		s.Plain = true
		return nil
	default:
		return fmt.Errorf("tls=%s of the mail server is not known: leave it out, or say none", choice)
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Mailer sends mails through one server. It is safe for concurrent use.
type Mailer struct{ server Server }

// NewMailer makes a Mailer.
func NewMailer(s Server) *Mailer { return &Mailer{server: s} }

// Outgoing is one mail. ID names it for ever: the same mail sent again has the
// same Message-ID, by which receivers drop it.
type Outgoing struct {
	ID     string
	To     string
	At     time.Time // written as its date
	Letter Letter
}

// Send makes one attempt, on a connection of its own.
func (m *Mailer) Send(ctx context.Context, o Outgoing) Attempt {
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	message, err := m.message(o)
	if err != nil {
		return Attempt{Verdict: Refused, Note: "the address cannot be written to"}
	}
	wire := &wire{}
	client, err := gomail.NewClient(m.server.Host, m.options(ctx, wire)...)
	if err != nil {
		return Attempt{Verdict: Later, Note: "the settings of the mail server do not work"}
	}
	defer wire.cut()
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return Attempt{Verdict: Later, Status: codeOf(err), Note: noted("connecting", codeOf(err), "")}
	}
	err = client.SendWithSMTPClient(session, message)
	if message.IsDelivered() {
		_ = client.CloseWithSMTPClient(session) // it has the mail: that parting fails is no matter
		return Attempt{Verdict: Taken, Status: 250}
	}
	return judged(err)
}

func (m *Mailer) message(o Outgoing) (*gomail.Msg, error) {
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
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no machine answers it
	if o.Letter.Stop != "" {                                 // RFC 8058: a mail program stops them with one click
		message.SetGenHeader("List-Unsubscribe", "<"+o.Letter.Stop+">")
		message.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	message.SetBodyString(gomail.TypeTextPlain, o.Letter.Body)
	return message, nil
}

func (m *Mailer) options(ctx context.Context, w *wire) []gomail.Option {
	s := m.server
	security := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.Roots}
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(attemptLimit), gomail.WithTLSConfig(security),
		gomail.WithoutNoop(), gomail.WithoutRset(), // after the mail is taken nothing more is asked
	}
	kind := gomail.SMTPAuthAutoDiscover
	switch {
	case s.Implicit:
		// The library does not see the TLS of a connection it was handed.
		options, kind = append(options, gomail.WithSSL()), gomail.SMTPAuthPlain
	case s.Plain:
		options, kind = append(options, gomail.WithTLSPolicy(gomail.NoTLS)), gomail.SMTPAuthPlainNoEnc
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(kind), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	return append(options, gomail.WithDialContextFunc(w.dial(ctx, s.Implicit, security)))
}

// wire is the connection of one attempt. It ends with the attempt's context:
// the library itself looks at that while connecting only. It is cut, not closed
// politely, unless the mail was taken: the polite way would first end the mail
// that was begun, and a server would take half of it.
type wire struct {
	conn net.Conn
	stop func() bool
}

func (w *wire) dial(attempt context.Context, implicit bool, security *tls.Config) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		w.conn = conn
		w.stop = context.AfterFunc(attempt, func() { _ = conn.Close() })
		if !implicit {
			return conn, nil
		}
		secured := tls.Client(conn, security)
		return secured, secured.HandshakeContext(ctx)
	}
}

func (w *wire) cut() {
	if w.conn != nil {
		w.stop()
		_ = w.conn.Close()
	}
}

// judged reads what a failed attempt tells. Before the end of the mail was sent
// nothing was taken; after it, without an answer, nobody knows.
func judged(err error) Attempt {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return Attempt{Verdict: Later, Note: "the connection was lost"}
	}
	code := failed.ErrorCode()
	a := Attempt{Verdict: Later, Status: code, Note: noted(failed.Reason.String(), code, failed.EnhancedStatusCode())}
	switch {
	case code >= 500 && failed.Reason != gomail.ErrSMTPMailFrom:
		a.Verdict = Refused // a sender who is refused is a fault of the settings, not of the mail
	case code == 0 && failed.Reason == gomail.ErrSMTPDataClose:
		a.Verdict = Unknown
	}
	return a
}

// codeOf finds the code of a server's reply in an error; 0 when it holds none.
// The words of a reply may repeat an address, so nothing else is kept of it.
func codeOf(err error) int {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code
	}
	return 0
}

func noted(doing string, code int, enhanced string) string {
	if code == 0 {
		return doing + ": no answer"
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %d %s", doing, code, enhanced))
}
