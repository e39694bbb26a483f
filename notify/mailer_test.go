package notify_test

import (
	"context"
	"net/mail"
	"strings"
	"testing"
	"time"

	"recourse/notify"
	"recourse/notify/smtptest"
)

func serverOf(s *smtptest.Server) notify.Server {
	return notify.Server{
		Host: s.Host, Port: s.Port, Roots: s.Roots, User: s.User, Password: s.Password,
		From: mail.Address{Name: "误付帮办", Address: "desk@example.test"},
	}
}

func outgoing() notify.Outgoing {
	return notify.Outgoing{
		ID: "0198-notice", To: "reader@example.test", At: noon,
		Letter: notify.Letter{Subject: "【误付帮办】期限快到了（R20261121-000001）", Body: "案件的一个期限快到了。\n\n.\n下一步：补充材料。\n"},
	}
}

func TestAMailArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]struct {
		server *smtptest.Server
		change func(*notify.Server)
	}{
		"STARTTLS":             {smtptest.New(t), nil},
		"STARTTLS and sign-in": {smtptest.New(t, smtptest.WithSignIn("desk", "päss word")), nil},
		"TLS and sign-in":      {smtptest.NewImplicitTLS(t, smtptest.WithSignIn("desk", "secret")), func(s *notify.Server) { s.Implicit = true }},
		"no TLS":               {smtptest.New(t, smtptest.WithoutTLS()), func(s *notify.Server) { s.Plain = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := serverOf(start.server)
			if start.change != nil {
				start.change(&settings)
			}
			if got := notify.NewMailer(settings).Send(t.Context(), outgoing()); got.Verdict != notify.Accepted {
				t.Fatalf("%+v", got)
			}
			kept := start.server.Mails()
			if len(kept) != 1 || kept[0].From != "desk@example.test" || kept[0].To != "reader@example.test" {
				t.Fatalf("kept %+v", kept)
			}
			subject, body := kept[0].DecodeText(t)
			if o := outgoing(); subject != o.Letter.Subject || strings.TrimSpace(body) != strings.TrimSpace(o.Letter.Body) {
				t.Errorf("it reads %q\n%q", subject, body)
			}
			h := kept[0].Header
			if h.Get("Message-Id") != "<0198-notice@example.test>" || h.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("headers: %v", h)
			}
			if at, err := h.Date(); err != nil || !at.Equal(noon) {
				t.Errorf("dated %v (%v)", at, err)
			}
		})
	}
}

// TestWhatAnAttemptTells: before the end of a mail nothing was taken; after it,
// without an answer, nobody knows; a refusal of the mail is final, one of the
// sender or the sign-in is not.
func TestWhatAnAttemptTells(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		point smtptest.Point
		err   error
		want  notify.Verdict
		code  int
		kept  int
	}{
		"busy":                    {smtptest.AtConnect, smtptest.NewRejection(421), notify.TryAgain, 421, 0},
		"greylisted":              {smtptest.AtRcpt, smtptest.NewRejection(451, 4, 7, 1), notify.TryAgain, 451, 0},
		"no such person":          {smtptest.AtRcpt, smtptest.NewRejection(550, 5, 1, 1), notify.Rejected, 550, 0},
		"sender refused":          {smtptest.AtMail, smtptest.NewRejection(550, 5, 7, 1), notify.TryAgain, 550, 0},
		"full":                    {smtptest.AtEnd, smtptest.NewRejection(452), notify.TryAgain, 452, 0},
		"not wanted":              {smtptest.AtEnd, smtptest.NewRejection(554), notify.Rejected, 554, 0},
		"cut at once":             {smtptest.AtConnect, smtptest.ErrDrop, notify.TryAgain, 0, 0},
		"cut after MAIL":          {smtptest.AtMail, smtptest.ErrDrop, notify.TryAgain, 0, 0},
		"cut after RCPT":          {smtptest.AtRcpt, smtptest.ErrDrop, notify.TryAgain, 0, 0},
		"cut after the last byte": {smtptest.AtEnd, smtptest.ErrDrop, notify.Unknown, 0, 0},
		"cut before its answer":   {smtptest.AtAnswer, smtptest.ErrDrop, notify.Unknown, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := smtptest.New(t, smtptest.WithHook(func(p smtptest.Point, _ int) error {
				if p == tc.point {
					return tc.err
				}
				return nil
			}))
			got := notify.NewMailer(serverOf(server)).Send(t.Context(), outgoing())
			if got.Verdict != tc.want || got.Status != tc.code || got.Note == "" {
				t.Errorf("%+v, want verdict %d and code %d", got, tc.want, tc.code)
			}
			if strings.Contains(got.Note, "@") {
				t.Errorf("the note repeats an address: %q", got.Note)
			}
			if n := len(server.Mails()); n != tc.kept {
				t.Errorf("%d mails were kept, want %d", n, tc.kept)
			}
		})
	}
}

// TestAServerThatHangs: an attempt ends with its context wherever the server
// stopped answering, and half a mail is never taken.
func TestAServerThatHangs(t *testing.T) {
	t.Parallel()
	for point, want := range map[smtptest.Point]notify.Verdict{
		smtptest.AtConnect: notify.TryAgain, smtptest.AtMail: notify.TryAgain, smtptest.AtRcpt: notify.TryAgain, smtptest.AtEnd: notify.Unknown,
	} {
		t.Run(string(point), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			release := make(chan struct{})
			server := smtptest.New(t, smtptest.WithHook(func(p smtptest.Point, _ int) error {
				if p == point {
					cancel()
					<-release
					return smtptest.NewRejection(421)
				}
				return nil
			}))
			t.Cleanup(func() { close(release) }) // before the server ends
			start := time.Now()
			if got := notify.NewMailer(serverOf(server)).Send(ctx, outgoing()); got.Verdict != want {
				t.Errorf("%+v, want verdict %d", got, want)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			if len(server.Mails()) != 0 {
				t.Error("a mail was taken")
			}
		})
	}
}

func TestNobodyToTalkTo(t *testing.T) {
	t.Parallel()
	settings := notify.Server{Host: "127.0.0.1", Port: 1, From: mail.Address{Address: "a@example.test"}} // no server gets port 1 by chance
	if got := notify.NewMailer(settings).Send(t.Context(), outgoing()); got.Verdict != notify.TryAgain {
		t.Errorf("%+v", got)
	}
}

// TestNoMailWithoutTLS: a server that offers none, or one that is somebody else,
// gets neither mail nor password.
func TestNoMailWithoutTLS(t *testing.T) {
	t.Parallel()
	bare := smtptest.New(t, smtptest.WithoutTLS(), smtptest.WithSignIn("desk", "secret"))
	if got := notify.NewMailer(serverOf(bare)).Send(t.Context(), outgoing()); got.Verdict != notify.TryAgain || len(bare.Mails()) != 0 {
		t.Errorf("without STARTTLS: %+v", got)
	}
	stranger := smtptest.New(t)
	settings := serverOf(stranger)
	settings.Roots = nil
	if got := notify.NewMailer(settings).Send(t.Context(), outgoing()); got.Verdict != notify.TryAgain || len(stranger.Mails()) != 0 {
		t.Errorf("with a certificate nobody knows: %+v", got)
	}
	guarded := smtptest.New(t, smtptest.WithSignIn("desk", "secret"))
	settings = serverOf(guarded)
	settings.Password = "wrong"
	if got := notify.NewMailer(settings).Send(t.Context(), outgoing()); got.Verdict != notify.TryAgain || got.Status != 535 {
		t.Errorf("with a wrong password: %+v", got)
	}
}

func TestAddressesThatCannotBe(t *testing.T) {
	t.Parallel()
	server := smtptest.New(t)
	for _, to := range []string{"", "nobody", "a@b\r\nBcc: c@d", "a@example.test, b@example.test"} {
		o := outgoing()
		o.To = to
		if got := notify.NewMailer(serverOf(server)).Send(t.Context(), o); got.Verdict != notify.Rejected {
			t.Errorf("%q: %+v", to, got)
		}
	}
	if server.Conversations() != 0 {
		t.Error("the server was bothered with it")
	}
}

func TestParseServer(t *testing.T) {
	t.Parallel()
	const from = "Recourse <desk@example.org>"
	for address, want := range map[string]notify.Server{
		"smtp://mail.example.org":                  {Host: "mail.example.org", Port: 587},
		"smtp://u%40x:p%3Aw@mail.example.org:2525": {Host: "mail.example.org", Port: 2525, User: "u@x", Password: "p:w"},
		"smtps://mail.example.org/":                {Host: "mail.example.org", Port: 465, Implicit: true},
		"smtp://127.0.0.1:25?tls=none":             {Host: "127.0.0.1", Port: 25, Plain: true},
		"smtp://[::1]:25?tls=none":                 {Host: "::1", Port: 25, Plain: true},
	} {
		got, err := notify.ParseServer(address, from)
		want.From = mail.Address{Name: "Recourse", Address: "desk@example.org"}
		if err != nil || got != want {
			t.Errorf("%s: %+v (%v), want %+v", address, got, err, want)
		}
	}
	for address, sender := range map[string]string{
		"": from, "mail.example.org:25": from, "http://mail.example.org": from, "smtp://": from, "smtp://u:secret@mail.example.org:port": from,
		"smtp://u:secret@mail.example.org:0": from, "smtp://u:secret@mail.example.org?tls=none": from, "smtps://127.0.0.1?tls=none": from,
		"smtp://u:secret@mail.example.org?tls=some": from, "smtp://mail.example.org": "", "smtp://mail.example.org/x": from,
		"smtp://u:secret@mail.example.org/%zz": from,
	} {
		_, err := notify.ParseServer(address, sender)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s from %q: %v", address, sender, err)
		}
	}
}
