package notify_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse/notify"
)

// talker is a server on loopback that answers with whatever a test wants.
type talker struct {
	address *net.TCPAddr
	sent    atomic.Int64
}

// talk starts a server that runs answer for each connection.
func talk(t testing.TB, answer func(c *counted)) *talker {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &talker{address: listener.Addr().(*net.TCPAddr)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			answer(&counted{conn, bufio.NewReader(conn), &s.sent})
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-ended
	})
	return s
}

// counted is a connection that counts what it sends.
type counted struct {
	net.Conn
	lines *bufio.Reader
	sent  *atomic.Int64
}

func (c *counted) say(text string) bool {
	n, err := io.WriteString(c.Conn, text)
	c.sent.Add(int64(n))
	return err == nil
}

func (c *counted) hear() bool {
	_, err := c.lines.ReadString('\n')
	return err == nil
}

// endless sends a text until the other side has had enough, at most a gigabyte.
func (c *counted) endless(text string) {
	large := strings.Repeat(text, 1+64<<10/len(text))
	for c.say(large) && c.sent.Load() < 1<<30 {
	}
}

// mailer sends to a server without TLS.
func (s *talker) mailer() *notify.Mailer {
	return notify.NewMailer(notify.Server{Host: "127.0.0.1", Port: s.address.Port, Plain: true, From: mail.Address{Address: "desk@example.test"}})
}

// maxSent is what fits into the buffers of two sockets, far below a gigabyte.
const maxSent = 32 << 20

// TestAMailServerThatTalksTooMuch, or in another language, costs little and is tried again.
func TestAMailServerThatTalksTooMuch(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer func(c *counted)
		says   string
	}{
		"an endless greeting":     {func(c *counted) { c.endless("220-welcome\r\n") }, "more than"},
		"a greeting of one line":  {func(c *counted) { c.endless("2") }, "more than"},
		"an endless list":         {func(c *counted) { c.say("220 x\r\n"); c.hear(); c.endless("250-8BITMIME\r\n") }, "more than"},
		"an endless refusal":      {func(c *counted) { c.say("220 x\r\n"); c.hear(); c.say("250 x\r\n"); c.hear(); c.endless("550-no\r\n") }, "more than"},
		"endless empty lines":     {func(c *counted) { c.endless("\r\n") }, ""},
		"zeros":                   {func(c *counted) { c.endless("\x00") }, "more than"},
		"a code of many digits":   {func(c *counted) { c.say(strings.Repeat("9", 100) + " x\r\n") }, "no answer"},
		"a negative code":         {func(c *counted) { c.say("-22 x\r\n") }, "no answer"},
		"two codes in one reply":  {func(c *counted) { c.say("220-x\r\n550 y\r\n") }, ""},
		"a code and nothing else": {func(c *counted) { c.say("220\r\n"); c.hear(); c.say("250\r\n"); c.hear(); c.say("\r\n") }, ""},
		"another protocol":        {func(c *counted) { c.say("HTTP/1.1 200 OK\r\n\r\n") }, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := talk(t, tc.answer)
			start := time.Now()
			got := s.mailer().Send(t.Context(), outgoing())
			if got.Verdict != notify.TryAgain || !strings.Contains(got.Note, tc.says) {
				t.Errorf("%+v, want a note with %q", got, tc.says)
			}
			if took := time.Since(start); took > 10*time.Second || s.sent.Load() > maxSent {
				t.Errorf("%s, %d bytes", took, s.sent.Load())
			}
		})
	}
}

// TestAReceiverThatTalksTooMuch costs little, whatever it sends.
func TestAReceiverThatTalksTooMuch(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\n"
	for name, tc := range map[string]struct {
		answer string // and endless after it
		more   string
		want   notify.Verdict
	}{
		"a gigabyte":                 {ok + "Content-Length: 1073741824\r\n\r\n", "x", notify.Accepted},
		"a gigabyte in pieces":       {ok + "Transfer-Encoding: chunked\r\n\r\n", "10000\r\n" + strings.Repeat("x", 1<<16) + "\r\n", notify.Accepted},
		"a header of many megabytes": {ok + "X-Filler: ", "x", notify.TryAgain},
		"many headers":               {ok, "X-Filler: x\r\n", notify.TryAgain},
		"informational for ever":     {"", "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", notify.TryAgain},
		"a status for ever":          {"HTTP/1.1 200 ", "O", notify.TryAgain},
		"a size of a piece":          {ok + "Transfer-Encoding: chunked\r\n\r\n", "1", notify.Accepted},
		"trailers for ever":          {ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-Filler: x\r\n", notify.Accepted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := talk(t, func(c *counted) {
				c.hear()
				c.say(tc.answer)
				c.endless(tc.more)
			})
			start := time.Now()
			got := s.post(t.Context(), t)
			if got.Verdict != tc.want {
				t.Errorf("%+v, want verdict %d", got, tc.want)
			}
			if took := time.Since(start); took > 9*time.Second || s.sent.Load() > maxSent {
				t.Errorf("%s, %d bytes", took, s.sent.Load())
			}
		})
	}
}

func (s *talker) post(ctx context.Context, t testing.TB) notify.Attempt {
	t.Helper()
	p := notify.NewPoster(notify.PosterOptions{Development: true, SecretBox: testBox, Now: time.Now})
	defer p.Close()
	return p.Post(ctx, notify.Webhook{URL: "http://" + s.address.String(), Secret: sealed("s")}, delivery())
}

// fuzzTime is far above what any reply may take.
const fuzzTime = 5 * time.Second

// FuzzMailServer answers each command with the next part of the input; a zero byte ends a
// part.
func FuzzMailServer(f *testing.F) {
	for _, seed := range []string{
		"220 x\r\n\x00250 x\r\n\x00250 x\r\n\x00250 x\r\n\x00354 x\r\n\x00250 x\r\n\x00221 x\r\n",
		"220 x\r\n\x00250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES\r\n\x00550 5.1.1 no\r\n",
		"220-a\r\n220 b\r\n\x00250-SIZE 99999999999999999999\r\n250-STARTTLS\r\n250 DSN\r\n\x00421 4.3.2 bye\r\n",
		"22", "\r\n", "999 \r\n", "220 \r\n\x00250-\r\n250 \r\n\x00250 \r\n\x00550 \r\n", strings.Repeat("220-\r\n", 1000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, replies []byte) {
		parts := bytes.Split(replies, []byte{0})
		s := talk(t, func(c *counted) {
			for _, part := range parts {
				if !c.say(string(part)) {
					return
				}
				_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond)) // a part may be half a reply
				c.hear()
			}
		})
		start := time.Now()
		got := s.mailer().Send(t.Context(), outgoing())
		if len(got.Note) > 200 || strings.Contains(got.Note, "@") || got.Status < 0 {
			t.Errorf("%+v", got)
		}
		if took := time.Since(start); took > fuzzTime {
			t.Errorf("it took %s", took)
		}
	})
}

// FuzzReceiver answers a delivery with any bytes.
func FuzzReceiver(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 503 x\r\nRetry-After: 99999999999999\r\n\r\n",
		"HTTP/1.1 429 x\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n\r\n", "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
		"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "HTTP/2.0 200\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, response []byte) {
		s := talk(t, func(c *counted) {
			c.hear()
			c.say(string(response))
		})
		start := time.Now()
		got := s.post(t.Context(), t)
		if got.Verdict == notify.Accepted && got.Status/100 != 2 || got.Wait < 0 || got.Wait > 24*time.Hour || len(got.Note) > 200 {
			t.Errorf("%+v", got)
		}
		if took := time.Since(start); took > fuzzTime {
			t.Errorf("it took %s", took)
		}
	})
}
