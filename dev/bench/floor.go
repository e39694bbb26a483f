package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// startFloor starts a server that answers everything with so many bytes and does
// nothing for them: what clients wait for it is what this machine needs to carry
// them, and to let clients and servers of that size run. It is a process of its
// own, as the product is. stop ends it.
func startFloor(ctx context.Context, size int) (base string, stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, fmt.Errorf("find this program: %w", err)
	}
	server := exec.CommandContext(ctx, self, floorCommand, strconv.Itoa(size))
	stdin, err := server.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := server.Start(); err != nil {
		return "", nil, fmt.Errorf("start the floor: %w", err)
	}
	stop = func() error { return errors.Join(stdin.Close(), server.Wait()) }
	base, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("the floor does not say where it is: %w", err), stop())
	}
	return strings.TrimSpace(base), stop, nil
}

// floorCommand is the argument that makes this program a floor.
const floorCommand = "floor"

// serveFloor is that server. It says on out where it listens, and ends with in.
func serveFloor(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("the floor needs the size of an answer")
	}
	size, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("the size of an answer: %w", err)
	}
	var network net.ListenConfig
	listener, err := network.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: carrier(make([]byte, size)), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if _, err := fmt.Fprintf(out, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	err = errors.Join(err, server.Close())
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// carrier answers everything with the same bytes, once it was asked to the end.
func carrier(answer []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer)
	}
}
