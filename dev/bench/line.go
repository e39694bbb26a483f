package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// line is a connection that asks one thing at a time. It does as little as a client
// can: on two cores, a whole HTTP client takes a third of the time from whom it
// measures. It waits in the system, as a client of its own would, and not in Go's
// poller: that one wakes a line only when a processor of this process is free, and
// what it waits for would count as the answer's.
type line struct {
	conn   *os.File
	in     *bufio.Reader
	length int // of the last answer's body, in bytes
}

// lines are one for each client.
type lines struct {
	host string
	all  []*line
}

func dialAll(ctx context.Context, base string, clients int) (*lines, error) {
	l := &lines{host: strings.TrimPrefix(base, "http://")}
	for range clients {
		conn, err := dial(ctx, l.host, answerLimit)
		if err != nil {
			l.close()
			return nil, fmt.Errorf("reach %s: %w", l.host, err)
		}
		l.all = append(l.all, &line{conn: conn, in: bufio.NewReaderSize(conn, 32<<10)})
	}
	return l, nil
}

// dial connects to a host and takes the socket out of Go's poller. Whoever reads
// from it waits for no longer than the limit.
func dial(ctx context.Context, host string, limit time.Duration) (*os.File, error) {
	polled, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	defer func() { _ = polled.Close() }()
	raw, err := polled.(*net.TCPConn).SyscallConn() //nolint:forcetypeassert // it was asked for tcp
	if err != nil {
		return nil, err
	}
	var conn *os.File
	var failed error
	err = raw.Control(func(socket uintptr) { conn, failed = blocking(int(socket), host, limit) })
	return conn, errors.Join(err, failed)
}

// blocking gives a second hold of a socket, whose reader waits in the system.
func blocking(socket int, name string, limit time.Duration) (*os.File, error) {
	own, err := syscall.Dup(socket)
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	syscall.CloseOnExec(own)
	patience := syscall.NsecToTimeval(limit.Nanoseconds())
	err = errors.Join(syscall.SetNonblock(own, false), syscall.SetsockoptTimeval(own, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience))
	if err != nil {
		return nil, errors.Join(os.NewSyscallError("set the socket up", err), syscall.Close(own))
	}
	return os.NewFile(uintptr(own), name), nil
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
	if l.length, err = l.headers(); err != nil {
		return err
	}
	_, err = l.in.Discard(l.length)
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
