package freeport_test

import (
	"net"
	"runtime"
	"slices"
	"testing"

	"recourse/dev/freeport"
)

func TestReservedPortsAreForTheirServerOnly(t *testing.T) {
	t.Parallel()
	ports, release, err := freeport.Reserve(3)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if slices.Sort(ports); len(slices.Compact(ports)) != 3 {
		t.Errorf("got %v", ports)
	}
	for range 2 { // a server may stop and start again
		l, err := net.Listen("tcp", freeport.Address(ports[0]))
		if err != nil {
			t.Fatal(err)
		}
		if err := freeport.CheckUnused(ports[0]); err == nil {
			t.Error("a port with a server counts as free")
		}
		_ = l.Close()
		if err := freeport.CheckUnused(ports[0]); err != nil {
			t.Error(err)
		}
	}
	if runtime.GOOS != "linux" {
		return
	}
	if port, release, err := freeport.ReserveFirst(ports[1], ports[1]); err == nil {
		release()
		t.Errorf("port %d was reserved twice", port)
	}
}

func TestReleasedPortsCanBeReservedAgain(t *testing.T) {
	t.Parallel()
	ports, release, err := freeport.Reserve(1)
	if err != nil {
		t.Fatal(err)
	}
	release()
	port, release, err := freeport.ReserveFirst(ports[0], 65535)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if err := freeport.CheckUnused(port); err != nil {
		t.Error(err)
	}
}

// TestNobodyIsGivenAReservedPort: neither listeners nor outgoing connections.
func TestNobodyIsGivenAReservedPort(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		return // no port is held there
	}
	ports, release, err := freeport.Reserve(64)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = target.Close() }()
	for range 1000 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		c, err := net.Dial("tcp", target.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		for _, given := range []net.Addr{l.Addr(), c.LocalAddr()} {
			if port := given.(*net.TCPAddr).Port; slices.Contains(ports, port) {
				t.Errorf("port %d was given away", port)
			}
		}
	}
}
