package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// line is a connection that asks one thing at a time. It does as little as a client
// can: on two cores, a whole HTTP client takes a third of the time from whom it
// measures.
type line struct {
	conn net.Conn
	in   *bufio.Reader
}

// lines are one for each client.
type lines struct {
	host string
	all  []*line
}

func dialAll(ctx context.Context, base string, clients int) (*lines, error) {
	l := &lines{host: strings.TrimPrefix(base, "http://")}
	for range clients {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.host)
		if err != nil {
			l.close()
			return nil, fmt.Errorf("reach the product: %w", err)
		}
		l.all = append(l.all, &line{conn, bufio.NewReaderSize(conn, 32<<10)})
	}
	return l, nil
}

func (l *lines) close() {
	for _, one := range l.all {
		_ = one.conn.Close()
	}
}

// asking gives the work of a client that asks the same again and again.
func (l *lines) asking(method, path, body string) func(context.Context, int) error {
	request := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, path, l.host, len(body), body)
	return func(_ context.Context, client int) error {
		if err := l.all[client].ask(request); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		return nil
	}
}

const answerLimit = 30 * time.Second

var errNoLength = errors.New("an answer without a length")

// ask sends a request and reads its answer, which must be 200 and tell its length.
func (l *line) ask(request []byte) error {
	if err := l.conn.SetDeadline(time.Now().Add(answerLimit)); err != nil {
		return err
	}
	if _, err := l.conn.Write(request); err != nil {
		return err
	}
	status, err := l.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("answered %q, not %d", status, http.StatusOK)
	}
	length, err := l.headers()
	if err != nil {
		return err
	}
	_, err = l.in.Discard(length)
	return err
}

// headers reads to the body and gives its length.
func (l *line) headers() (length int, err error) {
	length = -1
	for {
		header, err := l.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(header) == len("\r\n") {
			break
		}
		if name, value, _ := bytes.Cut(header, []byte(": ")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, errNoLength
	}
	return length, nil
}
