// Package freeport reserves TCP ports on 127.0.0.1 for servers that start
// later, so that no other program gets them in between.
//
// On Linux a reserved port is bound, but not listened on. The kernel then gives
// it neither to a program that asks for any free port nor to an outgoing
// connection, while a server that binds it with SO_REUSEADDR, as Go and
// PostgreSQL do, can listen. Other systems do not allow this: there the port is
// only known to have been free.
package freeport

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"syscall"
)

// Reserve reserves count ports. They stay reserved until release is called or
// the process ends.
func Reserve(count int) (ports []int, release func(), err error) {
	var releases []func()
	release = func() {
		for _, one := range releases {
			one()
		}
	}
	for range count {
		port, releaseOne, err := reservePort(0)
		if err != nil {
			release()
			return nil, nil, fmt.Errorf("find a free port: %w", err)
		}
		ports, releases = append(ports, port), append(releases, releaseOne)
	}
	return ports, release, nil
}

// ReserveFirst reserves the first free port of first to last.
func ReserveFirst(first, last int) (port int, release func(), err error) {
	for port := first; port <= last; port++ {
		if _, release, err := reservePort(port); err == nil {
			return port, release, nil
		}
	}
	return 0, nil, fmt.Errorf("no port between %d and %d is free", first, last)
}

// CheckUnused returns an error if something listens on a port.
func CheckUnused(port int) error {
	l, err := net.Listen("tcp", Address(port))
	if err != nil {
		return err
	}
	return l.Close()
}

// Address is host and port of a port on 127.0.0.1.
func Address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// reservePort binds a port that nobody has bound, 0 for any.
func reservePort(want int) (port int, release func(), err error) {
	syscall.ForkLock.RLock() // no child inherits the socket
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(socket)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return 0, nil, os.NewSyscallError("socket", err)
	}
	release = func() { _ = syscall.Close(socket) }
	port, err = bindExclusively(socket, want)
	if err != nil || runtime.GOOS != "linux" {
		release()
		release = func() {}
	}
	return port, release, err
}

// bindExclusively binds exclusively first, so that two programs never reserve the same
// port, and then lets the server share it.
func bindExclusively(socket, want int) (port int, err error) {
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Port: want, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	if err := syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return 0, os.NewSyscallError("setsockopt", err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	address, ok := name.(*syscall.SockaddrInet4)
	if !ok {
		return 0, errors.New("the socket has no IPv4 address")
	}
	return address.Port, nil
}
